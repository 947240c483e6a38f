import { l10n, MarkdownString, StatusBarAlignment, window, type Disposable, type StatusBarItem } from 'vscode';
import { hasFailed, worstStatus, type Build } from '../core/build';
import { rootPipelines, standingBuilds, type Listing } from '../core/pipeline';
import type { Snapshot, Target } from '../core/snapshot';
import { toTree, type TreeNode } from '../core/tree';
import { viewId } from './buildTree';
import {
  escaped,
  groupDescription,
  pipelineLabel,
  pipelineSubject,
  progressOf,
  shortSha,
  statusCodicon,
  statusLabel,
} from './present';
import { failureSentence, oneLine, stalenessSentence, withoutIcons } from './sentences';

interface Look {
  readonly text: string;
  readonly tooltip: string | MarkdownString;
  /** For screen readers, without the icon. */
  readonly spoken: string;
}

/** One item, how the commit stands; a click focuses the view. */
export class StatusBar implements Disposable {
  private readonly item: StatusBarItem;

  constructor() {
    this.item = window.createStatusBarItem('gitlabBuilds.status', StatusBarAlignment.Left, 0);
    this.item.name = l10n.t('GitLab Builds');
    this.item.command = `${viewId}.focus`;
  }

  show(snapshot: Snapshot | undefined): void {
    const look = snapshot === undefined ? undefined : lookOf(snapshot);
    if (look === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = look.text;
    this.item.tooltip = look.tooltip;
    this.item.accessibilityInformation = { label: look.spoken };
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}

/** undefined: there is no GitLab project to speak of. */
function lookOf(snapshot: Snapshot): Look | undefined {
  switch (snapshot.kind) {
    case 'noProject':
      return undefined;
    case 'signedOut':
      return snapshot.known ? plain('key', l10n.t('sign in'), l10n.t('Not signed in to {0}', snapshot.url)) : undefined;
    case 'loading':
      return plain('sync~spin', l10n.t('builds'), l10n.t('Loading the builds of {0}', shortSha(snapshot.target.sha)));
    case 'failed':
      return plain('warning', l10n.t('builds'), failureSentence(snapshot.failure));
    case 'ready':
      return lookOfBuilds(snapshot);
    default:
      return snapshot satisfies never;
  }
}

function plain(icon: string, words: string, tooltip: string): Look {
  return { text: `$(${icon}) ${words}`, tooltip, spoken: `${l10n.t('GitLab Builds')}, ${tooltip}` };
}

function lookOfBuilds(snapshot: Extract<Snapshot, { kind: 'ready' }>): Look {
  const { target, stale } = snapshot;
  const builds = standingBuilds(snapshot);
  const worst = worstStatus(builds) ?? rootPipelines(snapshot)[0]?.status;
  const old = stale === undefined ? '' : ' $(history)';
  if (worst === undefined) {
    const nothing = l10n.t('No builds for {0}', shortSha(target.sha));
    const tooltip = stale === undefined ? nothing : `${nothing}. ${stalenessSentence(stale)}`;
    return plain('circle-large-outline', `${l10n.t('no builds')}${old}`, tooltip);
  }
  const words = summary(builds, worst);
  return {
    text: `${statusCodicon(worst)} ${words}${old}`,
    tooltip: stageTable(target, snapshot, stale === undefined ? undefined : stalenessSentence(stale)),
    spoken: `${l10n.t('GitLab Builds')}, ${words}, ${shortSha(target.sha)}`,
  };
}

/** "failed: rspec +1", "3/7 test", "passed"; icons in outside text are not drawn. */
function summary(builds: readonly Build[], worst: string): string {
  const failing = builds.filter(hasFailed);
  const [first] = failing;
  const more = failing.length > 1 ? ` +${failing.length - 1}` : '';
  if (first !== undefined) return l10n.t('failed: {0}{1}', shortened(first.name), more);
  const { ended, stage } = progressOf(builds);
  return stage === undefined ? statusLabel(worst) : `${ended}/${builds.length} ${shortened(stage)}`;
}

function shortened(text: string): string {
  const line = withoutIcons(oneLine(text));
  return line.length > 30 ? `${line.slice(0, 29)}…` : line;
}

function stageTable({ ref, sha }: Target, listing: Listing, stale: string | undefined): MarkdownString {
  const rows = toTree(listing, 'stage', []).flatMap((node) =>
    node.kind === 'pipeline' ? [pipelineRow(node, sha), ...node.children.flatMap(stageRow)] : stageRow(node),
  );
  const head = [ref, shortSha(sha)].flatMap((part) => (part === undefined ? [] : `**${escaped(part)}**`)).join(' · ');
  const tail = stale === undefined ? [] : ['', escaped(stale)];
  // `escaped` also breaks `$(…)`, so only our own icons are drawn.
  return new MarkdownString([head, '', '| | |', '|:--|:--|', ...rows, ...tail].join('\n'), true);
}

function pipelineRow({ pipeline, status }: Extract<TreeNode, { kind: 'pipeline' }>, sha: string): string {
  const subject = escaped(pipelineSubject(pipeline, sha));
  return `| **${escaped(pipelineLabel(pipeline))}** | ${statusCodicon(status)} ${subject} |`;
}

function stageRow(node: TreeNode): readonly string[] {
  if (node.kind !== 'stage') return [];
  const name = node.isExternal ? l10n.t('External') : node.stage;
  return [`| ${escaped(name)} | ${statusCodicon(node.status)} ${escaped(groupDescription(node.builds))} |`];
}
