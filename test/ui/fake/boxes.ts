import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { EventEmitter, QuickPickItemKind } from './basics';

const separator = String(QuickPickItemKind.Separator);

/** What input boxes and quick picks have in common. What a user does in them are the methods below `dispose`. */
class Box {
  title: string | undefined;
  placeholder: string | undefined;
  value = '';
  busy = false;
  enabled = true;
  ignoreFocusOut = false;
  buttons: readonly vscode.QuickInputButton[] = [];
  visible = false;
  disposed = false;
  private readonly accepted = new EventEmitter<void>();
  private readonly changed = new EventEmitter<string>();
  private readonly hidden = new EventEmitter<void>();
  private readonly triggered = new EventEmitter<vscode.QuickInputButton>();
  readonly onDidAccept = this.accepted.event;
  readonly onDidChangeValue = this.changed.event;
  readonly onDidHide = this.hidden.event;
  readonly onDidTriggerButton = this.triggered.event;

  show(): void {
    assert.ok(!this.disposed, 'shown after its end');
    this.visible = true;
  }

  /** VS Code tells of it a little later, and once. */
  hide(): void {
    if (!this.visible) return;
    this.visible = false;
    queueMicrotask(() => this.hidden.fire());
  }

  dispose(): void {
    this.hide();
    this.disposed = true;
  }

  type(text: string): void {
    this.usable();
    this.value = text;
    this.changed.fire(text);
  }

  accept(): void {
    this.usable();
    this.accepted.fire();
  }

  press(tooltip: string): void {
    this.usable();
    const button = this.buttons.find((one) => one.tooltip === tooltip);
    assert.ok(button, `no button ${tooltip}, but ${this.buttons.map((one) => one.tooltip).join(', ')}`);
    this.triggered.fire(button);
  }

  escape(): void {
    this.usable();
    this.hide();
  }

  protected usable(): void {
    assert.ok(this.visible && this.enabled, 'the user cannot reach this box');
  }
}

export class FakeInputBox extends Box {
  prompt: string | undefined;
  password = false;
  validationMessage: string | undefined;
}

export class FakeQuickPick extends Box {
  items: readonly vscode.QuickPickItem[] = [];
  selectedItems: readonly vscode.QuickPickItem[] = [];
  matchOnDescription = false;
  matchOnDetail = false;
  keepScrollPosition = false;
  private readonly itemTriggered = new EventEmitter<vscode.QuickPickItemButtonEvent<vscode.QuickPickItem>>();
  readonly onDidTriggerItemButton = this.itemTriggered.event;

  get labels(): readonly string[] {
    return this.items.map(({ label }) => label);
  }

  choose(label: string): void {
    const item = this.items.find((one) => one.label.includes(label));
    assert.ok(item, `no item ${label}, but ${this.labels.join(', ')}`);
    this.selectedItems = [item];
    this.accept();
  }

  pressOn(label: string, tooltip: string): void {
    this.usable();
    const item = this.items.find((one) => one.label === label);
    const button = item?.buttons?.find((one) => one.tooltip === tooltip);
    assert.ok(item && button, `no item ${label} with a button ${tooltip}`);
    this.itemTriggered.fire({ item, button });
  }
}

type Item = string | vscode.QuickPickItem;

/** A list of `showQuickPick`, open until a test answers. */
export class FakePick {
  readonly answer: Promise<Item | readonly Item[] | undefined>;
  open = true;
  private resolve: (answer: Item | readonly Item[] | undefined) => void = () => undefined;

  constructor(
    readonly items: readonly Item[],
    readonly options: vscode.QuickPickOptions,
  ) {
    this.answer = new Promise((resolve) => (this.resolve = resolve));
  }

  /** Without those of separators. */
  get labels(): readonly string[] {
    return this.choices.map(labelOf);
  }

  private get choices(): readonly Item[] {
    return this.items.filter((item) => typeof item === 'string' || String(item.kind) !== separator);
  }

  /** Each label as a part of an item's; several only where several may be picked. */
  choose(...labels: readonly string[]): void {
    const chosen = labels.map((label) => {
      const item = this.choices.find((one) => labelOf(one).includes(label));
      assert.ok(item !== undefined, `no item ${label}, but ${this.labels.join(', ')}`);
      return item;
    });
    if (this.options.canPickMany !== true) assert.equal(chosen.length, 1);
    this.end(this.options.canPickMany === true ? chosen : chosen[0]);
  }

  escape(): void {
    this.end(undefined);
  }

  private end(answer: Item | readonly Item[] | undefined): void {
    assert.ok(this.open, 'the list is closed already');
    this.open = false;
    this.resolve(answer);
  }
}

function labelOf(item: Item): string {
  return typeof item === 'string' ? item : item.label;
}
