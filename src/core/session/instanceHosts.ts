import { fieldsOf } from '../util/fields';
import type { Memento } from '../util/storage';
import type { Instance } from '../model/instance';

const storageKey = 'instanceHosts';
/** The oldest are forgotten. */
const maxHosts = 100;

/**
 * Git hosts that the user has signed in for at another host's instance, such as `work` in `git@work:group/project`. Kept
 * for all windows; nothing of it is secret.
 */
export class InstanceHosts {
  constructor(private readonly memento: Memento) {}

  /** Adds the kept hosts to their instances. A host that the settings give to an instance belongs to that one alone. */
  complete(instances: readonly Instance[]): readonly Instance[] {
    const kept = this.read();
    const taken = new Set(instances.flatMap(({ url, hosts }) => [new URL(url).host, ...hosts]));
    return instances.map((instance) => {
      const further = [...kept].flatMap(([host, url]) => (url === instance.url && !taken.has(host) ? [host] : []));
      return further.length === 0 ? instance : { ...instance, hosts: [...instance.hosts, ...further] };
    });
  }

  /** `url`: base URL of the instance that the host belongs to. */
  keep(host: string, url: string): void {
    this.write([...[...this.read()].filter(([other]) => other !== host), [host, url]]);
  }

  /** Forgets the hosts of an instance. */
  forget(url: string): void {
    const kept = [...this.read()];
    const others = kept.filter(([, other]) => other !== url);
    if (others.length < kept.length) this.write(others);
  }

  /** Base URLs by host. Read each time, because another window may have written. */
  private read(): ReadonlyMap<string, string> {
    const stored = this.memento.get(storageKey);
    const pairs = Object.entries(fieldsOf(stored));
    return new Map(
      pairs.flatMap(([host, url]: [string, unknown]) => (typeof url === 'string' ? [[host, url] as const] : [])),
    );
  }

  private write(pairs: readonly (readonly [host: string, url: string])[]): void {
    const kept = Object.fromEntries(pairs.slice(-maxHosts));
    void this.memento.update(storageKey, pairs.length === 0 ? undefined : kept);
  }
}
