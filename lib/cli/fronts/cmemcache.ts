// cmemcache as the commands use it.

import { Client } from '../../clients/cmemcache/client';
import { createCodec, UNREADABLE } from '../../clients/cmemcache/dialect';
import { resolveOptions, type ClientOptions } from '../../clients/cmemcache/options';
import { ValueError } from '../../errors';
import type { ServerSpec } from '../../engine/server';
import { UsageError } from '../errors';
import { ExactPickles } from './exactly';
import type { Front, FrontOptions } from './front';

export function make(given: FrontOptions): Front {
  const { servers, release, python = 2, protocol, timeout, tls, username, password } = given;
  if ((protocol ?? 2) !== 2) throw new UsageError('cmemcache writes pickles of protocol 2 only');
  const pickles = new ExactPickles(2);
  const options = {
    release,
    python,
    socket_timeout: timeout / 1000,
    failure: 'raise',
    unpickler: pickles.load,
    tls,
    username,
    password,
  } as ClientOptions; // a release or a Python that does not exist is refused by the constructor
  const mc = new Client(servers.map(argumentOf), options);
  const codec = createCodec(resolveOptions([options]), () => undefined);
  return {
    decode: (flags, data) => {
      const value = pickles.watch(() => codec.decode(flags, data, 0, data.length, true));
      if (value !== UNREADABLE) return value;
      throw new ValueError(`unknown flags on get: ${flags.toString(16)}`);
    },
    store: async (name, key, value, time) => Boolean(await mc[name](key, value, time)),
    delete: async (key) => Boolean(await mc.delete(key)),
    touch: () => {
      throw new UsageError('cmemcache has no touch');
    },
    count: (name, key, delta) => mc[name](key, delta),
    close: () => mc.disconnect_all(),
  };
}

function argumentOf({ address, name, weight }: ServerSpec): [server: string, weight: number] {
  if (address.kind === 'unix' || address.family === 6) {
    throw new UsageError(`cmemcache knows no such server: ${name}`);
  }
  return [`${address.host}:${address.port}`, weight];
}
