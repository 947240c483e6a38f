import type { HeaderBag } from './httpFailures';

export interface Page<T> {
  readonly headers: HeaderBag;
  readonly items: readonly T[];
}

export interface PagedList<T> {
  readonly items: readonly T[];
  /** There are more pages than are ever read. */
  readonly isPartial: boolean;
}

/** Rows of a page: the most that GitLab gives, then fewer where such a page is too large to be read. */
export const pageSizes = [100, 20, 5] as const;
const inParallel = 6;
/** Of one list. A server that names more is broken or hostile. */
const mostPages = 1000;

/** Path of that page; `path` may have a query. */
export function pageOf(path: string, page: number, size: number = pageSizes[0]): string {
  return `${path}${path.includes('?') ? '&' : '?'}per_page=${size}&page=${page}`;
}

/**
 * All pages of a list, in order. `X-Next-Page` leads, never `Link`, which may name another host; where the number of
 * pages is known, the pages after the first are read six at a time, up to the first empty one. A row that moved to a
 * later page meanwhile, since a new one came in front, comes twice: the caller tells rows apart by id.
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

/** Pages 2 to `last`, six at a time; what comes after an empty page is not asked for. */
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

/** The empty string means that there is none; neither does one that leads back. */
function pageAfter(page: number, { headers }: Page<unknown>): number | undefined {
  const next = Number(headers.get('x-next-page') ?? '');
  return Number.isSafeInteger(next) && next > page ? next : undefined;
}
