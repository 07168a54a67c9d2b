// How pymemcache's sockets are opened: a limit for connecting, and probes of silent connections.

import { TimeoutError } from '../../errors';
import { openSocket, type OpenSocket } from '../../net/address';
import type { Options } from './options';

/** Node's sockets without Nagle's algorithm; an error that a socket is destroyed with is what its calls throw. */
export function openerOf({ connect_timeout, socket_keepalive }: Options): OpenSocket {
  return (address, onread) => {
    const socket = openSocket(address, onread);
    if (socket_keepalive !== undefined) socket.setKeepAlive(true, socket_keepalive.idle * 1000);
    if (connect_timeout !== undefined) {
      const giveUp = (): void => {
        socket.destroy(new TimeoutError(`no connection within ${connect_timeout} ms`));
      };
      socket.setTimeout(connect_timeout, giveUp);
      socket.once('connect', () => socket.setTimeout(0).off('timeout', giveUp));
    }
    return socket;
  };
}
