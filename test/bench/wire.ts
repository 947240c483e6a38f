import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { manyBuilds } from '../gitlab/scenarios';
import type { Seed } from '../gitlab/seed';
import { type FakeGitLab, startGitLab } from '../gitlab/server';
import { copyExtension } from '../vscode/activation';
import { createCertificate } from '../vscode/certificate';
import { runInExtensionHost } from '../vscode/extensionHost';
import { projectRoot } from '../vscode/project';
import { type Relay, relayHost, startRelay } from '../vscode/relay';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { createWorkspace, git, plainGit } from '../vscode/workspace';
import { shim } from './host';
import { short } from './numbers';
import type { Line, Measured, Options, WireCase } from './part';
import { rememberedFile, type RememberedTimes, type WireJob, type WireTimes } from './wireHost.bench';

/** What the server had seen when a step of the job began. */
interface Note {
  readonly name: string;
  /** When, by the clock that also times the requests. */
  readonly at: number;
  readonly requests: number;
  readonly connections: number;
}

interface WireRun {
  readonly times: WireTimes;
  readonly remembered: RememberedTimes;
  readonly notes: readonly Note[];
  /** When each request reached GitLab. */
  readonly arrivals: readonly number[];
}

const refreshes = 10;

/** The extension in a real VS Code over TLS with latency, next to the limit that the line sets. */
export async function measureWire(options: Options): Promise<Measured> {
  const lines: Line[] = [];
  const numbers: unknown[] = [];
  for (const each of options.wire) {
    const run = await runCase(options, each);
    numbers.push({ ...each, ...run });
    lines.push(...linesOf(each, run));
  }
  return { lines, numbers };
}

function linesOf(each: WireCase, run: WireRun): Line[] {
  const { profile, latencyMs, builds, repositories, restMs } = each;
  const { times, remembered } = run;
  const during = (name: string): string => {
    const [requests, connections] = trafficOf(run, name);
    return `${requests} requests over ${connections} new connections`;
  };
  /** What the line alone takes: the round trips until the end of the step, and two for a connection that is not there yet. */
  const limit = (name: string, ms: number, connecting = 0): string => {
    const trips = roundsOf(run, name, ms, latencyMs) + connecting;
    return `limit ${short(trips * latencyMs)} ms (${short(trips)} round trips)`;
  };
  const where = `${profile}, ${latencyMs} ms, ${repositories} × ${builds} builds`;
  const ms = (value: number): string => `${short(value)} ms`;
  const { warm, warmCpu, restCpu, idleCpu } = times;
  const warmTrips = roundsOf(run, 'warm', Infinity, latencyMs) / refreshes;
  return [
    {
      what: `${where}: cold`,
      measured: `${ms(times.cold)}, ${limit('cold', times.cold, 2)}, ${during('cold')}, block ${ms(times.coldBlock)}`,
    },
    {
      what: '· remembered, in a second window',
      measured: `shown ${ms(remembered.shown)}, fresh ${ms(remembered.fresh)}, ${limit('remembered', remembered.fresh, 2)}, ${during('remembered')}`,
      aim: 'fresh within 600 ms at 80 ms',
    },
    {
      what: `· warm refresh (of ${refreshes})`,
      measured: `${ms(warm.median)} (${short(warm.min)} … ${short(warm.max)}), limit ${short(warmTrips * latencyMs)} ms (${short(warmTrips)} round trips), CPU ${ms(warmCpu)}, block ${ms(times.warmBlock)}, in all ${during('warm')}`,
      aim: '1.5 × the limit, CPU 40 ms',
    },
    { what: '· one change', measured: `${ms(times.change)}, ${limit('change', times.change)}, ${during('change')}` },
    { what: '· retry until shown', measured: `${ms(times.retry)}, ${limit('retry', times.retry)}, ${during('retry')}` },
    { what: '· heap', measured: `${times.heapMb.toFixed(0)} MB` },
    ...(restMs === 0 ? [] : [restLine(restCpu, idleCpu, during('rest'))]),
  ];
}

/** Number of requests and of new connections during a step. */
function trafficOf(run: WireRun, name: string): readonly [requests: number, connections: number] {
  const [from, to] = notesOf(run, name);
  return [to.requests - from.requests, to.connections - from.connections];
}

/**
 * Round trips one after another during the first `ms` of a step: a request that arrives a round trip after the first one
 * of its round may depend on that one's answer.
 */
function roundsOf(run: WireRun, name: string, ms: number, latencyMs: number): number {
  const [from, to] = notesOf(run, name);
  const end = Math.min(to.at, from.at + ms);
  let [rounds, began] = [0, -Infinity];
  for (const arrival of run.arrivals) {
    if (arrival < from.at || arrival >= end || arrival - began < latencyMs) continue;
    began = arrival;
    rounds += 1;
  }
  return rounds;
}

function notesOf({ notes }: WireRun, name: string): readonly [from: Note, to: Note] {
  const at = notes.findIndex((note) => note.name === name);
  const [from, to] = [notes[at], notes[at + 1]];
  if (from === undefined || to === undefined) throw new Error(`The step ${name} was not noted.`);
  return [from, to];
}

function restLine(restCpu: number, idleCpu: number, asked: string): Line {
  const percent = ((restCpu - idleCpu) / 60_000) * 100;
  const measured = `+${percent.toFixed(2)} % (${short(restCpu)} − ${short(idleCpu)} ms a minute), ${asked}`;
  return { what: '· CPU at rest, over the same without the extension', measured, aim: '+1 %' };
}

async function runCase(options: Options, { latencyMs, ...each }: WireCase): Promise<WireRun> {
  const { path: folder, remove } = temporaryFolder('wire-');
  const tls = await createCertificate(folder, relayHost);
  const fake = await startGitLab({ profile: each.profile, tls });
  const relay = await startRelay({ target: () => Number(new URL(fake.url).port), latencyMs });
  const workspace = await createWorkspace();
  try {
    const url = `https://${relay.host}:${relay.port}`;
    const { token, project } = await fill(fake, workspace.folder, url, each);
    const env = { NODE_EXTRA_CA_CERTS: tls.file, GITLAB_HOST: url, GITLAB_TOKEN: token };
    return await runHostOver(options, { folder, workspace: workspace.folder, env, fake, relay, project }, each);
  } finally {
    await workspace.remove();
    await relay.close();
    await fake.close();
    await remove();
  }
}

/** One repository is the workspace itself; several are folders in it. Returns the last one's project. */
async function fill(
  { world }: FakeGitLab,
  workspace: string,
  url: string,
  { builds, repositories }: Pick<WireCase, 'builds' | 'repositories'>,
): Promise<Seed> {
  const names = repositories === 1 ? ['.'] : Array.from({ length: repositories }, (_, index) => `repository-${index}`);
  let seed: Seed | undefined;
  for (const name of names) {
    if (name !== '.') await git(workspace, 'clone', '--quiet', '.', name);
    const folder = join(workspace, name);
    const sha = await git(folder, 'rev-parse', 'HEAD');
    const path = `group/many${name === '.' ? '' : name}`;
    seed = manyBuilds(world, builds, { sha, path });
    if (name !== '.') await git(folder, 'remote', 'remove', 'origin');
    await git(folder, 'remote', 'add', 'origin', `${url}/${path}.git`);
  }
  if (seed === undefined) throw new Error('There must be a repository.');
  return seed;
}

interface Scene {
  readonly folder: string;
  readonly workspace: string;
  readonly env: Readonly<Record<string, string>>;
  readonly fake: FakeGitLab;
  readonly relay: Relay;
  readonly project: Seed['project'];
}

async function runHostOver(
  { release, programs }: Options,
  { folder, workspace, env, fake, relay, project }: Scene,
  { repositories, restMs }: Pick<WireCase, 'repositories' | 'restMs'>,
): Promise<WireRun> {
  const control = await startControl(fake, relay, project);
  const log: string[] = [];
  try {
    const extension = join(folder, 'extension');
    const id = await copyExtension(projectRoot, extension);
    await writeFile(join(folder, 'shim.js'), shim);
    const file = join(folder, 'times.json');
    const job: WireJob = { id, file, control: control.url, repositories, refreshes, restMs };
    const code = await runInExtensionHost({
      release,
      workspace,
      developmentPath: extension,
      testsPath: join(folder, 'shim.js'),
      windows: 2,
      env: {
        ...plainGit,
        ...env,
        BENCH_PROGRAM: pathToFileURL(join(programs, 'wireHost.bench.mjs')).href,
        BENCH_JOB: JSON.stringify(job),
      },
      log: (line) => log.push(line),
    });
    if (code !== 0) throw new Error(`The line could not be measured:\n${log.slice(-20).join('\n')}`);
    const times = JSON.parse(await readFile(file, 'utf8')) as WireTimes;
    const remembered = JSON.parse(await readFile(rememberedFile(file), 'utf8')) as RememberedTimes;
    return { times, remembered, notes: control.notes, arrivals: control.arrivals };
  } finally {
    control.close();
  }
}

/** Lets the extension host tell when a step begins, and change a build. */
async function startControl(fake: FakeGitLab, relay: Relay, project: Seed['project']) {
  const { world, requests } = fake;
  const notes: Note[] = [];
  const arrivals: number[] = [];
  fake.faults = [{ when: () => arrivals.push(performance.now()) < 0 }];
  const server = createServer(({ url = '' }, response) => {
    if (url.startsWith('/note/')) {
      const name = url.slice('/note/'.length);
      notes.push({ name, at: performance.now(), requests: requests.length, connections: relay.connections() });
      response.end();
    } else response.end(String(failOne(world, project)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, notes, arrivals, close };
}

/** Lets the first build that runs fail; returns its id. */
function failOne(world: FakeGitLab['world'], project: Seed['project']): number {
  const id = world.buildIds(project).find((one) => world.build(one).status === 'running');
  if (id === undefined) throw new Error('There is no running build.');
  return world.setStatus({ id }, 'failed').id;
}
