import assert from 'node:assert/strict';
import { buildsOf, isSameTarget, targetOf, type Snapshot, type Target } from '../../../src/core/model/snapshot';
import { buildWith, sha } from '../support';

const instance = { url: 'https://gitlab.com', hosts: [], apiVersion: 'auto' } as const;
const target: Target = { instance, project: 'group/project', sha, ref: 'master', pinned: false };

describe('isSameTarget', () => {
  it('looks at instance, project and commit', () => {
    assert.ok(isSameTarget(target, { ...target, instance: { ...instance, hosts: ['ssh.gitlab.com'] } }));
    assert.ok(!isSameTarget(target, { ...target, instance: { ...instance, url: 'https://gitlab.com/gitlab' } }));
    assert.ok(!isSameTarget(target, { ...target, project: 'group/other' }));
    assert.ok(!isSameTarget(target, { ...target, sha: 'b'.repeat(40) }));
  });

  it('does not look at how the commit came to be shown', () => {
    assert.ok(isSameTarget(target, { ...target, ref: 'topic', pinned: true }));
  });

  it('knows no sameness of nothing', () => {
    assert.ok(!isSameTarget(undefined, undefined));
    assert.ok(!isSameTarget(target, undefined));
    assert.ok(!isSameTarget(undefined, target));
  });
});

describe('A snapshot', () => {
  const builds = [buildWith()];
  const ready: Snapshot = { kind: 'ready', target, builds, apiVersion: 'v3', pipelines: [], readOnly: false };
  const failed: Snapshot = { kind: 'failed', failure: { kind: 'offline' } };

  it('has a target where one is known', () => {
    assert.equal(targetOf(ready), target);
    assert.equal(targetOf({ kind: 'loading', target }), target);
    for (const none of [undefined, failed, { kind: 'noProject', reason: 'noRemote' } as const])
      assert.equal(targetOf(none), undefined);
  });

  it('has builds where it is ready', () => {
    assert.equal(buildsOf(ready), builds);
    for (const none of [undefined, failed, { kind: 'loading', target } as const]) assert.deepEqual(buildsOf(none), []);
  });
});
