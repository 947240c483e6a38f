import type { Head } from '../model/head';
import type { Listing } from '../model/pipeline';
import { AncestorSearch, isEmpty, type AncestorPort } from './ancestorSearch';
import type { Loaded } from './monitor';

/** GitLab requests about HEAD. */
export interface HeadPort extends AncestorPort {
  /** Whether the project has the commit; undefined if GitLab doesn't say. */
  hasCommit(sha: string): Promise<boolean | undefined>;
}

interface HeadQuestion {
  /** Identifies the project across all instances. */
  readonly project: string;
  readonly head: Head;
  /** The user asked: ignore cached results. */
  readonly isAsked: boolean;
}

export type HeadListing = Listing & Pick<Loaded, 'ancestor' | 'watching' | 'unpushed'>;

/** GitLab's last answer on whether the project has HEAD. */
interface Presence {
  /** Identifies what was asked: the commit and all refs that git believes to contain it. */
  readonly key: string;
  readonly at: number;
  readonly isThere: boolean | undefined;
}

/** How often to ask again, in ms, to notice a push that leaves no trace in git. */
const presenceAgainMs = 60_000;
const nothing: Listing = { builds: [], pipelines: [] };

/**
 * Chooses the builds to show for HEAD: its own, else those of the nearest ancestor that has some. A commit in no
 * tracking branch may still be on the server, so only GitLab's answer makes HEAD "not pushed".
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

  /** Whether both git and GitLab say that HEAD isn't pushed. A push is then noticed as an event. */
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

/** Whether builds of the nearest pushed commit are awaited because HEAD gets none itself. */
function isWaitedFor({ ancestors }: Head, isThere: boolean | undefined, found: string | undefined): boolean {
  const [nearest] = ancestors;
  return isThere === false && nearest !== undefined && nearest.sha !== found;
}
