import assert from 'node:assert/strict';
import type { Failure } from '../../../src/core/model/errors';
import type { Snapshot } from '../../../src/core/model/snapshot';
import { escaped } from '../../../src/core/util/markdown';
import { StatusBar } from '../../../src/ui/views/statusBar';
import { codicons } from '../codicons';
import { editor } from '../fake/editor';
import type { FakeStatusBarItem } from '../fake/views';
import { aBuild, alone, aRepository, aTarget, hostileTexts, ready, several, someBuilds } from '../samples';

const target = aTarget();
const failure: Failure = { kind: 'offline', host: 'git.example.com' };
/** Noon, and five past two. */
const [noon, now] = [new Date(2016, 2, 1, 12).getTime(), new Date(2016, 2, 1, 14, 5).getTime()];
const [noonWord, nowWord] = [noon, now].map((time) =>
  new Date(time).toLocaleTimeString(undefined, { timeStyle: 'short' }),
);
let bar: StatusBar;

function item(): FakeStatusBarItem {
  const [only] = editor().statusBarItems;
  assert.ok(only);
  return only;
}

function textOf(snapshot: Snapshot): string {
  bar.show(alone(snapshot));
  return item().text;
}

function tooltip(): string {
  const { tooltip: shown } = item();
  return typeof shown === 'string' ? shown : (shown?.value ?? '');
}

function spoken(): string {
  return item().accessibilityInformation?.label ?? '';
}

function command(): unknown {
  const { command: clicked } = item();
  assert.ok(typeof clicked === 'object' && clicked.command === 'gitlabBuilds.nextFailed', JSON.stringify(clicked));
  return clicked.arguments?.[0];
}

describe('The status bar', () => {
  beforeEach(() => (bar = new StatusBar({ now: () => now })));
  afterEach(() => bar.dispose());

  const hidden: readonly (readonly [string, Snapshot | undefined])[] = [
    ['before anything is known', undefined],
    ['without git', { kind: 'noProject', reason: 'noGit' }],
    ['without a repository', { kind: 'noProject', reason: 'noRepository' }],
    ['without a commit', { kind: 'noProject', reason: 'noCommit' }],
    ['without a remote', { kind: 'noProject', reason: 'noRemote' }],
    ['if the remote is not GitLab', { kind: 'noProject', reason: 'notGitLab', host: 'github.com' }],
    ['if the host is no instance', { kind: 'signedOut', url: 'https://git.example.com', known: false }],
  ];
  for (const [when, snapshot] of hidden)
    it(`is hidden ${when}`, () => {
      bar.show(alone(ready(someBuilds({}))));
      bar.show(alone(snapshot));
      assert.equal(item().visible, false);
    });

  const words: readonly (readonly [string, Snapshot, string, string])[] = [
    [
      'signed out',
      { kind: 'signedOut', url: 'https://git.example.com', known: true },
      '$(key) CI: sign in',
      'Not signed in to https://git.example.com',
    ],
    ['loading', { kind: 'loading', target }, '$(sync~spin) CI', 'Loading the builds of 01234567'],
    [
      'after a failure',
      { kind: 'failed', target, failure },
      '$(warning) CI: unavailable',
      "Can't reach git.example.com. Check your network or VPN.",
    ],
    [
      'rate limited before anything was loaded',
      { kind: 'failed', target, failure: { kind: 'rateLimited', host: 'git.example.com', retryAt: now } },
      '$(warning) CI: rate limited',
      `git.example.com: rate limit reached, retrying at ${nowWord}.`,
    ],
    [
      'without builds',
      ready([]),
      '$(circle-large-outline) CI: no builds',
      'No builds for master · 01234567\ngroup/project on git.example.com',
    ],
  ];
  for (const [when, snapshot, text, hover] of words)
    it(`says "${text}" ${when}`, () => {
      assert.equal(textOf(snapshot), text);
      assert.equal(item().visible, true);
      assert.equal(tooltip(), hover);
      assert.equal(item().accessibilityInformation?.label, `GitLab Builds, ${hover.replace('\n', ', ')}`);
    });

  const single: Readonly<Record<string, string>> = {
    created: '$(circle-large-outline) CI 0/1',
    waiting_for_resource: '$(lock) CI 0/1',
    preparing: '$(tools) CI 0/1',
    waiting_for_callback: '$(broadcast) CI 0/1',
    pending: '$(watch) CI 0/1',
    running: '$(sync~spin) CI 0/1',
    success: '$(pass) CI passed',
    failed: '$(error) CI failed: rspec',
    canceling: '$(loading~spin) CI 0/1',
    canceled: '$(circle-slash) CI canceled',
    skipped: '$(debug-step-over) CI skipped',
    manual: '$(play-circle) CI manual',
    scheduled: '$(calendar) CI scheduled',
    levitating: '$(question) CI 0/1',
  };
  for (const [status, text] of Object.entries(single))
    it(`says "${text}" for ${status}`, () => {
      assert.equal(textOf(ready([aBuild({ status })])), text);
      assert.ok(codicons.has(/\$\(([\w-]+)/.exec(text)?.[1] ?? ''));
    });

  it('counts finished builds', () => {
    const builds = someBuilds(
      ...Array.from({ length: 3 }, () => ({ stage: 'build' })),
      { status: 'running' },
      ...Array.from({ length: 3 }, () => ({ status: 'created', stage: 'deploy' })),
    );
    assert.equal(textOf(ready(builds)), '$(sync~spin) CI 3/7');
  });

  it('names the first failed build and counts the others, even if some still run', () => {
    const failed = { status: 'failed', name: 'rspec' };
    const builds = someBuilds({}, failed, { ...failed, name: 'lint' }, { status: 'running' });
    assert.equal(textOf(ready(builds)), '$(error) CI failed: rspec +1');
  });

  it('calls an allowed failure passed', () =>
    assert.equal(textOf(ready([aBuild({ status: 'failed', allowFailure: true })])), '$(pass) CI passed'));

  it('says what still waits for a person or a timer', () => {
    assert.equal(textOf(ready(someBuilds({}, { status: 'manual' }))), '$(pass) CI passed, 1 manual');
    assert.equal(textOf(ready(someBuilds({}, { status: 'scheduled' }))), '$(pass) CI passed, 1 scheduled');
    const blocked = someBuilds({}, { status: 'manual' }, { status: 'created' });
    assert.equal(textOf(ready(blocked)), '$(circle-large-outline) CI 1/2, 1 manual');
  });

  it('says when the builds will probably have ended, if usual durations are known', () => {
    const startedAt = new Date(noon).toISOString();
    const [running] = someBuilds({ status: 'running', startedAt });
    const of = (expected: Readonly<Record<string, number>>) => ({ ...ready(running ? [running] : []), expected });
    textOf(of({ 'build-1': (now - noon) / 1000 + 60 }));
    const at = new Date(now + 60_000).toLocaleTimeString(undefined, { timeStyle: 'short' });
    assert.ok(tooltip().includes(escaped(`Ends at about ${at}`)), tooltip());
    assert.ok(spoken().includes(`Ends at about ${at}`), spoken());
    textOf(of({ 'build-1': 1 }));
    assert.ok(tooltip().includes('Takes longer than usual'), tooltip());
    textOf(of({}));
    assert.ok(!tooltip().includes('Ends at'), tooltip());
  });

  describe('for a commit with a child pipeline', () => {
    const withChild = (...statuses: readonly string[]): Snapshot => {
      const pipeline = { id: 1, ref: 'master', sha: target.sha, status: 'success' };
      const bridge = aBuild({ id: 10, kind: 'bridge', name: 'packages', pipeline: 1, downstream: 2 });
      const children = statuses.map((status, index) =>
        aBuild({ id: index + 20, name: `deb ${index}`, status, pipeline: 2 }),
      );
      return { ...ready([bridge, ...children]), pipelines: [{ ...pipeline, id: 2 }, pipeline] };
    };

    it('says that the child pipeline failed even if GitLab counts its bridge as passed', () => {
      assert.equal(textOf(withChild('failed', 'success')), '$(warning) CI passed, child failed');
      assert.equal(spoken(), 'GitLab Builds, CI passed, child failed, master · 01234567, Failed: deb 0');
      assert.ok(tooltip().split('\n').includes('| test | $(pass) 1 passed · child failed |'), tooltip());
      assert.equal(textOf(withChild('failed', 'running')), '$(sync~spin) CI 1/2, child failed');
    });

    it('opens the failed build in it', () => {
      textOf(withChild('success', 'failed'));
      assert.deepEqual(command(), { build: 21, repository: 'file:///work/project' });
    });
  });

  it('marks a commit that the user selected', () => {
    const snapshot = { ...ready(someBuilds({ status: 'failed', name: 'rspec' })), target: aTarget({ pinned: true }) };
    assert.equal(textOf(snapshot), '$(error) CI failed: rspec $(pinned) 01234567');
    assert.match(spoken(), /not HEAD/);
  });

  it('opens the first failed build, or else the view', () => {
    textOf(ready(someBuilds({}, { status: 'failed' }, { status: 'failed' })));
    assert.deepEqual(command(), { build: 2, repository: 'file:///work/project' });
    textOf(ready(someBuilds({}, { status: 'failed', allowFailure: true })));
    assert.equal(item().command, 'gitlabBuilds.builds.focus');
  });

  it('lists failed builds in the tooltip, five at most', () => {
    textOf(ready(someBuilds(...Array.from({ length: 7 }, () => ({ status: 'failed' })))));
    const names = escaped('Failed: build-1, build-2, build-3, build-4, build-5, …');
    assert.ok(tooltip().split('\n').includes(names), tooltip());
  });

  it('marks outdated builds, and says why', () => {
    const snapshot = { ...ready(someBuilds({})), stale: { asOf: noon, failure } };
    assert.equal(textOf(snapshot), '$(pass) CI passed $(history)');
    const why = `out of date, as of ${noonWord}: Can't reach git.example.com. Check your network or VPN.`;
    assert.equal(tooltip().split('\n').at(-1), escaped(why));
    assert.equal(spoken(), `GitLab Builds, CI passed, master · 01234567, ${why}`);
  });

  it('marks cached builds', () => {
    assert.equal(textOf({ ...ready(someBuilds({})), stale: { asOf: noon } }), '$(pass) CI passed $(history)');
    assert.equal(tooltip().split('\n').at(-1), escaped(`as of ${noonWord}, refreshing`));
  });

  it('says until when it is rate limited', () => {
    const retryAt = now;
    textOf({ ...ready(someBuilds({})), stale: { asOf: noon, failure: { kind: 'rateLimited', retryAt } } });
    assert.equal(tooltip().split('\n').at(-1), escaped(`rate limited until ${nowWord}, as of ${noonWord}`));
  });

  it('also marks the absence of builds if that is outdated', () => {
    assert.equal(
      textOf({ ...ready([]), stale: { asOf: noon, failure } }),
      '$(circle-large-outline) CI: no builds $(history)',
    );
    assert.equal(
      tooltip(),
      `No builds for master · 01234567\ngroup/project on git.example.com\nout of date, as of ${noonWord}: Can't reach git.example.com. Check your network or VPN.`,
    );
  });

  describe('for a HEAD without builds of its own', () => {
    const head = { sha: aTarget().sha, branch: 'master', shallow: false, ancestors: [] };
    const ancestor = { sha: 'abcdef0123456789abcdef0123456789abcdef01', back: 2 };
    const unpushed = aTarget({ head: { ...head, pushed: false } });
    const pushed = aTarget({ head: { ...head, pushed: true } });

    const looks: readonly (readonly [string, Snapshot, string, string])[] = [
      [
        'not pushed',
        { ...ready([]), target: unpushed, unpushed: true },
        '$(cloud-upload) CI: not pushed',
        'not pushed',
      ],
      [
        'not pushed, with builds of an ancestor',
        { ...ready(someBuilds({})), target: unpushed, unpushed: true, ancestor },
        '$(pass) CI passed $(git-commit) 2 back',
        'not pushed, showing abcdef01, 2 commits back',
      ],
      [
        'pushed and awaiting builds',
        { ...ready([]), target: pushed, watchingSince: noon },
        '$(eye) CI: waiting for builds',
        `waiting for builds since ${noonWord}`,
      ],
      [
        'pushed and awaiting builds, with outdated builds of an ancestor',
        { ...ready(someBuilds({})), target: pushed, watchingSince: noon, ancestor, stale: { asOf: noon } },
        '$(pass) CI passed $(git-commit) 2 back $(history)',
        `waiting for builds since ${noonWord}, showing abcdef01, 2 commits back`,
      ],
    ];
    for (const [when, snapshot, text, words] of looks)
      it(`says "${text}" if it is ${when}`, () => {
        assert.equal(textOf(snapshot), text);
        for (const [, icon = ''] of text.matchAll(/\$\(([\w-]+)/g)) assert.ok(codicons.has(icon), icon);
        assert.ok(tooltip().replace(/\\/g, '').split('\n').includes(words), tooltip());
        assert.ok(spoken().includes(words), spoken());
      });
  });

  it('leaves out the middle of names over thirty characters, since their ends distinguish them', () => {
    const named = (name: string): string => textOf(ready([aBuild({ status: 'failed', name })]));
    assert.equal(named('x'.repeat(30)), `$(error) CI failed: ${'x'.repeat(30)}`);
    assert.equal(named('rspec-ee system pg16 praefect 1/24'), '$(error) CI failed: rspec-ee syst…16 praefect 1/24');
    assert.ok(named('🦊'.repeat(31)).isWellFormed());
  });

  for (const name of hostileTexts)
    it(`draws no icon and no second line for ${JSON.stringify(name)}`, () => {
      for (const status of ['failed', 'running', name]) {
        const text = textOf(ready([aBuild({ status, name, stage: name })]));
        assert.equal(text.match(/\$\(/g)?.length, 1, text);
        assert.doesNotMatch(text, /[\n\r\u2028]/);
      }
    });

  it('has a tooltip with a row for each stage', () => {
    textOf(ready(someBuilds({ stage: 'build' }, { status: 'failed', name: 'rspec' }, {})));
    assert.deepEqual(tooltip().split('\n'), [
      '**master · 01234567**',
      '',
      'group\\/project on git\\.example\\.com',
      '',
      '| | |',
      '|:--|:--|',
      '| build | $(pass) 1 passed |',
      '| test | $(error) 1 failed · 1 passed |',
    ]);
  });

  for (const text of hostileTexts)
    it(`draws only its own icons in the tooltip with ${JSON.stringify(text)}`, () => {
      const snapshot = ready([aBuild({ status: 'failed', name: text, stage: text })]);
      const first = aRepository(text, { ...snapshot, target: aTarget({ ref: text }) });
      bar.show(several(first, aRepository('other', undefined)));
      assert.equal(tooltip().match(/\$\(/g)?.length, 1);
      assert.doesNotMatch(tooltip().replace(/\\[!-/:-@[-`{-~]/g, ''), /[[\]<>`]/);
    });

  it('describes everything to a screen reader, without icons', () => {
    textOf(ready(someBuilds({ status: 'failed', name: 'rspec' })));
    assert.equal(spoken(), 'GitLab Builds, CI failed: rspec, master · 01234567');
  });

  describe('with several repositories', () => {
    const failing = aRepository('api', ready(someBuilds({ status: 'failed', name: 'rspec' })));
    const passed = aRepository('web', ready(someBuilds({})));

    it('shows the active one, and names it if there is room', () => {
      bar.show({ repositories: [failing, passed], active: passed.root });
      assert.equal(item().text, '$(pass) CI passed');
      assert.equal(tooltip().split('\n')[0], '**web** · **master · 01234567**');
      assert.equal(spoken(), 'GitLab Builds, CI passed, web, master · 01234567');
    });

    it('follows the active one', () => {
      bar.show({ repositories: [failing, passed], active: passed.root });
      bar.show({ repositories: [failing, passed], active: failing.root });
      assert.equal(item().text, '$(error) CI failed: rspec');
    });

    it('names it even if there are no builds', () => {
      bar.show(several(aRepository('api', ready([])), passed));
      assert.equal(tooltip(), 'api\nNo builds for master · 01234567\ngroup/project on git.example.com');
    });

    it('is hidden if the active one has no project', () => {
      bar.show(several(passed, failing));
      bar.show(several(aRepository('notes', { kind: 'noProject', reason: 'noRemote' }), passed));
      assert.equal(item().visible, false);
    });
  });

  it('brings the view to the front when it is clicked, and has a name for hiding it', () => {
    const { command, name, id } = item();
    assert.deepEqual([command, name, id], ['gitlabBuilds.builds.focus', 'GitLab Builds', 'gitlabBuilds.status']);
  });

  it('is one item, whatever was shown', () => {
    for (const [, snapshot] of [...hidden, ...words]) bar.show(alone(snapshot));
    assert.equal(editor().statusBarItems.length, 1);
  });
});

describe('The status bar with a truncated list', () => {
  beforeEach(() => (bar = new StatusBar({ now: () => now })));
  afterEach(() => bar.dispose());

  it('shows no verdict except a failure', () => {
    const cut = { isPartial: true };
    const builds = someBuilds({ status: 'success' }, { status: 'success' });
    assert.equal(textOf({ ...ready(builds), ...cut }), `$(question) CI: only the first ${builds.length} builds`);
    assert.ok(spoken().includes('only the first') && !spoken().includes('passed'), spoken());
    assert.match(textOf({ ...ready(someBuilds({ status: 'failed' }, { status: 'success' })), ...cut }), /failed: /);
  });
});
