import { GitLabError, isAbort } from '../model/errors';
import type { Call, Project, Variables } from './dialect';
import { has } from './features';
import type { JsonObject } from './jsonObject';

/** Value of an input. GitLab preserves its type. */
export type InputValue = string | number | boolean | readonly unknown[];

/** The ref of a pipeline to run, with its variables and inputs. */
export interface PipelineRequest {
  /** Branch or tag. */
  readonly ref: string;
  readonly variables: Variables;
  readonly inputs?: Readonly<Record<string, InputValue>>;
}

export interface CreatedPipeline {
  readonly id: number;
  /** GitLab's word. */
  readonly status: string;
}

/** An input declared by a branch's `.gitlab-ci.yml` (`spec:inputs`). */
export interface PipelineInput {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean' | 'array';
  readonly description: string | undefined;
  readonly required: boolean;
  /** Undefined if there is none. */
  readonly default: InputValue | undefined;
  /** Values to choose from; empty if any will do. */
  readonly options: readonly InputValue[];
}

/** Runs a pipeline (`POST /projects/:id/pipeline`). Throws `unsupported` before 8.14, with variables before 9.0, with inputs before 17.10. */
export async function createPipeline(
  { api, server }: Pick<Call, 'api' | 'server'>,
  project: Pick<Project, 'id'>,
  { ref, variables, inputs = {} }: PipelineRequest,
): Promise<CreatedPipeline> {
  const list = Object.entries(variables).map(([key, value]) => ({ key, value }));
  const hasInputs = Object.keys(inputs).length > 0;
  const isKnown = has(server, 'createPipeline') && (list.length === 0 || server.api === 'v4');
  if (!isKnown || (hasInputs && !has(server, 'pipelineInputs'))) throw new GitLabError({ kind: 'unsupported' });
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

/** Inputs declared by the `.gitlab-ci.yml` of a branch or tag; none before 17.10, or if GitLab doesn't say. */
export async function pipelineInputs(
  { api, server }: Pick<Call, 'api' | 'server'>,
  project: Pick<Project, 'path'>,
  ref: string,
): Promise<readonly PipelineInput[]> {
  if (!has(server, 'pipelineInputs')) return [];
  try {
    const variables = { path: project.path, ref };
    return await api.query(inputsQuery, variables, (row) => {
      const rows = row.object('data')?.object('project')?.objects('ciPipelineCreationInputs') ?? [];
      return rows.map(toInput);
    });
  } catch (error) {
    // A pipeline can still be run; GitLab reports missing inputs.
    if (isAbort(error)) throw error;
    return [];
  }
}

const inputsQuery = `query($path: ID!, $ref: String!) {
  project(fullPath: $path) {
    ciPipelineCreationInputs(ref: $ref) { name type description required default options }
  }
}`;

const types = ['string', 'number', 'boolean', 'array'] as const;

function toInput(row: JsonObject): PipelineInput {
  const type = row.string('type')?.toLowerCase();
  const options = row.json('options');
  return {
    name: row.requireString('name'),
    type: types.find((one) => one === type) ?? 'string',
    description: row.string('description'),
    required: row.boolean('required'),
    default: toValue(row.json('default')),
    options: Array.isArray(options) ? options.map(toValue).filter((one) => one !== undefined) : [],
  };
}

function toValue(value: unknown): InputValue | undefined {
  if (Array.isArray(value)) return value as readonly unknown[];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function toCreated(row: JsonObject): CreatedPipeline {
  return { id: row.id('id'), status: row.requireString('status') };
}
