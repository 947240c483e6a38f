import type { Head } from '../model/head';
import type { Listing } from '../model/pipeline';
import { AncestorSearch, isEmpty, type AncestorPort } from './ancestorSearch';
import type { Loaded } from './monitor';

/** What is asked of GitLab about HEAD. */
export interface HeadPort extends AncestorPort {
  /** Whether the project has the commit; undefined: GitLab doesn't say. */
  hasCommit(sha: string): Promise<boolean | undefined>;
}

export interface HeadQuestion {
  /** Names the project among all instances. */
  readonly project: string;
  readonly head: Head;
  /** A person asks: nothing that is remembered will do. */
  readonly isAsked: boolean;
}

export type HeadListing = Listing & Pick<Loaded, 'ancestor' | 'watching' | 'unpushed'>;

/** GitLab's last answer on whether the project has HEAD. */
interface Presence {
  /** What the answer belongs to: the commit, and all that git knows of where it was pushed to. */
  readonly key: string;
  readonly at: number;
  readonly isThere: boolean | undefined;
}

/** A push that leaves no mark in git is noticed by asking again. */
const presenceAgainMs = 60_000;
const nothing: Listing = { builds: [], pipelines: [] };

/**
 * Whose builds stand for HEAD: its own, else those of the nearest commit before it that has some. A commit that git has in
 * no branch of the remote may be on the server all the same, so only GitLab's word makes HEAD "not pushed".
 */
export class HeadBuilds {
  private readonly search: AncestorSearch;
  private presence: Presence | undefined;

  constructor(private readonly now: () => number) {
    this.search = new AncestorSearch(now);
  }

  async load(question: HeadQuestion, port: HeadPort): Promise<HeadListing> {
    const { head, isAsked } = question;
    const key = JSON.stringify([question.project, head.sha, head.pushed, head.pushedElsewhere]);
    if (isAsked || this.presence?.key !== key) this.presence = undefined;
    const own = this.isKnownToLack(head) ? nothing : await port.listing(head.sha);
    if (!isEmpty(own)) return own;
    const isThere = head.pushed === true ? true : await this.isThere(key, head, port);
    const wish = { anew: isAsked, watchesNearest: isThere !== true };
    const nearest = await this.search.nearest(head.ancestors, port, wish);
    const watching = isThere === true || isWaitedFor(head, isThere, nearest?.ancestor.sha);
    const found = nearest === undefined ? own : { ...nearest.listing, ancestor: nearest.ancestor };
    return { ...found, watching, ...(isThere === false ? { unpushed: true } : {}) };
  }

  /** Both git and GitLab say so; that it is pushed is an event. */
  private isKnownToLack({ pushed }: Head): boolean {
    return pushed === false && this.presence?.isThere === false;
  }

  private async isThere(key: string, { sha, pushed }: Head, port: HeadPort): Promise<boolean | undefined> {
    const known = this.presence;
    const age = this.now() - (known?.at ?? 0);
    const isEnough = known?.isThere !== false || pushed === false || (age >= 0 && age < presenceAgainMs);
    if (known !== undefined && isEnough) return known.isThere;
    const isThere = await port.hasCommit(sha);
    this.presence = { key, at: this.now(), isThere };
    return isThere;
  }
}

/** The nearest commit that was pushed has no builds yet, while HEAD itself gets none. */
function isWaitedFor({ ancestors }: Head, isThere: boolean | undefined, found: string | undefined): boolean {
  const [nearest] = ancestors;
  return isThere === false && nearest !== undefined && nearest.sha !== found;
}
