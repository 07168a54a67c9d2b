// The table of what the storm rages over: one row a wire, a transport or a policy.

import { join } from 'node:path';
import type { Rule } from '../../../lib/net/testing/history';
import type { FRAMINGS } from '../proxy';
import { connectBinary, connectText, type Connected } from './targets';
import type { Weather } from './weather';

export interface Backend {
  readonly name: string;
  readonly framing: keyof typeof FRAMINGS;
  /** More arguments of memcached. */
  readonly args: readonly string[];
  /** Between client and proxy all goes through TLS. */
  readonly isSecured: boolean;
  readonly weather: Weather;
  /** What is not promised here. */
  readonly waives: (servers: number) => readonly Rule[];
  /** A client of these servers, `host:port`, that trusts this authority, and how to close it. */
  readonly connect: (servers: readonly string[], ca: string) => Connected;
}

/** A miss and a failure answer alike: what is gone cannot be told from what failed. */
const UNTOLD: readonly Rule[] = ['lost'];
/** Keys that move to another server while theirs is away come back older, as Python's do. */
const MOVED: readonly Rule[] = [...UNTOLD, 'stale'];
/** A line of the text protocol names no request: exchanged ones acknowledge what was not done. */
const LIED_TO: readonly Rule[] = [...MOVED, 'double', 'unasked'];

const PLAIN = { framing: 'text', args: [], isSecured: false } as const;
const BINARY = { ...PLAIN, framing: 'binary' } as const;

/** Of the file `users`. */
const USER = { username: 'ada', password: 'enchantress' };

export const BACKENDS: readonly Backend[] = [
  {
    name: 'text, miss',
    ...PLAIN,
    weather: 'honest',
    waives: () => UNTOLD,
    connect: (servers) => connectText(servers, { failure: 'miss' }),
  },
  {
    name: 'text, rehash',
    ...PLAIN,
    weather: 'honest',
    waives: (servers) => (servers > 1 ? MOVED : UNTOLD),
    connect: (servers) => connectText(servers, { failure: 'rehash' }),
  },
  {
    name: 'text over TLS, with a login, miss',
    framing: 'text',
    args: ['-Y', join(__dirname, '..', 'users')],
    isSecured: true,
    weather: 'honest',
    waives: () => UNTOLD,
    connect: (servers, ca) => connectText(servers, { failure: 'miss', tls: { ca }, ...USER }),
  },
  {
    name: 'binary, raise',
    ...BINARY,
    weather: 'honest',
    waives: () => UNTOLD, // get_multi answers what the live servers have
    connect: (servers) => connectBinary(servers),
  },
  {
    name: 'text, lying servers',
    ...PLAIN,
    weather: 'lying',
    waives: () => LIED_TO,
    connect: (servers) => connectText(servers, { failure: 'miss' }),
  },
  {
    name: 'binary, lying servers',
    ...BINARY,
    weather: 'lying',
    waives: () => UNTOLD, // a reply names its request: no lie passes for an answer
    connect: (servers) => connectBinary(servers),
  },
];
