import {
  l10n,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  type Command,
  type MarkdownString,
} from 'vscode';
import { blockers } from '../../core/model/blocked';
import { type Build } from '../../core/model/build';
import { isInvalid } from '../../core/model/pipeline';
import { buildsOf, listingOf, targetOf, type Snapshot, type Staleness } from '../../core/model/snapshot';
import {
  isPassedWithFailedChild,
  type AttemptNode,
  type BuildNode,
  type GroupNode,
  type Grouping,
  type PipelineNode,
  type StageNode,
  type StatusNode,
} from '../../core/model/tree';
import { verdictOf } from '../../core/model/verdict';
import { artifactItem, artifactsItem } from '../artifacts/artifactItems';
import { artifactsTooltip, artifactTooltip } from '../artifacts/artifactTooltips';
import { logOpenArguments } from '../log/logTabs';
import { toLogUri } from '../log/logUri';
import { buildTooltip, type TooltipFacts } from './buildTooltip';
import { contextValue } from './contextValue';
import { mayComeToHaveLog } from '../../core/model/abilities';
import {
  allowedFailureIcon,
  allowedFailureLabel,
  buildDescription,
  buildIcon,
  buildAriaLabel,
  groupCounts,
  shortName,
  shownCounts,
  stageStanding,
  statusIcon,
  statusLabel,
  type BuildFacts,
  type Freshness,
} from '../text/buildText';
import {
  pipelineIcon,
  pipelineLabel,
  pipelineAriaLabel,
  pipelineSubject,
  standingWithoutBuilds,
} from '../text/pipelineText';
import { pipelineTooltip, stageTooltip, type GroupFacts } from './groupTooltip';
import { ageWords } from './tooltipMarkdown';
import { historyItem, historyTooltip } from './historyItems';
import { earlierPipelinesItem, listedPipelineItem, pipelineNoticeItem } from './pipelineItems';
import { repositoryAppearance, repositoryTooltip } from './repositoryRow';
import type { RepositoryNode, RowNode } from './treeRows';
import { oneLine } from '../text/failures';
import { nameAmong, sharedBeginnings, type SharedBeginnings } from '../text/rowNames';
import { plural } from '../text/plural';

/** What all rows of a repository share. */
export interface RenderContext {
  readonly root: string;
  readonly snapshot: Snapshot | undefined;
  readonly grouping: Grouping;
  /** Manual builds that block pipelines, by pipeline. */
  readonly blockers: ReadonlyMap<number, readonly Build[]>;
  readonly beginnings: SharedBeginnings;
  /** Identifies this state. A finished build's row looks the same in the same frame. */
  readonly frame: string;
}

export function renderContext(root: string, snapshot: Snapshot | undefined, grouping: Grouping): RenderContext {
  const facts = snapshot?.kind === 'ready' ? [snapshot.readOnly, snapshot.stale?.asOf] : [];
  const beginnings = sharedBeginnings(buildsOf(snapshot));
  const frame = JSON.stringify([grouping, targetOf(snapshot)?.ref, ...facts, ...beginnings]);
  return { root, snapshot, grouping, blockers: blockers(listingOf(snapshot)), beginnings, frame };
}

export function stalenessOf({ snapshot }: RenderContext): Staleness | undefined {
  return snapshot?.kind === 'ready' ? snapshot.stale : undefined;
}

/** SHA of the commit whose builds are shown: an ancestor's if HEAD has none. */
export function shownSha({ snapshot }: RenderContext): string | undefined {
  const ancestor = snapshot?.kind === 'ready' ? snapshot.ancestor : undefined;
  return ancestor?.sha ?? targetOf(snapshot)?.sha;
}

/** Creates the tree item of a row. `now` in ms since 1970. */
export function toItem(node: RowNode, scene: RenderContext, now: number): TreeItem {
  const item = bareItem(node, scene, now);
  item.contextValue = contextValue(node, scene.snapshot?.kind === 'ready' && scene.snapshot.readOnly);
  return item;
}

function bareItem(node: RowNode, scene: RenderContext, now: number): TreeItem {
  switch (node.kind) {
    case 'repository':
      return repositoryItem(node, scene, now);
    case 'pipeline':
      return node.listed === undefined ? pipelineItem(node, scene) : listedPipelineItem(node, freshnessOf(scene), now);
    case 'stage':
      return stageItem(node, scene);
    case 'status':
      return statusItem(node, freshnessOf(scene));
    case 'group':
      return groupItem(node, scene);
    case 'build':
    case 'attempt':
      // Show outdated builds as of then.
      return buildItem(node, scene, stalenessOf(scene)?.asOf ?? now);
    case 'artifacts':
      return artifactsItem(node, now);
    case 'earlierPipelines':
      return earlierPipelinesItem(node);
    case 'pipelineNotice':
      return pipelineNoticeItem(node, scene);
    case 'history':
    case 'historyCommit':
    case 'flaky':
      return historyItem(node, scene, now);
    default:
      return artifactItem(node);
  }
}

/** Tooltip, requested when the mouse is over a row; undefined if the row says everything. */
export function tooltipOf(node: RowNode, scene: RenderContext, now: number): MarkdownString | string | undefined {
  const asOf = stalenessOf(scene)?.asOf;
  switch (node.kind) {
    case 'repository':
      return repositoryTooltip(node.repository, now);
    case 'build':
    case 'attempt':
      return buildTooltip(node.build, now, { ...tooltipFacts(node, scene), asOf });
    case 'pipeline':
      return pipelineTooltip(node, groupFacts(scene, now));
    case 'stage':
      return stageTooltip(node, groupFacts(scene, now));
    case 'status':
    case 'group':
      return asOf === undefined ? undefined : ageWords(asOf, now);
    case 'artifacts':
      return artifactsTooltip(node, now);
    case 'history':
    case 'historyCommit':
    case 'flaky':
      return historyTooltip(node, scene);
    case 'earlierPipelines':
    case 'pipelineNotice':
      return undefined;
    default:
      return artifactTooltip(node);
  }
}

/** Everything that is rendered or spoken of a row; equal ones need no redraw. */
export function appearanceOf(item: TreeItem): string {
  const { label, description, iconPath, contextValue: words, collapsibleState, accessibilityInformation } = item;
  const spoken = accessibilityInformation?.label;
  return JSON.stringify([label, description, iconPath, words, collapsibleState, spoken, item.command]);
}

function groupFacts(scene: RenderContext, now: number): GroupFacts {
  const { blockers: blocking, root, snapshot } = scene;
  return { now, asOf: stalenessOf(scene)?.asOf, blockers: blocking, root, verdict: verdictOf(listingOf(snapshot)) };
}

function freshnessOf(scene: RenderContext): Freshness {
  return stalenessOf(scene) === undefined ? 'fresh' : 'stale';
}

function repositoryItem(node: RepositoryNode, scene: RenderContext, now: number): TreeItem {
  const { repository, children, isAlone } = node;
  if (isAlone && repository.snapshot?.kind === 'signedOut') return signInItem(repository.snapshot.url);
  const item = new TreeItem(oneLine(repository.name), closed(children));
  const { icon, status, words, ariaLabel: spoken } = repositoryAppearance(repository, now);
  item.iconPath =
    status === undefined
      ? new ThemeIcon(icon, new ThemeColor('descriptionForeground'))
      : statusIcon(status, freshnessOf(scene));
  item.description = words;
  item.accessibilityInformation = { label: spoken };
  return item;
}

/** The only row while the user isn't signed in; the message above says to what. */
function signInItem(url: string): TreeItem {
  const item = new TreeItem(l10n.t('Sign In to {0}…', new URL(url).host));
  item.iconPath = new ThemeIcon('sign-in');
  item.command = { command: 'gitlabBuilds.signIn', title: l10n.t('Sign In') };
  return item;
}

function pipelineItem(node: PipelineNode, scene: RenderContext): TreeItem {
  const { pipeline, status, builds, shown, children } = node;
  const item = new TreeItem(shortName(pipelineLabel(pipeline)), closed(children));
  item.iconPath = pipelineIcon(pipeline, builds, status, freshnessOf(scene));
  const standing = builds.length === 0 ? standingWithoutBuilds(pipeline) : shownCounts(builds, shown, builds.length);
  const subject = pipelineSubject(pipeline, { sha: shownSha(scene), ref: targetOf(scene.snapshot)?.ref });
  item.description = `${standing} · ${subject}`;
  item.accessibilityInformation = { label: `${pipelineAriaLabel(pipeline, builds)}, ${item.description}` };
  if (isInvalid(pipeline) && builds.length === 0) {
    const argument = { pipeline: pipeline.id, repository: scene.root };
    item.command = {
      title: l10n.t('Go to Error in .gitlab-ci.yml'),
      command: 'gitlabBuilds.goToConfigError',
      arguments: [argument],
    };
  }
  return item;
}

function stageItem({ stage, isExternal, status, builds, total }: StageNode, scene: RenderContext): TreeItem {
  const label = isExternal ? l10n.t('External') : oneLine(stage);
  const item = new TreeItem(label, TreeItemCollapsibleState.Collapsed);
  item.iconPath = statusIcon(status, freshnessOf(scene));
  const counts = shownCounts(builds, builds.length, total);
  const standing = stageStanding(counts, builds, verdictOf(listingOf(scene.snapshot)));
  item.description = standing;
  item.accessibilityInformation = {
    label: isExternal ? l10n.t('Reported by other systems, {0}', standing) : l10n.t('Stage {0}, {1}', label, standing),
  };
  return item;
}

/** Row of parallel builds. */
function groupItem(node: GroupNode, scene: RenderContext): TreeItem {
  const { name, stage, status, isAllowed, builds, total, children } = node;
  const item = new TreeItem(groupLabel(node, scene), closed(children));
  const freshness = freshnessOf(scene);
  item.iconPath = isAllowed ? allowedFailureIcon(freshness) : statusIcon(status, freshness);
  const standing = builds.length < total ? shownCounts(builds, builds.length, total) : groupCounts(builds);
  item.description = namesStages(scene) ? [oneLine(stage), standing].join(' · ') : standing;
  item.accessibilityInformation = {
    label: l10n.t('{0}, {1} builds, stage {2}, {3}', oneLine(name), builds.length, oneLine(stage), standing),
  };
  return item;
}

function groupLabel({ name, builds: [first] }: GroupNode, { beginnings }: RenderContext): string {
  return first === undefined ? shortName(name) : nameAmong(first, name, beginnings);
}

function statusItem({ status, isAllowed, count }: StatusNode, freshness: Freshness): TreeItem {
  const label = isAllowed ? allowedFailureLabel() : statusLabel(status);
  const item = new TreeItem(label, TreeItemCollapsibleState.Collapsed);
  item.iconPath = isAllowed ? allowedFailureIcon(freshness) : statusIcon(status, freshness);
  item.description = String(count);
  const spoken = plural(count, l10n.t('{0}, {1} build', label, count), l10n.t('{0}, {1} builds', label, count));
  item.accessibilityInformation = { label: spoken };
  return item;
}

function buildItem(node: BuildNode | AttemptNode, scene: RenderContext, now: number): TreeItem {
  const { kind, build } = node;
  const item = new TreeItem(
    labelOf(node, scene),
    build.elsewhere === undefined ? closed(node.children) : TreeItemCollapsibleState.Collapsed,
  );
  const facts = factsOf(node, scene);
  item.iconPath = buildIcon(build, freshnessOf(scene));
  item.description = buildDescription(build, targetOf(scene.snapshot)?.ref, now, facts);
  item.accessibilityInformation = { label: buildAriaLabel(build, now, facts) };
  if (kind === 'build' && node.child !== undefined) showChild(item, node, scene);
  const click = clickOn(build, scene);
  if (click !== undefined) item.command = click;
  return item;
}

function labelOf(node: BuildNode | AttemptNode, { beginnings }: RenderContext): string {
  const { kind, build } = node;
  if (kind === 'attempt') return `#${build.id}`;
  return node.label === undefined ? nameAmong(build, build.name, beginnings) : shortName(node.label);
}

/** Adds the triggered pipeline to a bridge's row, since both share it. */
function showChild(item: TreeItem, node: BuildNode, scene: RenderContext): void {
  const { build, child } = node;
  if (child === undefined) return;
  const { builds, shown, status } = child;
  const counts = builds.length === 0 ? undefined : shownCounts(builds, shown, builds.length);
  const verdict = isPassedWithFailedChild(node) ? l10n.t('bridge passed') : undefined;
  item.iconPath =
    status === 'failed' && build.status === 'failed'
      ? buildIcon(build, freshnessOf(scene))
      : statusIcon(status, freshnessOf(scene));
  // The icon shows the child's status.
  item.description = [counts, item.description, verdict, `#${child.pipeline.id}`]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');
  const standing = l10n.t('child pipeline {0}', counts ?? statusLabel(status));
  const spoken = [item.accessibilityInformation?.label, standing];
  item.accessibilityInformation = { label: spoken.filter((part) => part !== undefined).join(', ') };
}

/**
 * Command for a click or Enter: a build's log, or the web page of one that has no log here. VS Code's own command for
 * logs knows single from double clicks: a single click opens a preview and keeps the focus in the tree.
 */
function clickOn(build: Build, { root, snapshot }: RenderContext): Command | undefined {
  const { kind, id, webUrl, downstream } = build;
  const target = targetOf(snapshot);
  if (kind !== undefined) {
    if (webUrl === undefined && downstream === undefined) return undefined;
    const [title, command] = [l10n.t('Open in Browser'), 'gitlabBuilds.openInBrowser'];
    return { title, command, arguments: [{ build: id, repository: root }] };
  }
  if (target === undefined || !mayComeToHaveLog(build)) return undefined;
  const address = { root, instance: target.instance.url, project: target.project, build: id };
  const title = l10n.t('Open Log');
  return { title, command: 'vscode.open', arguments: [...logOpenArguments(toLogUri(address, build), build)] };
}

function factsOf(node: BuildNode | AttemptNode, scene: RenderContext): BuildFacts {
  const { kind, build } = node;
  const { snapshot, blockers } = scene;
  const isInGroup = kind === 'build' && node.label !== undefined;
  const isOutsideStages = kind === 'attempt' || build.kind === 'external';
  return {
    expected: snapshot?.kind === 'ready' ? snapshot.expected : undefined,
    blockers: build.pipeline === undefined ? undefined : blockers.get(build.pipeline),
    namesStage: !isOutsideStages && !isInGroup && namesStages(scene),
  };
}

function tooltipFacts(node: BuildNode | AttemptNode, scene: RenderContext): TooltipFacts {
  const { pipelines } = listingOf(scene.snapshot);
  const pipeline = pipelines.find(({ id }) => id === node.build.pipeline);
  return { ...factsOf(node, scene), root: scene.root, pipeline };
}

/** Whether rows name the stage, because no parent row does. */
function namesStages({ grouping }: RenderContext): boolean {
  return grouping === 'status' || grouping === 'none';
}

/** Collapsed if there are children. `RenderedTree` decides which rows start expanded. */
function closed(children: readonly unknown[]): TreeItemCollapsibleState {
  return children.length === 0 ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Collapsed;
}
