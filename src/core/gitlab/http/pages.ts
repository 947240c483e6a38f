import type { HeaderBag } from './httpFailures';

export interface Page<T> {
  readonly headers: HeaderBag;
  readonly items: readonly T[];
}

export interface PagedList<T> {
  readonly items: readonly T[];
  /** The list was truncated because it has too many pages. */
  readonly isPartial: boolean;
}

/** Rows per page: GitLab's maximum, then smaller sizes in case a page is too large. */
export const pageSizes = [100, 20, 5] as const;
const inParallel = 6;
/** Maximum number of pages per list. A server that announces more is broken or malicious. */
const mostPages = 1000;

/** Path of a page; `path` may contain a query. */
export function pageOf(path: string, page: number, size: number = pageSizes[0]): string {
  return `${path}${path.includes('?') ? '&' : '?'}per_page=${size}&page=${page}`;
}

/**
 * Loads all pages of a list in order. Follows `X-Next-Page` rather than `Link`, which may name another host. If the
 * number of pages is known, loads the rest six at a time, up to the first empty page. A row that moves to a later page
 * meanwhile appears twice: the caller deduplicates by id.
 */
export async function allPages<T>(read: (page: number) => Promise<Page<T>>): Promise<PagedList<T>> {
  const first = await read(1);
  const pages = [first.items];
  const total = Number(first.headers.get('x-total-pages') ?? NaN);
  let last = first;
  let next = pageAfter(1, first);
  if (next === 2 && Number.isSafeInteger(total) && total > 2) {
    const others = await readUpTo(Math.min(total, mostPages), read);
    pages.push(...others.map(({ items }) => items));
    last = others.at(-1) ?? first;
    next = last.items.length === 0 ? undefined : pageAfter(others.length + 1, last);
  }
  while (next !== undefined && next <= mostPages && last.items.length > 0) {
    last = await read(next);
    pages.push(last.items);
    next = pageAfter(next, last);
  }
  return { items: pages.flat(), isPartial: next !== undefined && last.items.length > 0 };
}

/** Loads pages 2 to `last`, six at a time; stops after an empty page. */
async function readUpTo<T>(last: number, read: (page: number) => Promise<Page<T>>): Promise<readonly Page<T>[]> {
  const pages: Page<T>[] = [];
  let next = 2;
  let end = last;
  const readNext = async (): Promise<void> => {
    while (next <= end) {
      const page = next++;
      const found = await read(page);
      pages[page - 2] = found;
      if (found.items.length === 0) end = Math.min(end, page);
    }
  };
  await Promise.all(Array.from({ length: inParallel }, readNext));
  return pages.slice(0, end - 1);
}

/** Number of the next page; undefined if the header is empty or leads back. */
function pageAfter(page: number, { headers }: Page<unknown>): number | undefined {
  const next = Number(headers.get('x-next-page') ?? '');
  return Number.isSafeInteger(next) && next > page ? next : undefined;
}
