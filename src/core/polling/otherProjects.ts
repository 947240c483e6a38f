import type { RemoteProject } from '../model/remotes';

/** Bounds what a repository with many remotes costs. */
const mostAsked = 5;

/** Which other remote's project has builds for a commit of which the chosen project has none: looked for once per commit. */
export class OtherProjects {
  private known: { readonly key: string; readonly found: RemoteProject | undefined } | undefined;

  /** What was found for that commit; undefined: nothing, or it was not looked for yet. */
  of(key: string): RemoteProject | undefined {
    return this.known?.key === key ? this.known.found : undefined;
  }

  /** The next look asks again. */
  forget(): void {
    this.known = undefined;
  }

  /** `key`: the chosen project and the commit. One after the other, until one has some. */
  async look(
    key: string,
    others: () => Promise<readonly RemoteProject[]>,
    hasBuilds: (other: RemoteProject) => Promise<boolean>,
  ): Promise<RemoteProject | undefined> {
    if (this.known?.key === key) return this.known.found;
    let found: RemoteProject | undefined;
    for (const other of (await others()).slice(0, mostAsked))
      if (found === undefined && (await hasBuilds(other))) found = other;
    this.known = { key, found };
    return found;
  }
}
