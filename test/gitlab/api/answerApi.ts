import { type Answer, grapeFailure, json, type Request, unauthorized, withHeaders } from '../answer';
import { invalidPage } from '../pagination';
import type { Api, Profile } from '../profiles/profile';
import { type Params, parseQuery } from '../query';
import { authenticate } from './authenticate';
import { type Call, profileOf, type Site, text } from './call';
import { scopeOf } from './lists';
import { type Route, routes } from './routes';

/** Answers a path below `/api/v3/` or `/api/v4/`; undefined where this GitLab has no such route, and Rails answers. */
export function answerApi(site: Site, api: Api, request: Request, path: string, url: string): Answer | undefined {
  const [resource = '', query = ''] = split(path, '?');
  const matches = routesOf(api).flatMap((each) => {
    const match = each.pattern.exec(resource);
    return match ? [{ ...each, groups: match.groups ?? {} }] : [];
  });
  const [first] = matches;
  if (!first) return api.catchAll ? grapeFailure(404, '404 Not Found') : undefined;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const match = matches.find((each) => each.method === method);
  const route = match ?? first;
  const params = { ...bodyParams(request), ...parseQuery(query), ...decoded(route.groups) };
  const { world } = site;
  const caller = authenticate(world, request, params, route.name);
  if ('refusal' in caller) return caller.refusal;
  const call: Call = { site, api, route: route.name, request, url, params, user: caller.user };
  if (!call.user && !api.anonymous.includes(route.name)) return unauthorized;
  if (!match) return notAllowed(request, world.profile, matches);
  return invalid(call, match) ?? match.run(call);
}

interface CompiledRoute extends Route {
  readonly pattern: RegExp;
}

const compiled = new WeakMap<Api, readonly CompiledRoute[]>();

function routesOf(api: Api): readonly CompiledRoute[] {
  const known = compiled.get(api);
  if (known) return known;
  const made = routes
    .filter(({ name }) => api.routes.includes(name))
    .map((each) => ({ ...each, pattern: toPattern(each.path, api, api.dottedIds.includes(each.name)) }));
  compiled.set(api, made);
  return made;
}

/** Grape ends a path parameter at a dot (there a format could begin) unless the route says otherwise. */
function toPattern(path: string, { noun }: Api, dots: boolean): RegExp {
  const segment = dots ? '[^/]+' : '[^/.]+';
  const named = path.replaceAll('/builds', `/${noun}s`).replaceAll(':build_id', `:${noun}_id`);
  const pattern = named.replace(/\*(\w+)/g, '(?<$1>.+)').replace(/:(\w+)/g, `(?<$1>${segment})`);
  return new RegExp(`^${pattern}/?$`);
}

function decoded(groups: Readonly<Record<string, string>>): Params {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decode(value)]));
}

function decode(text: string): string {
  return /%(?![0-9a-f]{2})/i.test(text) ? text : decodeURIComponent(text);
}

/** Scalars only: what is nested its handler reads itself. */
function bodyParams({ headers, body }: Request): Params {
  if (body === '') return {};
  if (!(headers['content-type']?.includes('json') ?? false)) return parseQuery(body);
  const parsed = Object.entries(JSON.parse(body) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    parsed.flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)]]
        : [],
    ),
  );
}

/** What Grape finds wrong with parameters before the route runs. */
function invalid(call: Call, { list }: Route): Answer | undefined {
  const { params, api } = call;
  const profile = profileOf(call);
  const names = profile.invalidId === 'badParameter' ? Object.keys(params).filter((name) => /_i?id$/.test(name)) : [];
  const wrong = names.find((name) => !/^-?\d+$/.test(text(params[name])));
  if (wrong !== undefined) return grapeFailure(400, `${wrong} is invalid`);
  if (!list) return undefined;
  const scope = { builds: api.scope, pipelineBuilds: api.pipelineScope, other: undefined }[list];
  const asked = scope?.checkedBy === 'grape' ? scopeOf(params['scope'], scope) : undefined;
  if (asked && 'refusal' in asked) return asked.refusal;
  return invalidPage(params, profile.pagination);
}

function notAllowed(request: Request, profile: Profile, matches: readonly Route[]): Answer {
  const methods = matches.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const headers = { Allow: ['OPTIONS', ...methods].join(', ') };
  if (request.method === 'OPTIONS') return { status: 204, headers, body: '' };
  return withHeaders(json(405, profile.methodNotAllowed), headers);
}

function split(path: string, separator: string): readonly string[] {
  const at = path.indexOf(separator);
  return at < 0 ? [path] : [path.slice(0, at), path.slice(at + 1)];
}
