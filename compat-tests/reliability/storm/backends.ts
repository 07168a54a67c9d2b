// The table of what the storm rages over: one row a wire, a transport or a policy.

import { join } from 'node:path';
import { ValueError } from '../../../lib/errors';
import { Client } from '../../../lib/clients/python-memcached/client';
import type { ClientOptions } from '../../../lib/clients/python-memcached/options';
import type { Target, Written } from '../../../lib/net/testing/load';
import type { Rule } from '../../../lib/net/testing/history';
import type { FRAMINGS } from '../proxy';
import type { Weather } from './weather';

/** Seconds. */
export const SOCKET_TIMEOUT = 0.3;
export const DEAD_RETRY = 0.2;

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
  readonly connect: (
    servers: readonly string[],
    ca: string,
  ) => { target: Target; close: () => void };
}

/** A miss and a failure answer alike: what is gone cannot be told from what failed. */
const UNTOLD: readonly Rule[] = ['lost'];
/** Keys that move to another server while theirs is away come back older, as Python's do. */
const MOVED: readonly Rule[] = [...UNTOLD, 'stale'];
/** A line of the text protocol names no request: exchanged ones acknowledge what was not done. */
const LIED_TO: readonly Rule[] = [...MOVED, 'double', 'unasked'];

const PLAIN = { framing: 'text', args: [], isSecured: false } as const;

/** Of the file `users`. */
const USER = { username: 'ada', password: 'enchantress' };

export const BACKENDS: readonly Backend[] = [
  {
    name: 'text, miss',
    ...PLAIN,
    weather: 'honest',
    waives: () => UNTOLD,
    connect: (servers) => connect(servers, { failure: 'miss' }),
  },
  {
    name: 'text, rehash',
    ...PLAIN,
    weather: 'honest',
    waives: (servers) => (servers > 1 ? MOVED : UNTOLD),
    connect: (servers) => connect(servers, { failure: 'rehash' }),
  },
  {
    name: 'text over TLS, with a login, miss',
    framing: 'text',
    args: ['-Y', join(__dirname, '..', 'users')],
    isSecured: true,
    weather: 'honest',
    waives: () => UNTOLD,
    connect: (servers, ca) => connect(servers, { failure: 'miss', tls: { ca }, ...USER }),
  },
  {
    name: 'text, lying servers',
    ...PLAIN,
    weather: 'lying',
    waives: () => LIED_TO,
    connect: (servers) => connect(servers, { failure: 'miss' }),
  },
];

function connect(
  servers: readonly string[],
  options: ClientOptions,
): { target: Target; close: () => void } {
  const mc = new Client(servers, {
    socket_timeout: SOCKET_TIMEOUT,
    dead_retry: DEAD_RETRY,
    ...options,
  });
  // Counters are read as numbers.
  const textOf = (value: unknown): string | undefined =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
      ? String(value)
      : undefined;
  const written = (answer: unknown): Written => ({ outcome: answer === true ? 'done' : 'unknown' });
  const target: Target = {
    get: async (key) => textOf(await mc.get(key)),
    gets: async (key) => textOf(await mc.gets(key)),
    getMany: async (keys) => {
      const found = await mc.get_multi(keys);
      return keys.map((key) => textOf(found.get(key)));
    },
    set: async (key, text) => written(await mc.set(key, text)),
    setSilently: async (key, text) => {
      await mc.set(key, text, { noreply: true });
      return { outcome: 'unknown' };
    },
    delete: async (key) => ({ outcome: (await mc.delete(key)) === 1 ? 'done' : 'unknown' }),
    add: async (key, text) => written(await mc.add(key, text)),
    append: async (key, text) => written(await mc.append(key, text)),
    incr: async (key, delta) => {
      try {
        const count = await mc.incr(key, delta);
        return count === null ? { outcome: 'unknown' } : { outcome: 'done', count };
      } catch (error) {
        // Of an error line Python's client tells that it is no int.
        if (!(error instanceof ValueError)) throw error;
        return { outcome: 'unknown' };
      }
    },
  };
  return { target, close: () => mc.disconnect_all() };
}
