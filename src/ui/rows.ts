import type { Snapshot } from '../core/snapshot';
import type { TreeNode } from '../core/tree';
import type { ArtifactRowNode } from './artifacts/nodes';

/** One repository as the views draw it. `root`: its folder's URI. */
export interface RepositoryView {
  readonly root: string;
  /** The folder's name. */
  readonly name: string;
  /** undefined: nothing is known yet. */
  readonly snapshot: Snapshot | undefined;
}

/** Everything that the views draw. Without a repository: one view with an empty root that says why. */
export interface ViewState {
  readonly repositories: readonly RepositoryView[];
  /** Root of the repository that the active editor is in, else of the one that was, else of the first. */
  readonly active: string | undefined;
}

/** The row of a repository, where several are open. */
export interface RepositoryNode {
  readonly kind: 'repository';
  readonly id: string;
  readonly repository: RepositoryView;
  readonly children: readonly TreeNode[];
}

/** Those that are drawn with every change; what is below artifacts comes when it is asked for. */
export type DrawnNode = RepositoryNode | TreeNode;

export type RowNode = DrawnNode | ArtifactRowNode;

/** A row as VS Code knows it: the object stays the same for as long as the row is there, what it shows is replaced. */
export interface Row {
  readonly root: string;
  readonly node: RowNode;
}
