import type { Disposable, Event } from 'vscode';
import type { Build } from '../core/build';
import { targetOf, type Snapshot } from '../core/snapshot';
import { failureSentence } from './sentences';

/** What `activate()` returns; other extensions rely on it. All data is read-only, plain, and safe to serialise. */
export interface Exports {
  /** Any version but 1 throws. */
  getAPI(version: 1): GitLabBuildsAPI;
}

export interface GitLabBuildsAPI {
  readonly repositories: readonly RepositoryBuilds[];
  readonly onDidChange: Event<void>;
  /** Resolves when every repository shows the result. */
  refresh(): Promise<void>;
}

export interface RepositoryBuilds {
  readonly rootUri: string;
  readonly state: Snapshot['kind'];
  /** Base URL. */
  readonly instance?: string;
  /** Path or id. */
  readonly project?: string;
  readonly apiVersion?: 'v3' | 'v4';
  readonly commit?: { readonly sha: string; readonly ref?: string };
  /** Newest attempts, in stage order, then by id. */
  readonly builds: readonly Build[];
  /** Why the builds are not fresh, when they are not. */
  readonly stale?: string;
  /** What the user reads in state `failed`. */
  readonly error?: string;
}

interface Source {
  readonly snapshot: Snapshot | undefined;
  readonly repository: { readonly rootUri: { toString(): string } } | undefined;
  readonly onDidChange: Event<unknown>;
  refresh(): Promise<void>;
}

export function createExports(source: Source): Exports {
  const api: GitLabBuildsAPI = Object.freeze({
    get repositories() {
      const { repository, snapshot } = source;
      const known = repository !== undefined && snapshot !== undefined;
      return known ? [toRepositoryBuilds(repository.rootUri.toString(), snapshot)] : [];
    },
    onDidChange: (listener: () => unknown, thisArgs?: unknown, disposables?: Disposable[]) =>
      source.onDidChange(() => listener.call(thisArgs), undefined, disposables),
    refresh: () => source.refresh(),
  } satisfies GitLabBuildsAPI);
  return {
    getAPI(version: number) {
      if (version !== 1) throw new Error(`GitLab Builds has no API version ${version}, only 1.`);
      return api;
    },
  };
}

/** A copy: what another extension does with it must not reach what we show. */
function toRepositoryBuilds(rootUri: string, snapshot: Snapshot): RepositoryBuilds {
  const target = targetOf(snapshot);
  const ready = snapshot.kind === 'ready' ? snapshot : undefined;
  const parts = {
    rootUri,
    state: snapshot.kind,
    instance: target?.instance.url ?? (snapshot.kind === 'signedOut' && snapshot.known ? snapshot.url : undefined),
    project: target?.project,
    apiVersion: ready?.apiVersion,
    commit: target === undefined ? undefined : { sha: target.sha, ref: target.ref },
    builds: ready?.builds ?? [],
    stale: ready?.stale === undefined ? undefined : failureSentence(ready.stale),
    error: snapshot.kind === 'failed' ? failureSentence(snapshot.failure) : undefined,
  };
  // JSON leaves out what is undefined.
  return JSON.parse(JSON.stringify(parts)) as RepositoryBuilds;
}
