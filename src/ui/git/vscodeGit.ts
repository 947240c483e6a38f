import type { Event, Uri } from 'vscode';

/** The part of vscode.git's API (version 1) that is used here; the extension publishes no package of types. */
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
    readonly remotes: readonly { readonly name: string; readonly fetchUrl?: string; readonly pushUrl?: string }[];
    /** Fires on any change in the work tree, not only of HEAD. */
    readonly onDidChange: Event<void>;
  };
  /** Looks now at what git says; else it does so some seconds after git has moved something, and not without the focus. */
  status(): Promise<void>;
  /** Any revision git understands; rejects where there is no such commit. */
  getCommit(ref: string): Promise<{ readonly hash: string }>;
}

export interface GitHead {
  /** Branch; undefined where HEAD is detached. */
  readonly name?: string;
  /** Undefined on a branch without commits. */
  readonly commit?: string;
  readonly upstream?: { readonly remote: string; readonly name: string };
  /** Commits that the upstream branch does not have; undefined where there is none. */
  readonly ahead?: number;
}
