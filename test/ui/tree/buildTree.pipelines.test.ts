import assert from 'node:assert/strict';
import { arrange } from '../../../src/core/model/arrange';
import type { Build } from '../../../src/core/model/build';
import type { Pipeline } from '../../../src/core/model/pipeline';
import type { Snapshot } from '../../../src/core/model/snapshot';
import type { Grouping } from '../../../src/core/model/tree';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import { StatusBar } from '../../../src/ui/views/statusBar';
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

  it('have a level of their own: the newest first and open, what a bridge started below it, other systems apart', async () => {
    assert.deepEqual(await shown(all), [
      '▾ Merge request !7  failed · 1 of 1: rspec · Let people sign in · result of the merge · #22',
      '  ▾ test  failed · 1 of 1: rspec',
      '    · rspec',
      '▸ Branch  running · 3 · #20',
      '  ▸ build  passed · 1',
      '    · compile',
      '  ▾ test  running · 1',
      '    ▾ packages',
      '      ▾ Child pipeline  running · 1 · #21',
      '        ▾ test  running · 1',
      '          · install',
      '  ▸ External  passed · 1',
      '    · jenkins',
    ]);
  });

  it('have none with one pipeline', async () => {
    assert.deepEqual(await shown(listing([branch], compile, jenkins)), [
      '▸ build  passed · 1',
      '  · compile',
      '▸ External  passed · 1',
      '  · jenkins',
    ]);
  });

  it('show a pipeline without builds: its configuration may be at fault', async () => {
    assert.deepEqual(await shown(listing([{ ...branch, status: 'failed' }])), ['▾ Branch  failed · #20']);
  });

  for (const each of ['stageAndStatus', 'stage', 'status', 'none'] as const) {
    it(`keep apart what other systems report, grouped by ${each}`, async () => {
      grouping = each;
      const lines = (await shown(listing([branch], compile, jenkins))).map((line) => line.trim());
      assert.deepEqual(lines.slice(-2), ['▸ External  passed · 1', '· jenkins']);
    });
  }

  it('are of the merge request only where it is not the commit before HEAD whose builds are shown', async () => {
    const earlier: Pipeline = { ...branch, sha: 'e'.repeat(40) };
    const shownOf = await shown({
      ...listing([earlier, child], compile, install),
      ancestor: { sha: earlier.sha, back: 1 },
    });
    assert.equal(shownOf[0], '▾ Branch  passed · 1 · #20');
  });

  it('have ids of their own', async () => {
    tree.show(alone(all));
    const ids = (await rows()).map(({ item }) => item.id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('are spoken whole', async () => {
    tree.show(alone(all));
    const [first] = await rows();
    assert.match(
      first?.item.accessibilityInformation?.label ?? '',
      /^Merge request !7, failed · 1 of 1: rspec · Let people sign in/,
    );
  });
});

describe('The status bar with several pipelines', () => {
  let bar: StatusBar;
  beforeEach(() => (bar = new StatusBar()));
  afterEach(() => bar.dispose());
  const text = () => editor().statusBarItems[0]?.text;

  it('counts what a bridge has started and the merge request', () => {
    bar.show(alone(all));
    assert.equal(text(), '$(error) CI failed: rspec');
  });

  it('leaves out an earlier pipeline of the same ref', () => {
    const again: Pipeline = { ...branch, id: 30 };
    const failed = aBuild({ id: 6, name: 'lint', status: 'failed', pipeline: 20 });
    bar.show(alone(listing([again, branch], failed, aBuild({ id: 7, name: 'lint', pipeline: 30 }))));
    assert.equal(text(), '$(pass) CI passed');
  });

  it('shows how a pipeline without builds stands', () => {
    bar.show(alone(listing([{ ...branch, status: 'failed' }])));
    assert.equal(text(), '$(error) CI failed');
  });

  it('names the pipelines in its table', () => {
    bar.show(alone(all));
    const { value } = editor().statusBarItems[0]?.tooltip as { value: string };
    assert.match(value, /\*\*Merge request \\!7\*\* \| \$\(error\) Let people sign in/);
    assert.match(value, /\*\*Branch\*\* .* \\#20/);
  });
});
