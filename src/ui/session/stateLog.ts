import type { LogOutputChannel } from 'vscode';
import { oneLine } from '../text/failures';
import { verdictOf } from '../../core/model/verdict';
import type { Instance } from '../../core/model/instance';
import { listingOf, type Snapshot, type Target } from '../../core/model/snapshot';
import type { ViewState } from '../../core/session/repositoryView';

/** Server as far as it is known. */
type ServerOf = (instance: Instance) => { readonly version?: string | undefined } | undefined;

/** Logs what a support person needs, at level Info: which GitLab and project are shown, and each change of state. */
export class StateLog {
  /** Last lines by root of the repository. */
  private readonly told = new Map<string, string>();

  constructor(
    private readonly log: Pick<LogOutputChannel, 'info'>,
    private readonly serverOf: ServerOf,
  ) {}

  show({ repositories }: ViewState): void {
    for (const { root, name, snapshot } of repositories) {
      const state = snapshot === undefined ? undefined : this.stateOf(snapshot);
      if (state === undefined || this.told.get(root) === state) continue;
      this.told.set(root, state);
      this.log.info(`${oneLine(name)}: ${oneLine(state)}`);
    }
  }

  /** undefined: not worth a line. */
  private stateOf(snapshot: Snapshot): string | undefined {
    switch (snapshot.kind) {
      case 'noProject':
        return `no project (${snapshot.reason})`;
      case 'signedOut':
        return snapshot.known ? `not signed in to ${snapshot.url}` : `${snapshot.url} is unknown`;
      case 'loading':
        return undefined;
      case 'failed':
        return `unavailable (${snapshot.failure.kind})`;
      case 'ready':
        return snapshot.stale === undefined ? this.readyState(snapshot) : `out of date (${staleReason(snapshot)})`;
      default:
        return snapshot satisfies never;
    }
  }

  private readyState(snapshot: Extract<Snapshot, { kind: 'ready' }>): string {
    const { target, apiVersion } = snapshot;
    const { status = 'no builds', builds, failed } = verdictOf(listingOf(snapshot));
    const version = this.serverOf(target.instance)?.version ?? 'of unknown version';
    const counts = builds.length === 0 ? '' : `, ${failed.length} of ${builds.length} builds failed`;
    return `${commitOf(target)} is ${status}${counts}; project ${target.project} on ${target.instance.url}, GitLab ${version}, API ${apiVersion}`;
  }
}

function staleReason({ stale }: Extract<Snapshot, { kind: 'ready' }>): string {
  return stale?.failure?.kind ?? 'refreshing';
}

function commitOf({ sha, ref }: Target): string {
  return ref === undefined ? sha.slice(0, 8) : `${ref} ${sha.slice(0, 8)}`;
}
