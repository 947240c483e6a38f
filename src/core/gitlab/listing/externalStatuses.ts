import type { Build } from '../../model/build';
import { externalStage } from '../../model/pipeline';
import { undefinedUnlessGone } from '../notFound';
import type { CommitQuestion } from '../dialect';
import type { JsonObject } from '../jsonObject';

/** How often to ask, in ms: statuses change rarely, and lists of builds lack them. */
const askAgainMs = 60_000;

/**
 * Statuses that other CI systems report for the commit. GitLab puts them in a stage of their own; a build in that stage
 * is included, so the caller removes it by id.
 */
export async function externalStatuses(question: CommitQuestion): Promise<readonly Build[]> {
  const { api, project, commit, memory } = question;
  const path = `projects/${project.id}/repository/commits/${commit.sha}/statuses?stage=${externalStage}`;
  const ask = () => api.keptList(path, toExternal).catch(undefinedUnlessGone);
  return (await memory.getOrTry<readonly Build[]>(path, askAgainMs, ask)) ?? [];
}

/** Builds plus the statuses that aren't builds themselves. */
export function withExternal(builds: readonly Build[], statuses: readonly Build[]): readonly Build[] {
  const ids = new Set(builds.map(({ id }) => id));
  return [...builds, ...statuses.filter(({ id }) => !ids.has(id))];
}

/** Converts a row of `/commits/:sha/statuses`. Throws UnexpectedShape. */
function toExternal(row: JsonObject): Build {
  return {
    kind: 'external',
    id: row.id('id'),
    name: row.requireString('name'),
    stage: externalStage,
    status: row.requireString('status'),
    ref: row.string('ref') ?? '',
    tag: false,
    allowFailure: row.boolean('allow_failure'),
    createdAt: row.time('created_at') ?? '',
    startedAt: row.time('started_at'),
    finishedAt: row.time('finished_at'),
    coverage: row.number('coverage'),
    user: row.object('author')?.string('username'),
    pipeline: row.number('pipeline_id'),
    webUrl: webAddress(row.string('target_url')),
    attempts: [],
  };
}

/** A link that an external system reported, if it is a web address. Anyone who can report a status can set it. */
export function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}
