import { l10n, ProgressLocation, window } from 'vscode';
import { canCancel, hasFailed, statusClass, type Build } from '../../core/build';
import { GitLabError } from '../../core/errors';
import type { GitLabClient } from '../../core/gitlab/client';
import { standingBuilds } from '../../core/pipeline';
import { listingOf, type Target } from '../../core/snapshot';
import { Refusal } from '../report';
import { canceling, retrying, type Action } from './buildActions';
import { taskOn, whyNot } from './buildTask';
import type { Command, CommandContext } from './command';
import { perform, type Task } from './perform';
import { buildsIn, rowsOf, shownTarget } from './subjects';

/** Something done to all builds that need it. */
interface Bulk {
  readonly name: 'retry' | 'cancel';
  readonly action: Action;
  /** Where one of these is, there is something to do. */
  readonly calls: (build: Build) => boolean;
  /** What GitLab takes along when it does it to a whole pipeline. */
  readonly takes: (build: Build) => boolean;
  readonly none: string;
  readonly title: (builds: readonly Build[]) => string;
  readonly done: (pipeline: number) => string;
}

const retryingFailed = (): Bulk => ({
  name: 'retry',
  action: retrying(),
  calls: hasFailed,
  takes: ({ kind, status }) => kind === undefined && ['failed', 'canceled'].includes(status),
  none: l10n.t('No build has failed here.'),
  title: (builds) => {
    const canceled = builds.filter(({ status }) => status === 'canceled').length;
    if (canceled > 0) {
      const failed = builds.length - canceled;
      return l10n.t('Retrying {0} builds: {1} failed, {2} cancelled', builds.length, failed, canceled);
    }
    return builds.length === 1
      ? l10n.t('Retrying 1 failed build')
      : l10n.t('Retrying {0} failed builds', builds.length);
  },
  done: (pipeline) => l10n.t('What failed in pipeline #{0} runs again', pipeline),
});

const cancelingActive = (): Bulk => ({
  name: 'cancel',
  action: canceling(),
  calls: ({ status }) => ['active', 'notStarted'].includes(statusClass(status)),
  takes: canCancel,
  none: l10n.t('No build is active here.'),
  title: (builds) => {
    const waiting = builds.filter(({ status }) => statusClass(status) === 'waiting').length;
    if (waiting > 0) {
      const active = builds.length - waiting;
      return l10n.t('Cancelling {0} builds: {1} active, {2} waiting', builds.length, active, waiting);
    }
    return builds.length === 1
      ? l10n.t('Cancelling 1 active build')
      : l10n.t('Cancelling {0} active builds', builds.length);
  },
  done: (pipeline) => l10n.t('Pipeline #{0} is cancelled', pipeline),
});

export const retryFailed: Command = (context, args) => performAll(context, args, retryingFailed());

export const cancelActive: Command = (context, args) => performAll(context, args, cancelingActive());

async function performAll(context: CommandContext, args: readonly unknown[], bulk: Bulk): Promise<void> {
  const target = shownTarget(context);
  const { whole, single } = scopeOf(context, args);
  const able = (build: Build) => bulk.calls(build) && bulk.action.can(build);
  const pipelines = whole
    .filter(({ builds }) => builds.some((build) => able(build) && bulk.takes(build)))
    .map(({ id, builds }) => ({ id, builds: builds.filter((build) => bulk.action.can(build) && bulk.takes(build)) }));
  const builds = [...single, ...whole.flatMap((pipeline) => pipeline.builds.filter(isLeftAlone))].filter(able);
  const all = [...pipelines.flatMap((pipeline) => pipeline.builds), ...builds];
  if (all.length === 0) throw new Refusal(reasonFor(context, bulk, [...whole.flatMap((one) => one.builds), ...single]));
  const tasks = [
    ...pipelines.map(({ id, builds: those }) => taskOnPipeline(context, target, bulk, id, those)),
    ...builds.map((build) => taskOn(context, target, bulk.action, build)),
  ];
  const options = { location: ProgressLocation.Notification, title: bulk.title(all) };
  await window.withProgress(options, () => perform(context, target, tasks));
}

/** A bridge that could not start its pipeline: GitLab leaves it out when it retries a pipeline. */
function isLeftAlone({ kind, downstream }: Build): boolean {
  return kind === 'bridge' && downstream === undefined;
}

function reasonFor(context: CommandContext, { calls, action, none }: Bulk, builds: readonly Build[]): string {
  const calling = builds.find(calls);
  return calling === undefined ? none : whyNot(context, action, calling);
}

interface Scope {
  /** Pipelines that are meant as a whole. */
  readonly whole: readonly { readonly id: number; readonly builds: readonly Build[] }[];
  readonly single: readonly Build[];
}

/** The rows' builds as they are now, or all by which the commit stands; by pipeline where the rows say so. */
function scopeOf({ session }: CommandContext, args: readonly unknown[]): Scope {
  const listing = listingOf(session.snapshot);
  const rows = rowsOf(args);
  const known = new Set(listing.pipelines.map(({ id }) => id));
  const meant =
    rows.length === 0 ? standingBuilds(listing) : rows.filter(({ kind }) => kind === 'pipeline').flatMap(buildsIn);
  const ids = [...new Set(meant.flatMap(({ pipeline = -1 }) => (known.has(pipeline) ? pipeline : [])))];
  const wanted = new Set([...meant, ...rows.flatMap(buildsIn)].map(({ id }) => id));
  return {
    whole: ids.map((id) => ({ id, builds: listing.builds.filter(({ pipeline }) => pipeline === id) })),
    single: listing.builds.filter(({ id, pipeline = -1 }) => wanted.has(id) && !ids.includes(pipeline)),
  };
}

/** In one request; where this GitLab has none for it, the builds one by one. */
function taskOnPipeline(
  context: CommandContext,
  target: Target,
  { name, action, done }: Bulk,
  id: number,
  builds: readonly Build[],
): Task {
  const run = async (client: GitLabClient, signal: AbortSignal): Promise<void> => {
    try {
      await client.actOnPipeline(target.project, id, name, signal);
      context.report.done(done(id));
    } catch (error) {
      if (!isMissing(error)) throw error;
      for (const build of builds) await taskOn(context, target, action, build).run(client, signal);
    }
  };
  return { kind: 'pipeline', title: l10n.t('Pipeline #{0}', id), entry: `${name} of pipeline ${id}`, run };
}

function isMissing(error: unknown): boolean {
  return error instanceof GitLabError && ['unsupported', 'notFound'].includes(error.failure.kind);
}
