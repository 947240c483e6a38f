import assert from 'node:assert/strict';
import { ThemeIcon } from 'vscode';
import type { Failure } from '../../../src/core/model/errors';
import type { Head } from '../../../src/core/model/head';
import type { NoProject, Snapshot } from '../../../src/core/model/snapshot';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import { editor } from '../fake/editor';
import { rowsOf } from '../fake/views';
import { aBuild, alone, aRepository, aTarget, ready, several, sha, someBuilds } from '../samples';

const failure: Failure = { kind: 'offline', host: 'git.example.com', reason: 'ECONNREFUSED' };
const target = aTarget();
const builds = someBuilds({ status: 'failed' }, { status: 'running' });
const someHead: Head = { sha, branch: 'master', shallow: false, pushed: true, ancestors: [] };
/** 14:05 of today, wherever that is. */
const afternoon = new Date().setHours(14, 5, 0, 0);
const clockTime = new Date(afternoon).toLocaleTimeString(undefined, { timeStyle: 'short' });
const ofHead = (head: Partial<Head>) => aTarget({ head: { ...someHead, ...head } });

/** Every kind of snapshot, with what is written above the tree and what the manifest is told. */
const cases: readonly {
  readonly when: string;
  readonly snapshot: Snapshot | undefined;
  readonly title: string;
  readonly message?: string;
  readonly keys: Readonly<Record<string, unknown>>;
}[] = [
  { when: 'before anything is known', snapshot: undefined, title: 'GitLab Builds', keys: {} },
  ...(['noGit', 'noRepository', 'noCommit', 'noRemote'] satisfies NoProject[]).map((reason) => ({
    when: `without a project: ${reason}`,
    snapshot: { kind: 'noProject', reason } as const,
    title: 'GitLab Builds',
    keys: { state: reason },
  })),
  {
    when: 'with a remote that is not GitLab',
    snapshot: { kind: 'noProject', reason: 'notGitLab', host: 'github.com' },
    title: 'github.com',
    keys: { state: 'notGitLab' },
  },
  {
    when: 'with a remote in the settings that does not exist',
    snapshot: { kind: 'noProject', reason: 'missingRemote', remote: 'gone' },
    title: 'gone',
    keys: { state: 'missingRemote' },
  },
  {
    when: 'signed out of an instance',
    snapshot: { kind: 'signedOut', url: 'https://git.example.com:8443/gitlab', known: true },
    title: 'GitLab Builds',
    message: "You're not signed in to git.example.com:8443. Sign in to see the builds (jobs) of this commit.",
    keys: { state: 'signedOut' },
  },
  {
    when: 'with a host that is no instance',
    snapshot: { kind: 'signedOut', url: 'https://git.example.com', known: false },
    title: 'GitLab Builds',
    message:
      'Is git.example.com a GitLab server? Nothing has been sent to it yet. Sign in to see the builds (jobs) of this commit. If your GitLab has another web address, enter that one.',
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
    title: 'GitLab Builds',
    message: 'master · 01234567',
    keys: { state: 'ready', hasBuilds: true, hasCommit: true },
  },
  {
    when: 'with builds of a detached HEAD',
    snapshot: { ...ready(builds), target: aTarget({ ref: undefined }) },
    title: 'GitLab Builds',
    message: '01234567',
    keys: { state: 'ready', hasBuilds: true, hasCommit: true },
  },
  {
    when: 'with builds of a commit other than HEAD',
    snapshot: { ...ready(builds), target: aTarget({ ref: 'v1.0', pinned: true }) },
    title: 'GitLab Builds',
    message: 'v1.0 · 01234567 · not HEAD',
    keys: { state: 'ready', hasBuilds: true, hasCommit: true, pinned: true },
  },
  {
    when: 'with outdated builds',
    snapshot: { ...ready(builds), stale: { asOf: afternoon, failure } },
    title: 'GitLab Builds',
    message: `master · 01234567 · out of date, as of ${clockTime}: Can't reach git.example.com (ECONNREFUSED). Check your network or VPN.`,
    keys: { state: 'ready', hasBuilds: true, hasCommit: true },
  },
  {
    when: 'with an unpushed HEAD and no earlier commit with builds',
    snapshot: { ...ready([]), target: ofHead({ pushed: false }), unpushed: true, watchingSince: afternoon },
    title: '01234567',
    keys: { state: 'notPushed', hasCommit: true, unpushed: true },
  },
  {
    when: 'with builds of a commit before an unpushed HEAD',
    snapshot: {
      ...ready(builds),
      target: ofHead({ pushed: false }),
      unpushed: true,
      ancestor: { sha: 'abc'.repeat(14), back: 2 },
    },
    title: 'GitLab Builds',
    message: 'master · 01234567 · not pushed, showing abcabcab, 2 commits back',
    keys: { state: 'ready', hasBuilds: true, hasCommit: true, unpushed: true },
  },
  {
    when: 'while the first build is awaited',
    snapshot: { ...ready([]), target: ofHead({}), watchingSince: afternoon },
    title: `01234567 · since ${clockTime}`,
    keys: { state: 'watching', hasCommit: true },
  },
  {
    when: 'after a failure',
    snapshot: { kind: 'failed', target, failure },
    title: '01234567',
    keys: { state: 'failed', failure: 'offline', hasCommit: true },
  },
  {
    when: 'after a failure before the commit was known',
    snapshot: { kind: 'failed', failure },
    title: 'git.example.com',
    keys: { state: 'failed', failure: 'offline' },
  },
];

describe('The text above the tree', () => {
  let tree: BuildTree;
  beforeEach(() => (tree = new BuildTree(() => 'none')));
  afterEach(() => tree.dispose());

  for (const { when, snapshot, title, message = '' } of cases)
    it(`is "${message || title}" ${when}`, () => {
      tree.show(alone(snapshot));
      assert.deepEqual([tree.view.title, tree.view.message], [title, message]);
    });

  it('never hides the welcome text, since it is set only if there are rows', async () => {
    for (const { snapshot } of cases) {
      tree.show(alone(snapshot));
      const [view] = editor().views;
      assert.ok(view);
      assert.equal(view.message !== '', (await rowsOf(view)).length > 0);
    }
  });

  it('is missing if a row offers to sign in, which also names the host', () => {
    tree.show(alone({ kind: 'signedOut', url: 'https://git.example.com', known: true }));
    const [row] = tree.getChildren();
    assert.ok(row);
    const { label, command, iconPath } = tree.getTreeItem(row);
    assert.deepEqual([label, command?.command], ['Sign In to git.example.com…', 'gitlabBuilds.signIn']);
    assert.ok(iconPath instanceof ThemeIcon && iconPath.id === 'sign-in');
    tree.show(alone(ready([])));
    assert.deepEqual(tree.getChildren(), []);
  });

  it('names the chosen statuses', () => {
    tree.show(alone(ready(builds)));
    tree.showOnly(['failed', 'waiting_for_resource']);
    assert.equal(tree.view.message, 'master · 01234567 · only failed, waiting for resource');
  });

  it('keeps nothing from the last snapshot', () => {
    tree.show(alone(ready(builds, failure)));
    tree.show(alone({ kind: 'noProject', reason: 'noRemote' }));
    assert.deepEqual([tree.view.title, tree.view.message, tree.view.description], ['GitLab Builds', '', '']);
  });
});

describe('The context keys', () => {
  let tree: BuildTree;
  beforeEach(() => (tree = new BuildTree(() => 'none')));
  afterEach(() => tree.dispose());

  for (const { when, snapshot, keys } of cases)
    it(`describe the state ${when}`, () => {
      tree.show(alone(snapshot));
      const none = {
        hasBuilds: false,
        hasFailed: keys['hasBuilds'] === true,
        hasCommit: false,
        pinned: false,
        unpushed: false,
        elsewhere: false,
        canRunPipeline: keys['hasCommit'] === true,
        filtered: false,
        can: editor().contextKeys.get('gitlabBuilds.can'),
      };
      const all = { state: undefined, failure: undefined, ...none, ...keys };
      const expected = new Map(Object.entries(all).map(([key, value]) => [`gitlabBuilds.${key}`, value]));
      assert.deepEqual(editor().contextKeys, expected);
    });

  it('say what can be done with the builds, and no actions with a read-only token', () => {
    const can = (snapshot: Snapshot) => {
      tree.show(alone(snapshot));
      return editor().contextKeys.get('gitlabBuilds.can');
    };
    const failing = ready([aBuild({ status: 'failed', startedAt: '2016-03-01T12:00:00.000Z' })]);
    assert.equal(can(ready([])), '');
    assert.equal(can(failing), 'retryable erasable retryInputs retryFailed hasLog failed');
    assert.equal(can({ ...failing, readOnly: true }), 'hasLog failed');
    assert.equal(can(ready([aBuild({ status: 'pending' })])), 'cancelable cancelActive watchable');
    const mergeRequest = { iid: 7, title: 'Fix it' };
    const pipelines = [{ id: 1, ref: 'master', sha: 'a', status: 'success', mergeRequest }];
    assert.equal(can({ ...ready([aBuild({ status: 'skipped' })]), pipelines }), 'pipeline mergeRequest');
  });

  it('say whether statuses are chosen', () => {
    tree.show(alone(ready(builds)));
    tree.showOnly(['failed']);
    assert.equal(editor().contextKeys.get('gitlabBuilds.filtered'), true);
  });

  it('say that there are several repositories, and describe the commit of the active one', () => {
    const [one, two] = [
      aRepository('one', { kind: 'noProject', reason: 'noRemote' }),
      aRepository('two', ready(builds)),
    ];
    const keys = () =>
      ['state', 'hasBuilds', 'hasCommit'].map((key) => editor().contextKeys.get(`gitlabBuilds.${key}`));
    tree.show(several(one, two));
    assert.deepEqual(keys(), ['several', true, false]);
    tree.show({ repositories: [one, two], active: two.root });
    assert.deepEqual(keys(), ['several', true, true]);
    tree.show(several(one));
    assert.deepEqual(keys(), ['noRemote', false, false]);
    tree.show({ repositories: [], active: undefined });
    assert.deepEqual(keys(), [undefined, false, false]);
  });
});
