import assert from 'node:assert/strict';
import type { FailureKind } from '../../../src/core/model/errors';
import { failureOf, unhurried } from '../support';
import { onEach, refusal, type Refusal, type Stage } from './staged';

type Outcome = FailureKind | 'taken';

const list = (stage: Stage, token: string) => stage.listing(stage.small, stage.as(token));
const retry = (stage: Stage, token: string) =>
  stage.act(stage.small.builds.lint.id, 'retry', undefined, stage.as(token));
const outcomeOf = async (promise: Promise<unknown>): Promise<Outcome> =>
  promise.then(
    () => 'taken',
    async () => (await failureOf(promise)).kind,
  );
/** A personal token of the Developer with these scopes. */
const tokenWith = ({ fake, small }: Stage, ...scopes: readonly string[]): string => {
  const token = `with ${scopes.join(' ')}`.replaceAll(' ', '-');
  fake.world.addToken({ token, user: small.username, scopes });
  return token;
};
/** What a token gets that has not the scope. */
const weak = (stage: Stage): Outcome => {
  // Personal tokens came with 8.9, scopes with 8.15; from 10.2 on GitLab says that it is they.
  if (!stage.has('8.9')) return 'unauthorized';
  if (!stage.has('8.15')) return 'taken';
  return stage.has('10.2') ? 'insufficientScope' : 'unauthorized';
};

describe('A token, in any version,', () => {
  onEach('is the private one up to 10.1, and a personal one from 8.9 on', async (stage) => {
    assert.equal((await list(stage, stage.small.token)).builds.length, 7);
    const personal = tokenWith(stage, 'api');
    assert.equal(await outcomeOf(list(stage, personal)), stage.has('8.9') ? 'taken' : 'unauthorized');
    assert.equal(await outcomeOf(retry(stage, personal)), stage.has('8.9') ? 'taken' : 'unauthorized');
  });

  onEach('that is only for the user shows no builds, if there are scopes', async (stage) => {
    const token = tokenWith(stage, 'read_user');
    assert.equal(await outcomeOf(list(stage, token)), weak(stage));
    assert.equal(await outcomeOf(retry(stage, token)), weak(stage));
    assert.equal(await outcomeOf(stage.as(token).user(unhurried())), stage.has('8.9') ? 'taken' : 'unauthorized');
  });

  onEach('that is only for git is refused everything, if there are scopes', async (stage) => {
    const token = tokenWith(stage, 'read_repository');
    assert.equal(await outcomeOf(stage.as(token).user(unhurried())), weak(stage));
    assert.equal(await outcomeOf(list(stage, token)), weak(stage));
  });

  onEach("that is read-only can read from 12.10 on, and can't act", async (stage) => {
    const token = tokenWith(stage, 'read_api');
    assert.equal(await outcomeOf(list(stage, token)), stage.has('12.10') ? 'taken' : weak(stage));
    assert.equal(await outcomeOf(retry(stage, token)), weak(stage));
    if (!stage.has('12.10')) return;
    const { status, reason } = await failureOf(retry(stage, token));
    assert.deepEqual([status, reason], [403, 'api']);
    assert.equal(stage.fake.world.build(stage.small.builds.lint.id).retried, false);
  });

  onEach(
    'that is read-only is recognized once its scopes were requested from 15.5 on, and otherwise after a refusal',
    async (stage) => {
      const token = tokenWith(stage, 'read_api', 'read_user');
      const client = stage.as(token);
      if (!stage.has('12.10')) {
        await outcomeOf(stage.listing(stage.small, client));
        assert.deepEqual([client.readOnly, client.scopes], [false, []]);
        return;
      }
      await stage.listing(stage.small, client);
      assert.equal(client.readOnlyIfKnown, stage.has('15.5') ? undefined : false);
      await client.learn(unhurried());
      const isTold = stage.has('15.5');
      assert.deepEqual([client.readOnly, client.scopes], [isTold, isTold ? ['read_api', 'read_user'] : []]);
      await failureOf(stage.act(stage.small.builds.lint.id, 'retry', undefined, client));
      assert.equal(client.readOnly, true);
    },
  );

  onEach('that has full access is not taken for a read-only one', async (stage) => {
    await stage.listing();
    await stage.act(stage.small.builds.lint.id, 'retry');
    assert.equal(stage.client.readOnly, false);
  });

  onEach('that has expired or was revoked is reported as such from 10.2 on', async (stage) => {
    const { world } = stage.fake;
    const user = stage.small.username;
    world.addToken({ token: 'expired-token', user, expiresAt: world.now() - 1000 });
    world.addToken({ token: 'revoked-token', user, revoked: true });
    for (const kind of ['expired', 'revoked'] as const) {
      const expected = stage.has('10.2') ? kind : 'unauthorized';
      for (const asked of [list, retry]) {
        const failure = await failureOf(asked(stage, `${kind}-token`));
        assert.deepEqual([failure.kind, failure.status], [expected, 401]);
      }
    }
  });

  onEach('of a blocked user is refused, with the reason from 10.2 on', async (stage) => {
    await stage.listing();
    stage.fake.world.setUserState(stage.small.username, 'blocked');
    const told: Refusal = stage.has('10.2')
      ? ['forbidden', 403, '403 Forbidden - Your account has been blocked.']
      : ['unauthorized', 401, '401 Unauthorized'];
    assert.deepEqual(await refusal(stage.listing()), told);
    assert.deepEqual(await refusal(list(stage, stage.small.token)), told);
    assert.deepEqual(await refusal(retry(stage, stage.small.token)), told);
  });

  onEach('is sent in no URL and in no header but its own', async (stage) => {
    await stage.listing();
    await stage.act(stage.small.builds.lint.id, 'retry');
    for (const { path, headers } of stage.fake.requests) {
      const { 'private-token': sent, ...others } = headers;
      assert.equal(sent, stage.small.token);
      assert.ok(!JSON.stringify([path, others]).includes(stage.small.token));
    }
  });
});
