// What can go wrong between a client and a server, as a table. Each row says which rules a client of the text protocol
// cannot keep under it: a line such as STORED names neither its key nor its request.

import type { Link } from './fake-network';
import type { Rule } from './history';

export interface Fault {
  /** At what it strikes: a connection attempt, a request before it is run, a reply before it is sent. */
  readonly where: 'connect' | 'request' | 'reply';
  /** The requests or replies that it strikes. */
  readonly fits?: RegExp;
  readonly waives: readonly Rule[];
  /** What would have happened happens too. */
  readonly goesOn?: true;
  readonly strike: (link: Link, text: string) => void;
}

const NONE: readonly Rule[] = [];
/** A line that answers the wrong request acknowledges what was not done. */
const LIES: readonly Rule[] = ['stale', 'lost', 'double', 'unasked', 'unrecovered'];
const HIT = /^VALUE /;
const LINE = /^(?!VALUE )/;

/** Longer than the timeout or shorter. */
function stall(link: Link): number {
  const { random, time } = link.network;
  return time.now() + random.next() * 250;
}

/** A part of `text`, perhaps none, never all. */
function part(link: Link, text: string): string {
  return text.slice(0, link.network.random.int(text.length));
}

export const FAULTS = {
  refuse: {
    where: 'connect',
    waives: NONE,
    strike: ({ network, socket }) =>
      network.time.after(network.random.next() * 2, () => socket.fail('connect ECONNREFUSED')),
  },
  hang: { where: 'connect', waives: NONE, strike: () => undefined },
  slowConnect: {
    where: 'connect',
    waives: NONE,
    strike: (link) =>
      link.network.time.after(link.network.random.next() * 200, () => link.network.accept(link)),
  },
  flap: {
    where: 'connect',
    waives: NONE,
    strike: (link) => {
      link.network.accept(link);
      link.close('reset');
    },
  },
  greeting: {
    where: 'connect',
    waives: NONE,
    strike: (link) => {
      link.network.accept(link);
      link.down.push('ERROR Too many open connections\r\n');
      link.close('fin');
    },
  },

  closeUnheard: { where: 'request', waives: NONE, strike: (link) => link.close('fin') },
  resetUnheard: { where: 'request', waives: NONE, strike: (link) => link.close('reset') },
  stallUp: {
    where: 'request',
    waives: NONE,
    goesOn: true,
    strike: (link) => (link.up.stalledUntil = stall(link)),
  },
  loseUp: {
    where: 'request',
    waives: NONE,
    goesOn: true,
    strike: (link) => (link.up.stalledUntil = Infinity),
  },
  outOfMemory: {
    where: 'request',
    fits: /^(set|add|append) (?!.*noreply)/,
    waives: NONE,
    strike: (link) => link.reply('SERVER_ERROR out of memory storing object\r\n'),
  },
  /** memcached's own two lines for one request: whoever takes the second for the next reply is out of step. */
  clientError: {
    where: 'request',
    fits: /^(set|add|append) (?!.*noreply)/,
    waives: NONE,
    strike: (link) => link.reply('CLIENT_ERROR bad data chunk\r\nERROR\r\n'),
  },
  freeze: {
    where: 'request',
    waives: NONE,
    goesOn: true,
    strike: ({ host, network }) => host.freeze(network.random.next() * 250),
  },
  restart: {
    where: 'request',
    waives: ['lost'],
    strike: ({ host }) => {
      host.closeAll('reset');
      host.server.restart();
    },
  },

  stallDown: {
    where: 'reply',
    waives: NONE,
    goesOn: true,
    strike: (link) => (link.down.stalledUntil = stall(link)),
  },
  loseDown: {
    where: 'reply',
    waives: NONE,
    goesOn: true,
    strike: (link) => (link.down.stalledUntil = Infinity),
  },
  close: { where: 'reply', waives: NONE, strike: (link) => link.close('fin') },
  truncate: {
    where: 'reply',
    waives: NONE,
    strike: (link, text) => {
      link.down.push(part(link, text));
      link.close('fin');
    },
  },
  reset: {
    where: 'reply',
    waives: NONE,
    strike: (link, text) => {
      link.down.push(part(link, text));
      link.close('reset');
    },
  },
  closeBehind: {
    where: 'reply',
    waives: NONE,
    strike: (link, text) => {
      link.reply(text);
      link.close('fin');
    },
  },
  wrongKey: {
    where: 'reply',
    fits: HIT,
    waives: NONE,
    strike: (link, text) => link.reply(text.replace(/^VALUE [^ ]+/, 'VALUE zz')),
  },
  giant: {
    where: 'reply',
    fits: HIT,
    waives: NONE,
    strike: (link, text) => link.reply(text.replace(/^(VALUE [^ ]+ \d+) \d+/, '$1 2147483648')),
  },
  noLineEnd: {
    where: 'reply',
    fits: HIT,
    waives: NONE,
    strike: (link, text) => link.reply(text.replace(/\r\nEND\r\n$/, 'xxEND\r\n')),
  },
  garbage: {
    where: 'reply',
    waives: NONE,
    strike: (link, text) => link.reply(`HELLO\r\n${text}`),
  },
  duplicateHit: {
    where: 'reply',
    fits: HIT,
    waives: ['lost'],
    strike: (link, text) => link.reply(text + text),
  },
  duplicateLine: {
    where: 'reply',
    fits: LINE,
    waives: LIES,
    strike: (link, text) => link.reply(text + text),
  },
  swap: { where: 'reply', waives: LIES, strike: (link, text) => void (link.held += text) },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
