import { groupBy } from '../util/groupBy';

/** An order of graph nodes, which are numbered from 0. */
type Order = readonly number[];
/** Adjacent nodes in one direction, indexed by node. May contain duplicates. */
type Edges = readonly Order[];

/**
 * Merges orders topologically: each name once, after all names that precede it in any order. Names on which the orders
 * contradict each other are sorted as in the earliest of those orders. Linear in time and memory.
 */
export function mergeOrders(orders: readonly (readonly string[])[]): readonly string[] {
  const names = [...new Set(orders.flat())];
  const numbers = new Map(names.map((name, node) => [name, node]));
  const merged = mergeNodes(
    names.length,
    orders.map((order) => order.map((name) => numbers.get(name) ?? 0)),
  );
  return merged.map((node) => names[node] ?? '');
}

function mergeNodes(count: number, orders: readonly Order[]): Order {
  const backwards = orders.map(reversed);
  const before = edgesOf(count, backwards);
  const groups = contradictoryGroups(before, edgesOf(count, orders));
  if (groups.length === 0) return postorder(before.keys(), before);
  const groupOf: (number | undefined)[] = Array.from({ length: count }, () => undefined);
  for (const [group, nodes] of groups.entries()) for (const node of nodes) groupOf[node] = group;
  const isOpen = (a: number, b: number): boolean => groupOf[a] === undefined || groupOf[a] !== groupOf[b];
  const settled = partsOf(groups.length, groupOf, orders).map((parts) => reversed(settledOrder(parts)));
  const settledBefore = edgesOf(count, backwards, isOpen, settled);
  return postorder(settledBefore.keys(), settledBefore);
}

function reversed(order: Order): Order {
  return [...order].reverse();
}

/** Edges from each node to its successors. Of `orders` only those that `isKept` accepts; of `further` all. */
function edgesOf(
  count: number,
  orders: readonly Order[],
  isKept: (from: number, to: number) => boolean = () => true,
  further: readonly Order[] = [],
): Edges {
  const edges = Array.from({ length: count }, (): number[] => []);
  const add = (order: Order, isWanted: (from: number, to: number) => boolean): void => {
    for (const [index, to] of order.entries()) {
      const from = order[index - 1];
      if (from !== undefined && from !== to && isWanted(from, to)) edges[from]?.push(to);
    }
  };
  for (const order of orders) add(order, isKept);
  for (const order of further) add(order, () => true);
  return edges;
}

interface Visit {
  readonly node: number;
  readonly next: Order;
  /** Number of entries in `next` that have been visited. */
  done: number;
}

/** All nodes reachable from the given ones, each after everything reachable from it. Iterative. */
function postorder(nodes: Iterable<number>, edges: Edges, found: Uint8Array = new Uint8Array(edges.length)): Order {
  const ended: number[] = [];
  const path: Visit[] = [];
  const enter = (node: number): void => {
    if (found[node] === 1) return;
    found[node] = 1;
    path.push({ node, next: edges[node] ?? [], done: 0 });
  };
  for (const root of nodes) {
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.next[top.done];
      top.done += 1;
      if (next !== undefined) {
        enter(next);
        continue;
      }
      path.pop();
      ended.push(top.node);
    }
  }
  return ended;
}

/** Strongly connected components of more than one node: names whose order is contradictory. Kosaraju's algorithm. */
function contradictoryGroups(before: Edges, after: Edges): readonly Order[] {
  const found = new Uint8Array(before.length);
  const groups = reversed(postorder(before.keys(), before)).map((node) => postorder([node], after, found));
  return groups.filter(({ length }) => length > 1);
}

/** The parts of the orders that concern each group, by group; orders without any of its nodes are left out. */
function partsOf(
  count: number,
  groupOf: readonly (number | undefined)[],
  orders: readonly Order[],
): readonly (readonly Order[])[] {
  const parts = Array.from({ length: count }, (): Order[] => []);
  for (const order of orders)
    for (const [group, part] of groupBy(order, (node) => groupOf[node]))
      if (group !== undefined && part.length > 1) parts[group]?.push(part);
  return parts;
}

interface Link {
  readonly node: number;
  previous: Link | undefined;
  next: Link | undefined;
}

/** The first order, extended by the others: a new node is inserted right after its predecessor. */
function settledOrder(orders: readonly Order[]): Order {
  const links = new Map<number, Link>();
  const start: Link = { node: -1, previous: undefined, next: undefined };
  for (const order of orders) {
    const anchor = order.find((node) => links.has(node)) ?? -1;
    let last = links.get(anchor)?.previous ?? start;
    for (const node of order) last = links.get(node) ?? linked(node, last, links);
  }
  const nodes: number[] = [];
  for (let link = start.next; link !== undefined; link = link.next) nodes.push(link.node);
  return nodes;
}

function linked(node: number, previous: Link, links: Map<number, Link>): Link {
  const link: Link = { node, previous, next: previous.next };
  if (link.next !== undefined) link.next.previous = link;
  previous.next = link;
  links.set(node, link);
  return link;
}
