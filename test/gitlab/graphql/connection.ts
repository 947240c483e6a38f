/** Pages of GitLab's GraphQL: by a cursor that is the id of a row, 100 rows at most. */
export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

export interface Connection<Row> {
  readonly count: number;
  readonly nodes: readonly Row[];
  readonly edges: readonly { readonly cursor: string; readonly node: Row }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const maxPage = 100;
/** GitLab does not count further. */
const maxCount = 1001;

export function connection<Row>(
  rows: readonly Row[],
  { first, after, last, before }: PageArgs,
  idOf: (row: Row) => number | string,
): Connection<Row> {
  const cursorOf = (row: Row): string => Buffer.from(JSON.stringify({ id: String(idOf(row)) })).toString('base64url');
  const at = (cursor: string): number => {
    const { id } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { readonly id: string };
    return rows.findIndex((row) => String(idOf(row)) === id);
  };
  const start = after == null ? 0 : at(after) + 1;
  const end = before == null ? rows.length : at(before);
  const left = rows.slice(start, end);
  const limit = Math.min(first ?? last ?? maxPage, maxPage);
  const isFromEnd = first == null && last != null;
  const nodes = isFromEnd ? left.slice(Math.max(left.length - limit, 0)) : left.slice(0, limit);
  const [head, tail] = [nodes[0], nodes.at(-1)];
  return {
    count: Math.min(rows.length, maxCount),
    nodes,
    edges: nodes.map((node) => ({ cursor: cursorOf(node), node })),
    pageInfo: {
      hasNextPage: tail !== undefined && rows.at(-1) !== tail,
      hasPreviousPage: head !== undefined && rows[0] !== head,
      startCursor: head === undefined ? null : cursorOf(head),
      endCursor: tail === undefined ? null : cursorOf(tail),
    },
  };
}
