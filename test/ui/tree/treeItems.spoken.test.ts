import assert from 'node:assert/strict';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import type { Build } from '../../../src/core/model/build';
import type { Grouping } from '../../../src/core/model/tree';
import { type FakeTreeView, rowsOf } from '../fake/views';
import { aBuild, alone, aRepository, ready, several, sha, someBuilds } from '../samples';

/** What a screen reader says of each kind of row, from the top. */
async function spoken(grouping: Grouping, show: (tree: BuildTree) => void): Promise<readonly string[]> {
  const tree = new BuildTree(() => grouping);
  show(tree);
  const rows = await rowsOf(tree.view as unknown as FakeTreeView<unknown>);
  tree.dispose();
  return rows.map(({ item }) => item.accessibilityInformation?.label ?? '');
}

const artifacts = { filename: 'a.zip', size: 1000 };
const times = { startedAt: '2016-03-01T12:00:00Z', finishedAt: '2016-03-01T12:03:10Z' };
const failed: Partial<Build> = { name: 'rspec', status: 'failed', failureReason: 'job_execution_timeout', ...times };

describe('What a screen reader says of a row', () => {
  for (const { kind, grouping = 'stageAndStatus', builds, said } of [
    {
      kind: 'a stage, a build with its reason and time, and an attempt',
      builds: [aBuild({ id: 2, ...failed, attempts: [aBuild({ id: 1, name: 'rspec', status: 'canceled' })] })],
      said: [
        'Stage test, 1 failed',
        'rspec, failed, stage test, timed out, 3 minutes 10 seconds, attempt 2',
        'rspec, canceled, stage test',
      ],
    },
    {
      kind: 'artifacts',
      builds: [aBuild({ name: 'compile', artifacts })],
      said: [
        'Stage test, 1 passed',
        'compile, passed, stage test, has artifacts, 1.0 kB',
        'Artifacts of compile #1, 1.0 kB',
      ],
    },
    {
      kind: 'a status',
      grouping: 'status',
      builds: someBuilds({ status: 'manual' }, { status: 'manual' }),
      said: ['manual, 2 builds', 'build-1, manual, stage test', 'build-2, manual, stage test'],
    },
    {
      kind: 'parallel builds',
      grouping: 'none',
      builds: [aBuild({ id: 1, name: 'k 1/2', status: 'failed' }), aBuild({ id: 2, name: 'k 2/2' })],
      said: ['k, 2 builds, stage test, 1 of 2 failed', 'k 1/2, failed, stage test', 'k 2/2, passed, stage test'],
    },
    {
      kind: 'what other systems report',
      builds: [aBuild({ kind: 'external', name: 'jenkins', stage: 'external' })],
      said: ['Reported by other systems, 1 passed', 'jenkins, passed, stage external'],
    },
  ] as const)
    it(`such as that of ${kind} is its name, status, and what else is shown`, async () =>
      assert.deepEqual(await spoken(grouping, (tree) => tree.show(alone(ready(builds)))), said));

  it('such as that of a pipeline says what it is, and its ref', async () => {
    const pipeline = { sha, status: 'success', source: 'push' };
    const pipelines = [
      { ...pipeline, id: 2, ref: 'v1.0' },
      { ...pipeline, id: 1, ref: 'master' },
      { ...pipeline, id: 3, ref: 'refs/merge-requests/7/head', mergeRequest: { iid: 7, title: 'Let people in' } },
    ];
    const builds = [
      aBuild({ id: 1, pipeline: 1 }),
      aBuild({ id: 2, pipeline: 2, ref: 'v1.0', tag: true, status: 'failed' }),
      aBuild({ id: 3, pipeline: 3, ref: 'refs/merge-requests/7/head' }),
    ];
    const said = await spoken('stage', (tree) => tree.show(alone({ ...ready(builds), pipelines })));
    assert.deepEqual(
      said.filter((label) => label.includes('#')),
      ['Merge request !7 Let people in, 1 passed · #3', 'Branch master, 1 passed · #1', 'Tag v1.0, 1 failed · #2'],
    );
  });

  it('such as that of a repository names branch, commit and standing', async () => {
    const one = ready(someBuilds({ status: 'failed' }, {}));
    const said = await spoken('stage', (tree) => tree.show(several(aRepository('shop', one), aRepository('api', one))));
    assert.equal(said[0], 'Repository api, master · 01234567, failed · 1 of 2: build-1');
  });
});
