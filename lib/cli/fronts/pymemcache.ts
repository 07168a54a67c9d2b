// pymemcache as the commands use it: a HashClient whose values are typed by pickle_serde, as Django and most programs make it.

import { HashClient, PickleSerde, type HashClientOptions } from '../../clients/pymemcache';
import type { ServerSpec } from '../../engine/server';
import { ExactPickles } from './exactly';
import type { Front, FrontOptions } from './front';

const MS = 1000;

export function make(given: FrontOptions): Front {
  const { servers, release, python = 3, protocol, timeout, tls, username, password } = given;
  const pickles = new ExactPickles(python);
  const serde = new PickleSerde({
    ...(protocol !== undefined && { pickle_version: protocol }),
    python,
    unpickler: pickles.load,
  });
  const options = {
    release,
    python,
    serde,
    allow_unicode_keys: true,
    // What was done is told by the exit code, so that every command is answered.
    default_noreply: false,
    connect_timeout: timeout / MS,
    timeout: timeout / MS,
    tls,
    username,
    password,
  } as HashClientOptions; // checked by the constructor
  const mc = new HashClient(servers.map(argumentOf), options);
  return {
    decode: (flags, data) => pickles.watch(() => serde.deserialize('', data, flags)),
    store: (name, key, value, time) => mc[name](key, value, time),
    delete: (key) => mc.delete(key),
    touch: (key, time) => mc.touch(key, time),
    count: async (name, key, delta) => {
      const count = await mc[name](key, delta);
      return count === false ? null : count;
    },
    close: () => mc.close(),
  };
}

function argumentOf({ address }: ServerSpec): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const { host, port, family } = address;
  return `${family === 6 ? `[${host}]` : host}:${port}`;
}
