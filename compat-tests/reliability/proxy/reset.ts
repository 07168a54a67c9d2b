// Ends a connection by RST and nothing else.

import type { Socket } from 'node:net';

/**
 * `resetAndDestroy()` ends the stream first, so that a FIN comes before the RST, and most often instead of it.
 * The mark that it sets makes `destroy()` reset; proxy.test.ts tells if a Node does that no more.
 */
export function reset(socket: Socket): void {
  Reflect.set(socket, 'resetAndClosing', true);
  socket.destroy();
}
