// Clients as the storm uses them: what they answer and raise, in the words of the load.

import { ValueError } from '../../../lib/errors';
import { Client as BinaryClient } from '../../../lib/clients/pylibmc';
import { Client } from '../../../lib/clients/python-memcached/client';
import type { ClientOptions } from '../../../lib/clients/python-memcached/options';
import type { Target, Written } from '../../../lib/net/testing/load';

/** Seconds. */
export const SOCKET_TIMEOUT = 0.3;
export const DEAD_RETRY = 0.2;

export interface Connected {
  readonly target: Target;
  readonly close: () => void;
}

/** python-memcached's, over text. */
export function connectText(servers: readonly string[], options: ClientOptions): Connected {
  const mc = new Client(servers, {
    socket_timeout: SOCKET_TIMEOUT,
    dead_retry: DEAD_RETRY,
    ...options,
  });
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

/** pylibmc's, over the binary protocol: it raises what fails. */
export function connectBinary(servers: readonly string[]): Connected {
  const mc = new BinaryClient(servers, {
    binary: true,
    behaviors: {
      cas: true,
      connect_timeout: SOCKET_TIMEOUT * 1000,
      _poll_timeout: SOCKET_TIMEOUT * 1000,
      retry_timeout: 0,
    },
  });
  const done = async (call: Promise<unknown>): Promise<Written> => {
    const answer = await call.catch(() => false);
    return { outcome: answer === true ? 'done' : 'unknown' };
  };
  const target: Target = {
    get: async (key) => textOf(await mc.get(key)),
    gets: async (key) => textOf((await mc.gets(key))[0]),
    getMany: async (keys) => {
      const found = await mc.get_multi(keys);
      return keys.map((key) => textOf(found.get(key)));
    },
    set: (key, text) => done(mc.set(key, text)),
    setSilently: (key, text) => done(mc.set(key, text)), // noreply is a behavior of the whole client
    delete: (key) => done(mc.delete(key)),
    add: (key, text) => done(mc.add(key, text)),
    append: (key, text) => done(mc.append(key, text)),
    incr: async (key, delta) => {
      const count = await mc.incr(key, delta).catch(() => undefined);
      return count === undefined ? { outcome: 'unknown' } : { outcome: 'done', count };
    },
  };
  return { target, close: () => mc.disconnect_all() };
}

/** Counters are read as numbers. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}
