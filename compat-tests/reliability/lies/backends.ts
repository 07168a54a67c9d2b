// The table of what the lies are told over: one row a wire or a transport.

import { startScripted } from '../../../lib/testing/scripted-server';
import { binaryWire } from '../../../lib/wire/binary';
import { textWire } from '../../../lib/wire/text';
import type { Wire } from '../../../lib/wire/wire';
import { BINARY_LIES } from './binary-lies';
import { BinaryPeer } from './binary-peer';
import { TEXT_LIES } from './text-lies';
import { TextReader, answer, type TextEntry } from './text-peer';
import type { Lie } from './lie';

/** The server's side of one conversation. */
export interface Peer {
  /** The requests that are whole with these bytes, each as what makes its right reply. */
  take(received: string): (() => string)[];
  /** What was no request. */
  readonly unexpected: readonly string[];
}

export interface Backend {
  readonly name: string;
  readonly wire: Wire;
  /** Starts a scripted server on the transport. */
  readonly listen: typeof startScripted;
  /** The server on that port, as a client names it. */
  readonly server: (port: number) => string;
  /** An honest server that holds these texts. */
  readonly peer: (entries: Readonly<Record<string, string>>) => Peer;
  readonly lies: readonly Lie[];
  /** The client of the tests speaks this wire. */
  readonly hasClient: boolean;
}

/** Flag of text entries. */
const TEXT_FLAG = '16';

export const BACKENDS: readonly Backend[] = [
  {
    name: 'text over TCP',
    wire: textWire,
    listen: startScripted,
    server: (port) => `127.0.0.1:${port}`,
    peer: textPeer,
    lies: TEXT_LIES,
    hasClient: true,
  },
  {
    name: 'binary over TCP',
    wire: binaryWire,
    listen: startScripted,
    server: (port) => `127.0.0.1:${port}`,
    peer: (texts) => new BinaryPeer(texts),
    lies: BINARY_LIES,
    hasClient: false, // python-memcached speaks text alone
  },
];

function textPeer(texts: Readonly<Record<string, string>>): Peer {
  const reader = new TextReader();
  const entries = new Map<string, TextEntry>(
    Object.entries(texts).map(([key, data]) => [key, { flags: TEXT_FLAG, data }]),
  );
  return {
    unexpected: reader.unexpected,
    take: (received) => reader.take(received).map((request) => () => answer(request, entries)),
  };
}
