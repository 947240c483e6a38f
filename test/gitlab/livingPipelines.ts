import {
  cleanUpTicks,
  delayTicks,
  failure,
  greeting,
  type Job,
  jobNamed,
  jobsOf,
  type Plan,
  reportTicks,
  sceneOf,
  stagesOf,
  step,
  success,
} from './livingJobs';
import { testsOf } from './livingArtifacts';
import type { FakeBuild, MergeRequest, Pipeline, Project } from './model';
import { complete } from './rules';
import type { World } from './world';

/** What is to be run. */
export interface Start {
  readonly plan: Plan;
  readonly sha: string;
  readonly ref: string;
  readonly source: string;
  /** Username. */
  readonly by: string | undefined;
  readonly mergeRequest?: MergeRequest;
}

interface Run {
  readonly plan: Plan;
  readonly pipeline: Pipeline;
  readonly jobs: readonly Job[];
  idleTicks: number;
}

const ticksToRetry = 20;
const weekMs = 7 * 24 * 3_600_000;

/** Moves the pipelines of one project on, and all builds in it: also what somebody else has played, retried or canceled. */
export class LivingPipelines {
  #runs: Run[] = [];
  /** For how many ticks a build has had its present status. */
  readonly #spent = new Map<number, { readonly status: string; readonly ticks: number }>();

  constructor(
    private readonly world: World,
    private readonly project: Project,
    private readonly runners: readonly string[],
    private readonly failuresStay = false,
  ) {}

  begin({ plan, sha, ref, source, by, mergeRequest }: Start): Pipeline {
    const { world, project } = this;
    const jobs = jobsOf(plan, world.profile);
    const stages = stagesOf(jobs);
    const pipeline = world.addPipeline(project, { sha, ref, source, stages, user: by, mergeRequest });
    const [first, ...later] = stages;
    const run = { plan, pipeline, jobs, idleTicks: 0 };
    this.#create(run, first, 'pending', by);
    if (world.profile.stages === 'created') for (const stage of later) this.#create(run, stage, 'created', by);
    this.#create(run, 'external', 'pending', by);
    // Of each kind the newest counts.
    this.#runs = [...this.#runs.filter((each) => each.plan !== plan), run];
    return pipeline;
  }

  /** A newer commit counts: what still runs for the older one is canceled where GitLab does so, and left alone elsewhere. */
  abandon(): void {
    if (sceneOf(this.world.profile).manyPipelines) {
      for (const { pipeline } of this.#runs) this.world.cancelPipeline(pipeline);
    }
    this.#runs = [];
  }

  tick(): void {
    for (const build of this.#all()) this.#move(build);
    this.#startPending();
    for (const run of this.#runs) this.#lead(run);
  }

  /** For how long a pipeline has had nothing more to do; 0 while it has. */
  restedTicks({ id }: Pipeline): number {
    const run = this.#runs.find(({ pipeline }) => pipeline.id === id);
    return run && isDone(run, this.#latest(run)) ? run.idleTicks : 0;
  }

  /** Oldest first. */
  #all(): readonly FakeBuild[] {
    const { world, project } = this;
    return world
      .pipelines(project)
      .flatMap((pipeline) => world.inPipeline(pipeline))
      .sort((a, b) => a.id - b.id);
  }

  #latest({ pipeline }: Run): readonly FakeBuild[] {
    return this.world.inPipeline(pipeline).filter(({ retried }) => !retried);
  }

  #create(run: Run, stage: string | undefined, status: string, user: string | undefined): void {
    const { pipeline, jobs } = run;
    const { sha } = pipeline;
    for (const { name, when, kind } of jobs.filter((job) => job.stage === stage)) {
      const started = when === undefined ? {} : { when, allowFailure: when === 'manual' };
      const report = kind === 'external' ? reportOf(sha) : {};
      this.world.addBuild(this.project, { sha, pipeline, stage, name, status, user, kind, ...started, ...report });
    }
  }

  #move(build: FakeBuild): void {
    const known = this.#spent.get(build.id);
    const ticks = known?.status === build.status ? known.ticks + 1 : 1;
    this.#spent.set(build.id, { status: build.status, ticks });
    if (build.kind === 'bridge') this.#moveBridge(build, ticks);
    else if (build.kind === 'external') this.#moveReport(build, ticks);
    else if (build.status === 'running') this.#work(build, ticks);
    else if (build.status === 'canceling' && ticks >= cleanUpTicks) this.world.setStatus(build, 'canceled');
    else if (build.status === 'scheduled' && ticks >= delayTicks) {
      this.world.update(this.world.setStatus(build, 'pending'), { scheduledAtMs: null });
    }
  }

  #work(build: FakeBuild, ticks: number): void {
    const job = jobNamed(build.name);
    if (!job) return;
    if (ticks < job.ticks) this.world.appendTrace(build, step(build, ticks, job));
    else this.#end(build, job);
  }

  #end(build: FakeBuild, job: Job): void {
    const { world } = this;
    const fails = job.flaky === true && this.#isFirstAttempt(build);
    const { coverage = null, reports = [] } = job;
    const artifacts = (fails ? job.artifactsOfFailure : undefined) ?? job.artifacts;
    const kept = artifacts ? { artifacts, artifactsExpireAtMs: world.now() + weekMs } : {};
    const tests = reports.some(({ fileType }) => fileType === 'junit') ? testsOf(fails) : [];
    world.update(build, { coverage, reports, tests, ...kept });
    world.appendTrace(build, fails ? failure : success(coverage));
    world.setStatus(build, fails ? 'failed' : 'success');
  }

  /** A retry follows a failure of the same name; a re-run follows a success. */
  #isFirstAttempt({ id, name, sha }: FakeBuild): boolean {
    const ids = this.world.buildIdsOfCommit(this.project, sha) ?? [];
    const before = ids.map((each) => this.world.build(each)).filter((each) => each.id < id && each.name === name);
    return before.at(-1)?.status !== 'failed';
  }

  /** It starts a child pipeline and stands as that does. One that is canceled takes its child with it. */
  #moveBridge(bridge: FakeBuild, ticks: number): void {
    const { world } = this;
    const { downstreamId, status, retried } = bridge;
    if (downstreamId === null) {
      if (status === 'pending') this.#startChild(bridge);
      return;
    }
    if (retried) return;
    const child = world.pipeline(downstreamId);
    if (status === 'canceled' && ticks === 1) world.cancelPipeline(child);
    const present = world.pipelineState(child).status;
    const wanted = complete.includes(present) ? present : 'running';
    if (wanted !== status) world.setStatus(bridge, wanted);
  }

  #startChild(bridge: FakeBuild): void {
    const { sha, ref, user } = bridge;
    const child = this.begin({ plan: 'child', sha, ref, by: user?.username, source: 'parent_pipeline' });
    this.world.update(this.world.setStatus(bridge, 'running'), { downstreamId: child.id });
  }

  #moveReport(report: FakeBuild, ticks: number): void {
    const { status, name } = report;
    if (status === 'pending' && ticks >= reportTicks) this.world.setStatus(report, 'running');
    if (status === 'running' && ticks >= (jobNamed(name)?.ticks ?? 0)) this.world.setStatus(report, 'success');
  }

  /** Each runner takes one build at a time, the oldest first. */
  #startPending(): void {
    const { world } = this;
    const builds = world.buildIds(this.project).map((id) => world.build(id));
    const taken = builds.filter(({ status }) => status === 'running' || status === 'canceling');
    const busy = taken.map(({ runner }) => runner?.description);
    const free = this.runners.filter((runner) => !busy.includes(runner));
    const waiting = builds.filter(({ status }) => status === 'pending');
    for (const [index, runner] of free.entries()) {
      const build = waiting[index];
      if (build) world.appendTrace(world.start(build, runner), greeting(build, runner));
    }
  }

  #lead(run: Run): void {
    const latest = this.#latest(run);
    run.idleTicks = latest.some(isActive) ? 0 : run.idleTicks + 1;
    if (this.#beginNextStage(run, latest) || isDone(run, latest) || run.idleTicks <= ticksToRetry) return;
    if (this.failuresStay) return;
    const failed = latest.filter((build) => build.kind === 'build' && ['failed', 'canceled'].includes(build.status));
    for (const build of failed) this.world.retry(build, build.user);
  }

  /**
   * When all stages before have succeeded. GitLab up to 8.10 creates the builds of a stage only then, for whom the last
   * build belongs to; later ones have created them and start them.
   */
  #beginNextStage(run: Run, latest: readonly FakeBuild[]): boolean {
    const inStages = latest.filter(({ kind }) => kind !== 'external');
    const begun = inStages.filter(({ status }) => status !== 'created');
    if (!begun.every(isSettled)) return false;
    const next = stagesOf(run.jobs).find((stage) => !begun.some((build) => build.stage === stage));
    if (next === undefined || begun.length === 0) return false;
    const created = inStages.filter(({ stage, status }) => stage === next && status === 'created');
    const { stages } = this.world.profile;
    if (stages === 'lazy') this.#create(run, next, 'pending', begun.at(-1)?.user?.username);
    for (const build of created) this.#enqueue(build);
    return true;
  }

  #enqueue(build: FakeBuild): void {
    const { world } = this;
    if (build.when === 'manual') world.setStatus(build, world.profile.rules.manualStatus);
    else if (build.when !== 'delayed') world.setStatus(build, 'pending');
    else world.update(world.setStatus(build, 'scheduled'), { scheduledAtMs: world.now() + delayTicks * 1000 });
  }
}

function reportOf(sha: string) {
  const targetUrl = `https://jenkins.example.com/job/acceptance/${parseInt(sha.slice(0, 2), 16)}/`;
  return { targetUrl, description: 'All scenarios' };
}

function isActive({ status }: FakeBuild): boolean {
  return ['pending', 'running', 'canceling', 'scheduled'].includes(status);
}

/** Nothing more to wait for: it passed, or waits for a person. */
function isSettled({ status, when }: FakeBuild): boolean {
  const moves = ['pending', 'running', 'canceling', 'failed', 'canceled'];
  return status === 'success' || (when === 'manual' && !moves.includes(status));
}

function isDone({ jobs }: Run, latest: readonly FakeBuild[]): boolean {
  return latest.length === jobs.length && latest.every(isSettled);
}
