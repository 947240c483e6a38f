/** Fields that determine which builds exist. */
const essential = new Set([
  ...['id', 'iid', 'sha', 'ref', 'status', 'jobs'].map((field) => `Pipeline.${field}`),
  ...['id', 'name', 'status', 'downstreamPipeline'].map((field) => `CiJob.${field}`),
  ...['CiJobConnection.nodes', 'CiJobConnection.pageInfo', 'PageInfo.hasNextPage', 'PageInfo.endCursor'],
  ...['Project.id', 'Project.pipelines', 'Project.pipeline', 'Project.mergeRequests', 'PipelineConnection.nodes'],
  ...['MergeRequestConnection.nodes', 'MergeRequest.iid', 'MergeRequest.diffHeadSha', 'MergeRequest.pipelines'],
  'PipelineConnection.pageInfo',
]);

export function isEssential(field: string): boolean {
  return essential.has(field);
}

type Refusal =
  /** The query works without these fields. */
  | { readonly kind: 'lacks'; readonly fields: readonly string[] }
  /** GitLab timed out or had an internal error: it may work later. */
  | { readonly kind: 'load' }
  /** This server can't list builds with GraphQL. */
  | { readonly kind: 'never' };

/** Interprets the messages of `errors` from graphql-ruby and GitLab, of which at most five come at once. */
export function toRefusal(messages: readonly string[]): Refusal {
  if (messages.some((message) => /^(Timeout on |Internal server error|Request timed out)/.test(message)))
    return { kind: 'load' };
  const fields = messages.flatMap((message) => {
    const [, field, type] = /^Field '(\w+)' doesn't exist on type '(\w+)'/.exec(message) ?? [];
    return field === undefined ? [] : [`${type}.${field}`];
  });
  // Follow-up errors: variables that only the missing fields used.
  const explained = messages.filter((message) => message.startsWith('Variable $') && message.endsWith(' but not used'));
  const isKnown = fields.length + explained.length === messages.length && fields.length > 0;
  return isKnown && !fields.some(isEssential) ? { kind: 'lacks', fields } : { kind: 'never' };
}
