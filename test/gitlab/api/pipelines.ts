import { type Answer, failure, json } from '../answer';
import type { Pipeline, PipelineInit, PipelineInputSpec } from '../model';
import { complete } from '../rules';
import type { World } from '../world';
import { type PipelineCall, type ProjectCall, text } from './call';
import { listRows, noKeyset } from './lists';
import { wrongValue } from './inputs';
import { revision } from './revision';

export function listPipelines(call: ProjectCall): Answer {
  const { site, api, params, project } = call;
  if (params['pagination'] === 'keyset' && api.keysetBuilds) return noKeyset;
  const filters = api.pipelineFilters.filter((name) => text(params[name]) !== '');
  const pipelines = site.world
    .pipelines(project)
    .filter((pipeline) => isListed(pipeline, call))
    .filter((pipeline) => filters.every((name) => matches(site.world, pipeline, name, text(params[name]))));
  const sorted = text(params['sort']) === 'asc' ? pipelines : [...pipelines].reverse();
  return listRows(call, sorted, (rows) => site.entities.pipelines(rows, api.keys));
}

export function latestPipeline(call: ProjectCall): Answer {
  const { world, entities } = call.site;
  const ref = text(call.params['ref']) || call.project.defaultBranch;
  const head = revision(world, call.project, ref);
  const pipeline = world
    .pipelines(call.project)
    .findLast((each) => each.ref === ref && each.sha === head?.sha && each.source !== 'parent_pipeline');
  return pipeline ? json(200, entities.pipeline(pipeline, call.api.keys)) : failure(403, '403 Forbidden');
}

export function showPipeline(call: PipelineCall): Answer {
  return json(200, pipelineJson(call));
}

export function retryPipeline(call: PipelineCall): Answer {
  call.site.world.retryPipeline(call.pipeline, call.user);
  return json(201, pipelineJson(call));
}

/** What cannot be canceled stays as it is, without a word. */
export function cancelPipeline(call: PipelineCall): Answer {
  call.site.world.cancelPipeline(call.pipeline);
  return json(200, pipelineJson(call));
}

function pipelineJson({ site, pipeline, api }: PipelineCall): string {
  return site.entities.pipeline(pipeline, api.keys);
}

/** Child pipelines only where they are asked for, on versions that can be asked. */
function isListed({ source }: Pipeline, { api, params }: ProjectCall): boolean {
  if (source !== 'parent_pipeline' || api.childPipelines === 'listed') return true;
  return api.childPipelines === 'bySource' && text(params['source']) === 'parent_pipeline';
}

function matches(world: World, pipeline: Pipeline, filter: string, value: string): boolean {
  switch (filter) {
    case 'sha':
      return pipeline.sha === value;
    case 'ref':
      return pipeline.ref === value;
    case 'source':
      return pipeline.source === value;
    case 'status':
      return world.pipelineState(pipeline).status === value;
    case 'username':
      return pipeline.user?.username === value;
    case 'scope':
      return isInScope(world, pipeline, value);
    default:
      return true;
  }
}

function isInScope(world: World, pipeline: Pipeline, scope: string): boolean {
  const { status } = world.pipelineState(pipeline);
  if (scope === 'tags') return pipeline.tag;
  if (scope === 'branches') return !pipeline.tag;
  return scope === 'finished' ? complete.includes(status) : status === scope;
}

/** Repeats the builds of the newest pipeline of that branch or tag for its current commit. */
export function createPipeline(call: ProjectCall): Answer {
  const { world } = call.site;
  const ref = text(call.params['ref']);
  if (ref === '') return failure(400, 'ref is missing');
  const head = revision(world, call.project, ref);
  const before = world.pipelines(call.project).findLast((each) => each.ref === ref);
  if (head === undefined || before === undefined) return refusal('Reference not found');
  const body = JSON.parse(call.request.body || '{}') as PipelineBody;
  const wrong = wrongInput(call.project.pipelineInputs, body.inputs ?? {});
  if (wrong !== undefined) return refusal(wrong);
  const variables = Object.fromEntries((body.variables ?? []).map(({ key, value }) => [key, value]));
  return created(call, { sha: head.sha, ref, tag: before.tag, source: 'api' }, before, variables);
}

/** Does the same for the head of a merge request. */
export function createMergeRequestPipeline(call: ProjectCall): Answer {
  const { world } = call.site;
  const iid = Number(text(call.params['merge_request_iid']));
  const mergeRequest = world.mergeRequests(call.project).find((each) => each.iid === iid);
  if (mergeRequest === undefined) return failure(404, '404 Not found');
  const { sha, sourceBranch } = mergeRequest;
  const before = world.pipelines(call.project).findLast((each) => each.ref === sourceBranch || each.sha === sha);
  if (before === undefined) return refusal('No stages / jobs for this pipeline.');
  const ref = `refs/merge-requests/${iid}/head`;
  return created(call, { sha, ref, source: 'merge_request_event', mergeRequest }, before, {});
}

interface PipelineBody {
  readonly variables?: readonly { readonly key: string; readonly value: string }[];
  readonly inputs?: Readonly<Record<string, unknown>>;
}

function created(
  { site: { world, entities }, project, user, api }: ProjectCall,
  init: PipelineInit,
  before: Pipeline,
  variables: Readonly<Record<string, string>>,
): Answer {
  const by = user?.username;
  const pipeline = world.addPipeline(project, { ...init, user: by });
  for (const { name, stage, kind, when, retried } of world.inPipeline(before)) {
    if (kind !== 'build' || retried) continue;
    const build = world.addBuild(project, { sha: init.sha, name, stage, when, pipeline, user: by });
    world.update(build, { variables });
  }
  return json(201, entities.pipeline(pipeline, api.keys));
}

/** GitLab's sentence about inputs that its configuration does not take, or lacks; undefined if there is none. */
function wrongInput(specs: readonly PipelineInputSpec[], given: Readonly<Record<string, unknown>>): string | undefined {
  const unknown = Object.keys(given).find((name) => !specs.some((spec) => spec.name === name));
  if (unknown !== undefined) return 'Given inputs not defined in the `spec` section of the included configuration file';
  for (const spec of specs) {
    const { name, default: fallback, rules } = spec;
    const value = given[name] ?? fallback;
    if (value === undefined && rules) continue;
    if (value === undefined) return `\`${name}\` input: required value has not been provided`;
    const wrong = wrongValue(spec, value);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** GitLab's response about what is wrong with a requested pipeline. */
function refusal(sentence: string): Answer {
  return json(400, JSON.stringify({ message: { base: [sentence] } }));
}
