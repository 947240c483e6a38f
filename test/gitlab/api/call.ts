import { type Answer, failure, forbidden, projectNotFound, type Request } from '../answer';
import type { Entities } from '../entities/entities';
import type { FakeBuild, Kind, Pipeline, Project, User } from '../model';
import type { Api, Profile, RouteName } from '../profiles/profile';
import type { Param, Params } from '../query';
import { type Ability, can, canOn } from '../rules';
import type { World } from '../world';
import type { Limiter } from './limiter';

/** What the API needs to answer. */
export interface Site {
  readonly world: World;
  readonly entities: Entities;
  readonly limiter: Limiter;
  /** Signed address of the artifacts in the object storage, where artifacts lie there. */
  readonly storageUrl: ((build: FakeBuild) => string) | undefined;
}

export interface Call {
  readonly site: Site;
  readonly api: Api;
  readonly route: RouteName;
  readonly request: Request;
  /** Address of this request without its query. */
  readonly url: string;
  /** Of path, query and body. */
  readonly params: Params;
  /** Undefined: anonymous. */
  readonly user: User | undefined;
}

export interface ProjectCall extends Call {
  readonly project: Project;
}

export interface BuildCall extends ProjectCall {
  readonly build: FakeBuild;
}

export interface PipelineCall extends ProjectCall {
  readonly pipeline: Pipeline;
}

export type Run = (call: Call) => Answer;

export function profileOf({ site }: Call): Profile {
  return site.world.profile;
}

/** A project that the caller may not see does not exist. */
export function inProject(ability: Ability, run: (call: ProjectCall) => Answer): Run {
  return (call) => {
    const { world } = call.site;
    const id = text(call.params['id']);
    const project = world.findProject(id);
    if (!project || !can(call.user, 'readProject', project, world.profile)) return movedProject(call, id);
    return can(call.user, ability, project, world.profile) ? run({ ...call, project }) : forbidden;
  };
}

/** `kinds` of builds that the route finds. */
export function onBuild(ability: Ability, run: (call: BuildCall) => Answer, kinds: readonly Kind[] = ['build']): Run {
  return inProject(ability === 'eraseBuild' ? 'updateBuild' : ability, (call) => {
    const build = buildOf(call, kinds);
    if (!build) return failure(404, call.api.missingBuild);
    return canOn(call.user, ability, call.project, build, profileOf(call)) ? run({ ...call, build }) : forbidden;
  });
}

export function onPipeline(ability: Ability, run: (call: PipelineCall) => Answer): Run {
  return inProject(ability, (call) => {
    const pipeline = call.site.world.findPipeline(call.project, Number(text(call.params['pipeline_id'])));
    return pipeline ? run({ ...call, pipeline }) : failure(404, '404 Not found');
  });
}

export function buildOf({ site, api, project, params }: ProjectCall, kinds: readonly Kind[]): FakeBuild | undefined {
  const id = text(params[`${api.noun}_id`]);
  const build = /^\d+$/.test(id) ? site.world.findBuild(project, Number(id)) : undefined;
  return build && kinds.includes(build.kind) ? build : undefined;
}

export function buildJson(call: ProjectCall, build: FakeBuild): string {
  return call.site.entities.build(build, call.api.keys, mayDownload(call));
}

export function mayDownload(call: ProjectCall): boolean {
  return can(call.user, 'readBuild', call.project, profileOf(call));
}

export function text(param: Param | undefined): string {
  return typeof param === 'string' ? param : '';
}

/** The old path of a project leads to its number, for a GET; it is no address for anything else. */
function movedProject(call: Call, path: string): Answer {
  const { world } = call.site;
  const project = world.findMovedProject(path);
  const isSeen = project && can(call.user, 'readProject', project, world.profile);
  if (!isSeen || world.profile.movedProjects === 'notFound') return projectNotFound;
  const { method, path: asked } = call.request;
  if (method !== 'GET' && method !== 'HEAD') {
    return failure(405, 'Non GET methods are not allowed for moved projects');
  }
  const { origin } = new URL(call.site.entities.links.absolute('/'));
  const location = `${origin}${asked.replace(/\/projects\/[^/?]+/, `/projects/${project.id}`)}`;
  const body = `This resource has been moved permanently to ${location}`;
  return { status: 301, headers: { 'Content-Type': 'text/plain', Location: location }, body };
}
