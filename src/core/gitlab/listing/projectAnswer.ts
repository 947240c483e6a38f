import { UnexpectedShape, type JsonObject } from '../jsonObject';

/** Response to a GraphQL query about one project. */
interface ProjectAnswer {
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

/** The pages of one connection. */
export class Pages {
  private readonly cursors = new Set<string>();

  /** Cursor of the next page; undefined on the last one. Throws UnexpectedShape if it is missing, or leads back. */
  after(connection: JsonObject | undefined): string | undefined {
    const info = connection?.object('pageInfo');
    if (info?.boolean('hasNextPage') !== true) return undefined;
    const cursor = info.requireString('endCursor');
    if (this.cursors.has(cursor)) throw new UnexpectedShape('a page leads back to one before it');
    this.cursors.add(cursor);
    return cursor;
  }
}

/** What a query needs to continue after a cursor: the declaration of its variable, and the argument. */
export function following(after: string | undefined): readonly [declaration: string, argument: string] {
  return after === undefined ? ['', ''] : [', $after: String!', ', after: $after'];
}
