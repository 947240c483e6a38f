import { detailedStatus } from '../entities/detailedStatus';
import { iso, seconds, type Shown } from '../entities/show';
import type { FakeBuild, MergeRequest, Pipeline } from '../model';
import { canCancel, canRetry, complete } from '../rules';
import type { World } from '../world';
import { suiteOfBuilds, suitesOf } from '../testReports';
import { connection, type PageArgs } from './connection';
import { type Context, idIn, may, type Resolvers, type Stage, stagesOf, upper } from './context';

interface JobArgs extends PageArgs {
  readonly retried?: boolean | null;
  readonly statuses?: readonly string[] | null;
  readonly jobKind?: 'BUILD' | 'BRIDGE' | null;
  readonly whenExecuted?: readonly string[] | null;
  readonly id?: string | null;
  readonly name?: string | null;
  readonly buildIds?: readonly string[] | null;
}

export const pipelineResolvers: Resolvers<Pipeline, JobArgs> = {
  id: ({ id }) => `gid://gitlab/Ci::Pipeline/${id}`,
  iid: ({ iid }) => String(iid),
  status: (pipeline, _, context) => upper(statusOf(pipeline, context)),
  createdAt: ({ createdAtMs }) => iso(createdAtMs),
  updatedAt: (pipeline, _, { world }) => iso(world.pipelineState(pipeline).updatedAtMs),
  startedAt: (pipeline, _, { world }) => iso(world.pipelineState(pipeline).startedAtMs),
  finishedAt: (pipeline, _, { world }) => iso(world.pipelineState(pipeline).finishedAtMs),
  committedAt: () => null,
  duration: (pipeline, _, { world }) => {
    const { startedAtMs, finishedAtMs } = world.pipelineState(pipeline);
    const between = seconds(startedAtMs, finishedAtMs);
    return between === null ? null : Math.round(between);
  },
  queuedDuration: (pipeline, _, { world }) => seconds(pipeline.createdAtMs, world.pipelineState(pipeline).startedAtMs),
  coverage: (pipeline, _, { world }) => world.pipelineState(pipeline).coverage,
  cancelable: (pipeline, _, context) =>
    latest(pipeline, context).some((each) => canCancel(context.world.profile, each)),
  retryable: (pipeline, _, context) =>
    latest(pipeline, context).some((each) => isUnsuccessful(each) && canRetry(context.world.profile, each)),
  active: (pipeline, _, context) => active.includes(statusOf(pipeline, context)),
  complete: (pipeline, _, context) => complete.includes(statusOf(pipeline, context)),
  warnings: (pipeline, _, context) =>
    latest(pipeline, context).some((each) => each.allowFailure && isUnsuccessful(each)),
  stuck: (pipeline, _, context) => latest(pipeline, context).some((build) => build.stuck),
  child: ({ source }) => source === 'parent_pipeline',
  totalJobs: (pipeline, _, context) => latest(pipeline, context).length,
  failedJobsCount: (pipeline, _, context) =>
    latest(pipeline, context).filter(({ status }) => status === 'failed').length,
  hasManualActions: (pipeline, _, context) => latest(pipeline, context).some(({ when }) => when === 'manual'),
  path: (pipeline, _, { world, links }) => links.pipeline(world.project(pipeline.projectId), pipeline),
  yamlErrors: ({ yamlErrors }) => yamlErrors !== null,
  yamlErrorMessages: ({ yamlErrors }) => yamlErrors,
  detailedStatus: (pipeline, _, context) => {
    const path = context.links.pipeline(context.world.project(pipeline.projectId), pipeline);
    return shownStatus(statusOf(pipeline, context), path, `${statusOf(pipeline, context)}-${pipeline.id}`);
  },
  project: ({ projectId }, _, { world }) => world.project(projectId),
  userPermissions: ({ projectId }, _, context) => {
    const updates = may(context, 'updateBuild', context.world.project(projectId));
    const admins = may(context, 'adminProject', context.world.project(projectId));
    return { adminPipeline: admins, destroyPipeline: admins, updatePipeline: updates, cancelPipeline: updates };
  },
  failureReason: ({ yamlErrors }) => (yamlErrors === null ? null : 'The CI/CD configuration has an error.'),
  usesNeeds: (pipeline, _, context) => latest(pipeline, context).some(({ needs }) => needs !== null),
  latest: (pipeline, _, { world }) =>
    world
      .pipelines(world.project(pipeline.projectId))
      .every(({ id, ref, sha }) => ref !== pipeline.ref || sha !== pipeline.sha || id <= pipeline.id),
  mergeRequest: (pipeline, _, { world }) => mergeRequestOf(pipeline, world),
  mergeRequestEventType: ({ mergeRequestIid, ref }) =>
    mergeRequestIid === null ? null : ref.endsWith('/merge') ? 'MERGED_RESULT' : 'DETACHED',
  commit: ({ projectId, sha }, _, { world }) => world.commit(projectId, sha) ?? null,
  sourceJob: (pipeline, _, { world }) => world.bridgeOf(pipeline) ?? null,
  // What is in a pipeline is only for those who may read builds.
  stages: (pipeline, args, context) =>
    reads(pipeline, context) ? connection(stagesOf(pipeline, context), args, ({ position }) => position) : null,
  jobs: (pipeline, args, context) =>
    reads(pipeline, context)
      ? connection(jobsOf(context.world.inPipeline(pipeline), args), args, ({ id }) => id)
      : null,
  job: (pipeline, { id, name }, { world }) => {
    const builds = world.inPipeline(pipeline);
    return builds.findLast((each) => (id == null ? each.name === name : each.id === idIn(id))) ?? null;
  },
  jobArtifacts: () => [],
  downstream: (pipeline, args, context) => {
    const ids = context.world.inPipeline(pipeline).flatMap(({ downstreamId }) => downstreamId ?? []);
    return connection(
      ids.map((id) => context.world.pipeline(id)).filter((each) => reads(each, context)),
      args,
      ({ id }) => id,
    );
  },
  testReportSummary: (pipeline, _, context) => (reads(pipeline, context) ? suitesOf(context.world, pipeline) : []),
  testSuite: (pipeline, { buildIds }, { world }) => suiteOfBuilds(world, pipeline, (buildIds ?? []).map(idIn)) ?? null,
  upstream: (pipeline, _, context) => {
    const bridge = context.world.bridgeOf(pipeline);
    return bridge ? readable(context.world.pipeline(bridge.pipelineId), context) : null;
  },
};

/** Null where the user may not read it. */
export function readable(pipeline: Pipeline, context: Context): Pipeline | null {
  return reads(pipeline, context) ? pipeline : null;
}

function reads({ projectId }: Pipeline, context: Context): boolean {
  return may(context, 'readBuild', context.world.project(projectId));
}

function mergeRequestOf({ mergeRequestIid, projectId }: Pipeline, world: World): MergeRequest | null {
  const all = world.mergeRequests(world.project(projectId));
  return all.find(({ iid }) => iid === mergeRequestIid) ?? null;
}

export const stageResolvers: Resolvers<Stage, PageArgs> = {
  id: ({ pipeline, position }) => `gid://gitlab/Ci::Stage/${pipeline.id * 100 + position}`,
  detailedStatus: ({ pipeline, name, status }, _, { world, links }) =>
    shownStatus(status, `${links.pipeline(world.project(pipeline.projectId), pipeline)}#${name}`, `${status}-${name}`),
  jobs: ({ pipeline, name }, args, { world }) => {
    const builds = world.inPipeline(pipeline).filter(({ stage, retried }) => stage === name && !retried);
    return connection(builds, args, ({ id }) => id);
  },
};

export function shownStatus(status: string, detailsPath: string, id: string): Shown {
  return { id, ...detailedStatus(status), hasDetails: true, detailsPath, action: null };
}

/** All attempts, bridges and external statuses too, the newest first, unless the arguments say otherwise. */
export function jobsOf(ascending: readonly FakeBuild[], args: JobArgs): readonly FakeBuild[] {
  const { retried, statuses, jobKind, whenExecuted } = args;
  return ascending
    .filter((build) => retried == null || build.retried === retried)
    .filter(({ status }) => statuses?.includes(upper(status)) ?? true)
    .filter(({ kind }) => jobKind == null || (kind === 'bridge') === (jobKind === 'BRIDGE'))
    .filter(({ when }) => whenExecuted?.includes(when) ?? true)
    .reverse();
}

const active = ['waiting_for_resource', 'preparing', 'waiting_for_callback', 'pending', 'running'];

function statusOf(pipeline: Pipeline, { world }: Context): string {
  return world.pipelineState(pipeline).status;
}

function latest(pipeline: Pipeline, { world }: Context): readonly FakeBuild[] {
  return world.inPipeline(pipeline).filter(({ retried }) => !retried);
}

function isUnsuccessful({ status }: FakeBuild): boolean {
  return status === 'failed' || status === 'canceled';
}
