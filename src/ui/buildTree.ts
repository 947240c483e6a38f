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
import { canCancel, hasFailed, type Build } from '../core/build';
import { buildsOf, targetOf, type Snapshot } from '../core/snapshot';
import { toTree, type Grouping, type TreeNode } from '../core/tree';
import { setContext } from './context';
import {
  buildDescription,
  buildIcon,
  buildSpoken,
  buildTooltip,
  contextValue,
  groupDescription,
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
    this.roots = toTree(buildsOf(this.snapshot), this.grouping(), this.filter);
    this.showSubject();
    this.changed.fire(undefined);
    void setContext(this.snapshot, this.filter.length > 0);
  }

  getChildren(node?: TreeNode): TreeNode[] {
    return [...(node?.children ?? this.roots)];
  }

  getTreeItem(node: TreeNode): TreeItem {
    const item =
      node.kind === 'stage' || node.kind === 'status' ? groupItem(node) : buildItem(node, targetOf(this.snapshot)?.ref);
    // With the commit, so that a stage which was folded where it passed is open where it fails.
    item.id = `${targetOf(this.snapshot)?.sha ?? ''} ${node.id}`;
    item.contextValue = contextValue(node);
    return item;
  }

  /** Only when a row is pointed at: a Markdown tooltip on every row would slow the whole tree down. */
  resolveTreeItem(item: TreeItem, node: TreeNode): TreeItem {
    if (node.kind === 'build' || node.kind === 'attempt') item.tooltip = buildTooltip(node.build, Date.now());
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
    view.message = hasRows
      ? [description(snapshot, filter), staleness(snapshot)].filter((part) => part !== '').join(' · ')
      : '';
  }

  private showProgress(loading: boolean): void {
    this.loaded?.();
    this.loaded = undefined;
    if (!loading) return;
    const whenLoaded = new Promise<void>((resolve) => (this.loaded = resolve));
    void window.withProgress({ location: { viewId } }, () => whenLoaded);
  }
}

function groupItem(node: Extract<TreeNode, { kind: 'stage' | 'status' }>): TreeItem {
  const label = node.kind === 'stage' ? oneLine(node.stage) : statusLabel(node.status);
  const item = new TreeItem(
    label,
    needsLook(node.builds) ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed,
  );
  item.iconPath = statusIcon(node.status);
  item.description = node.kind === 'stage' ? groupDescription(node.builds) : String(node.builds.length);
  item.accessibilityInformation = {
    label:
      node.kind === 'stage'
        ? l10n.t('Stage {0}, {1}', label, groupDescription(node.builds))
        : node.builds.length === 1
          ? l10n.t('{0}, 1 build', label)
          : l10n.t('{0}, {1} builds', label, node.builds.length),
  };
  return item;
}

/** What has failed or may still change is open from the start. */
function needsLook(builds: readonly Build[]): boolean {
  return builds.some((build) => hasFailed(build) || canCancel(build));
}

function buildItem(
  { kind, build, children }: Extract<TreeNode, { kind: 'build' | 'attempt' }>,
  ref: string | undefined,
): TreeItem {
  const collapsed = children.length > 0 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None;
  const item = new TreeItem(kind === 'attempt' ? `#${build.id}` : oneLine(build.name), collapsed);
  item.iconPath = buildIcon(build);
  item.description = buildDescription(build, ref, Date.now());
  item.accessibilityInformation = { label: buildSpoken(build, Date.now()) };
  return item;
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

function staleness(snapshot: Snapshot | undefined): string {
  if (snapshot?.kind !== 'ready' || snapshot.stale === undefined) return '';
  return l10n.t('out of date: {0}', failureSentence(snapshot.stale));
}
