// python-memcached as the commands use it.

import { Client } from '../../clients/python-memcached/client';
import { DebugLog } from '../../clients/python-memcached/debug-log';
import { createCodec } from '../../clients/python-memcached/dialect';
import { resolveOptions, type ClientOptions } from '../../clients/python-memcached/options';
import type { ServerSpec } from '../../engine/server';
import { ExactPickles } from './exactly';
import type { Front, FrontOptions } from './front';

export function make(given: FrontOptions): Front {
  const { release, python = 3, protocol, timeout, tls, username, password } = given;
  const pickles = new ExactPickles(python);
  const options = {
    release,
    python,
    pickleProtocol: protocol,
    socket_timeout: timeout / 1000,
    failure: 'raise',
    unpickler: pickles.load,
    tls,
    username,
    password,
  } as ClientOptions; // a release that does not exist is refused by the constructor
  const mc = new Client(given.servers.map(argumentOf), options);
  const silent = new DebugLog(
    () => false,
    () => undefined,
    false,
  );
  const codec = createCodec(resolveOptions([options]), silent);
  return {
    decode: (flags, data) => pickles.watch(() => codec.decode(flags, data, 0, data.length, true)),
    store: async (name, key, value, time) => Boolean(await mc[name](key, value, time)),
    delete: async (key) => Boolean(await mc.delete(key)),
    touch: async (key, time) => Boolean(await mc.touch(key, time)),
    count: (name, key, delta) => mc[name](key, delta),
    close: () => mc.disconnect_all(),
  };
}

function argumentOf({ address, weight }: ServerSpec): [server: string, weight: number] {
  if (address.kind === 'unix') return [`unix:${address.path}`, weight];
  const { host, port, family } = address;
  return [family === 6 ? `inet6:[${host}]:${port}` : `${host}:${port}`, weight];
}
