import { EventEmitter, type Disposable, type Event, type Memento } from 'vscode';
import type { Clock } from '../../core/util/timer';
import { targetOf, type Snapshot } from '../../core/model/snapshot';

interface ProjectOfInstance {
  /** Base URL of the instance. */
  readonly instance: string;
  /** Path or numeric id. */
  readonly project: string;
}

const storageKey = 'knownProjects';
/** Of one workspace; the ones shown longest ago are forgotten. */
const mostProjects = 200;
/** From the start of a window until its repositories are shown, in ms. */
const startMs = 5000;

/**
 * Projects that this workspace shows or has shown. Anybody can write the address of a log or of artifacts into a file:
 * only those of these projects are opened.
 */
export class KnownProjects implements Disposable {
  private readonly added = new EventEmitter<void>();
  readonly onDidAdd: Event<void> = this.added.event;
  private readonly keys: Set<string>;

  constructor(private readonly memento: Memento) {
    const stored = memento.get<unknown>(storageKey);
    this.keys = new Set(Array.isArray(stored) ? stored.filter((key) => typeof key === 'string') : []);
  }

  has(project: ProjectOfInstance): boolean {
    return this.keys.has(keyOf(project));
  }

  /** The same, also where the project is only about to be shown, as after a reload: waits up to `startMs` for that. */
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

  /** Takes in the project of a snapshot that is shown. */
  addShown(snapshot: Snapshot | undefined): void {
    const target = targetOf(snapshot);
    if (target !== undefined) this.add({ instance: target.instance.url, project: target.project });
  }

  /** Forgets the projects of all other instances, such as of one that the user has signed out of. */
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
    for (const oldest of [...this.keys].slice(0, -mostProjects)) this.keys.delete(oldest);
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

/** No base URL has a space. */
function prefixOf(instance: string): string {
  return `${instance} `;
}
