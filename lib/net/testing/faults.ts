// What can go wrong between a client and a server, as a table. Each row says which rules no client can keep under it, and
// which those of the text protocol cannot: a line such as STORED names neither its key nor its request.

import type { Link } from './fake-network';
import { FakeTlsSocket } from './fake-socket';
import type { Rule } from './history';
import type { Kind, Speech } from './speech';

export interface Fault {
  /**
   * At what it strikes: a connection attempt, the handshake of TLS behind it, a question of the login, a request before
   * it is run, a reply before it is sent.
   */
  readonly where: 'connect' | 'handshake' | 'login' | 'request' | 'reply';
  /** The requests or replies that it strikes. */
  readonly fits?: Kind;
  readonly waives: readonly Rule[];
  /** Waived too where replies do not name their request. */
  readonly waivesUnnamed?: readonly Rule[];
  /** What would have happened happens too. */
  readonly goesOn?: true;
  readonly strike: (link: Link, text: string) => void;
}

const NONE: readonly Rule[] = [];
/** A line that answers the wrong request acknowledges what was not done. */
const LIES: readonly Rule[] = ['stale', 'lost', 'double', 'unasked', 'unrecovered'];

/** Longer than the timeout or shorter. */
function stall(link: Link): number {
  const { random, time } = link.network;
  return time.now() + random.next() * 250;
}

/** A part of `text`, perhaps none, never all. */
function part(link: Link, text: string): string {
  return text.slice(0, link.network.random.int(text.length));
}

function speechOf(link: Link): Speech {
  return link.network.backend.speech;
}

/** What the server would have said to a question of the login. */
function consent(link: Link, question: string): string {
  return speechOf(link).login(question)?.reply ?? '';
}

/** The socket of a handshake. */
function secured({ socket }: Link): FakeTlsSocket {
  if (socket instanceof FakeTlsSocket) return socket;
  throw new TypeError('there is no handshake here');
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

  handshakeHangs: { where: 'handshake', waives: NONE, strike: () => undefined },
  handshakeLate: {
    where: 'handshake',
    waives: NONE,
    strike: (link) =>
      link.network.time.after(link.network.random.next() * 200, () => link.socket.ready()),
  },
  handshakeReset: { where: 'handshake', waives: NONE, strike: (link) => link.close('reset') },
  distrusted: {
    where: 'handshake',
    waives: NONE,
    strike: (link) => link.network.time.after(1, () => secured(link).distrust()),
  },
  oldTls: {
    where: 'handshake',
    waives: NONE,
    strike: (link) => link.network.time.after(1, () => secured(link).ready('TLSv1.1')),
  },

  loginRefused: {
    where: 'login',
    waives: NONE,
    strike: (link, question) => link.reply(speechOf(link).refusesLogin(question)),
  },
  loginUnanswered: { where: 'login', waives: NONE, strike: () => undefined },
  loginLate: {
    where: 'login',
    waives: NONE,
    goesOn: true,
    strike: (link) => (link.down.stalledUntil = stall(link)),
  },
  loginCut: {
    where: 'login',
    waives: NONE,
    strike: (link, question) => {
      link.down.push(part(link, consent(link, question)));
      link.close(link.network.random.pick(['fin', 'reset']));
    },
  },
  loginGarbage: {
    where: 'login',
    waives: NONE,
    strike: (link, question) => link.reply(`HELLO\r\n${consent(link, question)}`),
  },
  loginTwice: {
    where: 'login',
    waives: NONE,
    goesOn: true,
    strike: (link, question) => void (link.held += consent(link, question)),
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
    fits: 'storing',
    waives: NONE,
    strike: (link, request) => link.reply(speechOf(link).outOfMemory(request)),
  },
  clientError: {
    where: 'request',
    fits: 'storing',
    waives: NONE,
    strike: (link, request) => link.reply(speechOf(link).clientError(request)),
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
    fits: 'hit',
    waives: NONE,
    strike: (link, text) => link.reply(speechOf(link).wrongKey(text)),
  },
  giant: {
    where: 'reply',
    fits: 'hit',
    waives: NONE,
    strike: (link, text) => link.reply(speechOf(link).giant(text)),
  },
  malformed: {
    where: 'reply',
    fits: 'hit',
    waives: NONE,
    strike: (link, text) => link.reply(speechOf(link).malformed(text)),
  },
  garbage: {
    where: 'reply',
    waives: NONE,
    strike: (link, text) => link.reply(`HELLO\r\n${text}`),
  },
  duplicateHit: {
    where: 'reply',
    fits: 'hit',
    waives: NONE,
    waivesUnnamed: ['lost'],
    strike: (link, text) => link.reply(text + text),
  },
  duplicateLine: {
    where: 'reply',
    fits: 'line',
    waives: NONE,
    waivesUnnamed: LIES,
    strike: (link, text) => link.reply(text + text),
  },
  swap: {
    where: 'reply',
    waives: NONE,
    waivesUnnamed: LIES,
    strike: (link, text) => void (link.held += text),
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
