import assert from 'node:assert/strict';
import type { Failure } from '../../../src/core/model/errors';
import type { Snapshot } from '../../../src/core/model/snapshot';
import { escaped } from '../../../src/ui/text/buildText';
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

describe('The status bar', () => {
  beforeEach(() => (bar = new StatusBar({ now: () => now })));
  afterEach(() => bar.dispose());

  const hidden: readonly (readonly [string, Snapshot | undefined])[] = [
    ['before anything is known', undefined],
    ['without git', { kind: 'noProject', reason: 'noGit' }],
    ['without a repository', { kind: 'noProject', reason: 'noRepository' }],
    ['without a commit', { kind: 'noProject', reason: 'noCommit' }],
    ['without a remote', { kind: 'noProject', reason: 'noRemote' }],
    ['where the remote is no GitLab', { kind: 'noProject', reason: 'notGitLab', host: 'github.com' }],
    ['where the host is no instance', { kind: 'signedOut', url: 'https://git.example.com', known: false }],
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
      '$(key) sign in',
      'Not signed in to https://git.example.com',
    ],
    ['loading', { kind: 'loading', target }, '$(sync~spin) builds', 'Loading the builds of 01234567'],
    [
      'after a failure',
      { kind: 'failed', target, failure },
      '$(warning) builds',
      'git.example.com cannot be reached. Check the network.',
    ],
    [
      'rate limited before anything was told',
      { kind: 'failed', target, failure: { kind: 'rateLimited', host: 'git.example.com', retryAt: now } },
      '$(warning) rate limited',
      `git.example.com asks to slow down: rate limited until ${nowWord}.`,
    ],
    [
      'without builds',
      ready([]),
      '$(circle-large-outline) no builds',
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
    created: '$(circle-large-outline) created',
    waiting_for_resource: '$(lock) 0/1 test',
    preparing: '$(tools) 0/1 test',
    waiting_for_callback: '$(broadcast) 0/1 test',
    pending: '$(watch) 0/1 test',
    running: '$(sync~spin) 0/1 test',
    success: '$(pass) passed',
    failed: '$(error) failed: rspec',
    canceling: '$(loading~spin) 0/1 test',
    canceled: '$(circle-slash) canceled',
    skipped: '$(debug-step-over) skipped',
    manual: '$(play-circle) manual',
    scheduled: '$(calendar) scheduled',
    levitating: '$(question) 0/1 test',
  };
  for (const [status, text] of Object.entries(single))
    it(`says "${text}" for ${status}`, () => {
      assert.equal(textOf(ready([aBuild({ status })])), text);
      assert.ok(codicons.has(/\$\(([\w-]+)/.exec(text)?.[1] ?? ''));
    });

  it('counts what has ended, and names the stage at work', () => {
    const builds = someBuilds(
      ...Array.from({ length: 3 }, () => ({ stage: 'build' })),
      { status: 'running' },
      ...Array.from({ length: 3 }, () => ({ status: 'created', stage: 'deploy' })),
    );
    assert.equal(textOf(ready(builds)), '$(sync~spin) 3/7 test');
  });

  it('names the first failed build and counts the others, though some still run', () => {
    const failed = { status: 'failed', name: 'rspec' };
    const builds = someBuilds({}, failed, { ...failed, name: 'lint' }, { status: 'running' });
    assert.equal(textOf(ready(builds)), '$(error) failed: rspec +1');
  });

  it('calls an allowed failure passed', () =>
    assert.equal(textOf(ready([aBuild({ status: 'failed', allowFailure: true })])), '$(pass) passed'));

  it('marks builds that are not fresh, and says why', () => {
    const snapshot = { ...ready(someBuilds({})), stale: { asOf: noon, failure } };
    assert.equal(textOf(snapshot), '$(pass) passed $(history)');
    const why = `out of date, as of ${noonWord}: git.example.com cannot be reached. Check the network.`;
    assert.equal(tooltip().split('\n').at(-1), escaped(why));
    assert.equal(spoken(), `GitLab Builds, passed, master · 01234567, ${why}`);
  });

  it('marks remembered builds', () => {
    assert.equal(textOf({ ...ready(someBuilds({})), stale: { asOf: noon } }), '$(pass) passed $(history)');
    assert.equal(tooltip().split('\n').at(-1), escaped(`as of ${noonWord}, being refreshed`));
  });

  it('says until when it is rate limited', () => {
    const retryAt = now;
    textOf({ ...ready(someBuilds({})), stale: { asOf: noon, failure: { kind: 'rateLimited', retryAt } } });
    assert.equal(tooltip().split('\n').at(-1), escaped(`rate limited until ${nowWord}, as of ${noonWord}`));
  });

  it('marks the absence of builds too, when that is not fresh', () => {
    assert.equal(
      textOf({ ...ready([]), stale: { asOf: noon, failure } }),
      '$(circle-large-outline) no builds $(history)',
    );
    assert.equal(
      tooltip(),
      `No builds for master · 01234567\ngroup/project on git.example.com\nout of date, as of ${noonWord}: git.example.com cannot be reached. Check the network.`,
    );
  });

  describe('for a HEAD without builds of its own', () => {
    const head = { sha: aTarget().sha, branch: 'master', shallow: false, ancestors: [] };
    const ancestor = { sha: 'abcdef0123456789abcdef0123456789abcdef01', back: 2 };
    const unpushed = aTarget({ head: { ...head, pushed: false } });
    const pushed = aTarget({ head: { ...head, pushed: true } });

    const looks: readonly (readonly [string, Snapshot, string, string])[] = [
      ['not pushed', { ...ready([]), target: unpushed, unpushed: true }, '$(cloud-upload) not pushed', 'not pushed'],
      [
        'not pushed, with builds of an ancestor',
        { ...ready(someBuilds({})), target: unpushed, unpushed: true, ancestor },
        '$(pass) passed $(git-commit) 2 back',
        'not pushed: builds of abcdef01, 2 commits back',
      ],
      [
        'pushed and waited for',
        { ...ready([]), target: pushed, watchingSince: noon },
        '$(eye) waiting for builds',
        `waiting for builds since ${noonWord}`,
      ],
      [
        'pushed and waited for, with builds of an ancestor that are not fresh',
        { ...ready(someBuilds({})), target: pushed, watchingSince: noon, ancestor, stale: { asOf: noon } },
        '$(pass) passed $(git-commit) 2 back $(history)',
        `waiting for builds since ${noonWord}: builds of abcdef01, 2 commits back`,
      ],
    ];
    for (const [when, snapshot, text, words] of looks)
      it(`says "${text}" where it is ${when}`, () => {
        assert.equal(textOf(snapshot), text);
        for (const [, icon = ''] of text.matchAll(/\$\(([\w-]+)/g)) assert.ok(codicons.has(icon), icon);
        assert.ok(tooltip().replace(/\\/g, '').split('\n').includes(words), tooltip());
        assert.ok(spoken().includes(words), spoken());
      });
  });

  it('cuts names of more than thirty letters', () => {
    const named = (letters: number): string => textOf(ready([aBuild({ status: 'failed', name: 'x'.repeat(letters) })]));
    assert.equal(named(30), `$(error) failed: ${'x'.repeat(30)}`);
    assert.equal(named(31), `$(error) failed: ${'x'.repeat(29)}…`);
  });

  it('cuts long names of stages', () => {
    const text = textOf(ready([aBuild({ status: 'running', stage: 'y'.repeat(100) })]));
    assert.equal(text, `$(sync~spin) 0/1 ${'y'.repeat(29)}…`);
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
      '| build | $(pass) passed · 1 |',
      '| test | $(error) failed · 1 of 2\\: rspec |',
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

  it('says it all to a screen reader, without icons', () => {
    textOf(ready(someBuilds({ status: 'failed', name: 'rspec' })));
    assert.equal(spoken(), 'GitLab Builds, failed: rspec, master · 01234567');
  });

  describe('with several repositories', () => {
    const failing = aRepository('api', ready(someBuilds({ status: 'failed', name: 'rspec' })));
    const passed = aRepository('web', ready(someBuilds({})));

    it('shows the active one, and names it where there is room', () => {
      bar.show({ repositories: [failing, passed], active: passed.root });
      assert.equal(item().text, '$(pass) passed');
      assert.equal(tooltip().split('\n')[0], '**web** · **master · 01234567**');
      assert.equal(spoken(), 'GitLab Builds, passed, web, master · 01234567');
    });

    it('follows the active one', () => {
      bar.show({ repositories: [failing, passed], active: passed.root });
      bar.show({ repositories: [failing, passed], active: failing.root });
      assert.equal(item().text, '$(error) failed: rspec');
    });

    it('names it also where there are no builds', () => {
      bar.show(several(aRepository('api', ready([])), passed));
      assert.equal(tooltip(), 'api\nNo builds for master · 01234567\ngroup/project on git.example.com');
    });

    it('is hidden where the active one has no project', () => {
      bar.show(several(passed, failing));
      bar.show(several(aRepository('notes', { kind: 'noProject', reason: 'noRemote' }), passed));
      assert.equal(item().visible, false);
    });
  });

  it('brings the view to the front when it is clicked, and has a name to be hidden by', () => {
    const { command, name, id } = item();
    assert.deepEqual([command, name, id], ['gitlabBuilds.builds.focus', 'GitLab Builds', 'gitlabBuilds.status']);
  });

  it('is one item, whatever was shown', () => {
    for (const [, snapshot] of [...hidden, ...words]) bar.show(alone(snapshot));
    assert.equal(editor().statusBarItems.length, 1);
  });
});

describe('The status bar of a list that was cut', () => {
  beforeEach(() => (bar = new StatusBar({ now: () => now })));
  afterEach(() => bar.dispose());

  it('gives no verdict but a failure', () => {
    const cut = { isPartial: true };
    const builds = someBuilds({ status: 'success' }, { status: 'success' });
    assert.equal(textOf({ ...ready(builds), ...cut }), `$(question) first ${builds.length} of more builds`);
    assert.ok(spoken().includes('more builds') && !spoken().includes('passed'), spoken());
    assert.match(textOf({ ...ready(someBuilds({ status: 'failed' }, { status: 'success' })), ...cut }), /failed: /);
  });
});
