import assert from 'node:assert/strict';
import { createServer as createPlain, globalAgent, type RequestListener, type Server } from 'node:http';
import { createServer as createTls, globalAgent as tlsAgent } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { generate } from 'selfsigned';
import { createHttp } from '../../../../src/core/gitlab/http/http';
import type { Http } from '../../../../src/core/gitlab/http/request';
import { Journal, generousLimits, unhurried, until, userAgent } from '../../support';

interface CountedServer {
  readonly url: string;
  /** Open and closed ones, in the order they came. */
  readonly sockets: readonly Socket[];
  close(): Promise<void>;
}

async function serve(server: Server): Promise<CountedServer> {
  const sockets: Socket[] = [];
  const isTls = 'setSecureContext' in server;
  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => sockets.push(socket));
  // As nginx in front of GitLab: longer than any pause here.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${isTls ? 'https' : 'http'}://127.0.0.1:${port}`,
    sockets,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const json: RequestListener = (_, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end('{"id":1}');
};

/** Connections of the agent to that server that wait for a request. */
function idleSockets(url: string): readonly Socket[] {
  const { port, protocol } = new URL(url);
  const agent = protocol === 'https:' ? tlsAgent : globalAgent;
  return Object.entries(agent.freeSockets).flatMap(([name, sockets]) =>
    name.includes(`:${port}:`) ? (sockets ?? []) : [],
  );
}

describe('Connections', () => {
  let server: CountedServer | undefined;
  let http: Http | undefined;

  const start = async (
    made: Server,
    ownAgent = false,
  ): Promise<{ server: CountedServer; get: () => Promise<unknown> }> => {
    const started = await serve(made);
    server = started;
    const made_ = createHttp({ log: new Journal(), userAgent, limits: generousLimits, ownAgent: () => ownAgent });
    http = made_;
    const { url } = started;
    const get = () => made_.json({ method: 'GET', url: `${url}/api/v4/x`, instance: url, signal: unhurried() });
    return { server: started, get };
  };

  afterEach(async () => {
    http?.dispose?.();
    await server?.close();
    tlsAgent.options.ca = undefined;
  });

  for (const ownAgent of [false, true]) {
    it(`are reused, ${ownAgent ? 'with an agent of their own' : "with Node's agent"}`, async () => {
      const { server: plain, get } = await start(createPlain(json), ownAgent);
      for (let poll = 0; poll < 30; poll++) await get();
      assert.equal(plain.sockets.length, 1);
    });
  }

  it('over TLS are reused', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    tlsAgent.options.ca = cert;
    const { server: secure, get } = await start(createTls({ key, cert }, json));
    for (let poll = 0; poll < 30; poll++) await get();
    assert.equal(secure.sockets.length, 1);
  });

  it("stay open longer than Node's agent keeps them, and that agent is left unchanged", async () => {
    const { server: plain, get } = await start(createPlain(json));
    await get();
    await until(() => idleSockets(plain.url).length === 1);
    const [socket] = idleSockets(plain.url);
    assert.equal(socket?.timeout, 50_000);
    assert.equal((globalAgent as { options?: { timeout?: number } }).options?.timeout, 5000);
  });

  it('close before the server closes them, if it says when', async () => {
    const { server: plain, get } = await start(
      createPlain((request, response) => {
        response.setHeader('Keep-Alive', 'timeout=20');
        json(request, response);
      }),
    );
    await get();
    await until(() => idleSockets(plain.url).length === 1);
    assert.equal(idleSockets(plain.url)[0]?.timeout, 19_000);
  });

  it('of others are left alone', async () => {
    const { server: plain } = await start(createPlain(json));
    const response = await fetchOnce(plain.url);
    assert.equal(response, '{"id":1}');
    await until(() => idleSockets(plain.url).length === 1);
    assert.equal(idleSockets(plain.url)[0]?.timeout, 5000);
  });

  it('that the server has closed meanwhile cause no delay: the request is sent again immediately', async () => {
    const { server: plain, get } = await start(createPlain(json));
    await get();
    // The client writes into what the server has just reset.
    const [socket] = plain.sockets;
    socket?.resetAndDestroy();
    await get();
    assert.equal(plain.sockets.length, 2);
  });

  it('are opened by one request, and at most six times', async () => {
    let [active, most] = [0, 0];
    const waiting: (() => void)[] = [];
    const { server: plain, get } = await start(
      createPlain((request, response) => {
        most = Math.max(most, ++active);
        waiting.push(() => {
          active -= 1;
          json(request, response);
        });
      }),
    );
    const all = Array.from({ length: 26 }, get);
    await until(() => waiting.length === 1);
    assert.equal(plain.sockets.length, 1);
    waiting.shift()?.();
    for (let left = 25; left > 0; left--) {
      await until(() => waiting.length === Math.min(left, 6));
      waiting.shift()?.();
    }
    await Promise.all(all);
    assert.equal(most, 6);
    assert.equal(plain.sockets.length, 6);
  });

  it("do not hold up a user's request", async () => {
    const held: (() => void)[] = [];
    const { server: plain, get } = await start(
      createPlain((request, response) => {
        if (request.method === 'GET') held.push(() => json(request, response));
        else json(request, response);
      }),
    );
    const all = Array.from({ length: 8 }, get);
    await until(() => held.length === 1);
    const post = { method: 'POST', url: `${plain.url}/api/v4/x`, instance: plain.url, signal: unhurried() } as const;
    assert.deepEqual((await http?.json(post))?.body, { id: 1 });
    for (let answered = 0; answered < 8; answered++) {
      await until(() => held.length > 0);
      held.shift()?.();
    }
    await Promise.all(all);
  });

  it('are not awaited by a canceled request', async () => {
    const held: (() => void)[] = [];
    const { server: plain, get } = await start(
      createPlain((request, response) => held.push(() => json(request, response))),
    );
    const first = get();
    await until(() => held.length === 1);
    const abort = new AbortController();
    const reason = new Error('not wanted any more');
    const url = `${plain.url}/api/v4/x`;
    const second = http?.json({ method: 'GET', url, instance: plain.url, signal: abort.signal });
    abort.abort(reason);
    await assert.rejects(second ?? Promise.resolve(), reason);
    held.shift()?.();
    await first;
    assert.equal(held.length, 0);
  });
});

async function fetchOnce(url: string): Promise<string> {
  const { default: fetch } = await import('node-fetch');
  const response = await fetch(url, { headers: { connection: 'keep-alive', 'user-agent': 'another' } });
  return response.text();
}
