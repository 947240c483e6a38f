import assert from 'node:assert/strict';
import {
  buildsOf,
  isSameTarget,
  isUnpushed,
  targetOf,
  type Snapshot,
  type Target,
} from '../../../src/core/model/snapshot';
import { buildWith, sha } from '../support';

const instance = { url: 'https://gitlab.com', hosts: [], apiVersion: 'auto' } as const;
const target: Target = { instance, project: 'group/project', sha, ref: 'master', pinned: false };

describe('isSameTarget', () => {
  it('compares instance, project and commit', () => {
    assert.ok(isSameTarget(target, { ...target, instance: { ...instance, hosts: ['ssh.gitlab.com'] } }));
    assert.ok(!isSameTarget(target, { ...target, instance: { ...instance, url: 'https://gitlab.com/gitlab' } }));
    assert.ok(!isSameTarget(target, { ...target, project: 'group/other' }));
    assert.ok(!isSameTarget(target, { ...target, sha: 'b'.repeat(40) }));
  });

  it('ignores how the commit came to be shown', () => {
    assert.ok(isSameTarget(target, { ...target, ref: 'topic', pinned: true }));
  });

  it("doesn't treat two missing targets as the same", () => {
    assert.ok(!isSameTarget(undefined, undefined));
    assert.ok(!isSameTarget(target, undefined));
    assert.ok(!isSameTarget(undefined, target));
  });
});

describe('A snapshot', () => {
  const builds = [buildWith()];
  const ready: Snapshot = { kind: 'ready', target, builds, apiVersion: 'v3', pipelines: [], readOnly: false };
  const failed: Snapshot = { kind: 'failed', failure: { kind: 'offline' } };

  it('has a target if one is known', () => {
    assert.equal(targetOf(ready), target);
    assert.equal(targetOf({ kind: 'loading', target }), target);
    for (const none of [undefined, failed, { kind: 'noProject', reason: 'noRemote' } as const])
      assert.equal(targetOf(none), undefined);
  });

  it('has builds if it is ready', () => {
    assert.equal(buildsOf(ready), builds);
    for (const none of [undefined, failed, { kind: 'loading', target } as const]) assert.deepEqual(buildsOf(none), []);
  });
});

describe('HEAD counts as unpushed', () => {
  const head = { sha, shallow: false, pushed: false, ancestors: [] };
  const shown = { kind: 'ready', builds: [], apiVersion: 'v3', pipelines: [], readOnly: false } as const;
  const is = (changes: Partial<Target>, unpushed = true) =>
    isUnpushed({ ...shown, target: { ...target, head, ...changes }, unpushed });

  it('if GitLab was asked and said so, whatever git says', () => {
    assert.ok(is({}));
    assert.ok(is({ head: { ...head, pushed: undefined } }));
    assert.ok(!is({}, false));
    assert.ok(!isUnpushed({ kind: 'loading', target: { ...target, head } }));
    assert.ok(!isUnpushed(undefined));
  });

  it('only until git has seen a push', () => assert.ok(!is({ head: { ...head, pushed: true } })));

  it('unless the commit was selected', () => assert.ok(!is({ pinned: true })));
});
