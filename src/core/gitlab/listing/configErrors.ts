import type { Listing, Pipeline } from '../../model/pipeline';
import { mapLimit } from '../../util/mapLimit';
import type { CommitQuestion } from '../dialect';
import { noneUnlessGone } from '../notFound';
import { unlessEmpty } from './restMappers';

const pipelinesAtOnce = 3;

/**
 * Adds configuration errors to pipelines that failed without builds. Only the pipeline's own endpoint has them, so this
 * takes one request each, once, because they never change.
 */
export async function withConfigErrors(question: CommitQuestion, listing: Listing): Promise<Listing> {
  const started = new Set(listing.builds.map(({ pipeline }) => pipeline));
  const isUnexplained = ({ id, status, yamlErrors }: Pipeline): boolean =>
    status === 'failed' && yamlErrors === undefined && !started.has(id);
  if (!listing.pipelines.some(isUnexplained)) return listing;
  const pipelines = await mapLimit(listing.pipelines, pipelinesAtOnce, async (pipeline) =>
    isUnexplained(pipeline) ? { ...pipeline, yamlErrors: await yamlErrorsOf(question, pipeline) } : pipeline,
  );
  return { ...listing, pipelines };
}

async function yamlErrorsOf({ api, project, memory }: CommitQuestion, { id }: Pipeline): Promise<string | undefined> {
  const path = `projects/${project.id}/pipelines/${id}`;
  const ask = (): Promise<readonly string[]> => api.get(path, (row) => [row.string('yaml_errors') ?? '']);
  const [text] = await memory.getOrLoad(`configuration errors of ${path}`, Infinity, ask).catch(noneUnlessGone);
  return unlessEmpty(text);
}
