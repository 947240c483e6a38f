import { Accounts, toMs } from './accounts';
import { Archive, type ArchiveInit } from './archive';
import type { BuildInit, Commit, CommitInit, FakeBuild, Pipeline, PipelineInit, Project, Report } from './model';
import { type PipelineState, stateOf } from './pipelineState';
import { timesFor } from './rules';

interface Ci {
  /** Build ids by sha, ascending: GitLab 8.4 to 8.7 keep one CI record for each sha, whatever the ref. */
  readonly ciRecords: Map<string, number[]>;
  readonly buildIds: number[];
  /** Ascending. */
  readonly pipelines: Pipeline[];
}

interface PipelineRecord {
  readonly pipeline: Pipeline;
  /** Builds, bridges and external statuses, ascending. */
  readonly ids: number[];
  readonly latest: Map<string, number>;
  state: PipelineState | undefined;
}

const junitReport: Report = { fileType: 'junit', filename: 'junit.xml.gz', format: 'gzip', size: 2345 };

/** Pipelines and what is in them. */
export class Store extends Accounts {
  readonly #ci = new Map<number, Ci>();
  readonly #pipelines = new Map<number, PipelineRecord>();
  readonly #builds = new Map<number, FakeBuild>();
  readonly #zipping = new Set<Promise<void>>();

  override addCommit(project: Project, init: CommitInit): Commit {
    if (init.ciSkipped) this.#ciOf(project.id).ciRecords.set(init.sha, []);
    return super.addCommit(project, init);
  }

  addPipeline(project: Project, init: PipelineInit): Pipeline {
    const { pipelines } = this.#ciOf(project.id);
    const pipeline: Pipeline = {
      // Far from the ids of builds, so that one is never taken for the other.
      id: 1001 + this.#pipelines.size,
      iid: pipelines.length + 1,
      projectId: project.id,
      sha: init.sha,
      ref: init.ref ?? project.defaultBranch,
      tag: init.tag ?? false,
      source: init.source ?? 'push',
      name: init.name ?? null,
      user: init.user === undefined ? null : this.user(init.user),
      mergeRequestIid: init.mergeRequest?.iid ?? null,
      stages: init.stages ?? [],
      yamlErrors: init.yamlErrors ?? null,
      createdAtMs: toMs(init.createdAt) ?? this.now(),
    };
    pipelines.push(pipeline);
    this.#pipelines.set(pipeline.id, { pipeline, ids: [], latest: new Map(), state: undefined });
    return pipeline;
  }

  pipeline(id: number): Pipeline {
    return this.#pipelineRecord(id).pipeline;
  }

  findPipeline(project: Project, id: number): Pipeline | undefined {
    const pipeline = this.#pipelines.get(id)?.pipeline;
    return pipeline?.projectId === project.id ? pipeline : undefined;
  }

  /** Of a project, ascending. */
  pipelines(project: Project): readonly Pipeline[] {
    return this.#ciOf(project.id).pipelines;
  }

  /** Ids of all that is in a pipeline, ascending. */
  idsOfPipeline({ id }: { readonly id: number }): readonly number[] {
    return this.#pipelineRecord(id).ids;
  }

  inPipeline({ id }: { readonly id: number }): readonly FakeBuild[] {
    return this.#pipelineRecord(id).ids.map((each) => this.build(each));
  }

  pipelineState({ id }: { readonly id: number }): PipelineState {
    const record = this.#pipelineRecord(id);
    record.state ??= stateOf(record.pipeline, this.inPipeline({ id }));
    return record.state;
  }

  /** The bridge that started a pipeline. */
  bridgeOf({ id }: { readonly id: number }): FakeBuild | undefined {
    return [...this.#builds.values()].find(({ downstreamId }) => downstreamId === id);
  }

  addBuild(project: Project, init: BuildInit): FakeBuild {
    const status = init.status ?? 'pending';
    const createdAtMs = toMs(init.createdAt) ?? this.now();
    const times = timesFor(status, { startedAtMs: null, finishedAtMs: null }, createdAtMs);
    const pipeline = this.#pipelineFor(project, init, createdAtMs);
    const kind = init.kind ?? 'build';
    const failureReason = init.failureReason ?? 'script_failure';
    return this.insert({
      id: this.#builds.size + 1,
      projectId: project.id,
      pipelineId: pipeline.id,
      kind,
      sha: pipeline.sha,
      ref: pipeline.ref,
      tag: pipeline.tag,
      stage: init.stage ?? (kind === 'external' ? 'external' : 'test'),
      name: init.name,
      status,
      allowFailure: init.allowFailure ?? false,
      when: init.when ?? 'on_success',
      retried: false,
      createdAtMs,
      startedAtMs: init.startedAt === undefined ? times.startedAtMs : toMs(init.startedAt),
      finishedAtMs: init.finishedAt === undefined ? times.finishedAtMs : toMs(init.finishedAt),
      erasedAtMs: null,
      scheduledAtMs: toMs(init.scheduledAt),
      coverage: init.coverage ?? null,
      user: init.user === undefined ? null : this.user(init.user),
      runner: init.runner === undefined ? null : this.runner(init.runner),
      runnerTags: init.runnerTags ?? [],
      artifacts: init.artifacts ? this.archive(init.artifacts) : null,
      artifactsExpireAtMs: toMs(init.artifactsExpireAt),
      reports: init.reports ?? (init.tests || init.suiteError !== undefined ? [junitReport] : []),
      tests: init.tests ?? [],
      suiteError: init.suiteError ?? null,
      trace: Buffer.from(init.trace ?? ''),
      commands: init.commands ?? true,
      failureReason,
      exitCode: init.exitCode ?? (failureReason === 'script_failure' ? 1 : null),
      stuck: init.stuck ?? false,
      resourceGroup: init.resourceGroup ?? null,
      needs: init.needs ?? null,
      manualConfirmation: init.manualConfirmation ?? null,
      inputsSpec: init.inputsSpec ?? [],
      inputs: {},
      variables: {},
      downstreamId: init.downstream?.id ?? null,
      targetUrl: init.targetUrl ?? null,
      description: init.description ?? null,
    });
  }

  build(id: number): FakeBuild {
    const build = this.#builds.get(id);
    if (!build) throw new Error(`no build ${id}`);
    return build;
  }

  /** A build, bridge or external status of a project. */
  findBuild(project: Project, id: number): FakeBuild | undefined {
    const build = this.#builds.get(id);
    return build?.projectId === project.id ? build : undefined;
  }

  /** Of any project. */
  anyBuild(id: number): FakeBuild | undefined {
    return this.#builds.get(id);
  }

  anyPipeline(id: number): Pipeline | undefined {
    return this.#pipelines.get(id)?.pipeline;
  }

  /** Ids of all builds of a project, ascending; no bridges, no external statuses. */
  buildIds(project: Project): readonly number[] {
    return this.#ciOf(project.id).buildIds;
  }

  /** Ids of a commit's builds, ascending; undefined where the commit never had CI. */
  buildIdsOfCommit(project: Project, sha: string): readonly number[] | undefined {
    return this.#ciOf(project.id).ciRecords.get(sha);
  }

  /** Resolves when all artifacts are zipped. The server waits for it before it answers. */
  async settled(): Promise<void> {
    if (this.#zipping.size === 0) return;
    await Promise.all(this.#zipping);
    this.#zipping.clear();
  }

  protected nextBuildId(): number {
    return this.#builds.size + 1;
  }

  protected insert(build: FakeBuild): FakeBuild {
    const record = this.#pipelineRecord(build.pipelineId);
    const before = record.latest.get(build.name);
    if (before !== undefined) this.replace({ ...this.build(before), retried: true });
    record.latest.set(build.name, build.id);
    record.ids.push(build.id);
    if (build.kind === 'build') this.#list(build);
    return this.replace(build);
  }

  protected replace(build: FakeBuild): FakeBuild {
    this.#pipelineRecord(build.pipelineId).state = undefined;
    this.#builds.set(build.id, build);
    return build;
  }

  protected archive(init: ArchiveInit): Archive {
    const archive = new Archive(init, this.now());
    this.#zipping.add(archive.ready);
    return archive;
  }

  #list({ projectId, sha, id }: FakeBuild): void {
    const { buildIds, ciRecords } = this.#ciOf(projectId);
    const record = ciRecords.get(sha);
    if (record) record.push(id);
    else ciRecords.set(sha, [id]);
    buildIds.push(id);
  }

  #pipelineFor(project: Project, init: BuildInit, createdAtMs: number): Pipeline {
    if (init.pipeline) return this.pipeline(init.pipeline.id);
    const { sha, ref = project.defaultBranch, tag = false } = init;
    const known = this.pipelines(project).findLast(
      (each) => each.sha === sha && each.ref === ref && each.tag === tag && each.source === 'push',
    );
    return known ?? this.addPipeline(project, { sha, ref, tag, user: init.user, createdAt: createdAtMs });
  }

  #pipelineRecord(id: number): PipelineRecord {
    const record = this.#pipelines.get(id);
    if (!record) throw new Error(`no pipeline ${id}`);
    return record;
  }

  #ciOf(projectId: number): Ci {
    const known = this.#ci.get(projectId);
    if (known) return known;
    const made: Ci = { ciRecords: new Map(), buildIds: [], pipelines: [] };
    this.#ci.set(this.project(projectId).id, made);
    return made;
  }
}
