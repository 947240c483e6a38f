import type { Pipeline } from '../../model/pipeline';
import type { CommitQuestion } from '../dialect';
import { has } from '../features';
import type { JsonObject } from '../jsonObject';
import { noneUnlessGone } from '../notFound';
import { keepParents, type Begin } from './mergeRequests';
import { keepNumber } from './pipelineNumbers';
import { toPipeline } from './restMappers';

/** Maximum number of pipelines that are loaded early. */
const maxPipelines = 6;

interface JobOfPipeline {
  readonly pipeline: Pipeline;
  /** Parents of the commit that the job ran on. */
  readonly parents: readonly string[];
}

/**
 * The commit's pipelines that the project's newest jobs name, for the first listing of a commit: child pipelines before
 * their bridges are loaded, merged results pipelines before their merge request is, and up to 10.7 pipelines of tags,
 * which no list contains. Requested only if the project had such pipelines, or if nothing is known about it. `begin`
 * gets each. GraphQL's numbers of all pipelines are kept (14.6 and later).
 */
export async function newestJobs(question: CommitQuestion, begin: Begin): Promise<readonly Pipeline[]> {
  const { api, project, commit, server, expected, memory } = question;
  const isUsual = expected === undefined ? has(server, 'bridges') : expected.hasChildren === true;
  if (has(server, 'pipelinesBySha') && !isUsual && expected?.hasMerges !== true) return [];
  const read = (row: JsonObject): JobOfPipeline | undefined => {
    const pipelineRow = row.object('pipeline');
    if (pipelineRow === undefined) return undefined;
    const [pipeline, iid] = [toPipeline(pipelineRow, project), pipelineRow.number('iid')];
    if (iid !== undefined) keepNumber(memory, pipeline.id, String(iid));
    return { pipeline, parents: row.object('commit')?.strings('parent_ids') ?? [] };
  };
  const { items } = await api
    .page(`projects/${project.id}/jobs`, 1, read)
    .catch((error: unknown) => ({ items: noneUnlessGone(error) }));
  const found = new Map<number, Pipeline>();
  for (const { pipeline, parents } of items.flatMap((item) => item ?? [])) {
    const isMerge = pipeline.ref.startsWith('refs/merge-requests/') && parents.includes(commit.sha);
    if (isMerge) keepParents(question, pipeline.sha, parents);
    if (pipeline.sha === commit.sha || isMerge) found.set(pipeline.id, pipeline);
  }
  const newest = [...found.values()].sort((a, b) => b.id - a.id).slice(0, maxPipelines);
  for (const pipeline of newest) begin(pipeline);
  return newest;
}
