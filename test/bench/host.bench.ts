import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type * as vscode from 'vscode';
import type { Exports, GitLabBuildsAPI } from '../../src/ui/api';
import { spread, timed } from './numbers';

/** What to do in the extension host; it comes as JSON in the environment variable BENCH_JOB. */
export interface HostJob {
  /** Of the extension, which no event activates. */
  readonly id: string;
  /** Where the result goes. */
  readonly file: string;
  /** How many builds there must be. */
  readonly count: number;
  /** How often to refresh. */
  readonly refreshes: number;
  /** In place of the refreshes: so long it is left alone, with its view in front. */
  readonly soakMs?: number;
  /** Cost of the same window without the extension: nothing activates it, and another view is in front. */
  readonly asleep?: boolean;
  /** Asked between start and refreshes, so that the server can tell the requests of both apart. */
  readonly markUrl: string;
}

/** In milliseconds; all but the last two from asking for the activation. */
export interface HostTimes {
  readonly activated: number;
  readonly shellStarted: number;
  readonly buildsShown: number;
  /** The longest that nothing else could run in the extension host, in the second from asking on. */
  readonly longestBlock: number;
  /** CPU of the extension host in that second, over that of a second before. */
  readonly startCpu: number;
  /** Of one refresh in which nothing changed: how long it takes, and its CPU. */
  readonly refresh: number;
  readonly refreshCpu: number;
}

/** Of the extension host while it is left alone. */
export interface HostSoak {
  readonly cpuMs: number;
  /** Bytes in use, with what waits to be collected. */
  readonly heapAtStart: number;
  readonly heapAtEnd: number;
  readonly longestBlock: number;
}

const windowMs = 1000;

/** Runs in the extension host in place of tests. */
export async function run(code: typeof vscode): Promise<void> {
  const job = JSON.parse(process.env['BENCH_JOB'] ?? '') as HostJob;
  const extension = code.extensions.getExtension<Exports>(job.id);
  if (extension === undefined) throw new Error('VS Code does not know the extension.');
  await settled(code);
  if (extension.isActive) throw new Error('The extension is active before it was asked.');
  if (job.asleep === true) {
    await writeFile(job.file, JSON.stringify(await soak(code, 'workbench.view.explorer', job.soakMs ?? 0)));
    if (extension.isActive as boolean) throw new Error('Something has activated the extension.');
    return;
  }
  const { api, ...start } = await timeStart(extension);
  const ready = api.repositories.find(({ state }) => state === 'ready');
  assert.equal(ready?.builds.length, job.count, 'not all builds are shown');
  await fetch(job.markUrl, { redirect: 'manual' });
  if (job.soakMs !== undefined) {
    await writeFile(job.file, JSON.stringify(await soak(code, 'gitlabBuilds.builds.focus', job.soakMs)));
    return;
  }
  const times: HostTimes = { ...start, ...(await timeRefreshes(api, job.refreshes)) };
  await writeFile(job.file, JSON.stringify(times));
}

/** Ten quick answers of the window in a row: before that, everything mostly waits its turn. */
async function settled(code: typeof vscode): Promise<void> {
  const end = Date.now() + 30_000;
  let quick = 0;
  while (quick < 10 && Date.now() < end) {
    const ms = await timed(async () => code.commands.getCommands());
    quick = ms < 10 ? quick + 1 : 0;
    await delay(50);
  }
}

async function timeStart(extension: vscode.Extension<Exports>) {
  const idleCpu = await cpuDuring(() => delay(windowMs));
  const blocks = monitorEventLoopDelay({ resolution: 1 });
  blocks.enable();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const since = (): number => performance.now() - start;
  const api = (await extension.activate()).getAPI(1);
  const activated = since();
  // Before vscode.git has answered there is nothing to refresh, so this waits for the shell alone.
  await api.refresh();
  const shellStarted = since();
  await ready(api);
  const buildsShown = since();
  await delay(Math.max(0, windowMs - buildsShown));
  const startCpu = milliseconds(process.cpuUsage(cpu)) - idleCpu;
  blocks.disable();
  return { api, activated, shellStarted, buildsShown, startCpu, longestBlock: blocks.max / 1e6 };
}

/** With a word now and then: who says nothing for long is taken for stuck. */
async function rest(ms: number): Promise<void> {
  const end = Date.now() + ms;
  for (let left = ms; left > 0; left = end - Date.now()) {
    await delay(Math.min(left, 30_000));
    console.log(`left alone for another ${Math.max(0, Math.round((end - Date.now()) / 1000))} s`);
  }
}

/** A view is in front: ours, so that its rows count up, or another. The meter is coarse, since it costs CPU itself. */
async function soak(code: typeof vscode, view: string, ms: number): Promise<HostSoak> {
  await code.commands.executeCommand(view);
  await delay(windowMs);
  const blocks = monitorEventLoopDelay({ resolution: 20 });
  blocks.enable();
  const heapAtStart = process.memoryUsage().heapUsed;
  const cpuMs = await cpuDuring(() => rest(ms));
  const heapAtEnd = process.memoryUsage().heapUsed;
  blocks.disable();
  return { cpuMs, heapAtStart, heapAtEnd, longestBlock: blocks.max / 1e6 };
}

function ready(api: GitLabBuildsAPI): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (api.repositories.some(({ state }) => state === 'ready')) finish(resolve);
    };
    const finish = (end: () => void): void => {
      clearTimeout(timer);
      listener.dispose();
      end();
    };
    const timer = setTimeout(
      () => finish(() => reject(new Error(`No builds are shown: ${JSON.stringify(api.repositories)}`))),
      30_000,
    );
    const listener = api.onDidChange(look);
    look();
  });
}

async function timeRefreshes(api: GitLabBuildsAPI, count: number) {
  const times: number[] = [];
  const cpu = await cpuDuring(async () => {
    while (times.length < count) times.push(await timed(() => api.refresh()));
  });
  return { refresh: spread(times).median, refreshCpu: cpu / count };
}

/** Milliseconds of CPU, of all threads of this process. */
async function cpuDuring(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  return milliseconds(process.cpuUsage(before));
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
