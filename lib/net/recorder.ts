// A server that takes one command of the text protocol, keeps its bytes, and hangs up: what a client would send.

import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { MAX_VALUE_BYTES } from '../limits';

// <set|add|replace|append|prepend|cas> <key> <flags> <exptime> <bytes>...\r\n<data>\r\n
const STORAGE = /^(?:set|add|replace|append|prepend|cas) [^ ]+ \d+ -?\d+ (\d+)/;
const CRLF = '\r\n';

/**
 * The bytes of the first command that `call` sends to the server on the loopback port it is given.
 * @returns undefined when it sends nothing
 * @throws what `call` throws before it has sent a command
 */
export async function record(
  call: (port: number) => Promise<unknown>,
): Promise<Buffer | undefined> {
  let tell: (command: Buffer) => void;
  const recorded = new Promise<Buffer>((resolve) => (tell = resolve));
  const server = createServer((socket) => listen(socket, (command) => tell(command)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo; // a TCP server has no other
    const settled = call(port).then(() => undefined);
    // Once its command is here, how the call ends is no matter.
    settled.catch(() => undefined);
    return await Promise.race([recorded, settled]);
  } finally {
    server.close();
  }
}

function listen(socket: Socket, tell: (command: Buffer) => void): void {
  let bytes = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length < lengthOf(bytes)) return;
    tell(bytes);
    socket.destroy();
  });
}

/** Of the command that begins here, as far as that is known. */
function lengthOf(bytes: Buffer): number {
  const line = bytes.indexOf(CRLF);
  if (line < 0) return Infinity;
  const size = STORAGE.exec(bytes.latin1Slice(0, line))?.[1];
  const data = size === undefined ? 0 : Math.min(Number(size), MAX_VALUE_BYTES) + CRLF.length;
  return line + CRLF.length + data;
}
