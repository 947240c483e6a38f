import type { Event, Uri } from 'vscode';

/** The part of vscode.git's API (version 1) used here; there is no package with its types. */
export interface GitExtension {
  readonly enabled: boolean;
  readonly onDidChangeEnablement: Event<boolean>;
  /** Throws while the setting `git.enabled` is off. */
  getAPI(version: 1): GitApi;
}

export interface GitApi {
  readonly git: { readonly path: string };
  readonly state: 'uninitialized' | 'initialized';
  readonly onDidChangeState: Event<unknown>;
  readonly repositories: readonly GitRepository[];
  readonly onDidOpenRepository: Event<GitRepository>;
  readonly onDidCloseRepository: Event<GitRepository>;
  getRepository(uri: Uri): GitRepository | null;
}

export interface GitRepository {
  readonly rootUri: Uri;
  readonly state: {
    readonly HEAD: GitHead | undefined;
    /** Changed files; undefined in versions of vscode.git without them. */
    readonly workingTreeChanges?: readonly { readonly uri: Uri }[];
    readonly indexChanges?: readonly { readonly uri: Uri }[];
    readonly remotes: readonly { readonly name: string; readonly fetchUrl?: string; readonly pushUrl?: string }[];
    /** Fires for any change in the work tree, not only of HEAD. */
    readonly onDidChange: Event<void>;
  };
  /**
   * Makes vscode.git run `git status` now. On its own it does so seconds after a change, and only while the window has
   * focus.
   */
  status(): Promise<void>;
  /** Resolves any revision; rejects if there is no such commit. */
  getCommit(ref: string): Promise<{ readonly hash: string }>;
}

export interface GitHead {
  /** Branch; undefined if HEAD is detached. */
  readonly name?: string;
  /** Undefined on a branch without commits. */
  readonly commit?: string;
  readonly upstream?: { readonly remote: string; readonly name: string };
  /** Number of commits that the upstream branch lacks; undefined without an upstream. */
  readonly ahead?: number;
}
