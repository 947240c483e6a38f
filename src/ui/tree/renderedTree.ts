import { TreeItemCollapsibleState, type TreeItem } from 'vscode';
import { isTimed, statusClass } from '../../core/model/build';
import { listingOf, targetOf } from '../../core/model/snapshot';
import type { Failure } from '../../core/model/errors';
import type { ListedPipeline } from '../../core/model/pipeline';
import {
  isOrLeadsToFailure,
  leadsToFailure,
  listedPipelineNode,
  toTree,
  type Grouping,
  type TreeNode,
} from '../../core/model/tree';
import type { Shape } from '../../core/model/treeDiff';
import type { KnownHistories } from '../../core/session/knownHistories';
import { rootElsewhere, type OpenedPipelines } from '../../core/session/openedPipelines';
import { toPipelineRoot } from '../../core/session/pipelineRoot';
import {
  isTreeNode,
  type DrawnNode,
  type EarlierPipelinesNode,
  type PipelineNoticeNode,
  type RepositoryNode,
  type Row,
  type RowNode,
} from './treeRows';
import type { RepositoryView, ViewState } from '../../core/session/repositoryView';
import { historyNodes } from './historyItems';
import { appearanceOf, renderContext, shownSha, stalenessOf, toItem, type RenderContext } from './treeItems';

/** Options for rendering. */
interface RenderOptions {
  /** Current time in ms since 1970. */
  readonly now: number;
  readonly filter: readonly string[];
  readonly groupingOf: (root: string) => Grouping;
  readonly opened?: OpenedRows | undefined;
  readonly histories?: Pick<KnownHistories, 'of'> | undefined;
  /** Whether the row with this id must not open by itself: it waits, or the user has opened or closed it. */
  readonly stays?: (id: string) => boolean;
}

/** What is shown besides the displayed commits: earlier pipelines of their branches, and pipelines in other projects. */
type OpenedRows = Pick<OpenedPipelines, 'branchOf' | 'snapshotOf' | 'failureOf' | 'isLoaded'>;

/** A rendered row with its children. */
class RenderedRow implements Shape {
  private known: string | undefined;

  constructor(
    readonly id: string,
    readonly row: Row,
    readonly node: DrawnNode,
    readonly children: readonly RenderedRow[],
    readonly face: object,
    readonly isOpen: boolean,
    private readonly scene: RenderContext,
    private readonly now: number,
  ) {}

  /** Computed when first compared, which never happens for unchanged rows. */
  get look(): string {
    return (this.known ??= appearanceOf(this.itemAt(this.now)));
  }

  /** The tree item; `now` in ms since 1970. Only for rows that were rendered is it known whether they have rows below. */
  itemAt(now: number): TreeItem {
    const item = toItem(this.node, this.scene, now);
    const { None, Collapsed } = TreeItemCollapsibleState;
    if (item.collapsibleState === None && this.children.length > 0) item.collapsibleState = Collapsed;
    return item;
  }
}

/** A fixed time later than any build, so that looks differ only by content, not by time. */
const always = Date.UTC(3000, 0, 1);
const noScene: RenderContext = renderContext('', undefined, 'none');

/** The rows as VS Code knows them. Each is represented by the same object as long as it exists. */
export class RenderedTree {
  static readonly nothing = new RenderedTree(undefined, { now: 0, filter: [], groupingOf: () => 'none' });

  /** Rows by the id of a row that starts collapsed, whether or not they do. */
  private readonly byClosedId = new Map<string, RenderedRow>();
  private readonly byRow = new Map<Row, RenderedRow>();
  private readonly scenes = new Map<string, RenderContext>();
  private readonly runningRows: Row[] = [];
  private readonly expiringRows: Row[] = [];
  private readonly lazyRows: Row[] = [];
  /** Roots of opened pipelines that were rendered: a server may name one twice, but each row has an id of its own. */
  private readonly openedRoots = new Set<string>();
  private rootRows: readonly RenderedRow[] = [];
  /** Parents by id of the child; computed on demand. */
  private parentRows: ReadonlyMap<string, Row> | undefined;

  private constructor(
    /** The previous tree; released once its rows have been taken over. */
    private before: RenderedTree | undefined,
    private readonly manner: RenderOptions,
  ) {}

  next({ repositories }: ViewState, manner: RenderOptions): RenderedTree {
    const drawing = new RenderedTree(this, manner);
    const [only] = repositories.length === 1 ? repositories : [];
    if (only !== undefined && only.snapshot?.kind !== 'signedOut') drawing.rootRows = drawing.drawBuilds(only);
    else drawing.rootRows = byName(repositories).map((each) => drawing.drawRepository(each, only !== undefined));
    drawing.before = undefined;
    return drawing;
  }

  get roots(): readonly Shape[] {
    return this.rootRows;
  }

  /** Positions of all rows by id, from the top, whether or not they are in sight. */
  get places(): ReadonlyMap<string, number> {
    const positions = new Map<string, number>();
    const add = (rows: readonly RenderedRow[]): void => {
      for (const { id, children } of rows) {
        positions.set(id, positions.size);
        add(children);
      }
    };
    add(this.rootRows);
    return positions;
  }

  /** Rows that show the duration of a running build. */
  get running(): readonly Row[] {
    return this.runningRows;
  }

  /** Rows of artifacts that expire. */
  get expiring(): readonly Row[] {
    return this.expiringRows;
  }

  /** Rows whose children are loaded when they are opened: of branches, their pipelines, and bridges to other projects. */
  get lazy(): readonly Row[] {
    return this.lazyRows;
  }

  /** Row of the earlier pipelines of a repository's branch. */
  rowOfBranch(root: string): Row | undefined {
    return this.lazyRows.find((row) => row.root === root && row.node.kind === 'earlierPipelines');
  }

  rowsOf(ids: readonly string[]): Row[] {
    return ids.flatMap((id) => this.withId(id)?.row ?? []);
  }

  /** Children of a row; empty if it no longer exists, since VS Code may still ask for it. */
  childrenOf(row: Row | undefined): Row[] {
    const shown = row === undefined ? this.rootRows : (this.byRow.get(row)?.children ?? []);
    return shown.map((each) => each.row);
  }

  /** Parent of a row; undefined at the top level, or if it no longer exists. */
  parentOf(row: Row): Row | undefined {
    const id = this.byRow.get(row)?.id;
    return id === undefined ? undefined : this.parents().get(id);
  }

  /** Row of a build, if rendered; not of an earlier attempt. */
  rowOfBuild(root: string, id: number): Row | undefined {
    return [...this.byRow.keys()].find(
      (row) => row.root === root && row.node.kind === 'build' && row.node.build.id === id,
    );
  }

  private parents(): ReadonlyMap<string, Row> {
    return (this.parentRows ??= new Map(
      [...this.byClosedId.values()].flatMap(({ row, children }) => children.map((child) => [child.id, row] as const)),
    ));
  }

  /** Row that says since when a build has been failing. */
  rowOfHistory(root: string, id: number): Row | undefined {
    return [...this.byRow.keys()].find(
      (row) => row.root === root && row.node.kind === 'history' && row.node.build.id === id,
    );
  }

  itemOf(row: Row, now: number): TreeItem {
    return this.byRow.get(row)?.itemAt(now) ?? toItem(row.node, this.sceneOf(row), now);
  }

  sceneOf({ root }: Row): RenderContext {
    return this.scenes.get(root) ?? noScene;
  }

  idOf(row: Row): string {
    return this.byRow.get(row)?.id ?? idOf(row.node, row.root, this.sceneOf(row));
  }

  /** Whether the row starts expanded: it leads to a failure, or has done so before. */
  isOpen(row: Row): boolean {
    return this.byRow.get(row)?.isOpen === true;
  }

  has(id: string): boolean {
    return this.withId(id) !== undefined;
  }

  private withId(id: string): RenderedRow | undefined {
    const found = this.byClosedId.get(id.startsWith(openMark) ? id.slice(openMark.length) : id);
    return found?.id === id ? found : undefined;
  }

  private isSameFrame(root: string, { frame }: RenderContext): boolean {
    return this.before?.scenes.get(root)?.frame === frame;
  }

  private drawRepository(repository: RepositoryView, isAlone: boolean): RenderedRow {
    const { root } = repository;
    const below = this.drawBuilds(repository);
    const children = below.map(({ node }) => node);
    const node: RepositoryNode = { kind: 'repository', id: root, repository, isAlone, children };
    return this.keep(node, root, below, this.manner.now);
  }

  private drawBuilds({ root, snapshot }: RepositoryView): readonly RenderedRow[] {
    const grouping = this.manner.groupingOf(root);
    const scene = renderContext(root, snapshot, grouping);
    this.scenes.set(root, scene);
    const nodes = toTree(listingOf(snapshot), grouping, this.manner.filter, targetOf(snapshot)?.ref);
    const rows = nodes.map((node) => this.draw(node, root, scene));
    return [...rows, ...this.drawBranch(root, rows.length > 0)];
  }

  /** The row of the branch's earlier pipelines. A commit without rows has a text in their place, which a row would hide. */
  private drawBranch(root: string, hasRows: boolean): readonly RenderedRow[] {
    const list = this.manner.opened?.branchOf(root);
    if (list === undefined || !(hasRows || list.isWanted)) return [];
    const { ref, isPinned, failure, pipelines } = list;
    const project = targetOf(this.scenes.get(root)?.snapshot)?.project ?? '';
    const isEmpty = pipelines?.length === 0 || (pipelines === undefined && failure !== undefined);
    const children = isEmpty
      ? [this.notice(root, 'branch', failure)]
      : (pipelines ?? []).map((listed) => this.drawListed(toPipelineRoot(root, { id: listed.id, project }), listed));
    const node: EarlierPipelinesNode = { kind: 'earlierPipelines', id: 'branch', ref, isPinned, children: [] };
    return [this.asLazy(this.keep(node, root, children, always))];
  }

  private drawListed(root: string, listed: ListedPipeline): RenderedRow {
    const children = this.drawOpened(root, undefined);
    const node = listedPipelineNode(listed, listingOf(this.scenes.get(root)?.snapshot));
    return this.asLazy(this.keep(node, root, children, always));
  }

  /** The builds of an opened pipeline, or why there are none; nothing until they are loaded. */
  private drawOpened(root: string, bridge: PipelineNoticeNode['bridge']): readonly RenderedRow[] {
    const { opened } = this.manner;
    if (opened === undefined || this.openedRoots.has(root)) return [];
    this.openedRoots.add(root);
    const snapshot = opened.snapshotOf(root);
    const scene = renderContext(root, snapshot, this.manner.groupingOf(root));
    this.scenes.set(root, scene);
    const failure = opened.failureOf(root);
    if (failure !== undefined) return [this.notice(root, 'builds', failure, bridge)];
    if (!opened.isLoaded(root)) return [];
    const nodes = toTree(listingOf(snapshot), scene.grouping, this.manner.filter, targetOf(snapshot)?.ref);
    if (nodes.length === 0) return [this.notice(root, 'builds', undefined)];
    return nodes.map((node) => this.draw(node, root, scene));
  }

  private notice(
    root: string,
    of: 'branch' | 'builds',
    failure: Failure | undefined,
    bridge?: PipelineNoticeNode['bridge'],
  ): RenderedRow {
    return this.keep({ kind: 'pipelineNotice', id: `${of}/notice`, failure, bridge, children: [] }, root, [], always);
  }

  private asLazy(drawn: RenderedRow): RenderedRow {
    this.lazyRows.push(drawn.row);
    return drawn;
  }

  private draw(node: TreeNode, root: string, scene: RenderContext): RenderedRow {
    const elsewhere = node.kind === 'build' ? rootElsewhere(root, node.build) : undefined;
    const below = [...this.drawHistory(node, root), ...node.children.map((child) => this.draw(child, root, scene))];
    const children =
      elsewhere === undefined || node.kind !== 'build'
        ? below
        : [...this.drawOpened(elsewhere, { build: node.build, root }), ...below];
    const drawn = this.keep(node, root, children, always);
    if (elsewhere !== undefined) this.asLazy(drawn);
    // GitLab 8.5 retries running builds, so an earlier attempt may be running, too.
    const isRunning = 'build' in node && isTimed(node.build) && node.build.kind !== 'bridge';
    if (isRunning && stalenessOf(scene) === undefined) this.runningRows.push(drawn.row);
    if (node.kind === 'artifacts' && node.build.artifacts?.expireAt !== undefined) this.expiringRows.push(drawn.row);
    return drawn;
  }

  /** Since when a build has been failing, if the user asked. */
  private drawHistory(node: TreeNode, root: string): readonly RenderedRow[] {
    if (node.kind !== 'build' && node.kind !== 'attempt') return [];
    const history = this.manner.histories?.of(root, node.build);
    if (history === undefined) return [];
    return historyNodes(node.build, node.id, history).map((each) => {
      const commits = each.children.map((child) => this.keep(child, root, [], always));
      return this.keep(each, root, commits, always);
    });
  }

  /**
   * Whether to expand a row. It remains expanded until the user collapses it, for example after a failed build was
   * retried. One that the user has opened or closed before stays as it is.
   */
  private isToBeOpen(node: DrawnNode, closedId: string, wasOpen: boolean): boolean {
    if (wasOpen) return true;
    const isLeading = (child: DrawnNode) => isTreeNode(child) && isOrLeadsToFailure(child);
    const leads = node.kind === 'repository' ? node.children.some(isLeading) : isTreeNode(node) && leadsToFailure(node);
    return leads && this.manner.stays?.(closedId) !== true;
  }

  private keep(node: DrawnNode, root: string, children: readonly RenderedRow[], now: number): RenderedRow {
    const scene = this.scenes.get(root) ?? noScene;
    const closedId = idOf(node, root, scene);
    const before = this.before?.byClosedId.get(closedId);
    const isOpen = this.isToBeOpen(node, closedId, before?.isOpen === true);
    const id = isOpen ? `${openMark}${closedId}` : closedId;
    const kept = before?.isOpen === isOpen ? before : undefined;
    const isAsBefore = kept !== undefined && isSettled(kept.node, node) && this.isSameFrame(root, scene);
    const row: { root: string; node: RowNode } = kept?.row ?? { root, node };
    row.node = node;
    const drawn = new RenderedRow(id, row, node, children, isAsBefore ? kept.face : {}, isOpen, scene, now);
    this.byClosedId.set(closedId, drawn);
    this.byRow.set(row, drawn);
    return drawn;
  }
}

/** Whether it is the same build, and neither time nor other builds affect its text. */
function isSettled(before: DrawnNode, after: DrawnNode): boolean {
  if (before.kind === 'artifacts' && after.kind === 'artifacts') return before.build === after.build;
  if (before.kind !== 'build' || after.kind !== 'build' || before.build !== after.build) return false;
  const hasChild = before.child !== undefined || after.child !== undefined;
  return isLeaf(before) && isLeaf(after) && !hasChild && statusClass(after.build.status) === 'ended';
}

/** Whether a row has no children except artifacts. */
function isLeaf({ children }: DrawnNode): boolean {
  return children.length === 0 || (children.length === 1 && children[0]?.kind === 'artifacts');
}

/** Beginning of the id of a row that starts expanded. */
const openMark = 'open ';

/**
 * Id of a row that starts collapsed. It contains the commit, so that a stage collapsed on a commit where it passed is
 * expanded on one where it fails. VS Code only reads the initial state of a new row, so the id changes when a row gets
 * its first child or starts to lead to a failure.
 */
function idOf(node: RowNode, root: string, scene: RenderContext): string {
  if (node.kind === 'repository') return `${node.children.length === 0 ? 'empty ' : ''}repository ${root}`;
  return `${root} ${shownSha(scene) ?? ''} ${node.id}`;
}

function byName(repositories: readonly RepositoryView[]): readonly RepositoryView[] {
  return [...repositories].sort((a, b) => a.name.localeCompare(b.name));
}
