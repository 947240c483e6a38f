import type { Snapshot } from '../../core/model/snapshot';

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
