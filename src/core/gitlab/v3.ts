import type { Build } from '../build';
import type { Listing, Pipeline } from '../pipeline';
import type { CommitQuestion, Dialect, RowContext } from './dialect';
import { noneWithoutCi } from './absence';
import { externalStatuses, withExternal } from './external';
import type { Row } from './fields';
import { commonBuild, toPipeline } from './rows';

/** The Builds API of GitLab 8.4 to 10.8. */
export const v3: Dialect = { root: 'api/v3', segment: 'builds', commitRows, toBuild };

async function commitRows(question: CommitQuestion): Promise<Listing> {
  const { api, project, commit } = question;
  const pipelines = new Map<number, Pipeline>();
  const read = (row: Row) => {
    const pipeline = row.row('pipeline');
    if (pipeline !== undefined) pipelines.set(pipeline.id('id'), toPipeline(pipeline, project));
    return toBuild(row, question);
  };
  const path = `projects/${project.id}/repository/commits/${commit.sha}/builds`;
  const [builds, external] = await Promise.all([
    // 8.4 to 8.9 answer 404 for a commit without CI; from 8.10 on it means that the commit is not there at all.
    api.list(path, read).catch(noneWithoutCi),
    externalStatuses(question),
  ]);
  return { builds: withExternal(builds, external), pipelines: [...pipelines.values()] };
}

function toBuild(row: Row, context: RowContext): Build {
  const build = commonBuild(row, context);
  return { ...build, webUrl: `${context.project.url}/builds/${build.id}` };
}
