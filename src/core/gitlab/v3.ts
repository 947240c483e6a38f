import type { Build } from '../build';
import type { CommitQuestion, Dialect } from './dialect';
import { isNotFound, isProjectGone } from './absence';
import type { Row } from './fields';
import { toArtifacts, toCommit, toRunner } from './parts';

/** The Builds API of GitLab 8.4 to 10.8. */
export const v3: Dialect = { name: 'v3', root: 'api/v3', segment: 'builds', commitRows, toBuild };

async function commitRows({ api, project, sha, toBuild: read }: CommitQuestion): Promise<readonly Build[]> {
  try {
    return await api.list(`projects/${project.id}/repository/commits/${sha}/builds`, read);
  } catch (error) {
    // 8.4 to 8.9 answer so for a commit without CI; from 8.10 on it means that the commit is not there at all.
    if (isNotFound(error) && !isProjectGone(error)) return [];
    throw error;
  }
}

function toBuild(row: Row, projectUrl: string): Build {
  const id = row.id('id');
  return {
    id,
    name: row.must('name'),
    stage: row.text('stage') ?? 'test',
    status: row.must('status'),
    ref: row.text('ref') ?? '',
    tag: row.flag('tag'),
    allowFailure: false, // v3 never tells.
    createdAt: row.text('created_at') ?? '',
    startedAt: row.text('started_at'),
    finishedAt: row.text('finished_at'),
    coverage: row.number('coverage'),
    artifacts: toArtifacts(row.row('artifacts_file')),
    user: row.row('user')?.text('username'),
    runner: toRunner(row.row('runner')),
    pipeline: row.row('pipeline')?.number('id'),
    webUrl: `${projectUrl}/builds/${id}`,
    commit: toCommit(row.row('commit')),
    attempts: [],
  };
}
