import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { note } from './originNotes';

export interface Proxy {
  /** With user and password, as a user writes it into the setting `http.proxy`. */
  readonly url: string;
  /** Number of tunnels opened so far. */
  readonly tunnels: () => number;
  /** Number of requests for a tunnel without the right password so far. */
  readonly refused: () => number;
  readonly close: () => Promise<void>;
}

/** Starts an HTTP proxy on 127.0.0.1 that opens tunnels (`CONNECT`) to whoever knows its password. */
export async function startProxy(user: string, password: string): Promise<Proxy> {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const sockets = new Set<Duplex>();
  let [tunnels, refused] = [0, 0];
  const track = (socket: Duplex): void => {
    sockets.add(socket.on('error', () => socket.destroy()));
    socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer((_request, response) => response.writeHead(501).end());
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    track(client);
    if (request.headers['proxy-authorization'] !== expected) {
      refused += 1;
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="test"\r\n\r\n');
      return;
    }
    tunnels += 1;
    track(openTunnel(request.url ?? '', client, head));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  note('served', host);
  return {
    url: `http://${user}:${password}@${host}`,
    tunnels: () => tunnels,
    refused: () => refused,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function openTunnel(authority: string, client: Duplex, head: Buffer): Socket {
  const { hostname, port } = new URL(`http://${authority}`);
  const upstream = connect(Number(port), hostname, () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.write(head);
    upstream.pipe(client).pipe(upstream);
  });
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => client.destroy());
  return upstream;
}
