import type { Memento } from 'vscode';
import type { FactsKeeper, FoundProject, InstanceFacts } from '../../core/gitlab/instanceFacts';
import type { Instance } from '../../core/model/instance';

export const storageKey = 'instances';
const mostInstances = 20;

interface StoredInstance extends InstanceFacts {
  /** Base URL. */
  readonly url: string;
  /** As it was set when that was found out. */
  readonly apiVersion: Instance['apiVersion'];
}

/** What instances turned out to be and where their projects are, for all windows; nothing of it is secret. */
export class InstanceCache {
  constructor(private readonly storage: Memento) {}

  of({ url, apiVersion }: Instance): FactsKeeper {
    const isIt = (one: StoredInstance): boolean => one.url === url && one.apiVersion === apiVersion;
    return {
      // Read each time: another window may have found out more.
      get: () => this.read().find(isIt),
      keep: (facts) => {
        const others = this.read().filter((one) => !isIt(one));
        this.write(facts === undefined ? others : [...others, { ...facts, url, apiVersion }].slice(-mostInstances));
      },
    };
  }

  /** Base URLs: what is known of other instances is forgotten. */
  keepOnly(instances: readonly string[]): void {
    const all = this.read();
    const kept = all.filter(({ url }) => instances.includes(url));
    if (kept.length < all.length) this.write(kept);
  }

  private read(): readonly StoredInstance[] {
    const stored = this.storage.get<unknown>(storageKey);
    return Array.isArray(stored) ? stored.filter(isStoredInstance) : [];
  }

  private write(all: readonly StoredInstance[]): void {
    void this.storage.update(storageKey, all.length === 0 ? undefined : all);
  }
}

/** What was stored by another version of ours, or is damaged, is none. */
function isStoredInstance(value: unknown): value is StoredInstance {
  if (!isObject(value)) return false;
  const { url, apiVersion, server, at, projects } = value;
  return (
    typeof url === 'string' &&
    (apiVersion === 'auto' || apiVersion === 'v3' || apiVersion === 'v4') &&
    Number.isFinite(at) &&
    isServer(server) &&
    isObject(projects) &&
    Object.values(projects).every(isFoundProject)
  );
}

function isServer(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { api, version } = value;
  return (api === 'v3' || api === 'v4') && (version === undefined || typeof version === 'string');
}

function isFoundProject(value: unknown): value is FoundProject {
  return (
    isObject(value) &&
    Number.isSafeInteger(value['id']) &&
    typeof value['path'] === 'string' &&
    Number.isFinite(value['at'])
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
