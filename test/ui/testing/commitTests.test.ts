import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FailedTest, QuietTest } from '../../../src/core/artifacts/tests/testReport';
import type { Build } from '../../../src/core/model/build';
import { GitLabError } from '../../../src/core/model/errors';
import { CommitTests } from '../../../src/ui/testing/commitTests';
import type { TestingSetting } from '../../../src/ui/session/settings';
import type { TestResults } from '../../../src/core/artifacts/tests/testResults';
import { Uri } from '../fake/basics';
import { editor } from '../fake/editor';
import { drawnTests, type FakeTestController, type FakeTestItem } from '../fake/tests';
import { until } from '../fake/until';
import { aBuild, alone, aTarget, ready } from '../samples';

const reports = [{ type: 'junit', filename: 'junit.xml.gz', size: 300 }];
const aSum: FailedTest = {
  kind: 'failure',
  name: 'test_sum',
  classname: 'tests.test_math',
  suite: 'pytest',
  seconds: 0.5,
  message: 'assert 3 == 4',
  text: 'E  assert 3 == 4\ntests/test_math.py:12: AssertionError',
  recentFailures: { count: 3, branch: 'main' },
};

function results(failed: readonly FailedTest[], quiet: readonly QuietTest[] = [], more: Partial<TestResults> = {}) {
  return {
    tests: failed.length + quiet.length,
    skipped: 0,
    failures: failed.length,
    failed: failed.map((test) => ({ test, report: undefined })),
    quiet,
    damaged: false,
    ...more,
  };
}

describe("The commit's tests in the Testing view", () => {
  let setting: TestingSetting;
  let tests: CommitTests;
  let told: (build: Build) => Promise<TestResults | undefined>;
  let asked: number[];
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tests-'));
    setting = 'onDemand';
    asked = [];
    tests = new CommitTests({
      settings: { testing: () => setting },
      report: { guard: async (_, work) => work() },
      source: { readAny: async (_, build) => (asked.push(build.id), told(build)) },
    });
  });
  afterEach(async () => {
    tests.dispose();
    await rm(folder, { recursive: true });
  });

  const root = () => Uri.file(folder).toString();
  const state = (...builds: readonly Build[]) => {
    const { repositories } = alone(ready(builds));
    return { repositories: repositories.map((each) => ({ ...each, root: root() })), active: root() };
  };
  const fill = async (...builds: readonly Build[]) => tests.fill(root(), ready(builds));
  const shown = (): FakeTestController | undefined => editor().testControllers.findLast(({ disposed }) => !disposed);
  const controller = (): FakeTestController => shown() ?? assert.fail('no controller');
  const items = (of = controller().items): readonly FakeTestItem[] =>
    [...of.all.values()].flatMap((item) => [item, ...items(item.children)]);
  const item = (label: string): FakeTestItem => items().find((one) => one.label === label) ?? assert.fail(label);
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const failed = (changes: Partial<Build> = {}): Build => aBuild({ status: 'failed', reports, ...changes });

  it('are grouped by build, suite and class, with results, once somebody has requested them', async () => {
    told = async () =>
      results(
        [aSum],
        [
          { kind: 'passed', name: 'test_ok', classname: 'tests.test_math', suite: 'pytest', seconds: 0.25 },
          { kind: 'skipped', name: 'test_slow', suite: 'pytest' },
        ],
      );
    assert.deepEqual(await fill(failed({ name: 'unit' })), { tests: 3, failures: 1 });
    assert.deepEqual(drawnTests(controller()), [
      '▸ unit',
      '  ▸ pytest',
      '    ▸ tests.test_math',
      '      ✗ test_sum  Failed 3 times in 14 days on main',
      '      ✓ test_ok',
      '    - test_slow',
    ]);
    const [run] = controller().runs;
    assert.deepEqual([run?.ended, run?.persist, run?.request.preserveFocus], [true, false, true]);
    assert.equal(run?.results.get(item('test_sum'))?.ms, 500);
    assert.equal(run.results.get(item('test_sum'))?.message?.message, aSum.text);
    assert.match(run.outputs[0]?.[0] ?? '', /^E {2}assert 3 == 4\r\ntests/);
    assert.equal(controller().label, 'GitLab CI');
  });

  it('lead to the line of the failure', async () => {
    await mkdir(dirname(join(folder, 'tests/test_math.py')), { recursive: true });
    await writeFile(join(folder, 'tests/test_math.py'), '');
    told = async () => results([aSum]);
    await fill(failed());
    const { uri, range } = item('test_sum');
    assert.deepEqual([uri?.path, range?.start.line], [join(folder, 'tests/test_math.py'), 11]);
    const location = controller().runs[0]?.results.get(item('test_sum'))?.message?.location;
    assert.deepEqual([location?.uri.path, location?.range.start.line], [join(folder, 'tests/test_math.py'), 11]);
  });

  it('don\'t exist, not even a controller, before that, and with the setting "never"', async () => {
    told = async () => results([aSum]);
    tests.show(state(failed()));
    setting = 'never';
    tests.show(state(failed()));
    await settled();
    assert.deepEqual([editor().testControllers, asked], [[], []]);
  });

  it('appear automatically with the setting "always", and again when another build has ended', async () => {
    setting = 'always';
    told = async () => results([aSum]);
    const other = (status: string) => aBuild({ id: 2, name: 'other', status, reports });
    tests.show(state(failed(), other('running')));
    await settled();
    tests.show(state(failed(), other('running')));
    await settled();
    assert.deepEqual(asked, [1]);
    tests.show(state(failed(), other('success')));
    await settled();
    assert.deepEqual(asked, [1, 1, 2]);
    await until('both builds', () => controller().items.size === 2);
    assert.equal(editor().testControllers.filter(({ disposed }) => !disposed).length, 1);
  });

  it('follow the builds once they are shown, and disappear with the commit', async () => {
    told = async () => results([aSum]);
    await fill(failed());
    tests.show(state(failed(), aBuild({ id: 2, name: 'other', status: 'success', reports })));
    await until('both builds', () => controller().items.size === 2);
    const { repositories, active } = state(failed());
    const target = aTarget({ sha: 'f'.repeat(40) });
    tests.show({ repositories: repositories.map((one) => ({ ...one, snapshot: { ...ready([]), target } })), active });
    assert.equal(shown(), undefined);
    tests.show(state(failed()));
    await settled();
    assert.equal(shown(), undefined);
  });

  it("don't appear if the commit has changed by the time they are read", async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    told = async () => gate.then(() => results([aSum]));
    const filling = fill(failed());
    tests.show({ repositories: [], active: undefined });
    open();
    assert.equal(await filling, undefined);
    assert.equal(shown(), undefined);
  });

  it('of parallel builds form one group', async () => {
    told = async () => results([aSum], [], { sharedBy: { name: 'rspec', builds: [1, 2] } });
    const filled = await fill(failed({ name: 'rspec 1/2' }), failed({ id: 2, name: 'rspec 2/2' }));
    assert.deepEqual(filled, { tests: 1, failures: 1 });
    assert.deepEqual(drawnTests(controller())[0], '▸ rspec');
    assert.equal(controller().items.size, 1);
  });

  it("that can't be read say why at their build, and the others are shown", async () => {
    told = async ({ id }) => {
      if (id === 1) throw new GitLabError({ kind: 'timeout', host: 'git.example.com' });
      return results([aSum]);
    };
    await fill(failed({ name: 'a' }), failed({ id: 2, name: 'b' }));
    const [first] = drawnTests(controller());
    assert.match(first ?? '', /^▸ a {2}git\.example\.com didn't respond/);
    assert.ok(items().some(({ label }) => label === 'test_sum'));
  });

  it('are not requested for running builds, or for those without a report and an archive', async () => {
    told = async () => results([aSum]);
    const artifacts = { filename: 'a.zip', size: 1 };
    await fill(
      aBuild({ id: 1, name: 'a', status: 'running', reports }),
      aBuild({ id: 2, name: 'b', status: 'failed' }),
      aBuild({ id: 3, name: 'c', status: 'success', artifacts }),
    );
    assert.deepEqual(asked, [3]);
  });

  it('with the same name are all shown', async () => {
    const quiet = { kind: 'passed', name: 'adds', classname: 'sum' } as const;
    told = async () => results([], [quiet, quiet, { ...quiet, name: '' }]);
    await fill(failed({ name: 'unit' }));
    assert.deepEqual(drawnTests(controller()), ['▸ unit', '  ▸ sum', '    ✓ adds', '    ✓ adds', '    ✓ ?']);
  });

  it('are never said to be complete if others were not read', async () => {
    told = async () => results([aSum], [], { tests: 1500, firstTests: 1 });
    await fill(failed());
    assert.equal(item('rspec').description, 'only the first 1 of 1500 tests');
  });

  it('are limited in number, and yield while they are added', async () => {
    const quiet = Array.from({ length: 25_000 }, (_, at): QuietTest => ({ kind: 'passed', name: `test ${at}` }));
    told = async () => results([], quiet);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    await fill(failed());
    clearInterval(timer);
    assert.equal(item('rspec').children.size, 20_000);
    assert.equal(item('rspec').description, 'only the first 20000 of 25000 tests');
    assert.ok(turns > 1, `${turns}`);
  });

  it('pass their build to the commands in their menu', async () => {
    told = async () => results([aSum]);
    await fill(failed({ id: 7 }));
    assert.deepEqual(tests.toReference(item('test_sum')), { build: 7, repository: root() });
    for (const other of [undefined, null, {}, 'x', { children: [], sortText: '' }])
      assert.equal(tests.toReference(other), undefined);
  });
});
