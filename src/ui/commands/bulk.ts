import { l10n, ProgressLocation, window } from 'vscode';
import { can } from '../../core/model/abilities';
import { hasFailed, isUnderWay, statusClass, type Build } from '../../core/model/build';
import { GitLabError } from '../../core/model/errors';
import type { GitLabClient } from '../../core/gitlab/client';
import { effectOnPipeline, isAnswerLost } from '../../core/gitlab/lostAnswer';
import { buildsThatCount } from '../../core/model/pipeline';
import { listingOf } from '../../core/model/snapshot';
import { UserError } from '../report';
import type { Row, RowNode } from '../tree/treeRows';
import { statusCodicon, statusLabel } from '../text/buildText';
import { withoutIcons } from '../text/failures';
import { pipelineLabel } from '../text/pipelineText';
import { canceling, maybeStarted, retrying, type Action } from '../text/actionText';
import { taskOn, whyNot, perform, type Task } from './buildTasks';
import type { Command, CommandContext } from './command';
import {
  buildsIn,
  inRepository,
  openRoot,
  rootOf,
  rootsOf,
  rowsOf,
  targetSnapshot,
  type TargetSnapshot,
} from './targets';
import { plural } from '../text/plural';

/** An action on all builds of a scope that need it. */
interface Bulk {
  readonly name: 'retry' | 'cancel';
  readonly action: Action;
  /** Whether a build needs the action; without such a build there is nothing to do. */
  readonly calls: (build: Build) => boolean;
  /** Whether GitLab includes the build when it acts on the whole pipeline. */
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
  none: l10n.t('No failed builds.'),
  title: (builds) => {
    const canceled = builds.filter(({ status }) => status === 'canceled').length;
    if (canceled > 0) {
      const failed = builds.length - canceled;
      return l10n.t('Retrying {0} builds: {1} failed, {2} canceled', builds.length, failed, canceled);
    }
    return plural(
      builds.length,
      l10n.t('Retrying {0} failed build', builds.length),
      l10n.t('Retrying {0} failed builds', builds.length),
    );
  },
  done: (pipeline) => l10n.t('Retrying failed builds in pipeline #{0}', pipeline),
});

const cancelingActive = (): Bulk => ({
  name: 'cancel',
  action: canceling(),
  calls: isUnderWay,
  takes: (build) => can(build, 'cancel'),
  none: l10n.t('No active builds.'),
  title: (builds) => {
    const waiting = builds.filter(({ status }) => statusClass(status) === 'waiting').length;
    if (waiting > 0) {
      const active = builds.length - waiting;
      return l10n.t('Canceling {0} builds: {1} active, {2} waiting', builds.length, active, waiting);
    }
    return plural(
      builds.length,
      l10n.t('Canceling {0} active build', builds.length),
      l10n.t('Canceling {0} active builds', builds.length),
    );
  },
  done: (pipeline) => l10n.t('Canceled pipeline #{0}', pipeline),
});

export const retryFailed: Command = (context, args) => performAll(context, scopesOf(context, args), retryingFailed());

export const cancelActive: Command = (context, args) => performAll(context, scopesOf(context, args), cancelingActive());

/** Retries the failed and canceled builds of a pipeline: that of the row, of the argument, or the user's choice. */
export const retryPipeline: Command = (context, args) =>
  performOnPipeline(context, args, { ...retryingFailed(), pick: l10n.t('Select a pipeline to retry') });

/** Cancels a pipeline: that of the row, of the argument, or the user's choice. */
export const cancelPipeline: Command = (context, args) =>
  performOnPipeline(context, args, { ...cancelingActive(), pick: l10n.t('Select a pipeline to cancel') });

interface PipelineBulk extends Bulk {
  /** Placeholder of the quick pick. */
  readonly pick: string;
}

async function performOnPipeline(context: CommandContext, args: readonly unknown[], bulk: PipelineBulk): Promise<void> {
  const reference = toPipelineReference(args[0]);
  const isOfRows = reference === undefined && rowsOf(args).length > 0;
  const scopes = isOfRows ? scopesOf(context, args) : await chosenScope(context, reference, bulk);
  if (scopes !== undefined) await performAll(context, scopes, bulk);
}

interface PipelineReference {
  readonly pipeline: number;
  readonly repository: string | undefined;
}

/** Argument `{ pipeline, repository? }`. Throws UserError if it is malformed. */
function toPipelineReference(value: unknown): PipelineReference | undefined {
  if (typeof value !== 'object' || value === null || 'node' in value || !('pipeline' in value)) return undefined;
  const { pipeline } = value;
  if (typeof pipeline !== 'number')
    throw new UserError(l10n.t('The argument must be {0}.', '{ "pipeline": number, "repository"?: string }'));
  const repository = 'repository' in value && typeof value.repository === 'string' ? value.repository : undefined;
  return { pipeline, repository };
}

/** The pipeline that is named, the only one that has something to do, or the one that the user selects. */
async function chosenScope(
  context: CommandContext,
  reference: PipelineReference | undefined,
  { calls, action, none, pick }: PipelineBulk,
): Promise<readonly RepositoryScope[] | undefined> {
  const { session } = context;
  const named = reference?.repository;
  const { root } = targetSnapshot(context, named === undefined ? rootOf(context, []) : openRoot(session, named));
  const { builds, pipelines } = listingOf(session.snapshotOf(root));
  const known = pipelines.map((pipeline) => ({
    pipeline,
    builds: builds.filter((build) => build.pipeline === pipeline.id),
  }));
  // GitLab up to 8.12 doesn't say which builds belong to which pipeline.
  if (reference === undefined && known.length === 0) return scopesOf(context, []);
  const able =
    reference === undefined
      ? known.filter((one) => one.builds.some((build) => calls(build) && can(build, action.ability)))
      : known.filter(({ pipeline: { id } }) => id === reference.pipeline);
  if (able.length === 0 && reference !== undefined)
    throw new UserError(l10n.t("Pipeline #{0} doesn't belong to the commit that is shown.", reference.pipeline));
  if (able.length === 0) throw new UserError(none);
  const items = able.map(({ pipeline, builds: all }) => ({
    label: `${statusCodicon(pipeline.status)} ${withoutIcons(pipelineLabel(pipeline))}`,
    description: statusLabel(pipeline.status),
    whole: { id: pipeline.id, builds: all },
  }));
  const placeHolder = inRepository(context, root, pick);
  const chosen = items.length === 1 ? items[0] : await window.showQuickPick(items, { placeHolder });
  return chosen && [{ root, whole: [chosen.whole], single: [] }];
}

async function performAll(context: CommandContext, scopes: readonly RepositoryScope[], bulk: Bulk): Promise<void> {
  const shares = scopes.map((scope) => repositoryWork(context, scope, bulk));
  const all = shares.flatMap(({ pipelines, builds }) => [...pipelines.flatMap((one) => one.builds), ...builds]);
  if (all.length === 0) throw new UserError(reasonFor(context, bulk, shares));
  const tasks = shares.flatMap(({ place, pipelines, builds }) => [
    ...pipelines.map((pipeline) => taskOnPipeline(context, place, bulk, pipeline)),
    ...builds.map((build) => taskOn(context, place, bulk.action, build)),
  ]);
  const options = { location: ProgressLocation.Notification, title: bulk.title(all) };
  await window.withProgress(options, () => perform(context, tasks));
}

/** What to do in one repository. */
interface RepositoryWork {
  readonly place: TargetSnapshot;
  /** Pipelines to act on as a whole, with the builds that GitLab includes. */
  readonly pipelines: readonly PipelineBuilds[];
  readonly builds: readonly Build[];
  /** All builds in scope, whether or not they allow the action. */
  readonly meant: readonly Build[];
}

interface PipelineBuilds {
  readonly id: number;
  readonly builds: readonly Build[];
}

function repositoryWork(
  context: CommandContext,
  { root, whole, single }: RepositoryScope,
  { calls, takes, action }: Bulk,
): RepositoryWork {
  const place = targetSnapshot(context, root);
  const able = (build: Build) => calls(build) && can(build, action.ability);
  const pipelines = whole
    .filter(({ builds }) => builds.some((build) => able(build) && takes(build)))
    .map(({ id, builds }) => ({ id, builds: builds.filter((build) => can(build, action.ability) && takes(build)) }));
  const builds = [...single, ...whole.flatMap((pipeline) => pipeline.builds.filter(isLeftAlone))].filter(able);
  return { place, pipelines, builds, meant: [...whole.flatMap((one) => one.builds), ...single] };
}

/** Whether it is a bridge that couldn't start its pipeline, which GitLab skips when it retries a pipeline. */
function isLeftAlone({ kind, downstream }: Build): boolean {
  return kind === 'bridge' && downstream === undefined;
}

function reasonFor(context: CommandContext, { calls, action, none }: Bulk, shares: readonly RepositoryWork[]): string {
  for (const { place, meant } of shares) {
    const calling = meant.find(calls);
    if (calling !== undefined) return whyNot(context, place.target, action, calling);
  }
  return none;
}

interface Scope {
  /** Pipelines that are selected as a whole. */
  readonly whole: readonly PipelineBuilds[];
  readonly single: readonly Build[];
}

interface RepositoryScope extends Scope {
  readonly root: string;
}

/** What the rows mean in each of their repositories. */
function scopesOf(context: CommandContext, args: readonly unknown[]): readonly RepositoryScope[] {
  const rows = rowsOf(args);
  return rootsOf(context, args).map((root) => ({
    root,
    ...scopeOf(
      context,
      root,
      rows.filter((row) => row.root === root),
    ),
  }));
}

/** Current builds of the rows, or all that decide the commit's status; by pipeline for rows of pipelines. */
function scopeOf({ session }: CommandContext, root: string, rows: readonly Row[]): Scope {
  const listing = listingOf(session.snapshotOf(root));
  const known = new Set(listing.pipelines.map(({ id }) => id));
  const isWhole = rows.length === 0 || rows.some(({ node }) => node.kind === 'repository');
  const meant = isWhole
    ? buildsThatCount(listing)
    : rows.flatMap(({ node }) => (node.kind === 'pipeline' ? buildsIn(node) : childBuilds(node)));
  const ids = [...new Set(meant.flatMap(({ pipeline = -1 }) => (known.has(pipeline) ? pipeline : [])))];
  const wanted = new Set([...meant, ...rows.flatMap(({ node }) => buildsActedOn(node))].map(({ id }) => id));
  return {
    whole: ids.map((id) => ({ id, builds: listing.builds.filter(({ pipeline }) => pipeline === id) })),
    single: listing.builds.filter(({ id, pipeline = -1 }) => wanted.has(id) && !ids.includes(pipeline)),
  };
}

/** Builds of the pipeline that a bridge triggered, which the bridge's row represents. */
function childBuilds(node: RowNode): readonly Build[] {
  return node.kind === 'build' ? (node.child?.builds ?? []) : [];
}

function buildsActedOn(node: RowNode): readonly Build[] {
  return childBuilds(node).length > 0 ? childBuilds(node) : buildsIn(node);
}

/** Acts on a pipeline with one request, or on its builds one by one if this GitLab doesn't support that. */
function taskOnPipeline(
  context: CommandContext,
  place: TargetSnapshot,
  { name, action, done }: Bulk,
  { id, builds }: PipelineBuilds,
): Task {
  const title = l10n.t('Pipeline #{0}', id);
  const { project } = place.target;
  const before = listingOf(context.session.snapshotOf(place.root)).pipelines.find((pipeline) => pipeline.id === id);
  const afterLostAnswer = async (client: GitLabClient, lost: Error, signal: AbortSignal): Promise<void> => {
    const after = await client.pipelines.status(project, id, signal).catch(undefinedIfRefused);
    const effect =
      after === undefined || before === undefined ? 'unknown' : effectOnPipeline(name, before.status, after);
    if (effect === 'unknown' && name === 'retry') throw new UserError(maybeStarted(title), 'refresh');
    if (effect !== 'done') throw lost;
    context.report.done(done(id));
  };
  const run = async (client: GitLabClient, signal: AbortSignal): Promise<void> => {
    try {
      await client.pipelines.act(project, id, name, signal);
      context.report.done(done(id));
    } catch (error) {
      if (isAnswerLost(error)) {
        await afterLostAnswer(client, error, signal);
        return;
      }
      if (!isMissing(error)) throw error;
      for (const build of builds) await taskOn(context, place, action, build).run(client, signal);
    }
  };
  return { kind: 'pipeline', place, title, entry: `${name} of pipeline ${id}`, run };
}

function undefinedIfRefused(error: unknown): undefined {
  if (!(error instanceof GitLabError)) throw error;
}

function isMissing(error: unknown): boolean {
  return error instanceof GitLabError && ['unsupported', 'notFound'].includes(error.failure.kind);
}
