import { l10n, window } from 'vscode';
import { knownStatuses } from '../../core/model/build';
import { buildsOf, listingOf } from '../../core/model/snapshot';
import { groupings, type Grouping } from '../../core/model/tree';
import { viewId } from '../tree/buildTree';
import { statusCodicon, statusLabel } from '../text/buildText';
import { withoutIcons } from '../text/failures';
import { failedBuilds } from '../../core/model/verdict';
import { folderOf } from '../git/vscodeGit';
import { UserError } from '../report';
import type { Command, CommandContext } from './command';
import { rowsOf, rootOfReference, toReference } from './targets';

/** Refreshes the row's repository, or all. */
export const refresh: Command = async ({ session }, args) => {
  const [row] = rowsOf(args);
  await window.withProgress({ location: { viewId } }, () => session.refresh(row?.root));
};

export const groupBy: Command = async ({ session, settings }) => {
  const root = folderOf(session, session.active);
  const current = settings.groupBy(root);
  const items = groupings.map((grouping) => ({
    label: groupingLabel(grouping),
    description: grouping === current ? l10n.t('current') : '',
    grouping,
  }));
  const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('Group builds by') });
  if (chosen !== undefined) await settings.setGroupBy(chosen.grouping, root);
};

function groupingLabel(grouping: Grouping): string {
  const words: Readonly<Record<Grouping, string>> = {
    stageAndStatus: l10n.t('Stage, then status'),
    stage: l10n.t('Stage'),
    status: l10n.t('Status'),
    none: l10n.t('None (one list)'),
  };
  return words[grouping];
}

/** Lets the user select from the present statuses and those already in the filter. */
export const filter: Command = async ({ session, tree }) => {
  const builds = session.state.repositories.flatMap(({ snapshot }) => buildsOf(snapshot));
  const counts = new Map<string, number>(tree.filtered.map((status) => [status, 0]));
  for (const { status } of builds) counts.set(status, (counts.get(status) ?? 0) + 1);
  const order = (status: string) => (knownStatuses.includes(status) ? knownStatuses.indexOf(status) : -1);
  const items = [...counts]
    .sort(([a], [b]) => order(a) - order(b))
    .map(([status, count]) => ({
      label: `${statusCodicon(status)} ${withoutIcons(statusLabel(status))}`,
      description: String(count),
      picked: tree.filtered.includes(status),
      status,
    }));
  const placeHolder = l10n.t('Select the statuses to show. None selected shows all builds.');
  const chosen = await window.showQuickPick(items, { placeHolder, canPickMany: true });
  if (chosen !== undefined) tree.showOnly(chosen.map(({ status }) => status));
};

export const clearFilter: Command = ({ tree }) => {
  tree.showOnly([]);
  return Promise.resolve();
};

export const showFailedOnly: Command = ({ tree }) => {
  tree.showOnly(['failed']);
  return Promise.resolve();
};

interface FailedBuild {
  readonly root: string;
  readonly build: number;
}

/**
 * Selects the failed build after the selected one, wrapping around; with the argument `{ build, repository? }`, that
 * build. Skips allowed failures.
 */
export const nextFailed: Command = async (context, args) => {
  const reference = toReference(args[0]);
  const place =
    reference === undefined ? nextOf(context) : { root: rootOfReference(context, reference), build: reference.build };
  if (place === undefined) throw new UserError(l10n.t('No failed builds.'));
  await context.tree.showBuild(place.root, place.build);
};

function nextOf(context: CommandContext): FailedBuild | undefined {
  const failedBuilds = failedBuildsOf(context);
  const [selected] = context.tree.view.selection;
  const build = selected?.node.kind === 'build' ? selected.node.build.id : undefined;
  const current = failedBuilds.findIndex((place) => place.root === selected?.root && place.build === build);
  return failedBuilds[(current + 1) % failedBuilds.length];
}

/** Failed builds in row order, those of the active repository first. */
function failedBuildsOf({ session }: CommandContext): readonly FailedBuild[] {
  const { repositories, active } = session.state;
  return [...repositories]
    .sort((a, b) => Number(b.root === active) - Number(a.root === active) || a.name.localeCompare(b.name))
    .flatMap(({ root, snapshot }) => failedBuilds(listingOf(snapshot)).map(({ id }) => ({ root, build: id })));
}
