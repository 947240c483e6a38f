import { artifactFiles, queuedSeconds } from '../entities/builds';
import { detailedStatus } from '../entities/detailedStatus';
import { iso, seconds } from '../entities/show';
import type { FakeBuild, PipelineInputSpec } from '../model';
import { canCancel, canPlay, canRetry } from '../rules';
import { connection, type PageArgs } from './connection';
import { type Context, countCall, mayOn, type Resolvers, stagesOf, upper } from './context';
import { failureMessage } from './failureMessages';
import { readable, shownStatus } from './pipelineResolvers';

export const jobResolvers: Resolvers<FakeBuild, PageArgs> = {
  id: ({ id, kind }) => `gid://gitlab/${classes[kind]}/${id}`,
  status: ({ status }) => upper(status),
  kind: ({ kind }) => (kind === 'bridge' ? 'BRIDGE' : 'BUILD'),
  stage: (build, _, context) =>
    stagesOf(context.world.pipeline(build.pipelineId), context).find(({ name }) => name === build.stage) ?? null,
  retryable: (build, _, { world }) => canRetry(world.profile, build),
  cancelable: (build, _, { world }) => build.kind !== 'external' && canCancel(world.profile, build),
  playable: (build, _, { world }) => canPlay(world.profile, build),
  canPlayJob: (build, _, context) =>
    canPlay(context.world.profile, build) && mayOn(context, context.world.profile.rules.playNeeds, build),
  manualJob: ({ when }) => when === 'manual',
  scheduled: ({ status }) => status === 'scheduled',
  scheduledAt: ({ scheduledAtMs }) => iso(scheduledAtMs),
  schedulingType: ({ needs }) => (needs === null ? 'stage' : 'dag'),
  active: ({ status }) => ['pending', 'running', 'waiting_for_resource', 'preparing'].includes(status),
  stuck: ({ status, stuck }) => status === 'pending' && stuck,
  triggered: () => false,
  tags: ({ runnerTags }) => runnerTags,
  needs: ({ id, needs }, args) => {
    const rows = (needs ?? []).map((name, index) => ({ id: `gid://gitlab/Ci::BuildNeed/${id * 100 + index}`, name }));
    return connection(rows, args, (row) => row.id);
  },
  previousStageJobs: (build, args, context) => {
    const stages = stagesOf(context.world.pipeline(build.pipelineId), context).map(({ name }) => name);
    const before = stages[stages.indexOf(build.stage) - 1];
    const builds = context.world.inPipeline({ id: build.pipelineId });
    return connection(
      builds.filter(({ stage, retried }) => stage === before && !retried),
      args,
      ({ id }) => id,
    );
  },
  detailedStatus: (build, _, context) => ({
    ...shownStatus(build.status, pathOf(build, context) ?? build.targetUrl ?? '', `${build.status}-${build.id}`),
    tooltip: tooltipOf(build),
    action: actionOn(build, context),
  }),
  createdAt: ({ createdAtMs }) => iso(createdAtMs),
  queuedAt: ({ createdAtMs, status }) => (status === 'created' || status === 'manual' ? null : iso(createdAtMs)),
  startedAt: ({ startedAtMs }) => iso(startedAtMs),
  finishedAt: ({ finishedAtMs }) => iso(finishedAtMs),
  erasedAt: ({ erasedAtMs }) => iso(erasedAtMs),
  // Whole seconds here, a fraction in REST.
  duration: ({ startedAtMs, finishedAtMs }, _, { world }) => {
    const lasted = seconds(startedAtMs, finishedAtMs ?? world.now());
    return lasted === null ? null : Math.round(lasted);
  },
  queuedDuration: (build, _, { world }) => queuedSeconds(build, world.now()),
  refName: ({ ref }) => ref,
  shortSha: ({ sha }) => sha.slice(0, 8),
  commitPath: ({ sha, projectId }, _, { world, links }) => `${links.project(world.project(projectId))}/-/commit/${sha}`,
  createdByTag: ({ tag }) => tag,
  webPath: (build, _, context) => pathOf(build, context),
  playPath: (build, _, context) => action(build, 'play', canPlay(context.world.profile, build), context),
  retryPath: (build, _, context) => action(build, 'retry', canRetry(context.world.profile, build), context),
  browseArtifactsPath: (build, _, context) => action(build, 'artifacts/browse', build.artifacts !== null, context),
  artifacts: (build, args, context) => connection(filesOf(build, context), args, ({ name }) => name),
  trace: (build) => (build.kind === 'build' ? build : null),
  failureMessage: ({ status, failureReason }) => (status === 'failed' ? failureMessage(failureReason) : null),
  exitCode: ({ status, exitCode }) => (status === 'failed' ? exitCode : null),
  source: (build, _, { world }) => world.pipeline(build.pipelineId).source,
  downstreamPipeline: ({ downstreamId }, _, context) =>
    downstreamId === null ? null : readable(context.world.pipeline(downstreamId), context),
  project: ({ projectId }, _, { world }) => world.project(projectId),
  pipeline: ({ pipelineId }, _, { world }) => world.pipeline(pipelineId),
  userPermissions: (build, _, context) => {
    const updates = mayOn(context, 'updateBuild', build);
    const reads = mayOn(context, 'readBuild', build);
    return { readJobArtifacts: reads, readBuild: reads, updateBuild: updates, cancelBuild: updates };
  },
  inputs: ({ inputs }, _, context) => {
    countCall(context, 'inputs', 'CiJob');
    return Object.entries(inputs).map(([name, value]) => ({ name, value }));
  },
  inputsSpec: ({ inputsSpec }, _, context) => {
    countCall(context, 'inputsSpec', 'CiJob');
    return inputsSpec.map(shownInput);
  },
  manualVariables: ({ variables }, args) => {
    const rows = Object.entries(variables).map(([key, value], index) => ({ id: String(index), key, value }));
    return connection(rows, args, ({ id }) => id);
  },
};

/** As GitLab tells an input that a configuration declares. What rules decide is not told. */
export function shownInput(spec: PipelineInputSpec): object {
  const { rules, ...told } = spec;
  return { ...told, required: told.default === undefined && rules === undefined };
}

/** As GitLab's own pages have it. */
function tooltipOf({ status, failureReason, allowFailure }: FakeBuild): string {
  if (status !== 'failed') return detailedStatus(status).tooltip;
  const words = failureReason === 'runner_unsupported' ? 'unsupported runner' : failureReason.replaceAll('_', ' ');
  return `failed - (${words.replace(/^api/, 'API')})${allowFailure ? ' (allowed to fail)' : ''}`;
}

/** What the user may do with it, with GitLab's question before. */
function actionOn(build: FakeBuild, context: Context): object | null {
  const { profile } = context.world;
  if (!canPlay(profile, build) || !mayOn(context, profile.rules.playNeeds, build)) return null;
  const path = `${pathOf(build, context) ?? ''}/play`;
  const asked = { confirmationMessage: build.manualConfirmation, buttonTitle: 'Run job', title: 'Run' };
  return { id: `Ci::Build-play-${build.id}`, icon: 'play', method: 'post', path, ...asked };
}

const classes = { build: 'Ci::Build', bridge: 'Ci::Bridge', external: 'GenericCommitStatus' } as const;

/** The log's last lines. */
export const traceResolvers: Resolvers<FakeBuild, { readonly lastLines?: number | null }> = {
  htmlSummary: ({ trace }, { lastLines }) => {
    const lines = trace
      .toString()
      .trimEnd()
      .split('\n')
      .slice(-Math.min(lastLines ?? 10, 100));
    return lines.map((line) => `<span>${line.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}<br/></span>`).join('');
  },
};

/** Relative addresses begin with the relative root. */
function pathOf(build: FakeBuild, { world, links }: Context): string | null {
  return build.kind === 'build' ? links.build(world.project(build.projectId), build) : null;
}

function action(build: FakeBuild, name: string, isPossible: boolean, context: Context): string | null {
  const path = pathOf(build, context);
  return isPossible && path !== null ? `${path}/${name}` : null;
}

interface Artifact {
  readonly id: string;
  readonly name: string;
  readonly [key: string]: unknown;
}

function filesOf(build: FakeBuild, context: Context): readonly Artifact[] {
  if (!mayOn(context, 'readBuild', build)) return [];
  const { artifactsExpireAtMs: expires } = build;
  return artifactFiles(build).map(({ file_type: type, size, filename }, index) => ({
    id: `gid://gitlab/Ci::JobArtifact/${build.id * 10 + index}`,
    name: String(filename),
    fileType: upper(String(type)),
    // BigInt is a text in JSON.
    size: String(size),
    downloadPath: `${pathOf(build, context) ?? ''}/artifacts/download?file_type=${String(type)}`,
    expireAt: iso(expires),
    expired: expires !== null && expires < context.world.now(),
  }));
}
