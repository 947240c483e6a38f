import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GitLabError } from '../../../src/core/model/errors';
import type { Clock } from '../../../src/core/util/timer';
import type { GitLabTests } from '../../../src/core/artifacts/tests/testReport';
import type { Build } from '../../../src/core/model/build';
import type { Snapshot } from '../../../src/core/model/snapshot';
import { ArtifactRows } from '../../../src/ui/artifacts/artifactRows';
import { TestSource } from '../../../src/core/artifacts/tests/testSource';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import type { Row as TreeRow } from '../../../src/ui/tree/treeRows';
import { type TreeItem, Uri } from '../fake/basics';
import type { Range } from '../fake/texts';
import { drawn, type FakeTreeView, LiveTree, type Row, rowsOf } from '../fake/views';
import { anArchive, FakeArchives, withArtifacts } from '../fakeArchives';
import { aBuild, alone, hostileTexts, ready, several, aRepository } from '../samples';
import { pytest, surefire } from '../../core/artifacts/reports';

/** What a click passes to its command. */
function passed({ item }: Row): readonly unknown[] {
  return item.command?.arguments ?? [];
}

const now = Date.UTC(2026, 0, 10);
const clock = { now: () => now, setTimeout: () => 0, clearTimeout: () => undefined } as never as Clock;

let fake: FakeArchives;
let lazy: ArtifactRows;
let tree: BuildTree;
let shown: Snapshot;
let source: TestSource;
/** What GitLab tells of the tests of a build. */
let told: (build: Build, state: string) => Promise<GitLabTests | undefined>;

function eachWithATree(): void {
  beforeEach(() => {
    fake = new FakeArchives();
    told = async () => undefined;
    const client = { testsOf: async (_: string, build: Build, state: string) => told(build, state) };
    source = new TestSource(fake.archives, { snapshotOf: () => shown, clientOf: () => client });
    lazy = new ArtifactRows(fake.archives, source, () => shown, clock);
    tree = new BuildTree(() => 'none', clock, lazy);
  });
  afterEach(() => {
    tree.dispose();
    lazy.dispose();
    fake.archives.dispose();
  });
}

function show(snapshot: Snapshot): void {
  shown = snapshot;
  tree.show(alone(snapshot));
}

async function rows(): Promise<readonly Row[]> {
  return rowsOf(tree.view as unknown as FakeTreeView<unknown>, () => true);
}

/** Once more after reports were read, which the tree does not wait for. */
async function settled(): Promise<readonly Row[]> {
  await rows();
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  return rows();
}

async function row(label: string): Promise<Row> {
  const found = (await settled()).find(({ item }) => item.label === label);
  assert.ok(found, `no row ${label}`);
  return found;
}

function tooltip({ item, element }: Row): unknown {
  return (tree.resolveTreeItem(item as never, element as TreeRow) as unknown as TreeItem).tooltip;
}

describe('Artifacts in the tree', () => {
  eachWithATree();

  it('are folders and files below their build, with their sizes', async () => {
    fake.archive = anArchive({ 'public/index.html': 'x'.repeat(1500), 'public/a/b.css': 'yy', 'log.txt': 'z' }, [
      'empty',
    ]);
    show(ready([withArtifacts()]));
    assert.deepEqual(drawn(await rows()), [
      '▸ rspec  test · artifacts 1.0 kB',
      '  ▸ Artifacts  1.0 kB',
      '    · empty  0 B',
      '    ▸ public  1.5 kB',
      '      ▸ a  2 B',
      '        · b.css  2 B',
      '      · index.html  1.5 kB',
      '    · log.txt  1 B',
    ]);
  });

  it('are requested when the row is expanded, and once', async () => {
    show(ready([withArtifacts()]));
    await rowsOf(tree.view as unknown as FakeTreeView<unknown>);
    assert.equal(fake.asked.length, 0);
    await Promise.all([rows(), rows()]);
    await rows();
    assert.deepEqual(fake.asked, [
      {
        root: 'file:///work/project',
        instance: 'https://git.example.com',
        project: 'group/project',
        build: 1,
        size: 1000,
      },
    ]);
  });

  it('are below an attempt, too, and not below a build without any', async () => {
    show(ready([aBuild({ id: 2, attempts: [withArtifacts()] })]));
    assert.deepEqual(drawn(await rows()).slice(0, 3), [
      '▸ rspec  test · attempt 2',
      '  ▸ #1  artifacts 1.0 kB',
      '    ▸ Artifacts  1.0 kB',
    ]);
  });

  it('of an empty archive say so', async () => {
    show(ready([withArtifacts()]));
    assert.equal(drawn(await rows()).at(-1), '    · The archive is empty.');
  });

  it("that can't be listed are one row that says why, and tries again", async () => {
    fake.failure = new GitLabError({ kind: 'timeout', host: 'git.example.com' });
    show(ready([withArtifacts()]));
    const told = (await rows()).at(-1);
    assert.equal(told?.item.label, "git.example.com didn't respond in time. Try again later.");
    assert.equal(told.item.command?.command, 'gitlabBuilds.openArtifact');
    const [{ node }] = passed(told) as [TreeRow];
    assert.ok(node.kind === 'artifactNote' && node.note.kind === 'failed');
    const changed: unknown[] = [];
    tree.onDidChangeTreeData((one) => changed.push(one));
    lazy.reload(node.note.above);
    assert.deepEqual(changed, [[node.note.above]]);
    fake.failure = undefined;
    fake.archive = anArchive({ a: '' });
    assert.equal(drawn(await rows()).at(-1), '    · a  0 B');
  });

  it('that are gone say since when, and what to do', async () => {
    fake.failure = new GitLabError({ kind: 'notFound', host: 'git.example.com' });
    const expireAt = new Date(now - 1).toISOString();
    show(ready([withArtifacts({ artifacts: { filename: 'a.zip', size: 1, expireAt } })]));
    assert.match((await rows()).at(-1)?.item.label ?? '', /^The artifacts of rspec #1 expired on .* Retry the build/);
  });

  it('in one large folder are two thousand rows, and one that counts the rest', async () => {
    fake.archive = anArchive(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`many/${n}`, ''])));
    show(ready([withArtifacts()]));
    const all = await rows();
    assert.equal(all.length, 3 + 2000 + 1);
    assert.equal(all.at(-1)?.item.label, '8000 more. Download the artifacts to see them.');
  });

  it('in collapsed folders create no rows', async () => {
    fake.archive = anArchive(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`many/${n}`, ''])));
    show(ready([withArtifacts()]));
    const opened = await rowsOf(tree.view as unknown as FakeTreeView<unknown>, ({ label }) => label !== 'many');
    assert.equal(opened.length, 3);
  });

  it('name the reports that GitLab keeps with them', async () => {
    const reports = [{ type: 'junit', filename: 'junit.xml.gz', size: 300 }];
    show(ready([withArtifacts({ reports })]));
    const report = await row('junit report: junit.xml.gz');
    assert.deepEqual(
      [report.item.description, report.item.command, report.item.contextValue],
      ['300 B', undefined, 'artifactReport'],
    );
    assert.match(String(tooltip(report)), /It can't be downloaded/);
  });

  it('are only the reports if there is no archive', async () => {
    const reports = [{ type: 'sast', filename: 'gl-sast-report.json', size: 20 }];
    show(ready([aBuild({ reports })]));
    assert.deepEqual(drawn(await rows()), [
      '▸ rspec  test',
      '  ▸ Artifacts  reports only',
      '    · sast report: gl-sast-report.json  20 B',
    ]);
    const artifacts = await row('Artifacts');
    assert.equal(artifacts.item.contextValue, 'artifacts');
    assert.match(String(tooltip(artifacts)), /^rspec #1 has reports on GitLab's pages, but no archive/);
    assert.equal(artifacts.item.accessibilityInformation?.label, 'Artifacts of rspec #1, reports only');
    assert.equal(fake.asked.length, 0);
  });

  it('say for a build or an attempt that they have expired, and what helps', async () => {
    const artifactsExpiredAt = new Date(now - 1000).toISOString();
    const expired = aBuild({ artifactsExpiredAt });
    show(ready([aBuild({ id: 2, attempts: [expired] }), { ...expired, id: 3, name: 'lint' }]));
    const said = drawn(await rows());
    assert.equal(said.filter((line) => /· Artifacts {2}expired on .*2026/.test(line)).length, 2, said.join('\n'));
    const artifacts = await row('Artifacts');
    assert.equal(artifacts.item.contextValue, 'artifacts');
    assert.equal((artifacts.item.iconPath as { id: string }).id, 'warning');
    assert.match(String(tooltip(artifacts)), /^The artifacts of rspec #1 expired on .*2026.*Retry the build/);
    assert.deepEqual(lazy.childrenOf(artifacts.element as TreeRow) && (await rows()).length, 5);
    assert.equal(fake.asked.length, 0);
  });

  it('expire in place, and their row stays', async () => {
    show(ready([withArtifacts()]));
    const [, before] = await rows();
    show(ready([aBuild({ artifactsExpiredAt: new Date(now).toISOString() })]));
    const [, after] = await rows();
    assert.equal(before?.element, after?.element);
    assert.notEqual(before?.item.collapsibleState, after?.item.collapsibleState);
  });

  it('are gone once the user has signed out', async () => {
    let open = (): void => undefined;
    fake.gate = new Promise((resolve) => (open = resolve));
    show(ready([withArtifacts()]));
    const asked = rows();
    await new Promise((resolve) => setImmediate(resolve));
    fake.archives.clear();
    open();
    assert.equal((await asked).length, 2);
  });
});

describe('The row of artifacts', () => {
  eachWithATree();
  const at = (hours: number) => new Date(now + hours * 3600_000).toISOString();
  const look = async (expireAt: string | undefined) => {
    show(ready([withArtifacts({ artifacts: { filename: 'a.zip', size: 1000, expireAt } })]));
    const found = await row('Artifacts');
    return [found.item.description, found.item.iconPath?.id];
  };

  for (const [hours, words, icon] of [
    [72.5, 'expires in 3 days', 'package'],
    [48, 'expires in 2 days', 'package'],
    [29.1, 'expires in 30 hours', 'package'],
    [24, 'expires in 24 hours', 'warning'],
    [2.9, 'expires in 3 hours', 'warning'],
    [1, 'expires within the hour', 'warning'],
    [0.5, 'expires within the hour', 'warning'],
    [-1, 'expired', 'warning'],
  ] as const)
    it(`says ${words}`, async () => assert.deepEqual(await look(at(hours)), [`1.0 kB · ${words}`, icon]));

  it("says nothing about artifacts that don't expire", async () => {
    assert.deepEqual(await look(undefined), ['1.0 kB', 'package']);
    assert.deepEqual(await look('whenever'), ['1.0 kB', 'package']);
  });

  it('says what can be done about artifacts that expire', async () => {
    await look(at(5));
    assert.match(String(tooltip(await row('Artifacts'))), /^a\.zip, 1\.0 kB\nThey expire on .*\nKeep or/);
    await look(at(-5));
    assert.match(String(tooltip(await row('Artifacts'))), /Retry the build/);
  });

  it("has a type of its own, with the archive's abilities", async () => {
    show(ready([withArtifacts({ denied: ['deleteArtifacts'] })]));
    assert.equal((await row('Artifacts')).item.contextValue, 'artifacts hasArtifacts keepable');
  });
});

describe('An artifact', () => {
  eachWithATree();

  it('opens on a click, with the icon of its file type', async () => {
    fake.archive = anArchive({ 'a b/c#d.png': 'x' });
    show(ready([withArtifacts()]));
    const found = await row('c#d.png');
    const { item } = found;
    assert.equal(item.contextValue, 'artifactFile openable');
    assert.equal(item.command?.command, 'vscode.open');
    const [uri] = passed(found) as [Uri];
    assert.equal(uri.path, '/rspec #1/a b/c#d.png');
    assert.equal(item.resourceUri, uri);
    assert.equal(item.iconPath?.id, 'file');
  });

  it('with a name that leads elsewhere is shown with that name, and does not open', async () => {
    fake.archive = anArchive({ '../../etc/passwd': 'x', 'a\u0000b': 'y' });
    show(ready([withArtifacts()]));
    const found = await row('../../etc/passwd');
    assert.deepEqual(
      [found.item.command, found.item.resourceUri, found.item.contextValue],
      [undefined, undefined, 'artifactFile'],
    );
    assert.match(String(tooltip(found)), /can't be opened/);
    assert.ok(await row('a b'));
  });

  it('has its own row, even if another one has the same name', async () => {
    const { entries } = anArchive({ a: 'x' });
    fake.archive = { ...anArchive({ a: 'x' }), entries: [...entries, ...entries, ...entries] };
    show(ready([withArtifacts()]));
    assert.equal((await rows()).filter(({ item }) => item.label === 'a').length, 3);
  });

  for (const text of hostileTexts)
    it(`is one line of plain text for ${JSON.stringify(text)}`, async () => {
      fake.archive = anArchive({ [text]: 'x' });
      show(ready([withArtifacts()]));
      for (const { item } of await rows())
        for (const part of [item.label, item.description, item.accessibilityInformation?.label])
          assert.doesNotMatch(part ?? '', /[\n\r\u2028\u0000]|\]\(/);
    });
});

describe('The rows below artifacts', () => {
  eachWithATree();
  const ids = async () => (await rows()).map(({ item }) => item.id);

  it('stay the same during a refresh', async () => {
    fake.archive = anArchive({ 'a/b': 'x', c: 'y' });
    show(ready([withArtifacts(), aBuild({ id: 2, name: 'other', status: 'running' })]));
    const before = await ids();
    show(ready([withArtifacts(), aBuild({ id: 2, name: 'other', status: 'success' })]));
    assert.deepEqual(await ids(), before);
    assert.equal(fake.asked.length, 1);
  });

  it('are not reloaded by a refresh that changes other builds', () => {
    show(ready([withArtifacts(), aBuild({ id: 2, name: 'other', status: 'running' })]));
    const live = new LiveTree(tree.view as unknown as FakeTreeView<TreeRow>);
    live.rows();
    show(ready([withArtifacts(), aBuild({ id: 2, name: 'other', status: 'success' })]));
    live.rows();
    assert.deepEqual(
      live.told.map((one) => (one === 'all' ? one : one.map(({ node }) => node.id))),
      [['build:master/test/other']],
    );
  });

  it('are reloaded once the build or its artifacts have changed', async () => {
    const news = async (snapshot: Snapshot) => {
      let told = 0;
      const subscription = tree.onDidChangeTreeData(() => (told += 1));
      show(snapshot);
      subscription.dispose();
      await rows();
      return told;
    };
    await news(ready([withArtifacts()]));
    assert.equal(await news(ready([withArtifacts({ id: 2 })])), 1);
    assert.equal(await news(ready([withArtifacts({ id: 2 }, 2000)])), 1);
    assert.deepEqual(
      fake.asked.map(({ build, size }) => [build, size]),
      [
        [1, 1000],
        [2, 1000],
        [2, 2000],
      ],
    );
  });

  it("disappear with their build's artifacts", async () => {
    show(ready([withArtifacts()]));
    await rows();
    show(ready([aBuild()]));
    assert.deepEqual(drawn(await rows()), ['· rspec  test']);
  });

  it('are not shared with another repository, even for the same project', async () => {
    shown = ready([withArtifacts()]);
    tree.show(several(aRepository('one', shown), aRepository('two', shown)));
    const all = await ids();
    assert.equal(new Set(all).size, all.length);
    assert.equal(fake.asked.length, 1);
  });
});

describe('Failed tests', () => {
  eachWithATree();
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tests-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const showIn = (snapshot: Snapshot): void => {
    shown = snapshot;
    tree.show({ repositories: [{ root: Uri.file(folder).toString(), name: 'project', snapshot }], active: undefined });
  };
  const write = async (path: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), '');
  };

  it('are below the artifacts, with their messages', async () => {
    fake.archive = anArchive({ 'reports/junit.xml': pytest, 'other.txt': '' });
    showIn(ready([withArtifacts()]));
    const outline = drawn(await settled()).slice(1);
    assert.deepEqual(outline.slice(0, 4), [
      '  ▸ Artifacts  1.0 kB',
      '    ▸ Failed tests (2)  of 4 · 1 skipped',
      '      · test_sum  assert 3 == 4',
      '      · test_db  failed on setup with "KeyError: \'db\'"',
    ]);
    assert.match(
      String(tooltip(await row('test_sum'))),
      /^pytest › tests\.test_math › test_sum\n[^]*AssertionError\n\nFrom reports\/junit\.xml$/,
    );
  });

  it('open the file in the repository at the line', async () => {
    await write('tests/test_math.py');
    await write('app/src/test/java/org/example/MathTest.java');
    fake.archive = anArchive({
      'junit.xml': pytest,
      'app/target/surefire-reports/TEST-org.example.MathTest.xml': surefire,
    });
    showIn(ready([withArtifacts()]));
    const opened = async (label: string) => {
      const [uri, { selection }] = passed(await row(label)) as [Uri, { selection: Range }];
      return [uri.path.replace(`${folder}/`, ''), selection.start.line];
    };
    assert.deepEqual(await opened('test_sum'), ['tests/test_math.py', 11]);
    assert.deepEqual(await opened('adds'), ['app/src/test/java/org/example/MathTest.java', 24]);
  });

  it('open the report if the repository has no such file', async () => {
    fake.archive = anArchive({ 'a/junit.xml': pytest });
    showIn(ready([withArtifacts()]));
    const [uri, ...rest] = passed(await row('test_sum')) as [Uri];
    assert.deepEqual([uri.scheme, uri.path, rest], ['gitlab-artifacts', '/rspec #1/a/junit.xml', []]);
  });

  it('have a row from the start, which does not move once they are loaded', async () => {
    fake.archive = anArchive({ 'junit.xml': pytest });
    showIn(ready([withArtifacts()]));
    const first = await rowsOf(tree.view as unknown as FakeTreeView<unknown>, ({ label }) => label !== 'Tests');
    const second = await settled();
    assert.deepEqual([first[2]?.item.label, first[2]?.item.description], ['Tests', 'reading…']);
    assert.equal(second[2]?.item.label, 'Failed tests (2)');
    assert.equal(second[2].item.id, first[2]?.item.id);
  });

  it('have no row if all tests passed', async () => {
    fake.archive = anArchive({ 'junit.xml': '<testsuite><testcase name="a"/></testsuite>' });
    showIn(ready([withArtifacts()]));
    assert.equal(drawn(await settled())[2], '    · Tests  1 passed');
  });

  it('have no row if the XML is something else', async () => {
    fake.archive = anArchive({ 'test-coverage.xml': '<coverage/>' });
    showIn(ready([withArtifacts()]));
    assert.deepEqual(drawn(await settled()).slice(2), ['    · test-coverage.xml  11 B']);
  });

  it('are directly below a failed build, before its artifacts', async () => {
    await write('tests/test_math.py');
    fake.archive = anArchive({ 'reports/junit.xml': pytest });
    showIn(ready([withArtifacts({ status: 'failed' })]));
    assert.deepEqual(drawn(await settled()).slice(1), [
      '  · test_sum  assert 3 == 4',
      '  · test_db  failed on setup with "KeyError: \'db\'"',
      '  ▸ Artifacts  1.0 kB',
      '    ▸ reports  1.0 kB',
      '      · junit.xml  1.0 kB',
    ]);
    const [uri] = passed(await row('test_sum')) as [Uri];
    assert.equal(uri.path, `${folder}/tests/test_math.py`);
  });

  it('are below the failed attempt', async () => {
    fake.archive = anArchive({ 'junit.xml': pytest });
    showIn(ready([aBuild({ id: 2, attempts: [withArtifacts({ status: 'failed' })] })]));
    const labels = (await settled()).map(({ item }) => item.label);
    assert.deepEqual(labels, ['rspec', '#1', 'test_sum', 'test_db', 'Artifacts', 'junit.xml']);
  });

  it('have a heading below the build if there are many, or a note about them', async () => {
    const report = (n: number): string => `<testsuite><testcase name="${n}"><error/></testcase></testsuite>`;
    const files = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`junit-${n}.xml`, report(n)]));
    fake.archive = anArchive(files);
    showIn(ready([withArtifacts({ status: 'failed' })]));
    assert.equal(drawn(await settled())[1], '  ▸ Failed tests (21)  of 21');
    fake.archive = anArchive({ 'junit.xml': '<testsuite><testcase name="a"/><testcase' });
    showIn(ready([withArtifacts({ status: 'failed', id: 9 })]));
    assert.equal(drawn(await settled())[1], '  · Tests  none of 1 failed · a report is damaged');
  });

  it("are replaced by a note among a failed build's artifacts if all tests passed", async () => {
    fake.archive = anArchive({ 'junit.xml': '<testsuite><testcase name="a"/></testsuite>' });
    showIn(ready([withArtifacts({ status: 'failed' })]));
    assert.deepEqual(drawn(await settled()).slice(1, 3), ['  ▸ Artifacts  1.0 kB', '    · Tests  1 passed']);
  });

  it('have no row if no test ran', async () => {
    fake.archive = anArchive({ 'junit.xml': '<testsuite><testcase name="a"><skipped/></testcase></testsuite>' });
    showIn(ready([withArtifacts()]));
    assert.deepEqual(
      drawn(await settled()).filter((line) => line.includes('Tests')),
      [],
    );
  });

  it("don't delay viewing the artifacts", async () => {
    const waits: (() => void)[] = [];
    const slow = { ...clock, setTimeout: (work: () => void) => waits.push(work), clearTimeout: () => undefined };
    const rowsOfSlow = new ArtifactRows(fake.archives, source, () => shown, slow as never);
    const told: unknown[] = [];
    rowsOfSlow.onDidChange((one) => told.push(one));
    let open = (): void => undefined;
    fake.gate = new Promise((resolve) => (open = resolve));
    fake.archive = anArchive({ 'junit.xml': pytest });
    showIn(ready([withArtifacts({ status: 'failed' })]));
    const [build] = tree.getChildren();
    assert.ok(build);
    const early = rowsOfSlow.failedTestsOf(build);
    for (const work of waits) work();
    assert.deepEqual(await early, []);
    open();
    await new Promise<void>((resolve) => rowsOfSlow.onDidChange(() => resolve()));
    assert.deepEqual(told, [build]);
    assert.equal((await rowsOfSlow.failedTestsOf(build))?.length, 2);
    rowsOfSlow.dispose();
  });

  it("don't affect other rows if their artifacts can't be loaded", async () => {
    fake.failure = new GitLabError({ kind: 'timeout', host: 'git.example.com' });
    showIn(ready([withArtifacts({ status: 'failed' })]));
    assert.deepEqual(drawn(await settled()).slice(1), [
      '  ▸ Artifacts  1.0 kB',
      "    · git.example.com didn't respond in time. Try again later.",
    ]);
  });

  it('are read from all reports, however many', async () => {
    const report = (n: number): readonly [string, string] => [
      `junit-${n}.xml`,
      `<testsuite><testcase name="${n}"><error/></testcase></testsuite>`,
    ];
    fake.archive = anArchive(Object.fromEntries(Array.from({ length: 30 }, (_, n) => report(n))));
    showIn(ready([withArtifacts()]));
    assert.equal((await row('Failed tests (30)')).item.description, 'of 30');
  });

  it('are not reported as passed if a report breaks off', async () => {
    fake.archive = anArchive({ 'junit.xml': '<testsuite><testcase name="a"/><testcase' });
    showIn(ready([withArtifacts()]));
    assert.equal(drawn(await settled())[2], '    · Tests  none of 1 failed · a report is damaged');
  });

  it("that can't be read say why when they are expanded, and are then read again", async () => {
    fake.archive = anArchive({ 'junit.xml': new GitLabError({ kind: 'timeout', host: 'git.example.com' }) });
    showIn(ready([withArtifacts()]));
    const outline = drawn(await settled());
    assert.deepEqual(outline.slice(2, 4), [
      "    ▸ Tests  couldn't be read",
      "      · git.example.com didn't respond in time. Try again later.",
    ]);
  });

  it("are shown from readable reports, even if others can't be read", async () => {
    fake.archive = anArchive({ 'junit-1.xml': pytest, 'junit-2.xml': new Error('damaged') });
    showIn(ready([withArtifacts()]));
    assert.equal((await row('Failed tests (2)')).item.description, 'of 4 · 1 skipped · a report is damaged');
  });

  const reports = [{ type: 'junit', filename: 'junit.xml.gz', size: 300 }];
  const tests: GitLabTests = {
    name: 'rspec',
    builds: [1],
    isPartial: false,
    report: {
      ...{ tests: 3, skipped: 0, failures: 1, damaged: false },
      failed: [
        {
          kind: 'failure',
          name: 'test_sum',
          classname: 'tests.test_math',
          message: 'assert 3 == 4',
          text: 'tests/test_math.py:12: AssertionError',
          recentFailures: { count: 3, branch: 'main' },
        },
      ],
      quiet: [{ kind: 'passed', name: 'test_ok' }],
    },
  };

  it("are GitLab's if reports are not in an archive, with how often they failed recently", async () => {
    await write('tests/test_math.py');
    told = async () => tests;
    showIn(ready([aBuild({ reports, status: 'failed' })]));
    assert.deepEqual(drawn(await settled()).slice(1), [
      '  · test_sum  Failed 3 times in 14 days on main · assert 3 == 4',
      '  ▸ Artifacts  reports only',
    ]);
    const [uri, { selection }] = passed(await row('test_sum')) as [Uri, { selection: Range }];
    assert.deepEqual([uri.path.replace(`${folder}/`, ''), selection.start.line], ['tests/test_math.py', 11]);
    assert.equal(fake.asked.length, 0);
  });

  it('from such reports open the log if the repository has no such file', async () => {
    told = async () => tests;
    showIn(ready([aBuild({ reports, status: 'failed' })]));
    const { item } = await row('test_sum');
    assert.deepEqual([item.command?.command, item.command?.arguments], ['gitlabBuilds.openLog', [{ build: 1 }]]);
  });

  it('are not requested while the build runs, or for a build without such a report', async () => {
    told = async () => assert.fail('asked');
    showIn(ready([aBuild({ reports, status: 'running' }), aBuild({ id: 2, name: 'b', status: 'failed' })]));
    assert.ok(drawn(await settled()).includes('    · junit report: junit.xml.gz  300 B'));
  });

  it("come from the archive if GitLab doesn't provide them, can't, or couldn't read them", async () => {
    const damaged = { ...tests, report: { ...tests.report, damaged: true, failed: [], failures: 0 } };
    const answers = [async () => undefined, async () => Promise.reject(new Error('503')), async () => damaged];
    for (const [at, answer] of answers.entries()) {
      told = answer;
      fake.archive = anArchive({ 'junit.xml': pytest });
      showIn(ready([withArtifacts({ id: at + 1, reports, status: 'failed' })]));
      assert.ok(drawn(await settled()).includes('  · test_sum  assert 3 == 4'));
    }
  });

  it('that GitLab refuses say why, and are requested again', async () => {
    told = async () => Promise.reject(new GitLabError({ kind: 'timeout', host: 'git.example.com' }));
    showIn(ready([aBuild({ reports, status: 'failed' })]));
    assert.ok(drawn(await settled()).includes("    · git.example.com didn't respond in time. Try again later."));
    told = async () => tests;
    await settled();
    assert.ok(drawn(await settled()).some((line) => line.includes('test_sum')));
  });

  it('of parallel builds are those of the whole group, which is noted', async () => {
    told = async () => ({ ...tests, builds: [1, 2] });
    showIn(ready([aBuild({ name: 'rspec', reports, status: 'failed' })]));
    assert.equal((await row('Failed tests (1)')).item.description, 'of 3 · all of rspec');
  });

  it('are never said to be all of them if there are more than were read', async () => {
    told = async () => ({ ...tests, isPartial: true });
    showIn(ready([aBuild({ reports, status: 'failed' })]));
    assert.equal((await row('Failed tests (1)')).item.description, 'of 3 · only the first 2 tests read');
  });

  it('are requested together with all finished builds that have a report, so that a new one causes another request', async () => {
    const asked: string[] = [];
    told = async (_, state) => (asked.push(state), tests);
    const all = ['failed', 'running', 'success'].map((status, at) =>
      aBuild({ id: 9 - at, name: `${at}`, reports, status }),
    );
    showIn(ready([...all, aBuild({ id: 1, name: 'no report', status: 'failed' })]));
    await settled();
    assert.deepEqual([...new Set(asked)], ['7 9']);
  });
});
