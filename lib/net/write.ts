// Gives what a sink gathered to a socket, in one write.

import type { Socket } from 'node:net';
import type { Sink } from '../wire/sink';

/** Empties the sink; the socket keeps its parts until they are sent. */
export function write(socket: Socket, sink: Sink): void {
  if (sink.parts.length === 0) {
    if (sink.text !== '') socket.write(sink.text, 'latin1');
  } else {
    socket.cork();
    for (const part of sink.parts) {
      if (typeof part === 'string') socket.write(part, 'latin1');
      else socket.write(part);
    }
    if (sink.text !== '') socket.write(sink.text, 'latin1');
    socket.uncork();
  }
  sink.clear();
}
