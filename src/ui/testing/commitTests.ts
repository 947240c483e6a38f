import {
  l10n,
  TestRunRequest,
  tests as vscodeTests,
  Uri,
  type Disposable,
  type TestController,
  type TestItem,
} from 'vscode';
import type { Build } from '../../core/model/build';
import { isAbort } from '../../core/model/errors';
import { mayHaveTests } from '../../core/model/junitReports';
import { buildsThatCount } from '../../core/model/pipeline';
import { isSameTarget, listingOf, targetOf, type Snapshot, type Target } from '../../core/model/snapshot';
import { mapLimit } from '../../core/util/mapLimit';
import { locateTests } from '../../core/artifacts/tests/testFiles';
import type { TestSource } from '../../core/artifacts/tests/testSource';
import { sentenceFor, type Report } from '../report';
import type { ViewState } from '../../core/session/repositoryView';
import type { Settings } from '../session/settings';
import { withoutMarkup } from '../text/failures';
import type { TestResults } from '../../core/artifacts/tests/testResults';
import { addTests, type PlacedTest } from './testItems';

const buildsAtOnce = 4;
/** Maximum number of tests shown; for more, the build says how many of its tests are shown. */
const maxTests = 20_000;

interface CommitTestsPort {
  readonly source: Pick<TestSource, 'readAny'>;
  readonly settings: Pick<Settings, 'testing'>;
  readonly report: Pick<Report, 'guard'>;
}

/** What was found of the tests of a commit. */
interface Filled {
  readonly tests: number;
  readonly failures: number;
}

/** The commit whose tests are wanted. */
interface Wanted {
  readonly root: string;
  readonly target: Target;
  /** Ids of the builds to read. */
  readonly state: string;
}

/** A build with its tests, or the reason why they couldn't be read. */
interface Read {
  readonly build: Build;
  readonly results?: TestResults;
  readonly error?: unknown;
}

/**
 * The tests of the commit that is shown, in VS Code's Testing view: nothing before somebody asks for them, since a
 * controller alone shows the view. They go when another commit is shown.
 */
export class CommitTests implements Disposable {
  private wanted: Wanted | undefined;
  private controller: TestController | undefined;
  private readonly builds = new WeakMap<TestItem, Build>();

  constructor(private readonly port: CommitTestsPort) {}

  /** Reads the tests of the commit and shows them. Never moves the focus. undefined if another commit came in between. */
  async fill(root: string, snapshot: Snapshot | undefined): Promise<Filled | undefined> {
    const target = targetOf(snapshot);
    if (target === undefined) return undefined;
    const builds = buildsWithTests(snapshot);
    const wanted: Wanted = { root, target, state: stateOf(builds) };
    this.wanted = wanted;
    const read = await mapLimit(builds, buildsAtOnce, (build) => this.read(root, build));
    return this.wanted === wanted ? this.replace(wanted, distinct(read)) : undefined;
  }

  /** Follows what the views show: clears the tests of another commit, and reads them again when another build has ended. */
  show({ repositories, active }: ViewState): void {
    const setting = this.port.settings.testing();
    const root = this.wanted?.root ?? active;
    const snapshot = repositories.find((one) => one.root === root)?.snapshot;
    if (this.wanted !== undefined && (setting === 'never' || !isSameTarget(this.wanted.target, targetOf(snapshot))))
      this.dispose();
    if (snapshot?.kind !== 'ready' || snapshot.stale !== undefined || root === undefined) return;
    const builds = buildsWithTests(snapshot);
    const isWanted = this.wanted !== undefined || setting === 'always';
    if (!isWanted || builds.length === 0 || this.wanted?.state === stateOf(builds)) return;
    void this.port.report.guard('tests', () => this.fill(root, snapshot));
  }

  /** The argument for commands on the build of an item of the Testing view; undefined if it isn't one of ours. */
  toReference(item: unknown): { readonly build: number; readonly repository: string } | undefined {
    if (!isTestItem(item) || this.wanted === undefined) return undefined;
    const build = this.builds.get(outermost(item));
    return build === undefined ? undefined : { build: build.id, repository: this.wanted.root };
  }

  dispose(): void {
    this.wanted = undefined;
    this.controller?.dispose();
    this.controller = undefined;
  }

  private async read(root: string, build: Build): Promise<Read> {
    try {
      const results = await this.port.source.readAny(root, build);
      return { build, ...(results === undefined ? {} : { results }) };
    } catch (error) {
      if (isAbort(error)) return { build };
      return { build, error };
    }
  }

  private async replace(wanted: Wanted, read: readonly Read[]): Promise<Filled> {
    this.controller?.dispose();
    this.controller = undefined;
    const shown = read.filter(({ results, error }) => results !== undefined || error !== undefined);
    if (shown.length > 0) {
      this.controller = vscodeTests.createTestController('gitlabBuilds.tests', 'GitLab CI');
      await this.add(this.controller, wanted, shown);
    }
    const sum = (of: (results: TestResults) => number) =>
      shown.reduce((total, { results }) => total + (results === undefined ? 0 : of(results)), 0);
    return { tests: sum(({ tests }) => tests), failures: sum(({ failures }) => failures) };
  }

  private async add(controller: TestController, wanted: Wanted, read: readonly Read[]): Promise<void> {
    const { root, target } = wanted;
    const isCurrent = (): boolean => this.controller === controller;
    const title = l10n.t('GitLab CI, {0}', target.sha.slice(0, 8));
    const request = new TestRunRequest(undefined, undefined, undefined, false, true);
    // VS Code shows Rerun Last Run for any finished run, even without a run profile. Then it does nothing.
    const run = controller.createTestRun(request, title, false);
    let left = maxTests;
    for (const one of read) {
      const item = this.addBuild(controller, one);
      if (one.results === undefined) continue;
      const tests = await placed(one.results, root, target.project, left);
      if (!isCurrent()) break;
      left -= tests.length;
      const words = countWords(one.results, tests.length);
      if (words !== undefined) item.description = words;
      await addTests(controller, run, item, tests, isCurrent);
      if (!isCurrent()) break;
    }
    run.end();
  }

  private addBuild(controller: TestController, { build, results, error }: Read): TestItem {
    const item = controller.createTestItem(`build:${build.id}`, withoutMarkup(results?.sharedBy?.name ?? build.name));
    item.sortText = String(controller.items.size).padStart(6, '0');
    if (error !== undefined) item.error = sentenceFor(error);
    this.builds.set(item, build);
    controller.items.add(item);
    return item;
  }
}

function isTestItem(value: unknown): value is TestItem {
  return typeof value === 'object' && value !== null && 'children' in value && 'sortText' in value;
}

function outermost(item: TestItem): TestItem {
  return item.parent === undefined ? item : outermost(item.parent);
}

function buildsWithTests(snapshot: Snapshot | undefined): readonly Build[] {
  return buildsThatCount(listingOf(snapshot)).filter(mayHaveTests);
}

function stateOf(builds: readonly Build[]): string {
  return builds.map(({ id }) => id).join(' ');
}

/** Parallel builds share their tests: the first one stands for all. */
function distinct(read: readonly Read[]): readonly Read[] {
  const seen = new Set<string>();
  return read.filter(({ results }) => {
    if (results?.sharedBy === undefined) return true;
    const key = results.sharedBy.builds.join(' ');
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Failed tests first, with their locations. */
async function placed(
  { failed, quiet }: TestResults,
  root: string,
  project: string,
  most: number,
): Promise<readonly PlacedTest[]> {
  const locations = await locateTests(failed, Uri.parse(root).fsPath, project);
  const first = failed.map(({ test }, at): PlacedTest => ({ test, place: locations[at] }));
  return [...first, ...quiet.map((test): PlacedTest => ({ test }))].slice(0, most);
}

/** Why not all tests are shown; undefined if they are. */
function countWords({ tests, damaged, firstOf, firstTests }: TestResults, shown: number): string | undefined {
  if (damaged) return l10n.t('a report is damaged');
  if (firstOf !== undefined) return l10n.t('only the first {0} reports read', firstOf);
  return firstTests !== undefined || shown < tests
    ? l10n.t('only the first {0} of {1} tests', shown, tests)
    : undefined;
}
