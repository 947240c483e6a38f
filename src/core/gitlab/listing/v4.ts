import type { Build } from '../../model/build';
import { withinPipeline, type Listing, type Pipeline } from '../../model/pipeline';
import type { CommitQuestion, Dialect, RowContext } from '../dialect';
import type { JsonObject } from '../jsonObject';
import { excuseGraphql, listByGraphql } from './graphql';
import { listByRest, listPipelineByRest } from './rest';
import { commonBuild } from './restMappers';

/** The Jobs API of GitLab 9.0 and later. */
export const v4: Dialect = { root: 'api/v4', segment: 'jobs', commitRows, pipelineRows, toBuild };

async function commitRows(question: CommitQuestion): Promise<Listing> {
  const read = (row: JsonObject) => toBuild(row, question);
  const listing = await listByGraphql(question);
  if (listing !== undefined) return listing;
  try {
    return await listByRest(question, read);
  } catch (error) {
    excuseGraphql(question, error);
    throw error;
  }
}

/**
 * GraphQL lists a commit's newest pipelines with details that only it has; one that isn't among them comes from
 * REST.
 */
async function pipelineRows(question: CommitQuestion, pipeline: Pipeline): Promise<Listing> {
  const listing = await listByGraphql(question);
  const found = listing && withinPipeline(listing, pipeline.id);
  if (found !== undefined && found.pipelines.length > 0) return found;
  return listPipelineByRest(question, (row) => toBuild(row, question), pipeline);
}

/** Converts a build. Its web address is included since 11.2; before, it has the same form as in v3. */
function toBuild(row: JsonObject, context: RowContext): Build {
  return commonBuild(row, context, row.string('web_url') === undefined ? 'builds' : '-/jobs');
}
