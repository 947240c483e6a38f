import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface WorkbenchProxy {
  readonly origin: string;
  readonly close: () => Promise<void>;
}

export interface WorkbenchProxyOptions {
  /** The origin of the VS Code server. */
  readonly vscode: string;
  /** A browser keeps what it knows by address, so a sign-in lasts as long as the port; another one where it is taken. */
  readonly port: number;
  /** 32 bytes: the workbench encrypts with them what it keeps in the browser. */
  readonly key: Buffer;
}

/**
 * What the workbench expects around the bare VS Code server (code-server brings it along): the key for its secrets, and
 * `/proxy/PORT`, through which it leads links to the server's own machine. All else is passed on.
 */
export async function startWorkbenchProxy({ vscode, port, key }: WorkbenchProxyOptions): Promise<WorkbenchProxy> {
  const { hostname, port: innerPort } = new URL(vscode);
  const inner = { host: hostname, port: Number(innerPort) };
  const sockets = new Set<Socket>();
  const server = createServer((message, response) => {
    if (!isForUs(message)) response.writeHead(421).end();
    else if (!answered(message, response, key)) passOn(message, response, inner);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (message, socket: Socket, head) => {
    if (isForUs(message)) join(message, socket, head, inner);
    else socket.destroy();
  });
  await listen(port).catch(() => listen(0));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };

  function listen(wanted: number): Promise<void> {
    return new Promise((resolve, reject) => {
      server.once('error', reject).listen(wanted, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** A page elsewhere that has its own name resolved to this machine gets nothing. */
function isForUs({ headers: { host } }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? '');
}

function answered({ method, url = '/' }: IncomingMessage, response: ServerResponse, key: Buffer): boolean {
  const [path = ''] = url.split('?');
  if (method === 'POST' && path.endsWith('/mint-key')) {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(key);
    return true;
  }
  const [, port, rest = ''] = /^\/proxy\/(\d{1,5})(\/.*)?$/.exec(url) ?? [];
  if (port === undefined) return false;
  response.writeHead(302, { Location: `http://127.0.0.1:${port}${rest}` }).end();
  return true;
}

function passOn(message: IncomingMessage, response: ServerResponse, inner: Address): void {
  const { method, url: path, headers } = message;
  const passed = request({ ...inner, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => response.destroy());
  response.on('close', () => passed.destroy());
  message.pipe(passed);
}

/** A WebSocket: its request as it came, then both directions as they are. */
function join(
  { method = 'GET', url = '/', rawHeaders }: IncomingMessage,
  socket: Socket,
  head: Buffer,
  inner: Address,
): void {
  const passed = connect(inner, () => {
    const lines = [`${method} ${url} HTTP/1.1`];
    for (let at = 0; at < rawHeaders.length; at += 2)
      lines.push(`${rawHeaders[at] ?? ''}: ${rawHeaders[at + 1] ?? ''}`);
    passed.write(`${lines.join('\r\n')}\r\n\r\n`);
    passed.write(head);
    passed.pipe(socket).pipe(passed);
  });
  for (const [one, other] of [
    [passed, socket],
    [socket, passed],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}
