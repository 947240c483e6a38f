import { GitLabError, isAbort } from '../model/errors';
import type { MergeRequest } from '../model/pipeline';
import type { Call, PipelineVariables, Project } from './dialect';
import { has } from './features';
import { inputSpecFields, toInputSpec, type Inputs, type InputSpec } from './inputSpecs';
import type { JsonObject } from './jsonObject';

/** The ref of a pipeline to run, with its variables and inputs. */
export interface PipelineRequest {
  /** Branch or tag. */
  readonly ref: string;
  readonly variables: PipelineVariables;
  readonly inputs?: Inputs;
}

export interface CreatedPipeline {
  readonly id: number;
  /** GitLab's word. */
  readonly status: string;
}

/** Runs a pipeline (`POST /projects/:id/pipeline`). Throws `unsupported` before 8.14, with variables before 9.0, with files before 11.11, with inputs before 17.10. */
export async function createPipeline(
  { api, server }: Pick<Call, 'api' | 'server'>,
  project: Pick<Project, 'id'>,
  { ref, variables, inputs = {} }: PipelineRequest,
): Promise<CreatedPipeline> {
  const list = Object.entries(variables).map(([key, value]) =>
    typeof value === 'string' ? { key, value } : { key, value: value.file, variable_type: 'file' },
  );
  const hasFiles = list.some((one) => 'variable_type' in one);
  const hasInputs = Object.keys(inputs).length > 0;
  const isKnown = has(server, 'createPipeline') && (list.length === 0 || server.api === 'v4');
  if (!isKnown || (hasInputs && !has(server, 'pipelineInputs')) || (hasFiles && !has(server, 'fileVariables')))
    throw new GitLabError({ kind: 'unsupported' });
  const body = { ref, ...(list.length === 0 ? {} : { variables: list }), ...(hasInputs ? { inputs } : {}) };
  return api.post(`projects/${project.id}/pipeline`, toCreated, body);
}

/** Runs a pipeline for a merge request (`POST /projects/:id/merge_requests/:iid/pipelines`). Throws `unsupported` before 12.3. */
export async function createMergeRequestPipeline(
  { api, server }: Pick<Call, 'api' | 'server'>,
  project: Pick<Project, 'id'>,
  iid: number,
): Promise<CreatedPipeline> {
  if (!has(server, 'createMergeRequestPipeline')) throw new GitLabError({ kind: 'unsupported' });
  return api.post(`projects/${project.id}/merge_requests/${iid}/pipelines`, toCreated);
}

/** Open merge requests of a branch of the project; none before 12.3, or if GitLab doesn't say. */
export async function openMergeRequests(
  { api, server }: Pick<Call, 'api' | 'server'>,
  project: Pick<Project, 'id'>,
  branch: string,
): Promise<readonly MergeRequest[]> {
  if (!has(server, 'createMergeRequestPipeline')) return [];
  const query = `state=opened&source_branch=${encodeURIComponent(branch.toWellFormed())}`;
  const read = (row: JsonObject) => ({
    mergeRequest: { iid: row.id('iid'), title: row.string('title') ?? '' },
    source: row.number('source_project_id') ?? project.id,
  });
  try {
    const { items } = await api.page(`projects/${project.id}/merge_requests?${query}`, 1, read);
    return items.filter(({ source }) => source === project.id).map(({ mergeRequest }) => mergeRequest);
  } catch (error) {
    // Merge requests may be disabled for the project.
    if (isAbort(error)) throw error;
    return [];
  }
}

/** Inputs declared by the `.gitlab-ci.yml` of a branch or tag; none before 17.10, or if GitLab doesn't say. */
export async function pipelineInputs(
  { api, server }: Pick<Call, 'api' | 'server'>,
  project: Pick<Project, 'path'>,
  ref: string,
): Promise<readonly InputSpec[]> {
  if (!has(server, 'pipelineInputs')) return [];
  try {
    const variables = { path: project.path, ref };
    return await api.query(inputsQuery, variables, (row) => {
      const rows = row.object('data')?.object('project')?.objects('ciPipelineCreationInputs') ?? [];
      return rows.map(toInputSpec);
    });
  } catch (error) {
    // A pipeline can still be run; GitLab reports missing inputs.
    if (isAbort(error)) throw error;
    return [];
  }
}

const inputsQuery = `query($path: ID!, $ref: String!) {
  project(fullPath: $path) {
    ciPipelineCreationInputs(ref: $ref) { ${inputSpecFields} }
  }
}`;

function toCreated(row: JsonObject): CreatedPipeline {
  return { id: row.id('id'), status: row.requireString('status') };
}
