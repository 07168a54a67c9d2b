// What reading can return in place of a string: value wrappers.

import { bind, signalOf, type CallOptions, type Signature } from '../shared/arguments';
import type { Cas, Counted, Delta, Time } from './calls';
import type { Value } from './checks';
import type { Memcache } from './client';
import { CASFailure, CASRefreshFailure } from './errors';

/** What a wrapper is given. */
export type WrapperArguments = [
  value: string,
  key: string,
  flags: number,
  cas_unique: Cas | null,
  memcache: Memcache<unknown, unknown>,
];

/** A class, or a function: makes what reading returns. */
export type ValueWrapper<V> =
  (new (...given: WrapperArguments) => V) | ((...given: WrapperArguments) => V);

/** Calls a wrapper as JavaScript wants it: a class by `new`. */
export function wrap<V>(wrapper: ValueWrapper<V>, given: WrapperArguments): V {
  return isClass(wrapper) ? new wrapper(...given) : wrapper(...given);
}

/** Of a class alone is the prototype that of all instances for good. */
function isClass<V>(wrapper: ValueWrapper<V>): wrapper is new (...given: WrapperArguments) => V {
  return Object.getOwnPropertyDescriptor(wrapper, 'prototype')?.writable === false;
}

/** A value as an object: what was read, and under which key. */
export class ValueDictionary {
  key: string;
  value: string;
  flags: number;
  cas_unique: Cas | null;

  constructor(value: string, key: string, flags: number, cas_unique: Cas | null = null) {
    this.key = key;
    this.value = value;
    this.flags = flags;
    this.cas_unique = cas_unique;
  }
}

/** Parameters of ValueSuperStr.set, by name. */
export type UpdateOptions = CallOptions & { flags?: number; exptime?: Time; update_cas?: boolean };
/** `flags`, `exptime` and `update_cas` of ValueSuperStr.set. */
export type UpdateArguments =
  | [options?: UpdateOptions]
  | [flags: number, options?: UpdateOptions]
  | [flags: number, exptime: Time, options?: UpdateOptions]
  | [flags: number, exptime: Time, update_cas: boolean, options?: CallOptions];

const SET: Signature = {
  method: 'set',
  required: 2,
  names: ['flags', 'exptime', 'update_cas'],
  namedOnly: ['signal'],
};

/**
 * A value as text that knows its key, and can change the entry. It is a String object: compare `String(value)`.
 * What is changed on the server leaves this object's own text as it was. Read with `get_cas`, it can be stored once, and in no other way.
 */
export class ValueSuperStr extends String {
  key: string;
  flags: number;
  /** Null: not asked for. */
  cas_unique: Cas | null;
  /** The cas id was used: storing again would fail. */
  cas_unavailable = false;
  readonly #memcache: Memcache<unknown, unknown>;

  constructor(...[value, key, flags, cas_unique, memcache]: WrapperArguments) {
    super(value);
    this.key = key;
    this.flags = flags;
    this.cas_unique = cas_unique;
    this.#memcache = memcache;
  }

  /** The client that read it. */
  get memcache(): Memcache<unknown, unknown> {
    return this.#memcache;
  }

  /** Puts text behind the value on the server, as Memcache.append. @throws {CASFailure} read with `get_cas` */
  append(value: Value, options?: CallOptions): Promise<null> {
    return this.#unlessCas(() => this.#memcache.append(this.key, value, options));
  }

  /** Counts the entry down, as Memcache.decr. @throws {CASFailure} read with `get_cas` */
  decr(value: Delta = 1, options?: CallOptions): Promise<Counted> {
    return this.#unlessCas(() => this.#memcache.decr(this.key, value, options));
  }

  /** Deletes the entry, as Memcache.delete. @throws {CASFailure} read with `get_cas` */
  delete(options?: CallOptions): Promise<boolean> {
    return this.#unlessCas(() => this.#memcache.delete(this.key, options));
  }

  /** Deletes the key from every server, as Memcache.delete_all. @throws {CASFailure} read with `get_cas` */
  delete_all(options?: CallOptions): Promise<boolean> {
    return this.#unlessCas(() => this.#memcache.delete_all(this.key, options));
  }

  /** Counts the entry up, as Memcache.incr. @throws {CASFailure} read with `get_cas` */
  incr(value: Delta = 1, options?: CallOptions): Promise<Counted> {
    return this.#unlessCas(() => this.#memcache.incr(this.key, value, options));
  }

  /** Puts text before the value on the server, as Memcache.prepend. @throws {CASFailure} read with `get_cas` */
  prepend(value: Value, options?: CallOptions): Promise<null> {
    return this.#unlessCas(() => this.#memcache.prepend(this.key, value, options));
  }

  /**
   * Stores a value under the key; with its cas id, if that was read.
   * @param rest `flags`, `exptime`, and `update_cas`: read the new cas id afterwards, for storing once more
   * @throws {CASFailure} the entry has changed, or the cas id was used
   * @throws {CASRefreshFailure} somebody else stored before the new cas id was read
   */
  async set(value: Value, ...rest: UpdateArguments): Promise<null> {
    const [flags, exptime, update_cas, given] = bind(SET, rest);
    const { cas_unique } = this;
    const signal = signalOf(given);
    if (cas_unique !== null) {
      if (this.cas_unavailable) throw new CASFailure('CAS value already consumed.');
      this.cas_unavailable = true;
    }
    await this.#memcache.set(this.key, value, {
      flags: flags as number,
      exptime: exptime as Time,
      cas_unique,
      signal,
    });
    if (cas_unique !== null && Boolean(update_cas)) await this.#refresh(String(value), signal);
    return null;
  }

  /** Gives the entry a new time to expire, as Memcache.touch. @throws {CASFailure} read with `get_cas` */
  touch(exptime: Time, options?: CallOptions): Promise<null> {
    return this.#unlessCas(() => this.#memcache.touch(this.key, exptime, options));
  }

  async #refresh(stored: string, signal: AbortSignal | undefined): Promise<void> {
    const held = await this.#memcache.get(this.key, { get_cas: true, signal });
    if (!(held instanceof ValueSuperStr) || String(held) !== stored) {
      throw new CASRefreshFailure('Value from server changed during CAS refresh');
    }
    this.cas_unique = held.cas_unique;
    this.cas_unavailable = false;
  }

  async #unlessCas<T>(change: () => Promise<T>): Promise<T> {
    if (this.cas_unique !== null) throw new CASFailure('Not supported with CAS');
    return await change();
  }
}
