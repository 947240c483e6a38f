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
import { abortedBy, picked } from './prompts';
import type { Command, CommandContext } from './command';
import { subjectOf } from './subjects';
import type { TargetSnapshot } from './targets';

/** Shows since when a build has been failing, and the commits that may have caused it. */
export const sinceWhen: Command = async (context, args) => {
  const subject = await subjectOf(context, args, {
    can: (build) => build.status === 'failed' && can(build, 'tellFailure'),
    pick: l10n.t('Select a build to find out since when it has been failing'),
    none: l10n.t('No failed builds.'),
  });
  if (subject === undefined) return;
  const { build } = subject;
  const title = l10n.t('Looking for runs of {0}', buildTitle(build));
  const history = await window.withProgress(
    { location: { viewId: 'gitlabBuilds.builds' }, title },
    (_progress, token) => loadHistory(context, subject, build, abortedBy(token).signal),
  );
  await show(context, subject, build, history);
};

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
  list.title = l10n.t('Since when has {0} been failing?', withoutIcons(oneLine(build.name)));
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

function toItem({ commit, run }: JudgedCommit, told: string, actions: readonly Action[]): CommitItem {
  const title = withoutIcons(oneLine(told)) || shortSha(commit.sha);
  const status = run === undefined ? l10n.t('no run seen') : statusLabel(run.status);
  return {
    label: `${run === undefined ? '$(git-commit)' : statusCodicon(run.status)} ${title}`,
    description: withoutIcons([shortSha(commit.sha), oneLine(commit.author), status].join(' · ')),
    buttons: actions.map(({ button }) => button),
    actions,
  };
}

function actionsOn(
  { clients }: CommandContext,
  place: TargetSnapshot,
  { commit, run }: JudgedCommit,
): readonly Action[] {
  const { root, target } = place;
  const onBuild = (command: string) => async (): Promise<void> => {
    await commands.executeCommand(command, { build: run?.id, repository: root });
  };
  const openChanges = async (): Promise<void> => {
    const { url } = await clients.of(target.instance).project(target.project, new AbortController().signal);
    await env.openExternal(Uri.parse(`${url}/commit/${commit.sha}`, true));
  };
  const changes = { button: toButton('diff', l10n.t('Open Changes in Browser')), open: openChanges };
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
