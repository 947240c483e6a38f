import { pathToFileURL } from 'node:url';
import { Emitter, type Disposable, type Event } from '../../core/util/emitter';
import type { ArchiveFolder, ArchiveNode } from '../../core/artifacts/archive/archiveTree';
import type { Build } from '../../core/model/build';
import { hasJUnitReport } from '../../core/model/junitReports';
import { isAbort, isNotFound } from '../../core/model/errors';
import { targetOf, type Snapshot } from '../../core/model/snapshot';
import type { Clock } from '../../core/util/timer';
import type { ArtifactsNode, AttemptNode, BuildNode } from '../../core/model/tree';
import type {
  Row,
  ArtifactNote,
  ArtifactNoteNode,
  ArtifactReportNode,
  ArtifactRowNode,
  TestNode,
} from '../tree/treeRows';
import type { DetailsPort } from '../session/buildDetailsLoader';
import type { Archives, OpenArchive } from '../../core/artifacts/archives';
import type { ArtifactAddress } from '../../core/artifacts/entryCache';
import { toArtifactAddress, toArtifactUri } from '../../core/artifacts/artifactUri';
import { locateTests, type FoundLocation } from '../../core/artifacts/tests/testFiles';
import { pathOfUri } from '../../core/util/fileUri';
import type { FoundTest, TestResults } from '../../core/artifacts/tests/testResults';
import type { TestSource } from '../../core/artifacts/tests/testSource';

/** Maximum number of rows per folder: more can't be used, and VS Code keeps all of them. */
const maxRows = 2000;
/** Maximum number of rows for failed tests; the rest are counted. */
const maxFailedShown = 500;
/** Maximum number of builds without an archive whose tests are cached. */
const maxAlone = 50;

/** Maximum number of failed tests that are listed below their build without a heading. */
const maxWithoutHeading = 20;
/** How long the rows below a build wait for its failed tests, in ms, to avoid that they move. */
const patienceMs = 1000;

/** Test results of one build. */
interface Tests {
  /** Row of the artifacts once it was expanded; it shows the tests, too. */
  row: Row | undefined;
  state: 'none' | 'reading' | 'read' | 'failed';
  done: Promise<TestResults | undefined>;
  results: TestResults | undefined;
}

/** Nodes below a row. */
type Made = readonly ArtifactRowNode[] | Promise<readonly ArtifactRowNode[]>;

/** Rows below a build's artifacts, created when a parent is expanded. They aren't part of the rendered tree. */
export class ArtifactRows implements Disposable {
  private readonly changed = new Emitter<Row>();
  /** Fires with a row whose children have changed. */
  readonly onDidChange: Event<Row> = this.changed.event;
  private readonly tests = new WeakMap<OpenArchive, Tests>();
  /** Tests of builds without an archive, by repository, build and status. */
  private readonly testsWithoutArchive = new Map<string, Tests>();

  constructor(
    private readonly archives: Archives,
    private readonly source: TestSource,
    private readonly snapshotOf: (root: string) => Snapshot | undefined,
    private readonly clock: Clock,
    private readonly details?: DetailsPort,
  ) {}

  /**
   * Rows of a failed build's failed tests, above its other children. If loading takes long, they are added later.
   * Undefined if the row has none. Never rejects.
   */
  failedTestsOf(row: Row): Promise<Row[]> | undefined {
    const { root, node } = row;
    if ((node.kind !== 'build' && node.kind !== 'attempt') || !mayHaveTests(node.build)) return undefined;
    const found = this.testsBelow(row, node).then((nodes) => nodes.map((each): Row => ({ root, node: each })));
    let isLate = false;
    const pause = new Promise<Row[]>((resolve) => {
      const timeout = this.clock.setTimeout(() => {
        isLate = true;
        resolve([]);
      }, patienceMs);
      void found.then(() => this.clock.clearTimeout(timeout));
    });
    void found.then((rows) => {
      if (isLate && rows.length > 0) this.changed.fire(row);
    });
    return Promise.race([found, pause]);
  }

  /** Children of a row; undefined if the row isn't below artifacts. Never rejects: errors become rows. */
  childrenOf(row: Row): Promise<Row[]> | undefined {
    const { node } = row;
    switch (node.kind) {
      case 'artifacts':
        return node.build.artifacts === undefined
          ? Promise.resolve(this.reportRows(row, node, undefined).map((each) => ({ root: row.root, node: each })))
          : this.belowArtifacts(row, node);
      case 'artifactFolder':
        return this.below(row, node.build, ({ address }) => inFolder(node.id, node.folder, address, node.build));
      case 'tests':
        return this.belowTests(row, node.build);
      default:
        return undefined;
    }
  }

  /** Reloads the children of a row, for example after a failure. */
  reload(row: Row): void {
    this.changed.fire(row);
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async testsBelow(row: Row, node: BuildNode | AttemptNode): Promise<readonly ArtifactRowNode[]> {
    const { root } = row;
    const target = targetOf(this.snapshotOf(root));
    if (target === undefined) return [];
    try {
      const build = (await this.details?.load(root, node.build)) ?? node.build;
      const opened =
        build.artifacts === undefined ? undefined : await this.archives.of(toArtifactAddress(root, target, build));
      const tests = this.testsOf(root, build, opened);
      await tests.done.catch(() => undefined);
      const { state, results } = tests;
      if (!isListedBelowBuild(build, tests)) return [];
      if (results !== undefined && isBrief(results)) return await this.testNodes(row, build, opened, results);
      return [{ kind: 'tests', id: `${node.id}/tests`, build, state: state === 'none' ? 'read' : state, results }];
    } catch {
      // The row of the artifacts shows the error.
      return [];
    }
  }

  private async belowArtifacts(row: Row, node: ArtifactsNode): Promise<Row[]> {
    const build = (await this.details?.load(row.root, node.build)) ?? node.build;
    if (build !== node.build) this.details?.show(row.root, build);
    return this.below(row, build, (opened) => this.topOf(row, { ...node, build }, opened));
  }

  private async below(row: Row, build: Build, make: (opened: OpenArchive) => Made): Promise<Row[]> {
    const { root, node } = row;
    const target = targetOf(this.snapshotOf(root));
    // The repository was closed meanwhile.
    if (target === undefined || build.artifacts === undefined) return [];
    try {
      const opened = await this.archives.of(toArtifactAddress(root, target, build));
      return (await make(opened)).map((each) => ({ root, node: each }));
    } catch (error) {
      // The user signed out, or the archive was replaced: rows above are redrawn anyway.
      if (isAbort(error)) return [];
      const goneAt = isNotFound(error) ? this.clock.now() : undefined;
      return [{ root, node: noteNode(node.id, build, { kind: 'failed', error, goneAt, above: row }) }];
    }
  }

  private topOf(row: Row, node: ArtifactsNode, opened: OpenArchive): readonly ArtifactRowNode[] {
    const { id, build } = node;
    const rows = [...this.reportRows(row, node, opened), ...inFolder(id, opened.tree.root, opened.address, build)];
    return rows.length > 0 ? rows : [noteNode(id, build, { kind: 'empty' })];
  }

  /** Rows of tests and reports. A `junit` report whose tests are shown gets no row. */
  private reportRows(row: Row, node: ArtifactsNode, opened: OpenArchive | undefined): readonly ArtifactRowNode[] {
    const tests = this.testsOf(row.root, node.build, opened);
    tests.row = row;
    const reports = reportsOf(node);
    return [
      ...testsAbove(node.id, node.build, tests),
      ...(tests.state === 'none' ? reports : reports.filter(({ report }) => report.type !== 'junit')),
    ];
  }

  private async belowTests(row: Row, build: Build): Promise<Row[]> {
    if (build.artifacts !== undefined) return this.below(row, build, (opened) => this.failedOf(row, build, opened));
    try {
      return (await this.failedOf(row, build, undefined)).map((each) => ({ root: row.root, node: each }));
    } catch (error) {
      if (isAbort(error)) return [];
      const note: ArtifactNote = { kind: 'failed', error, goneAt: undefined, above: row };
      return [{ root: row.root, node: noteNode(row.node.id, build, note) }];
    }
  }

  private testsOf(root: string, build: Build, opened: OpenArchive | undefined): Tests {
    const key = `${root} ${build.id} ${build.status}`;
    const known = opened === undefined ? this.testsWithoutArchive.get(key) : this.tests.get(opened);
    if (known !== undefined) return known;
    const state = this.source.mayHave(build, opened) ? 'reading' : 'none';
    const tests: Tests = { row: undefined, state, done: Promise.resolve(undefined), results: undefined };
    if (opened === undefined) this.keepAlone(key, tests);
    else this.tests.set(opened, tests);
    if (state === 'reading') this.readTests(root, tests, build, opened);
    return tests;
  }

  private keepAlone(key: string, tests: Tests): void {
    this.testsWithoutArchive.set(key, tests);
    const [oldest] = this.testsWithoutArchive.keys();
    if (this.testsWithoutArchive.size > maxAlone && oldest !== undefined) this.testsWithoutArchive.delete(oldest);
  }

  private readTests(root: string, tests: Tests, build: Build, opened: OpenArchive | undefined): void {
    tests.state = 'reading';
    tests.done = this.source.read(root, build, opened);
    const end = (state: Tests['state'], results?: TestResults): void => {
      tests.state = state;
      tests.results = results;
      if (tests.row !== undefined) this.changed.fire(tests.row);
    };
    tests.done.then(
      (results) => end(results === undefined ? 'none' : 'read', results),
      () => end('failed'),
    );
  }

  private async failedOf(row: Row, build: Build, opened: OpenArchive | undefined): Promise<readonly ArtifactRowNode[]> {
    const tests = this.testsOf(row.root, build, opened);
    // The error is shown here, and expanding again retries.
    if (tests.state === 'failed') this.readTests(row.root, tests, build, opened);
    const results = await tests.done;
    return results === undefined ? [] : this.testNodes(row, build, opened, results);
  }

  private async testNodes(
    { root, node }: Row,
    build: Build,
    opened: OpenArchive | undefined,
    results: TestResults,
  ): Promise<readonly ArtifactRowNode[]> {
    const shown = results.failed.slice(0, maxFailedShown);
    const project = targetOf(this.snapshotOf(root))?.project ?? '';
    const locations = await locateTests(shown, pathOfUri(root), project);
    const nodes = shown.map((found, index) =>
      testNode(`${node.id}/test:${index}`, build, opened?.address, found, locations[index]),
    );
    const more = results.failures - nodes.length;
    return more > 0 ? [...nodes, noteNode(node.id, build, { kind: 'moreTests', count: more })] : nodes;
  }
}

/** Whether a build failed and left an archive or a `junit` report. */
function mayHaveTests(build: Build): boolean {
  return build.status === 'failed' && (build.artifacts !== undefined || hasJUnitReport(build));
}

/** Whether the tests are listed below the failed build rather than its artifacts; not if all passed. */
function isListedBelowBuild(build: Build, { state, results }: Tests): boolean {
  if (state === 'none' || !mayHaveTests(build)) return false;
  return results === undefined || results.failures > 0 || !isWhole(results);
}

function isWhole({ damaged, firstOf, firstTests }: TestResults): boolean {
  return !damaged && firstOf === undefined && firstTests === undefined;
}

/** Whether there are so few failures that a heading would add nothing. */
function isBrief(results: TestResults): boolean {
  return isWhole(results) && results.sharedBy === undefined && results.failures <= maxWithoutHeading;
}

/**
 * Row of the tests among the artifacts, added at once if there may be tests, so that nothing moves when they have been
 * read. Omitted if no test ran.
 */
function testsAbove(id: string, build: Build, tests: Tests): readonly ArtifactRowNode[] {
  const { state, results } = tests;
  if (state === 'none' || isListedBelowBuild(build, tests)) return [];
  const isEmpty = results !== undefined && isWhole(results) && results.failures === 0;
  if (isEmpty && results.tests - results.skipped === 0) return [];
  return [{ kind: 'tests', id: `${id}/tests`, build, state, results }];
}

function reportsOf({ id, build }: ArtifactsNode): readonly ArtifactReportNode[] {
  return (build.reports ?? []).map((report, index) => {
    return { kind: 'artifactReport', id: `${id}/report:${index}`, build, report };
  });
}

function testNode(
  id: string,
  build: Build,
  address: ArtifactAddress | undefined,
  { test, report }: FoundTest,
  place: FoundLocation | undefined,
): TestNode {
  const inArchive = address === undefined || report === undefined ? undefined : toArtifactUri(address, build, report);
  const uri = place === undefined ? inArchive : pathToFileURL(place.file).href;
  return { kind: 'test', id, build, test, report, uri, line: place?.line, column: place?.column };
}

function inFolder(
  id: string,
  { children }: ArchiveFolder,
  address: ArtifactAddress,
  build: Build,
): readonly ArtifactRowNode[] {
  const seen = new Map<string, number>();
  const rows = children.slice(0, maxRows).map((child) => {
    const times = seen.get(`${child.kind} ${child.name}`) ?? 0;
    seen.set(`${child.kind} ${child.name}`, times + 1);
    const uri = child.isOpenable ? toArtifactUri(address, build, child.path) : undefined;
    return childNode(`${id}/${child.kind}${times === 0 ? '' : times}:${child.name}`, build, child, uri);
  });
  const more = children.length - rows.length;
  return more > 0 ? [...rows, noteNode(id, build, { kind: 'more', count: more })] : rows;
}

function childNode(id: string, build: Build, child: ArchiveNode, uri: string | undefined): ArtifactRowNode {
  const { name, path, size } = child;
  return child.kind === 'folder'
    ? { kind: 'artifactFolder', id, build, name, path, size, folder: child, uri }
    : { kind: 'artifactFile', id, build, name, path, size, entry: child.entry, uri };
}

function noteNode(above: string, build: Build, note: ArtifactNote): ArtifactNoteNode {
  return { kind: 'artifactNote', id: `${above}/note`, build, note };
}
