import { statusClass } from '../../model/build';
import type { Pipeline } from '../../model/pipeline';
import type { CommitQuestion } from '../dialect';
import { maxBuilds, maxPipelines } from './listingBounds';
import { rowsOfPipeline, type PipelineRows, type ReadBuild } from './pipelineRows';

const pipelinesAtOnce = 6;
/** A finished child pipeline without children of its own. */
export interface EndedRows {
  readonly rows: PipelineRows;
  readonly endState: string;
}

interface AskedRows {
  readonly rows: Promise<PipelineRows>;
  /** Fingerprint that the bridge had reported before the pipeline was requested. */
  readonly endState: string | undefined;
}

/** Builds and child pipelines of pipelines, loaded once per round, a few pipelines at once. */
export class RowsByPipeline {
  private readonly asked = new Map<number, AskedRows>();
  /** Fingerprints that bridges reported in this round, by pipeline id. */
  private readonly endStates = new Map<number, string | undefined>();
  private readonly under: Promise<unknown>[] = [];
  private isStopped = false;
  /** Number of builds that were loaded so far. */
  private count = 0;
  private readonly leftOut = new Set<number>();

  constructor(
    private readonly question: CommitQuestion,
    private readonly read: ReadBuild,
    /** Finished child pipelines of last time, by id: loaded again only if their bridge reports another fingerprint. */
    private readonly ended: ReadonlyMap<number, EndedRows> = new Map(),
  ) {}

  /** Builds and child pipelines of a pipeline; none of one that is left out. */
  of(pipeline: Pipeline): Promise<PipelineRows> {
    const asked = this.asked.get(pipeline.id) ?? this.ask(pipeline);
    this.asked.set(pipeline.id, asked);
    return asked.rows;
  }

  /** Starts loading a pipeline and its children without waiting. A failure is thrown when the result is needed. */
  readonly begin = (pipeline: Pipeline): void => {
    if (this.isStopped || this.asked.has(pipeline.id) || this.asked.size >= maxPipelines) return;
    this.of(pipeline).then(
      ({ children }) => {
        for (const child of children) this.begin(child.pipeline);
      },
      () => undefined,
    );
  };

  /** Stops loading pipelines ahead of time. */
  stop(): void {
    this.isStopped = true;
  }

  /** Whether a pipeline was not loaded because there were enough builds by then. */
  isLeftOut(id: number): boolean {
    return this.leftOut.has(id);
  }

  /** Ids of the child pipelines that have ended. */
  get idsOfEnded(): readonly number[] {
    return [...this.endStates].flatMap(([id, endState]) => (endState === undefined ? [] : id));
  }

  /**
   * Finished child pipelines to remember: those whose bridge reported them as finished before they were requested, and
   * that have no children of their own, since only their own bridges would report those.
   */
  async endedRows(): Promise<ReadonlyMap<number, EndedRows>> {
    const entries: [number, EndedRows][] = [];
    for (const [id, { rows: loading, endState }] of this.asked) {
      if (endState === undefined || endState !== this.endStates.get(id)) continue;
      const rows = await loading;
      if (this.leftOut.has(id)) continue;
      const hasEnded = rows.builds.every(({ kind, status }) => kind !== 'bridge' && statusClass(status) !== 'active');
      if (hasEnded) entries.push([id, { rows, endState }]);
    }
    return new Map(entries);
  }

  private ask(pipeline: Pipeline): AskedRows {
    const { id } = pipeline;
    const endState = this.endStates.get(id);
    const kept = this.ended.get(id);
    const isSame = kept !== undefined && kept.endState === endState;
    const rows = isSame ? Promise.resolve(kept.rows) : this.inTurn(pipeline);
    return { endState, rows: rows.then((loaded) => this.noting(loaded)) };
  }

  /** Loads a pipeline as soon as an earlier one has loaded. */
  private inTurn(pipeline: Pipeline): Promise<PipelineRows> {
    const place = this.asked.size % pipelinesAtOnce;
    const before = this.under[place] ?? Promise.resolve();
    const rows = before.then(() => this.unlessEnough(pipeline));
    this.under[place] = rows.catch(() => undefined);
    return rows;
  }

  private async unlessEnough(pipeline: Pipeline): Promise<PipelineRows> {
    if (this.count >= maxBuilds) {
      this.leftOut.add(pipeline.id);
      return { builds: [], children: [] };
    }
    const rows = await rowsOfPipeline(this.question, this.read, pipeline);
    this.count += rows.builds.length;
    return rows;
  }

  private noting(rows: PipelineRows): PipelineRows {
    for (const { pipeline, endState } of rows.children) this.endStates.set(pipeline.id, endState);
    return rows;
  }
}
