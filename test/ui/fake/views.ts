import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { EventEmitter, type TreeItem, TreeItemCollapsibleState } from './basics';

export class FakeTreeView<T> {
  title: string | undefined;
  description: string | undefined;
  message: string | undefined;
  badge: vscode.ViewBadge | undefined;
  visible = true;
  disposed = false;
  selection: readonly T[] = [];
  /** What was revealed, the last one last. */
  readonly revealed: T[] = [];
  /** How many times it still rejects a row, as VS Code does with one that it hasn't drawn yet. */
  rejections = 0;
  private readonly visibility = new EventEmitter<{ visible: boolean }>();
  readonly onDidChangeVisibility = this.visibility.event;
  private readonly expanded = new EventEmitter<unknown>();
  readonly onDidExpandElement = this.expanded.event;
  private readonly collapsed = new EventEmitter<unknown>();
  readonly onDidCollapseElement = this.collapsed.event;
  private readonly selected = new EventEmitter<{ readonly selection: readonly unknown[] }>();
  readonly onDidChangeSelection = this.selected.event;

  constructor(
    readonly id: string,
    readonly options: vscode.TreeViewOptions<T>,
  ) {}

  dispose(): void {
    this.disposed = true;
  }

  select(...selection: readonly T[]): void {
    this.selection = selection;
    this.selected.fire({ selection });
  }

  /** As a click on the mark before the row does. */
  toggle(element: T, isOpen: boolean): void {
    (isOpen ? this.expanded : this.collapsed).fire({ element });
  }

  /** As VS Code does, it needs the parents of what it is to reveal. */
  reveal(element: T, { select = true }: { select?: boolean } = {}): Promise<void> {
    assert.ok('getParent' in this.options.treeDataProvider, 'getParent is required');
    if (this.rejections > 0) {
      this.rejections -= 1;
      return Promise.reject(new Error('Cannot resolve tree item for element 1/rspec'));
    }
    this.revealed.push(element);
    if (select) this.selection = [element];
    return Promise.resolve();
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

/**
 * All rows, open or not, from top to bottom; those below artifacts or a branch, which are asked for then, only where
 * `opens` says so.
 * As VS Code does, it insists on one row per id.
 */
export async function rowsOf(
  { options: { treeDataProvider: provider } }: FakeTreeView<unknown>,
  opens: (item: TreeItem) => boolean = isDrawn,
): Promise<Row[]> {
  const ids = new Set<string | undefined>();
  const below = async (parent: unknown, depth: number): Promise<Row[]> => {
    const rows: Row[] = [];
    for (const element of (await provider.getChildren(parent)) ?? []) {
      const item = (await provider.getTreeItem(element)) as TreeItem;
      assert.ok(!ids.has(item.id), `Element with id ${item.id ?? ''} is already registered`);
      ids.add(item.id);
      const isOpen = item.collapsibleState !== TreeItemCollapsibleState.None && opens(item);
      const children = isOpen ? await below(element, depth + 1) : [];
      rows.push({ depth, element, item }, ...children);
    }
    return rows;
  };
  return below(undefined, 0);
}

function isDrawn({ contextValue }: TreeItem): boolean {
  if (contextValue === undefined) return true;
  const words = contextValue.split(' ');
  // Below a build that has failed stand its failed tests, which are asked for.
  if (words[0] === 'earlierPipelines') return false;
  return words[0] !== 'artifacts' && !(words.includes('failed') && words.includes('hasArtifacts'));
}

interface LiveNode<T> {
  readonly parent: T | undefined;
  item: TreeItem;
  /** undefined: not asked for since the row was drawn. */
  children: readonly T[] | undefined;
}

/**
 * The rows as VS Code keeps them, all unfolded: each is asked for once, and again only when the provider tells that it,
 * or one above it, has changed.
 */
export class LiveTree<T> {
  /** Rows that were asked for. */
  drawn = 0;
  /** What was told to have changed: rows, or the whole tree. */
  readonly told: (readonly T[] | 'all')[] = [];
  private readonly nodes = new Map<T, LiveNode<T>>();
  private readonly ids = new Set<string>();
  private roots: readonly T[] | undefined;

  constructor(private readonly view: FakeTreeView<T>) {
    view.options.treeDataProvider.onDidChangeTreeData?.((changed) => {
      const elements = changed === undefined || changed === null ? undefined : [changed].flat();
      this.told.push((elements as T[] | undefined) ?? 'all');
      if (elements === undefined) this.forget();
      else this.refresh(elements as T[]);
    });
  }

  rows(): readonly Row[] {
    this.roots ??= this.load(undefined);
    return this.below(this.roots, 0);
  }

  private below(elements: readonly T[], depth: number): readonly Row[] {
    return elements.flatMap((element) => {
      const node = this.nodes.get(element);
      assert.ok(node);
      const { item } = node;
      if (item.collapsibleState !== TreeItemCollapsibleState.None && isDrawn(item))
        node.children ??= this.load(element);
      return [{ depth, element, item }, ...this.below(node.children ?? [], depth + 1)];
    });
  }

  private load(parent: T | undefined): readonly T[] {
    const children = this.view.options.treeDataProvider.getChildren(parent) as T[];
    for (const element of children) {
      const item = this.draw(element);
      assert.ok(item.id !== undefined && !this.ids.has(item.id), `Element with id ${item.id} is already registered`);
      this.ids.add(item.id);
      this.nodes.set(element, { parent, item, children: undefined });
    }
    return children;
  }

  private draw(element: T): TreeItem {
    this.drawn += 1;
    return this.view.options.treeDataProvider.getTreeItem(element) as unknown as TreeItem;
  }

  private forget(): void {
    this.nodes.clear();
    this.ids.clear();
    this.roots = undefined;
  }

  /** All are cleared before any is asked for again; rows that VS Code does not know are nothing to it. */
  private refresh(elements: readonly T[]): void {
    const topmost = elements.filter((element) => this.nodes.has(element) && !this.isBelow(element, elements));
    for (const element of topmost) this.clearBelow(element);
    for (const element of topmost) {
      const node = this.nodes.get(element);
      assert.ok(node);
      const item = this.draw(element);
      assert.equal(item.id, node.item.id, 'a row has changed its id');
      node.item = item;
    }
  }

  private isBelow(element: T, others: readonly T[]): boolean {
    const parent = this.nodes.get(element)?.parent;
    return parent !== undefined && (others.includes(parent) || this.isBelow(parent, others));
  }

  private clearBelow(element: T): void {
    const node = this.nodes.get(element);
    for (const child of node?.children ?? []) {
      this.clearBelow(child);
      const id = this.nodes.get(child)?.item.id;
      if (id !== undefined) this.ids.delete(id);
      this.nodes.delete(child);
    }
    if (node !== undefined) node.children = undefined;
  }
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
  command: string | vscode.Command | undefined;
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
  private readonly canceled = new EventEmitter<unknown>();
  private isCancelled = false;

  constructor(readonly options: vscode.ProgressOptions) {
    const isCancelled = (): boolean => this.isCancelled;
    this.token = {
      get isCancellationRequested() {
        return isCancelled();
      },
      onCancellationRequested: this.canceled.event,
    };
  }

  cancel(): void {
    assert.ok(this.options.cancellable === true && !this.done, 'there is nothing to cancel');
    this.isCancelled = true;
    this.canceled.fire(undefined);
  }
}
