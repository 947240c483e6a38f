import type { Fault } from '../faults';

/** What GitLab's GraphQL answers when it fails, in its own words. Each befalls GraphQL alone. */
export const graphqlFaults = {
  /** The database took too long. */
  databaseTimeout: () =>
    refused(503, 'Request timed out. Please try a less complex query or a smaller set of records.'),
  bug: () => refused(500, 'Internal server error'),
  /** Unknown, expired, revoked, or without the scope. */
  invalidToken: () => refused(401, 'Invalid token'),
  noAccess: () => refused(403, 'API not accessible for user'),
  tooLarge: () => refused(422, 'Query too large'),
  rateLimited: () => refused(429, 'This endpoint has been requested too many times. Try again later.'),
  validationTimeout: () => refused(200, 'Timeout on validation of query'),
  tooComplex: (complexity = 312, limit = 250) =>
    refused(200, `Query has complexity of ${complexity}, which exceeds max complexity of ${limit}`),
  tooDeep: () => refused(200, 'Query has depth of 21, which exceeds max depth of 20'),
  timeout,
} as const;

function isGraphql({ path }: { readonly path: string }): boolean {
  return /\/api\/graphql\/?(\?|$)/.test(path);
}

function refused(status: number, message: string): Fault {
  const headers = { 'Content-Type': 'application/json; charset=utf-8' };
  return { when: isGraphql, answer: { status, headers, body: JSON.stringify({ errors: [{ message }] }) } };
}

/**
 * The time for a query was over at a field, such as `Pipeline.jobs`: the first `given` of them have been answered, the
 * others are null, each with an error, and the data lies beside them with 200.
 */
function timeout(place: string, given = 0): Fault {
  const [, field = ''] = place.split('.');
  return {
    when: isGraphql,
    change: (body) => {
      const { data, errors = [] } = JSON.parse(body) as Told;
      let left = given;
      const late: Late[] = [];
      const cut = (value: unknown, path: Late['path']): unknown => {
        if (Array.isArray(value)) return value.map((each, index) => cut(each, [...path, index]));
        if (typeof value !== 'object' || value === null) return value;
        const entries = Object.entries(value).map(([name, each]) => {
          if (name !== field || left-- > 0) return [name, cut(each, [...path, name])];
          late.push({ message: `Timeout on ${place}`, path: [...path, name] });
          return [name, null];
        });
        return Object.fromEntries(entries) as unknown;
      };
      const told = cut(data, []);
      return JSON.stringify({ data: told, errors: [...errors, ...late] });
    },
  };
}

interface Late {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

interface Told {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}
