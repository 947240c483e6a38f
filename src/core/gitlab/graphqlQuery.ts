import { pipelinesShown } from './ownPipelines';

/** Fields of one type: plain ones, and those that have fields of their own. */
interface Selection {
  readonly on: string;
  readonly fields: readonly (string | readonly [field: string, within: Selection])[];
}

const artifact: Selection = { on: 'CiJobArtifact', fields: ['name', 'fileType', 'size', 'expireAt', 'expired'] };

const job: Selection = {
  on: 'CiJob',
  fields: [
    ...['id', 'name', 'status', 'allowFailure', 'refName', 'createdByTag', 'coverage'],
    ...['createdAt', 'startedAt', 'finishedAt', 'scheduledAt', 'retryable', 'canPlayJob', 'tags'],
    ['stage', { on: 'CiStage', fields: ['name'] }],
    ['runner', { on: 'CiRunner', fields: ['description'] }],
    ['userPermissions', { on: 'JobPermissions', fields: ['updateBuild', 'cancelBuild'] }],
    ['detailedStatus', { on: 'DetailedStatus', fields: ['detailsPath'] }],
    ['artifacts', { on: 'CiJobArtifactConnection', fields: [['nodes', artifact]] }],
    ['downstreamPipeline', { on: 'Pipeline', fields: ['id', 'source', 'path'] }],
  ],
};

const pageOfJobs: Selection = {
  on: 'CiJobConnection',
  fields: [
    ['nodes', job],
    ['pageInfo', { on: 'PageInfo', fields: ['hasNextPage', 'endCursor'] }],
  ],
};

const pipeline: Selection = {
  on: 'Pipeline',
  fields: [
    ...['id', 'iid', 'sha', 'ref', 'status', 'source'],
    ['stages', { on: 'CiStageConnection', fields: [['nodes', { on: 'CiStage', fields: ['name'] }]] }],
    ['jobs(first: 100)', pageOfJobs],
  ],
};

const pipelines: Selection = { on: 'PipelineConnection', fields: [['nodes', pipeline]] };

const permissions: Selection = { on: 'ProjectPermissions', fields: ['adminProject'] };

const mergeRequest: Selection = {
  on: 'MergeRequest',
  fields: [
    ...['iid', 'title', 'diffHeadSha'],
    [
      'pipelines(first: 5)',
      { on: 'PipelineConnection', fields: [['nodes', { on: 'Pipeline', fields: ['id', 'sha', 'ref', 'source'] }]] },
    ],
  ],
};

const mergeRequests: Selection = { on: 'MergeRequestConnection', fields: [['nodes', mergeRequest]] };

/** What is asked for at once; what is undefined is not asked for. */
export interface Wanted {
  /** Pipelines of this commit. */
  readonly sha?: string | undefined;
  /** Further pipelines, by their ids. */
  readonly ids?: readonly number[] | undefined;
  /** Merge requests of this branch. */
  readonly branch?: string | undefined;
}

export interface Query {
  readonly text: string;
  readonly variables: object;
}

/** `lacks`: fields that this server does not have, as `Type.field`. */
export function pipelinesQuery(path: string, { sha, ids, branch }: Wanted, lacks: ReadonlySet<string>): Query {
  const parts = [
    sha === undefined ? '' : role(lacks),
    sha === undefined ? '' : `own: pipelines(sha: $sha, first: ${pipelinesShown}) ${printed(pipelines, lacks)}`,
    ids === undefined ? '' : `others: pipelines(ids: $ids, first: ${ids.length}) ${printed(pipelines, lacks)}`,
    branch === undefined ? '' : `mergeRequests(sourceBranches: $branches, first: 3) ${printed(mergeRequests, lacks)}`,
  ];
  const types = [
    '$path: ID!',
    ...(sha === undefined ? [] : ['$sha: String!']),
    ...(ids === undefined ? [] : ['$ids: [CiPipelineID!]!']),
    ...(branch === undefined ? [] : ['$branches: [String!]!']),
  ];
  const variables = { path, sha, ids: ids?.map(toGlobalId), branches: branch === undefined ? undefined : [branch] };
  // Its id, since nothing else may be left to ask for.
  return { text: `query (${types.join(', ')}) { project(fullPath: $path) { id ${parts.join(' ')} } }`, variables };
}

/** Whether the user is a Maintainer of the project. */
function role(lacks: ReadonlySet<string>): string {
  const fields = lacks.has('Project.userPermissions') ? '' : printed(permissions, lacks);
  return fields === '' ? '' : `userPermissions ${fields}`;
}

/** The next hundred jobs of a pipeline. */
export function jobsQuery(path: string, iid: string, after: string, lacks: ReadonlySet<string>): Query {
  const page = `jobs(first: 100, after: $after) ${printed(pageOfJobs, lacks)}`;
  const text = `query ($path: ID!, $iid: ID!, $after: String!) { project(fullPath: $path) { pipeline(iid: $iid) { ${page} } } }`;
  return { text, variables: { path, iid, after } };
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

function toGlobalId(id: number): string {
  return `gid://gitlab/Ci::Pipeline/${id}`;
}
