import assert from 'node:assert/strict';

export type Severity = 'error' | 'warning' | 'information';

/** A message on screen. It stays there until a test presses a button or closes it. */
export class Message {
  readonly answer: Promise<string | undefined>;
  readonly modal: boolean;
  readonly detail: string;
  readonly buttons: readonly string[];
  open = true;
  private resolve: (button: string | undefined) => void = () => undefined;

  constructor(
    readonly severity: Severity,
    readonly text: string,
    rest: readonly unknown[],
  ) {
    const options = rest.find((one): one is { modal?: boolean; detail?: string } => typeof one === 'object') ?? {};
    this.modal = options.modal ?? false;
    this.detail = options.detail ?? '';
    this.buttons = rest.filter((one) => typeof one === 'string');
    this.answer = new Promise((resolve) => (this.resolve = resolve));
  }

  press(button: string): void {
    assert.ok(this.buttons.includes(button), `"${this.text}" has no button ${button}, but ${this.buttons.join(', ')}`);
    this.end(button);
  }

  close(): void {
    this.end(undefined);
  }

  private end(button: string | undefined): void {
    assert.ok(this.open, `"${this.text}" is closed already`);
    this.open = false;
    this.resolve(button);
  }
}
