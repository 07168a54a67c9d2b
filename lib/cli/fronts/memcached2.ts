// python-memcached2 as the commands use it: values are text, whatever the flags say.

import { Memcache, NotFound, NotStored, type MemcacheOptions } from '../../clients/memcached2';
import type { ServerSpec } from '../../engine/server';
import { bytesOf } from '../../engine/keys';
import { UsageError } from '../errors';
import type { Front, FrontOptions } from './front';

export function make(given: FrontOptions): Front {
  const { servers, timeout, tls, username, password } = given;
  if (given.release !== undefined) throw new UsageError('memcached2 is of one release only');
  const options = {
    failure: 'raise',
    socket_timeout: timeout / 1000,
    tls,
    username,
    password,
  } as MemcacheOptions<string>;
  const mc = new Memcache(servers.map(argumentOf), options);
  return {
    decode: (_flags, data) => data.latin1Slice(),
    store: (name, key, value, time) => {
      if (typeof value !== 'string') throw new UsageError('memcached2 stores text only');
      // Its keys are latin-1, those of the command line utf-8: the bytes count.
      return unless(NotStored, mc[name](bytesOf(key), value, 0, time));
    },
    delete: (key) => mc.delete(bytesOf(key)),
    touch: (key, time) => unless(NotFound, mc.touch(bytesOf(key), time)),
    count: async (name, key, delta) => {
      try {
        return await mc[name](bytesOf(key), delta);
      } catch (error) {
        if (error instanceof NotFound) return null;
        throw error;
      }
    },
    close: () => mc.close(),
  };
}

/** Whether a call ended without that exception; others are thrown. */
async function unless(
  No: typeof NotStored | typeof NotFound,
  call: Promise<null>,
): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof No) return false;
    throw error;
  }
}

function argumentOf({ address, name }: ServerSpec): string {
  if (address.kind === 'unix' || address.family === 6) {
    throw new UsageError(`memcached2 knows no such server: ${name}`);
  }
  return `memcached://${address.host}:${address.port}/`;
}
