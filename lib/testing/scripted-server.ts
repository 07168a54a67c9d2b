// A server of a few lines that answers what a test tells it to, lies included.

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What to do with the bytes of one request line (with its data, if the script reads it); returns the reply. */
export type Script = (received: string, socket: Socket, connection: number) => string | undefined;

/** A listening scripted server. */
export interface ScriptedServer {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  /** Everything received so far, by connection, as latin1. */
  readonly received: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a server on a free loopback port that calls `script` for every chunk it reads.
 * @param over lays something over each accepted socket, as TLS
 */
export async function startScripted(
  script: Script,
  greeting = '',
  over = (socket: Socket): Socket => socket,
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const received: string[] = [];
  const server: Server = createServer((accepted) => {
    const socket = over(accepted);
    const number = received.push('') - 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (greeting !== '') socket.write(greeting, 'latin1');
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      received[number] += text;
      const reply = script(text, socket, number);
      if (reply !== undefined && !socket.destroyed) socket.write(reply, 'latin1');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => received.length,
    received,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
