import type { Snapshot } from '../model/snapshot';

/** View model of one repository. `root`: URI of its folder. */
export interface RepositoryView {
  readonly root: string;
  /** Name of the folder. */
  readonly name: string;
  /** Undefined until something is known. */
  readonly snapshot: Snapshot | undefined;
}

/** View model of everything. Without a repository: a single view with an empty root that says why. */
export interface ViewState {
  readonly repositories: readonly RepositoryView[];
  /** Root of the repository of the active editor, else of the last active one, else of the first. */
  readonly active: string | undefined;
}
