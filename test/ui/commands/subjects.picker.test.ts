import assert from 'node:assert/strict';
import { QuickPickItemKind, type QuickPickItem } from 'vscode';
import { buildItems } from '../../../src/ui/commands/subjects';
import type { Build } from '../../../src/core/model/build';
import type { Snapshot } from '../../../src/core/model/snapshot';
import type { Row } from '../../../src/ui/tree/treeRows';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import { aBuild, aTarget, hostileTexts, ready, sha, someBuilds } from '../samples';

const root = 'file:///work/project';

function itemsOf(snapshot: Extract<Snapshot, { kind: 'ready' }>, selected?: Build): readonly QuickPickItem[] {
  const node = selected && ({ kind: 'build', id: 'x', build: selected, children: [] } as const);
  const selection: readonly Row[] = node === undefined ? [] : [{ root, node }];
  const context = { session: { snapshotOf: () => snapshot }, tree: { view: { selection } } };
  return buildItems(
    context as unknown as Parameters<typeof buildItems>[0],
    { root, target: aTarget() },
    snapshot.builds,
  );
}

const drawn = (items: readonly QuickPickItem[]) =>
  items.map(({ label, kind }) =>
    kind === QuickPickItemKind.Separator ? `— ${label}` : label.replace(/^\$\(\S+\) /, ''),
  );

describe('A list of builds to choose from', () => {
  it('starts with the selected row, then failed builds, and continues by stage', () => {
    const builds = someBuilds(
      { stage: 'build' },
      { status: 'failed' },
      { status: 'failed', allowFailure: true },
      { stage: 'deploy', status: 'running' },
    );
    assert.deepEqual(drawn(itemsOf(ready(builds), builds[3])), [
      '— deploy',
      'build-4 #4',
      '— test',
      'build-2 #2',
      '— build',
      'build-1 #1',
      '— test',
      'build-3 #3',
    ]);
  });

  it('names the pipeline if there are several, and the bridge of a child pipeline', () => {
    const pipeline = { id: 1, ref: 'master', sha, status: 'success', source: 'push' };
    const builds = [
      aBuild({ id: 1, pipeline: 1, kind: 'bridge', name: 'packages', downstream: 2 }),
      aBuild({ id: 2, pipeline: 2, name: 'deb' }),
      aBuild({ id: 3, pipeline: 3, name: 'release' }),
    ];
    const pipelines = [{ ...pipeline, id: 3, ref: 'v1.0' }, { ...pipeline, id: 2 }, pipeline];
    const items = itemsOf({ ...ready(builds), pipelines });
    assert.deepEqual(drawn(items), [
      '— v1.0 · test',
      'release #3',
      '— packages · test',
      'deb #2',
      '— master · test',
      'packages #1',
    ]);
    assert.match(items[3]?.detail ?? '', /^packages/);
  });

  it('has failed builds in the order of the tree, starting with the one in the status bar and not one in a newer child', () => {
    const pipeline = { id: 1, ref: 'master', sha, status: 'failed', source: 'push' };
    const builds = [
      aBuild({ id: 1, pipeline: 1, name: 'rspec', status: 'failed' }),
      aBuild({ id: 2, pipeline: 1, kind: 'bridge', name: 'packages', status: 'success', downstream: 2 }),
      aBuild({ id: 3, pipeline: 2, name: 'deb', status: 'failed' }),
    ];
    const pipelines = [{ ...pipeline, id: 2, source: 'parent_pipeline' }, pipeline];
    const items = itemsOf({ ...ready(builds), pipelines });
    assert.deepEqual(drawn(items).slice(0, 4), ['— test', 'rspec #1', '— packages · test', 'deb #3']);
  });

  it('spells out the status at the end, since the icon shows it first', () => {
    const items = itemsOf(ready(someBuilds({ status: 'failed' }, { status: 'failed', allowFailure: true })));
    const words = items.flatMap(({ description, detail }) =>
      description === undefined ? [] : [[description, detail]],
    );
    assert.deepEqual(words, [
      ['test', 'failed'],
      ['test', 'failed (allowed)'],
    ]);
  });

  for (const text of hostileTexts)
    it(`draws no icon and no second line for ${JSON.stringify(text)}`, () => {
      for (const { label, description = '', detail = '' } of itemsOf(
        ready([aBuild({ name: text, stage: text, ref: text })]),
      ))
        assert.doesNotMatch(`${label.replace('$(pass) ', '')} ${description} ${detail}`, /\$\(|\n/);
    });

  describe('in the Command Palette', () => {
    const apps = appsInTests();

    it('can be searched by status, stage and bridge, too', async () => {
      const app = await apps.ready();
      const running = app.run('copyName');
      const { options, ...pick } = await until('the quick pick', () => editor().picks[0]);
      assert.deepEqual([options.matchOnDescription, options.matchOnDetail], [true, true]);
      assert.ok(pick.open);
      editor().picks[0]?.choose('compile');
      await running;
      assert.equal(editor().clipboard, 'compile');
    });
  });
});
