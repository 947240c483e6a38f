import { GitLabError } from '../model/errors';
import type { Call, Project, Variables } from './dialect';
import { has } from './features';

/** For which branch or tag a pipeline is wanted, and what its builds are given. */
export interface PipelineRequest {
  readonly ref: string;
  readonly variables: Variables;
}

export interface CreatedPipeline {
  readonly id: number;
  /** GitLab's word. */
  readonly status: string;
}

/** `POST /projects/:id/pipeline`. Throws `unsupported` before 8.14, and with variables before 9.0. */
export async function createPipeline(
  { api, server }: Pick<Call, 'api' | 'server'>,
  project: Pick<Project, 'id'>,
  { ref, variables }: PipelineRequest,
): Promise<CreatedPipeline> {
  const list = Object.entries(variables).map(([key, value]) => ({ key, value }));
  const takesVariables = server.api === 'v4' || list.length === 0;
  if (!has(server, 'createPipeline') || !takesVariables) throw new GitLabError({ kind: 'unsupported' });
  const body = { ref, ...(list.length === 0 ? {} : { variables: list }) };
  return api.post(
    `projects/${project.id}/pipeline`,
    (row) => ({ id: row.id('id'), status: row.requireString('status') }),
    body,
  );
}
