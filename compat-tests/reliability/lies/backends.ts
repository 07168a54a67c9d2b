// The table of what the lies are told over: one row a wire or a transport.

import type { ClientOptions } from '../../../lib';
import { startScripted, type Script } from '../../../lib/testing/scripted-server';
import { binaryWire } from '../../../lib/wire/binary';
import { textWire } from '../../../lib/wire/text';
import type { Wire } from '../../../lib/wire/wire';
import { Authority, type Identity } from '../../transport/authority';
import { secured } from '../proxy/fault-proxy';
import { BINARY_LIES } from './binary-lies';
import { BinaryPeer } from './binary-peer';
import { TEXT_LIES } from './text-lies';
import { TextReader, answer, type TextEntry } from './text-peer';
import type { Lie } from './lie';
import { CUTS, type Cut } from './liar';

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
  readonly listen: (script: Script) => ReturnType<typeof startScripted>;
  /** How a client reaches it. */
  readonly options: () => ClientOptions;
  /** The server on that port, as a client names it. */
  readonly server: (port: number) => string;
  /** An honest server that holds these texts. */
  readonly peer: (entries: Readonly<Record<string, string>>) => Peer;
  readonly lies: readonly Lie[];
  readonly cuts: readonly Cut[];
  /** The client of the tests speaks this wire, and answers otherwise than on others. */
  readonly hasClient: boolean;
}

/** Flag of text entries. */
const TEXT_FLAG = '16';

/** Made once, when the first server that shows it starts. */
let authority: Authority | undefined;
let identity: Identity | undefined;

afterAll(() => authority?.remove());

function overTls(): Pick<Backend, 'listen' | 'options' | 'server'> {
  return {
    listen: (script) => {
      authority ??= new Authority();
      const shown = (identity ??= authority.issue());
      return startScripted(script, '', (socket) => secured(socket, shown));
    },
    options: () => ({ tls: { ca: authority?.root.cert ?? '' } }),
    server: (port) => `127.0.0.1:${port}`,
  };
}

export const BACKENDS: readonly Backend[] = [
  {
    name: 'text over TCP',
    wire: textWire,
    listen: (script) => startScripted(script),
    options: () => ({}),
    server: (port) => `127.0.0.1:${port}`,
    peer: textPeer,
    lies: TEXT_LIES,
    cuts: CUTS,
    hasClient: true,
  },
  {
    name: 'binary over TCP',
    wire: binaryWire,
    listen: (script) => startScripted(script),
    options: () => ({}),
    server: (port) => `127.0.0.1:${port}`,
    peer: (texts) => new BinaryPeer(texts),
    lies: BINARY_LIES,
    cuts: CUTS,
    hasClient: false, // python-memcached speaks text alone
  },
  {
    name: 'text over TLS',
    wire: textWire,
    ...overTls(),
    peer: textPeer,
    lies: TEXT_LIES,
    cuts: ['whole'],
    hasClient: false,
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
