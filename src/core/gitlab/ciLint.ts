import { ciFileName } from '../ciFile/ciFile';
import { GitLabError, isNotFound } from '../model/errors';
import type { Call, Project } from './dialect';
import { has } from './features';
import type { JsonObject } from './jsonObject';

/** GitLab's verdict on a `.gitlab-ci.yml`. */
export interface CiLint {
  readonly isValid: boolean;
  /** GitLab's messages, one line each, at most `maxMessages`. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Configuration with everything that it includes. */
export interface MergedCiConfig extends CiLint {
  /** YAML; undefined if GitLab couldn't merge it. */
  readonly text: string | undefined;
}

/** Maximum number of errors, and of warnings. GitLab's own page shows 25. */
const maxMessages = 100;

type Asking = Pick<Call, 'api' | 'server'>;

/**
 * Has GitLab check a file. It reads included files on the default branch. `POST /projects/:id/ci/lint`, before 13.6
 * `POST /ci/lint`, which knows no project. Throws `unsupported` before 8.12.
 */
export async function lintCiFile(
  { api, server }: Asking,
  project: Pick<Project, 'id'>,
  content: string,
): Promise<CiLint> {
  if (has(server, 'projectLint')) return api.postReport(lintPath(project), toLint, { content });
  if (!has(server, 'lint')) throw new GitLabError({ kind: 'unsupported' });
  try {
    return await api.postReport('ci/lint', toLint, { content });
  } catch (error) {
    // Up to 8.12, where the version is unknown, the route may be missing.
    const isMissing = isNotFound(error);
    throw isMissing ? new GitLabError({ ...error.failure, kind: 'unsupported' }) : error;
  }
}

/**
 * The merged configuration of a commit. Before 16.10, GitLab only merges a file that is sent to it, and reads what it
 * includes on the default branch. Throws `unsupported` before 13.6.
 */
export async function mergedCiConfig(
  { api, server }: Asking,
  project: Pick<Project, 'id'>,
  sha: string,
): Promise<MergedCiConfig> {
  const ref = encodeURIComponent(sha);
  if (has(server, 'lintOfCommit')) return api.getReport(`${lintPath(project)}?content_ref=${ref}`, toMerged);
  if (!has(server, 'projectLint')) throw new GitLabError({ kind: 'unsupported' });
  const file = `projects/${project.id}/repository/files/${encodeURIComponent(ciFileName)}?ref=${ref}`;
  const content = await api.get(file, (row) => Buffer.from(row.requireString('content'), 'base64').toString());
  return api.postReport(lintPath(project), toMerged, { content });
}

function lintPath({ id }: Pick<Project, 'id'>): string {
  return `projects/${id}/ci/lint`;
}

/** Some versions add a null where there is no warning. */
function toLint(row: JsonObject): CiLint {
  const messages = (name: string) => [...new Set(row.strings(name))].slice(0, maxMessages);
  const isValid = row.boolean('valid') || row.string('status') === 'valid';
  return { isValid, errors: messages('errors'), warnings: messages('warnings') };
}

function toMerged(row: JsonObject): MergedCiConfig {
  return { ...toLint(row), text: row.text('merged_yaml') };
}
