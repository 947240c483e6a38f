import { getEventListeners } from 'node:events';
import { RateLimiter, burst, requestsPerSecond } from '../../src/core/polling/rateLimiter';
import type { Build } from '../../src/core/model/build';
import { GitLabError } from '../../src/core/model/errors';
import { Monitor, type Loaded } from '../../src/core/polling/monitor';
import { longestPauseMs, type Urgency } from '../../src/core/polling/schedule';
import {
  isSameTarget,
  targetOf,
  type Ready,
  type Resolution,
  type Snapshot,
  type Target,
} from '../../src/core/model/snapshot';
import { targetAt } from './monitorPort';
import { buildWith, FakeClock } from './support';

export const second = 1000;
export const minute = 60 * second;
/** A listing asks one to so many requests. */
const maxRequests = 3;

/** One GitLab: its builds by commit, and how it is today. */
class Server {
  readonly builds = new Map<string, readonly Build[]>();
  isDown = false;
  isBroken = false;
  limitedUntil = 0;
  private lastId = 0;

  statuses(sha: string): readonly string[] {
    return (this.builds.get(sha) ?? []).map(({ status }) => status);
  }

  add(sha: string): void {
    const commit = { sha, title: '', author: '' };
    const id = ++this.lastId;
    const build = buildWith({ id, name: `build ${id}`, status: 'pending', commit });
    this.builds.set(sha, [...(this.builds.get(sha) ?? []), build]);
  }

  /** Each build goes one step on. */
  move(sha: string, last: 'success' | 'failed' | 'manual'): void {
    const next: Readonly<Record<string, string>> = { pending: 'running', running: last, manual: 'pending' };
    const moved = (this.builds.get(sha) ?? []).map((one) => ({ ...one, status: next[one.status] ?? one.status }));
    this.builds.set(sha, moved);
  }

  /** What it tells once everything has come to its end. */
  finish(): void {
    for (const [sha, those] of this.builds) {
      this.builds.set(
        sha,
        those.map((one) => ({ ...one, status: one.status === 'failed' ? 'failed' : 'success' })),
      );
    }
  }
}

interface Repository {
  readonly name: string;
  commit: number;
  pushed: boolean;
  monitor: Monitor | undefined;
  /** The last one that the monitor was given. */
  resolved: Resolution | undefined;
  loads: number;
}

interface Sent {
  readonly at: number;
  readonly count: number;
}

/** Some repositories of one window on one GitLab, with one budget; it checks what must hold at every moment. */
export class EngineWorld {
  readonly clock = new FakeClock();
  readonly server = new Server();
  readonly budget = new RateLimiter(this.clock);
  readonly repositories: readonly Repository[];
  /** What must never be and was. Not thrown at once: the monitor would take it for a failure of its port. */
  readonly wrong: string[] = [];
  readonly sent: Sent[] = [];
  loads = 0;
  signedIn = true;
  attention = { visible: true, focused: true };
  private readonly memory = new Map<string, Ready>();
  private readonly signals = new Set<AbortSignal>();
  private readonly intervals = { activeSeconds: 5, idleSeconds: 60 };
  /** Of the model, for it goes on when the clock is set back. */
  private slept = 0;
  /** Until then the budget was told to let nobody in. */
  private stoppedUntil = 0;

  constructor(
    count: number,
    private random: number,
  ) {
    this.repositories = Array.from({ length: count }, (_, at) => ({
      name: `repository ${at}`,
      commit: 0,
      pushed: true,
      monitor: undefined,
      resolved: undefined,
      loads: 0,
    }));
  }

  get requests(): number {
    return this.sent.reduce((sum, { count }) => sum + count, 0);
  }

  shaOf({ name, commit }: Repository): string {
    return `${name} commit ${commit}`;
  }

  open(repository: Repository): void {
    if (repository.monitor !== undefined) return;
    let [isOver, underWay] = [false, 0];
    const must = (isSo: boolean, otherwise: string): void => this.must(isSo, `${repository.name}: ${otherwise}`);
    const monitor = new Monitor(
      {
        resolve: () => this.resolve(repository),
        load: async (target, signal, urgency) => {
          must(!isOver, 'a load after the end');
          must(++underWay === 1, 'two loads at once');
          repository.loads += 1;
          this.signals.add(signal);
          try {
            return await this.load(repository, target, signal, urgency);
          } finally {
            underWay -= 1;
            repository.loads -= 1;
          }
        },
        show: (snapshot) => {
          must(!isOver && repository.monitor === monitor, 'shown after the end');
          this.check(repository, snapshot, must);
        },
        remembered: ({ sha }) => this.memory.get(sha),
        remember: (snapshot) => {
          must(snapshot.stale?.failure === undefined, 'a failure is remembered');
          this.memory.set(snapshot.target.sha, structuredClone(snapshot));
        },
        failed: (_, error) => must(error instanceof GitLabError, String(error)),
        attention: () => this.attention,
        intervals: () => this.intervals,
      },
      this.clock,
      () => this.chance(),
    );
    repository.monitor = monitor;
    const dispose = monitor.dispose.bind(monitor);
    monitor.dispose = () => {
      isOver = true;
      dispose();
    };
    void monitor.retarget('idle');
  }

  close(repository: Repository): void {
    repository.monitor?.dispose();
    repository.monitor = undefined;
  }

  attendAs(visible: boolean, focused: boolean): void {
    this.attention = { visible, focused };
    for (const { monitor } of this.repositories) monitor?.onVisibilityChange();
  }

  retargetAll(): void {
    for (const { monitor } of this.repositories) void monitor?.retarget('active');
  }

  jump(ms: number): void {
    this.clock.jump(ms);
    // Set back, it does not tell any more what time was meant.
    if (ms < 0) this.stoppedUntil = 0;
    if (ms > 0) this.slept += ms;
    else this.slept -= ms;
  }

  /** Everything has its end, and nothing is left of it. */
  end(): void {
    for (const repository of this.repositories) this.close(repository);
    this.budget.dispose();
  }

  checkEnd(): void {
    this.must(this.clock.waits.length === 0, 'a timer is left');
    const listeners = [...this.signals].flatMap((signal) => getEventListeners(signal, 'abort'));
    this.must(listeners.length === 0, 'a listener is left');
    this.must(
      this.repositories.every(({ loads }) => loads === 0),
      'a load is left',
    );
  }

  /** Whether each view tells what GitLab would tell. */
  checkTruth(): void {
    for (const repository of this.repositories) {
      const { monitor, name } = repository;
      const sha = this.shaOf(repository);
      const current = monitor?.current;
      if (monitor === undefined) continue;
      if (current?.kind !== 'ready') this.must(false, `${name} ends as ${current?.kind}`);
      else {
        this.must(current.target.sha === sha && current.stale === undefined, `${name} is not fresh`);
        const shown = current.builds.map(({ status }) => status).join();
        const told = this.server.statuses(sha).join();
        this.must(shown === told, `${name} shows ${shown} for ${told}`);
      }
    }
  }

  /** From 0 to 1; always the same for the same start. */
  chance(): number {
    this.random = (this.random * 1_103_515_245 + 12_345) % 2 ** 31;
    return this.random / 2 ** 31;
  }

  private must(isSo: boolean, otherwise: string): void {
    if (!isSo && !this.wrong.includes(otherwise)) this.wrong.push(otherwise);
  }

  /** Until its turn of the queue of microtasks, a monitor that is asked to show something can't know the resolution. */
  private resolve(repository: Repository): Promise<Resolution> {
    const resolution = this.resolutionOf(repository);
    const handed = Promise.resolve(resolution);
    void handed.then(() => (repository.resolved = resolution));
    return handed;
  }

  private resolutionOf(repository: Repository): Resolution {
    const target = targetAt(this.shaOf(repository), { project: repository.name });
    if (!this.signedIn) return { kind: 'signedOut', url: target.instance.url, known: true };
    const head = { sha: target.sha, shallow: false, pushed: repository.pushed, ancestors: [] };
    return { kind: 'target', target: { ...target, head } };
  }

  private check(repository: Repository, snapshot: Snapshot, must: (isSo: boolean, otherwise: string) => void): void {
    const { resolved } = repository;
    const target = targetOf(snapshot);
    if (target === undefined) must(snapshot.kind === resolved?.kind, 'not what was resolved');
    else must(resolved?.kind === 'target' && isSameTarget(target, resolved.target), 'another target');
    if (snapshot.kind !== 'ready') return;
    must(
      snapshot.builds.every(({ commit }) => commit?.sha === snapshot.target.sha),
      'the builds of another commit',
    );
  }

  private async load({ pushed }: Repository, target: Target, signal: AbortSignal, urgency: Urgency): Promise<Loaded> {
    await this.budget.acquire(urgency, signal);
    this.loads += 1;
    this.must(this.clock.now() >= this.stoppedUntil, 'a request while GitLab wants to be left alone');
    const count = 1 + Math.floor(this.chance() * maxRequests);
    if (urgency !== 'asked') this.checkBudget();
    this.sent.push({ at: this.passed(), count });
    for (let request = 0; request < count; request += 1) this.budget.consume();
    const told = this.server.builds.get(target.sha) ?? [];
    await this.latency(signal);
    const { isDown, isBroken, limitedUntil } = this.server;
    if (isDown) throw new GitLabError({ kind: 'offline' });
    if (isBroken) throw new GitLabError({ kind: 'server', status: 500 });
    if (this.clock.now() < limitedUntil) {
      const failure = { kind: 'rateLimited', retryAt: limitedUntil } as const;
      this.budget.pauseUntil(failure);
      this.stoppedUntil = Math.max(this.stoppedUntil, Math.min(limitedUntil, this.clock.now() + longestPauseMs));
      throw new GitLabError(failure);
    }
    const watching = pushed && told.length === 0;
    return { builds: told, pipelines: [], apiVersion: 'v3', readOnly: false, watching };
  }

  /** Up to three seconds; answers overtake each other. */
  private latency(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timeout = this.clock.setTimeout(
        () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
        Math.floor(this.chance() * 3 * second),
      );
      const leave = (): void => {
        this.clock.clearTimeout(timeout);
        signal.removeEventListener('abort', leave);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave);
    });
  }

  /** Milliseconds of the model's own time. */
  private passed(): number {
    return this.clock.now() + this.slept;
  }

  /**
   * Whoever waits for the budget is let in only while no stretch of time up to now holds more than its share, and what
   * those ask further who were let in together.
   */
  private checkBudget(): void {
    let count = 0;
    const now = this.passed();
    const further = (maxRequests - 1) * this.repositories.length;
    for (let at = this.sent.length - 1; at >= 0 && now - (this.sent[at]?.at ?? 0) < 10 * minute; at -= 1) {
      const one = this.sent[at]!;
      count += one.count;
      const share = burst + (requestsPerSecond * (now - one.at)) / second;
      if (count > share + further) this.must(false, `${count} requests in ${now - one.at} ms`);
    }
  }
}
