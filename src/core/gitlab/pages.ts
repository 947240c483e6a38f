import { inTurns } from '../inTurns';
import type { HeaderBag } from './answers';

export interface Page<T> {
  readonly headers: HeaderBag;
  readonly items: readonly T[];
}

const perPage = 100;
const inParallel = 6;

/** The address of that page; `path` may have a query. */
export function pageOf(path: string, page: number): string {
  return `${path}${path.includes('?') ? '&' : '?'}per_page=${perPage}&page=${page}`;
}

/**
 * All pages of a list, in order. `X-Next-Page` leads, never `Link`, which may name another host; where the number of
 * pages is known, the pages after the first are read six at a time. A row that moved to a later page meanwhile, since a
 * new one came in front, comes twice: the caller tells rows apart by id.
 */
export async function allPages<T>(read: (page: number) => Promise<Page<T>>): Promise<readonly T[]> {
  const first = await read(1);
  const pages = [first.items];
  const total = Number(first.headers.get('x-total-pages') ?? NaN);
  let last = first;
  let next = pageAfter(1, first);
  if (next === 2 && Number.isSafeInteger(total) && total > 2) {
    const others = Array.from({ length: total - 1 }, (_, index) => index + 2);
    const rest = await inTurns(others, inParallel, read);
    pages.push(...rest.map(({ items }) => items));
    last = rest.at(-1) ?? first;
    next = pageAfter(total, last);
  }
  while (next !== undefined && last.items.length > 0) {
    last = await read(next);
    pages.push(last.items);
    next = pageAfter(next, last);
  }
  return pages.flat();
}

/** The empty string means that there is none; neither does one that leads back. */
function pageAfter(page: number, { headers }: Page<unknown>): number | undefined {
  const next = Number(headers.get('x-next-page') ?? '');
  return Number.isSafeInteger(next) && next > page ? next : undefined;
}
