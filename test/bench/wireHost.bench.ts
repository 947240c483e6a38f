import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type * as vscode from 'vscode';
import type { Exports, GitLabBuildsAPI } from '../../src/ui/api';
import { spread, timed, type Spread } from './numbers';

/** What to measure in the extension host; it comes as JSON in the environment variable BENCH_JOB. */
export interface WireJob {
  readonly id: string;
  readonly file: string;
  /** Base URL that notes what the server has seen (`/note/NAME`) and changes a build (`/change`). */
  readonly control: string;
  readonly repositories: number;
  readonly refreshes: number;
  /** How long to rest, once before the activation and once after it, in ms; 0 leaves it out. */
  readonly restMs: number;
}

/** All times in ms. */
export interface WireTimes {
  readonly cold: number;
  /** Longest block of the extension host during the first load. */
  readonly coldBlock: number;
  readonly warm: Spread;
  readonly warmCpu: number;
  readonly warmBlock: number;
  readonly change: number;
  readonly retry: number;
  /** CPU per minute at rest, without and with the extension. */
  readonly idleCpu: number;
  readonly restCpu: number;
  readonly heapMb: number;
}

/** Of a second window, for which the first one has left what it knows of the GitLab. */
export interface RememberedTimes {
  /** Until the builds are shown that the first window has left. */
  readonly shown: number;
  /** Until they are fresh. */
  readonly fresh: number;
}

const blockResolutionMs = 20;
/** VS Code writes what extensions keep a moment later. */
const keepMs = 3000;

/** Runs in the extension host in place of tests: all steps in the first window, in the second one its start. */
export async function run(code: typeof vscode): Promise<void> {
  const job = JSON.parse(process.env['BENCH_JOB'] ?? '') as WireJob;
  const extension = code.extensions.getExtension<Exports>(job.id);
  if (extension === undefined) throw new Error('VS Code does not know the extension.');
  const note = (name: string) => fetch(`${job.control}/note/${name}`);
  await settled(code);
  await (existsSync(job.file) ? runSecond(job, extension, note) : runFirst(code, job, extension, note));
}

async function runSecond(job: WireJob, extension: vscode.Extension<Exports>, note: Note): Promise<void> {
  await note('remembered');
  const { ms: fresh, shown } = await start(extension, job.repositories);
  await note('end');
  await writeFile(rememberedFile(job.file), JSON.stringify({ shown, fresh } satisfies RememberedTimes));
}

export function rememberedFile(file: string): string {
  return `${file}.remembered`;
}

type Note = (name: string) => Promise<unknown>;

async function runFirst(
  code: typeof vscode,
  job: WireJob,
  extension: vscode.Extension<Exports>,
  note: Note,
): Promise<void> {
  const idleCpu = await restCpu(job.restMs);
  await note('cold');
  const cold = await start(extension, job.repositories);
  await note('warm');
  const warm = await refreshes(cold.api, job.refreshes);
  await note('change');
  const change = await timeChange(cold.api, job.control);
  await note('retry');
  const retry = await timeRetry(code, cold.api);
  await note('rest');
  const times: WireTimes = {
    cold: cold.ms,
    coldBlock: cold.block,
    ...warm,
    change,
    retry,
    idleCpu,
    restCpu: await restCpu(job.restMs),
    heapMb: process.memoryUsage().heapUsed / 1e6,
  };
  await note('end');
  await delay(keepMs);
  await writeFile(job.file, JSON.stringify(times));
}

/** Ten quick answers of the window in a row: before that, VS Code is still starting. */
async function settled(code: typeof vscode): Promise<void> {
  const end = Date.now() + 30_000;
  let quick = 0;
  while (quick < 10 && Date.now() < end) {
    quick = (await timed(async () => code.commands.getCommands())) < 10 ? quick + 1 : 0;
    await delay(50);
  }
}

async function start(extension: vscode.Extension<Exports>, repositories: number) {
  const blocks = monitorEventLoopDelay({ resolution: blockResolutionMs });
  blocks.enable();
  const begin = performance.now();
  const api = (await extension.activate()).getAPI(1);
  await until(api, () => api.repositories.filter(({ state }) => state === 'ready').length >= repositories);
  const shown = performance.now() - begin;
  await until(api, () => api.repositories.filter(isFresh).length >= repositories);
  const ms = performance.now() - begin;
  blocks.disable();
  return { api, ms, shown, block: blocks.max / 1e6 - blockResolutionMs };
}

function isFresh({ state, stale }: GitLabBuildsAPI['repositories'][number]): boolean {
  return state === 'ready' && stale === undefined;
}

async function refreshes(api: GitLabBuildsAPI, count: number) {
  const blocks = monitorEventLoopDelay({ resolution: blockResolutionMs });
  blocks.enable();
  const before = process.cpuUsage();
  const times: number[] = [];
  while (times.length < count) times.push(await timed(() => api.refresh()));
  const warmCpu = milliseconds(process.cpuUsage(before)) / count;
  blocks.disable();
  return { warm: spread(times), warmCpu, warmBlock: blocks.max / 1e6 - blockResolutionMs };
}

/** From asking for the refresh until a build that has changed on the server is shown so. */
async function timeChange(api: GitLabBuildsAPI, control: string): Promise<number> {
  const id = Number(await (await fetch(`${control}/change`)).text());
  return timed(async () => {
    await api.refresh();
    await until(api, () => buildsOf(api).some((build) => build.id === id && build.status === 'failed'));
  });
}

/** From the command until a new attempt is shown. */
async function timeRetry(code: typeof vscode, api: GitLabBuildsAPI): Promise<number> {
  const build = buildsOf(api).find(({ status }) => status === 'failed');
  if (build === undefined) throw new Error('There is no failed build to retry.');
  const begin = performance.now();
  const retried = code.commands.executeCommand('gitlabBuilds.retry', { build: build.id });
  await until(api, () => buildsOf(api).some(({ name, id }) => name === build.name && id > build.id));
  const ms = performance.now() - begin;
  await retried;
  return ms;
}

function buildsOf(api: GitLabBuildsAPI) {
  return api.repositories.flatMap(({ builds }) => builds);
}

/** CPU of the extension host in ms per minute, while nothing is asked of it. */
async function restCpu(ms: number): Promise<number> {
  if (ms === 0) return NaN;
  const before = process.cpuUsage();
  for (let left = ms; left > 0; left -= 30_000) {
    await delay(Math.min(left, 30_000));
    console.log('at rest');
  }
  return (milliseconds(process.cpuUsage(before)) * 60_000) / ms;
}

function until(api: GitLabBuildsAPI, isDone: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (isDone()) finish(resolve);
    };
    const finish = (end: () => void): void => {
      clearTimeout(timer);
      listener.dispose();
      end();
    };
    const states = (): string => api.repositories.map(({ state, error, stale }) => error ?? stale ?? state).join();
    const timer = setTimeout(() => {
      finish(() => {
        reject(new Error(`Waited in vain: ${states()}`));
      });
    }, 60_000);
    const listener = api.onDidChange(look);
    look();
  });
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
