import type { MergeRequest, Pipeline, Project, Runner, User } from '../model';
import { complete } from '../rules';
import { connection, type PageArgs } from './connection';
import { ArgumentError, type Context, countCall, graphqlOf, idIn, may, type Resolvers, upper } from './context';
import { shownInput } from './jobResolvers';
import { jobsOf } from './pipelineResolvers';

interface Filters {
  readonly sha?: string | null;
  readonly ref?: string | null;
  readonly status?: string | null;
  readonly scope?: string | null;
  readonly source?: string | null;
  readonly ids?: readonly string[] | null;
  readonly username?: string | null;
}

interface Args extends PageArgs, Filters {
  readonly fullPath: string;
  readonly id?: string | null;
  readonly iid?: string | null;
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

export const runnerResolvers: Resolvers<Runner> = {
  id: ({ id }) => `gid://gitlab/Ci::Runner/${id}`,
  runnerType: () => 'INSTANCE_TYPE',
  paused: () => false,
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
  ciPipelineCreationInputs: (project, _, context) =>
    may(context, 'readBuild', project) ? project.pipelineInputs.map(shownInput) : null,
  pipelines: (project, args, context) => connection(pipelinesOf(project, args, context), args, ({ id }) => id),
  pipeline: (project, { id, iid, sha }, context) => {
    const given = [id, iid, sha].filter((each) => each != null);
    if (given.length > 1) throw new ArgumentError('Provide one of: id, iid, sha');
    if (!may(context, 'readBuild', project)) return null;
    // Only the number in the project finds children, too.
    if (iid != null) return context.world.pipelines(project).find((each) => String(each.iid) === iid) ?? null;
    // Without any argument the newest one.
    const [found] = pipelinesOf(project, { ...(sha != null && { sha }), ...(id != null && { ids: [id] }) }, context);
    return found ?? null;
  },
  job: (project, { id }, context) => {
    const build = may(context, 'readBuild', project) ? context.world.findBuild(project, idIn(id)) : undefined;
    return build ?? null;
  },
  jobs: (project, args, context) => {
    countCall(context, 'jobs', 'Project');
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

/** GitLab takes no more at once. */
const maxIds = 20;

/** Newest first. Children are left out before anything else is looked at, but where their source is asked for. */
function pipelinesOf(project: Project, args: Filters, context: Context): readonly Pipeline[] {
  if ((args.ids?.length ?? 0) > maxIds) throw new ArgumentError(`Only ${maxIds} IDs are allowed per request`);
  if (!may(context, 'readBuild', project)) return [];
  const withChildren = args.source === 'parent_pipeline' && graphqlOf(context.world).childrenBySource;
  return context.world
    .pipelines(project)
    .filter(({ source }) => source !== 'parent_pipeline' || withChildren)
    .filter((pipeline) => isWanted(pipeline, args, context))
    .reverse();
}

function pipelinesOfMergeRequest(
  { iid, projectId, sourceBranch, sha }: MergeRequest,
  context: Context,
): readonly Pipeline[] {
  return pipelinesOf(context.world.project(projectId), {}, context).filter(
    (each) => each.mergeRequestIid === iid || (each.ref === sourceBranch && each.sha === sha),
  );
}

function isWanted(pipeline: Pipeline, args: Filters, { world }: Context): boolean {
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
