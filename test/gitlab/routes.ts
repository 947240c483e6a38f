import {
  type Answer,
  failure,
  forbidden,
  json,
  notFound,
  projectNotFound,
  type Request,
  unauthorized,
  withHeaders,
} from './answer';
import type { Entities } from './entities';
import { serveFile } from './files';
import type { FakeBuild, Project, User } from './model';
import { paginate } from './pagination';
import type { Profile, RouteName } from './profiles';
import { isHash, type Param, type Params, parseQuery } from './query';
import { type Ability, can, canErase, canRetry } from './rules';
import type { World } from './world';

/** What the API needs to answer. */
export interface Site {
  readonly world: World;
  readonly entities: Entities;
  /** Signed address of the artifacts in the object storage, where artifacts lie there. */
  readonly storageUrl: ((build: FakeBuild) => string) | undefined;
}

interface Call {
  readonly site: Site;
  readonly request: Request;
  /** Address of this request without its query. */
  readonly url: string;
  /** Of path and query. */
  readonly params: Params;
  readonly user: User;
}

interface ProjectCall extends Call {
  readonly project: Project;
}

interface BuildCall extends ProjectCall {
  readonly build: FakeBuild;
}

interface Route {
  readonly name: RouteName;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly run: (call: Call) => Answer;
}

const routes: readonly Route[] = [
  { name: 'user', method: 'GET', path: 'user', run: showUser },
  { name: 'project', method: 'GET', path: 'projects/:id', run: inProject('readProject', showProject) },
  { name: 'builds', method: 'GET', path: 'projects/:id/builds', run: inProject('readProject', listBuilds) },
  {
    name: 'commitBuilds',
    method: 'GET',
    path: 'projects/:id/repository/commits/:sha/builds',
    run: inProject('readBuild', listCommitBuilds),
  },
  { name: 'build', method: 'GET', path: 'projects/:id/builds/:build_id', run: onBuild('readBuild', showBuild) },
  { name: 'trace', method: 'GET', path: 'projects/:id/builds/:build_id/trace', run: onBuild('readBuild', showTrace) },
  {
    name: 'artifacts',
    method: 'GET',
    path: 'projects/:id/builds/:build_id/artifacts',
    run: onBuild('readBuild', download),
  },
  { name: 'cancel', method: 'POST', path: 'projects/:id/builds/:build_id/cancel', run: onBuild('updateBuild', cancel) },
  {
    name: 'retry',
    method: 'POST',
    path: 'projects/:id/builds/:build_id/retry',
    run: inProject('updateBuild', retry),
  },
  { name: 'erase', method: 'POST', path: 'projects/:id/builds/:build_id/erase', run: onBuild('updateBuild', erase) },
];

/** Answers a path below `/api/v3/`; undefined where this GitLab has no such route. */
export function route(site: Site, request: Request, path: string, url: string): Answer | undefined {
  const { profile } = site.world;
  const [resource = '', query = ''] = split(path, '?');
  const matches = routesOf(profile).flatMap((each) => {
    const match = each.pattern.exec(resource);
    return match ? [{ ...each, groups: match.groups ?? {} }] : [];
  });
  if (matches.length === 0) return undefined;
  const params = { ...parseQuery(query), ...decoded(matches[0]?.groups ?? {}) };
  const user = authenticate(site.world, request, params);
  if (!user) return unauthorized;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const match = matches.find((each) => each.method === method);
  if (!match) return notAllowed(request, profile, matches);
  return match.run({ site, request, url, params, user });
}

interface CompiledRoute extends Route {
  readonly pattern: RegExp;
}

const compiled = new WeakMap<Profile, readonly CompiledRoute[]>();

function routesOf(profile: Profile): readonly CompiledRoute[] {
  const known = compiled.get(profile);
  if (known) return known;
  const made = routes
    .filter(({ name }) => profile.routes.includes(name))
    .map((each) => ({ ...each, pattern: toPattern(each.path, profile.dottedIds.includes(each.name)) }));
  compiled.set(profile, made);
  return made;
}

/** Grape ends a path parameter at a dot (there a format could begin) unless the route says otherwise. */
function toPattern(path: string, dots: boolean): RegExp {
  const segment = dots ? '[^/]+' : '[^/.]+';
  return new RegExp(`^${path.replace(/:(\w+)/g, `(?<$1>${segment})`)}/?$`);
}

function decoded(groups: Readonly<Record<string, string>>): Params {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decode(value)]));
}

function decode(text: string): string {
  return /%(?![0-9a-f]{2})/i.test(text) ? text : decodeURIComponent(text);
}

function notAllowed(request: Request, profile: Profile, matches: readonly Route[]): Answer {
  const methods = matches.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const headers = { Allow: ['OPTIONS', ...methods].join(', ') };
  if (request.method === 'OPTIONS') return { status: 204, headers, body: '' };
  return withHeaders(json(405, profile.methodNotAllowed), headers);
}

/** The parameter is looked at before the header. A blocked user is nobody. */
function authenticate(world: World, { headers }: Request, params: Params): User | undefined {
  const token = params['private_token'] ?? headers['private-token'];
  const user = typeof token === 'string' && token !== '' ? world.userOfToken(token) : undefined;
  return user?.state === 'active' ? user : undefined;
}

/** A project that the user may not see does not exist. */
function inProject(ability: Ability, run: (call: ProjectCall) => Answer): Route['run'] {
  return (call) => {
    const { world } = call.site;
    const project = world.findProject(text(call.params['id']));
    if (!project || !can(call.user, 'readProject', project, world.profile)) return projectNotFound;
    return can(call.user, ability, project, world.profile) ? run({ ...call, project }) : forbidden;
  };
}

function onBuild(ability: Ability, run: (call: BuildCall) => Answer): Route['run'] {
  return inProject(ability, (call) => {
    const build = buildOf(call);
    return build ? run({ ...call, build }) : notFound;
  });
}

function buildOf({ site, project, params }: ProjectCall): FakeBuild | undefined {
  const id = text(params['build_id']);
  return /^\d+$/.test(id) ? site.world.findBuild(project, Number(id)) : undefined;
}

function showUser({ site, user }: Call): Answer {
  return json(200, site.entities.currentUser(user));
}

function showProject({ site, project, user }: ProjectCall): Answer {
  return json(200, site.entities.project(project, user));
}

function listBuilds(call: ProjectCall): Answer {
  return list(call, call.site.world.buildIds(call.project));
}

/** The exact sha only. A commit without CI record is 404, although git has it. */
function listCommitBuilds(call: ProjectCall): Answer {
  const ids = call.site.world.buildIdsOfCommit(call.project, text(call.params['sha']));
  return ids ? list(call, ids) : notFound;
}

/** Newest first; superseded attempts are in it, and nothing marks them. */
function list(call: ProjectCall, ascending: readonly number[]): Answer {
  const { world, entities } = call.site;
  const scope = scopeOf(call.params['scope']);
  const { values, badValue } = world.profile.scope;
  if (scope?.some((status) => !values.includes(status))) return failure(400, badValue.message);
  const ids = scope ? ascending.filter((id) => scope.includes(world.build(id).status)) : ascending;
  const page = paginate(ids.length, call.url, call.params, world.profile);
  const shown = ids.slice(Math.max(ids.length - page.to, 0), Math.max(ids.length - page.from, 0)).reverse();
  return json(200, entities.builds(shown, mayDownload(call)), page.headers);
}

/** GitLab's code knows a string and a hash (`scope[0]=`). An array (`scope[]=`) it takes for the literal `unknown`. */
function scopeOf(scope: Param | undefined): readonly string[] | undefined {
  if (scope === undefined || scope === '') return undefined;
  if (typeof scope === 'string') return [scope];
  return isHash(scope) ? Object.values(scope) : ['unknown'];
}

function showBuild(call: BuildCall): Answer {
  return json(200, buildJson(call, call.build));
}

/** Always the whole log; none is an empty body. "infile" is GitLab's own spelling. */
function showTrace({ build, project }: BuildCall): Answer {
  const masked = build.trace.toString('latin1').replaceAll(project.runnersToken, 'xxxxxx');
  const headers = { 'Content-Disposition': `infile; filename="${build.id}.log"`, 'Content-Type': 'text/plain' };
  return { status: 200, headers, body: Buffer.from(masked, 'latin1') };
}

function download({ site, request, build }: BuildCall): Answer {
  if (!build.artifacts) return notFound;
  if (site.storageUrl) return moved(request, site.storageUrl(build));
  return serveFile(build.artifacts, request.headers, {
    'Content-Disposition': `attachment; filename=${toHeader(build.artifacts.filename)}`,
    'Content-Transfer-Encoding': 'binary',
    'Content-Type': 'application/octet-stream',
  });
}

/** The bytes of its UTF-8 as they are, without what would end the header. */
function toHeader(filename: string): string {
  return Buffer.from(filename)
    .toString('latin1')
    .replace(/\p{Cc}/gu, '');
}

/** Grape's redirect: 302 for a GET, 303 for anything else, HEAD too. */
function moved({ method }: Request, url: string): Answer {
  const body = `This resource has been moved temporarily to ${url}.`;
  return { status: method === 'GET' ? 302 : 303, headers: { 'Content-Type': 'text/plain', Location: url }, body };
}

function cancel(call: BuildCall): Answer {
  return json(201, buildJson(call, call.site.world.cancel(call.build)));
}

function retry(call: ProjectCall): Answer {
  const { world } = call.site;
  const build = buildOf(call);
  if (!build && world.profile.retryOfMissingBuild === 'notFound') return notFound;
  if (!build || !canRetry(world.profile, build)) return failure(403, '403 Forbidden - Build is not retryable');
  return json(201, buildJson(call, world.retry(build)));
}

function erase(call: BuildCall): Answer {
  if (!canErase(call.build)) return failure(403, '403 Forbidden - Build is not erasable!');
  return json(201, buildJson(call, call.site.world.erase(call.build)));
}

function buildJson(call: ProjectCall, build: FakeBuild): string {
  return call.site.entities.build(build, mayDownload(call));
}

function mayDownload({ site, user, project }: ProjectCall): boolean {
  return can(user, 'readBuild', project, site.world.profile);
}

function text(param: Param | undefined): string {
  return typeof param === 'string' ? param : '';
}

function split(path: string, separator: string): readonly string[] {
  const at = path.indexOf(separator);
  return at < 0 ? [path] : [path.slice(0, at), path.slice(at + 1)];
}
