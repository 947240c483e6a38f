import { type Answer, failure, json } from '../answer';
import type { Pipeline } from '../model';
import { complete } from '../rules';
import type { World } from '../world';
import { type PipelineCall, type ProjectCall, text } from './call';
import { listRows, noKeyset } from './lists';
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

/** The builds of the newest pipeline of that branch or tag again, for what that is now. */
export function createPipeline(call: ProjectCall): Answer {
  const { world, entities } = call.site;
  const ref = text(call.params['ref']);
  if (ref === '') return failure(400, 'ref is missing');
  const head = revision(world, call.project, ref);
  const before = world.pipelines(call.project).findLast((each) => each.ref === ref);
  if (head === undefined || before === undefined) return refusal(`Reference not found`);
  const user = call.user?.username;
  const pipeline = world.addPipeline(call.project, { sha: head.sha, ref, tag: before.tag, source: 'api', user });
  for (const { name, stage, kind, when, retried } of world.inPipeline(before))
    if (kind === 'build' && !retried) {
      const build = world.addBuild(call.project, { sha: head.sha, name, stage, when, pipeline, user });
      world.update(build, { variables: pipelineVariables(call) });
    }
  return json(201, entities.pipeline(pipeline, call.api.keys));
}

/** How GitLab tells what is wrong with a pipeline that it is to make. */
function refusal(sentence: string): Answer {
  return json(400, JSON.stringify({ message: { base: [sentence] } }));
}

/** `variables: [{ key, value }]` of v4; v3 takes none. */
function pipelineVariables({ request }: ProjectCall): Readonly<Record<string, string>> {
  const { variables = [] } = JSON.parse(request.body || '{}') as {
    readonly variables?: readonly { readonly key: string; readonly value: string }[];
  };
  return Object.fromEntries(variables.map(({ key, value }) => [key, value]));
}
