import { commands, env, l10n, QuickPickItemKind, ThemeIcon, Uri, window } from 'vscode';
import type { QuickInputButton, QuickPickItem } from 'vscode';
import { can } from '../../core/model/abilities';
import type { Build } from '../../core/model/build';
import { listingOf } from '../../core/model/snapshot';
import type { History, JudgedCommit } from '../../core/model/history';
import { loadHistory } from '../agents/loadHistory';
import { buildTitle, shortSha, statusCodicon, statusLabel } from '../text/buildText';
import { oneLine, withoutIcons } from '../text/failures';
import { historySentences } from '../text/historyText';
import { commitTitle } from '../text/mergeTitle';
import { UserError } from '../report';
import { abortedBy, picked } from './prompts';
import type { Command, CommandContext } from './command';
import { subjectOf } from './subjects';
import { rowsOf, targetSnapshot, type TargetSnapshot } from './targets';

/**
 * Shows since when a build has been failing, and the commits that may have caused it: in rows below its own, or in a list
 * if it has none.
 */
export const sinceWhen: Command = async (context, args) => {
  const subject = await subjectOf(context, args, {
    can: (build) => build.status === 'failed' && can(build, 'explainFailure'),
    pick: l10n.t('Select a build to find out when it started failing'),
    none: l10n.t('No failed builds.'),
  });
  if (subject === undefined) return;
  const { build } = subject;
  const title = l10n.t('Looking for runs of {0}', buildTitle(build));
  const history = await window.withProgress(
    { location: { viewId: 'gitlabBuilds.builds' }, title },
    (_progress, token) => loadHistory(context, subject, build, abortedBy(token).signal),
  );
  context.session.histories.add(subject.root, build, history);
  if (!(await context.tree.revealHistory(subject.root, build.id))) await show(context, subject, build, history);
};

/** Opens the GitLab page of a commit of a build's history, which shows its changes. */
export const openChanges: Command = async (context, args) => {
  const [row] = rowsOf(args);
  if (row?.node.kind !== 'historyCommit') throw new UserError(l10n.t('The rows just changed. Select again.'));
  await openCommit(context, targetSnapshot(context, row.root), row.node.judged);
};

async function openCommit(
  { clients }: CommandContext,
  { target }: TargetSnapshot,
  { commit }: JudgedCommit,
): Promise<void> {
  const { url } = await clients.of(target.instance).project(target.project, new AbortController().signal);
  await env.openExternal(Uri.parse(`${url}/commit/${commit.sha}`, true));
}

/** Something that an item opens. */
interface Action {
  readonly button: QuickInputButton;
  readonly open: () => Promise<void>;
}

interface CommitItem extends QuickPickItem {
  /** The first is what accepting the item does; empty for a heading. */
  readonly actions: readonly Action[];
}

async function show(context: CommandContext, place: TargetSnapshot, build: Build, history: History): Promise<void> {
  const list = window.createQuickPick<CommitItem>();
  list.title = l10n.t('When did {0} start failing?', withoutIcons(oneLine(build.name)));
  list.placeholder = historySentences(history).join(' ');
  list.matchOnDescription = true;
  const { pipelines } = listingOf(context.session.snapshotOf(place.root));
  const titleOf = ({ commit }: JudgedCommit): string => commitTitle(build.ref, commit.title, pipelines);
  list.items = itemsOf(history, (judged) => toItem(judged, titleOf(judged), actionsOn(context, place, judged)));
  list.onDidTriggerItemButton(({ item, button }) => {
    const action = item.actions.find((one) => one.button === button);
    if (action !== undefined) void context.report.guard('sinceWhen', action.open);
  });
  const item = await picked(list);
  await item?.actions[0]?.open();
}

type ToItem = (judged: JudgedCommit) => CommitItem;

/** The commits that may be the cause, then the others on which it failed, then the last on which it passed. */
function itemsOf({ suspects, failing, lastGreen }: History, toItemOf: ToItem): readonly CommitItem[] {
  const causes = new Set(suspects.map(({ commit }) => commit.sha));
  const later = failing.filter(({ commit }) => !causes.has(commit.sha));
  return [
    ...group(l10n.t('May have caused it'), suspects, toItemOf),
    ...group(l10n.t('Failed'), later, toItemOf),
    ...group(l10n.t('Last passed'), lastGreen === undefined ? [] : [lastGreen], toItemOf),
  ];
}

function group(label: string, commits: readonly JudgedCommit[], toItemOf: ToItem): readonly CommitItem[] {
  if (commits.length === 0) return [];
  const heading = { label, kind: QuickPickItemKind.Separator, actions: [] };
  return [heading, ...commits.map(toItemOf)];
}

function toItem({ commit, run }: JudgedCommit, commitTitle: string, actions: readonly Action[]): CommitItem {
  const title = withoutIcons(oneLine(commitTitle)) || shortSha(commit.sha);
  const status = run === undefined ? l10n.t('no run seen') : statusLabel(run.status);
  return {
    label: `${run === undefined ? '$(git-commit)' : statusCodicon(run.status)} ${title}`,
    description: withoutIcons([shortSha(commit.sha), oneLine(commit.author), status].join(' · ')),
    buttons: actions.map(({ button }) => button),
    actions,
  };
}

function actionsOn(context: CommandContext, place: TargetSnapshot, judged: JudgedCommit): readonly Action[] {
  const { run } = judged;
  const onBuild = (command: string) => async (): Promise<void> => {
    await commands.executeCommand(command, { build: run?.id, repository: place.root });
  };
  const openChangesOf = (): Promise<void> => openCommit(context, place, judged);
  const changes = { button: toButton('diff', l10n.t('Open Changes in Browser')), open: openChangesOf };
  if (run === undefined) return [changes];
  return [
    { button: toButton('output', l10n.t('Open Log')), open: onBuild('gitlabBuilds.openLog') },
    changes,
    { button: toButton('link-external', l10n.t('Open in Browser')), open: onBuild('gitlabBuilds.openInBrowser') },
  ];
}

function toButton(icon: string, tooltip: string): QuickInputButton {
  return { iconPath: new ThemeIcon(icon), tooltip };
}
