import { Socket } from 'node:net';
import { note } from './originNotes';
import { isExtensionHost, targetOf } from './origins';

/**
 * Loaded before anything else into each Node process of a VS Code server. In an extension host it notes where each
 * connection goes: HTTP, HTTPS, `fetch` and plain sockets all come by here, before a name is looked up.
 */
if (isExtensionHost()) {
  note('watched', String(process.pid));
  // eslint-disable-next-line @typescript-eslint/unbound-method -- is called on the socket that it was taken from
  const connect: (this: Socket, ...args: never[]) => Socket = Socket.prototype.connect;
  Socket.prototype.connect = function (this: Socket, ...args: never[]): Socket {
    const target = targetOf(args);
    if (target !== undefined) note('asked', target);
    return connect.apply(this, args);
  };
}
