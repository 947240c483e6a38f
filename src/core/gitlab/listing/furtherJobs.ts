import type { JsonObject } from '../jsonObject';
import { Pages } from './projectAnswer';

/** Maximum number of pages of jobs per pipeline; a longer list is truncated and marked as partial. */
const maxPages = 1000;
/** Maximum number of pages requested in parallel. */
const pagesAtOnce = 5;

/** Cursors of the pages that a pipeline had last time, with `size` jobs each. */
export interface KnownPages {
  readonly size: number;
  readonly cursors: readonly string[];
}

interface EarlyPage {
  readonly cursor: string;
  readonly page: Promise<JsonObject | undefined>;
}

/**
 * Further pages of jobs. Each has the cursor of the next, so the first reading is serial. Cursors stay valid, so
 * pages at last time's cursors are requested in parallel, and only what has moved since is requested serially.
 */
export class FurtherJobs {
  private readonly early = new Map<string, readonly EarlyPage[]>();
  private isStopped = false;

  constructor(private readonly load: (iid: string, cursor: string) => Promise<JsonObject>) {}

  /** Requests last time's pages. A failure is thrown when its page is needed. */
  begin(iid: string, { cursors }: KnownPages): void {
    const pages: EarlyPage[] = [];
    for (const [index, cursor] of cursors.entries()) {
      const before = pages[index - pagesAtOnce]?.page ?? Promise.resolve(undefined);
      pages.push({ cursor, page: before.then(() => this.loadEarly(iid, cursor)) });
    }
    this.early.set(iid, pages);
  }

  /** Stops requesting pages ahead of time. */
  stop(): void {
    this.isStopped = true;
  }

  /** Passes each page after the first to `take`, in order; a job may come twice. */
  async read(iid: string, first: JsonObject, take: (page: JsonObject) => void): Promise<ReadPages> {
    const early = this.early.get(iid) ?? [];
    const pages = new Pages();
    const cursors: string[] = [];
    let after = await nextOf(first, pages, early, cursors);
    while (after !== undefined && cursors.length < maxPages - 1) {
      const cursor = after;
      cursors.push(cursor);
      const known = await early.find((one) => one.cursor === cursor)?.page;
      const page = known ?? (await this.load(iid, cursor));
      take(page);
      after = await nextOf(page, pages, early, cursors);
    }
    return { cursors, isPartial: after !== undefined };
  }

  /** A page requested ahead of time; undefined if it failed, or if early requests have stopped. */
  private async loadEarly(iid: string, cursor: string): Promise<JsonObject | undefined> {
    if (this.isStopped) return undefined;
    try {
      return await this.load(iid, cursor);
    } catch {
      this.isStopped = true;
      return undefined;
    }
  }
}

interface ReadPages {
  readonly cursors: readonly string[];
  /** Whether the list has more pages. */
  readonly isPartial: boolean;
}

/**
 * Cursor of the next page. If the page ends elsewhere than last time, because a job was added, it is the cursor of the last
 * early page which begins within this one.
 */
async function nextOf(
  page: JsonObject,
  pages: Pages,
  early: readonly EarlyPage[],
  used: readonly string[],
): Promise<string | undefined> {
  const end = pages.after(page);
  if (end === undefined || early.some(({ cursor }) => cursor === end)) return end;
  const ids = new Set(idsOf(page));
  for (const { cursor, page: loading } of early.toReversed()) {
    if (used.includes(cursor)) break;
    const begun = await loading;
    const [first] = idsOf(begun);
    const isFurther = begun?.object('pageInfo')?.string('endCursor') !== end;
    if (first !== undefined && ids.has(first) && isFurther) return cursor;
  }
  return end;
}

function idsOf(page: JsonObject | undefined): readonly string[] {
  return page?.objects('nodes').map((job) => job.string('id') ?? '') ?? [];
}
