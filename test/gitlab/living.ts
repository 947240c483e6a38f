import type { ArchiveInit } from './archive';
import type { FakeBuild, Pipeline } from './model';
import { type Seed, type SeedOptions, seedProject, shaOf } from './seed';
import type { World } from './world';

/** A project that looks alive for as long as somebody calls `tick`, once a second or so. */
export interface LivingProject extends Seed {
  /** One step: builds start, write their logs, end; the next stage is created; what failed is retried after a while. */
  readonly tick: () => void;
  /** Somebody pushes a commit: its pipeline begins. */
  readonly push: (sha: string, title: string) => void;
}

export interface LivingOptions extends SeedOptions {
  /** Commits before this one, newest first: they have finished builds. */
  readonly olderShas?: readonly string[] | undefined;
}

interface Job {
  readonly stage: string;
  readonly name: string;
  /** How long it runs. */
  readonly ticks: number;
  readonly coverage?: number;
  readonly artifacts?: ArchiveInit;
  /** The first attempt in a pipeline fails, the next succeeds. */
  readonly flaky?: boolean;
  /** Waits for a person; only where GitLab knows such builds. */
  readonly manual?: boolean;
}

/** What one commit (or one re-run of it) started. */
interface Run {
  readonly pipeline: Pipeline;
  readonly jobs: readonly Job[];
  idleTicks: number;
}

const stages = ['build', 'test', 'deploy'];

const jobs: readonly Job[] = [
  { stage: 'build', name: 'compile', ticks: 9, artifacts: { filename: 'app.zip', files: files('bin/app', 4000) } },
  { stage: 'build', name: 'assets', ticks: 6, artifacts: { filename: 'assets.zip', files: files('app.css', 900) } },
  { stage: 'test', name: 'rspec 1/2', ticks: 16, coverage: 91.3 },
  { stage: 'test', name: 'rspec 2/2', ticks: 13, coverage: 88.75 },
  { stage: 'test', name: 'lint', ticks: 4 },
  {
    stage: 'test',
    name: 'integration',
    ticks: 11,
    flaky: true,
    artifacts: { filename: 'report.zip', files: files('report.xml', 300) },
  },
  { stage: 'deploy', name: 'staging', ticks: 8 },
  { stage: 'deploy', name: 'pages', ticks: 6, artifacts: { filename: 'pages.zip', files: files('index.html', 200) } },
  { stage: 'deploy', name: 'production', ticks: 10, manual: true },
];

const runners = ['docker-01', 'docker-02', 'shell-01'];
const ticksToRetry = 20;
const ticksToRerun = 45;

export function livingProject(world: World, options: LivingOptions = {}): LivingProject {
  const seed = seedProject(world, options);
  const { project, ref, username } = seed;
  const olderShas = options.olderShas ?? [shaOf(`${seed.sha} 1`), shaOf(`${seed.sha} 2`)];
  for (const [index, sha] of [...olderShas.entries()].reverse()) addHistory(world, seed, sha, index + 1);

  const begin = (sha: string, by: string | undefined): Run => {
    const pipeline = world.addPipeline(project, { sha, ref, stages, user: by, source: by ? 'push' : 'trigger' });
    const known = jobs.filter(({ manual }) => !manual || world.profile.rules.playableFrom.length > 0);
    const run = { pipeline, jobs: known, idleTicks: 0 };
    createStage(world, run, 'build', 'pending', by);
    if (world.profile.stages === 'created') {
      for (const stage of stages.slice(1)) createStage(world, run, stage, 'created', by);
    }
    return run;
  };
  const progress = new Map<number, number>();
  let run = begin(seed.sha, username);
  return {
    ...seed,
    push: (sha, title) => {
      world.addCommit(project, { sha, title });
      run = begin(sha, username);
    },
    tick: () => {
      const builds = world.buildIds(project).map((id) => world.build(id));
      for (const build of builds) {
        if (build.status === 'running') advance(world, build, progress);
        if (build.status === 'canceling') world.setStatus(build, 'canceled');
      }
      startPending(world, builds);
      const latest = world.inPipeline(run.pipeline).filter(({ retried }) => !retried);
      run.idleTicks = latest.some(isActive) ? 0 : run.idleTicks + 1;
      if (beginNextStage(world, run, latest)) return;
      if (isDone(run, latest)) {
        // A trigger runs the same commit again; such builds belong to nobody.
        if (run.idleTicks > ticksToRerun) run = begin(run.pipeline.sha, undefined);
      } else if (run.idleTicks > ticksToRetry) {
        for (const build of latest) if (isFailed(build)) world.retry(build, build.user);
      }
    },
  };
}

function createStage(world: World, run: Run, stage: string, status: string, user: string | undefined): void {
  const { pipeline } = run;
  const project = world.project(pipeline.projectId);
  for (const { name, manual } of run.jobs.filter((job) => job.stage === stage)) {
    const person = manual ? ({ when: 'manual', allowFailure: true } as const) : {};
    world.addBuild(project, { sha: pipeline.sha, pipeline, stage, name, status, user, ...person });
  }
}

/**
 * When all stages before have succeeded. GitLab up to 8.10 creates the builds of a stage only then, for whom the last
 * build belongs to; later ones have created them and start them.
 */
function beginNextStage(world: World, run: Run, latest: readonly FakeBuild[]): boolean {
  const begun = latest.filter(({ status }) => status !== 'created');
  if (!begun.every(isSettled)) return false;
  const next = stages.find((stage) => !begun.some((build) => build.stage === stage));
  if (next === undefined || begun.length === 0) return false;
  const created = latest.filter(({ stage, status }) => stage === next && status === 'created');
  if (world.profile.stages === 'lazy') createStage(world, run, next, 'pending', begun.at(-1)?.user?.username);
  const { manualStatus } = world.profile.rules;
  for (const build of created) world.setStatus(build, build.when === 'manual' ? manualStatus : 'pending');
  return true;
}

function isActive({ status }: FakeBuild): boolean {
  return status === 'pending' || status === 'running';
}

/** Nothing more to wait for: it passed, or waits for a person. */
function isSettled({ status, when }: FakeBuild): boolean {
  return status === 'success' || (when === 'manual' && !['pending', 'running', 'failed', 'canceled'].includes(status));
}

function isFailed({ status }: FakeBuild): boolean {
  return status === 'failed' || status === 'canceled';
}

function isDone({ jobs: all }: Run, latest: readonly FakeBuild[]): boolean {
  return latest.length === all.length && latest.every(isSettled);
}

/** Each runner takes one build at a time, the oldest first. */
function startPending(world: World, before: readonly FakeBuild[]): void {
  const builds = before.map(({ id }) => world.build(id));
  const busy = builds.filter(({ status }) => status === 'running').map(({ runner }) => runner?.description);
  const free = runners.filter((runner) => !busy.includes(runner));
  const waiting = builds.filter(({ status }) => status === 'pending');
  for (const [index, runner] of free.entries()) {
    const build = waiting[index];
    if (build) world.appendTrace(world.start(build, runner), greeting(build, runner));
  }
}

function advance(world: World, build: FakeBuild, progress: Map<number, number>): void {
  const job = jobs.find(({ name }) => name === build.name);
  if (!job) return;
  const ticks = (progress.get(build.id) ?? 0) + 1;
  progress.set(build.id, ticks);
  if (ticks < job.ticks) {
    world.appendTrace(build, `${gray(`[${ticks}/${job.ticks}]`)} ${build.name}: step ${ticks} ... ${green('ok')}\n`);
    return;
  }
  progress.delete(build.id);
  end(world, build, job);
}

function end(world: World, build: FakeBuild, job: Job): void {
  const fails = job.flaky === true && isFirstAttempt(world, build);
  const { artifacts, coverage = null } = job;
  world.update(build, { coverage, ...(artifacts ? { artifacts } : {}) });
  world.appendTrace(build, fails ? failure : success(coverage));
  world.setStatus(build, fails ? 'failed' : 'success');
}

/** A retry follows a failure of the same name; a re-run follows a success. */
function isFirstAttempt(world: World, build: FakeBuild): boolean {
  const ids = world.buildIdsOfCommit(world.project(build.projectId), build.sha) ?? [];
  const before = ids.map((id) => world.build(id)).filter(({ id, name }) => id < build.id && name === build.name);
  return before.at(-1)?.status !== 'failed';
}

function addHistory(world: World, seed: Seed, sha: string, daysAgo: number): void {
  const at = world.now() - daysAgo * 86_400_000;
  const title = daysAgo === 1 ? 'Speed up the integration tests' : 'Add a pages site';
  world.addCommit(seed.project, { sha, title, createdAt: new Date(at).toISOString() });
  for (const [index, { stage, name, ticks, coverage }] of jobs.filter(({ manual }) => !manual).entries()) {
    const createdAt = at + index * 20_000;
    const ended = { status: 'success', finishedAt: createdAt + ticks * 4000, trace: success(coverage ?? null) };
    const by = { user: seed.username, runner: 'docker-01' };
    world.addBuild(seed.project, { sha, ref: seed.ref, stage, name, createdAt, coverage, ...ended, ...by });
  }
}

function files(name: string, lines: number): Readonly<Record<string, string>> {
  const content = Array.from({ length: lines }, (_, line) => `line ${line} of ${name}\n`).join('');
  return { [name]: content, 'README.txt': `Made by the build that has ${name}.\n` };
}

function greeting({ name }: FakeBuild, runner: string): string {
  return [
    `gitlab-ci-multi-runner 1.0.4 (014aa8c) on ${runner}`,
    'Using Docker executor with image ruby:2.2 ...',
    'Cloning repository...',
    `${green(`$ bundle exec rake ${JSON.stringify(name)}`)}\n`,
  ].join('\n');
}

function success(coverage: number | null): string {
  const covered = coverage === null ? '' : `(${coverage}%) covered\n`;
  return `${covered}\n${green('Build succeeded')}\n`;
}

const failure = `\u001b[31;1mExpected 200, got 503\u001b[0;m\n\n\u001b[31;1mERROR: Build failed with: exit code 1\u001b[0;m\n`;

function green(text: string): string {
  return `\u001b[32;1m${text}\u001b[0;m`;
}

function gray(text: string): string {
  return `\u001b[30;1m${text}\u001b[0;m`;
}
