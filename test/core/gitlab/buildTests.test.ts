import assert from 'node:assert/strict';
import type { GitLabTests } from '../../../src/core/artifacts/tests/testReport';
import type { GitLabClient } from '../../../src/core/gitlab/client';
import { withGitLab } from '../../gitlab/each';
import { type Fault, serverError } from '../../gitlab/faults';
import type { FakeBuild, FakeTest, Project } from '../../gitlab/model';
import type { ProfileName, VariantName } from '../../gitlab/profiles/profile';
import { smallProject } from '../../gitlab/scenarios';
import type { FakeGitLab } from '../../gitlab/server';
import { clientOf, failureOf, unhurried } from '../support';

const failing: readonly FakeTest[] = [
  { status: 'success', name: 'test_ok', classname: 'tests.test_math', time: 0.25 },
  {
    status: 'failed',
    name: 'test_sum',
    classname: 'tests.test_math',
    time: 0.5,
    output: 'AssertionError: assert 3 == 4\ntests/test_math.py:12: AssertionError',
    recentFailures: { count: 3, baseBranch: 'main' },
  },
  { status: 'error', name: 'test_db', classname: 'tests.test_db', output: 'KeyError: db' },
  { status: 'skipped', name: 'test_slow', classname: 'tests.test_math' },
];
const passing: readonly FakeTest[] = [{ status: 'success', name: 'adds', classname: 'sum', file: 'src/sum.test.js' }];

interface Scene {
  readonly fake: FakeGitLab;
  readonly client: GitLabClient;
  readonly project: Project;
  readonly pytest: FakeBuild;
  readonly jest: FakeBuild;
  readonly tests: (build: FakeBuild, state?: string) => Promise<GitLabTests | undefined>;
  /** What is asked for meanwhile: the last part of a path, or the field of a query. */
  readonly asked: (work: () => Promise<unknown>) => Promise<readonly string[]>;
}

async function on(profile: ProfileName | VariantName, test: (scene: Scene) => Promise<void>): Promise<void> {
  await withGitLab({ profile }, async (fake) => {
    const { project, sha, ref } = smallProject(fake.world);
    const pytest = fake.world.addBuild(project, { sha, name: 'pytest', status: 'failed', tests: failing });
    const jest = fake.world.addBuild(project, { sha, name: 'jest', status: 'success', tests: passing });
    const client = clientOf(fake, { apiVersion: 'auto' });
    const { path } = project;
    const sent: string[] = [];
    fake.faults.push({
      when: ({ path: at, body }) => {
        const [asked] = /test_report\w*$/.exec(at) ?? /testReportSummary|testSuite(?=\()/.exec(body) ?? [];
        if (asked !== undefined) sent.push(asked);
        return false;
      },
    });
    await client.listing(path, { sha, ref }, unhurried());
    await test({
      ...{ fake, client, project, pytest, jest },
      tests: async ({ id }, state = '') => {
        const { builds } = await client.listing(path, { sha, ref }, unhurried());
        const build = builds.find((one) => one.id === id) ?? assert.fail();
        return client.builds.testsOf(path, build, state, unhurried());
      },
      asked: async (work) => {
        sent.length = 0;
        await work();
        return [...sent];
      },
    });
  });
}

const ways: Readonly<Partial<Record<ProfileName | VariantName, readonly string[]>>> = {
  '13.9': ['test_report'],
  '14.0': ['testReportSummary', 'testSuite'],
  '14.9': ['testReportSummary', 'testSuite'],
  '15.9': ['testReportSummary', 'testSuite'],
  '17.2': ['testReportSummary', 'testSuite'],
  '18.9': ['testReportSummary', 'testSuite'],
};

describe('The tests of a build', () => {
  for (const [profile, way] of Object.entries(ways) as readonly [ProfileName, readonly string[]][])
    it(`come from ${way.join(' and ')} of ${profile}, and match the archive's`, () =>
      on(profile, async ({ tests, pytest, asked }) => {
        const sent = await asked(async () => {
          const told = (await tests(pytest)) ?? assert.fail();
          const { report } = told;
          assert.deepEqual([told.name, told.builds, told.isPartial], ['pytest', [pytest.id], false]);
          assert.deepEqual([report.tests, report.failures, report.skipped, report.damaged], [4, 2, 1, false]);
          assert.deepEqual(
            report.failed.map(({ kind, name, message }) => [kind, name, message]),
            [
              ['error', 'test_db', 'KeyError: db'],
              ['failure', 'test_sum', 'AssertionError: assert 3 == 4'],
            ],
          );
          const sum = report.failed.find(({ name }) => name === 'test_sum');
          assert.deepEqual([sum?.classname, sum?.seconds], ['tests.test_math', 0.5]);
          assert.deepEqual(sum?.recentFailures, { count: 3, branch: 'main' });
          assert.match(sum.text ?? '', /test_math\.py:12/);
          assert.deepEqual(
            report.quiet.map(({ kind, name }) => [kind, name]),
            [
              ['passed', 'test_ok'],
              ['skipped', 'test_slow'],
            ],
          );
        });
        assert.deepEqual(sent, way);
      }));

  for (const profile of ['10.8', '13.4'] as const)
    it(`are not available from ${profile}, so the archive is read`, () =>
      on(profile, async ({ tests, pytest }) => assert.equal(await tests(pytest), undefined)));

  it('are requested once, and only the summary is requested again when another build ends', () =>
    on('18.9', async ({ tests, pytest, jest, asked, fake, project }) => {
      await tests(pytest, '1');
      assert.deepEqual(await asked(() => tests(pytest, '1')), []);
      assert.deepEqual(await asked(() => tests(jest, '1')), ['testSuite']);
      const more = fake.world.addBuild(project, { sha: pytest.sha, name: 'rspec', status: 'success', tests: passing });
      assert.deepEqual(await asked(() => tests(more, '2')), ['testReportSummary', 'testSuite']);
      assert.deepEqual(await asked(() => tests(pytest, '2')), []);
    }));

  it('come in one report for all builds of the pipeline on 13.9', () =>
    on('13.9', async ({ tests, pytest, jest, asked }) => {
      await tests(pytest);
      assert.deepEqual(await asked(() => tests(jest)), []);
    }));

  it('are those of the whole group if parallel builds share a suite, and of one build for a matrix', () =>
    on('18.9', async ({ fake, project, pytest, tests }) => {
      const { sha } = pytest;
      const add = (name: string) => fake.world.addBuild(project, { sha, name, status: 'success', tests: passing });
      const [one, two, cell] = [add('rspec 1/2'), add('rspec 2/2'), add('rspec: [a, b]')];
      const [told, ofCell] = [await tests(one, '3'), await tests(cell, '3')];
      assert.deepEqual([told?.name, told?.builds, told?.report.tests], ['rspec', [one.id, two.id], 2]);
      assert.deepEqual([ofCell?.name, ofCell?.report.tests], ['rspec: [a, b]', 1]);
    }));

  it('are those of the group in the 13.9 report, too', () =>
    on('13.9', async ({ fake, project, pytest, tests }) => {
      const add = (name: string) =>
        fake.world.addBuild(project, { sha: pytest.sha, name, status: 'success', tests: passing });
      const [one] = [add('rspec 1/2'), add('rspec 2/2')];
      const told = await tests(one, '3');
      assert.deepEqual([told?.name, told?.report.tests], ['rspec', 2]);
    }));

  it('come from one request even if there are many, and from the first pages if one request is too large', () =>
    on('18.9', async ({ fake, project, pytest, tests, asked, client }) => {
      const many = Array.from({ length: 1500 }, (_, at): FakeTest => ({ status: 'success', name: `test ${at}` }));
      const { sha } = pytest;
      const large = fake.world.addBuild(project, { sha, name: 'large', status: 'success', tests: many });
      const sent = await asked(async () => {
        const told = await tests(large, '4');
        assert.deepEqual([told?.report.quiet.length, told?.isPartial], [1500, false]);
      });
      assert.deepEqual(sent, ['testReportSummary', 'test_report']);
      fake.faults.push({ when: ({ path }) => path.endsWith('test_report'), answer: huge });
      const again = fake.world.addBuild(project, { sha, name: 'again', status: 'success', tests: many });
      const told = await tests(again, '5');
      assert.deepEqual([told?.report.quiet.length, told?.report.tests, told?.isPartial], [1000, 1500, true]);
      assert.equal(client.usesGraphql, true);
    }));

  it('are marked as damaged if GitLab could not read the file', () =>
    on('18.9', async ({ fake, project, pytest, tests }) => {
      const init = { sha: pytest.sha, name: 'odd', status: 'failed', suiteError: 'JUnit data parsing failed: bad' };
      const told = await tests(fake.world.addBuild(project, init), '6');
      assert.deepEqual([told?.report.tests, told?.report.damaged], [0, true]);
    }));

  it("come from REST if GraphQL refuses them, after REST's summary", () =>
    on('18.9', async ({ fake, tests, pytest, asked }) => {
      const body = JSON.stringify({
        errors: [{ message: "Field 'testReportSummary' doesn't exist on type 'Pipeline'" }],
      });
      const headers = { 'Content-Type': 'application/json' };
      fake.faults.push({ when: (one) => one.body.includes('testReport'), answer: { status: 200, headers, body } });
      const sent = await asked(async () => assert.equal((await tests(pytest))?.report.tests, 4));
      assert.deepEqual(sent, ['testReportSummary', 'test_report_summary', 'test_report']);
    }));

  it('are requested once if GitLab fails, since a report is expensive to compute', () =>
    on('13.9', async ({ fake, tests, pytest, asked }) => {
      const fault: Fault = { ...serverError(), when: ({ path }) => path.endsWith('test_report') };
      fake.faults.push(fault);
      const sent = await asked(async () => assert.equal((await failureOf(tests(pytest))).kind, 'server'));
      assert.deepEqual(sent, ['test_report']);
    }));

  it('are not loaded for a superseded attempt', () =>
    on('18.9', async ({ fake, client, project, pytest }) => {
      fake.world.retry(pytest);
      const { builds } = await client.listing(project.path, { sha: pytest.sha }, unhurried());
      const attempt = builds.flatMap(({ attempts }) => attempts).find(({ id }) => id === pytest.id);
      assert.ok(attempt);
      assert.equal(await client.builds.testsOf(project.path, attempt, '', unhurried()), undefined);
    }));
});

const huge = {
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ test_suites: [], filler: 'x'.repeat(4_100_000) }),
};
