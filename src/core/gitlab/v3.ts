import type { Build } from '../build';
import type { CommitQuestion, Dialect } from './dialect';
import { isNotFound, isProjectGone } from './absence';
import type { Row } from './fields';
import { commonBuild } from './rows';

/** The Builds API of GitLab 8.4 to 10.8. */
export const v3: Dialect = { root: 'api/v3', segment: 'builds', commitRows, toBuild };

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
  const build = commonBuild(row);
  return { ...build, webUrl: `${projectUrl}/builds/${build.id}` };
}
