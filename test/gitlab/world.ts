import type { ArchiveInit } from './archive';
import type { FakeBuild, Pipeline, User } from './model';
import { canCancel, canErase, canPlay, canRetry, timesFor } from './rules';
import { Store } from './store';

type Fixed = 'id' | 'projectId' | 'pipelineId' | 'sha' | 'artifacts' | 'trace';
type Changes = Partial<Omit<FakeBuild, Fixed>> & {
  readonly artifacts?: ArchiveInit | null;
  readonly trace?: string | Buffer;
};

interface Id {
  readonly id: number;
}

/** All that one GitLab holds, and what can happen to it. No HTTP here; time comes from outside. */
export class World extends Store {
  /** Forces any status, also one that GitLab of this version does not know, with the times that go with it. */
  setStatus({ id }: Id, status: string): FakeBuild {
    const build = this.build(id);
    const changed = this.replace({ ...build, status, ...timesFor(status, build, this.now()) });
    if (isFree(changed) && !isFree(build)) this.#release(changed);
    return changed;
  }

  /** A runner takes it. */
  start({ id }: Id, runner: string): FakeBuild {
    return this.update(this.setStatus({ id }, 'running'), { runner: this.runner(runner) });
  }

  update({ id }: Id, { artifacts, trace, ...changes }: Changes): FakeBuild {
    const build = { ...this.build(id), ...changes };
    return this.replace({
      ...build,
      artifacts: artifacts === undefined ? build.artifacts : artifacts && this.archive(artifacts),
      trace: trace === undefined ? build.trace : Buffer.from(trace),
    });
  }

  appendTrace({ id }: Id, text: string): FakeBuild {
    const build = this.build(id);
    return this.replace({ ...build, trace: Buffer.concat([build.trace, Buffer.from(text)]) });
  }

  /** A finished build stays as it is: GitLab calls that no error. A graceful runner ends the build itself, later. */
  cancel({ id }: Id): FakeBuild {
    const build = this.build(id);
    if (!canCancel(this.profile, build)) return build;
    const isGraceful = this.profile.rules.gracefulCancel && build.runner?.graceful === true;
    return this.setStatus(build, isGraceful && build.status === 'running' ? 'canceling' : 'canceled');
  }

  /** Ends what is `canceling`, and nothing else: a running build keeps running. */
  forceCancel({ id }: Id): FakeBuild {
    const build = this.build(id);
    return build.status === 'canceling' ? this.setStatus(build, 'canceled') : build;
  }

  /** A new build with a new id; the old one stays. On early versions nothing marks it, and the new one belongs to no user. */
  /** Without inputs the new attempt takes those of the one before. */
  retry({ id }: Id, by: User | null = null, inputs?: FakeBuild['inputs']): FakeBuild {
    const build = this.build(id);
    if (!canRetry(this.profile, build)) throw new Error(`build ${id} is not retryable`);
    const attempt = this.#attempt(build, by);
    return inputs === undefined ? attempt : this.update(attempt, { inputs });
  }

  /** Starts a manual or delayed build; one that has run already becomes a new attempt. */
  play(
    { id }: Id,
    by: User | null = null,
    variables: FakeBuild['variables'] = {},
    inputs: FakeBuild['inputs'] = {},
  ): FakeBuild {
    const build = this.build(id);
    if (!canPlay(this.profile, build)) throw new Error(`build ${id} is not playable`);
    const waits = ['manual', 'scheduled', this.profile.rules.manualStatus].includes(build.status);
    const played = waits ? this.update(build, { user: by ?? build.user }) : this.#attempt(build, by);
    const status = this.#isTaken(played) ? 'waiting_for_resource' : 'pending';
    return this.setStatus(this.update(played, { variables, inputs, scheduledAtMs: null }), status);
  }

  /** Takes log and artifacts away. */
  erase({ id }: Id): FakeBuild {
    const build = this.build(id);
    if (!canErase(build)) throw new Error(`build ${id} is not erasable`);
    return this.replace({
      ...build,
      artifacts: null,
      artifactsExpireAtMs: null,
      reports: [],
      trace: Buffer.alloc(0),
      erasedAtMs: this.now(),
    });
  }

  /** Of each build the latest attempt that failed or was canceled. */
  retryPipeline(pipeline: Pipeline, by: User | null = null): void {
    const latest = this.inPipeline(pipeline).filter(({ retried }) => !retried);
    for (const build of latest) {
      const ended = build.status === 'failed' || build.status === 'canceled';
      if (ended && canRetry(this.profile, build)) this.retry(build, by);
    }
  }

  cancelPipeline(pipeline: Pipeline): void {
    for (const build of this.inPipeline(pipeline)) this.cancel(build);
  }

  #attempt(build: FakeBuild, by: User | null): FakeBuild {
    const { rules } = this.profile;
    if (rules.retryRevivesSkipped) this.#reviveSkipped(build);
    return this.insert({
      ...build,
      id: this.nextBuildId(),
      status: this.#isTaken(build) ? 'waiting_for_resource' : 'pending',
      retried: false,
      createdAtMs: this.now(),
      startedAtMs: null,
      finishedAtMs: null,
      erasedAtMs: null,
      coverage: null,
      user: rules.retriedBy === 'caller' ? by : null,
      runner: null,
      artifacts: null,
      artifactsExpireAtMs: null,
      reports: [],
      trace: Buffer.alloc(0),
      downstreamId: null,
    });
  }

  #reviveSkipped({ pipelineId, stage }: FakeBuild): void {
    const stages = this.pipelineState({ id: pipelineId }).stages.map(({ name }) => name);
    const later = stages.slice(stages.indexOf(stage) + 1);
    for (const build of this.inPipeline({ id: pipelineId })) {
      const isSkipped = build.status === 'skipped' && build.when !== 'manual';
      if (isSkipped && later.includes(build.stage)) this.setStatus(build, 'created');
    }
  }

  #isTaken(build: FakeBuild): boolean {
    const { resourceGroup, id } = build;
    if (resourceGroup === null) return false;
    return this.#ofGroup(build).some(
      (each) => each.id !== id && !isFree(each) && each.status !== 'waiting_for_resource',
    );
  }

  /** The next one of its resource group may start. */
  #release(build: FakeBuild): void {
    if (build.resourceGroup === null || this.#isTaken(build)) return;
    const next = this.#ofGroup(build).find(({ status }) => status === 'waiting_for_resource');
    if (next) this.setStatus(next, 'pending');
  }

  #ofGroup({ projectId, resourceGroup }: FakeBuild): readonly FakeBuild[] {
    const builds = this.buildIds(this.project(projectId)).map((id) => this.build(id));
    return builds.filter((each) => each.resourceGroup === resourceGroup);
  }
}

/** Holds no resource. */
function isFree({ status }: FakeBuild): boolean {
  return !['pending', 'running', 'canceling', 'preparing', 'waiting_for_resource'].includes(status);
}
