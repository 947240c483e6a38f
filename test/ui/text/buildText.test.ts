import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import {
  buildDescription,
  buildIcon,
  buildAriaLabel,
  type BuildFacts,
  formatSize,
  groupDescription,
  statusCounts,
  statusCodicon,
  statusIcon,
  statusLabel,
} from '../../../src/ui/text/buildText';
import { codicons } from '../codicons';
import { aBuild, allStatuses, someBuilds } from '../samples';

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

  it('has an icon of its own: no two differ by color alone', () => {
    const icons = [...allStatuses, 'levitating'].map((status) => statusIcon(status).id);
    icons.push(buildIcon(aBuild({ status: 'failed', allowFailure: true })).id);
    assert.equal(new Set(icons).size, icons.length);
  });

  it('that GitLab added later is shown unchanged', () => {
    assert.equal(statusLabel('waiting_for_godot'), 'waiting for godot');
    assert.equal(statusIcon('waiting_for_godot').id, 'question');
  });

  it("that GitLab added later can't become a link in a message", () => {
    assert.doesNotMatch(statusLabel('[x](command:y)\n'), /\]\(|\n/);
  });

  it('that is outdated is dimmed and does not spin', () => {
    for (const status of allStatuses) {
      const { id, color } = statusIcon(status, 'stale');
      assert.deepEqual([id, color?.id], [statusIcon(status).id.replace('~spin', ''), 'disabledForeground']);
      assert.ok(codicons.has(id));
      assert.equal(buildIcon(aBuild({ status }), 'stale').id, id);
    }
  });

  it('of an allowed failure looks like a warning', () => {
    assert.equal(buildIcon(aBuild({ status: 'failed', allowFailure: true })).id, 'warning');
    assert.equal(buildIcon(aBuild({ status: 'failed' })).id, 'error');
  });
});

describe('Sizes', () => {
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

  it('never have a smaller unit than their rounded value', () => {
    for (const bytes of [999_499, 999_500, 999_999, 9_960, 999_999_999])
      assert.doesNotMatch(formatSize(bytes), /^1000 |^10\.0 /, `${bytes} bytes`);
  });
});

describe('The description of a build', () => {
  const describe_ = (changes: Partial<Build>, ref = 'master', facts: BuildFacts = {}): string =>
    buildDescription(aBuild(changes), ref, now, facts);

  it('is empty if there is nothing to say', () => assert.equal(describe_({}), ''));

  it('says how long it took', () =>
    assert.equal(describe_({ startedAt: started, finishedAt: '2016-03-01T12:01:02.000Z' }), '1:02'));

  it('says how long it has been running', () =>
    assert.equal(describe_({ status: 'running', startedAt: started }), '3 min'));

  it('says how long it usually takes, while it runs', () => {
    const expected = { rspec: 420, lint: 60 };
    const running = { status: 'running', startedAt: started };
    assert.equal(describe_(running, 'master', { expected }), '3 min of about 7 min');
    assert.equal(describe_({ ...running, name: 'lint' }, 'master', { expected }), '3 min, usually 1 min');
    assert.equal(describe_({ ...running, name: 'constructor' }, 'master', { expected }), '3 min');
    assert.equal(describe_({ startedAt: started, finishedAt: started }, 'master', { expected }), '0:00');
  });

  it("has no duration for a finished build if GitLab doesn't say when it ended", () =>
    assert.equal(describe_({ status: 'failed', startedAt: started }), ''));

  it('leaves the time of a running bridge to its downstream pipeline', () => {
    const bridge = { kind: 'bridge', startedAt: started } as const;
    assert.equal(describe_({ ...bridge, status: 'running' }), '');
    assert.equal(describe_({ ...bridge, finishedAt: '2016-03-01T12:01:02.000Z' }), '1:02');
  });

  it('names the stage if no row above does', () => assert.equal(describe_({}, 'master', { namesStage: true }), 'test'));

  describe('for a waiting build shows what it waits for:', () => {
    it('a runner with its tags, three of them', () => {
      const pending = { status: 'pending', tags: ['docker', 'linux'] };
      assert.equal(describe_(pending), 'waiting for a runner tagged docker, linux');
      assert.equal(describe_({ ...pending, tags: ['a', 'b', 'c', 'd'] }), 'waiting for a runner tagged a, b, c, …');
      assert.equal(describe_({ ...pending, status: 'running' }), '');
      assert.equal(describe_({ status: 'pending' }), '');
    });

    it('a resource group', () =>
      assert.equal(describe_({ status: 'waiting_for_resource' }), 'waiting for its resource group'));

    it('its time', () => {
      const at = new Date('2016-03-01T12:05:00.000Z').toLocaleTimeString(undefined, { timeStyle: 'short' });
      const scheduledAt = '2016-03-01T12:05:00.000Z';
      assert.equal(describe_({ status: 'scheduled', scheduledAt }), `starts at ${at}`);
      assert.equal(describe_({ status: 'scheduled' }), '');
      assert.equal(describe_({ status: 'success', scheduledAt }), '');
    });

    it('a person', () => {
      const [approve, deploy] = [aBuild({ name: 'approve' }), aBuild({ name: 'deploy' })];
      assert.equal(describe_({ status: 'created' }, 'master', { blockers: [approve] }), 'waiting for approve');
      const blockers = [approve, deploy];
      assert.equal(describe_({ status: 'created' }, 'master', { blockers }), 'waiting for a manual build');
      assert.equal(describe_({ status: 'skipped' }, 'master', { blockers }), '');
    });
  });

  it('names the ref if it differs from the one shown', () => {
    assert.equal(describe_({ ref: 'v1.0' }), 'v1.0');
    assert.equal(describe_({ ref: 'master' }), '');
  });

  it('marks artifacts with their size', () => assert.equal(describe_({ artifacts }), 'artifacts 1.2 kB'));

  it('counts the attempts', () =>
    assert.equal(describe_({ attempts: [aBuild({ id: 8 }), aBuild({ id: 7 })] }), 'attempt 3'));

  it('has all of it on one line', () => {
    const all = { status: 'running', startedAt: started, ref: 'a\nb', artifacts, attempts: [aBuild()] };
    assert.equal(describe_(all), '3 min · a b · artifacts 1.2 kB · attempt 2');
  });
});

describe('The text for screen readers', () => {
  it("includes a build's name, status, stage, duration, artifacts and attempt", () => {
    const finishedAt = '2016-03-01T12:03:10.000Z';
    const build = aBuild({ status: 'failed', startedAt: started, finishedAt, artifacts, attempts: [aBuild()] });
    const spoken = 'rspec, failed, stage test, 3 minutes 10 seconds, has artifacts, 1.2 kB, attempt 2';
    assert.equal(buildAriaLabel(build, now), spoken);
  });

  it('says how long a running build usually takes', () => {
    const spoken = buildAriaLabel(aBuild({ status: 'running', startedAt: started }), now, { expected: { rspec: 420 } });
    assert.equal(spoken, 'rspec, running, stage test, 3 minutes of about 7 minutes');
  });

  it('says what a waiting build waits for', () => {
    const spoken = buildAriaLabel(aBuild({ status: 'pending', tags: ['docker'] }), now);
    assert.equal(spoken, 'rspec, pending, stage test, waiting for a runner tagged docker');
  });

  it('distinguishes an allowed failure from another', () =>
    assert.match(buildAriaLabel(aBuild({ status: 'failed', allowFailure: true }), now), /failed \(allowed\)/));
});

describe('The description of several builds', () => {
  it('is the worst status and the count', () =>
    assert.equal(groupDescription(someBuilds({}, { status: 'running' })), 'running · 2'));

  it('names the failing build', () => {
    const builds = someBuilds({ status: 'failed', name: 'lint' }, {}, { status: 'failed', name: 'spinach' });
    assert.equal(groupDescription(builds), 'failed · 2 of 3: lint, spinach');
  });

  it('names three of many failing builds', () => {
    const builds = someBuilds(...Array.from({ length: 5 }, () => ({ status: 'failed' })));
    assert.equal(groupDescription(builds), 'failed · 5 of 5: build-1, build-2, build-3, …');
  });

  it('counts an allowed failure as passed', () =>
    assert.equal(groupDescription(someBuilds({ status: 'failed', allowFailure: true })), 'passed · 1'));
});

describe('The counts of several builds', () => {
  it('are by status, worst first, allowed failures before passed builds', () => {
    const statuses = ['skipped', 'success', 'manual', 'failed', 'running', 'failed', 'levitating', 'success'];
    const builds = someBuilds(...statuses.map((status) => ({ status })), { status: 'failed', allowFailure: true });
    assert.equal(
      statusCounts(builds),
      '2 failed · 1 running · 1 levitating · 1 manual · 1 allowed to fail · 2 passed · 1 skipped',
    );
  });
});
