import type { Server } from '../detect';
import { has, type Feature } from '../features';
import { pipelinesShown } from './ownPipelines';

/** Fields of one type: plain ones, and those that have fields of their own. */
interface Selection {
  readonly on: string;
  readonly fields: readonly (string | readonly [field: string, within: Selection])[];
}

/** Child pipelines in one response. */
const childrenAtOnce = 20;

const artifact: Selection = { on: 'CiJobArtifact', fields: ['name', 'fileType', 'size', 'expireAt', 'expired'] };

/** A job; `downstream` are the fields of the pipeline that it has started. */
const job = (downstream: readonly string[]): Selection => ({
  on: 'CiJob',
  fields: [
    ...['id', 'name', 'status', 'allowFailure', 'refName', 'createdByTag', 'coverage'],
    ...['createdAt', 'startedAt', 'finishedAt', 'scheduledAt', 'retryable', 'canPlayJob', 'tags'],
    ...['failureMessage', 'exitCode', 'stuck', 'queuedDuration'],
    ['stage', { on: 'CiStage', fields: ['name'] }],
    ['runner', { on: 'CiRunner', fields: ['description'] }],
    ['userPermissions', { on: 'JobPermissions', fields: ['updateBuild', 'cancelBuild'] }],
    ['detailedStatus', { on: 'DetailedStatus', fields: ['detailsPath'] }],
    ['artifacts', { on: 'CiJobArtifactConnection', fields: [['nodes', artifact]] }],
    ['downstreamPipeline', { on: 'Pipeline', fields: downstream }],
  ],
});

const identityOfDownstream = ['id', 'iid', 'sha', 'source', 'path'] as const;
/** With what says whether the pipeline has changed, so that one that has ended need not be asked for again. */
const stateOfDownstream = [...identityOfDownstream, 'status', 'updatedAt'] as const;

const pageInfo: Selection = { on: 'PageInfo', fields: ['hasNextPage', 'endCursor'] };

const pageOfJobs = (downstream: readonly string[]): Selection => ({
  on: 'CiJobConnection',
  fields: [
    ['nodes', job(downstream)],
    ['pageInfo', pageInfo],
  ],
});

function pipeline(jobs: number): Selection {
  return pipelineWith(jobs, ['iid'], stateOfDownstream);
}

/** A pipeline that a bridge has started. What it has started in turn is told without its state: that would weigh too much. */
function childPipeline(jobs: number): Selection {
  return pipelineWith(jobs, ['updatedAt'], identityOfDownstream);
}

function pipelineWith(jobs: number, further: readonly string[], downstream: readonly string[]): Selection {
  return {
    on: 'Pipeline',
    fields: [
      ...['id', 'sha', 'ref', 'status', 'source', 'name', 'yamlErrorMessages', 'failureReason', ...further],
      ['stages', { on: 'CiStageConnection', fields: [['nodes', { on: 'CiStage', fields: ['name'] }]] }],
      [`jobs(first: ${jobs})`, pageOfJobs(downstream)],
    ],
  };
}

const permissions: Selection = { on: 'ProjectPermissions', fields: ['adminProject'] };

const mergeRequest: Selection = {
  on: 'MergeRequest',
  fields: [
    ...['iid', 'title', 'diffHeadSha'],
    [
      'pipelines(first: 5)',
      {
        on: 'PipelineConnection',
        fields: [['nodes', { on: 'Pipeline', fields: ['id', 'iid', 'sha', 'ref', 'source'] }]],
      },
    ],
  ],
};

const mergeRequests: Selection = { on: 'MergeRequestConnection', fields: [['nodes', mergeRequest]] };

/** Fields that came after 14.0 with a release that is known: an earlier server is not asked for them. */
const laterFields: Readonly<Record<string, Feature>> = {
  'CiJob.failureMessage': 'failureMessage',
  'CiJob.exitCode': 'exitCode',
  'Pipeline.name': 'pipelineErrors',
  'Pipeline.yamlErrorMessages': 'pipelineErrors',
  'Pipeline.failureReason': 'pipelineErrors',
};

/** The fields that a server is too old for, as `Type.field`. */
export function fieldsTooNewFor(server: Server): readonly string[] {
  return Object.entries(laterFields).flatMap(([field, feature]) => (has(server, feature) ? [] : [field]));
}

/** What one server is asked for. */
export interface QueryShape {
  /** Fields that it does not have, as `Type.field`. */
  readonly lacks: ReadonlySet<string>;
  /** Jobs of each pipeline in one response. */
  readonly jobs: number;
}

export interface Query {
  readonly text: string;
  readonly variables: object;
}

/** The newest pipelines of a commit, children left out, and the merge requests of a branch, where one is named. */
export function ownQuery(path: string, sha: string, branch: string | undefined, shape: QueryShape): Query {
  const { lacks, jobs } = shape;
  const nodes: Selection = { on: 'PipelineConnection', fields: [['nodes', pipeline(jobs)]] };
  const parts = [
    lacks.has('Project.userPermissions') ? '' : block('userPermissions', printed(permissions, lacks)),
    block(`own: pipelines(sha: $sha, first: ${pipelinesShown})`, printed(nodes, lacks)),
    branch === undefined
      ? ''
      : block('mergeRequests(sourceBranches: $branches, first: 3)', printed(mergeRequests, lacks)),
  ];
  const types = ['$path: ID!', '$sha: String!', ...(branch === undefined ? [] : ['$branches: [String!]!'])];
  return {
    text: `query (${types.join(', ')}) { project(fullPath: $path) { id ${parts.join(' ')} } }`,
    variables: { path, sha, ...(branch === undefined ? {} : { branches: [branch] }) },
  };
}

/** Child pipelines of all pipelines of a commit, nested ones too; since 17.0. */
export function childrenQuery(
  path: string,
  sha: string,
  after: string | undefined,
  { lacks, jobs }: QueryShape,
): Query {
  const list: Selection = {
    on: 'PipelineConnection',
    fields: [
      ['nodes', pipeline(jobs)],
      ['pageInfo', pageInfo],
    ],
  };
  const [type, argument] = after === undefined ? ['', ''] : [', $after: String!', ', after: $after'];
  const field = `children: pipelines(sha: $sha, source: "parent_pipeline", first: ${childrenAtOnce}${argument})`;
  return {
    text: `query ($path: ID!, $sha: String!${type}) { project(fullPath: $path) { id ${block(field, printed(list, lacks))} } }`,
    variables: { path, sha, ...(after === undefined ? {} : { after }) },
  };
}

/** Pipelines by their numbers within the project: `p0`, `p1` … */
export function pipelinesQuery(path: string, iids: readonly string[], { lacks, jobs }: QueryShape): Query {
  const parts = iids.map((_, at) => block(`p${at}: pipeline(iid: $iid${at})`, printed(childPipeline(jobs), lacks)));
  const types = ['$path: ID!', ...iids.map((_, at) => `$iid${at}: ID!`)];
  return {
    text: `query (${types.join(', ')}) { project(fullPath: $path) { id ${parts.join(' ')} } }`,
    variables: { path, ...Object.fromEntries(iids.map((iid, at) => [`iid${at}`, iid])) },
  };
}

/** The next jobs of a pipeline. */
export function jobsQuery(path: string, iid: string, after: string, { lacks, jobs }: QueryShape): Query {
  const page = block(`jobs(first: ${jobs}, after: $after)`, printed(pageOfJobs(stateOfDownstream), lacks));
  const text = `query ($path: ID!, $iid: ID!, $after: String!) { project(fullPath: $path) { id pipeline(iid: $iid) { ${page} } } }`;
  return { text, variables: { path, iid, after } };
}

function block(field: string, fields: string): string {
  return fields === '' ? '' : `${field} ${fields}`;
}

function printed({ on, fields }: Selection, lacks: ReadonlySet<string>): string {
  const parts = fields.flatMap((field) => {
    const [name, within] = typeof field === 'string' ? [field] : field;
    if (lacks.has(`${on}.${name.replace(/\(.*/, '')}`)) return [];
    if (within === undefined) return [name];
    const inner = printed(within, lacks);
    return inner === '' ? [] : [`${name} ${inner}`];
  });
  return parts.length === 0 ? '' : `{ ${parts.join(' ')} }`;
}
