import { isActive } from '../model/build';
import type { Ancestor } from '../model/head';
import type { Listing } from '../model/pipeline';

/** GitLab requests needed to find an ancestor with builds. */
export interface AncestorPort {
  /** SHAs of the commits with the project's newest builds. */
  recent(): Promise<readonly string[]>;
  listing(sha: string): Promise<Listing>;
}

interface AncestorBuilds {
  readonly ancestor: Ancestor;
  readonly listing: Listing;
}

interface AncestorSearchOptions {
  /** Ignore cached results. */
  readonly anew: boolean;
  /** The nearest ancestor may have just been pushed, so it is asked for each time until it has builds. */
  readonly watchesNearest: boolean;
}

interface Search {
  /** Identifies the ancestors that were searched. */
  readonly key: string;
  readonly at: number;
  /** SHA of the commit that was found. Its distance from HEAD isn't stored, since HEAD moves on. */
  readonly sha: string | undefined;
}

const searchAgainMs = 5 * 60_000;
/** How long finished builds are cached, in ms: they change only if someone acts on them. */
const endedAgainMs = 60_000;
/** Most ancestors to try. In a busy project, the newest builds may all belong to other branches. */
const maxTried = 3;

export function isEmpty({ builds, pipelines }: Listing): boolean {
  return builds.length === 0 && pipelines.length === 0;
}

/** Finds the nearest ancestor of HEAD that has builds. Caches the result to save requests. */
export class AncestorSearch {
  private search: Search | undefined;
  private known: { readonly sha: string; readonly at: number; readonly listing: Listing } | undefined;

  constructor(private readonly now: () => number) {}

  /** `ancestors`: nearest first. */
  async nearest(
    ancestors: readonly Ancestor[],
    port: AncestorPort,
    { anew, watchesNearest }: AncestorSearchOptions,
  ): Promise<AncestorBuilds | undefined> {
    if (anew) this.search = this.known = undefined;
    if (ancestors.length === 0) return undefined;
    const key = ancestors.map(({ sha }) => sha).join(' ');
    if (this.search?.key !== key || !this.isRecent(this.search.at, searchAgainMs))
      this.search = { key, at: this.now(), sha: await this.find(ancestors, port) };
    else if (watchesNearest) await this.checkNearest(ancestors, port);
    const { sha } = this.search;
    const ancestor = ancestors.find((one) => one.sha === sha);
    return ancestor === undefined ? undefined : { ancestor, listing: await this.listing(ancestor.sha, port) };
  }

  private async find(ancestors: readonly Ancestor[], port: AncestorPort): Promise<string | undefined> {
    const recent = new Set(await port.recent());
    const found = ancestors.find(({ sha }) => recent.has(sha));
    if (found !== undefined) return found.sha;
    for (const { sha } of ancestors.slice(0, maxTried)) if (!isEmpty(await this.listing(sha, port))) return sha;
    return undefined;
  }

  /** Rechecks the nearest ancestor, which may have gotten builds since the search. */
  private async checkNearest([nearest]: readonly Ancestor[], port: AncestorPort): Promise<void> {
    if (this.search === undefined || nearest === undefined || nearest.sha === this.search.sha) return;
    const listing = await port.listing(nearest.sha);
    if (isEmpty(listing)) return;
    this.search = { ...this.search, sha: nearest.sha };
    this.known = { sha: nearest.sha, at: this.now(), listing };
  }

  private async listing(sha: string, port: AncestorPort): Promise<Listing> {
    const { known } = this;
    const isFresh = known?.sha === sha && this.isRecent(known.at, endedAgainMs);
    if (isFresh && !known.listing.builds.some(isActive)) return known.listing;
    const listing = await port.listing(sha);
    this.known = { sha, at: this.now(), listing };
    return listing;
  }

  /** Whether `at` is less than `ms` ago. False if the clock was set back. */
  private isRecent(at: number, ms: number): boolean {
    const age = this.now() - at;
    return age >= 0 && age < ms;
  }
}
