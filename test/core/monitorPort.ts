import type { Failure } from '../../src/core/model/errors';
import { Monitor, type Loaded, type MonitorPort } from '../../src/core/polling/monitor';
import type { Urgency } from '../../src/core/polling/schedule';
import type { Ready, Resolution, Snapshot, Target } from '../../src/core/model/snapshot';
import { buildWith, FakeClock, settled } from './support';

/** A load that the test answers. */
export interface Load {
  readonly target: Target;
  readonly signal: AbortSignal;
  readonly urgency: Urgency;
  readonly answer: (loaded?: Loaded) => void;
  readonly fail: (error: unknown) => void;
}

export function targetAt(sha: string, changes: Partial<Target> = {}): Target {
  const instance = { url: 'https://gitlab.com', hosts: [], apiVersion: 'auto' } as const;
  return { instance, project: 'group/project', sha, ref: 'master', pinned: false, ...changes };
}

/** One build of that commit. */
export function loadedAt(sha: string, status = 'success'): Loaded {
  const builds = [buildWith({ status, commit: { sha, title: '', author: '' } })];
  return { builds, pipelines: [], apiVersion: 'v3', readOnly: false };
}

/** A monitor's world in the test's hands: HEAD, answers, attention, time. */
export class Watched implements MonitorPort {
  readonly clock = new FakeClock();
  readonly monitor = new Monitor(this, this.clock, () => 1);
  readonly shown: Snapshot[] = [];
  readonly failures: Failure[] = [];
  readonly loads: Load[] = [];
  /** By the commit. */
  readonly memory = new Map<string, Ready>();
  readonly kept: Ready[] = [];
  /** Loads that neither the test has answered nor the monitor has given up. */
  underWay = 0;
  maxUnderWay = 0;
  resolutions = 0;
  resolution: () => Promise<Resolution> = async () => ({ kind: 'target', target: targetAt('a') });
  attention = () => ({ visible: true, focused: true });
  intervals = () => ({ activeSeconds: 5, idleSeconds: 60 });

  resolve = (): Promise<Resolution> => {
    this.resolutions += 1;
    return this.resolution();
  };

  load = (target: Target, signal: AbortSignal, urgency: Urgency): Promise<Loaded> => {
    this.maxUnderWay = Math.max(this.maxUnderWay, ++this.underWay);
    const loading = new Promise<Loaded>((resolve, reject) => {
      const answer = (loaded = loadedAt(target.sha)): void => resolve(loaded);
      this.loads.push({ target, signal, urgency, answer, fail: reject });
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
    return loading.finally(() => (this.underWay -= 1));
  };

  further: MonitorPort['further'];
  show = (snapshot: Snapshot) => void this.shown.push(snapshot);
  remembered = ({ sha }: Target) => this.memory.get(sha);
  remember = (snapshot: Ready) => void this.kept.push(snapshot);
  failed = (failure: Failure) => void this.failures.push(failure);

  get lastLoad(): Load {
    return this.loads.at(-1)!;
  }

  get kinds(): readonly string[] {
    return this.shown.map((snapshot) => (snapshot.kind === 'ready' && snapshot.stale ? 'stale' : snapshot.kind));
  }

  turnTo(target: Target | Resolution): void {
    const resolution: Resolution = 'kind' in target ? target : { kind: 'target', target };
    this.resolution = async () => resolution;
  }

  /** Lets time pass until it loads by itself; undefined: it never does. Gives the milliseconds. */
  async untilLoad(): Promise<number | undefined> {
    const [began, loads] = [this.clock.now(), this.loads.length];
    while (this.loads.length === loads) {
      const [wait] = this.clock.waits;
      if (wait === undefined) return undefined;
      await this.clock.pass(wait);
    }
    return this.clock.now() - began;
  }

  /** Refreshes, and lets GitLab answer or fail. */
  async refresh(outcome: Loaded | Error = loadedAt('a')): Promise<void> {
    const refreshing = this.monitor.refresh();
    await settled();
    if (outcome instanceof Error) this.lastLoad.fail(outcome);
    else this.lastLoad.answer(outcome);
    await refreshing;
  }
}
