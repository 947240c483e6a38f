import type { Failure } from '../core/errors';
import type { Instance } from '../core/instance';
import { Monitor, type Loaded } from '../core/monitor';
import { locate, type Located } from '../core/project';
import type { Resolution, Snapshot, Target } from '../core/snapshot';
import type { GitRepository } from './gitApi';
import type { Pin, SessionParts } from './session';

export interface MonitorParts extends SessionParts {
  readonly pin: () => Pin | undefined;
  readonly instances: () => Promise<readonly Instance[]>;
  readonly show: (snapshot: Snapshot) => void;
}

/** The monitor of one repository, or of a window without one. */
export function monitorRepository(repository: GitRepository | undefined, parts: MonitorParts): Monitor {
  return new Monitor(
    {
      resolve: () => resolve(repository, parts),
      load: (target, signal) => load(target, signal, parts),
      show: parts.show,
      failed: (failure, error) => logFailure(failure, error, parts),
      attention: parts.attention,
      intervals: () => parts.settings.intervals(),
    },
    parts.clock,
  );
}

async function load(
  { instance, project, sha, ref }: Target,
  signal: AbortSignal,
  { clients }: MonitorParts,
): Promise<Loaded> {
  const client = clients.of(instance);
  const listing = await client.listing(project, { sha, ref }, signal);
  return { ...listing, apiVersion: client.server?.api ?? 'v3', readOnly: client.readOnly };
}

async function resolve(repository: GitRepository | undefined, parts: MonitorParts): Promise<Resolution> {
  const { git, settings } = parts;
  if (repository === undefined) return { kind: 'noProject', reason: git.state === 'off' ? 'noGit' : 'noRepository' };
  const [remotes, instances] = [await git.remotes(repository), await parts.instances()];
  const upstream = repository.state.HEAD?.upstream?.remote;
  const located = locate(remotes, instances, { ...settings.forRepository(repository.rootUri), upstream });
  switch (located.kind) {
    case 'noRemote':
      return { kind: 'noProject', reason: 'noRemote' };
    case 'notGitLab':
      return { kind: 'noProject', reason: 'notGitLab', host: located.host };
    case 'unknownHost':
      return { kind: 'signedOut', url: located.url, known: false };
    case 'project':
      return resolveTarget(repository, located, parts);
    default:
      return located satisfies never;
  }
}

async function resolveTarget(
  { state: { HEAD } }: GitRepository,
  { instance, project }: Extract<Located, { kind: 'project' }>,
  { tokens, pin }: MonitorParts,
): Promise<Resolution> {
  if ((await tokens.get(instance.url)) === undefined) return { kind: 'signedOut', url: instance.url, known: true };
  const pinned = pin();
  if (pinned !== undefined) return { kind: 'target', target: { instance, project, ...pinned, pinned: true } };
  if (HEAD?.commit === undefined) return { kind: 'noProject', reason: 'noCommit' };
  return { kind: 'target', target: { instance, project, sha: HEAD.commit, ref: HEAD.name, pinned: false } };
}

function logFailure({ kind, host, status, reason }: Failure, error: unknown, { log }: MonitorParts): void {
  log.warn(`Refresh failed: ${[kind, host, status, reason].filter((part) => part !== undefined).join(' ')}`);
  if (kind === 'unexpected' && error instanceof Error) log.error(error.stack ?? error.message);
}
