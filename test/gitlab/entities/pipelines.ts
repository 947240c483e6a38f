import type { Pipeline } from '../model';
import { basicUser } from './people';
import { detailedStatus } from './detailedStatus';
import { type Context, iso, projectOf, seconds, show, type Shown, type Values } from './show';

const pipelineValues: Values<Pipeline> = {
  id: ({ id }) => id,
  iid: ({ iid }) => iid,
  project_id: ({ projectId }) => projectId,
  sha: ({ sha }) => sha,
  ref: ({ ref }) => ref,
  status: (pipeline, { world }) => world.pipelineState(pipeline).status,
  source: ({ source }) => source,
  created_at: ({ createdAtMs }) => iso(createdAtMs),
  updated_at: (pipeline, { world }) => iso(world.pipelineState(pipeline).updatedAtMs),
  web_url: (pipeline, context) => context.links.absolute(pipelinePath(pipeline, context)),
  name: ({ name }) => name,
  before_sha: () => '0'.repeat(40),
  tag: ({ tag }) => tag,
  yaml_errors: ({ yamlErrors }) => yamlErrors,
  user: ({ user }, context) => basicUser(user, context),
  started_at: (pipeline, { world }) => iso(world.pipelineState(pipeline).startedAtMs),
  finished_at: (pipeline, { world }) => iso(world.pipelineState(pipeline).finishedAtMs),
  committed_at: () => null,
  duration: duration,
  queued_duration: (pipeline, { world }) => seconds(pipeline.createdAtMs, world.pipelineState(pipeline).startedAtMs),
  coverage: (pipeline, { world }) => world.pipelineState(pipeline).coverage?.toFixed(2) ?? null,
  detailed_status: (pipeline, context) => {
    const status = detailedStatus(context.world.pipelineState(pipeline).status);
    return { ...status, has_details: true, details_path: pipelinePath(pipeline, context), illustration: null, favicon };
  },
  archived: () => false,
};

const favicon = '/assets/ci_favicons/favicon_status.png';

export function pipelineOfBuild(id: number, context: Context): Shown {
  return show(context.keys.pipelineOfBuild, pipelineValues, context.world.pipeline(id), context);
}

export function pipelineInList(pipeline: Pipeline, context: Context): Shown {
  return show(context.keys.pipelineInList, pipelineValues, pipeline, context);
}

export function pipelineOf(pipeline: Pipeline, context: Context): Shown {
  return show(context.keys.pipeline, pipelineValues, pipeline, context);
}

/** Whole seconds, once it has ended. */
function duration(pipeline: Pipeline, { world }: Context): number | null {
  const { startedAtMs, finishedAtMs } = world.pipelineState(pipeline);
  const between = seconds(startedAtMs, finishedAtMs);
  return between === null ? null : Math.round(between);
}

function pipelinePath(pipeline: Pipeline, context: Context): string {
  return context.links.pipeline(projectOf(context, pipeline), pipeline);
}
