import { l10n } from 'vscode';
import { flatten } from '../../core/model/arrange';
import { statusClass, type Build } from '../../core/model/build';
import type { Pipeline } from '../../core/model/pipeline';
import { listingOf, type Snapshot } from '../../core/model/snapshot';
import { verdictOf } from '../../core/model/verdict';
import type { Report } from '../report';
import type { RepositoryView, ViewState } from '../../core/session/repositoryView';
import { can } from '../../core/model/abilities';
import { watchedBuildSentence, watchedPipelineSentence } from '../text/watchText';

/** A watched build or pipeline, by id. */
export interface Watched {
  readonly root: string;
  readonly kind: 'build' | 'pipeline';
  readonly id: number;
}

interface WatchesPort {
  readonly report: Pick<Report, 'guard' | 'announce'>;
  /** Runs one of our commands, named without `gitlabBuilds.`. Never rejects. */
  act(command: string, ...args: readonly unknown[]): Promise<void>;
}

interface End {
  readonly failed: boolean;
  readonly sentence: string;
  /** Build whose log to offer. */
  readonly build: Build | undefined;
}

/** Notifies once when something watched has finished, regardless of settings and visibility. */
export class Watches {
  private watched: readonly Watched[] = [];

  constructor(private readonly port: WatchesPort) {}

  add(one: Watched): void {
    this.watched = [...this.watched.filter((other) => !isSame(one, other)), one];
  }

  show({ repositories }: ViewState): void {
    if (this.watched.length > 0) for (const repository of repositories) this.look(repository);
  }

  private look({ root, snapshot }: RepositoryView): void {
    for (const one of this.watched.filter((each) => each.root === root)) {
      const end = endOf(one, snapshot);
      if (end === undefined) continue;
      this.watched = this.watched.filter((other) => other !== one);
      void this.port.report.guard('watch', () => this.tell(one, end));
    }
  }

  private async tell({ root }: Watched, { failed, sentence, build }: End): Promise<void> {
    const showLog = l10n.t('Show Log');
    const buttons = build !== undefined && can(build, 'openLog') ? [showLog] : [];
    const chosen = await this.port.report.announce(failed ? 'warning' : 'information', sentence, ...buttons);
    if (chosen === showLog) await this.port.act('openLog', { build: build?.id, repository: root });
  }
}

function isSame(a: Watched, b: Watched): boolean {
  return a.root === b.root && a.kind === b.kind && a.id === b.id;
}

/** How the watched item finished; undefined if it is still running or unknown. */
function endOf({ kind, id }: Watched, snapshot: Snapshot | undefined): End | undefined {
  const { builds, pipelines } = listingOf(snapshot);
  if (kind === 'build') {
    const build = flatten(builds).find((one) => one.id === id);
    return build === undefined ? undefined : endOfBuild(build);
  }
  const pipeline = pipelines.find((one) => one.id === id);
  return pipeline === undefined ? undefined : endOfPipeline(pipeline, builds, pipelines);
}

function endOfBuild(build: Build): End | undefined {
  if (statusClass(build.status) !== 'ended') return undefined;
  return { failed: build.status === 'failed', sentence: watchedBuildSentence(build), build };
}

function endOfPipeline(pipeline: Pipeline, builds: readonly Build[], all: readonly Pipeline[]): End | undefined {
  const ids = withChildren(pipeline.id, builds);
  const verdict = verdictOf({
    builds: builds.filter((build) => build.pipeline !== undefined && ids.has(build.pipeline)),
    pipelines: all.filter(({ id }) => ids.has(id)),
  });
  if (verdict.isOpen || verdict.builds.length === 0) return undefined;
  const [build] = verdict.failed;
  return { failed: build !== undefined, sentence: watchedPipelineSentence(pipeline, verdict), build };
}

/** Ids of the pipeline and of all pipelines below its bridges. */
function withChildren(id: number, builds: readonly Build[]): ReadonlySet<number> {
  const ids = new Set([id]);
  for (const each of ids)
    for (const { pipeline, downstream } of builds)
      if (pipeline === each && downstream !== undefined) ids.add(downstream);
  return ids;
}
