import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { startWorkbenchProxy } from '../demo/workbenchProxy';

const key = Buffer.alloc(32, 'k');

describe('The proxy in front of the workbench', () => {
  let proxy: Awaited<ReturnType<typeof startWorkbenchProxy>>;
  let vscode: string;
  const inner = createServer((message, response) => {
    response.writeHead(200, { 'X-Path': message.url, 'X-Host': message.headers.host });
    message.pipe(response);
  });
  inner.on('upgrade', (message, socket: Socket, head: Buffer) => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nX-Key: ${message.headers['sec-websocket-key'] ?? ''}\r\n\r\n`);
    socket.write(head);
    socket.pipe(socket);
  });

  before(async () => {
    await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
    vscode = `http://127.0.0.1:${(inner.address() as AddressInfo).port}`;
    proxy = await startWorkbenchProxy({ vscode, port: 0, key });
  });
  after(async () => {
    await proxy.close();
    await new Promise((resolve) => inner.close(resolve));
  });

  it('passes requests on unchanged', async () => {
    const { origin } = proxy;
    const answer = await fetch(`${origin}/some/path?query=%20`, { method: 'PUT', body: 'content' });
    assert.equal(await answer.text(), 'content');
    assert.equal(answer.headers.get('x-path'), '/some/path?query=%20');
    assert.equal(answer.headers.get('x-host'), new URL(origin).host);
  });

  it('connects WebSockets, in both directions', async () => {
    const { port } = new URL(proxy.origin);
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    const lines = ['GET / HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Connection: Upgrade', 'Upgrade: websocket'];
    socket.write(`${lines.join('\r\n')}\r\nSec-WebSocket-Key: abc\r\n\r\nhello`);
    let heard = '';
    for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
      heard += chunk;
      if (heard.endsWith('\r\n\r\nhello')) break;
    }
    assert.match(heard, /^HTTP\/1\.1 101 .*X-Key: abc\r\n\r\nhello$/s);
  });

  it('has the key with which the workbench encrypts its secrets', async () => {
    const answer = await fetch(`${proxy.origin}/mint-key`, { method: 'POST' });
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), key);
  });

  it('forwards /proxy/PORT to that port on this machine', async () => {
    const answer = await fetch(`${proxy.origin}/proxy/8080/group/project?a=b`, { redirect: 'manual' });
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, 'http://127.0.0.1:8080/group/project?a=b']);
  });

  it('gives nothing to a page whose own name resolves to this machine', async () => {
    const { origin } = proxy;
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const headers = { Host: 'evil.example' };
      const asked = request(`${origin}/mint-key`, { method: 'POST', headers }, (message) => {
        text(message).then((body) => resolve({ status: message.statusCode, body }), reject);
      });
      asked.on('error', reject).end();
    });
    assert.deepEqual(answer, { status: 421, body: '' });
  });

  it('uses another port if the requested one is in use', async () => {
    const { origin } = proxy;
    const second = await startWorkbenchProxy({ vscode, port: Number(new URL(origin).port), key });
    assert.notEqual(second.origin, origin);
    await second.close();
  });
});
