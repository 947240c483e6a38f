import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { GitLabClient } from '../../src/core/gitlab/client';
import { Monitor } from '../../src/core/polling/monitor';
import { buildsOf, type Target } from '../../src/core/model/snapshot';
import { isActive } from '../../src/core/model/build';
import { FakeClock, settled } from '../core/support';
import { MemoryGitLab } from './memoryGitLab';
import type { Line, Measured } from './part';
import { quietLog } from './connect';

const minute = 60_000;
const repositories = 20;
const builds = 100;

interface Repository {
  readonly monitor: Monitor;
  readonly project: string;
  commit: number;
}

/** Twenty repositories of one window on one GitLab, and a clock that is told what time it is. */
class Window {
  readonly clock = new FakeClock();
  readonly gitlab = new MemoryGitLab();
  readonly repositories: readonly Repository[];
  /** When requests went out, in ms since 1970. */
  readonly sentAt: number[] = [];
  private attention = { visible: true, focused: true };
  private readonly client: GitLabClient;

  constructor() {
    const { clock, gitlab } = this;
    const instance = { url: gitlab.url, hosts: [], apiVersion: 'v3' } as const;
    const counted = {
      json: (request: Parameters<typeof gitlab.json>[0]) => {
        this.sentAt.push(clock.now());
        return gitlab.json(request);
      },
      stream: () => gitlab.stream(),
    };
    this.client = new GitLabClient(instance, counted, async () => 'token', quietLog, clock);
    this.repositories = Array.from({ length: repositories }, (_, at) => {
      const repository: Repository = {
        project: `group/project-${at}`,
        commit: 0,
        monitor: this.monitorOf(() => ({
          instance,
          project: repository.project,
          sha: shaOf(repository),
          pinned: false,
        })),
      };
      return repository;
    });
  }

  attendAs(isLooking: boolean): void {
    this.attention = { visible: isLooking, focused: isLooking };
    for (const { monitor } of this.repositories) monitor.onVisibilityChange();
  }

  at(index: number): Repository {
    const repository = this.repositories[index % repositories];
    assert.ok(repository);
    return repository;
  }

  dispose(): void {
    for (const { monitor } of this.repositories) monitor.dispose();
    this.client.dispose();
  }

  private monitorOf(target: () => Target): Monitor {
    return new Monitor(
      {
        resolve: async () => ({ kind: 'target', target: target() }),
        load: async ({ project, sha }, signal, urgency) => {
          await this.client.admit(urgency, signal);
          const listing = await this.client.listing(project, { sha }, signal);
          const isRunning = listing.builds.some(isActive);
          const expected = isRunning ? await this.client.builds.expectedSeconds(project, signal) : {};
          const watching = listing.builds.length === 0;
          return { ...listing, apiVersion: 'v3', readOnly: false, watching, expected };
        },
        show: () => undefined,
        remembered: () => undefined,
        remember: () => undefined,
        failed: () => undefined,
        attention: () => this.attention,
        intervals: () => ({ activeSeconds: 5, idleSeconds: 60 }),
      },
      this.clock,
    );
  }
}

/**
 * A day of a window with twenty repositories of 100 builds each, and idle hours. Over a GitLab in memory: no sockets, but
 * everything from the client's lists to the monitors' snapshots, JSON included.
 */
export async function measureSoak(): Promise<Measured> {
  const day = await soak();
  const [atRest, waiting] = [await idleHour('success'), await idleHour('manual')];
  const { requests, unchanged, megabytes, perMinute, heap, timers, cpuMs } = day;
  const what = `24 h with ${repositories} repositories of ${builds} builds on one GitLab`;
  const idle = 'an idle hour of them';
  const lines: readonly Line[] = [
    { what, measured: `${requests} requests, of them ${unchanged} unchanged, ${megabytes.toFixed(0)} MB of JSON` },
    { what: 'most requests in one minute of it', measured: String(perMinute), aim: '≤ 140: 20 and 2 a second' },
    { what: 'timers at its start, end, and when closed', measured: timers.join(', '), aim: '0 when closed' },
    { what: 'heap at its start and end', measured: heap.map((one) => `${one.toFixed(1)} MB`).join(', ') },
    { what: 'CPU of it', measured: `${cpuMs.toFixed(0)} ms` },
    { ...idleLine(`${idle}, every build ended`, atRest), aim: '≤ 100 ms' },
    idleLine(`${idle}, each with a build that waits for a person`, waiting),
  ];
  return { lines, numbers: { day, atRest, waiting } };
}

async function soak() {
  const window = new Window();
  const { gitlab, clock } = window;
  await openAll(window, 'success');
  const start = { heap: heapMB(), timers: clock.waits.length, cpu: process.cpuUsage() };
  for (let hour = 0; hour < 24; hour += 1) {
    const isWork = hour >= 9 && hour < 17;
    window.attendAs(isWork);
    if (isWork) await workAnHour(window, hour);
    else await clock.pass(60 * minute);
  }
  window.attendAs(true);
  await clock.pass(10 * minute);
  const { requests, unchanged, bytes } = gitlab;
  const cpuMs = milliseconds(process.cpuUsage(start.cpu));
  for (const { monitor } of window.repositories) assert.equal(buildsOf(monitor.current).length, builds);
  const end = { heap: heapMB(), timers: clock.waits.length };
  const perMinute = maxInAMinute(window.sentAt);
  window.dispose();
  await settled();
  const timers = [start.timers, end.timers, clock.waits.length];
  return { requests, unchanged, megabytes: bytes / 1e6, perMinute, heap: [start.heap, end.heap], timers, cpuMs };
}

/** Three commits in each of two repositories; in between GitLab is away, and once it asks to be left alone. */
async function workAnHour(window: Window, hour: number): Promise<void> {
  const { gitlab, clock } = window;
  for (const repository of [window.at(hour), window.at(hour + 7)]) {
    for (let commit = 0; commit < 3; commit += 1) {
      gitlab.forget(shaOf(repository));
      repository.commit += 1;
      void repository.monitor.retarget();
      await clock.pass(15_000);
      gitlab.push(shaOf(repository), builds);
      // Ten builds start and ten end each half a minute.
      for (let step = 0; step < 12; step += 1) {
        await clock.pass(minute / 2);
        gitlab.isDown = hour === 11 && step < 6;
        gitlab.retryAt = hour === 14 && step === 6 ? clock.now() + minute : undefined;
        gitlab.move(shaOf(repository), (status, at) => statusAt(Math.floor(at / 10), step) ?? status);
      }
      await clock.pass(3.5 * minute);
    }
  }
}

function statusAt(group: number, step: number): string | undefined {
  if (step > group) return 'success';
  return step === group ? 'running' : undefined;
}

/** Of 20 repositories in which nothing happens, though somebody looks. */
async function idleHour(status: string) {
  const window = new Window();
  await openAll(window, status);
  const before = window.gitlab.requests;
  const cpu = process.cpuUsage();
  await window.clock.pass(60 * minute);
  const cpuMs = milliseconds(process.cpuUsage(cpu));
  const requests = window.gitlab.requests - before;
  window.dispose();
  return { requests, cpuMs };
}

function idleLine(what: string, { requests, cpuMs }: { readonly requests: number; readonly cpuMs: number }): Line {
  return { what, measured: `${cpuMs.toFixed(1)} ms of CPU, ${requests} requests` };
}

/** With one build of each in that status and the others over; long enough that nothing counts as new. */
async function openAll({ repositories: all, gitlab, clock }: Window, status: string): Promise<void> {
  for (const repository of all) {
    gitlab.push(shaOf(repository), builds);
    gitlab.move(shaOf(repository), (_, at) => (at === 0 ? status : 'success'));
    void repository.monitor.retarget();
  }
  await clock.pass(5 * minute);
}

function shaOf({ project, commit }: Repository): string {
  return createHash('sha1').update(`${project} ${commit}`).digest('hex');
}

function maxInAMinute(times: readonly number[]): number {
  let [most, from] = [0, 0];
  for (const [at, time] of times.entries()) {
    while ((times[from] ?? time) <= time - minute) from += 1;
    most = Math.max(most, at - from + 1);
  }
  return most;
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

/** In use after the garbage is collected. */
function heapMB(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}
