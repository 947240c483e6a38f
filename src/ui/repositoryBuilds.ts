import { targetOf, type Snapshot } from '../core/model/snapshot';
import type { RepositoryBuilds } from './api';
import { failureSentence, stalenessSentence } from './text/failures';

/** Copies a snapshot for other extensions, so that they can't modify ours. */
export function toRepositoryBuilds(rootUri: string, snapshot: Snapshot): RepositoryBuilds {
  const target = targetOf(snapshot);
  const ready = snapshot.kind === 'ready' ? snapshot : undefined;
  const parts = {
    rootUri,
    state: snapshot.kind,
    instance: target?.instance.url ?? (snapshot.kind === 'signedOut' && snapshot.known ? snapshot.url : undefined),
    project: target?.project,
    apiVersion: ready?.apiVersion,
    commit: target === undefined ? undefined : { sha: target.sha, ref: target.ref },
    ancestor: ready?.ancestor,
    builds: ready?.builds ?? [],
    pipelines: ready?.pipelines ?? [],
    readOnly: ready?.readOnly === true ? true : undefined,
    stale: ready?.stale === undefined ? undefined : stalenessSentence(ready.stale),
    error: snapshot.kind === 'failed' ? failureSentence(snapshot.failure) : undefined,
  };
  // JSON drops undefined properties.
  return JSON.parse(JSON.stringify(parts)) as RepositoryBuilds;
}
