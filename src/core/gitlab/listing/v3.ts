import type { Build } from '../../model/build';
import { withinPipeline, type Listing, type Pipeline } from '../../model/pipeline';
import type { CommitQuestion, Dialect, RowContext } from '../dialect';
import { noneWithoutCi } from '../notFound';
import { externalStatuses, withExternal } from './externalStatuses';
import type { JsonObject } from '../jsonObject';
import { commonBuild, toPipeline } from './restMappers';

/** The Builds API of GitLab 8.4 to 10.8. */
export const v3: Dialect = { root: 'api/v3', segment: 'builds', commitRows, pipelineRows, toBuild };

interface ReadRow {
  readonly build: Build;
  readonly pipeline: Pipeline | undefined;
}

async function commitRows(question: CommitQuestion): Promise<Listing> {
  const { api, project, commit } = question;
  const read = (row: JsonObject): ReadRow => {
    const pipeline = row.object('pipeline');
    return {
      build: toBuild(row, question),
      pipeline: pipeline === undefined ? undefined : toPipeline(pipeline, project),
    };
  };
  const path = `projects/${project.id}/repository/commits/${commit.sha}/builds`;
  const [rows, external] = await Promise.all([
    // 8.4 to 8.9 return 404 for a commit without CI. Since 8.10 it means that the commit doesn't exist.
    api.keptList(path, read).catch(noneWithoutCi),
    externalStatuses(question),
  ]);
  const pipelines = rows.flatMap(({ pipeline }) => pipeline ?? []);
  return {
    builds: withExternal(
      rows.map(({ build }) => build),
      external,
    ),
    pipelines: [...new Map(pipelines.map((pipeline) => [pipeline.id, pipeline])).values()],
  };
}

/** GitLab lists builds by commit only, and each names its pipeline since 8.13. */
async function pipelineRows(question: CommitQuestion, { id }: Pipeline): Promise<Listing> {
  return withinPipeline(await commitRows(question), id);
}

function toBuild(row: JsonObject, context: RowContext): Build {
  return commonBuild(row, context, 'builds');
}
