import type { Event } from './emitter';

/** VS Code's storage of JSON values by key, of a workspace or of all windows. */
export interface Memento {
  get(key: string): unknown;
  /** `value`: undefined removes the key. */
  update(key: string, value: unknown): PromiseLike<void>;
}

/** VS Code's storage of secrets by key, which all windows share. */
export interface SecretStorage {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
  /** Fires when a secret was stored or deleted in any window. */
  readonly onDidChange: Event<{ readonly key: string }>;
}
