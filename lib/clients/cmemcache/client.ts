// cmemcache's StringClient, of bytes and flags, and Client, of any value.

import type { Entry } from '../../engine/engine';
import type { CallOptions } from '../shared/arguments';
import { AnyClient, type Time, type TimeArguments } from './any-client';
import { checkBytes, flagsOf, type Bytes } from './checks';
import type { Held } from './dialect';

/** Flags from 0 (default) to 2^32 - 1; cmemcache itself has the low 16 bits alone. */
export type StringStoreArguments =
  | [options?: CallOptions & { time?: Time; flags?: number }]
  | [time: Time, options?: CallOptions & { flags?: number }]
  | [time: Time, flags: number, options?: CallOptions];

/** A client of one list of memcached servers whose values are bytes (or ASCII text), with flags of your own. */
export class StringClient extends AnyClient<Bytes, Buffer, StringStoreArguments> {
  protected readonly storing = ['time', 'flags'];

  protected encode(value: Bytes, flags: unknown): Entry {
    const bytes = checkBytes(value, 2);
    const data =
      typeof bytes === 'string'
        ? bytes
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { flags: flagsOf(flags), data };
  }

  protected decode([data]: Held): Buffer {
    return data;
  }
}

/** A client of one list of memcached servers whose values are bytes, ints, and pickles of protocol 2 of all others. */
export class Client extends AnyClient<unknown, unknown, TimeArguments> {
  static readonly _FLAG_PICKLE = 1 << 0;
  static readonly _FLAG_INTEGER = 1 << 1;
  static readonly _FLAG_LONG = 1 << 2;

  protected readonly storing = ['time'];

  /** As `get_multiflags`: what is no number is missing too. */
  override get_multi(keys: Iterable<Bytes>, options?: CallOptions): Promise<Map<Bytes, unknown>> {
    return this.typedMany('get_multi', keys, options);
  }

  protected encode(value: unknown): Entry {
    return this.codec.encode(value, 0);
  }

  protected decode(held: Held): unknown {
    return this.typed(held);
  }
}
