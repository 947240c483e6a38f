import { isEmpty } from '../polling/ancestorSearch';
import { OtherProjects } from '../polling/otherProjects';
import { HeadBuilds, type HeadListing, type HeadPort } from '../polling/headBuilds';
import { isActive } from '../model/build';
import { GitLabError, isCiHidden, type Failure } from '../model/errors';
import type { Instance } from '../model/instance';
import { Monitor, type ExtraFacts, type Loaded } from '../polling/monitor';
import type { Listing } from '../model/pipeline';
import { locate, projectsOf, type Located, type RemoteProject, type RepositorySettings } from '../model/remotes';
import type { Attention, Intervals, Urgency } from '../polling/schedule';
import type { Clock } from '../util/timer';
import type { Resolution, Snapshot, Target } from '../model/snapshot';
import type { Logger } from '../util/logger';
import type { GitRepository } from '../git/gitRepository';
import type { HeadPosition } from '../git/openRepository';
import type { CommitClient } from './commitClient';
import type { GitPort } from './gitPort';
import type { PipelinesClient } from './openedPipelines';
import type { Event } from '../util/emitter';
import type { SshHosts } from '../git/sshHosts';
import type { InstanceHosts } from './instanceHosts';
import type { RemoteChoices } from './remoteChoices';
import type { SnapshotCache } from './snapshotCache';
import type { Tokens } from './tokens';

/** A commit that the user selected instead of HEAD. */
export interface Pin {
  readonly sha: string;
  readonly ref?: string | undefined;
}

/** The settings that a session depends on. */
interface SettingsPort {
  /** Fires when a setting changed that determines which builds to load, or how often. */
  readonly onDidChangeSource: Event<void>;
  intervals(): Intervals;
  /** Seconds between refreshes for a while after an action or a push. */
  soonSeconds(): number;
  instances(): readonly Instance[];
  /** `root`: URI of the repository's folder. */
  forRepository(root: string): RepositorySettings;
}

export interface SessionParts {
  readonly git: GitPort;
  readonly settings: SettingsPort;
  readonly tokens: Tokens;
  readonly clients: { readonly of: (instance: Instance) => CommitClient & PipelinesClient };
  readonly snapshotCache: SnapshotCache;
  readonly remoteChoices: RemoteChoices;
  readonly instanceHosts: InstanceHosts;
  readonly sshHosts: Pick<SshHosts, 'complete' | 'forget'>;
  readonly attention: () => Attention;
  readonly log: Logger;
  readonly clock: Clock;
}

interface MonitorParts extends SessionParts {
  /** Name of the remote that the user selected. */
  readonly chosenRemote: () => string | undefined;
  readonly pin: () => Pin | undefined;
  readonly instances: () => Promise<readonly Instance[]>;
  readonly show: (snapshot: Snapshot) => void;
}

/** Creates the monitor of one repository. */
export function monitorRepository(repository: GitRepository, parts: MonitorParts): Monitor {
  const headBuilds = new HeadBuilds(() => parts.clock.now());
  const others = new OtherProjects();
  const openedOn = new Set<CommitClient>();
  let recalled: string | undefined;
  const resolveAndRecall = async (): Promise<Resolution> => {
    const resolution = await resolve(repository, parts);
    if (resolution.kind !== 'target' || keyOf(resolution.target) === recalled) return resolution;
    recalled = keyOf(resolution.target);
    await parts.snapshotCache.recall(resolution.target);
    return resolution;
  };
  // A failure is logged once, however often the refresh is tried again.
  let lastFailure: string | undefined;
  return new Monitor(
    {
      resolve: resolveAndRecall,
      load: (target, signal, urgency) => load({ target, signal, urgency, headBuilds, others, openedOn }, parts),
      further: (target, loaded, signal) => further({ repository, target, loaded, signal, others }, parts),
      show: (snapshot) => {
        if (snapshot.kind === 'ready' && snapshot.stale === undefined) lastFailure = undefined;
        parts.show(snapshot);
      },
      failed: (failure, error) => {
        const words = failureWords(failure);
        if (words !== lastFailure) logFailure(failure, error, parts);
        lastFailure = words;
      },
      attention: parts.attention,
      intervals: () => ({ ...parts.settings.intervals(), soonSeconds: parts.settings.soonSeconds() }),
      remembered: (target) => parts.snapshotCache.of(target),
      remember: (snapshot) => parts.snapshotCache.keep(snapshot),
    },
    parts.clock,
  );
}

interface Question {
  readonly target: Target;
  readonly signal: AbortSignal;
  readonly urgency: Urgency;
  readonly headBuilds: HeadBuilds;
  readonly others: OtherProjects;
  /** Clients that know of the repository. */
  readonly openedOn: Set<CommitClient>;
}

async function load(question: Question, { clients }: MonitorParts): Promise<Loaded> {
  const { target, signal, urgency, others, openedOn } = question;
  if (urgency === 'asked') others.forget();
  const client = clients.of(target.instance);
  if (!openedOn.has(client)) client.opened();
  openedOn.add(client);
  await client.admit(urgency, signal);
  const found = await findIfShown(question, client);
  return {
    ...found,
    ...(isWithoutBuilds(found) ? { elsewhere: others.of(keyOf(target)) } : {}),
    expected: client.builds.knownSeconds(target.project),
    requests: client.requestsOf(signal),
    apiVersion: client.server?.api ?? 'v3',
    ...(client.lacksRunPipeline ? { lacksRunPipeline: true } : {}),
    readOnly: client.readOnlyIfKnown,
  };
}

interface FurtherQuestion {
  readonly repository: GitRepository;
  readonly target: Target;
  readonly loaded: Loaded;
  readonly signal: AbortSignal;
  readonly others: OtherProjects;
}

/**
 * Loads expected durations (while something runs), the token's permissions, and another remote's project with builds.
 * Nothing waits for it.
 */
async function further(question: FurtherQuestion, parts: MonitorParts): Promise<ExtraFacts> {
  const { target, loaded, signal } = question;
  const { instance, project } = target;
  const client = parts.clients.of(instance);
  const [expected, elsewhere] = await Promise.all([
    loaded.builds.some(isActive) ? client.builds.expectedSeconds(project, signal).catch(undefinedIfRefused) : undefined,
    isWithoutBuilds(loaded) ? lookElsewhere(question, parts) : undefined,
    client.learn(signal),
  ]);
  return { expected, readOnly: client.readOnlyIfKnown, elsewhere };
}

/** Whether the commit itself has no builds; any displayed ones belong to an ancestor. */
function isWithoutBuilds({ builds, pipelines, ancestor }: Listing & Pick<Loaded, 'ancestor'>): boolean {
  return ancestor !== undefined || isEmpty({ builds, pipelines });
}

function keyOf({ instance, project, sha }: Target): string {
  return `${instance.url} ${project} ${sha}`;
}

/** Searches the projects of other remotes, on instances that the user is signed in to. */
async function lookElsewhere(
  { repository, target, signal, others }: FurtherQuestion,
  { git, tokens, instances, clients, sshHosts }: MonitorParts,
): Promise<RemoteProject | undefined> {
  const { sha, ref } = target;
  const candidates = async () => {
    const own = await instances();
    const all = projectsOf(await sshHosts.complete(await git.remotes(repository), own), own);
    const signedIn = await Promise.all(all.map(async ({ instance }) => (await tokens.get(instance.url)) !== undefined));
    return all.filter((one, index) => signedIn[index] === true && !isProjectOf(target, one));
  };
  const hasBuilds = async ({ instance, project }: RemoteProject) => {
    const client = clients.of(instance);
    await client.admit('idle', signal);
    const listing = await client.listing(project, { sha, ref }, signal).catch(undefinedIfRefused);
    return listing !== undefined && !isEmpty(listing);
  };
  return others.look(keyOf(target), candidates, hasBuilds);
}

function isProjectOf(target: Target, { instance, project }: RemoteProject): boolean {
  return instance.url === target.instance.url && project.toLowerCase() === target.project.toLowerCase();
}

function undefinedIfRefused(error: unknown): undefined {
  if (!(error instanceof GitLabError)) throw error;
}

/** Loads the builds, and recognizes that CI/CD is disabled or hidden from the user's role. */
async function findIfShown(question: Question, client: CommitClient): Promise<HeadListing & Pick<Loaded, 'ciHidden'>> {
  try {
    return await find(question, client);
  } catch (error) {
    if (!isCiHidden(error)) throw error;
    // Rejects if GitLab refuses everything, for example because of the IP address; then the problem isn't CI/CD.
    await client.confirmProject(question.target.project, question.signal);
    return { builds: [], pipelines: [], ciHidden: true };
  }
}

/** Loads HEAD's builds, or those of the nearest ancestor that has some. */
async function find({ target, signal, urgency, headBuilds }: Question, client: CommitClient): Promise<HeadListing> {
  const { instance, project, sha, ref, pinned, head } = target;
  const listingOf = (of: string) => client.listing(project, { sha: of, ref }, signal, urgency === 'asked');
  if (pinned || head === undefined) return listingOf(sha);
  const port: HeadPort = {
    recent: async () =>
      (await client.builds.recent(project, undefined, signal)).flatMap(({ commit }) => commit?.sha ?? []),
    listing: listingOf,
    hasCommit: (of) => client.hasCommit(project, of, signal),
  };
  const question = { project: `${instance.url} ${project}`, head: { ...head, sha }, isAsked: urgency === 'asked' };
  return headBuilds.load(question, port);
}

async function resolve(repository: GitRepository, parts: MonitorParts): Promise<Resolution> {
  const { git, settings, sshHosts } = parts;
  // The project and the commit are those of one position of HEAD.
  const position = git.position(repository);
  const [branchRemotes, written, instances] = await Promise.all([
    git.branchRemotes(repository),
    git.remotes(repository),
    parts.instances(),
  ]);
  const remotes = await sshHosts.complete(written, instances);
  const upstream = branchRemotes.find((one) => remotes.some(({ name }) => name === one));
  const located = locate(remotes, instances, {
    ...settings.forRepository(repository.rootUri.toString()),
    chosen: parts.chosenRemote(),
    upstream,
  });
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
      return resolveTarget({ repository, located, position }, parts);
    default:
      return located satisfies never;
  }
}

interface LocatedHead {
  readonly repository: GitRepository;
  readonly located: Extract<Located, { kind: 'project' }>;
  readonly position: HeadPosition;
}

async function resolveTarget(
  { repository, located: { instance, project, remote }, position: { commit, name } }: LocatedHead,
  { git, tokens, pin }: MonitorParts,
): Promise<Resolution> {
  if ((await tokens.get(instance.url)) === undefined) return { kind: 'signedOut', url: instance.url, known: true };
  const pinned = pin();
  if (pinned !== undefined) return { kind: 'target', target: { instance, project, ...pinned, pinned: true } };
  if (commit === undefined) return { kind: 'noProject', reason: 'noCommit' };
  const head = await git.head(repository, remote);
  // HEAD may have moved while git ran; then this is aborted, and the next round starts again.
  return { kind: 'target', target: { instance, project, sha: commit, ref: name, pinned: false, head } };
}

function failureWords({ kind, host, status, reason }: Failure): string {
  return [kind, host, status, reason].filter((part) => part !== undefined).join(' ');
}

function logFailure(failure: Failure, error: unknown, { log }: MonitorParts): void {
  const { kind } = failure;
  log.warn(`Refresh failed: ${failureWords(failure)}`);
  if (kind === 'unexpected' && error instanceof Error) log.error(error.stack ?? error.message);
}
