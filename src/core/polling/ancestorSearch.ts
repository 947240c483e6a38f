import { isActive } from '../model/build';
import type { Ancestor } from '../model/head';
import type { Listing } from '../model/pipeline';

/** What is asked of GitLab to find a commit with builds. */
export interface AncestorPort {
  /** The commits of the project's newest builds. */
  recent(): Promise<readonly string[]>;
  listing(sha: string): Promise<Listing>;
}

export interface AncestorBuilds {
  readonly ancestor: Ancestor;
  readonly listing: Listing;
}

interface Search {
  /** Of which commits. */
  readonly key: string;
  readonly at: number;
  readonly ancestor: Ancestor | undefined;
}

const searchAgainMs = 5 * 60_000;
/** Builds that have ended change only where somebody acts on them. */
const endedAgainMs = 60_000;
/** In a busy project the newest builds may all be of other branches. */
const mostTried = 3;

export function isEmpty({ builds, pipelines }: Listing): boolean {
  return builds.length === 0 && pipelines.length === 0;
}

/** The builds of the nearest commit before HEAD that has some, with few requests: which one it is, is remembered. */
export class AncestorSearch {
  private search: Search | undefined;
  private known: { readonly sha: string; readonly at: number; readonly listing: Listing } | undefined;

  constructor(private readonly now: () => number) {}

  /** `ancestors`: nearest first. `anew`: nothing that is remembered will do. */
  async nearest(
    ancestors: readonly Ancestor[],
    port: AncestorPort,
    anew: boolean,
  ): Promise<AncestorBuilds | undefined> {
    if (anew) this.search = this.known = undefined;
    if (ancestors.length === 0) return undefined;
    const key = ancestors.map(({ sha }) => sha).join(' ');
    if (this.search?.key !== key || this.now() - this.search.at >= searchAgainMs)
      this.search = { key, at: this.now(), ancestor: await this.find(ancestors, port) };
    const { ancestor } = this.search;
    return ancestor === undefined ? undefined : { ancestor, listing: await this.listing(ancestor.sha, port) };
  }

  private async find(ancestors: readonly Ancestor[], port: AncestorPort): Promise<Ancestor | undefined> {
    const recent = new Set(await port.recent());
    const found = ancestors.find(({ sha }) => recent.has(sha));
    if (found !== undefined) return found;
    for (const ancestor of ancestors.slice(0, mostTried))
      if (!isEmpty(await this.listing(ancestor.sha, port))) return ancestor;
    return undefined;
  }

  private async listing(sha: string, port: AncestorPort): Promise<Listing> {
    const { known } = this;
    const isFresh = known?.sha === sha && this.now() - known.at < endedAgainMs;
    if (isFresh && !known.listing.builds.some(isActive)) return known.listing;
    const listing = await port.listing(sha);
    this.known = { sha, at: this.now(), listing };
    return listing;
  }
}
