// pylibmc as the commands use it.

import { Client, NotFound, type Behaviors, type ClientOptions } from '../../clients/pylibmc';
import { resolveOptions } from '../../clients/pylibmc/options';
import { createValues, type Values } from '../../clients/pylibmc/values';
import type { ServerSpec } from '../../engine/server';
import { createPickling } from '../../value/pickling';
import { UsageError } from '../errors';
import { ExactPickles } from './exactly';
import type { Front, FrontOptions } from './front';

/** @param placing the behaviors that place keys */
export function make(given: FrontOptions, placing: Behaviors): Front {
  const { servers, release, python, protocol, timeout, tls } = given;
  if (given.username !== undefined) {
    throw new UsageError(
      'pylibmc logs in by the binary protocol, which this command does not speak',
    );
  }
  const behaviors = {
    ...placing,
    ...(protocol !== undefined && { pickle_protocol: protocol }),
    connect_timeout: Math.ceil(timeout),
    _poll_timeout: Math.ceil(timeout),
  };
  const pickles = new ExactPickles(python ?? 3);
  const options = { release, python, tls, unpickler: pickles.load, behaviors } as ClientOptions; // checked by the constructor
  const mc = new Client(servers.map(argumentOf), options);
  const values = valuesOf(options);
  return {
    decode: (flags, data) =>
      pickles.watch(() => values.decode(flags, data, 0, data.length, true, false)),
    store: (name, key, value, time) => mc[name](key, value, time),
    delete: (key) => mc.delete(key),
    touch: (key, time) => mc.touch(key, time),
    count: async (name, key, delta) => {
      try {
        return await mc[name](key, delta);
      } catch (error) {
        if (error instanceof NotFound) return null;
        throw error;
      }
    },
    close: () => mc.disconnect_all(),
  };
}

/** What the client makes of entries. */
function valuesOf(options: ClientOptions): Values {
  const { options: resolved } = resolveOptions([options]);
  const { python, unpickler } = resolved;
  const pickling = createPickling({
    python,
    protocol: -1,
    pickler: undefined,
    unpickler,
    persistentId: undefined,
    persistentLoad: undefined,
  });
  return createValues({ ...resolved, pickling });
}

function argumentOf({ address, weight }: ServerSpec): string {
  if (address.kind === 'unix') return address.path;
  const { host, port, family } = address;
  return `${family === 6 ? `[${host}]` : host}:${port}:${weight}`;
}
