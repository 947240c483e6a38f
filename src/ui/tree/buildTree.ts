import { setTimeout as delay } from 'node:timers/promises';
import {
  EventEmitter,
  l10n,
  TreeItemCollapsibleState,
  window,
  type Disposable,
  type Event,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
} from 'vscode';
import { systemClock, type Clock } from '../../core/util/timer';
import { verdictOf } from '../../core/model/verdict';
import type { Snapshot } from '../../core/model/snapshot';
import type { Grouping } from '../../core/model/tree';
import { redrawOf, rowsAtOnce } from '../../core/model/treeDiff';
import { ExpiryClock } from '../artifacts/expiryClock';
import { setContext } from '../views/contextKeys';
import type { DetailsPort } from '../session/buildDetailsLoader';
import type { KnownHistories } from '../../core/session/knownHistories';
import { rootElsewhere, type OpenedPipelines } from '../../core/session/openedPipelines';
import { RenderedTree } from './renderedTree';
import { caveats, signInSentence, subjectOf, titleOf } from '../text/commitText';
import { commitCounts, isLargeCommit, statusLabel } from '../text/buildText';
import type { Row, RowNode } from './treeRows';
import type { ViewState } from '../../core/session/repositoryView';
import { RowClock } from './rowClock';
import { RowsInUse } from './rowsInUse';
import { tooltipOf } from './treeItems';

export const viewId = 'gitlabBuilds.builds';

/** How often VS Code is asked to reveal a row, and how long it gets in between to draw it, in ms. */
const maxReveals = 4;
const drawnMs = 250;

/** Rows that are created when their parent is expanded. */
interface LazyRows {
  /** Children of a row; undefined if they belong to the rendered tree. */
  childrenOf(row: Row): Promise<Row[]> | undefined;
  /** Rows of failed tests, above the other children of a row; undefined if it has none. */
  failedTestsOf(row: Row): Promise<Row[]> | undefined;
  /** Fires with a row whose children have changed. */
  readonly onDidChange: Event<Row>;
}

/** Shows the repositories as a tree, redrawing only what changed, and messages above it. */
export class BuildTree implements TreeDataProvider<Row>, Disposable {
  private readonly changed = new EventEmitter<Row[] | undefined>();
  readonly onDidChangeTreeData: Event<Row[] | undefined> = this.changed.event;
  readonly view: TreeView<Row>;
  private readonly tick: RowClock;
  private readonly expiries: ExpiryClock;
  private readonly subscriptions: readonly Disposable[];
  private state: ViewState = { repositories: [], active: undefined };
  private drawing = RenderedTree.nothing;
  private filter: readonly string[] = [];
  private loaded: (() => void) | undefined;
  /** What the user expanded or collapsed, by id, for rows that are created again with a different id. */
  private readonly openedByUser = new Map<string, boolean>();
  private readonly inUse: RowsInUse;

  constructor(
    private readonly groupingOf: (root: string) => Grouping,
    private readonly clock: Clock = systemClock,
    private readonly lazy?: LazyRows,
    private readonly details?: Pick<DetailsPort, 'load'>,
    private readonly opened?: OpenedPipelines,
    private readonly histories?: KnownHistories,
  ) {
    const options = { treeDataProvider: this, showCollapseAll: true, canSelectMany: true };
    this.view = window.createTreeView<Row>(viewId, options);
    this.tick = new RowClock(
      {
        rows: () => this.drawing.running,
        visible: () => this.view.visible,
        redraw: (rows) => this.changed.fire(rows.length > rowsAtOnce ? undefined : rows),
      },
      clock,
    );
    this.expiries = new ExpiryClock(
      {
        rows: () => this.drawing.expiring,
        visible: () => this.view.visible,
        redraw: (rows) => this.changed.fire(rows.length > rowsAtOnce ? undefined : rows),
      },
      clock,
    );
    const selected = (): readonly string[] => this.view.selection.map((row) => this.drawing.idOf(row));
    this.inUse = new RowsInUse({ visible: () => this.view.visible, selected }, clock);
    this.subscriptions = [
      this.view.onDidChangeVisibility(({ visible }) => this.onVisibilityChange(visible)),
      this.view.onDidChangeSelection(({ selection }) => {
        for (const row of selection) this.inUse.use(this.drawing.idOf(row));
      }),
      this.view.onDidExpandElement(({ element }) => this.note(element, true)),
      this.view.onDidCollapseElement(({ element }) => this.note(element, false)),
      ...[opened, histories].flatMap((one) => one?.onDidChange(() => this.redraw()) ?? []),
      ...(lazy === undefined ? [] : [lazy.onDidChange((row) => this.changed.fire([row]))]),
    ];
  }

  private onVisibilityChange(visible: boolean): void {
    const { areAnyWaiting } = this.inUse;
    if (visible) this.inUse.release();
    if (visible && areAnyWaiting) this.redraw();
    this.tick.check();
    this.expiries.onVisibilityChange();
    this.watchOpened();
  }

  show(state: ViewState): void {
    this.state = state;
    this.redraw();
    this.showProgress(state.repositories.some(({ snapshot }) => snapshot?.kind === 'loading'));
  }

  get filtered(): readonly string[] {
    return this.filter;
  }

  showOnly(statuses: readonly string[]): void {
    this.filter = statuses;
    this.redraw();
  }

  /** Also called when the grouping changed. */
  redraw(): void {
    const before = this.drawing;
    let positions: ReadonlyMap<string, number> | undefined;
    const waits = this.inUse.redraw(() => (positions ??= before.places));
    this.drawing = before.next(this.state, {
      now: this.clock.now(),
      filter: this.filter,
      groupingOf: this.groupingOf,
      opened: this.opened,
      histories: this.histories,
      stays: (id) => this.openedByUser.has(id) || waits(id),
    });
    for (const id of this.openedByUser.keys()) if (!this.drawing.has(id)) this.openedByUser.delete(id);
    const redraw = redrawOf(before.roots, this.drawing.roots);
    this.showSubject();
    if (redraw === 'all') this.changed.fire(undefined);
    else if (redraw.length > 0) this.changed.fire(this.drawing.rowsOf(redraw));
    this.tick.onVisibilityChange();
    this.expiries.onVisibilityChange();
    this.watchOpened();
    void setContext(this.state, this.filter.length > 0);
  }

  private note(row: Row, isOpen: boolean): void {
    const id = this.drawing.idOf(row);
    this.openedByUser.set(id, isOpen);
    this.inUse.use(id);
    this.watchOpened();
  }

  /** Tells which opened pipelines are visible, since only those are followed. */
  private watchOpened(): void {
    const { opened, drawing } = this;
    if (opened === undefined) return;
    const isUnfolded = (row: Row): boolean => {
      const parent = drawing.parentOf(row);
      return this.isOpen(row, drawing.idOf(row)) && (parent === undefined || isUnfolded(parent));
    };
    const unfolded = this.view.visible ? drawing.lazy.filter(isUnfolded) : [];
    opened.watch(new Set(unfolded.map(rootBelow)));
  }

  getChildren(): Row[];
  getChildren(row?: Row): Row[] | Promise<Row[]>;
  getChildren(row?: Row): Row[] | Promise<Row[]> {
    if (row === undefined) return this.drawing.childrenOf(row);
    const opening = this.openBelow(row);
    if (opening !== undefined) return opening.then(() => this.drawing.childrenOf(row));
    const tests = this.lazy?.failedTestsOf(row)?.then((rows) => [...rows, ...this.drawing.childrenOf(row)]);
    return tests ?? this.lazy?.childrenOf(row) ?? this.drawing.childrenOf(row);
  }

  /** Loads what is below a row of pipelines; undefined if it is known. */
  private openBelow(row: Row): Promise<void> | undefined {
    if (this.opened === undefined || !isLazy(row)) return undefined;
    const root = rootBelow(row);
    return row.node.kind === 'earlierPipelines' ? this.opened.openBranch(root) : this.opened.open(root);
  }

  /** Selects and opens the row of the earlier pipelines of a repository's branch; false if it has none. */
  async revealBranch(root: string): Promise<boolean> {
    return this.reveal(() => this.drawing.rowOfBranch(root), { expand: true });
  }

  /** Selects and expands the row that says since when a build has been failing; false if the build has no row. */
  async revealHistory(root: string, build: number): Promise<boolean> {
    return this.reveal(() => this.drawing.rowOfHistory(root, build), { expand: true });
  }

  getParent(row: Row): Row | undefined {
    return this.drawing.parentOf(row);
  }

  /** Selects the row of a build, expands its parents, and focuses the view; false if it has no row. */
  async revealBuild(root: string, build: number): Promise<boolean> {
    return this.reveal(() => this.drawing.rowOfBuild(root, build), {});
  }

  /** Reveals a build, and clears the filter if that hides it. */
  async showBuild(root: string, build: number): Promise<void> {
    if (this.drawing.rowOfBuild(root, build) === undefined) this.showOnly([]);
    await this.revealBuild(root, build);
  }

  /**
   * Selects and focuses a row; false if there is none. VS Code rejects a row that it hasn't drawn yet, so it gets some
   * time for that.
   */
  private async reveal(find: () => Row | undefined, options: { readonly expand?: boolean }): Promise<boolean> {
    for (let tries = 0; tries < maxReveals; tries += 1) {
      const row = find();
      if (row === undefined) return false;
      try {
        await this.view.reveal(row, { select: true, focus: true, ...options });
        return true;
      } catch {
        await delay(drawnMs);
      }
    }
    return false;
  }

  getTreeItem(row: Row): TreeItem {
    const item = this.drawing.itemOf(row, this.clock.now());
    item.id = this.drawing.idOf(row);
    if (item.collapsibleState === TreeItemCollapsibleState.Collapsed && this.isOpen(row, item.id))
      item.collapsibleState = TreeItemCollapsibleState.Expanded;
    return item;
  }

  private isOpen(row: Row, id: string): boolean {
    return this.openedByUser.get(id) ?? this.drawing.isOpen(row);
  }

  /** Called when the mouse is over a row. Markdown tooltips for all rows would slow down the tree. */
  resolveTreeItem(item: TreeItem, row: Row): TreeItem | Promise<TreeItem> {
    const { node, root } = row;
    this.inUse.use(this.drawing.idOf(row));
    const isOfBuild = node.kind === 'build' || node.kind === 'attempt' || node.kind === 'artifacts';
    const loading = isOfBuild ? this.details?.load(root, node.build) : undefined;
    if (!isOfBuild || loading === undefined) return this.withTooltip(item, row, node);
    return loading.then((build) => this.withTooltip(item, row, { ...node, build }));
  }

  private withTooltip(item: TreeItem, row: Row, node: RowNode): TreeItem {
    const tooltip = tooltipOf(node, this.drawing.sceneOf(row), this.clock.now());
    // A group's tooltip repeats its description, which a narrow side bar truncates.
    const spoken = isGroup(node) ? item.accessibilityInformation?.label : undefined;
    const lines = [spoken, tooltip].filter((line) => typeof line === 'string');
    if (typeof tooltip === 'object') item.tooltip = tooltip;
    else if (lines.length > 0) item.tooltip = lines.join('\n');
    return item;
  }

  dispose(): void {
    this.loaded?.();
    for (const one of this.subscriptions) one.dispose();
    this.tick.dispose();
    this.expiries.dispose();
    this.view.dispose();
    this.changed.dispose();
  }

  /**
   * Shows which commit is displayed. VS Code hides the description of a view that is alone in its side bar, and a
   * message hides welcome views: so a message says it above rows, and the title above a welcome view.
   */
  private showSubject(): void {
    const hasRows = this.drawing.roots.length > 0;
    const { repositories } = this.state;
    const only = repositories.length === 1 ? repositories[0] : undefined;
    const parts = only === undefined ? this.filterWords() : [messageOf(only.snapshot, this.filter)];
    const verdict = only?.snapshot?.kind === 'ready' ? verdictOf(only.snapshot) : undefined;
    const counts = verdict && (this.inUse.areAnyWaiting || isLargeCommit(verdict)) ? commitCounts(verdict) : undefined;
    const reservations = caveats(only?.snapshot, this.clock.now());
    this.write('title', hasRows || only === undefined ? l10n.t('GitLab Builds') : titleOf(only.snapshot));
    this.write('description', hasRows ? parts.join(' · ') : '');
    this.write(
      'message',
      hasRows ? [...parts, ...(counts === undefined ? [] : [counts]), ...reservations].join(' · ') : '',
    );
  }

  private filterWords(): readonly string[] {
    return this.filter.length === 0 ? [] : [l10n.t('only {0}', this.filter.map(statusLabel).join(', '))];
  }

  /** Sets a text only if it changed, because VS Code redraws the whole header each time. */
  private write(part: 'title' | 'description' | 'message', text: string): void {
    if (this.view[part] !== text) this.view[part] = text;
  }

  private showProgress(loading: boolean): void {
    if (loading === (this.loaded !== undefined)) return;
    this.loaded?.();
    this.loaded = undefined;
    if (!loading) return;
    const whenLoaded = new Promise<void>((resolve) => (this.loaded = resolve));
    void window.withProgress({ location: { viewId } }, () => whenLoaded);
  }
}

/** What is displayed, or what to do in order to see anything. */
function messageOf(snapshot: Snapshot | undefined, filter: readonly string[]): string {
  return snapshot?.kind === 'signedOut' ? signInSentence(snapshot) : subjectOf(snapshot, filter);
}

/** Whether the children of a row are loaded when it is opened. */
function isLazy({ root, node }: Row): boolean {
  if (node.kind === 'build') return rootElsewhere(root, node.build) !== undefined;
  return node.kind === 'earlierPipelines' || (node.kind === 'pipeline' && node.listed !== undefined);
}

/** Root of what is below such a row. */
function rootBelow({ root, node }: Row): string {
  return node.kind === 'build' ? (rootElsewhere(root, node.build) ?? root) : root;
}

function isGroup({ kind }: RowNode): boolean {
  return kind === 'pipeline' || kind === 'stage' || kind === 'status' || kind === 'group';
}
