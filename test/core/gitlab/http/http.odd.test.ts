import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Http, HttpRequest } from '../../../../src/core/gitlab/http/request';
import { bytesOf, failureOf, httpWith, generousLimits, unhurried } from '../../support';

const json = '{"id":1}';
const ok = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n`;

describe('Http: a server that uses HTTP in an unusual way', () => {
  let server: Server;
  let url: string;
  let http: Http;
  let sockets: Socket[];
  /** What it was sent, of each connection. */
  let heard: string[];
  /** Answers a request, of which the head has come. */
  let answer: (socket: Socket, head: string) => void;

  beforeEach(async () => {
    heard = [];
    sockets = [];
    server = createServer((socket) => {
      const at = heard.push('') - 1;
      sockets.push(socket.on('error', () => socket.destroy()));
      socket.on('data', (chunk) => {
        heard[at] = `${heard[at] ?? ''}${chunk.toString()}`;
        if (chunk.toString().includes('\r\n\r\n')) answer(socket, chunk.toString());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    http = httpWith({ limits: { ...generousLimits, retryMs: 1 } });
  });

  afterEach(async () => {
    http.dispose?.();
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });

  const get = (): HttpRequest => ({ method: 'GET', url: `${url}/api/v4/x`, instance: url, signal: unhurried() });
  const post = (): HttpRequest => ({ ...get(), method: 'POST', body: { text: 'x'.repeat(200_000) } });
  const body = async (request = get()): Promise<unknown> => (await http.json(request)).body;
  const requests = (): number => heard.join('').split('GET /').length - 1;

  const whole: Readonly<Record<string, string>> = {
    'that closes each connection': `${ok}Connection: close\r\n\r\n${json}`,
    'with HTTP/1.0 and no length': `HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${json}`,
    'with HTTP/1.0 that keeps the connection only by a header': `${ok.replace('1.1', '1.0')}Connection: keep-alive\r\n\r\n${json}`,
    'with early hints before the response': `HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n${ok}Connection: close\r\n\r\n${json}`,
    'with an unrequested 100 Continue': `HTTP/1.1 100 Continue\r\n\r\n${ok}Connection: close\r\n\r\n${json}`,
    'with a chunked body and a trailer': `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"id\r\n4\r\n":1}\r\n0\r\nX-More: 1\r\n\r\n`,
  };
  for (const [what, text] of Object.entries(whole))
    it(`is read, ${what}, and asked again with a new request`, async () => {
      const isKept = /keep-alive|chunked/.test(text);
      answer = (socket) => {
        if (isKept) socket.write(text);
        else socket.end(text);
      };
      for (let turn = 0; turn < 3; turn++) assert.deepEqual(await body(), { id: 1 });
      assert.equal(requests(), 3, 'nothing was sent twice');
    });

  it('is not asked for a 100 Continue before a body is sent', async () => {
    answer = (socket) => socket.end(`${ok}Connection: close\r\n\r\n${json}`);
    await body({ ...post(), body: {} });
    assert.doesNotMatch(heard.join(''), /^Expect:/im);
  });

  const broken: Readonly<Record<string, string>> = {
    'in chunks without an end': `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n${json}\r\n`,
    'in a chunk that breaks off': `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n${json}`,
    'that is shorter than its length': `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n${json}`,
  };
  for (const [what, text] of Object.entries(broken))
    it(`sends a body ${what}: a lost connection, and no response`, async () => {
      answer = (socket) => socket.end(text);
      assert.equal((await failureOf(body())).kind, 'offline');
      assert.ok(requests() > 1, 'it was asked again');
    });

  it('refuses a body before it has arrived (413), which is reported, and the body is sent once', async () => {
    const page = '<html><h1>413 Request Entity Too Large</h1></html>';
    let answered = 0;
    answer = (socket, head) => {
      if (!head.startsWith('POST')) return;
      answered += 1;
      socket.end(
        `HTTP/1.1 413 Too Large\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\nConnection: close\r\n\r\n${page}`,
      );
    };
    const { kind, status } = await failureOf(body(post()));
    assert.deepEqual([kind, status], ['notGitLab', 413]);
    assert.equal(answered, 1);
  });

  const compressed = { gzip: gzipSync(json), br: brotliCompressSync(json) };
  for (const [encoding, bytes] of Object.entries(compressed)) {
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`;

    it(`compresses JSON as ${encoding}, which is read`, async () => {
      answer = (socket) => socket.end(Buffer.concat([Buffer.from(head), bytes]));
      assert.deepEqual(await body(), { id: 1 });
    });

    it(`compresses a file as ${encoding} although that was not requested, which is reported, and no damaged file is kept`, async () => {
      answer = (socket) => socket.end(Buffer.concat([Buffer.from(head), bytes]));
      const { kind, reason } = await failureOf(http.stream(get()));
      assert.deepEqual([kind, reason], ['invalidAnswer', 'a compressed file']);
    });
  }

  it("names an encoding that doesn't compress, and the file is read unchanged", async () => {
    answer = (socket) => socket.end(`${ok}Content-Encoding: aws-chunked\r\nConnection: close\r\n\r\n${json}`);
    assert.equal((await bytesOf((await http.stream(get())).body)).toString(), json);
  });
});
