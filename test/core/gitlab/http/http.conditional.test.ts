import assert from 'node:assert/strict';
import { failureOf, httpWith, listen, unhurried, type Listening } from '../../support';

describe('Http: a cached response', () => {
  let server: Listening;
  const sent: (string | undefined)[] = [];
  const request = (etag?: string) => {
    const url = `${server.url}/api/v3/list`;
    return { method: 'GET', url, instance: server.url, signal: unhurried(), etag } as const;
  };

  before(async () => {
    server = await listen((incoming, response) => {
      const etag = incoming.headers['if-none-match'];
      sent.push(etag);
      const isSame = etag === 'W/"1"' || etag === undefined;
      if (isSame) response.writeHead(304, { 'x-total-pages': '3' }).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
    });
  });
  beforeEach(() => sent.splice(0));
  after(() => server.close());

  it('comes without a body if it is unchanged', async () => {
    const { body, headers, isUnchanged } = await httpWith().json(request('W/"1"'));
    assert.deepEqual([body, headers.get('x-total-pages'), isUnchanged, sent], [undefined, '3', true, ['W/"1"']]);
  });

  it('comes in full if it has changed', async () => {
    const { body, isUnchanged } = await httpWith().json(request('W/"2"'));
    assert.deepEqual([body, isUnchanged, sent], [[], false, ['W/"2"']]);
  });

  it("is rejected if the client doesn't have it", async () => {
    assert.equal((await failureOf(httpWith().json(request()))).kind, 'notGitLab');
  });

  it('is announced with each try before it is sent', async () => {
    let [count, refusals] = [0, 2];
    const flaky = await listen((_, response) => {
      if (refusals-- > 0) response.writeHead(502).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
    });
    const url = `${flaky.url}/x`;
    const onSend = () => (count += 1);
    await httpWith().json({ method: 'GET', url, instance: flaky.url, signal: unhurried(), onSend });
    assert.equal(count, 3);
    await flaky.close();
  });
});
