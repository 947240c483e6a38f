import type { MergeRequest, Pipeline, Project, User } from '../model';
import { complete } from '../rules';
import { connection, type PageArgs } from './connection';
import { ArgumentError, type Context, idIn, may, type Resolvers, upper } from './context';
import { jobsOf } from './pipelineResolvers';

interface Args extends PageArgs {
  readonly fullPath: string;
  readonly id?: string | null;
  readonly iid?: string | null;
  readonly sha?: string | null;
  readonly ref?: string | null;
  readonly status?: string | null;
  readonly scope?: string | null;
  readonly source?: string | null;
  readonly ids?: readonly string[] | null;
  readonly username?: string | null;
  readonly statuses?: readonly string[] | null;
  readonly iids?: readonly string[] | null;
  readonly sourceBranches?: readonly string[] | null;
  readonly state?: string | null;
}

export const queryResolvers: Resolvers<unknown, Args> = {
  // What one may not see is null, as what is not there.
  project: (_, { fullPath }, context) => {
    const isPath = !/^\d+$/.test(fullPath);
    const project = isPath ? context.world.findProject(fullPath) : undefined;
    return project && may(context, 'readProject', project) ? project : null;
  },
  currentUser: (_, __, { user }) => user ?? null,
  metadata: (_, __, { world }) => ({ version: world.profile.version, revision: '4e963fe1a2b', enterprise: true }),
  queryComplexity: (_, __, { weight, limit }) => ({ score: weight.complexity, limit }),
};

export const userResolvers: Resolvers<User> = {
  id: ({ id }) => `gid://gitlab/User/${id}`,
  webUrl: ({ username }, _, { links }) => links.absolute(links.user(username)),
  webPath: ({ username }, _, { links }) => links.user(username),
  avatarUrl: () => null,
};

export const projectResolvers: Resolvers<Project, Args> = {
  id: ({ id }) => `gid://gitlab/Project/${id}`,
  name: ({ path }) => path.slice(path.lastIndexOf('/') + 1),
  path: ({ path }) => path.slice(path.lastIndexOf('/') + 1),
  fullPath: ({ path }) => path,
  nameWithNamespace: ({ path }) => path.replaceAll('/', ' / '),
  webUrl: (project, _, { links }) => links.absolute(links.project(project)),
  archived: () => false,
  userPermissions: (project, _, context) => {
    const [reads, admins] = [may(context, 'readProject', project), may(context, 'adminProject', project)];
    return { readProject: reads, adminProject: admins };
  },
  pipelines: (project, args, context) => connection(pipelinesOf(project, args, context), args, ({ id }) => id),
  pipeline: (project, { id, iid, sha }, context) => {
    const given = [id, iid, sha].filter((each) => each != null);
    if (given.length > 1) throw new ArgumentError('Provide one of: id, iid, sha');
    if (!may(context, 'readBuild', project)) return null;
    if (id != null || iid != null) {
      const isWanted = (each: Pipeline): boolean => (id == null ? String(each.iid) === iid : each.id === idIn(id));
      return context.world.pipelines(project).find(isWanted) ?? null;
    }
    // Without any argument the newest one.
    return pipelinesOf(project, { fullPath: '', ...(sha != null && { sha }) }, context)[0] ?? null;
  },
  job: (project, { id }, context) => {
    const build = may(context, 'readBuild', project) ? context.world.findBuild(project, idIn(id)) : undefined;
    return build ?? null;
  },
  jobs: (project, args, context) => {
    const ids = may(context, 'readBuild', project) ? context.world.buildIds(project) : [];
    const builds = ids.map((id) => context.world.build(id));
    return connection(jobsOf(builds, { statuses: args.statuses ?? null }), args, ({ id }) => id);
  },
  mergeRequests: (project, args, { world }) => {
    const { iids, sourceBranches, state } = args;
    const found = world
      .mergeRequests(project)
      .filter(({ iid }) => iids?.includes(String(iid)) ?? true)
      .filter(({ sourceBranch }) => sourceBranches?.includes(sourceBranch) ?? true)
      .filter((each) => state == null || state === 'all' || each.state === state)
      .reverse();
    return connection(found, args, ({ iid }) => iid);
  },
};

export const mergeRequestResolvers: Resolvers<MergeRequest, Args> = {
  id: ({ iid }) => `gid://gitlab/MergeRequest/${5000 + iid}`,
  iid: ({ iid }) => String(iid),
  diffHeadSha: ({ sha }) => sha,
  webUrl: ({ iid, projectId }, _, { world, links }) =>
    links.absolute(`${links.project(world.project(projectId))}/-/merge_requests/${iid}`),
  headPipeline: (mergeRequest, _, context) => pipelinesOfMergeRequest(mergeRequest, context)[0] ?? null,
  pipelines: (mergeRequest, args, context) => {
    const pipelines = pipelinesOfMergeRequest(mergeRequest, context);
    return connection(
      pipelines.filter((each) => isWanted(each, args, context)),
      args,
      ({ id }) => id,
    );
  },
};

/** Newest first. Children are reached from their parent, or by their source. */
function pipelinesOf(project: Project, args: Args, context: Context): readonly Pipeline[] {
  if (!may(context, 'readBuild', project)) return [];
  return context.world
    .pipelines(project)
    .filter(({ source }) => source !== 'parent_pipeline' || args.source === 'parent_pipeline' || args.ids != null)
    .filter((pipeline) => isWanted(pipeline, args, context))
    .reverse();
}

function pipelinesOfMergeRequest(
  { iid, projectId, sourceBranch, sha }: MergeRequest,
  context: Context,
): readonly Pipeline[] {
  return pipelinesOf(context.world.project(projectId), { fullPath: '' }, context).filter(
    (each) => each.mergeRequestIid === iid || (each.ref === sourceBranch && each.sha === sha),
  );
}

function isWanted(pipeline: Pipeline, args: Args, { world }: Context): boolean {
  const { status } = world.pipelineState(pipeline);
  const isSame = (wanted: string | null | undefined, value: string | undefined): boolean =>
    wanted == null || wanted === value;
  return (
    isSame(args.sha, pipeline.sha) &&
    isSame(args.ref, pipeline.ref) &&
    isSame(args.source, pipeline.source) &&
    isSame(args.username, pipeline.user?.username) &&
    isSame(args.status, upper(status)) &&
    (args.ids?.some((id) => idIn(id) === pipeline.id) ?? true) &&
    isInScope(args.scope, status, pipeline.tag)
  );
}

function isInScope(scope: string | null | undefined, status: string, tag: boolean): boolean {
  switch (scope) {
    case null:
    case undefined:
      return true;
    case 'FINISHED':
      return complete.includes(status);
    case 'TAGS':
      return tag;
    case 'BRANCHES':
      return !tag;
    default:
      return upper(status) === scope;
  }
}
