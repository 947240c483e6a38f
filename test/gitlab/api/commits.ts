import { type Answer, failure, json, notFound } from '../answer';
import type { FakeBuild, MergeRequest } from '../model';
import { type ProjectCall, text } from './call';
import { listRows } from './lists';
import { revision } from './revision';

export function showCommit(call: ProjectCall): Answer {
  const { world, entities } = call.site;
  const commit = revision(world, call.project, text(call.params['sha']));
  if (!commit) return failure(404, '404 Commit Not Found');
  return json(200, entities.commit(call.project, commit, call.api.keys));
}

/** Builds, bridges and external statuses alike, oldest first; without `all` only the latest of each name. */
export function commitStatuses(call: ProjectCall): Answer {
  const { world, entities } = call.site;
  const commit = revision(world, call.project, text(call.params['sha']));
  if (!commit) return failure(404, '404 Commit Not Found');
  const pipelines = world.pipelines(call.project).filter(({ sha }) => sha === commit.sha);
  if (pipelines.length === 0 && world.profile.rules.statusesWithoutCi === 'notFound') return notFound;
  const wantsAll = ['true', '1'].includes(text(call.params['all']));
  const statuses = pipelines
    .flatMap((pipeline) => world.inPipeline(pipeline))
    .filter((build) => (wantsAll || !build.retried) && isWanted(build, call))
    .sort((a, b) => a.id - b.id);
  const sorted = text(call.params['sort']) === 'desc' ? statuses.reverse() : statuses;
  return listRows(call, sorted, (rows) => entities.statuses(rows, call.api.keys));
}

function isWanted(build: FakeBuild, { params, api }: ProjectCall): boolean {
  const takesPipeline = api.keys.status.includes('pipeline_id');
  return (
    isAmong(build.ref, text(params['ref'])) &&
    isAmong(build.stage, text(params['stage'])) &&
    isAmong(build.name, text(params['name'])) &&
    (!takesPipeline || isAmong(String(build.pipelineId), text(params['pipeline_id'])))
  );
}

/** No filter lets everything through. */
function isAmong(value: string, wanted: string): boolean {
  return wanted === '' || wanted === value;
}

export function listMergeRequests(call: ProjectCall): Answer {
  const { world, entities } = call.site;
  const found = world
    .mergeRequests(call.project)
    .filter(
      ({ sourceBranch, state }) =>
        isAmong(sourceBranch, text(call.params['source_branch'])) &&
        isAmong(state, text(call.params['state']).replace('all', '')),
    );
  return listRows(call, [...found].reverse(), (rows) => entities.mergeRequests(rows));
}

export function showMergeRequest(call: ProjectCall): Answer {
  const found = mergeRequestOf(call);
  return found ? json(200, call.site.entities.mergeRequest(found)) : failure(404, '404 Not found');
}

/** Its own pipelines and those of its branch, newest first. */
export function mergeRequestPipelines(call: ProjectCall): Answer {
  const { world, entities } = call.site;
  const found = mergeRequestOf(call);
  if (!found) return failure(404, '404 Not found');
  const pipelines = world
    .pipelines(call.project)
    .filter((each) => each.source !== 'parent_pipeline')
    .filter(
      (each) => each.mergeRequestIid === found.iid || (each.ref === found.sourceBranch && each.sha === found.sha),
    );
  return listRows(call, [...pipelines].reverse(), (rows) => entities.pipelines(rows, call.api.keys));
}

function mergeRequestOf({ site, project, params }: ProjectCall): MergeRequest | undefined {
  const iid = Number(text(params['merge_request_iid']));
  return site.world.mergeRequests(project).find((each) => each.iid === iid);
}
