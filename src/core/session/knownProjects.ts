import { Emitter, type Disposable, type Event } from '../util/emitter';
import type { Memento } from '../util/storage';
import type { Clock } from '../util/timer';
import { targetOf, type Snapshot } from '../model/snapshot';

interface ProjectOfInstance {
  /** Base URL of the instance. */
  readonly instance: string;
  /** Project path or numeric id. */
  readonly project: string;
}

const storageKey = 'knownProjects';
/** Maximum number per workspace; the least recently shown are dropped. */
const maxProjects = 200;
/** Longest wait in ms for the repositories of a new window to be shown. */
const startMs = 5000;

/**
 * Projects that this workspace shows or has shown. Logs and artifacts are only opened for these, because a file may
 * contain a forged URI.
 */
export class KnownProjects implements Disposable {
  private readonly added = new Emitter<void>();
  readonly onDidAdd: Event<void> = this.added.event;
  private readonly keys: Set<string>;

  constructor(private readonly memento: Memento) {
    const stored = memento.get(storageKey);
    this.keys = new Set(Array.isArray(stored) ? stored.filter((key) => typeof key === 'string') : []);
  }

  has(project: ProjectOfInstance): boolean {
    return this.keys.has(keyOf(project));
  }

  /** Like `has`, but waits up to `startMs` for a project that is about to be shown, as after a reload. */
  async becomesKnown(project: ProjectOfInstance, clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>): Promise<boolean> {
    if (this.has(project)) return true;
    return new Promise((resolve) => {
      const end = (): void => {
        listener.dispose();
        clock.clearTimeout(timeout);
        resolve(this.has(project));
      };
      const listener = this.added.event(() => {
        if (this.has(project)) end();
      });
      const timeout = clock.setTimeout(end, startMs);
    });
  }

  /** Adds the project of a displayed snapshot. */
  addShown(snapshot: Snapshot | undefined): void {
    const target = targetOf(snapshot);
    if (target !== undefined) this.add({ instance: target.instance.url, project: target.project });
  }

  /** Drops the projects of all other instances, for example after signing out. */
  keepOnly(instances: readonly string[]): void {
    const kept = [...this.keys].filter((key) => instances.some((instance) => key.startsWith(prefixOf(instance))));
    if (kept.length === this.keys.size) return;
    this.keys.clear();
    for (const key of kept) this.keys.add(key);
    this.write();
  }

  private write(): void {
    void this.memento.update(storageKey, this.keys.size === 0 ? undefined : [...this.keys]);
  }

  private add(project: ProjectOfInstance): void {
    const key = keyOf(project);
    if (this.keys.has(key)) return;
    this.keys.add(key);
    for (const oldest of [...this.keys].slice(0, -maxProjects)) this.keys.delete(oldest);
    this.write();
    this.added.fire();
  }

  dispose(): void {
    this.added.dispose();
  }
}

function keyOf({ instance, project }: ProjectOfInstance): string {
  return `${prefixOf(instance)}${project}`;
}

/** Unambiguous, because base URLs contain no spaces. */
function prefixOf(instance: string): string {
  return `${instance} `;
}
