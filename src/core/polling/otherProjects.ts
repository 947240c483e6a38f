import type { RemoteProject } from '../model/remotes';

/** Limits the cost of a repository with many remotes. */
const maxAsked = 5;

/**
 * Finds another remote's project that has builds for a commit, if the selected one has none. Searches once per commit.
 */
export class OtherProjects {
  private known: { readonly key: string; readonly found: RemoteProject | undefined } | undefined;

  /** Cached result for a key; undefined: nothing found, or not searched yet. */
  of(key: string): RemoteProject | undefined {
    return this.known?.key === key ? this.known.found : undefined;
  }

  /** Makes the next search ask again. */
  forget(): void {
    this.known = undefined;
  }

  /** Asks the projects one by one until one has builds. `key`: selected project and commit. */
  async look(
    key: string,
    others: () => Promise<readonly RemoteProject[]>,
    hasBuilds: (other: RemoteProject) => Promise<boolean>,
  ): Promise<RemoteProject | undefined> {
    if (this.known?.key === key) return this.known.found;
    let found: RemoteProject | undefined;
    for (const other of (await others()).slice(0, maxAsked))
      if (found === undefined && (await hasBuilds(other))) found = other;
    this.known = { key, found };
    return found;
  }
}
