import { type Answer, grapeFailure } from './answer';
import type { Pagination } from './profiles/profile';
import { type Params, toInteger, toQuery } from './query';

const defaultPerPage = 20;
const maxPerPage = 100;

export interface Page {
  readonly from: number;
  readonly to: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface PageOptions {
  /** Address of the list, without its query. */
  readonly url: string;
  readonly params: Params;
  readonly rules: Pagination;
  /** `omitted`: the list never says how long it is. */
  readonly total: 'counted' | 'omitted';
}

/** Grape's own check of the parameters, on versions that have one. */
export function invalidPage(params: Params, { perPageZero }: Pagination): Answer | undefined {
  const isZero = params['per_page'] !== undefined && toInteger(params['per_page']) < 1;
  return isZero && perPageZero === 'badParameter' ? grapeFailure(400, 'per_page has a value not allowed') : undefined;
}

/** Which rows of `total` to show, and Kaminari's headers. A page past the end is empty and names itself. */
export function paginate(total: number, { url, params, rules, total: counting }: PageOptions): Page {
  const perPage = perPageOf(params, rules);
  const page = Math.max(toInteger(params['page']), 1);
  const pages = Math.max(Math.ceil(total / perPage), rules.pagesOfNothing);
  const from = (page - 1) * perPage;
  const isCounted = counting === 'counted' && (rules.countedUpTo === 0 || total <= rules.countedUpTo);
  const isPastEnd = page > Math.max(pages, 1);
  const hasPrevious = page > 1 && !(isPastEnd && rules.previousPastEnd === 'empty');
  const link = (rel: string, number: number): string =>
    `<${url}?${toQuery({ ...params, page: String(number), per_page: String(perPage) })}>; rel="${rel}"`;
  const links = [
    ...(hasPrevious ? [link('prev', page - 1)] : []),
    ...(page < pages ? [link('next', page + 1)] : []),
    link('first', 1),
    ...(isCounted ? [link('last', pages)] : []),
  ];
  const totals = isCounted ? { 'X-Total': String(total), 'X-Total-Pages': String(pages) } : {};
  return {
    from,
    to: Math.min(from + perPage, total),
    headers: {
      ...(rules.totals === 'first' ? totals : {}),
      'X-Per-Page': String(perPage),
      'X-Page': String(page),
      'X-Next-Page': page < pages ? String(page + 1) : '',
      'X-Prev-Page': hasPrevious ? String(page - 1) : '',
      Link: links.join(', '),
      ...(rules.totals === 'afterLink' ? totals : {}),
    },
  };
}

export interface KeysetPage {
  /** Rows with a smaller id; Infinity: from the newest on. */
  readonly below: number;
  readonly limit: number;
  readonly headers: (lastId: number | undefined) => Readonly<Record<string, string>>;
}

/** Pages by the id that the last one ended at. No counting, no `X-Page`; `per_page` is taken as it is. */
export function keyset({ url, params }: PageOptions): KeysetPage {
  const limit = toInteger(params['per_page']) > 0 ? toInteger(params['per_page']) : defaultPerPage;
  const cursor = params['cursor'];
  return {
    below: typeof cursor === 'string' ? idIn(cursor) : Infinity,
    limit,
    headers: (lastId) => {
      if (lastId === undefined) return { 'X-NEXT-CURSOR': '', 'X-PREV-CURSOR': '' };
      const next = Buffer.from(JSON.stringify({ id: String(lastId), _kd: 'n' })).toString('base64url');
      const query = toQuery({ ...params, cursor: next, per_page: String(limit) });
      return { 'X-NEXT-CURSOR': next, 'X-PREV-CURSOR': '', Link: `<${url}?${query}>; rel="next"` };
    },
  };
}

function idIn(cursor: string): number {
  const { id } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { readonly id: string };
  return Number(id);
}

function perPageOf(params: Params, { perPageZero }: Pagination): number {
  const wanted = toInteger(params['per_page']);
  if (wanted > 0) return Math.min(wanted, maxPerPage);
  const isZero = params['per_page'] === '0' && typeof perPageZero === 'number';
  return isZero ? perPageZero : defaultPerPage;
}
