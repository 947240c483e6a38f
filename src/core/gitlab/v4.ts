import type { Build } from '../build';
import { inTurns } from '../inTurns';
import { isNotFound, isProjectGone } from './absence';
import type { CommitQuestion, Dialect } from './dialect';
import type { Row } from './fields';
import { commonBuild } from './rows';
import { isAtLeast, parseVersion } from './version';

/** The Jobs API of GitLab 9.0 and later. */
export const v4: Dialect = { root: 'api/v4', segment: 'jobs', commitRows, toBuild };

/** What a server has; one whose version is not known is taken for a new one. */
const since = {
  /** `/pipelines?sha=`; before, the filter is ignored. */
  pipelinesBySha: [10, 8],
  /** `/pipelines/:id/bridges` */
  bridges: [13, 2],
  /** `/pipelines/:id/jobs` leaves superseded attempts out; `include_retried` came four versions later. */
  attemptsLeftOut: [13, 5],
  attemptsOnRequest: [13, 9],
  /** `/pipelines?source=parent_pipeline`; other lists leave child pipelines out. */
  childPipelines: [17, 0],
} as const satisfies Record<string, readonly [number, number]>;

const pipelinesAtOnce = 6;
/** How many pages of the project's jobs are looked through for attempts that the pipeline does not list. */
const pagesForAttempts = 5;

interface Versioned extends CommitQuestion {
  readonly has: (feature: keyof typeof since) => boolean;
}

/** v4 dropped the builds of a commit: they are those of its pipelines. */
async function commitRows(asked: CommitQuestion): Promise<readonly Build[]> {
  const version = parseVersion(asked.server.version ?? '');
  const has = (feature: keyof typeof since) => {
    const [major, minor] = since[feature];
    return version === undefined || isAtLeast(version, major, minor);
  };
  const question = { ...asked, has };
  const pipelines = has('pipelinesBySha') ? await pipelinesBySha(question) : await pipelinesByStatuses(question);
  const rows = await inTurns(pipelines.length, pipelinesAtOnce, async (index) => {
    const pipeline = pipelines[index];
    return pipeline === undefined ? [] : rowsOfPipeline(question, pipeline);
  });
  return rows.flat();
}

async function pipelinesBySha({ api, project, sha, has }: Versioned): Promise<readonly number[]> {
  const path = `projects/${project.id}/pipelines?sha=${sha}`;
  const sources = has('childPipelines') ? ['', '&source=parent_pipeline'] : [''];
  const lists = await Promise.all(sources.map((source) => api.list(`${path}${source}`, (row) => row.id('id'))));
  return [...new Set(lists.flat())];
}

/** The statuses of a commit are its jobs without stage or pipeline; one job of each pipeline tells which that is. */
async function pipelinesByStatuses(question: Versioned): Promise<readonly number[]> {
  const { api, project, sha } = question;
  const statuses = `projects/${project.id}/repository/commits/${sha}/statuses?all=true`;
  const open = new Set(await api.list(statuses, (row) => row.id('id')).catch(noneUnlessGone));
  const pipelines: number[] = [];
  for (const id of open) {
    const pipeline = await pipelineOf(question, id);
    if (pipeline === undefined || pipelines.includes(pipeline)) continue;
    pipelines.push(pipeline);
    const covered = await api.list(`projects/${project.id}/pipelines/${pipeline}/jobs`, (row) => row.id('id'));
    for (const job of covered) open.delete(job);
  }
  return pipelines;
}

/** undefined: a status that another CI system has reported, which is no job. */
async function pipelineOf({ api, project }: Versioned, job: number): Promise<number | undefined> {
  try {
    return await api.get(`projects/${project.id}/jobs/${job}`, (row) => row.row('pipeline')?.number('id'));
  } catch (error) {
    if (isNotFound(error) && !isProjectGone(error)) return undefined;
    throw error;
  }
}

function noneUnlessGone(error: unknown): readonly number[] {
  if (isNotFound(error) && !isProjectGone(error)) return [];
  throw error;
}

async function rowsOfPipeline(question: Versioned, pipeline: number): Promise<readonly Build[]> {
  const { api, project, has, toBuild: read } = question;
  const path = `projects/${project.id}/pipelines/${pipeline}`;
  const [jobs, bridges] = await Promise.all([
    api.list(`${path}/jobs${has('attemptsOnRequest') ? '?include_retried=true' : ''}`, read),
    has('bridges') ? api.list(`${path}/bridges`, (row) => toBridge(read(row))) : [],
  ]);
  const leftOut = has('attemptsLeftOut') && !has('attemptsOnRequest');
  return [...jobs, ...bridges, ...(leftOut ? await attemptsElsewhere(question, pipeline, jobs) : [])];
}

/** 13.5 to 13.8 tell attempts in the project's list alone, newest first. */
async function attemptsElsewhere({ api, project, toBuild: read }: Versioned, pipeline: number, jobs: readonly Build[]) {
  const oldest = Math.min(...jobs.map(({ id }) => id));
  const found: Build[] = [];
  for (let page = 1; page <= pagesForAttempts; page++) {
    const { items } = await api.page(`projects/${project.id}/jobs`, page, read);
    found.push(...items.filter((build) => build.pipeline === pipeline));
    if (items.every(({ id }) => id > oldest) && items.length > 0) continue;
    break;
  }
  return found;
}

function toBridge(build: Build): Build {
  return { ...build, kind: 'bridge' };
}

function toBuild(row: Row, projectUrl: string): Build {
  const build = commonBuild(row);
  // The server says where since 11.2; up to then the page was called as in v3.
  const page = row.text('web_url') === undefined ? 'builds' : '-/jobs';
  return { ...build, webUrl: `${projectUrl}/${page}/${build.id}` };
}
