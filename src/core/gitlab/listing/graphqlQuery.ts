import type { Server } from '../detect';
import { has, type Feature } from '../features';
import { pipelinesShown } from './ownPipelines';

/** Fields of a type: scalar ones, and those with a selection of their own. */
interface Selection {
  readonly on: string;
  readonly fields: readonly (string | readonly [field: string, within: Selection])[];
}

/** Child pipelines per response. */
export const childrenAtOnce = 20;

const artifact: Selection = { on: 'CiJobArtifact', fields: ['name', 'fileType', 'size', 'expireAt', 'expired'] };

const detailedStatus: Selection = {
  on: 'DetailedStatus',
  fields: ['detailsPath', 'tooltip', ['action', { on: 'StatusAction', fields: ['confirmationMessage'] }]],
};

/** Selection for a job; `downstream`: fields of the pipeline it triggered. */
const job = (downstream: readonly string[]): Selection => ({
  on: 'CiJob',
  fields: [
    ...['id', 'name', 'status', 'allowFailure', 'refName', 'createdByTag', 'coverage'],
    ...['createdAt', 'startedAt', 'finishedAt', 'scheduledAt', 'retryable', 'canPlayJob', 'tags'],
    ...['failureMessage', 'exitCode', 'stuck', 'queuedDuration'],
    ['stage', { on: 'CiStage', fields: ['name'] }],
    ['runner', { on: 'CiRunner', fields: ['description'] }],
    ['userPermissions', { on: 'JobPermissions', fields: ['updateBuild', 'cancelBuild'] }],
    ['detailedStatus', detailedStatus],
    ['artifacts', { on: 'CiJobArtifactConnection', fields: [['nodes', artifact]] }],
    ['downstreamPipeline', { on: 'Pipeline', fields: downstream }],
  ],
});

const identityOfDownstream = ['id', 'iid', 'sha', 'source', 'path'] as const;
/** Includes what shows whether the pipeline has changed, so that a finished one needn't be loaded again. */
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

/** Selection for a pipeline of the commit itself. */
function ownPipeline(jobs: number): Selection {
  return pipelineWith(jobs, ['iid', ['commit', { on: 'Commit', fields: ['title', 'authorName'] }]], stateOfDownstream);
}

/**
 * Selection for a child pipeline. Its own child pipelines are listed without their state, because of query complexity.
 */
function childPipeline(jobs: number): Selection {
  return pipelineWith(jobs, ['updatedAt'], identityOfDownstream);
}

function pipelineWith(jobs: number, further: Selection['fields'], downstream: readonly string[]): Selection {
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

/** Fields added after 14.0; servers known to lack them aren't asked for them, since each refusal is a round trip. */
const laterFields: Readonly<Record<string, Feature>> = {
  'CiJob.failureMessage': 'failureMessage',
  'CiJob.exitCode': 'exitCode',
  'Pipeline.commit': 'pipelineCommit',
  'StatusAction.confirmationMessage': 'manualConfirmation',
  'CiJob.runner': 'jobRunner',
  'CiJob.canPlayJob': 'jobRunner',
  'CiJobArtifact.size': 'artifactSize',
  'CiJobArtifact.expireAt': 'artifactSize',
  'CiJobArtifact.expired': 'artifactExpired',
  'JobPermissions.cancelBuild': 'pipelineErrors',
  'Pipeline.source': 'pipelineErrors',
  'Pipeline.name': 'pipelineErrors',
  'Pipeline.yamlErrorMessages': 'pipelineErrors',
  'Pipeline.failureReason': 'pipelineErrors',
};

/** Fields to leave out for a server, as `Type.field`: those it is too old for, and one that others make superfluous. */
export function fieldsLeftOutFor(server: Server): readonly string[] {
  const tooNew = Object.entries(laterFields).flatMap(([field, feature]) => (has(server, feature) ? [] : [field]));
  // The failure message explains more than the tooltip, so the tooltip isn't needed.
  return has(server, 'failureMessage') ? [...tooNew, 'DetailedStatus.tooltip'] : tooNew;
}

/** What a server supports. */
export interface QueryShape {
  /** Fields that it lacks, as `Type.field`. */
  readonly lacks: ReadonlySet<string>;
  /** Jobs per pipeline and response. */
  readonly jobs: number;
}

export interface Query {
  readonly text: string;
  readonly variables: object;
}

/** Query for a commit's newest pipelines without child pipelines, and the merge requests of a branch, if given. */
export function ownQuery(path: string, sha: string, branch: string | undefined, shape: QueryShape): Query {
  const { lacks, jobs } = shape;
  const nodes: Selection = { on: 'PipelineConnection', fields: [['nodes', ownPipeline(jobs)]] };
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

/** Query for the child pipelines of all pipelines of a commit, including nested ones. Requires GitLab 17.0. */
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

/** Query for pipelines by number within the project, as `p0`, `p1` … */
export function pipelinesQuery(path: string, iids: readonly string[], { lacks, jobs }: QueryShape): Query {
  const parts = iids.map((_, at) => block(`p${at}: pipeline(iid: $iid${at})`, printed(childPipeline(jobs), lacks)));
  const types = ['$path: ID!', ...iids.map((_, at) => `$iid${at}: ID!`)];
  return {
    text: `query (${types.join(', ')}) { project(fullPath: $path) { id ${parts.join(' ')} } }`,
    variables: { path, ...Object.fromEntries(iids.map((iid, at) => [`iid${at}`, iid])) },
  };
}

/** Query for the next jobs of a pipeline. */
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
