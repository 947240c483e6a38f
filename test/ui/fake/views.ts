import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { EventEmitter, type TreeItem, TreeItemCollapsibleState } from './basics';

export class FakeTreeView<T> {
  title: string | undefined;
  description: string | undefined;
  message: string | undefined;
  visible = true;
  disposed = false;
  private readonly visibility = new EventEmitter<{ visible: boolean }>();
  readonly onDidChangeVisibility = this.visibility.event;

  constructor(
    readonly id: string,
    readonly options: vscode.TreeViewOptions<T>,
  ) {}

  dispose(): void {
    this.disposed = true;
  }

  turn(visible: boolean): void {
    this.visible = visible;
    this.visibility.fire({ visible });
  }
}

/** A row as VS Code would draw it. `element` is what the extension's commands are given. */
export interface Row {
  readonly depth: number;
  readonly element: unknown;
  readonly item: TreeItem;
}

/** All rows, open or not, from top to bottom. As VS Code does, it insists on one row per id. */
export async function rowsOf({ options: { treeDataProvider: provider } }: FakeTreeView<unknown>): Promise<Row[]> {
  const ids = new Set<string | undefined>();
  const below = async (parent: unknown, depth: number): Promise<Row[]> => {
    const rows: Row[] = [];
    for (const element of (await provider.getChildren(parent)) ?? []) {
      const item = (await provider.getTreeItem(element)) as TreeItem;
      assert.ok(!ids.has(item.id), `Element with id ${item.id ?? ''} is already registered`);
      ids.add(item.id);
      const children = item.collapsibleState === TreeItemCollapsibleState.None ? [] : await below(element, depth + 1);
      rows.push({ depth, element, item }, ...children);
    }
    return rows;
  };
  return below(undefined, 0);
}

/** `▾` open, `▸` closed, `·` without children. */
export function drawn(rows: readonly Row[]): string[] {
  return rows.map(({ depth, item }) => {
    const mark = '·▸▾'[item.collapsibleState] ?? '?';
    return `${'  '.repeat(depth)}${mark} ${[item.label, item.description].filter(Boolean).join('  ')}`;
  });
}

export class FakeStatusBarItem {
  name = '';
  text = '';
  tooltip: string | { value: string } | undefined;
  command: string | undefined;
  accessibilityInformation: vscode.AccessibilityInformation | undefined;
  visible = false;
  disposed = false;

  constructor(
    readonly id: string,
    readonly alignment: number,
  ) {}

  show(): void {
    this.visible = true;
  }

  hide(): void {
    this.visible = false;
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** Progress as it is shown; `cancel` is the user's. */
export class FakeProgress {
  readonly reports: { message?: string; increment?: number }[] = [];
  readonly token: vscode.CancellationToken;
  done = false;
  private readonly cancelled = new EventEmitter<unknown>();
  private isCancelled = false;

  constructor(readonly options: vscode.ProgressOptions) {
    const isCancelled = (): boolean => this.isCancelled;
    this.token = {
      get isCancellationRequested() {
        return isCancelled();
      },
      onCancellationRequested: this.cancelled.event,
    };
  }

  cancel(): void {
    assert.ok(this.options.cancellable === true && !this.done, 'there is nothing to cancel');
    this.isCancelled = true;
    this.cancelled.fire(undefined);
  }
}
