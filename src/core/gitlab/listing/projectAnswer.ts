import type { JsonObject } from '../jsonObject';

/** Response to a GraphQL query about one project. */
export interface ProjectAnswer {
  /** Undefined if there is no such project, or if GraphQL refused. */
  readonly project: JsonObject | undefined;
  /** GitLab's messages about what is wrong with the query. */
  readonly errors: readonly string[];
}

export function toProjectAnswer(row: JsonObject): ProjectAnswer {
  return {
    project: row.object('data')?.object('project'),
    errors: row.objects('errors').map((error) => error.string('message') ?? ''),
  };
}

/** Cursor of the next page of a connection; undefined on the last page. */
export function nextPage(connection: JsonObject | undefined): string | undefined {
  const info = connection?.object('pageInfo');
  return info?.boolean('hasNextPage') === true ? info.string('endCursor') : undefined;
}

/** What a query needs to continue after a cursor: the declaration of its variable, and the argument. */
export function following(after: string | undefined): readonly [declaration: string, argument: string] {
  return after === undefined ? ['', ''] : [', $after: String!', ', after: $after'];
}
