/** Something to clean up after use; compatible with VS Code's Disposable. */
export interface Disposable {
  dispose(): unknown;
}

/** Registers a listener until the result is disposed of. Compatible with VS Code's Event. */
export type Event<T> = (listener: (value: T) => unknown) => Disposable;

/** Calls the listeners of an event in the order in which they were registered. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<{ readonly call: (value: T) => unknown }>();

  readonly event: Event<T> = (call) => {
    const listener = { call };
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  /** Calls all current listeners. An error of one is rethrown later, so that the others are called. */
  fire(value: T): void {
    for (const { call } of [...this.listeners]) {
      try {
        call(value);
      } catch (error) {
        setImmediate(() => {
          throw error;
        });
      }
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}
