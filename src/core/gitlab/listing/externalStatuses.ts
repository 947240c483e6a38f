import type { Build } from '../../model/build';
import { externalStage } from '../../model/pipeline';
import { undefinedUnlessGone } from '../notFound';
import type { CommitQuestion } from '../dialect';
import type { JsonObject } from '../jsonObject';

/** They change seldom, and no list of builds has them: asked for once a minute. */
const askAgainMs = 60_000;

/**
 * What other CI systems report of the commit. GitLab puts all of it into a stage of its own; a build of that stage comes
 * along, which the caller tells by its id.
 */
export async function externalStatuses(question: CommitQuestion): Promise<readonly Build[]> {
  const { api, project, commit, memory } = question;
  const path = `projects/${project.id}/repository/commits/${commit.sha}/statuses?stage=${externalStage}`;
  const ask = () => api.keptList(path, toExternal).catch(undefinedUnlessGone);
  return (await memory.getOrTry<readonly Build[]>(path, askAgainMs, ask)) ?? [];
}

/** The builds, and of the statuses those that are none of them. */
export function withExternal(builds: readonly Build[], statuses: readonly Build[]): readonly Build[] {
  const ids = new Set(builds.map(({ id }) => id));
  return [...builds, ...statuses.filter(({ id }) => !ids.has(id))];
}

/** A row of `/commits/:sha/statuses`. Throws UnexpectedShape. */
export function toExternal(row: JsonObject): Build {
  return {
    kind: 'external',
    id: row.id('id'),
    name: row.requireString('name'),
    stage: externalStage,
    status: row.requireString('status'),
    ref: row.string('ref') ?? '',
    tag: false,
    allowFailure: row.boolean('allow_failure'),
    createdAt: row.string('created_at') ?? '',
    startedAt: row.string('started_at'),
    finishedAt: row.string('finished_at'),
    coverage: row.number('coverage'),
    user: row.object('author')?.string('username'),
    pipeline: row.number('pipeline_id'),
    webUrl: webAddress(row.string('target_url')),
    attempts: [],
  };
}

/** Anybody who may report a status says where it leads: only to a web page. */
export function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}
