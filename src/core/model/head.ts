/** What git says of the commit that is checked out, as far as the views have words for it. */
export interface Head {
  /** The full 40 hex digits. */
  readonly sha: string;
  /** Branch; undefined where HEAD is detached. */
  readonly branch?: string | undefined;
  /** A tag that points at the commit; looked for only where HEAD is detached. */
  readonly tag?: string | undefined;
  /** History ends somewhere: ancestors may be missing. */
  readonly shallow: boolean;
  /** What git is in the middle of. */
  readonly operation?: Operation | undefined;
  /**
   * Whether a tracking ref of the remote has the commit. `false` and undefined are hints alone: `false` where a push in the
   * usual way would have left its mark, undefined where there is no telling.
   */
  readonly pushed?: boolean | undefined;
  /** A tracking ref of another remote has it. */
  readonly pushedElsewhere?: boolean | undefined;
  /** The commits before it that the remote has, by first parents, nearest first; few. */
  readonly ancestors: readonly Ancestor[];
}

export type Operation = 'rebase' | 'merge' | 'cherryPick' | 'revert' | 'bisect';

export interface Ancestor {
  readonly sha: string;
  /** So many commits before HEAD. */
  readonly back: number;
}
