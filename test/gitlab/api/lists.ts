import { type Answer, failure, grapeFailure, json } from '../answer';
import type { FakeBuild } from '../model';
import { keyset, paginate, type PageOptions } from '../pagination';
import type { Scope } from '../profiles/profile';
import { isHash, isList, type Param, type Params } from '../query';
import { type Call, mayDownload, profileOf, type ProjectCall, text } from './call';

/** Statuses asked for; undefined: all. */
type Asked = { readonly statuses: readonly string[] | undefined } | { readonly refusal: Answer };

/** GitLab 8.x knows a string and a hash (`scope[0]=`). An array (`scope[]=`) it takes for the literal `unknown`. */
export function scopeOf(scope: Param | undefined, rules: Scope): Asked {
  if (scope === undefined || (scope === '' && rules.empty === 'ignored')) return { statuses: undefined };
  if (isHash(scope) && rules.hash === 'invalid') return { refusal: grapeFailure(400, 'scope is invalid') };
  const statuses = isList(scope) && rules.list === 'unknown' ? ['unknown'] : listOf(scope);
  if (statuses.every((status) => rules.values.includes(status))) return { statuses };
  return {
    refusal:
      rules.checkedBy === 'grape'
        ? grapeFailure(400, 'scope does not have a valid value')
        : failure(400, 'Scope contains invalid value(s)'),
  };
}

/** `ascending` ids of builds, shown newest first. `total` omitted: the list never tells how long it is. */
export function listBuilds(call: ProjectCall, ascending: readonly number[], total: PageOptions['total']): Answer {
  const { world } = call.site;
  const asked = scopeOf(call.params['scope'], call.api.scope);
  if ('refusal' in asked) return asked.refusal;
  const { statuses } = asked;
  const ids = statuses ? ascending.filter((id) => statuses.includes(world.build(id).status)) : ascending;
  const page = paginate(ids.length, pageOptions(call, total));
  const shown = ids.slice(Math.max(ids.length - page.to, 0), Math.max(ids.length - page.from, 0)).reverse();
  return showBuilds(
    call,
    shown.map((id) => world.build(id)),
    page.headers,
  );
}

/** `pagination=keyset`, newest first. */
export function listBuildsByKey(call: ProjectCall, ascending: readonly number[]): Answer {
  const { world } = call.site;
  const asked = scopeOf(call.params['scope'], call.api.scope);
  if ('refusal' in asked) return asked.refusal;
  if (text(call.params['sort']) === 'asc') return noKeyset;
  const { below, limit, headers } = keyset(pageOptions(call, 'omitted'));
  const rest = ascending
    .filter((id) => id < below)
    .map((id) => world.build(id))
    .filter(({ status }) => asked.statuses?.includes(status) ?? true)
    .reverse();
  const shown = rest.slice(0, limit);
  return showBuilds(call, shown, headers(rest.length > limit ? shown.at(-1)?.id : undefined));
}

export const noKeyset = grapeFailure(405, 'Keyset pagination is not yet available for this type of request');

/** Rows in their order, as `pagination` cuts them. */
export function listRows<Row>(call: Call, rows: readonly Row[], show: (rows: readonly Row[]) => string): Answer {
  const page = paginate(rows.length, pageOptions(call, 'counted'));
  return json(200, show(rows.slice(page.from, page.to)), page.headers);
}

function showBuilds(call: ProjectCall, builds: readonly FakeBuild[], headers: Answer['headers']): Answer {
  return json(200, call.site.entities.builds(builds, call.api.keys, mayDownload(call)), headers);
}

function pageOptions(call: Call, total: PageOptions['total']): PageOptions {
  return { url: call.url, params: linkedParams(call), rules: profileOf(call).pagination, total };
}

/** Where Grape checks the scope, `Link` repeats what it made of it. */
function linkedParams({ params, api }: Call): Params {
  const { scope } = params;
  if (scope === undefined || api.scope.checkedBy === 'endpoint') return params;
  return { ...params, scope: listOf(scope) };
}

function listOf(scope: Param): readonly string[] {
  if (typeof scope === 'string') return [scope];
  return isList(scope) ? scope : Object.values(scope);
}
