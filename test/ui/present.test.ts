import assert from 'node:assert/strict';
import type { Build } from '../../src/core/build';
import type { Pipeline } from '../../src/core/pipeline';
import {
  buildDescription,
  buildIcon,
  buildSpoken,
  contextValue,
  formatDuration,
  formatSize,
  groupDescription,
  pipelineLabel,
  pipelineSubject,
  progressOf,
  spokenDuration,
  statusCodicon,
  statusIcon,
  statusLabel,
} from '../../src/ui/present';
import { codicons } from './codicons';
import { aBuild, allStatuses, someBuilds } from './samples';

const started = '2016-03-01T12:00:00.000Z';
const now = Date.parse('2016-03-01T12:03:10.900Z');
const artifacts = { filename: 'artifacts.zip', size: 1234 };

describe('A status', () => {
  for (const status of [...allStatuses, 'levitating', 'constructor', '']) {
    it(`"${status}" has an icon that VS Code knows`, () => {
      const [name = ''] = statusIcon(status).id.split('~');
      assert.ok(codicons.has(name), `no codicon ${name}`);
      assert.equal(statusCodicon(status), `$(${statusIcon(status).id})`);
    });
  }

  it('has a label of its own, in words', () => {
    const labels = allStatuses.map(statusLabel);
    assert.equal(new Set(labels).size, allStatuses.length);
    for (const label of labels) assert.match(label, /^[a-z][a-z ]+$/);
  });

  it('has an icon of its own: no two differ by colour alone', () => {
    const icons = [...allStatuses, 'levitating'].map((status) => statusIcon(status).id);
    icons.push(buildIcon(aBuild({ status: 'failed', allowFailure: true })).id);
    assert.equal(new Set(icons).size, icons.length);
  });

  it('that GitLab has added since is shown as it came', () => {
    assert.equal(statusLabel('waiting_for_godot'), 'waiting for godot');
    assert.equal(statusIcon('waiting_for_godot').id, 'question');
  });

  it('that GitLab has added since cannot become a link in a message', () => {
    assert.doesNotMatch(statusLabel('[x](command:y)\n'), /\]\(|\n/);
  });

  it('failed looks like a warning where the failure is allowed', () => {
    assert.equal(buildIcon(aBuild({ status: 'failed', allowFailure: true })).id, 'warning');
    assert.equal(buildIcon(aBuild({ status: 'failed' })).id, 'error');
  });
});

describe('Durations and sizes', () => {
  const durations: readonly [number, string][] = [
    [0, '0:00'],
    [7.9, '0:07'],
    [59, '0:59'],
    [60, '1:00'],
    [190, '3:10'],
    [3599, '59:59'],
    [3600, '1:00:00'],
    [3723, '1:02:03'],
    [100 * 3600, '100:00:00'],
  ];
  for (const [seconds, text] of durations)
    it(`${seconds} s is ${text}`, () => assert.equal(formatDuration(seconds), text));

  it('are spoken in words', () => {
    assert.equal(spokenDuration(42), '42 seconds');
    assert.equal(spokenDuration(190), '3 minutes 10 seconds');
  });

  const sizes: readonly [number, string][] = [
    [0, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1234, '1.2 kB'],
    [34_000_000, '34 MB'],
    [2_500_000_000, '2.5 GB'],
    [7e12, '7.0 TB'],
    [5e15, '5000 TB'],
  ];
  for (const [bytes, text] of sizes) it(`${bytes} bytes are ${text}`, () => assert.equal(formatSize(bytes), text));

  it('never have a unit below what they round to', () => {
    for (const bytes of [999_499, 999_500, 999_999, 9_960, 999_999_999])
      assert.doesNotMatch(formatSize(bytes), /^1000 |^10\.0 /, `${bytes} bytes`);
  });
});

describe('The description of a build', () => {
  const describe_ = (changes: Partial<Build>, ref = 'master'): string => buildDescription(aBuild(changes), ref, now);

  it('is empty where there is nothing to say', () => assert.equal(describe_({}), ''));

  it('says how long it took', () =>
    assert.equal(describe_({ startedAt: started, finishedAt: '2016-03-01T12:01:02.000Z' }), '1:02'));

  it('says how long it has been running', () =>
    assert.equal(describe_({ status: 'running', startedAt: started }), '3:10'));

  it('names the ref where it is another than the one shown', () => {
    assert.equal(describe_({ ref: 'v1.0' }), 'v1.0');
    assert.equal(describe_({ ref: 'master' }), '');
  });

  it('marks artifacts with their size', () => assert.equal(describe_({ artifacts }), 'artifacts 1.2 kB'));

  it('counts the attempts', () =>
    assert.equal(describe_({ attempts: [aBuild({ id: 8 }), aBuild({ id: 7 })] }), 'attempt 3'));

  it('has all of it in one line', () => {
    const all = { startedAt: started, ref: 'a\nb', artifacts, attempts: [aBuild()] };
    assert.equal(describe_(all), '3:10 · a b · artifacts 1.2 kB · attempt 2');
  });
});

describe('What a screen reader says', () => {
  it('of a build is its name, status, stage, duration, artifacts and attempt', () => {
    const build = aBuild({ status: 'failed', startedAt: started, artifacts, attempts: [aBuild()] });
    const spoken = 'rspec, failed, stage test, 3 minutes 10 seconds, has artifacts, 1.2 kB, attempt 2';
    assert.equal(buildSpoken(build, now), spoken);
  });

  it('tells an allowed failure from another', () =>
    assert.match(buildSpoken(aBuild({ status: 'failed', allowFailure: true }), now), /failed, as is allowed/));
});

describe('The description of several builds', () => {
  it('is the worst status and the count', () =>
    assert.equal(groupDescription(someBuilds({}, { status: 'running' })), 'running · 2'));

  it('names what is failing', () => {
    const builds = someBuilds({ status: 'failed', name: 'lint' }, {}, { status: 'failed', name: 'spinach' });
    assert.equal(groupDescription(builds), 'failed · 2 of 3: lint, spinach');
  });

  it('names three of many', () => {
    const builds = someBuilds(...Array.from({ length: 5 }, () => ({ status: 'failed' })));
    assert.equal(groupDescription(builds), 'failed · 5 of 5: build-1, build-2, build-3, …');
  });

  it('counts an allowed failure as passed', () =>
    assert.equal(groupDescription(someBuilds({ status: 'failed', allowFailure: true })), 'passed · 1'));
});

describe('The progress of several builds', () => {
  it('counts what has ended and names the stage at work', () => {
    const builds = someBuilds({}, { status: 'failed' }, { status: 'running', stage: 'deploy' }, { status: 'created' });
    assert.deepEqual(progressOf(builds), { ended: 2, stage: 'deploy' });
  });

  it('names no stage when nothing is at work', () =>
    assert.deepEqual(progressOf(someBuilds({}, { status: 'manual' })), { ended: 1, stage: undefined }));
});

describe('The words of a row for the menus', () => {
  const wordsOf = (changes: Partial<Build>, kind: 'build' | 'attempt' = 'build', readOnly = false): string =>
    contextValue({ kind, id: 'x', build: aBuild(changes), children: [] }, readOnly);
  const group = (kind: 'stage' | 'status', ...builds: readonly Partial<Build>[]): string => {
    const node = { id: 'x', stage: 's', isExternal: false, status: 's', builds: someBuilds(...builds), children: [] };
    return contextValue({ kind, ...node }, false);
  };
  const pipeline = (readOnly: boolean, ...builds: readonly Partial<Build>[]): string => {
    const node = { id: 'x', isNewest: true, status: 's', builds: someBuilds(...builds), children: [] };
    const own = { id: 1, ref: 'master', sha: 'a', status: 's' };
    return contextValue({ kind: 'pipeline', pipeline: own, ...node }, readOnly);
  };

  const expected: Readonly<Record<string, string>> = {
    created: 'build cancelable',
    waiting_for_resource: 'build cancelable',
    preparing: 'build cancelable',
    waiting_for_callback: 'build cancelable',
    pending: 'build cancelable',
    running: 'build cancelable',
    success: 'build retryable erasable',
    failed: 'build retryable erasable',
    canceling: 'build forceCancelable',
    canceled: 'build retryable erasable',
    skipped: 'build',
    manual: 'build cancelable playable variables',
    scheduled: 'build cancelable playable variables',
    levitating: 'build cancelable',
  };
  for (const [status, words] of Object.entries(expected))
    it(`for ${status}: ${words}`, () => assert.equal(wordsOf({ status }), words));

  it('say that there are artifacts and a log', () =>
    assert.equal(wordsOf({ artifacts, startedAt: started }), 'build retryable erasable hasArtifacts keepable hasLog'));

  it('never call an attempt retryable or cancelable', () => {
    assert.equal(wordsOf({ status: 'running' }, 'attempt'), 'attempt');
    assert.equal(wordsOf({ status: 'failed', artifacts }, 'attempt'), 'attempt erasable hasArtifacts keepable');
  });

  it('say of a group what can be done with what is in it', () => {
    assert.equal(group('stage', {}), 'stage');
    assert.equal(group('stage', { status: 'failed' }, { status: 'running' }), 'stage hasFailed hasActive');
    assert.equal(group('status', { status: 'failed', allowFailure: true }), 'status');
  });

  it('leave out what the server or the role is known not to allow', () => {
    assert.equal(wordsOf({ status: 'manual', denied: ['play', 'playWithVariables'] }), 'build cancelable');
    assert.equal(wordsOf({ status: 'failed', denied: ['erase'] }), 'build retryable');
  });

  it('offer of a bridge what GitLab does with one', () => {
    assert.equal(wordsOf({ kind: 'bridge', status: 'failed' }), 'build retryable');
    assert.equal(wordsOf({ kind: 'bridge', status: 'running', startedAt: started }), 'build');
  });

  it('offer nothing of what another system reports', () =>
    assert.equal(wordsOf({ kind: 'external', status: 'failed', startedAt: started }), 'build'));

  it('offer the playing of what may be manual', () =>
    assert.equal(wordsOf({ status: 'skipped', maybeManual: true }), 'build playable variables'));

  it('offer only to look with a token that may only read', () => {
    assert.equal(wordsOf({ artifacts, startedAt: started }, 'build', true), 'build hasArtifacts hasLog');
    assert.equal(pipeline(true, { status: 'failed' }), 'pipeline');
  });

  it('say of a pipeline what can be done in it', () =>
    assert.equal(pipeline(false, { status: 'failed' }, { status: 'running' }), 'pipeline hasFailed hasActive'));
});

describe('The name of a pipeline', () => {
  const own = { id: 7, ref: 'main', sha: 'a', status: 'running' };
  const names: readonly (readonly [Partial<Pipeline>, string, string])[] = [
    [{}, 'Pipeline #7', 'main'],
    [{ source: 'push' }, 'Branch pipeline #7', 'main'],
    [{ source: 'schedule' }, 'Scheduled pipeline #7', 'main'],
    [{ source: 'web' }, 'Pipeline run by hand #7', 'main'],
    [{ source: 'parent_pipeline', sha: '' }, 'Child pipeline #7', 'main'],
    [{ source: 'some_new_source' }, 'Pipeline (some new source) #7', 'main'],
    [{ source: 'constructor' }, 'Pipeline (constructor) #7', 'main'],
    [{ ref: 'refs/merge-requests/3/head' }, 'Merge request pipeline #7', '!3'],
    [
      { ref: 'refs/merge-requests/3/merge', sha: 'b', mergeRequest: { iid: 3, title: 'Let\npeople in' } },
      'Merge request pipeline #7',
      '!3 Let people in · result of the merge',
    ],
  ];
  for (const [changes, label, subject] of names) {
    it(`is ${label}: ${subject}`, () => {
      const pipeline = { ...own, ...changes };
      assert.deepEqual([pipelineLabel(pipeline), pipelineSubject(pipeline, 'a')], [label, subject]);
    });
  }
});
