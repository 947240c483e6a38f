import type { HeaderBag } from './httpFailures';

export interface Page<T> {
  readonly headers: HeaderBag;
  readonly items: readonly T[];
}

export interface PagedList<T> {
  readonly items: readonly T[];
  /** Number of pages with rows. */
  readonly pages: number;
  /** The list was truncated because it has too many pages. */
  readonly isPartial: boolean;
}

/** Rows per page: GitLab's maximum, then smaller sizes in case a page is too large. */
export const pageSizes = [100, 20, 5] as const;
const inParallel = 6;
/** Maximum number of pages per list. A server that announces more is broken or malicious. */
const maxPages = 1000;
/** Number of rows of a list from which on no more pages are read: a page may have more than was asked for. */
const maxRows = 100_000;

/** Path of a page; `path` may contain a query. */
export function pageOf(path: string, page: number, size: number = pageSizes[0]): string {
  return `${path}${path.includes('?') ? '&' : '?'}per_page=${size}&page=${page}`;
}

/**
 * Loads all pages of a list in order, up to six at a time and up to the first page that is empty or says it is the last. Follows `X-Next-Page` rather
 * than `Link`, which may name another host. How far to read at once is what the server says, `expected` (how many pages
 * there were last time), or else as many pages again as have been read. A row that moves to a later page meanwhile
 * appears twice: the caller deduplicates by id.
 */
export async function allPages<T>(read: (page: number) => Promise<Page<T>>, expected = 1): Promise<PagedList<T>> {
  const pages: Page<T>[] = [];
  let next: number | undefined = 1;
  let until = Math.min(expected, maxPages);
  while (next !== undefined && next <= maxPages && rowsOf(pages) < maxRows) {
    pages.push(...(await readRange(next, until, read)));
    const last = pages.at(-1);
    next = last === undefined || last.items.length === 0 ? undefined : pageAfter(pages.length, last);
    if (last !== undefined && next !== undefined) until = Math.min(maxPages, Math.max(next, endOf(next, last)));
  }
  const filled = pages.filter(({ items }) => items.length > 0).length;
  return { items: pages.flatMap(({ items }) => items), pages: filled, isPartial: next !== undefined };
}

function rowsOf(pages: readonly Page<unknown>[]): number {
  return pages.reduce((sum, { items }) => sum + items.length, 0);
}

/** The page up to which to read at once from `next` on: the last one, if the server says how many there are. */
function endOf(next: number, { headers }: Page<unknown>): number {
  const total = Number(headers.get('x-total-pages') ?? NaN);
  return Number.isSafeInteger(total) ? total : next + Math.min(next - 1, inParallel) - 1;
}

/** Loads pages `from` to `last`, six at a time; stops after an empty page, or one that says it is the last. */
async function readRange<T>(
  from: number,
  last: number,
  read: (page: number) => Promise<Page<T>>,
): Promise<readonly Page<T>[]> {
  const pages: Page<T>[] = [];
  let next = from;
  let end = last;
  let rows = 0;
  const readNext = async (): Promise<void> => {
    while (next <= end) {
      const page = next++;
      const found = await read(page);
      pages[page - from] = found;
      const isLast = found.items.length === 0 || found.headers.get('x-next-page') === '';
      if (isLast) end = Math.min(end, page);
      if ((rows += found.items.length) >= maxRows) end = Math.min(end, next - 1);
    }
  };
  await Promise.all(Array.from({ length: inParallel }, readNext));
  return pages.slice(0, end - from + 1);
}

/** Number of the next page; undefined if the header is empty or leads back. */
function pageAfter(page: number, { headers }: Page<unknown>): number | undefined {
  const next = Number(headers.get('x-next-page') ?? '');
  return Number.isSafeInteger(next) && next > page ? next : undefined;
}
