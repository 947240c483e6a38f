import assert from 'node:assert/strict';
import { renewingHttp } from '../../../../src/core/gitlab/http/renewingHttp';
import type { Http, HttpRequest, StreamAnswer } from '../../../../src/core/gitlab/http/request';
import { GitLabError, type FailureKind } from '../../../../src/core/model/errors';
import { failureOf, unhurried } from '../../support';

const instance = 'https://git.example.com';

/** A server that refuses each token but one. */
function staged(good: string, renewed: string | undefined, kind: FailureKind = 'unauthorized') {
  const sent: (string | undefined)[] = [];
  const asked: string[] = [];
  const answer = <T>({ token }: HttpRequest, value: T): Promise<T> => {
    sent.push(token);
    return token === good ? Promise.resolve(value) : Promise.reject(new GitLabError({ kind }));
  };
  const http: Http = {
    json: (request) => answer(request, { body: 1, headers: new Headers(), isUnchanged: false }),
    stream: (request) => answer(request, {} as StreamAnswer),
  };
  const renewing = renewingHttp(http, (of, refused) => {
    asked.push(`${of} ${refused}`);
    return Promise.resolve(renewed);
  });
  const request = (token?: string): HttpRequest => ({
    method: 'POST',
    url: `${instance}/x`,
    instance,
    token,
    signal: unhurried(),
  });
  return { sent, asked, renewing, request };
}

describe('A refused token', () => {
  for (const method of ['json', 'stream'] as const)
    for (const kind of ['unauthorized', 'expired', 'revoked'] as const)
      it(`is renewed, and the request is sent again: ${method}, ${kind}`, async () => {
        const { sent, asked, renewing, request } = staged('new', 'new', kind);
        await renewing[method](request('old'));
        assert.deepEqual([sent, asked], [['old', 'new'], [`${instance} old`]]);
      });

  for (const renewed of [undefined, 'old'])
    it(`is reported if its source has ${renewed === undefined ? 'none' : 'the same'}`, async () => {
      const { sent, renewing, request } = staged('new', renewed);
      assert.equal((await failureOf(renewing.json(request('old')))).kind, 'unauthorized');
      assert.deepEqual(sent, ['old']);
    });

  it('is reported if the new one is refused, too', async () => {
    const { sent, renewing, request } = staged('good', 'bad');
    await failureOf(renewing.json(request('old')));
    assert.deepEqual(sent, ['old', 'bad']);
  });

  it('is not renewed for any other failure, or if none was sent', async () => {
    const other = staged('new', 'new', 'forbidden');
    await failureOf(other.renewing.json(other.request('old')));
    const none = staged('new', 'new');
    await failureOf(none.renewing.json(none.request()));
    assert.deepEqual([other.asked, none.asked], [[], []]);
  });
});
