import assert from 'node:assert/strict';
import type { Failure } from '../../../../src/core/model/errors';
import type { HttpRequest } from '../../../../src/core/gitlab/http/request';
import {
  badGateway,
  brokenJson,
  gatewayTimeout,
  htmlPage,
  rateLimited,
  serverError,
  unavailable,
  type Fault,
} from '../../../gitlab/faults';
import { smallProject } from '../../../gitlab/scenarios';
import { developerToken } from '../../../gitlab/seed';
import { startGitLab, type FakeGitLab } from '../../../gitlab/server';
import { bytesOf, failureOf, httpWith, listen, unhurried } from '../../support';

const passing: Readonly<Record<string, () => Fault>> = {
  'a connection reset': () => ({ reset: 'beforeHeaders' }),
  'a connection reset in the middle of the body': () => ({ reset: 'midBody' }),
  'a body that breaks off': () => ({ truncate: 20 }),
  'a 502': badGateway,
  'a 503': unavailable,
  'a 504': gatewayTimeout,
};
const lasting: Readonly<Record<string, () => Fault>> = {
  'a 500': serverError,
  'a 501': () => ({ answer: { status: 501 } }),
  'a 429': () => rateLimited({ retryAfter: 0 }),
  'a 404': () => ({ answer: { status: 404, headers: { 'Content-Type': 'application/json' }, body: '{}' } }),
  'a 403': () => ({ answer: { status: 403, headers: { 'Content-Type': 'application/json' }, body: '{}' } }),
  'an HTML page': htmlPage,
  'damaged JSON': brokenJson,
};

describe('Http: a retry', () => {
  const http = httpWith();
  let fake: FakeGitLab;
  const request = (path: string, method: 'GET' | 'POST' = 'GET'): HttpRequest => {
    const url = `${fake.url}/api/v3/projects/1/${path}`;
    return { method, url, instance: fake.url, token: developerToken, signal: unhurried() };
  };
  const failing = (fault: Fault, method: 'GET' | 'POST' = 'GET', path = 'builds/4'): Promise<Failure> => {
    fake.faults = [fault];
    return failureOf(http.json(request(path, method)));
  };

  beforeEach(async () => {
    fake = await startGitLab();
    smallProject(fake.world);
  });
  afterEach(() => fake.close());

  for (const [what, fault] of Object.entries(passing)) {
    it(`follows ${what}, twice`, async () => {
      await failing(fault());
      assert.equal(fake.requests.length, 3);
    });

    it(`succeeds after ${what}, and after two`, async () => {
      for (const times of [1, 2]) {
        fake.faults = [{ ...fault(), times }];
        const { body } = await http.json(request('builds/4'));
        assert.equal((body as Record<string, unknown>)['id'], 4);
      }
    });

    it(`never follows ${what} for an action`, async () => {
      await failing(fault(), 'POST', 'builds/4/retry');
      assert.equal(fake.requests.length, 1);
    });
  }

  for (const [what, fault] of Object.entries(lasting)) {
    it(`does not follow ${what}`, async () => {
      await failing(fault());
      assert.equal(fake.requests.length, 1);
    });
  }

  it('follows a body of unknown length that breaks off', async () => {
    let asked = 0;
    const server = await listen((_, response) => {
      const isFirst = ++asked === 1;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      if (isFirst) response.write('{"id":', () => response.socket?.destroy());
      else response.end('{"id":4}');
    });
    try {
      assert.deepEqual((await http.json({ ...request(''), url: server.url })).body, { id: 4 });
    } finally {
      await server.close();
    }
  });

  it("ends with the last try's failure", async () => {
    fake.faults = [{ reset: 'beforeHeaders', times: 2 }, badGateway()];
    const { kind, status } = await failureOf(http.json(request('builds/4')));
    assert.deepEqual([kind, status], ['server', 502]);
    fake.faults = [badGateway(), { reset: 'beforeHeaders' }];
    fake.faults[0]!.times = 2;
    const lost = await failureOf(http.json(request('builds/4')));
    assert.deepEqual([lost.kind, lost.reason], ['offline', 'ECONNRESET']);
  });

  it('restarts a download as long as none of its bytes have arrived', async () => {
    fake.faults = [{ ...unavailable(), times: 2 }];
    const { size, body } = await http.stream(request('builds/4/artifacts'));
    assert.equal((await bytesOf(body)).length, size);
  });

  it('does not restart a download that breaks off', async () => {
    fake.faults = [{ reset: 'midBody' }];
    const { body } = await http.stream(request('builds/4/artifacts'));
    assert.equal((await failureOf(bytesOf(body))).kind, 'offline');
    assert.equal(fake.requests.length, 1);
  });
});
