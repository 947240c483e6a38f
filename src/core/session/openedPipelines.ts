import { Emitter, type Disposable, type Event } from '../util/emitter';
import { arrange, flatten } from '../model/arrange';
import { isActive, statusClass, type Build } from '../model/build';
import { isAbort, toFailure, type Failure } from '../model/errors';
import type { Instance } from '../model/instance';
import type { ListedPipeline, Listing, Pipeline } from '../model/pipeline';
import type { Ready, Snapshot, Target } from '../model/snapshot';
import type { Intervals, Urgency } from '../polling/schedule';
import { SharedWork } from '../util/sharedWork';
import { Timer, type Clock } from '../util/timer';
import { pipelineOfRoot, repositoryRoot, toPipelineRoot } from './pipelineRoot';

/** What loads pipelines. Methods throw GitLabError. */
export interface PipelinesClient {
  /** Whether GitLab can list the pipelines of a branch; undefined if it isn't known yet. */
  readonly listsBranchPipelines: boolean | undefined;
  /** Waits until a listing may be loaded. */
  admit(urgency: Urgency, signal: AbortSignal): Promise<void>;
  readonly pipelines: {
    /** Newest pipelines of the refs, newest first. */
    ofBranch(project: string, refs: readonly string[], signal: AbortSignal): Promise<readonly ListedPipeline[]>;
    get(project: string, id: number, signal: AbortSignal): Promise<Pipeline>;
    /** Builds and pipelines of one pipeline. */
    listing(project: string, pipeline: Pipeline, signal: AbortSignal): Promise<Listing>;
  };
}

export interface OpenedPipelinesPort {
  /** The displayed commit of a repository. */
  readonly snapshotOf: (root: string) => Snapshot | undefined;
  readonly clientOf: (instance: Instance) => PipelinesClient;
  readonly intervals: () => Intervals;
}

/** What is known of a list of pipelines, or of one pipeline's builds. */
interface Loaded<T> {
  /** Undefined until it was loaded. */
  readonly value: T | undefined;
  /** Why it couldn't be loaded, or not again. */
  readonly failure: Failure | undefined;
  /** When the value was loaded, in ms since 1970. */
  readonly at: number;
}

/** Earlier pipelines of the branch that is displayed. */
interface BranchList {
  /** Branch or tag. */
  readonly ref: string;
  /** Whether the displayed commit is one that the user selected, so that pipelines of newer ones may be listed. */
  readonly isPinned: boolean;
  /** Whether the user asked for the list although the commit has no rows. */
  readonly isWanted: boolean;
  /** Newest first, without those of the displayed commit; undefined until they were loaded. */
  readonly pipelines: readonly ListedPipeline[] | undefined;
  readonly failure: Failure | undefined;
}

interface Entry<T> {
  readonly work: SharedWork<void>;
  loaded: Loaded<T>;
  /** Whether opening its row loads it: not after a failure, which the row shows instead. */
  isDue: boolean;
  /** When it was last asked for, in ms since 1970. */
  triedAt: number;
}

interface OpenedList extends Entry<readonly ListedPipeline[]> {
  /** Identifies the displayed commit. */
  readonly key: string;
}

interface OpenedPipeline extends Entry<Listing> {
  pipeline: Pipeline;
}

/** Pipelines that the user opened in addition to the displayed commit: of the branch, and those in other projects. */
export class OpenedPipelines implements Disposable {
  private readonly changed = new Emitter<void>();
  /** Fires when there is something else to show. */
  readonly onDidChange: Event<void> = this.changed.event;
  /** Keyed by repository root. */
  private readonly lists = new Map<string, OpenedList>();
  /** Keyed by pipeline root. */
  private readonly pipelines = new Map<string, OpenedPipeline>();
  private readonly wanted = new Set<string>();
  private readonly known = new WeakMap<Loaded<Listing>, { readonly of: Ready; readonly is: Ready }>();
  private readonly timer: Timer;
  /** Roots whose rows are open and visible. */
  private watched: ReadonlySet<string> = new Set();

  constructor(
    private readonly port: OpenedPipelinesPort,
    private readonly clock: Clock,
  ) {
    this.timer = new Timer(clock);
  }

  /** The list of a repository's branch; undefined if there is no branch, or if GitLab can't tell. */
  branchOf(root: string): BranchList | undefined {
    const shown = this.readyOf(root);
    const ref = shown?.target.ref;
    if (shown === undefined || ref === undefined) return undefined;
    if (this.port.clientOf(shown.target.instance).listsBranchPipelines !== true) return undefined;
    const { value, failure } = this.knownList(root)?.loaded ?? nothing;
    const own = new Set(shown.pipelines.map(({ id }) => id));
    return {
      ref,
      isPinned: shown.target.pinned,
      isWanted: this.wanted.has(root),
      pipelines: value?.filter(({ id }) => !own.has(id)),
      failure,
    };
  }

  /** Shows the list even if the commit has no rows. */
  want(root: string): void {
    this.wanted.add(root);
    this.changed.fire();
  }

  /** Loads the list of a repository's branch unless it is known; undefined if so. Never rejects. */
  openBranch(root: string): Promise<void> | undefined {
    const list = this.knownList(root);
    return list?.isDue === false ? undefined : this.loadList(root, 'asked');
  }

  /** Loads the builds of a pipeline unless they are known; undefined if so. Never rejects. */
  open(root: string): Promise<void> | undefined {
    return this.pipelines.get(root)?.isDue === false ? undefined : this.loadPipeline(root, 'asked');
  }

  /** Loads something again that failed. Never rejects. */
  async retry(root: string): Promise<void> {
    await (pipelineOfRoot(root) === undefined ? this.loadList(root, 'asked') : this.loadPipeline(root, 'asked'));
  }

  /** Why the builds of a pipeline aren't known; undefined if they are. */
  failureOf(root: string): Failure | undefined {
    const { value, failure } = this.pipelines.get(root)?.loaded ?? nothing;
    return value === undefined ? failure : undefined;
  }

  /** Whether the builds of a pipeline are known. */
  isLoaded(root: string): boolean {
    return this.pipelines.get(root)?.loaded.value !== undefined;
  }

  /** An opened pipeline in the form of a displayed commit; undefined for the root of a repository. */
  snapshotOf(root: string): Snapshot | undefined {
    const address = pipelineOfRoot(root);
    const shown = this.readyOf(repositoryRoot(root));
    if (address === undefined || shown === undefined) return undefined;
    const entry = this.pipelines.get(root);
    const known = entry?.loaded ?? nothing;
    const cached = this.known.get(known);
    if (cached?.of === shown) return cached.is;
    const pipeline = entry?.pipeline ?? this.listed(root);
    const is = toSnapshot(shown, address.project, pipeline, known);
    if (entry !== undefined) this.known.set(known, { of: shown, is });
    return is;
  }

  /** Opened pipelines whose builds are known. */
  get snapshots(): readonly Snapshot[] {
    const loaded = [...this.pipelines.keys()].filter((root) => this.isLoaded(root));
    return loaded.flatMap((root) => this.snapshotOf(root) ?? []);
  }

  /** Shows the fresh state of a build of an opened pipeline. */
  update(root: string, build: Build): void {
    const entry = this.pipelines.get(root);
    const listing = entry?.loaded.value;
    if (entry === undefined || listing === undefined) return;
    const rows = flatten(listing.builds);
    const present = rows.find(({ id }) => id === build.id);
    const merged = { ...present, ...build, ...(present?.denied === undefined ? {} : { denied: present.denied }) };
    const builds = arrange([...rows.filter((row) => row !== present), merged], listing.pipelines);
    entry.loaded = { ...entry.loaded, value: { ...listing, builds } };
    this.changed.fire();
  }

  /** Loads again what is visible of a repository, or of all, and later what isn't. Never rejects. */
  async refresh(root?: string): Promise<void> {
    const of = root === undefined ? undefined : repositoryRoot(root);
    const isMeant = (each: string): boolean => of === undefined || repositoryRoot(each) === of;
    for (const [each, entry] of [...this.lists, ...this.pipelines]) if (isMeant(each)) entry.isDue = true;
    const visible = [...this.watched].filter((each) => isMeant(each) && this.entryOf(each) !== undefined);
    await Promise.all(visible.map((each) => this.load(each, 'asked')));
  }

  /** Sets the roots whose rows are open and visible: only those are loaded again while something runs. */
  watch(roots: ReadonlySet<string>): void {
    this.watched = roots;
    this.arm();
  }

  /** Drops everything, for example because another token may see other pipelines. */
  forget(): void {
    this.lists.clear();
    this.pipelines.clear();
    this.changed.fire();
  }

  dispose(): void {
    this.timer.disarm();
    this.changed.dispose();
  }

  private arm(): void {
    const moving = [...this.watched].filter((root) => this.isMoving(root));
    if (moving.length === 0) {
      this.timer.disarm();
      return;
    }
    const { activeSeconds, idleSeconds } = this.port.intervals();
    const hasFailed = moving.some((root) => this.entryOf(root)?.loaded.failure !== undefined);
    const triedAt = Math.min(...moving.map((root) => this.entryOf(root)?.triedAt ?? 0));
    const due = triedAt + 1000 * (hasFailed ? idleSeconds : activeSeconds);
    this.timer.arm(due - this.clock.now(), () => void this.follow(moving));
  }

  private async follow(roots: readonly string[]): Promise<void> {
    await Promise.all(roots.map((root) => this.load(root, 'active')));
    this.arm();
  }

  private isMoving(root: string): boolean {
    const list = this.lists.get(root)?.loaded.value ?? [];
    const builds = this.pipelines.get(root)?.loaded.value?.builds ?? [];
    return builds.some(isActive) || list.some(({ status }) => statusClass(status) === 'active');
  }

  private entryOf(root: string): OpenedList | OpenedPipeline | undefined {
    return this.lists.get(root) ?? this.pipelines.get(root);
  }

  private load(root: string, urgency: Urgency): Promise<void> {
    return this.lists.has(root) ? this.loadList(root, urgency) : this.loadPipeline(root, urgency);
  }

  private async loadList(root: string, urgency: Urgency): Promise<void> {
    const shown = this.readyOf(root);
    if (shown?.target.ref === undefined) return;
    const key = keyOf(shown.target);
    const entry = this.knownList(root) ?? { key, ...newEntry<readonly ListedPipeline[]>() };
    this.lists.set(root, entry);
    await this.loadInto(entry, shown.target, urgency, async (client, signal) => {
      const merge = shown.pipelines.find(({ mergeRequest }) => mergeRequest !== undefined)?.mergeRequest;
      const found = await client.pipelines.ofBranch(shown.target.project, refsOf(shown.target.ref, merge?.iid), signal);
      return found.map((one) => (isOf(one, merge?.iid) ? { ...one, mergeRequest: merge } : one));
    });
  }

  private async loadPipeline(root: string, urgency: Urgency): Promise<void> {
    const address = pipelineOfRoot(root);
    const shown = this.readyOf(repositoryRoot(root));
    if (address === undefined || shown === undefined) return;
    const { id, project } = address;
    const entry = this.pipelines.get(root) ?? { pipeline: this.listed(root), ...newEntry<Listing>() };
    this.pipelines.set(root, entry);
    this.dropOldest();
    await this.loadInto(entry, shown.target, urgency, async (client, signal) => {
      if (entry.pipeline.sha === '') entry.pipeline = await client.pipelines.get(project, id, signal);
      const listing = await client.pipelines.listing(project, entry.pipeline, signal);
      const { mergeRequest } = entry.pipeline;
      entry.pipeline = { ...entry.pipeline, ...listing.pipelines.find((one) => one.id === id), mergeRequest };
      return { ...listing, pipelines: listing.pipelines.map((one) => (one.id === id ? entry.pipeline : one)) };
    });
  }

  private dropOldest(): void {
    for (const root of this.pipelines.keys()) {
      if (this.pipelines.size <= maxOpened) return;
      if (!this.watched.has(root)) this.pipelines.delete(root);
    }
  }

  private async loadInto<T>(
    entry: Entry<T>,
    { instance }: Target,
    urgency: Urgency,
    ask: (client: PipelinesClient, signal: AbortSignal) => Promise<T>,
  ): Promise<void> {
    await entry.work.join(new AbortController().signal, async (signal) => {
      const client = this.port.clientOf(instance);
      try {
        await client.admit(urgency, signal);
        entry.loaded = { value: await ask(client, signal), failure: undefined, at: this.clock.now() };
      } catch (error) {
        if (isAbort(error)) return;
        entry.loaded = { ...entry.loaded, failure: toFailure(error) };
      }
      entry.isDue = false;
      entry.triedAt = this.clock.now();
      this.changed.fire();
    });
  }

  /** The list of the displayed commit; one of another commit is dropped. */
  private knownList(root: string): OpenedList | undefined {
    const [list, shown] = [this.lists.get(root), this.readyOf(root)];
    if (list === undefined || shown === undefined || list.key === keyOf(shown.target)) return list;
    this.lists.delete(root);
    return undefined;
  }

  /** The pipeline as the list of its branch has it; without a commit if no list does. */
  private listed(root: string): Pipeline {
    const id = pipelineOfRoot(root)?.id ?? 0;
    const list = this.lists.get(repositoryRoot(root))?.loaded.value ?? [];
    const isOwn = pipelineOfRoot(root)?.project === this.readyOf(repositoryRoot(root))?.target.project;
    const found = isOwn ? list.find((one) => one.id === id) : undefined;
    return found ?? { id, ref: '', sha: '', status: '' };
  }

  private readyOf(root: string): Ready | undefined {
    const snapshot = this.port.snapshotOf(root);
    return snapshot?.kind === 'ready' ? snapshot : undefined;
  }
}

/** Maximum number of pipelines to keep besides those that are visible. */
const maxOpened = 50;
const nothing = { value: undefined, failure: undefined, at: 0 } as const;

function newEntry<T>(): Entry<T> {
  return { work: new SharedWork(), loaded: { ...nothing }, isDue: true, triedAt: 0 };
}

function keyOf({ instance, project, sha, ref }: Target): string {
  return [instance.url, project, sha, ref].join(' ');
}

/** The branch's ref, and those of its merge request. */
function refsOf(ref: string | undefined, mergeRequest: number | undefined): readonly string[] {
  const own = ref === undefined ? [] : [ref];
  if (mergeRequest === undefined) return own;
  return [...own, ...['head', 'merge'].map((kind) => `refs/merge-requests/${mergeRequest}/${kind}`)];
}

function isOf({ ref }: Pipeline, mergeRequest: number | undefined): boolean {
  return mergeRequest !== undefined && ref.startsWith(`refs/merge-requests/${mergeRequest}/`);
}

/** A pipeline in the form of a displayed commit. */
function toSnapshot(shown: Ready, project: string, pipeline: Pipeline, { value, failure, at }: Loaded<Listing>): Ready {
  const { instance } = shown.target;
  const isSameProject = project === shown.target.project;
  return {
    kind: 'ready',
    target: { instance, project, sha: pipeline.sha, ref: pipeline.ref, pinned: true },
    builds: value?.builds ?? [],
    pipelines: value?.pipelines ?? [pipeline],
    isPartial: value?.isPartial,
    apiVersion: shown.apiVersion,
    readOnly: shown.readOnly,
    expected: isSameProject ? shown.expected : undefined,
    stale: value === undefined || failure === undefined ? undefined : { asOf: at, failure },
  };
}

/** The root of a bridge's pipeline in another project; undefined for any other build. */
export function rootElsewhere(root: string, { elsewhere }: Build): string | undefined {
  return elsewhere === undefined
    ? undefined
    : toPipelineRoot(root, { id: elsewhere.pipeline, project: elsewhere.project });
}
