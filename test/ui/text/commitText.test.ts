import assert from 'node:assert/strict';
import type { Failure } from '../../../src/core/model/errors';
import type { Head } from '../../../src/core/model/head';
import type { Snapshot, Target } from '../../../src/core/model/snapshot';
import { caveats, subjectOf, titleOf } from '../../../src/ui/text/commitText';
import { aTarget, hostileTexts, ready, sha, someBuilds } from '../samples';

const someHead: Head = { sha, branch: 'master', shallow: false, pushed: true, ancestors: [] };
const ofHead = (head: Partial<Head>, target: Partial<Target> = {}) =>
  aTarget({ head: { ...someHead, ...head }, ...target });
const detached = { branch: undefined } as const;
const ancestor = { sha: 'abc'.repeat(14), back: 2 };
const builds = someBuilds({});
const unpushed = true;
/** 14:05, wherever that is. */
const then = new Date(2024, 2, 1, 14, 5).getTime();
const at = (time: number) => new Date(time).toLocaleTimeString(undefined, { timeStyle: 'short' });
const hour = 3600_000;

describe('The subject', () => {
  const subject = (target: Target, filter?: readonly string[]) => subjectOf({ ...ready(builds), target }, filter);

  it('is the branch and the commit', () => assert.equal(subject(ofHead({})), 'master · 01234567'));

  it('says that no branch is checked out', () =>
    assert.equal(subject(ofHead(detached, { ref: undefined })), '01234567 · detached'));

  it('names the tag at a detached HEAD', () =>
    assert.equal(subject(ofHead({ ...detached, tag: 'v1.0' }, { ref: undefined })), 'v1.0 · 01234567 · detached'));

  for (const [operation, words] of Object.entries({
    rebase: 'rebasing',
    merge: 'merging',
    cherryPick: 'cherry-picking',
    revert: 'reverting',
    bisect: 'bisecting',
  } satisfies Record<NonNullable<Head['operation']>, string>) as [NonNullable<Head['operation']>, string][])
    it(`says ${words}, and therefore not that HEAD is detached`, () =>
      assert.equal(subject(ofHead({ ...detached, operation }, { ref: undefined })), `01234567 · ${words}`));

  it('says that a commit is pinned, and nothing about HEAD', () =>
    assert.equal(
      subject(ofHead({ operation: 'rebase', tag: 'v2' }, { ref: 'v1.0', pinned: true })),
      'v1.0 · 01234567 · not HEAD',
    ));

  it('says which statuses are chosen', () =>
    assert.equal(subject(ofHead({}), ['failed', 'running']), 'master · 01234567 · only failed, running'));

  it('shows names from outside as plain text', () => {
    for (const ref of hostileTexts)
      for (const target of [aTarget({ ref }), ofHead({ ...detached, tag: ref }, { ref: undefined })])
        assert.doesNotMatch(subject(target), /\]\(|\n/);
  });

  it('is the host if there is no commit, and never empty', () => {
    assert.equal(subjectOf({ kind: 'signedOut', url: 'https://git.example.com/x', known: true }), 'git.example.com');
    assert.equal(subjectOf({ kind: 'noProject', reason: 'noRemote' }), 'Builds');
    assert.equal(subjectOf(undefined), 'Builds');
    assert.equal(titleOf(undefined), 'GitLab Builds');
  });
});

describe('The additional note', () => {
  const said = (changes: Partial<Extract<Snapshot, { kind: 'ready' }>>, now = then) =>
    caveats({ ...ready(builds), ...changes }, now);
  const empty = { builds: [] };

  it("is empty for HEAD's own up-to-date builds", () => assert.deepEqual(said({ target: ofHead({}) }), []));

  it('is empty if there are no builds to speak of', () => {
    for (const snapshot of [undefined, { kind: 'loading', target: aTarget() }] as const)
      assert.deepEqual(caveats(snapshot, then), []);
  });

  it('says whose builds they are if HEAD is not pushed', () => {
    const target = ofHead({ pushed: false });
    assert.deepEqual(said({ target, unpushed, ancestor }), ['not pushed, showing abcabcab, 2 commits back']);
    assert.deepEqual(said({ target, unpushed, ancestor: { ...ancestor, back: 1 } }), [
      'not pushed, showing abcabcab, 1 commit back',
    ]);
    assert.deepEqual(said({ target, unpushed, ...empty }), ['not pushed']);
    assert.deepEqual(said({ target, unpushed, ...empty, watchingSince: then }), ['not pushed']);
  });

  it('says since when builds are awaited', () => {
    const watching = { target: ofHead({}), watchingSince: then };
    assert.deepEqual(said({ ...watching, ...empty }), [`waiting for builds since ${at(then)}`]);
    assert.deepEqual(said({ ...watching, ancestor }), [
      `waiting for builds since ${at(then)}, showing abcabcab, 2 commits back`,
    ]);
  });

  for (const pushed of [undefined, false])
    it(`says whose builds they are if only git ${pushed === false ? 'lacks a sign' : 'cannot tell'} that HEAD is pushed`, () => {
      const target = ofHead({ pushed });
      assert.deepEqual(said({ target, ancestor }), ['no builds yet, showing abcabcab, 2 commits back']);
      assert.deepEqual(said({ target, ...empty }), []);
    });

  it("says that another remote's project has builds", () => {
    const elsewhere = { remote: 'upstream', instance: aTarget().instance, project: 'group/up](x)stream' };
    assert.deepEqual(said({ elsewhere, ...empty }), ['group/up]\u2060(x)stream has builds for this commit']);
  });

  it('says that GitLab shows no CI/CD, whatever is known about HEAD', () =>
    assert.deepEqual(
      said({ target: ofHead({ pushed: false }), ...empty, unpushed, watchingSince: then, ciHidden: true }),
      ['CI/CD is off in this project, or not visible for your role'],
    ));

  it('is that earlier commits are missing, but only if none with builds was found', () => {
    const target = ofHead({ pushed: false, shallow: true });
    const words = "shallow clone: earlier commits aren't available";
    assert.deepEqual(said({ target, unpushed, ...empty }), ['not pushed', words]);
    assert.deepEqual(said({ target, unpushed, ancestor }), ['not pushed, showing abcabcab, 2 commits back']);
    assert.deepEqual(said({ target: ofHead({ shallow: true }) }), []);
  });

  it('says how old the builds are, and why', () => {
    const failure: Failure = { kind: 'offline', host: 'git.example.com' };
    assert.deepEqual(said({ stale: { asOf: then, failure } }), [
      `out of date, as of ${at(then)}: Can't reach git.example.com. Check your network or VPN.`,
    ]);
    assert.deepEqual(said({ stale: { asOf: then } }), [`as of ${at(then)}, refreshing`]);
  });

  it('says until when the server asks to be left alone', () => {
    const failure: Failure = { kind: 'rateLimited', host: 'git.example.com', retryAt: then + hour };
    assert.deepEqual(said({ stale: { asOf: then, failure } }), [
      `rate limited until ${at(then + hour)}, as of ${at(then)}`,
    ]);
  });

  it('includes the day if the time is earlier than today', () => {
    const day = new Date(then).toLocaleDateString(undefined, { dateStyle: 'short' });
    const [words = ''] = said({ stale: { asOf: then } }, then + 24 * hour);
    assert.ok(words.includes(day) && words.includes(at(then)), words);
    assert.ok(!said({ stale: { asOf: then } }, then + hour)[0]?.includes(day));
  });

  it('says that the token is read-only', () => assert.deepEqual(said({ readOnly: true }), ['read-only token']));

  it('starts with the most important part', () =>
    assert.deepEqual(
      said({ target: ofHead({ pushed: false }), unpushed, ancestor, stale: { asOf: then }, readOnly: true }).map(
        (words) => words.split(' ')[0],
      ),
      ['not', 'as', 'read-only'],
    ));
});
