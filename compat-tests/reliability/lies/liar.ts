// A server that is honest on every connection but the first, where it tells one lie while others wait for their answers.

import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { ScriptedServer } from '../../../lib/testing/scripted-server';
import { ENTRIES, OTHERS } from './asks';
import type { Backend, Peer } from './backends';
import type { Lie } from './lie';

/** How the bytes of the lie reach us: in one piece, or each alone. */
export const CUTS = ['whole', 'byte by byte'] as const;
export type Cut = (typeof CUTS)[number];

export interface Liar {
  readonly server: ScriptedServer;
  /** Resolves when the lie is told. */
  readonly said: Promise<void>;
  /** Resolves when the connection with the lie is closed. */
  readonly closed: Promise<void>;
  /** What no request of ours should be, on any connection. */
  readonly unexpected: () => string[];
}

export async function startLiar(backend: Backend, lie: Lie, cut: Cut): Promise<Liar> {
  const peers: Peer[] = [];
  /** Right replies on the connection with the lie: to the first request, to the one lied to, and to the others. */
  const replies: (() => string)[] = [];
  let closed = (): void => undefined;
  let said = (): void => undefined;
  const saying = new Promise<void>((resolve) => (said = resolve));
  const closing = new Promise<void>((resolve) => (closed = resolve));
  const server = await backend.listen((received, socket, connection) => {
    const peer = (peers[connection] ??= backend.peer(ENTRIES));
    const requests = peer.take(received);
    if (connection > 0) return requests.map((reply) => reply()).join('');
    if (replies.length === 0) socket.once('close', closed);
    const before = replies.length;
    replies.push(...requests);
    if (before === 0) return replies[0]?.();
    const all = 2 + OTHERS.length;
    if (before >= all) return requests.map((reply) => reply()).join('');
    if (replies.length === all) void say(socket, lie, cut, replies.slice(2)).then(said);
    return undefined;
  });
  return {
    server,
    said: saying,
    closed: closing,
    unexpected: () => peers.flatMap((peer) => [...peer.unexpected]),
  };
}

async function say(
  socket: Socket,
  { says, behind = 'answers' }: Lie,
  cut: Cut,
  others: readonly (() => string)[],
): Promise<void> {
  const rest = behind === 'answers' ? others.map((reply) => reply()).join('') : '';
  // A big value is cut where it matters: its first bytes.
  const alone = cut === 'whole' ? 0 : Math.min(says.length, 200);
  socket.setNoDelay(true);
  for (const byte of says.slice(0, alone)) {
    if (socket.destroyed) return;
    socket.write(byte, 'latin1');
    await turn();
  }
  socket.write(says.slice(alone) + rest, 'latin1', () => {
    if (behind === 'end') socket.end();
    if (behind === 'reset') socket.resetAndDestroy();
  });
}
