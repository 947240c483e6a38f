import type { Memento } from 'vscode';

/** What VS Code keeps for a workspace; as there, what is stored is what JSON makes of it. */
export class FakeMemento implements Memento {
  readonly values = new Map<string, string>();
  /** How often something was written. */
  writes = 0;

  keys(): readonly string[] {
    return [...this.values.keys()];
  }

  readonly get: Memento['get'] = <T>(key: string, fallback?: T): T | undefined => {
    const stored = this.values.get(key);
    return stored === undefined ? fallback : (JSON.parse(stored) as T);
  };

  update(key: string, value: unknown): Promise<void> {
    this.writes += 1;
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, JSON.stringify(value));
    return Promise.resolve();
  }
}
