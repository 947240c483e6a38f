import { type Params, toInteger, toQuery } from './query';
import type { Profile } from './profiles';

const defaultPerPage = 20;
const maxPerPage = 100;

export interface Page {
  readonly from: number;
  readonly to: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Which rows of `total` to show, and Kaminari's headers. A page past the end is empty and names itself. */
export function paginate(total: number, url: string, params: Params, profile: Profile): Page {
  const wanted = toInteger(params['per_page']);
  const perPage = wanted > 0 ? Math.min(wanted, maxPerPage) : defaultPerPage;
  const page = Math.max(toInteger(params['page']), 1);
  const pages = Math.max(Math.ceil(total / perPage), profile.totalPagesOfNothing);
  const from = (page - 1) * perPage;
  return {
    from,
    to: Math.min(from + perPage, total),
    headers: {
      'X-Total': String(total),
      'X-Total-Pages': String(pages),
      'X-Per-Page': String(perPage),
      'X-Page': String(page),
      'X-Next-Page': page < pages ? String(page + 1) : '',
      'X-Prev-Page': page > 1 ? String(page - 1) : '',
      Link: links(page, pages, (number) => `${url}?${toQuery({ ...params, page: number, per_page: String(perPage) })}`),
    },
  };
}

function links(page: number, pages: number, url: (page: string) => string): string {
  const link = (rel: string, number: number): string => `<${url(String(number))}>; rel="${rel}"`;
  return [
    ...(page > 1 ? [link('prev', page - 1)] : []),
    ...(page < pages ? [link('next', page + 1)] : []),
    link('first', 1),
    link('last', pages),
  ].join(', ');
}
