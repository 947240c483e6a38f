import type { GitRepository } from '../git/gitRepository';
import type { HeadPosition, OpenRepository } from '../git/openRepository';
import type { Head } from '../model/head';
import type { Remote } from '../model/remotes';
import type { Event } from '../util/emitter';

/** off: the Git extension is missing or disabled. starting: it hasn't scanned the folder yet. */
export type GitState = 'off' | 'starting' | 'ready';

/** Open repositories of the window. */
export interface GitPort {
  readonly state: GitState;
  /** Repository of the active editor, else the last active one, else the first. */
  readonly active: GitRepository | undefined;
  readonly repositories: readonly GitRepository[];
  readonly onDidChange: Event<void>;
  /** Fires when HEAD, its upstream or the remotes of a repository have changed. */
  readonly onDidChangeRepository: Event<GitRepository>;
  /** Resolves when git is no longer starting. */
  started(): Promise<void>;
  /** Throws if git can't be run. */
  remotes(repository: GitRepository): Promise<readonly Remote[]>;
  /**
   * Asks git again about remotes and HEAD, because its configuration can change without an event. Resolves when a change
   * has been reported.
   */
  readAnew(): Promise<void>;
  /** Git's view of HEAD; undefined if there is no commit or git fails. */
  head(repository: GitRepository, remote?: string): Promise<Head | undefined>;
  position(repository: GitRepository): HeadPosition;
  /** Names of the remotes of HEAD's branch at its present position, in order of preference. */
  branchRemotes(repository: GitRepository): Promise<readonly string[]>;
  /** The open repository whose folder has this URI, ignoring its fragment. */
  at(root: string): Pick<OpenRepository, 'firstParents'> | undefined;
}
