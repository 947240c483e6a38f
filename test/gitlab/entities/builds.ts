import type { FakeBuild } from '../model';
import { complete } from '../rules';
import { basicUser, commitOf, runnerManagerOf, runnerOf, userOf } from './people';
import { pipelineOfBuild } from './pipelines';
import { type Context, iso, projectOf, seconds, show, type Shown, type Values } from './show';

const buildValues: Values<FakeBuild> = {
  id: ({ id }) => id,
  status: ({ status }) => status,
  stage: ({ stage }) => stage,
  name: ({ name }) => name,
  ref: ({ ref }) => ref,
  tag: ({ tag }) => tag,
  coverage: ({ coverage }) => coverage,
  allow_failure: ({ allowFailure }) => allowFailure,
  created_at: ({ createdAtMs }) => iso(createdAtMs),
  started_at: ({ startedAtMs }) => iso(startedAtMs),
  finished_at: ({ finishedAtMs }) => iso(finishedAtMs),
  erased_at: ({ erasedAtMs }) => iso(erasedAtMs),
  duration: (build, { world }) => seconds(build.startedAtMs, build.finishedAtMs ?? world.now()),
  queued_duration: (build, { world }) => queuedSeconds(build, world.now()),
  user: ({ user }, context) => userOf(user, context),
  download_url: (build, context) => (context.mayDownload && build.artifacts ? downloadPath(build, context) : null),
  artifacts_file: (build, { world }) => archiveFile(build, world.profile.rules.hidesExpired ? world.now() : 0),
  artifacts: artifactFiles,
  artifacts_expire_at: ({ artifactsExpireAtMs }) => iso(artifactsExpireAtMs),
  commit: commitOf,
  runner: ({ runner }, context) => runnerOf(runner, context),
  runner_manager: ({ runner }, context) => runnerManagerOf(runner, context),
  pipeline: ({ pipelineId }, context) => pipelineOfBuild(pipelineId, context),
  failure_reason: ({ status, failureReason }) => (status === 'failed' ? failureReason : undefined),
  web_url: (build, context) => context.links.absolute(context.links.build(projectOf(context, build), build)),
  project: () => ({ ci_job_token_scope_enabled: false }),
  archived: () => false,
  tag_list: ({ runnerTags }) => [...runnerTags].sort(),
  downstream_pipeline: ({ downstreamId }, context) =>
    downstreamId === null ? null : pipelineOfBuild(downstreamId, context),
};

export function buildOf(build: FakeBuild, context: Context): Shown {
  const { keys } = context;
  return show(build.kind === 'bridge' ? keys.bridge : keys.build, buildValues, build, context);
}

const statusValues: Values<FakeBuild> = {
  ...buildValues,
  sha: ({ sha }) => sha,
  target_url: (build, context) =>
    build.kind === 'external'
      ? build.targetUrl
      : context.links.absolute(context.links.build(projectOf(context, build), build)),
  description: ({ description }) => description,
  pipeline_id: ({ pipelineId }) => pipelineId,
  author: ({ user }, context) => basicUser(user, context),
};

/** As the commit status API shows it, where builds, bridges and external statuses look alike. */
export function commitStatusOf(build: FakeBuild, context: Context): Shown {
  return show(context.keys.status, statusValues, build, context);
}

function archiveFile({ artifacts, artifactsExpireAtMs }: FakeBuild, nowMs: number): Shown | undefined {
  const isExpired = artifactsExpireAtMs !== null && artifactsExpireAtMs < nowMs;
  return artifacts && !isExpired ? { filename: artifacts.filename, size: artifacts.size } : undefined;
}

/** The archive and its metadata, reports, and the log once it has been put away. */
export function artifactFiles({ artifacts, reports, trace, status }: FakeBuild): readonly Shown[] {
  const files = artifacts
    ? [
        { file_type: 'archive', size: artifacts.size, filename: artifacts.filename, file_format: 'zip' },
        { file_type: 'metadata', size: 200, filename: 'metadata.gz', file_format: 'gzip' },
      ]
    : [];
  const others = reports.map(({ fileType, size, filename, format }) => {
    return { file_type: fileType, size, filename, file_format: format };
  });
  const isArchived = trace.length > 0 && complete.includes(status);
  const log = { file_type: 'trace', size: trace.length, filename: 'job.log', file_format: 'raw' };
  return [...files, ...others, ...(isArchived ? [log] : [])];
}

/** From when it could start until it did, or now. */
export function queuedSeconds({ status, createdAtMs, startedAtMs }: FakeBuild, nowMs: number): number | null {
  if (startedAtMs !== null) return seconds(createdAtMs, startedAtMs);
  return status === 'pending' ? seconds(createdAtMs, nowMs) : null;
}

/** A path of the web interface, of no use to a token. */
function downloadPath(build: FakeBuild, context: Context): string {
  return `${context.links.build(projectOf(context, build), build)}/artifacts/download`;
}
