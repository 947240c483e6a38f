import { fieldsOf } from '../util/fields';
import type { Memento } from '../util/storage';

const storageKey = 'remoteChoices';
/** Maximum number per workspace; the oldest are dropped. */
const maxChoices = 100;

/** The remote that the user selected for a repository, by root; stored for the workspace. */
export class RemoteChoices {
  private readonly choices: Map<string, string>;

  constructor(private readonly memento: Memento) {
    const stored = memento.get(storageKey);
    const pairs = Object.entries(fieldsOf(stored));
    this.choices = new Map(
      pairs.flatMap(([root, name]: [string, unknown]) => (typeof name === 'string' ? [[root, name]] : [])),
    );
  }

  of(root: string): string | undefined {
    return this.choices.get(root);
  }

  /** `remote`: undefined removes the choice. */
  set(root: string, remote: string | undefined): void {
    this.choices.delete(root);
    if (remote !== undefined) this.choices.set(root, remote);
    for (const oldest of [...this.choices.keys()].slice(0, -maxChoices)) this.choices.delete(oldest);
    void this.memento.update(storageKey, this.choices.size === 0 ? undefined : Object.fromEntries(this.choices));
  }
}
