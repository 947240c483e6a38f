import assert from 'node:assert/strict';
import { checkToken } from '../../../src/core/gitlab/checkToken';
import { GitLabError, type FailureKind } from '../../../src/core/model/errors';
import { failureOf } from '../support';

/** A GitLab that knows tokens by how they are sent. */
function asked(tokens: Readonly<Record<string, FailureKind | 'known'>>) {
  const tried: string[] = [];
  const clientWith = (token: string) => ({
    user: () => {
      tried.push(token);
      const kind = tokens[token] ?? 'unauthorized';
      return kind === 'known' ? Promise.resolve('dana') : Promise.reject(new GitLabError({ kind }));
    },
    learn: () => Promise.resolve(),
    scopes: ['api'],
    readOnly: false,
  });
  return { tried, check: (secret: string) => checkToken(secret, 'git.example.com', clientWith) };
}

describe('A secret that is checked', () => {
  it('is a token of GitLab’s where GitLab knows it as one', async () => {
    const { check, tried } = asked({ secret: 'known' });
    assert.deepEqual(await check('secret'), { token: 'secret', user: 'dana', readOnly: false });
    assert.deepEqual(tried, ['secret']);
  });

  it('is tried as one of OAuth where GitLab doesn’t know it, and kept with its scheme', async () => {
    const { check, tried } = asked({ 'Bearer secret': 'known' });
    assert.equal((await check('secret')).token, 'Bearer secret');
    assert.deepEqual(tried, ['secret', 'Bearer secret']);
  });

  it('is tried once where its prefix says what it is', async () => {
    const { check, tried } = asked({});
    assert.equal((await failureOf(check('glpat-secret'))).kind, 'unauthorized');
    assert.deepEqual(tried, ['glpat-secret']);
  });

  for (const kind of ['expired', 'revoked', 'insufficientScope', 'forbidden'] as const)
    it(`is told to be ${kind} where that is found out of one of OAuth`, async () => {
      const { check } = asked({ 'Bearer secret': kind });
      assert.equal((await failureOf(check('secret'))).kind, kind);
    });

  it('is not tried again where GitLab knows what is the matter with it', async () => {
    const { check, tried } = asked({ secret: 'expired' });
    assert.equal((await failureOf(check('secret'))).kind, 'expired');
    assert.deepEqual(tried, ['secret']);
  });

  it('of OAuth is tried as that alone', async () => {
    const { check, tried } = asked({});
    assert.equal((await failureOf(check('Bearer secret'))).kind, 'unauthorized');
    assert.deepEqual(tried, ['Bearer secret']);
  });
});
