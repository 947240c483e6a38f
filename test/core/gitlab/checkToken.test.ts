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

describe('Checking a secret', () => {
  it('accepts it as a GitLab token if GitLab recognizes it', async () => {
    const { check, tried } = asked({ secret: 'known' });
    assert.deepEqual(await check('secret'), { token: 'secret', user: 'dana', readOnly: false });
    assert.deepEqual(tried, ['secret']);
  });

  it("tries it as an OAuth token if GitLab doesn't recognize it, and keeps it with its scheme", async () => {
    const { check, tried } = asked({ 'Bearer secret': 'known' });
    assert.equal((await check('secret')).token, 'Bearer secret');
    assert.deepEqual(tried, ['secret', 'Bearer secret']);
  });

  it('tries it once if its prefix reveals its kind', async () => {
    const { check, tried } = asked({});
    assert.equal((await failureOf(check('glpat-secret'))).kind, 'unauthorized');
    assert.deepEqual(tried, ['glpat-secret']);
  });

  for (const kind of ['expired', 'revoked', 'insufficientScope', 'forbidden'] as const)
    it(`reports ${kind} if that turns out only for it as an OAuth token`, async () => {
      const { check } = asked({ 'Bearer secret': kind });
      assert.equal((await failureOf(check('secret'))).kind, kind);
    });

  it("doesn't try it again if GitLab says what is wrong with it", async () => {
    const { check, tried } = asked({ secret: 'expired' });
    assert.equal((await failureOf(check('secret'))).kind, 'expired');
    assert.deepEqual(tried, ['secret']);
  });

  it('tries an OAuth token only as that', async () => {
    const { check, tried } = asked({});
    assert.equal((await failureOf(check('Bearer secret'))).kind, 'unauthorized');
    assert.deepEqual(tried, ['Bearer secret']);
  });
});
