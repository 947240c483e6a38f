import assert from 'node:assert/strict';
import { arrange } from '../../../src/core/model/arrange';
import type { Build } from '../../../src/core/model/build';
import type { Pipeline } from '../../../src/core/model/pipeline';
import type { Snapshot } from '../../../src/core/model/snapshot';
import type { Grouping } from '../../../src/core/model/tree';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import type { Row as TreeRow } from '../../../src/ui/tree/treeRows';
import { StatusBar } from '../../../src/ui/views/statusBar';
import type { TreeItem } from '../fake/basics';
import { editor } from '../fake/editor';
import { drawn, type FakeTreeView, rowsOf } from '../fake/views';
import { aBuild, alone, ready, sha } from '../samples';

const branch: Pipeline = { id: 20, ref: 'feature', sha, status: 'running', source: 'push' };
const child: Pipeline = { id: 21, ref: 'feature', sha, status: 'running', source: 'parent_pipeline' };
const merge: Pipeline = {
  ...{
    id: 22,
    ref: 'refs/merge-requests/7/merge',
    sha: 'f'.repeat(40),
    status: 'failed',
    source: 'merge_request_event',
  },
  mergeRequest: { iid: 7, title: 'Let people sign in' },
};
const compile = aBuild({ id: 1, name: 'compile', stage: 'build', pipeline: 20, ref: 'feature' });
const packages = aBuild({
  ...{ id: 2, name: 'packages', kind: 'bridge', status: 'running', pipeline: 20, ref: 'feature', downstream: 21 },
});
const install = aBuild({ id: 3, name: 'install', status: 'running', pipeline: 21, ref: 'feature' });
const jenkins = aBuild({ id: 4, name: 'jenkins', kind: 'external', stage: 'external', pipeline: 20, ref: 'feature' });
const merged = aBuild({ id: 5, name: 'rspec', status: 'failed', pipeline: 22, ref: merge.ref });

function listing(pipelines: readonly Pipeline[], ...rows: readonly Build[]): Extract<Snapshot, { kind: 'ready' }> {
  const one = ready(arrange(rows, pipelines));
  return { ...one, pipelines, target: { ...one.target, ref: 'feature' } };
}

const all = listing([merge, child, branch], compile, packages, install, jenkins, merged);

describe('The rows of several pipelines', () => {
  let tree: BuildTree;
  let grouping: Grouping;
  beforeEach(() => {
    grouping = 'stage';
    tree = new BuildTree(() => grouping);
  });
  afterEach(() => tree.dispose());

  const rows = () => rowsOf(tree.view as unknown as FakeTreeView<unknown>);
  async function shown(snapshot: Snapshot): Promise<readonly string[]> {
    tree.show(alone(snapshot));
    return drawn(await rows());
  }

  it('have a level of their own, open if something failed, with what a bridge started below it, and other systems apart', async () => {
    assert.deepEqual(await shown(all), [
      '▾ !7 Let people sign in  1 failed · merged result · #22',
      '  ▾ test  1 failed',
      '    · rspec',
      '▸ feature  1 running · 2 passed · #20',
      '  ▸ build  1 passed',
      '    · compile',
      '  ▸ test  1 running',
      '    ▸ packages  1 running · #21',
      '      ▸ test  1 running',
      '        · install',
      '  ▸ External  1 passed',
      '    · jenkins',
    ]);
  });

  it('say if GitLab counts a bridge as passed although its child pipeline failed, and are open down to the failure', async () => {
    const rows = [compile, { ...packages, status: 'success' }, { ...install, status: 'failed' }];
    assert.deepEqual(await shown(listing([child, branch], ...rows)), [
      '▸ build  1 passed',
      '  · compile',
      '▾ test  1 passed · child failed',
      '  ▾ packages  1 failed · bridge passed · #21',
      '    ▾ test  1 failed',
      '      · install',
    ]);
    const row = (await rowsOf(tree.view as unknown as FakeTreeView<unknown>)).find(
      ({ item }) => item.label === 'packages',
    );
    assert.deepEqual(
      [row?.item.iconPath?.id, row?.item.accessibilityInformation?.label, row?.item.contextValue],
      ['error', 'packages, passed, stage test, child pipeline 1 failed', 'build retryable hasFailed'],
    );
    const stage = (await rowsOf(tree.view as unknown as FakeTreeView<unknown>)).find(
      ({ item }) => item.label === 'test' && item.description !== '1 failed',
    );
    const { tooltip } = tree.resolveTreeItem(stage?.item as never, stage?.element as TreeRow) as unknown as TreeItem;
    assert.match((tooltip as { value: string }).value, /\| Builds \| 1 passed · child failed \|/);
  });

  it('have no pipeline level if there is only one', async () => {
    assert.deepEqual(await shown(listing([branch], compile, jenkins)), [
      '▸ build  1 passed',
      '  · compile',
      '▸ External  1 passed',
      '  · jenkins',
    ]);
  });

  it('show a pipeline without builds, since its configuration may be invalid', async () => {
    assert.deepEqual(await shown(listing([{ ...branch, status: 'failed' }])), ['· feature  failed · #20']);
  });

  it("show GitLab's configuration error for a pipeline without builds", async () => {
    const broken: Pipeline = { ...branch, status: 'failed', yamlErrors: 'jobs:x config\nhas [a](command:b)' };
    assert.deepEqual(await shown(listing([broken])), [
      '· feature  failed · jobs:x config has [a]\u2060(command:b) · #20',
    ]);
  });

  for (const each of ['stageAndStatus', 'stage', 'status', 'none'] as const) {
    it(`keep apart what other systems report, grouped by ${each}`, async () => {
      grouping = each;
      const lines = (await shown(listing([branch], compile, jenkins))).map((line) => line.trim());
      assert.deepEqual(lines.slice(-2), ['▸ External  1 passed', '· jenkins']);
    });
  }

  it('include the merge request only unless builds of an earlier commit than HEAD are shown', async () => {
    const earlier: Pipeline = { ...branch, sha: 'e'.repeat(40) };
    const shownOf = await shown({
      ...listing([earlier, child], compile, install),
      ancestor: { sha: earlier.sha, back: 1 },
    });
    assert.equal(shownOf[0], '▸ feature  1 passed · #20');
  });

  it('have their own IDs', async () => {
    tree.show(alone(all));
    const ids = (await rows()).map(({ item }) => item.id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('are read out in full', async () => {
    tree.show(alone(all));
    const [first] = await rows();
    assert.match(
      first?.item.accessibilityInformation?.label ?? '',
      /^Merge request !7 Let people sign in, 1 failed · merged result/,
    );
  });
});

describe('The status bar with several pipelines', () => {
  let bar: StatusBar;
  beforeEach(() => (bar = new StatusBar()));
  afterEach(() => bar.dispose());
  const text = () => editor().statusBarItems[0]?.text;

  it('counts child pipelines and the merge request', () => {
    bar.show(alone(all));
    assert.equal(text(), '$(error) CI failed: rspec');
  });

  it('leaves out an earlier pipeline of the same ref', () => {
    const again: Pipeline = { ...branch, id: 30 };
    const failed = aBuild({ id: 6, name: 'lint', status: 'failed', pipeline: 20 });
    bar.show(alone(listing([again, branch], failed, aBuild({ id: 7, name: 'lint', pipeline: 30 }))));
    assert.equal(text(), '$(pass) CI passed');
  });

  it('shows the status of a pipeline without builds', () => {
    bar.show(alone(listing([{ ...branch, status: 'failed' }])));
    assert.equal(text(), '$(error) CI failed');
  });

  const broken: Pipeline = { ...branch, id: 30, status: 'failed', yamlErrors: '$(flame) jobs:x config is *odd*' };

  it("shows GitLab's error for a pipeline without builds, and all of it in the table", () => {
    bar.show(alone(listing([{ ...broken, yamlErrors: `$(flame) jobs:x ${'is *odd* '.repeat(9)}` }])));
    assert.equal(text(), '$(error) CI failed: $\u2060(flame) jobs:x is *odd* is …');
    const { value } = editor().statusBarItems[0]?.tooltip as { value: string };
    assert.equal(value.split('odd').length, 10);
  });

  it('does not say "passed" for builds that passed before the configuration became invalid', () => {
    const tag: Pipeline = { ...branch, id: 10, ref: 'v1' };
    bar.show(alone(listing([broken, tag], aBuild({ pipeline: 10 }))));
    assert.match(text() ?? '', /^\$\(error\) CI failed: /);
  });

  it('names a build that failed before that', () => {
    const tag: Pipeline = { ...branch, id: 10, ref: 'v1' };
    bar.show(alone(listing([broken, tag], aBuild({ pipeline: 10, status: 'failed' }))));
    assert.equal(text(), '$(error) CI failed: rspec');
  });

  it('names the pipelines in its table', () => {
    bar.show(alone(all));
    const { value } = editor().statusBarItems[0]?.tooltip as { value: string };
    assert.match(value, /\*\*\\!7 Let people sign in\*\* \| \$\(error\) merged result/);
    assert.match(value, /\*\*feature\*\* .* \\#20/);
  });
});
