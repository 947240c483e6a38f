import assert from 'node:assert/strict';
import type { Failure } from '../../src/core/errors';
import type { Snapshot } from '../../src/core/snapshot';
import { StatusBar } from '../../src/ui/statusBar';
import { codicons } from './codicons';
import { editor } from './fake/editor';
import type { FakeStatusBarItem } from './fake/views';
import { aBuild, aTarget, hostileTexts, ready, someBuilds } from './samples';

const target = aTarget();
const failure: Failure = { kind: 'offline', host: 'git.example.com' };
let bar: StatusBar;

function item(): FakeStatusBarItem {
  const [only] = editor().statusBarItems;
  assert.ok(only);
  return only;
}

function textOf(snapshot: Snapshot): string {
  bar.show(snapshot);
  return item().text;
}

function tooltip(): string {
  const { tooltip: shown } = item();
  return typeof shown === 'string' ? shown : (shown?.value ?? '');
}

describe('The status bar', () => {
  beforeEach(() => (bar = new StatusBar()));
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
      bar.show(ready(someBuilds({})));
      bar.show(snapshot);
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
    ['without builds', ready([]), '$(circle-large-outline) no builds', 'No builds for 01234567'],
  ];
  for (const [when, snapshot, text, hover] of words)
    it(`says "${text}" ${when}`, () => {
      assert.equal(textOf(snapshot), text);
      assert.equal(item().visible, true);
      assert.equal(tooltip(), hover);
      assert.equal(item().accessibilityInformation?.label, `GitLab Builds, ${hover}`);
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
    assert.equal(textOf(ready(someBuilds({}), failure)), '$(pass) passed $(history)');
    assert.match(tooltip(), /\ngit\\\.example\\\.com cannot be reached\\\. Check the network\\\.$/);
  });

  it('marks the absence of builds too, when that is not fresh', () => {
    assert.equal(textOf(ready([], failure)), '$(circle-large-outline) no builds $(history)');
    assert.equal(tooltip(), 'No builds for 01234567. git.example.com cannot be reached. Check the network.');
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
    bar.show(ready(someBuilds({ stage: 'build' }, { status: 'failed', name: 'rspec' }, {})));
    assert.deepEqual(tooltip().split('\n'), [
      '**master** · **01234567**',
      '',
      '| | |',
      '|:--|:--|',
      '| build | $(pass) passed · 1 |',
      '| test | $(error) failed · 1 of 2\\: rspec |',
    ]);
  });

  for (const text of hostileTexts)
    it(`draws only its own icons in the tooltip with ${JSON.stringify(text)}`, () => {
      bar.show({ ...ready([aBuild({ status: 'failed', name: text, stage: text })]), target: aTarget({ ref: text }) });
      assert.equal(tooltip().match(/\$\(/g)?.length, 1);
      assert.doesNotMatch(tooltip().replace(/\\[!-/:-@[-`{-~]/g, ''), /[[\]<>`]/);
    });

  it('says it all to a screen reader, without icons', () => {
    bar.show(ready(someBuilds({ status: 'failed', name: 'rspec' })));
    assert.equal(item().accessibilityInformation?.label, 'GitLab Builds, failed: rspec, 01234567');
  });

  it('brings the view to the front when it is clicked, and has a name to be hidden by', () => {
    const { command, name, id } = item();
    assert.deepEqual([command, name, id], ['gitlabBuilds.builds.focus', 'GitLab Builds', 'gitlabBuilds.status']);
  });

  it('is one item, whatever was shown', () => {
    for (const [, snapshot] of [...hidden, ...words]) bar.show(snapshot);
    assert.equal(editor().statusBarItems.length, 1);
  });
});
