import assert from 'node:assert/strict';
import type { Failure } from '../../src/core/errors';
import type { NoProject, Snapshot } from '../../src/core/snapshot';
import { BuildTree } from '../../src/ui/buildTree';
import { editor } from './fake/editor';
import { rowsOf } from './fake/views';
import { aTarget, ready, someBuilds } from './samples';

const failure: Failure = { kind: 'offline', host: 'git.example.com', reason: 'ECONNREFUSED' };
const target = aTarget();
const builds = someBuilds({ status: 'failed' }, { status: 'running' });

/** Every kind of snapshot, with what is written above the tree and what the manifest is told. */
const cases: readonly {
  readonly when: string;
  readonly snapshot: Snapshot | undefined;
  readonly title: string;
  readonly message?: string;
  readonly keys: Readonly<Record<string, unknown>>;
}[] = [
  { when: 'before anything is known', snapshot: undefined, title: 'Builds', keys: {} },
  ...(['noGit', 'noRepository', 'noCommit', 'noRemote'] satisfies NoProject[]).map((reason) => ({
    when: `without a project: ${reason}`,
    snapshot: { kind: 'noProject', reason } as const,
    title: 'Builds',
    keys: { state: reason },
  })),
  {
    when: 'with a remote that is no GitLab',
    snapshot: { kind: 'noProject', reason: 'notGitLab', host: 'github.com' },
    title: 'github.com',
    keys: { state: 'notGitLab' },
  },
  {
    when: 'signed out of an instance',
    snapshot: { kind: 'signedOut', url: 'https://git.example.com:8443/gitlab', known: true },
    title: 'git.example.com:8443',
    keys: { state: 'signedOut' },
  },
  {
    when: 'with a host that is no instance',
    snapshot: { kind: 'signedOut', url: 'https://git.example.com', known: false },
    title: 'git.example.com',
    keys: { state: 'unknownHost' },
  },
  {
    when: 'loading',
    snapshot: { kind: 'loading', target },
    title: '01234567',
    keys: { state: 'loading', hasCommit: true },
  },
  {
    when: 'without builds',
    snapshot: ready([]),
    title: '01234567',
    keys: { state: 'noBuilds', hasCommit: true },
  },
  {
    when: 'with builds',
    snapshot: ready(builds),
    title: 'Builds',
    message: 'master · 01234567',
    keys: { state: 'ready', hasCommit: true },
  },
  {
    when: 'with builds of a detached HEAD',
    snapshot: { ...ready(builds), target: aTarget({ ref: undefined }) },
    title: 'Builds',
    message: '01234567',
    keys: { state: 'ready', hasCommit: true },
  },
  {
    when: 'with builds of another commit than HEAD',
    snapshot: { ...ready(builds), target: aTarget({ ref: 'v1.0', pinned: true }) },
    title: 'Builds',
    message: 'v1.0 · 01234567 · not HEAD',
    keys: { state: 'ready', hasCommit: true, pinned: true },
  },
  {
    when: 'with builds that are not fresh',
    snapshot: ready(builds, failure),
    title: 'Builds',
    message: 'master · 01234567 · out of date: git.example.com cannot be reached (ECONNREFUSED). Check the network.',
    keys: { state: 'ready', hasCommit: true },
  },
  {
    when: 'after a failure',
    snapshot: { kind: 'failed', target, failure },
    title: '01234567',
    keys: { state: 'failed', failure: 'offline', hasCommit: true },
  },
  {
    when: 'after a failure before there was a commit',
    snapshot: { kind: 'failed', failure },
    title: 'git.example.com',
    keys: { state: 'failed', failure: 'offline' },
  },
];

describe('Above the tree', () => {
  let tree: BuildTree;
  beforeEach(() => (tree = new BuildTree(() => 'none')));
  afterEach(() => tree.dispose());

  for (const { when, snapshot, title, message = '' } of cases)
    it(`stands "${message || title}" ${when}`, () => {
      tree.show(snapshot);
      assert.deepEqual([tree.view.title, tree.view.message], [title, message]);
    });

  it('nothing hides the welcome text: there is a message only where there are rows', async () => {
    for (const { snapshot } of cases) {
      tree.show(snapshot);
      const [view] = editor().views;
      assert.ok(view);
      assert.equal(view.message !== '', (await rowsOf(view)).length > 0);
    }
  });

  it('stands which statuses are chosen', () => {
    tree.show(ready(builds));
    tree.showOnly(['failed', 'waiting_for_resource']);
    assert.equal(tree.view.message, 'master · 01234567 · only failed, waiting for a resource');
  });

  it('nothing stays of the last snapshot', () => {
    tree.show(ready(builds, failure));
    tree.show({ kind: 'noProject', reason: 'noRemote' });
    assert.deepEqual([tree.view.title, tree.view.message, tree.view.description], ['Builds', '', '']);
  });
});

describe('The context keys', () => {
  let tree: BuildTree;
  beforeEach(() => (tree = new BuildTree(() => 'none')));
  afterEach(() => tree.dispose());

  for (const { when, snapshot, keys } of cases)
    it(`say how things are ${when}`, () => {
      tree.show(snapshot);
      const all = { state: undefined, failure: undefined, hasCommit: false, pinned: false, filtered: false, ...keys };
      const expected = new Map(Object.entries(all).map(([key, value]) => [`gitlabBuilds.${key}`, value]));
      assert.deepEqual(editor().contextKeys, expected);
    });

  it('say that statuses are chosen', () => {
    tree.show(ready(builds));
    tree.showOnly(['failed']);
    assert.equal(editor().contextKeys.get('gitlabBuilds.filtered'), true);
  });
});
