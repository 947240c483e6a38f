import { l10n, ProgressLocation, window } from 'vscode';
import { canCancel, canErase, canRetry, hasFailed, type Build } from '../../core/build';
import { isAbort } from '../../core/errors';
import type { GitLabClient } from '../../core/gitlab/client';
import type { BuildAction } from '../../core/gitlab/dialect';
import { inTurns } from '../../core/inTurns';
import { buildsOf } from '../../core/snapshot';
import { viewId } from '../buildTree';
import { buildTitle, formatSize, statusLabel } from '../present';
import { Refusal, sentenceFor } from '../report';
import type { Command, CommandContext } from './command';
import { buildsIn, rowsOf, shownTarget, subjectsOf, type Question, type Subjects } from './subjects';

interface Action extends Question {
  readonly name: BuildAction;
  /** Why a build that could a moment ago no longer can. */
  readonly late: (build: Build) => string;
  readonly done: (before: Build, after: Build) => string;
}

const atOnce = 4;

const retrying = (): Action => ({
  name: 'retry',
  can: canRetry,
  pick: l10n.t('Builds to retry'),
  none: l10n.t('No build here can be retried: only those that have ended can.'),
  late: (build) => l10n.t('{0} is {1} and cannot be retried.', buildTitle(build), statusLabel(build.status)),
  done: (before, after) => l10n.t('{0} runs again as #{1}', buildTitle(before), after.id),
});

const canceling = (): Action => ({
  name: 'cancel',
  can: canCancel,
  pick: l10n.t('Builds to cancel'),
  none: l10n.t('No build here can be cancelled: all have ended.'),
  late: (build) => l10n.t('{0} is {1} and cannot be cancelled.', buildTitle(build), statusLabel(build.status)),
  done: (_before, after) => l10n.t('{0} is {1}', buildTitle(after), statusLabel(after.status)),
});

const erasing = (): Action => ({
  name: 'erase',
  can: canErase,
  pick: l10n.t('Builds to erase'),
  none: l10n.t('No build here can be erased: only those that have ended can.'),
  late: (build) => l10n.t('{0} is {1} and cannot be erased.', buildTitle(build), statusLabel(build.status)),
  done: (_before, after) => l10n.t('{0} is erased', buildTitle(after)),
});

export const retry: Command = async (context, args) => {
  const action = retrying();
  await perform(context, action, await subjectsOf(context, args, action));
};

export const cancel: Command = async (context, args) => {
  const action = canceling();
  await perform(context, action, await subjectsOf(context, args, action));
};

export const erase: Command = async (context, args) => {
  const action = erasing();
  const subjects = await subjectsOf(context, args, action);
  if (subjects.builds.length === 0 || !(await mayErase(context, subjects.builds))) return;
  await perform(context, action, subjects);
};

export const retryFailed: Command = async (context, args) => {
  const builds = inScope(context, args).filter((build) => hasFailed(build) && canRetry(build));
  if (builds.length === 0) throw new Refusal(l10n.t('No build has failed here.'));
  const title =
    builds.length === 1 ? l10n.t('Retrying 1 failed build') : l10n.t('Retrying {0} failed builds', builds.length);
  await announced(title, () => perform(context, retrying(), { target: shownTarget(context), builds }));
};

export const cancelActive: Command = async (context, args) => {
  const builds = inScope(context, args).filter(canCancel);
  if (builds.length === 0) throw new Refusal(l10n.t('No build is active here.'));
  const title =
    builds.length === 1 ? l10n.t('Cancelling 1 active build') : l10n.t('Cancelling {0} active builds', builds.length);
  await announced(title, () => perform(context, canceling(), { target: shownTarget(context), builds }));
};

/** The rows' builds as they are now, or all of the commit. */
function inScope({ session }: CommandContext, args: readonly unknown[]): readonly Build[] {
  const rows = rowsOf(args);
  const wanted = new Set(rows.flatMap(buildsIn).map(({ id }) => id));
  return buildsOf(session.snapshot).filter(({ id }) => rows.length === 0 || wanted.has(id));
}

async function announced(title: string, work: () => Promise<void>): Promise<void> {
  await window.withProgress({ location: ProgressLocation.Notification, title }, work);
}

async function mayErase({ report }: CommandContext, builds: readonly Build[]): Promise<boolean> {
  const [first] = builds;
  const question =
    builds.length === 1 && first !== undefined
      ? l10n.t('Erase build {0}?', buildTitle(first))
      : l10n.t('Erase {0} builds?', builds.length);
  const lines = builds.slice(0, 12).map((build) => `${buildTitle(build)}: ${whatGoes(build)}`);
  const rest = builds.length > lines.length ? [l10n.t('… and {0} more', builds.length - lines.length)] : [];
  const detail = [...lines, ...rest, '', l10n.t('This cannot be undone.')].join('\n');
  return report.confirm(question, detail, l10n.t('Erase'));
}

function whatGoes({ artifacts }: Build): string {
  if (artifacts === undefined) return l10n.t('its log is removed from GitLab; it has no artifacts.');
  return l10n.t('its log and its artifacts ({0}) are removed from GitLab.', formatSize(artifacts.size));
}

/** Each build is looked at right before and after; then all are loaded anew. Some may fail while others succeed. */
async function perform(context: CommandContext, action: Action, { target, builds }: Subjects): Promise<void> {
  if (builds.length === 0) return;
  const { session, report, log } = context;
  const failures: { readonly build: Build; readonly error: unknown }[] = [];
  await window.withProgress({ location: { viewId } }, async () => {
    const client = context.clients.of(target.instance);
    await inTurns(builds.length, atOnce, async (index) => {
      const build = builds[index];
      if (build === undefined) return;
      await performOn(context, client, action, target.project, build).catch((error: unknown) =>
        failures.push({ build, error }),
      );
    });
    await session.refresh();
  });
  const [first] = failures;
  if (first === undefined) return;
  if (builds.length === 1 || isAbort(first.error)) throw first.error;
  for (const { build, error } of failures) log.warn(`${action.name} of ${build.id}: ${sentenceFor(error)}`);
  const example = `${buildTitle(first.build)}: ${sentenceFor(first.error)}`;
  report.done(l10n.t('{0} of {1} done', builds.length - failures.length, builds.length));
  throw new Refusal(l10n.t('{0} of {1} builds were refused. {2}', failures.length, builds.length, example));
}

async function performOn(
  { session, report }: CommandContext,
  client: GitLabClient,
  action: Action,
  project: string,
  { id }: Build,
): Promise<void> {
  const { signal } = new AbortController(); // Every request has its time limit; an action under way is not called off.
  const before = await client.build(project, id, signal);
  session.update(before);
  if (!action.can(before)) throw new Refusal(action.late(before));
  const answer = await client.act(project, id, action.name, signal);
  const after = await client.build(project, answer.id, signal);
  session.update(after);
  report.done(action.done(before, after));
}
