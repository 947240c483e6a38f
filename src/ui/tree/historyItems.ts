import { l10n, ThemeIcon, TreeItem, TreeItemCollapsibleState, type Command } from 'vscode';
import type { Build } from '../../core/model/build';
import type { History, JudgedCommit } from '../../core/model/history';
import { listingOf, targetOf, type Snapshot } from '../../core/model/snapshot';
import { toLogUri } from '../log/logUri';
import { shortName, shortSha, statusIcon, statusLabel } from '../text/buildText';
import { oneLine } from '../text/failures';
import { failingSubject, failingTitle, flakySentence, historySentences } from '../text/historyText';
import { commitTitle } from '../text/mergeTitle';
import { agoWords } from '../text/timeText';
import type { FlakyNode, HistoryCommitNode, HistoryNode, HistoryRowNode } from './treeRows';

/** Position of a row in the tree. */
interface Place {
  readonly root: string;
  readonly snapshot: Snapshot | undefined;
}

/** Rows below a failed build that say since when it has been failing. Their ids start with that of its row. */
export function historyNodes(build: Build, id: string, history: History): readonly (HistoryNode | FlakyNode)[] {
  const { suspects, failing, lastGreen, flaky } = history;
  const causes = new Set(suspects.map(({ commit }) => commit.sha));
  const node = (judged: JudgedCommit, role: HistoryCommitNode['role']): HistoryCommitNode => {
    return { kind: 'historyCommit', id: `${id}/history/${judged.commit.sha}`, build, judged, role, children: [] };
  };
  const children = [
    ...suspects.map((judged) => node(judged, judged.run === undefined ? 'between' : 'firstFailed')),
    ...(lastGreen === undefined ? [] : [node(lastGreen, 'lastPassed')]),
    ...failing.filter(({ commit }) => !causes.has(commit.sha)).map((judged) => node(judged, 'failed')),
  ];
  return [
    { kind: 'history', id: `${id}/history`, build, history, children },
    ...(flaky === undefined ? [] : [{ kind: 'flaky', id: `${id}/flaky`, flaky, children: [] } as const]),
  ];
}

export function historyItem(node: HistoryRowNode, place: Place, now: number): TreeItem {
  switch (node.kind) {
    case 'history':
      return headingItem(node, now);
    case 'historyCommit':
      return commitItem(node, place, now);
    case 'flaky':
      return flakyItem(node);
    default:
      return node satisfies never;
  }
}

/** Tooltip as plain text; undefined if the row says everything. */
export function historyTooltip(node: HistoryRowNode, place: Place): string | undefined {
  switch (node.kind) {
    case 'history':
      return historySentences(node.history).join('\n');
    case 'historyCommit':
      return [titleOf(node, place), oneLine(node.judged.commit.author), node.judged.commit.sha].join('\n');
    case 'flaky':
      return flakySentence(node.flaky);
    default:
      return node satisfies never;
  }
}

/** Heading: `Failing for 3 commits  since abc12345 · 2 days ago`. */
function headingItem({ history, children }: HistoryNode, now: number): TreeItem {
  const label = failingTitle(history);
  const item = new TreeItem(
    label,
    children.length === 0 ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Collapsed,
  );
  item.iconPath = new ThemeIcon('history');
  const first = history.failing.at(-1)?.run;
  const details = [failingSubject(history), agoWords(first?.createdAt, now)].filter((part) => part !== undefined);
  item.description = details.join(' · ');
  item.accessibilityInformation = { label: [label, ...details].join(', ') };
  return item;
}

/** Row of a commit: `Fix the tests  first failed · abc12345 · Ada · 2 days ago`. A click opens the log of its run. */
function commitItem(node: HistoryCommitNode, place: Place, now: number): TreeItem {
  const { commit, run } = node.judged;
  const label = titleOf(node, place);
  const item = new TreeItem(shortName(label), TreeItemCollapsibleState.None);
  item.iconPath = run === undefined ? new ThemeIcon('git-commit') : statusIcon(run.status);
  const details = [roleWords(node), shortSha(commit.sha), oneLine(commit.author), agoWords(run?.createdAt, now)].filter(
    (part) => part !== undefined && part !== '',
  );
  item.description = details.join(' · ');
  item.accessibilityInformation = { label: [label, ...details].join(', ') };
  const click = clickOn(node, place);
  if (click !== undefined) item.command = click;
  return item;
}

function titleOf({ build, judged: { commit } }: HistoryCommitNode, { snapshot }: Place): string {
  const title = oneLine(commitTitle(build.ref, commit.title, listingOf(snapshot).pipelines));
  return title === '' ? shortSha(commit.sha) : title;
}

function roleWords({ role, judged: { run } }: HistoryCommitNode): string {
  switch (role) {
    case 'firstFailed':
      return l10n.t('first failed');
    case 'lastPassed':
      return l10n.t('last passed');
    case 'between':
      return l10n.t('no run seen');
    case 'failed':
      return statusLabel(run?.status ?? '');
    default:
      return role satisfies never;
  }
}

function clickOn({ build, judged: { run } }: HistoryCommitNode, { root, snapshot }: Place): Command | undefined {
  const target = targetOf(snapshot);
  if (run === undefined || target === undefined) return undefined;
  const address = { root, instance: target.instance.url, project: target.project, build: run.id };
  const uri = toLogUri(address, { name: build.name, id: run.id });
  return { title: l10n.t('Open Log'), command: 'vscode.open', arguments: [uri] };
}

function flakyItem({ flaky }: FlakyNode): TreeItem {
  const item = new TreeItem(flakySentence(flaky), TreeItemCollapsibleState.None);
  item.iconPath = new ThemeIcon('pulse');
  item.accessibilityInformation = { label: flakySentence(flaky) };
  return item;
}
