import type { Build } from '../../model/build';
import type { Listing } from '../../model/pipeline';
import type { CommitQuestion, Dialect, RowContext } from '../dialect';
import type { JsonObject } from '../jsonObject';
import { excuseGraphql, listByGraphql } from './graphql';
import { listByRest } from './rest';
import { commonBuild } from './restMappers';

/** The Jobs API of GitLab 9.0 and later. */
export const v4: Dialect = { root: 'api/v4', segment: 'jobs', commitRows, toBuild };

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

/** Converts a build. Its web address is included since 11.2; before, it has the same form as in v3. */
function toBuild(row: JsonObject, context: RowContext): Build {
  return commonBuild(row, context, row.string('web_url') === undefined ? 'builds' : '-/jobs');
}
