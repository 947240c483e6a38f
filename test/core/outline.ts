import type { Build } from '../../src/core/model/build';
import type { TreeNode } from '../../src/core/model/tree';

/** Names alone, children indented by nesting. */
export type Outline = readonly (string | readonly [string, Outline])[];

export function outline(nodes: readonly TreeNode[]): Outline {
  return nodes.map((node) => {
    const name = titleOf(node);
    return node.children.length === 0 ? name : ([name, outline(node.children)] as const);
  });
}

function titleOf(node: TreeNode): string {
  if (node.kind === 'pipeline') return `#${node.pipeline.id} (${node.status})`;
  if (node.kind === 'stage') return `${node.stage} (${node.status})`;
  if (node.kind === 'status') return node.status;
  if (node.kind === 'group') return `${node.name} × ${node.builds.length} (${node.status})`;
  const child =
    'child' in node && node.child !== undefined ? ` → #${node.child.pipeline.id} (${node.child.status})` : '';
  return `${node.build.name} ${node.build.id}${child}`;
}

export function all(nodes: readonly TreeNode[]): readonly TreeNode[] {
  return nodes.flatMap((node) => [node, ...all(node.children)]);
}

/** Ids of the builds and attempts that have a row, ascending, as often as they have one. */
export function buildsShown(nodes: readonly TreeNode[]): readonly number[] {
  return ascending(all(nodes).flatMap((node) => ('build' in node ? [node.build.id] : [])));
}

/** Ids of the builds and their attempts, ascending. */
export function buildsGiven(builds: readonly Build[]): readonly number[] {
  return ascending(builds.flatMap(({ id, attempts }) => [id, ...attempts.map((attempt) => attempt.id)]));
}

function ascending(ids: readonly number[]): readonly number[] {
  return [...ids].sort((a, b) => a - b);
}
