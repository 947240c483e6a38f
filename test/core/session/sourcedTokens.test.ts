import assert from 'node:assert/strict';
import type { Credential } from '../../../src/core/credentials/credential';
import { SourcedTokens } from '../../../src/core/session/sourcedTokens';

const url = 'https://git.example.com';
const glab = JSON.stringify({ kind: 'glab' });
const none: Credential = { kind: 'none' };

function staged(...answers: readonly (string | undefined)[]) {
  let reads = 0;
  let now = 0;
  const tokens = new SourcedTokens(
    () => {
      const token = answers[Math.min(reads, answers.length - 1)];
      reads += 1;
      return Promise.resolve(token === undefined ? none : { kind: 'token', token });
    },
    () => now,
  );
  return { tokens, reads: () => reads, pass: (ms: number) => (now += ms) };
}

describe('The token from a credential source', () => {
  it('is requested once', async () => {
    const { tokens, reads } = staged('one', 'two');
    assert.deepEqual(await Promise.all([tokens.get(url, glab), tokens.get(url, glab)]), ['one', 'one']);
    assert.equal(reads(), 1);
  });

  it('is requested again if it is refused, once for all requests that were refused', async () => {
    const { tokens, reads } = staged('one', 'two', 'three');
    await tokens.get(url, glab);
    const renewed = await Promise.all([tokens.renew(url, glab, 'one'), tokens.renew(url, glab, 'one')]);
    assert.deepEqual([renewed, await tokens.renew(url, glab, 'one'), reads()], [['two', 'two'], 'two', 2]);
  });

  it('is requested again at each refusal, even if it stays the same', async () => {
    const { tokens, reads } = staged('one');
    await tokens.get(url, glab);
    for (let time = 0; time < 3; time += 1) assert.equal(await tokens.renew(url, glab, 'one'), 'one');
    assert.equal(reads(), 4);
  });

  it('is not requested if the sign-in has just provided it', async () => {
    const { tokens, reads } = staged('two');
    tokens.hold(url, glab, 'one');
    assert.deepEqual([await tokens.get(url, glab), reads()], ['one', 0]);
  });

  it('is requested again after a while if there was none', async () => {
    const { tokens, reads, pass } = staged(undefined, 'one');
    assert.equal(await tokens.get(url, glab), undefined);
    assert.equal(await tokens.get(url, glab), undefined);
    pass(30_000);
    assert.deepEqual([await tokens.get(url, glab), reads()], ['one', 2]);
  });

  it('is requested again if there was none and the clock was set back by a year', async () => {
    const { tokens, reads, pass } = staged(undefined, 'one');
    assert.equal(await tokens.get(url, glab), undefined);
    pass(-365 * 24 * 3_600_000);
    assert.deepEqual([await tokens.get(url, glab), reads()], ['one', 2]);
  });

  for (const damaged of ['', '{', '7', '{"kind":"other"}', '{"kind":"account","id":7}'])
    it(`is undefined if the source is damaged: ${damaged}`, async () => {
      const { tokens, reads } = staged('one');
      assert.deepEqual([await tokens.get(url, damaged), reads()], [undefined, 0]);
    });
});
