import type { Build, Commit } from '../build';
import type { Dialect } from './dialect';

import type { Row } from './fields';

/** The Builds API of GitLab 8.4 to 10.8. */
export const v3: Dialect = {
  name: 'v3',
  root: 'api/v3',
  user: 'user',
  project: (idOrPath) => `projects/${encodeURIComponent(idOrPath)}`,
  commitBuilds: (project, sha) => `projects/${project}/repository/commits/${sha}/builds`,
  projectBuilds: (project) => `projects/${project}/builds`,
  build: (project, build) => `projects/${project}/builds/${build}`,
  artifacts: (project, build) => `projects/${project}/builds/${build}/artifacts`,
  action: (project, build, action) => `projects/${project}/builds/${build}/${action}`,
  // 8.4 to 8.9 answer so for a commit without CI; from 8.10 on it means that the commit is not there at all.
  noBuildsIs404: true,
  toBuild,
};

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
