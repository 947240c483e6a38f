import {
  l10n,
  MarkdownString,
  StatusBarAlignment,
  window,
  type Command,
  type Disposable,
  type StatusBarItem,
} from 'vscode';
import { isActive } from '../../core/model/build';
import { expectedEnd } from '../../core/model/expectedEnd';
import { systemClock, type Clock } from '../../core/util/timer';
import { isUnpushed, type Ready, type Snapshot, type Target } from '../../core/model/snapshot';
import { toTree, type TreeNode } from '../../core/model/tree';
import { verdictOf, type Verdict } from '../../core/model/verdict';
import { escaped } from '../../core/util/markdown';
import { viewId } from '../tree/buildTree';
import { partialWords, projectWords, caveats, subjectOf } from '../text/commitText';
import {
  inStatusBar,
  shortName,
  shortSha,
  stageStanding,
  statusCodicon,
  statusCounts,
  statusLabel,
} from '../text/buildText';
import { pipelineFailureWords } from '../text/failureReasons';
import { pipelineLabel, pipelineSubject, standingWithoutBuilds } from '../text/pipelineText';
import { expectedEndWords } from '../text/timelineText';
import type { ViewState } from '../../core/session/repositoryView';
import { oneLine, withoutIcons } from '../text/failures';
import { situationOf } from '../text/situation';

interface Appearance {
  readonly text: string;
  readonly tooltip: string | MarkdownString;
  /** For screen readers, without the icon. */
  readonly ariaLabel: string;
  /** Id of the build that a click reveals; undefined: a click focuses the view. */
  readonly build?: number | undefined;
}

/** What the item shows besides the snapshot. */
interface StatusBarInput {
  /** Name of the repository, if several are open. */
  readonly name: string | undefined;
  /** In ms since 1970. */
  readonly now: number;
}

/**
 * Status bar item with the status of the active repository's commit. A click reveals the first failed build, else
 * focuses the view.
 */
export class StatusBar implements Disposable {
  private readonly item: StatusBarItem;

  constructor(private readonly clock: Pick<Clock, 'now'> = systemClock) {
    this.item = window.createStatusBarItem('gitlabBuilds.status', StatusBarAlignment.Left, 0);
    this.item.name = l10n.t('GitLab Builds');
    this.item.command = focusCommand;
  }

  show({ repositories, active }: ViewState): void {
    const shown = repositories.find(({ root }) => root === active);
    const name = repositories.length > 1 ? shown?.name : undefined;
    const look = shown?.snapshot === undefined ? undefined : lookOf(shown.snapshot, { name, now: this.clock.now() });
    if (look === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = look.text;
    this.item.tooltip = look.tooltip;
    this.item.accessibilityInformation = { label: look.ariaLabel };
    this.item.command = commandFor(look, shown?.root);
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}

const focusCommand = `${viewId}.focus`;

function commandFor({ build }: Appearance, repository: string | undefined): string | Command {
  if (build === undefined) return focusCommand;
  return { command: 'gitlabBuilds.nextFailed', title: '', arguments: [{ build, repository }] };
}

/** Appearance of the item; undefined if there is no GitLab project. */
function lookOf(snapshot: Snapshot, scene: StatusBarInput): Appearance | undefined {
  if (snapshot.kind === 'ready') return lookOfCommit(snapshot, scene);
  const { statusBar } = situationOf(snapshot);
  return statusBar === undefined ? undefined : plain(statusBar.icon, statusBar.text, [statusBar.tooltip], scene);
}

function plain(icon: string, words: string, lines: readonly string[], { name }: StatusBarInput): Appearance {
  const spokenLines = [...(name === undefined ? [] : [oneLine(name)]), ...lines];
  return {
    text: `$(${icon}) ${words}`,
    tooltip: spokenLines.join('\n'),
    ariaLabel: [l10n.t('GitLab Builds'), ...spokenLines].join(', '),
  };
}

function lookOfCommit(snapshot: Ready, scene: StatusBarInput): Appearance {
  const verdict = verdictOf(snapshot);
  const { status, failed } = verdict;
  if (status === undefined) return lookWithoutBuilds(snapshot, scene);
  const { name } = scene;
  // Builds missing from a truncated list may have failed, so only a failure is certain.
  const isUndecided = snapshot.isPartial === true && status !== 'failed';
  const words = isUndecided ? l10n.t('CI: {0}', partialWords(snapshot)) : summary(verdict, status);
  const reservations = [...failedLine(verdict), ...endLine(snapshot, scene), ...caveats(snapshot, scene.now)];
  const subject = [...(name === undefined ? [] : [oneLine(name)]), subjectOf(snapshot)];
  return {
    text: `${isUndecided ? '$(question)' : iconOf(verdict, status)} ${words}${marks(snapshot)}`,
    tooltip: stageTable(snapshot, subject, reservations),
    ariaLabel: [l10n.t('GitLab Builds'), words, ...subject, ...reservations].join(', '),
    build: failed[0]?.id,
  };
}

/** Line that says when the builds will probably have ended; none for builds that are out of date. */
function endLine(snapshot: Ready, { now }: StatusBarInput): readonly string[] {
  const end = snapshot.stale === undefined ? expectedEnd(snapshot, snapshot.expected, now) : undefined;
  return end === undefined ? [] : [expectedEndWords(end, now)];
}

function iconOf({ childFailed, isOpen }: Verdict, status: string): string {
  return childFailed.length > 0 && !isOpen && status === 'success' ? '$(warning)' : statusCodicon(status);
}

function lookWithoutBuilds(snapshot: Ready, scene: StatusBarInput): Appearance {
  const [icon, words] = isUnpushed(snapshot)
    ? ['cloud-upload', l10n.t('CI: not pushed')]
    : snapshot.watchingSince === undefined
      ? ['circle-large-outline', l10n.t('CI: no builds')]
      : ['eye', l10n.t('CI: waiting for builds')];
  const nothing = l10n.t('No builds for {0}', subjectOf(snapshot));
  return plain(
    icon,
    `${words}${marks(snapshot)}`,
    [nothing, projectWords(snapshot.target), ...caveats(snapshot, scene.now)],
    scene,
  );
}

/** Marks for builds of an ancestor or a pinned commit, and for outdated builds. */
function marks({ target, ancestor, stale }: Ready): string {
  const pinned = target.pinned ? ` $(pinned) ${shortSha(target.sha)}` : '';
  const whose = ancestor === undefined ? '' : ` $(git-commit) ${l10n.t('{0} back', ancestor.back)}`;
  return `${pinned}${whose}${stale === undefined ? '' : ' $(history)'}`;
}

/** Text of the item: "CI failed: rspec +1", "CI 3/7", "CI passed". Icons in untrusted text aren't rendered. */
function summary(verdict: Verdict, status: string): string {
  if (status === 'failed') return failureWords(verdict);
  if (verdict.isOpen) return progressWords(verdict);
  return status === 'success' ? passedWords(verdict) : l10n.t('CI {0}', shortened(statusLabel(status)));
}

function failureWords({ failed, broken }: Verdict): string {
  const [first] = failed;
  const why = broken === undefined ? undefined : pipelineFailureWords(broken);
  if (first === undefined) return why === undefined ? l10n.t('CI failed') : l10n.t('CI failed: {0}', shortened(why));
  const name = withoutIcons(shortName(first.name, inStatusBar));
  return failed.length === 1 ? l10n.t('CI failed: {0}', name) : l10n.t('CI failed: {0} +{1}', name, failed.length - 1);
}

function progressWords({ ended, total, manual, childFailed, builds }: Verdict): string {
  if (childFailed.length > 0) return l10n.t('CI {0}/{1}, child failed', ended, total);
  // All remaining builds are manual.
  if (manual > 0 && !builds.some(isActive)) return l10n.t('CI {0}/{1}, {2} manual', ended, total, manual);
  return l10n.t('CI {0}/{1}', ended, total);
}

function passedWords({ childFailed, manual, scheduled }: Verdict): string {
  if (childFailed.length > 0) return l10n.t('CI passed, child failed');
  if (manual > 0) return l10n.t('CI passed, {0} manual', manual);
  return scheduled > 0 ? l10n.t('CI passed, {0} scheduled', scheduled) : l10n.t('CI passed');
}

/** Lists failed builds, unless the item's text already does. */
function failedLine({ failed, childFailed }: Verdict): readonly string[] {
  if (failed.length < 2 && childFailed.length === 0) return [];
  const names = failed.slice(0, maxNames).map(({ name }) => withoutIcons(shortName(name, inStatusBar)));
  const more = failed.length > maxNames ? ', …' : '';
  return [l10n.t('Failed: {0}', names.join(', ') + more)];
}

const maxNames = 5;

function shortened(text: string): string {
  const line = withoutIcons(oneLine(text));
  return line.length > 30 ? `${line.slice(0, 29)}…` : line;
}

function stageTable(snapshot: Ready, subject: readonly string[], reservations: readonly string[]): MarkdownString {
  const verdict = verdictOf(snapshot);
  const rows = toTree(snapshot, 'stage', []).flatMap((node) =>
    node.kind === 'pipeline'
      ? [pipelineRow(node, snapshot.target), ...node.children.flatMap((each) => stageRow(each, verdict))]
      : stageRow(node, verdict),
  );
  const head = subject.map((part) => `**${escaped(part)}**`).join(' · ');
  const project = escaped(projectWords(snapshot.target));
  const tail = reservations.flatMap((line) => ['', escaped(line)]);
  // `escaped` also disables `$(…)`, so only our own icons are rendered.
  return new MarkdownString([head, '', project, '', '| | |', '|:--|:--|', ...rows, ...tail].join('\n'), true);
}

type PipelineNode = Extract<TreeNode, { kind: 'pipeline' }>;

function pipelineRow({ pipeline, status, builds }: PipelineNode, { sha, ref }: Target): string {
  const parts = [
    ...(builds.length === 0 ? [standingWithoutBuilds(pipeline)] : []),
    pipelineSubject(pipeline, { sha, ref }),
  ];
  const subject = escaped(parts.join(' · '));
  return `| **${escaped(pipelineLabel(pipeline))}** | ${statusCodicon(status)} ${subject} |`;
}

function stageRow(node: TreeNode, verdict: Verdict): readonly string[] {
  if (node.kind !== 'stage') return [];
  const { builds, status } = node;
  const name = node.isExternal ? l10n.t('External') : node.stage;
  const standing = stageStanding(statusCounts(builds), builds, verdict);
  return [`| ${escaped(name)} | ${statusCodicon(status)} ${escaped(standing)} |`];
}
