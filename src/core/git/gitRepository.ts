import type { Event } from '../util/emitter';

/** URI of a file or folder, as VS Code represents it. */
interface FileUri {
  readonly path: string;
  readonly fsPath: string;
  toString(): string;
}

/** An open repository, as vscode.git represents it. */
export interface GitRepository {
  readonly rootUri: FileUri;
  readonly state: {
    readonly HEAD: GitHead | undefined;
    /** Changed files; undefined in versions of vscode.git without them. */
    readonly workingTreeChanges?: readonly { readonly uri: FileUri }[];
    readonly indexChanges?: readonly { readonly uri: FileUri }[];
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
