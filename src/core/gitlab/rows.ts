import type { Build, Commit } from '../build';
import type { Row } from './fields';

/** A row of v3 or v4 → a build, but for its web page. Throws UnexpectedShape. */
export function commonBuild(row: Row): Build {
  return {
    id: row.id('id'),
    name: row.must('name'),
    stage: row.text('stage') ?? 'test',
    status: row.must('status'),
    ref: row.text('ref') ?? '',
    tag: row.flag('tag'),
    allowFailure: row.flag('allow_failure'), // Told since 12.0; v3 never tells.
    createdAt: row.text('created_at') ?? '',
    startedAt: row.text('started_at'),
    finishedAt: row.text('finished_at'),
    coverage: row.number('coverage'),
    artifacts: toArtifacts(row.row('artifacts_file')),
    user: row.row('user')?.text('username'),
    runner: toRunner(row.row('runner')),
    pipeline: row.row('pipeline')?.number('id'),
    commit: toCommit(row.row('commit')),
    attempts: [],
  };
}

/** Absent, not null, when there are none (GitLab's own documentation says null). */
function toArtifacts(file: Row | undefined): Build['artifacts'] {
  const filename = file?.text('filename');
  return filename === undefined ? undefined : { filename, size: file?.number('size') ?? 0 };
}

function toRunner(runner: Row | undefined): string | undefined {
  return runner?.text('description') ?? runner?.text('name');
}

function toCommit(commit: Row | undefined): Commit | undefined {
  const sha = commit?.text('id');
  if (sha === undefined) return undefined;
  return { sha, title: commit?.text('title') ?? '', author: commit?.text('author_name') ?? '' };
}
