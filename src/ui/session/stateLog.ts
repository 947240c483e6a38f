import type { LogOutputChannel } from 'vscode';
import { oneLine } from '../text/failures';
import { situationOf } from '../text/situation';
import { verdictOf } from '../../core/model/verdict';
import type { Instance } from '../../core/model/instance';
import { listingOf, type Ready, type Snapshot, type Target } from '../../core/model/snapshot';
import type { ViewState } from '../../core/session/repositoryView';

/** Server as far as it is known. */
type ServerOf = (instance: Instance) => { readonly version?: string | undefined } | undefined;

/** Logs what a support person needs, at level Info: which GitLab and project are shown, and each change of state. */
export class StateLog {
  /** Last lines by root of the repository. */
  private readonly lastStates = new Map<string, string>();

  constructor(
    private readonly log: Pick<LogOutputChannel, 'info'>,
    private readonly serverOf: ServerOf,
  ) {}

  show({ repositories }: ViewState): void {
    for (const { root, name, snapshot } of repositories) {
      const state = snapshot === undefined ? undefined : this.stateOf(snapshot);
      if (state === undefined || this.lastStates.get(root) === state) continue;
      this.lastStates.set(root, state);
      this.log.info(`${oneLine(name)}: ${oneLine(state)}`);
    }
  }

  /** undefined: not worth a line. */
  private stateOf(snapshot: Snapshot): string | undefined {
    if (snapshot.kind !== 'ready') return situationOf(snapshot).log;
    const { stale } = snapshot;
    return stale === undefined ? this.readyState(snapshot) : `out of date (${stale.failure?.kind ?? 'refreshing'})`;
  }

  private readyState(snapshot: Ready): string {
    const { target, apiVersion } = snapshot;
    const { status = 'no builds', builds, failed } = verdictOf(listingOf(snapshot));
    const version = this.serverOf(target.instance)?.version ?? 'of unknown version';
    const counts = builds.length === 0 ? '' : `, ${failed.length} of ${builds.length} builds failed`;
    return `${commitOf(target)} is ${status}${counts}; project ${target.project} on ${target.instance.url}, GitLab ${version}, API ${apiVersion}`;
  }
}

function commitOf({ sha, ref }: Target): string {
  return ref === undefined ? sha.slice(0, 8) : `${ref} ${sha.slice(0, 8)}`;
}
