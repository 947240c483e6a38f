import assert from 'node:assert/strict';
import { isSilent, waitEnd } from '../../../src/core/agents/waiting';
import type { Build } from '../../../src/core/model/build';
import type { Snapshot } from '../../../src/core/model/snapshot';
import { buildWith } from '../support';

const target = {
  instance: { url: 'https://gitlab.example.com', hosts: [], apiVersion: 'auto' },
  project: 'g/p',
  sha: 'a'.repeat(40),
  pinned: false,
} as const;
type Ready = Extract<Snapshot, { kind: 'ready' }>;

function ready(builds: readonly Build[], more: Partial<Ready> = {}): Ready {
  return { kind: 'ready', target, builds, pipelines: [], apiVersion: 'v4', readOnly: false, ...more };
}

const build = (id: number, status: string, more: Partial<Build> = {}): Build => ({
  ...buildWith({ id, status, name: `build ${id}` }),
  ...more,
});
const failure = { kind: 'offline' } as const;
const manual = [{ id: 7, ref: 'main', sha: target.sha, status: 'manual' }];

describe('Waiting for builds', () => {
  const end = (snapshot: Snapshot | undefined, id?: number, silentSince?: number) =>
    waitEnd(snapshot, { target, build: id }, 1_000_000, silentSince);

  const cases: readonly (readonly [
    what: string,
    snapshot: Snapshot | undefined,
    id: number | undefined,
    end: string | undefined,
  ])[] = [
    ['all have ended', ready([build(1, 'success'), build(2, 'failed')]), undefined, 'ended'],
    ['one runs', ready([build(1, 'success'), build(2, 'running')]), undefined, undefined],
    ['one is still to come', ready([build(1, 'success'), build(2, 'created')]), undefined, undefined],
    ['only an optional manual one is left', ready([build(1, 'success'), build(2, 'manual')]), undefined, 'ended'],
    [
      'a manual one blocks the rest',
      ready([build(1, 'manual', { pipeline: 7 }), build(2, 'created', { pipeline: 7 })], { pipelines: manual }),
      undefined,
      'blocked',
    ],
    ['that build has ended, others have not', ready([build(1, 'success'), build(2, 'running')]), 1, 'ended'],
    ['that build runs', ready([build(1, 'success'), build(2, 'running')]), 2, undefined],
    ['that build waits for a person', ready([build(1, 'manual')]), 1, 'blocked'],
    ['that build is gone', ready([build(1, 'running')]), 9, 'gone'],
    ['there are none, and none are expected', ready([]), undefined, 'noBuilds'],
    ['there are none yet', ready([], { watchingSince: 5 }), undefined, undefined],
    ['another commit is shown', ready([], { target: { ...target, sha: 'b'.repeat(40) } }), undefined, 'moved'],
    ['another commit is loading', { kind: 'loading', target: { ...target, sha: 'b'.repeat(40) } }, undefined, 'moved'],
    ['the user has signed out', { kind: 'signedOut', url: target.instance.url, known: true }, undefined, 'signedOut'],
    ['the repository is closed', undefined, undefined, 'gone'],
    [
      'old builds are shown, whatever they say',
      ready([build(1, 'success')], { stale: { asOf: 1, failure } }),
      undefined,
      undefined,
    ],
  ];

  for (const [what, snapshot, id, expected] of cases)
    it(`${expected === undefined ? 'continues' : `is over (${expected})`} if ${what}`, () =>
      assert.equal(end(snapshot, id), expected));

  it('is over once GitLab has not responded for two minutes', () => {
    const stale = ready([build(1, 'running')], { stale: { asOf: 1, failure } });
    assert.equal(isSilent(stale), true);
    assert.equal(end(stale, undefined, 1_000_000 - 119_999), undefined);
    assert.equal(end(stale, undefined, 1_000_000 - 120_000), 'away');
    assert.equal(end({ kind: 'failed', target, failure }, undefined, 0), 'away');
    assert.equal(isSilent(ready([], { stale: { asOf: 1 } })), false);
  });
});
