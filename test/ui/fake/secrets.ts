import type { SecretStorage, SecretStorageChangeEvent } from 'vscode';
import { EventEmitter } from './basics';

/** One store, which several windows may share. */
export class FakeSecrets implements SecretStorage {
  readonly values = new Map<string, string>();
  private readonly changed = new EventEmitter<SecretStorageChangeEvent>();
  readonly onDidChange = this.changed.event;

  keys(): Promise<string[]> {
    return Promise.resolve([...this.values.keys()]);
  }

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.values.get(key));
  }

  store(key: string, value: string): Promise<void> {
    this.values.set(key, value);
    this.changed.fire({ key });
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.values.delete(key);
    this.changed.fire({ key });
    return Promise.resolve();
  }
}
