import { l10n, MarkdownString, StatusBarAlignment, window, type Disposable, type StatusBarItem } from 'vscode';
import { hasFailed, worstStatus, type Build } from '../../core/model/build';
import { rootPipelines, standingBuilds } from '../../core/model/pipeline';
import { systemClock, type Clock } from '../../core/util/timer';
import { isUnpushed, type Snapshot, type Target } from '../../core/model/snapshot';
import { toTree, type TreeNode } from '../../core/model/tree';
import { viewId } from '../tree/buildTree';
import { partialWords, projectWords, caveats, subjectOf } from '../text/commitText';
import { escaped, groupDescription, progressOf, shortSha, statusCodicon, statusLabel } from '../text/buildText';
import { pipelineLabel, pipelineSubject } from '../text/pipelineText';
import type { ViewState } from '../session/repositoryView';
import { failureSentence, oneLine, withoutIcons } from '../text/failures';

interface Appearance {
  readonly text: string;
  readonly tooltip: string | MarkdownString;
  /** For screen readers, without the icon. */
  readonly spoken: string;
}

/** What is spoken of, besides the snapshot. */
interface StatusBarInput {
  /** Of the repository, where several are open. */
  readonly name: string | undefined;
  /** In ms since 1970. */
  readonly now: number;
}

type Ready = Extract<Snapshot, { kind: 'ready' }>;

/** One item, how the commit of the active repository stands; a click focuses the view. */
export class StatusBar implements Disposable {
  private readonly item: StatusBarItem;

  constructor(private readonly clock: Pick<Clock, 'now'> = systemClock) {
    this.item = window.createStatusBarItem('gitlabBuilds.status', StatusBarAlignment.Left, 0);
    this.item.name = l10n.t('GitLab Builds');
    this.item.command = `${viewId}.focus`;
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
    this.item.accessibilityInformation = { label: look.spoken };
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}

/** undefined: there is no GitLab project to speak of. */
function lookOf(snapshot: Snapshot, scene: StatusBarInput): Appearance | undefined {
  switch (snapshot.kind) {
    case 'noProject':
      return undefined;
    case 'signedOut':
      return snapshot.known
        ? plain('key', l10n.t('sign in'), [l10n.t('Not signed in to {0}', snapshot.url)], scene)
        : undefined;
    case 'loading':
      return plain(
        'sync~spin',
        l10n.t('builds'),
        [l10n.t('Loading the builds of {0}', shortSha(snapshot.target.sha))],
        scene,
      );
    case 'failed':
      return lookOfFailure(snapshot, scene);
    case 'ready':
      return lookOfCommit(snapshot, scene);
    default:
      return snapshot satisfies never;
  }
}

function lookOfFailure({ failure }: Extract<Snapshot, { kind: 'failed' }>, scene: StatusBarInput): Appearance {
  const words = failure.kind === 'rateLimited' ? l10n.t('rate limited') : l10n.t('builds');
  return plain('warning', words, [failureSentence(failure)], scene);
}

function plain(icon: string, words: string, lines: readonly string[], { name }: StatusBarInput): Appearance {
  const said = [...(name === undefined ? [] : [oneLine(name)]), ...lines];
  return {
    text: `$(${icon}) ${words}`,
    tooltip: said.join('\n'),
    spoken: [l10n.t('GitLab Builds'), ...said].join(', '),
  };
}

function lookOfCommit(snapshot: Ready, scene: StatusBarInput): Appearance {
  const builds = standingBuilds(snapshot);
  const worst = worstStatus(builds) ?? rootPipelines(snapshot)[0]?.status;
  if (worst === undefined) return lookWithoutBuilds(snapshot, scene);
  const { name } = scene;
  // What was not read may have failed: no verdict but a failure.
  const isUndecided = snapshot.isPartial === true && !builds.some(hasFailed);
  const words = isUndecided ? partialWords(snapshot) : summary(builds, worst);
  const reservations = caveats(snapshot, scene.now);
  const subject = [...(name === undefined ? [] : [oneLine(name)]), subjectOf(snapshot)];
  return {
    text: `${isUndecided ? '$(question)' : statusCodicon(worst)} ${words}${marks(snapshot)}`,
    tooltip: stageTable(snapshot, subject, reservations),
    spoken: [l10n.t('GitLab Builds'), words, ...subject, ...reservations].join(', '),
  };
}

function lookWithoutBuilds(snapshot: Ready, scene: StatusBarInput): Appearance {
  const [icon, words] = isUnpushed(snapshot)
    ? ['cloud-upload', l10n.t('not pushed')]
    : snapshot.watchingSince === undefined
      ? ['circle-large-outline', l10n.t('no builds')]
      : ['eye', l10n.t('waiting for builds')];
  const nothing = l10n.t('No builds for {0}', subjectOf(snapshot));
  return plain(
    icon,
    `${words}${marks(snapshot)}`,
    [nothing, projectWords(snapshot.target), ...caveats(snapshot, scene.now)],
    scene,
  );
}

/** That the builds are not HEAD's own, and that they are not fresh. */
function marks({ ancestor, stale }: Ready): string {
  const whose = ancestor === undefined ? '' : ` $(git-commit) ${l10n.t('{0} back', ancestor.back)}`;
  return `${whose}${stale === undefined ? '' : ' $(history)'}`;
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

function stageTable(snapshot: Ready, subject: readonly string[], reservations: readonly string[]): MarkdownString {
  const rows = toTree(snapshot, 'stage', []).flatMap((node) =>
    node.kind === 'pipeline'
      ? [pipelineRow(node, snapshot.target), ...node.children.flatMap(stageRow)]
      : stageRow(node),
  );
  const head = subject.map((part) => `**${escaped(part)}**`).join(' · ');
  const project = escaped(projectWords(snapshot.target));
  const tail = reservations.flatMap((line) => ['', escaped(line)]);
  // `escaped` also breaks `$(…)`, so only our own icons are drawn.
  return new MarkdownString([head, '', project, '', '| | |', '|:--|:--|', ...rows, ...tail].join('\n'), true);
}

function pipelineRow({ pipeline, status }: Extract<TreeNode, { kind: 'pipeline' }>, { sha, ref }: Target): string {
  const subject = escaped(pipelineSubject(pipeline, { sha, ref }));
  return `| **${escaped(pipelineLabel(pipeline))}** | ${statusCodicon(status)} ${subject} |`;
}

function stageRow(node: TreeNode): readonly string[] {
  if (node.kind !== 'stage') return [];
  const name = node.isExternal ? l10n.t('External') : node.stage;
  return [`| ${escaped(name)} | ${statusCodicon(node.status)} ${escaped(groupDescription(node.builds))} |`];
}
