import { isObject } from '../util/fields';
import type { Memento } from '../util/storage';
import type { FactsKeeper, FoundProject, InstanceFacts } from './instanceFacts';
import type { Instance } from '../model/instance';

export const storageKey = 'instances';
const maxInstances = 20;

interface StoredInstance extends InstanceFacts {
  /** Base URL. */
  readonly url: string;
  /** Configured API version at the time. */
  readonly apiVersion: Instance['apiVersion'];
}

/** Stores facts about instances and their projects for all windows; nothing secret. */
export class InstanceCache {
  constructor(private readonly storage: Memento) {}

  of({ url, apiVersion }: Instance): FactsKeeper {
    const isIt = (one: StoredInstance): boolean => one.url === url && one.apiVersion === apiVersion;
    return {
      // Read each time: another window may have added facts.
      get: () => this.read().find(isIt),
      keep: (facts) => {
        const others = this.read().filter((one) => !isIt(one));
        this.write(facts === undefined ? others : [...others, { ...facts, url, apiVersion }].slice(-maxInstances));
      },
    };
  }

  /** Drops facts about all instances but those with the given base URLs. */
  keepOnly(instances: readonly string[]): void {
    const all = this.read();
    const kept = all.filter(({ url }) => instances.includes(url));
    if (kept.length < all.length) this.write(kept);
  }

  private read(): readonly StoredInstance[] {
    const stored = this.storage.get(storageKey);
    return Array.isArray(stored) ? stored.filter(isStoredInstance) : [];
  }

  private write(all: readonly StoredInstance[]): void {
    void this.storage.update(storageKey, all.length === 0 ? undefined : all);
  }
}

/** Validates a stored value: false if another version wrote it or it is damaged. */
function isStoredInstance(value: unknown): value is StoredInstance {
  if (!isObject(value)) return false;
  const { url, apiVersion, server, at, projects, lacks, noGraphql } = value;
  return (
    typeof url === 'string' &&
    (apiVersion === 'auto' || apiVersion === 'v3' || apiVersion === 'v4') &&
    Number.isFinite(at) &&
    isServer(server) &&
    (lacks === undefined || isListOfTexts(lacks)) &&
    (noGraphql === undefined || noGraphql === true) &&
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

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
