import { HeadBuilds, type HeadListing, type HeadPort } from '../../core/polling/headBuilds';
import { isActive } from '../../core/model/build';
import { GitLabError, isCiHidden, type Failure } from '../../core/model/errors';
import type { GitLabClient } from '../../core/gitlab/client';
import type { Instance } from '../../core/model/instance';
import { Monitor, type Further, type Loaded } from '../../core/polling/monitor';
import type { Listing } from '../../core/model/pipeline';
import { locate, type Located } from '../../core/model/remotes';
import type { Urgency, Attention } from '../../core/polling/schedule';
import type { Clock } from '../../core/util/timer';
import type { Resolution, Snapshot, Target } from '../../core/model/snapshot';
import type { Logger } from '../../core/util/logger';
import type { Repositories } from '../git/repositories';
import type { GitRepository } from '../git/vscodeGit';
import type { Clients } from './clients';
import type { Settings } from './settings';
import type { SnapshotCache } from './snapshotCache';
import type { Tokens } from './tokens';

/** A commit that the user chose over HEAD. */
export interface Pin {
  readonly sha: string;
  readonly ref?: string | undefined;
}

export interface SessionParts {
  readonly git: Repositories;
  readonly settings: Settings;
  readonly tokens: Tokens;
  readonly clients: Clients;
  readonly remembered: SnapshotCache;
  readonly attention: () => Attention;
  readonly log: Logger;
  readonly clock: Clock;
}

export interface MonitorParts extends SessionParts {
  readonly pin: () => Pin | undefined;
  readonly instances: () => Promise<readonly Instance[]>;
  readonly show: (snapshot: Snapshot) => void;
}

/** The monitor of one repository. */
export function monitorRepository(repository: GitRepository, parts: MonitorParts): Monitor {
  const headBuilds = new HeadBuilds(() => parts.clock.now());
  return new Monitor(
    {
      resolve: () => resolve(repository, parts),
      load: (target, signal, urgency) => load({ target, signal, urgency, headBuilds }, parts),
      further: (target, listing, signal) => further(target, listing, signal, parts),
      show: parts.show,
      failed: (failure, error) => logFailure(failure, error, parts),
      attention: parts.attention,
      intervals: () => ({ ...parts.settings.intervals(), soonSeconds: parts.settings.soonSeconds() }),
      remembered: (target) => parts.remembered.of(target),
      remember: (snapshot) => parts.remembered.keep(snapshot),
    },
    parts.clock,
  );
}

interface Question {
  readonly target: Target;
  readonly signal: AbortSignal;
  readonly urgency: Urgency;
  readonly headBuilds: HeadBuilds;
}

async function load(question: Question, { clients }: MonitorParts): Promise<Loaded> {
  const { target, signal, urgency } = question;
  const client = clients.of(target.instance);
  await client.admit(urgency, signal);
  const found = await findIfShown(question, client);
  return {
    ...found,
    expected: client.knownSeconds(target.project),
    requests: client.requestsOf(signal),
    apiVersion: client.server?.api ?? 'v3',
    readOnly: client.readOnlyIfKnown,
  };
}

/** How long builds take, where some run, and what the token may do: nobody waits for it. */
async function further(
  { instance, project }: Target,
  { builds }: Listing,
  signal: AbortSignal,
  { clients }: MonitorParts,
): Promise<Further> {
  const client = clients.of(instance);
  const [expected] = await Promise.all([
    builds.some(isActive) ? client.expectedSeconds(project, signal).catch(undefinedIfRefused) : undefined,
    client.learn(signal),
  ]);
  return { expected, readOnly: client.readOnlyIfKnown };
}

function undefinedIfRefused(error: unknown): undefined {
  if (!(error instanceof GitLabError)) throw error;
}

/** What GitLab tells of the commit, also that it tells nobody of this role about builds. */
async function findIfShown(question: Question, client: GitLabClient): Promise<HeadListing & Pick<Loaded, 'ciHidden'>> {
  try {
    return await find(question, client);
  } catch (error) {
    if (isCiHidden(error)) return { builds: [], pipelines: [], ciHidden: true };
    throw error;
  }
}

/** HEAD's builds; where it has none, those of the nearest commit before it that has some. */
async function find({ target, signal, urgency, headBuilds }: Question, client: GitLabClient): Promise<HeadListing> {
  const { instance, project, sha, ref, pinned, head } = target;
  const listingOf = (of: string) => client.listing(project, { sha: of, ref }, signal, urgency === 'asked');
  if (pinned || head === undefined) return listingOf(sha);
  const port: HeadPort = {
    recent: async () =>
      (await client.recentBuilds(project, undefined, signal)).flatMap(({ commit }) => commit?.sha ?? []),
    listing: listingOf,
    hasCommit: (of) => client.hasCommit(project, of, signal),
  };
  const question = { project: `${instance.url} ${project}`, head: { ...head, sha }, isAsked: urgency === 'asked' };
  return headBuilds.load(question, port);
}

async function resolve(repository: GitRepository, parts: MonitorParts): Promise<Resolution> {
  const { git, settings } = parts;
  const [remotes, instances] = await Promise.all([git.remotes(repository), parts.instances()]);
  const upstream = repository.state.HEAD?.upstream?.remote;
  const located = locate(remotes, instances, { ...settings.forRepository(repository.rootUri), upstream });
  switch (located.kind) {
    case 'noRemote':
      return { kind: 'noProject', reason: 'noRemote' };
    case 'missingRemote':
      return { kind: 'noProject', reason: 'missingRemote', remote: located.remote };
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
  repository: GitRepository,
  { instance, project, remote }: Extract<Located, { kind: 'project' }>,
  { git, tokens, pin }: MonitorParts,
): Promise<Resolution> {
  if ((await tokens.get(instance.url)) === undefined) return { kind: 'signedOut', url: instance.url, known: true };
  const pinned = pin();
  if (pinned !== undefined) return { kind: 'target', target: { instance, project, ...pinned, pinned: true } };
  const { commit, name } = git.position(repository);
  if (commit === undefined) return { kind: 'noProject', reason: 'noCommit' };
  const head = await git.head(repository, remote);
  // HEAD may have moved while git was asked; then this is called off, and the next round asks anew.
  return { kind: 'target', target: { instance, project, sha: commit, ref: name, pinned: false, head } };
}

function logFailure({ kind, host, status, reason }: Failure, error: unknown, { log }: MonitorParts): void {
  log.warn(`Refresh failed: ${[kind, host, status, reason].filter((part) => part !== undefined).join(' ')}`);
  if (kind === 'unexpected' && error instanceof Error) log.error(error.stack ?? error.message);
}
