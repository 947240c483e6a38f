/** Git's view of the checked-out commit, limited to what the views can describe. */
export interface Head {
  /** Full SHA, 40 hex digits. */
  readonly sha: string;
  /** Branch name; undefined if HEAD is detached. */
  readonly branch?: string | undefined;
  /** A tag that points at the commit; looked up only if HEAD is detached. */
  readonly tag?: string | undefined;
  /** The clone is shallow: ancestors may be missing. */
  readonly shallow: boolean;
  /** Operation in progress, such as a rebase. */
  readonly operation?: Operation | undefined;
  /**
   * Whether a tracking ref of the remote contains the commit. `false` (an ordinary push would have updated a ref) and
   * undefined (no evidence) are hints only.
   */
  readonly pushed?: boolean | undefined;
  /** A tracking ref of a different remote contains the commit. */
  readonly pushedElsewhere?: boolean | undefined;
  /** The nearest ancestors that the remote has, following first parents, nearest first. At most a few. */
  readonly ancestors: readonly Ancestor[];
}

export type Operation = 'rebase' | 'merge' | 'cherryPick' | 'revert' | 'bisect';

export interface Ancestor {
  readonly sha: string;
  /** Number of commits before HEAD. */
  readonly back: number;
}
