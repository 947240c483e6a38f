import assert from 'node:assert/strict';
import { arrange } from '../../../src/core/model/arrange';
import type { NoProject, Snapshot } from '../../../src/core/model/snapshot';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import type { Row as TreeRow } from '../../../src/ui/tree/treeRows';
import type { RepositoryView } from '../../../src/core/session/repositoryView';
import { FakeClock } from '../../core/support';
import type { TreeItem } from '../fake/basics';
import { drawn, type FakeTreeView, type Row, rowsOf } from '../fake/views';
import { aBuild, alone, aRepository, aTarget, hostileTexts, ready, several, sha, someBuilds } from '../samples';

const passed = ready(arrange(someBuilds({ name: 'lint' }, { name: 'rspec' })));
const failing = ready(arrange(someBuilds({ name: 'lint' }, { name: 'rspec', status: 'failed' })));

let tree: BuildTree;
let clock: FakeClock;

function eachWithATree(): void {
  beforeEach(() => {
    clock = new FakeClock();
    tree = new BuildTree(() => 'stage', clock);
  });
  afterEach(() => tree.dispose());
}

async function rows(): Promise<readonly Row[]> {
  return rowsOf(tree.view as unknown as FakeTreeView<unknown>);
}

async function shown(...repositories: readonly RepositoryView[]): Promise<readonly string[]> {
  tree.show(several(...repositories));
  return drawn(await rows());
}

/** The row of a repository beside another. */
async function rowOf(snapshot: Snapshot | undefined): Promise<Row> {
  tree.show(several(aRepository('a', snapshot), aRepository('b', undefined)));
  const [row] = await rows();
  assert.ok(row);
  return row;
}

describe('Several repositories', () => {
  eachWithATree();

  it('have a row each, by name, open if something fails', async () => {
    assert.deepEqual(await shown(aRepository('web', failing), aRepository('api', passed)), [
      '▸ api  2 builds · master · 01234567',
      '  ▸ test  2 passed',
      '    · lint',
      '    · rspec',
      '▾ web  1 of 2: rspec · master · 01234567',
      '  ▾ test  1 failed · 1 passed',
      '    · rspec',
      '    · lint',
    ]);
  });

  it('stay in their order, whichever one contains the active editor', async () => {
    const [api, web] = [aRepository('api', passed), aRepository('web', failing)];
    const before = await shown(api, web);
    tree.show({ repositories: [web, api], active: web.root });
    assert.deepEqual(drawn(await rows()), before);
  });

  it('have their own IDs, even if they show the same commit', async () => {
    await shown(aRepository('a', failing), aRepository('b', failing));
    const ids = (await rows()).map(({ item }) => item.id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('keep their IDs when HEAD moves', async () => {
    const before = (await rowOf(passed)).item.id;
    assert.equal((await rowOf({ ...passed, target: aTarget({ sha: 'b'.repeat(40) }) })).item.id, before);
  });

  it('have no row if there is only one', async () => {
    tree.show(alone(passed));
    assert.deepEqual(drawn(await rows()), ['▸ test  2 passed', '  · lint', '  · rspec']);
  });

  it('show only the chosen statuses above the rows', async () => {
    await shown(aRepository('a', failing), aRepository('b', passed));
    assert.deepEqual([tree.view.title, tree.view.message], ['GitLab Builds', '']);
    tree.showOnly(['failed']);
    assert.deepEqual([tree.view.title, tree.view.message], ['GitLab Builds', 'only failed']);
    assert.deepEqual(drawn(await rows()), [
      '▾ a  1 of 2: rspec · master · 01234567',
      '  ▾ test  1 of 2 shown',
      '    · rspec',
      '· b  2 builds · master · 01234567',
    ]);
  });

  it('pass their root to commands from each row', async () => {
    await shown(aRepository('a', failing), aRepository('b', passed));
    const roots = (await rows()).map(({ element }) => (element as TreeRow).root);
    assert.deepEqual(roots, [...Array<string>(4).fill('file:///work/a'), ...Array<string>(4).fill('file:///work/b')]);
  });
});

describe('The row of a repository', () => {
  eachWithATree();
  const failure = { kind: 'offline', host: 'git.example.com' } as const;
  const reasons: readonly (readonly [NoProject, string])[] = [
    ['noCommit', 'no commit yet'],
    ['noRemote', 'no remote'],
    ['noGit', 'no repository'],
    ['noRepository', 'no repository'],
  ];
  const cases: readonly (readonly [string, Snapshot | undefined, string, string])[] = [
    ['of which nothing is known yet', undefined, 'a', 'repo'],
    ...reasons.map(([reason, words]) => {
      return [`without a project: ${reason}`, { kind: 'noProject', reason }, `a  ${words}`, 'repo'] as const;
    }),
    [
      'with a wrong setting',
      { kind: 'noProject', reason: 'missingRemote', remote: 'gone' },
      'a  gone · no such remote',
      'repo',
    ],
    ['elsewhere', { kind: 'noProject', reason: 'notGitLab', host: 'github.com' }, 'a  github.com · not GitLab', 'repo'],
    [
      'that is signed out',
      { kind: 'signedOut', url: 'https://git.example.com', known: true },
      'a  git.example.com · not signed in',
      'key',
    ],
    [
      'of a host that may be a GitLab',
      { kind: 'signedOut', url: 'https://git.example.com', known: false },
      'a  git.example.com · not signed in',
      'key',
    ],
    ['that is loading', { kind: 'loading', target: aTarget() }, 'a  master · 01234567 · loading', 'loading~spin'],
    [
      'that could not be loaded',
      { kind: 'failed', target: aTarget(), failure },
      "a  master · 01234567 · Can't reach git.example.com. Check your network or VPN.",
      'warning',
    ],
    [
      'that could not even be found out about',
      { kind: 'failed', failure },
      "a  Can't reach git.example.com. Check your network or VPN.",
      'warning',
    ],
    ['without builds', ready([]), 'a  no builds · master · 01234567', 'circle-large-outline'],
    [
      'with a pipeline without builds',
      { ...ready([]), pipelines: [{ id: 1, ref: 'master', sha, status: 'failed' }] },
      'a  master · 01234567',
      'error',
    ],
  ];
  for (const [when, snapshot, line, icon] of cases)
    it(`${when} says "${line}"`, async () => {
      const { item } = await rowOf(snapshot);
      assert.deepEqual([[item.label, item.description].filter(Boolean).join('  '), item.iconPath?.id], [line, icon]);
    });

  it('shows warnings about its data', async () => {
    const { item } = await rowOf({ ...passed, readOnly: true, ancestor: { sha: 'e'.repeat(40), back: 2 } });
    assert.match(
      item.description ?? '',
      /^2 builds · master · 01234567 · .*eeeeeeee, 2 commits back · read-only token$/,
    );
  });

  it('has a tooltip with the full text', async () => {
    const { item, element } = await rowOf(failing);
    const { tooltip } = tree.resolveTreeItem(item as never, element as TreeRow) as unknown as TreeItem;
    assert.equal(tooltip, 'a\ngroup/project on git.example.com\nmaster · 01234567\nfailed · 1 of 2: rspec');
  });

  it('counts a child once, and says that it failed where its bridge passed, as the status bar does', async () => {
    const pipelines = [1, 2].map((id) => ({ id, ref: 'master', sha, status: 'failed' }));
    const rowWith = async (bridge: string) => {
      const builds = [
        aBuild({ id: 10, kind: 'bridge', name: 'packages', status: bridge, pipeline: 1, downstream: 2 }),
        aBuild({ id: 20, name: 'deb', status: 'failed', pipeline: 2 }),
        aBuild({ id: 21, name: 'rpm', pipeline: 2 }),
      ];
      const { item } = await rowOf({ ...ready(builds), pipelines });
      return [item.description, item.iconPath?.id];
    };
    assert.deepEqual(await rowWith('failed'), ['1 of 2: deb · master · 01234567', 'error']);
    assert.deepEqual(await rowWith('success'), ['2 builds · child failed · master · 01234567', 'pass']);
  });

  it('is read out in full', async () => {
    const { item } = await rowOf(failing);
    assert.equal(item.accessibilityInformation?.label, 'Repository a, master · 01234567, failed · 1 of 2: rspec');
  });

  for (const text of hostileTexts)
    it(`is one line of plain text for ${JSON.stringify(text)}`, async () => {
      const snapshot = { ...ready([aBuild({ name: text, status: 'failed' })]), target: aTarget({ ref: text }) };
      tree.show(several({ ...aRepository('a', snapshot), name: text }, aRepository('b', undefined)));
      for (const { item } of await rows())
        for (const part of [item.label, item.description, item.accessibilityInformation?.label])
          assert.doesNotMatch(part ?? '', /[\n\r\u2028\u0000]|\]\(/);
    });
});

describe('Outdated rows', () => {
  eachWithATree();
  const asOf = new FakeClock().now();
  const stale = { ...failing, stale: { asOf, failure: { kind: 'offline', host: 'git.example.com' } as const } };

  it('are dimmed, and have no spinning icon', async () => {
    const builds = someBuilds({ status: 'running' }, { status: 'canceling' }, { status: 'failed' });
    tree.show(several(aRepository('a', { ...stale, builds }), aRepository('b', passed)));
    const icons = (await rows()).map(({ item }) => item.iconPath);
    assert.deepEqual(
      icons.slice(0, 5).map((icon) => [icon?.id, icon?.color?.id]),
      ['error', 'error', 'error', 'sync', 'loading'].map((icon) => [icon, 'disabledForeground']),
    );
    assert.ok(icons.slice(5).every((icon) => icon?.color?.id !== 'disabledForeground'));
  });

  it('have a tooltip that says how old they are', async () => {
    tree.show(alone(stale));
    const time = new Date(asOf).toLocaleTimeString(undefined, { timeStyle: 'short' });
    for (const { item, element } of await rows()) {
      const { tooltip } = tree.resolveTreeItem(item as never, element as TreeRow) as unknown as TreeItem;
      const text = typeof tooltip === 'string' ? tooltip : (tooltip?.value ?? '');
      assert.ok(text.replaceAll('\\', '').endsWith(`Out of date: as of ${time}`), text);
    }
  });

  it('are redrawn when they are up to date again', async () => {
    tree.show(alone(stale));
    const colors = async () => (await rows()).map(({ item }) => item.iconPath?.color?.id);
    const before = await colors();
    tree.show(alone(failing));
    assert.ok((await colors()).every((color, index) => color !== before[index]));
  });
});

describe('The builds of an earlier commit than HEAD', () => {
  eachWithATree();
  const ancestor = { sha: 'e'.repeat(40), back: 1 };

  it('keep their rows when HEAD moves on without builds of its own', async () => {
    tree.show(alone({ ...failing, target: aTarget({ sha: ancestor.sha }) }));
    const before = (await rows()).map(({ item }) => item.id);
    tree.show(alone({ ...failing, ancestor }));
    assert.deepEqual(
      (await rows()).map(({ item }) => item.id),
      before,
    );
  });
});
