import {
  EventEmitter,
  l10n,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  type Disposable,
  type Event,
  type TreeDataProvider,
  type TreeView,
} from 'vscode';
import { hasFailed, statusClass, type Build } from '../core/build';
import { listingOf, targetOf, type Snapshot, type Target } from '../core/snapshot';
import { toTree, type Grouping, type TreeNode } from '../core/tree';
import { setContext } from './context';
import {
  buildDescription,
  buildIcon,
  buildSpoken,
  buildTooltip,
  contextValue,
  groupDescription,
  pipelineLabel,
  pipelineSubject,
  shortSha,
  statusIcon,
  statusLabel,
} from './present';
import { failureSentence, oneLine } from './sentences';

export const viewId = 'gitlabBuilds.builds';

/** Draws the last snapshot as a tree, and its circumstances in the view's description and message. */
export class BuildTree implements TreeDataProvider<TreeNode>, Disposable {
  private readonly changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData: Event<undefined> = this.changed.event;
  readonly view: TreeView<TreeNode>;
  private roots: readonly TreeNode[] = [];
  private snapshot: Snapshot | undefined;
  private filter: readonly string[] = [];
  private loaded: (() => void) | undefined;

  constructor(private readonly grouping: () => Grouping) {
    const options = { treeDataProvider: this, showCollapseAll: true, canSelectMany: true };
    this.view = window.createTreeView<TreeNode>(viewId, options);
  }

  show(snapshot: Snapshot | undefined): void {
    this.snapshot = snapshot;
    this.redraw();
    this.showProgress(snapshot?.kind === 'loading');
  }

  get filtered(): readonly string[] {
    return this.filter;
  }

  showOnly(statuses: readonly string[]): void {
    this.filter = statuses;
    this.redraw();
  }

  /** Also when the grouping has changed. */
  redraw(): void {
    this.roots = toTree(listingOf(this.snapshot), this.grouping(), this.filter);
    this.showSubject();
    this.changed.fire(undefined);
    void setContext(this.snapshot, this.filter.length > 0);
  }

  getChildren(node?: TreeNode): TreeNode[] {
    return [...(node?.children ?? this.roots)];
  }

  getTreeItem(node: TreeNode): TreeItem {
    const target = targetOf(this.snapshot);
    const item = toItem(node, target);
    // With the commit, so that a stage which was folded where it passed is open where it fails.
    item.id = `${target?.sha ?? ''} ${node.id}`;
    item.contextValue = contextValue(node, this.snapshot?.kind === 'ready' && this.snapshot.readOnly);
    return item;
  }

  /** Only when a row is pointed at: a Markdown tooltip on every row would slow the whole tree down. */
  resolveTreeItem(item: TreeItem, node: TreeNode): TreeItem {
    if (node.kind === 'build' || node.kind === 'attempt') item.tooltip = buildTooltip(node.build, Date.now());
    // What a narrow side bar cuts off.
    if (node.kind === 'pipeline') item.tooltip = item.accessibilityInformation?.label;
    return item;
  }

  dispose(): void {
    this.loaded?.();
    this.view.dispose();
    this.changed.dispose();
  }

  /**
   * VS Code does not draw the description of a view that has its side bar to itself, and a message hides the welcome
   * text: so above rows the message says it, and above a welcome text the title.
   */
  private showSubject(): void {
    const { view, snapshot, filter } = this;
    const hasRows = this.roots.length > 0;
    view.title = hasRows ? l10n.t('Builds') : title(snapshot);
    view.description = hasRows ? description(snapshot, filter) : '';
    view.message = hasRows ? [description(snapshot, filter), ...reservations(snapshot)].join(' · ') : '';
  }

  private showProgress(loading: boolean): void {
    this.loaded?.();
    this.loaded = undefined;
    if (!loading) return;
    const whenLoaded = new Promise<void>((resolve) => (this.loaded = resolve));
    void window.withProgress({ location: { viewId } }, () => whenLoaded);
  }
}

function toItem(node: TreeNode, target: Target | undefined): TreeItem {
  switch (node.kind) {
    case 'pipeline':
      return pipelineItem(node, target?.sha);
    case 'stage':
      return stageItem(node);
    case 'status':
      return statusItem(node);
    case 'build':
    case 'attempt':
      return buildItem(node, target?.ref);
    default:
      return node satisfies never;
  }
}

function pipelineItem(node: Extract<TreeNode, { kind: 'pipeline' }>, sha: string | undefined): TreeItem {
  const { pipeline, status, isNewest, builds } = node;
  // An earlier pipeline of the same commit is there to be looked up, not to be in the way.
  const state = isNewest ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
  const item = new TreeItem(pipelineLabel(pipeline), state);
  item.iconPath = statusIcon(status);
  const standing = builds.length === 0 ? statusLabel(status) : groupDescription(builds);
  item.description = [pipelineSubject(pipeline, sha), standing].filter((part) => part !== '').join(' · ');
  item.accessibilityInformation = { label: `${pipelineLabel(pipeline)}, ${item.description}` };
  return item;
}

function stageItem({ stage, isExternal, status, builds }: Extract<TreeNode, { kind: 'stage' }>): TreeItem {
  const label = isExternal ? l10n.t('External') : oneLine(stage);
  const item = new TreeItem(label, stateOf(builds));
  item.iconPath = statusIcon(status);
  item.description = groupDescription(builds);
  const spoken = groupDescription(builds);
  item.accessibilityInformation = {
    label: isExternal ? l10n.t('Reported by other systems, {0}', spoken) : l10n.t('Stage {0}, {1}', label, spoken),
  };
  return item;
}

function statusItem({ status, builds }: Extract<TreeNode, { kind: 'status' }>): TreeItem {
  const label = statusLabel(status);
  const item = new TreeItem(label, stateOf(builds));
  item.iconPath = statusIcon(status);
  item.description = String(builds.length);
  const spoken = builds.length === 1 ? l10n.t('{0}, 1 build', label) : l10n.t('{0}, {1} builds', label, builds.length);
  item.accessibilityInformation = { label: spoken };
  return item;
}

function stateOf(builds: readonly Build[]): TreeItemCollapsibleState {
  return needsLook(builds) ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
}

/** What has failed or may still change is open from the start. */
function needsLook(builds: readonly Build[]): boolean {
  return builds.some((build) => hasFailed(build) || statusClass(build.status) !== 'ended');
}

function buildItem(
  { kind, build, children }: Extract<TreeNode, { kind: 'build' | 'attempt' }>,
  ref: string | undefined,
): TreeItem {
  const item = new TreeItem(kind === 'attempt' ? `#${build.id}` : oneLine(build.name), stateOfBuild(children));
  item.iconPath = buildIcon(build);
  item.description = buildDescription(build, ref, Date.now());
  item.accessibilityInformation = { label: buildSpoken(build, Date.now()) };
  return item;
}

/** What a bridge has started is open where something is going on in it. */
function stateOfBuild(children: readonly TreeNode[]): TreeItemCollapsibleState {
  if (children.length === 0) return TreeItemCollapsibleState.None;
  const isOpen = children.some((child) => child.kind === 'pipeline' && needsLook(child.builds));
  return isOpen ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
}

/** Short enough for a side bar of the usual width. */
function title(snapshot: Snapshot | undefined): string {
  const target = targetOf(snapshot);
  return target === undefined ? subject(snapshot) : shortSha(target.sha);
}

/** What the view speaks of: branch and commit, or the host where there is no commit to show. */
function subject(snapshot: Snapshot | undefined): string {
  const target = targetOf(snapshot);
  const parts = target === undefined ? [hostOf(snapshot)] : [target.ref, shortSha(target.sha)];
  return parts.filter((part) => part !== undefined).join(' · ') || l10n.t('Builds');
}

/** The subject, and what is unusual about what is shown: another commit than HEAD, or not all of its builds. */
function description(snapshot: Snapshot | undefined, filter: readonly string[]): string {
  const pinned = targetOf(snapshot)?.pinned === true ? [l10n.t('not HEAD')] : [];
  const only = filter.length === 0 ? [] : [l10n.t('only {0}', filter.map(statusLabel).join(', '))];
  return [subject(snapshot), ...pinned, ...only].join(' · ');
}

function hostOf(snapshot: Snapshot | undefined): string | undefined {
  switch (snapshot?.kind) {
    case 'signedOut':
      return new URL(snapshot.url).host;
    case 'noProject':
      return snapshot.host;
    case 'failed':
      return snapshot.failure.host;
    default:
      return undefined;
  }
}

/** What the rows do not say about themselves. */
function reservations(snapshot: Snapshot | undefined): readonly string[] {
  if (snapshot?.kind !== 'ready') return [];
  const { readOnly, stale } = snapshot;
  return [
    ...(readOnly ? [l10n.t('read-only token')] : []),
    ...(stale === undefined ? [] : [l10n.t('out of date: {0}', failureSentence(stale))]),
  ];
}
