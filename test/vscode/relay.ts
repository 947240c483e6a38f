import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** VS Code sends requests to every loopback address but 127.0.0.1 and localhost through a proxy. */
export const relayHost = '127.0.0.2';

export interface RelayOptions {
  /** Port on 127.0.0.1 that the relay leads to, asked for at each connection. */
  readonly target: () => number;
  /** Round-trip time in ms: half of it in each direction, and a whole one before a connection stands. */
  readonly latencyMs?: number;
}

export interface Relay {
  readonly host: string;
  readonly port: number;
  /** Number of connections accepted so far. */
  readonly connections: () => number;
  /** Destroys the open connections. */
  readonly disconnect: () => void;
  readonly close: () => Promise<void>;
}

/** Starts a TCP relay on 127.0.0.2 that delays and counts; rejects where the system has no such address. */
export async function startRelay({ target, latencyMs = 0 }: RelayOptions): Promise<Relay> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    connections += 1;
    const upstream = connect({ port: target(), host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [client, upstream]) track(socket, sockets);
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
    after(latencyMs, () => {
      forward(client, upstream, latencyMs / 2);
      forward(upstream, client, latencyMs / 2);
    });
  });
  const port = await listen(server);
  const disconnect = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    host: relayHost,
    port,
    connections: () => connections,
    disconnect,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      disconnect();
      await closed;
    },
  };
}

/** Whether this system has the address that the relay needs; Linux has, macOS has not. */
export async function hasRelayAddress(): Promise<boolean> {
  const server = createServer();
  try {
    await listen(server);
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, relayHost);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function track(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket.setNoDelay());
  socket.on('error', () => socket.destroy());
  socket.once('close', () => sockets.delete(socket));
}

/** Chunks keep their order: timers of the same duration fire in the order in which they were set. */
function forward(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (chunk) => after(delayMs, () => to.writable && to.write(chunk)));
  from.on('end', () => after(delayMs, () => to.end()));
}

function after(ms: number, work: () => void): void {
  if (ms === 0) work();
  else setTimeout(work, ms);
}
