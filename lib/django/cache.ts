// DjangoCache: the methods of Django's memcached backends, their keys, timeouts and answers.

import { bind, signalOf, type CallOptions, type Signature } from '../clients/shared/arguments';
import { ValueError } from '../errors';
import { str } from '../value/pickle';
import {
  bindGet,
  SIGNATURES,
  pairsOf,
  type CountArguments,
  type GetArguments,
  type Mapping,
  type StoreArguments,
  type VersionArguments,
} from './arguments';
import type { BackendName, ClientOf, LibraryClient, Tail } from './backends';
import { validate_key, type CacheKey, type Version } from './keys';
import { resolveSettings, type CacheOptions, type Settings, type SettingsOf } from './settings';
import { get_backend_timeout, type Timeout } from './timeouts';

/** What no entry can hold: tells a miss from a stored None. */
const MISSING = Symbol('missing');

/** A counter's new value. Null only with a negative delta, of a key that there is not, in Django 3.2. */
export type Counted = number | bigint | null;

/** One entry of Django's CACHES: `new DjangoCache({ BACKEND: 'PyMemcacheCache', LOCATION: '127.0.0.1:11211' })`. */
export class DjangoCache<Name extends BackendName = BackendName> {
  /** The client below, for what Django does not have: `events`, `counters`, `gets` and `cas`... */
  readonly client: ClientOf[Name];
  readonly #client: LibraryClient;
  readonly #settings: Settings;
  readonly #now: () => number;

  /**
   * @param settings the entry of CACHES as it stands in settings.py
   * @throws {InvalidCacheBackendError} the release of Django does not have the backend
   * @throws {TypeError | ValueError} a setting or an option of the client that is wrong
   */
  constructor(settings: SettingsOf<Name>, { release, now = Date.now }: CacheOptions = {}) {
    this.#settings = resolveSettings(settings, release);
    this.#now = now;
    const { backend, servers, options } = this.#settings;
    this.#client = backend.connect(servers, options);
    // What the row of this name makes.
    this.client = this.#client as ClientOf[Name];
  }

  /** KEY_PREFIX. */
  get key_prefix(): string {
    return this.#settings.key_prefix;
  }

  /** VERSION. */
  get version(): Version {
    return this.#settings.version;
  }

  /** TIMEOUT in seconds; null: for ever. */
  get default_timeout(): number | null {
    return this.#settings.timeout;
  }

  /** Stores only if the key does not exist. */
  async add(key: CacheKey, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    const { wire, time, tail } = this.#store(SIGNATURES.add, key, rest);
    return Boolean(await this.#client.add(wire, value, time, ...tail));
  }

  /** Empties the servers: every key of every application on them. */
  async clear(options?: CallOptions): Promise<null> {
    const [signal] = bind(SIGNATURES.clear, [options]);
    await this.#client.flush_all(...tailOf(signal));
    return null;
  }

  /** Closes all connections; the next call connects again. */
  close(): void {
    this.#client.disconnect_all();
  }

  /** Counts down, not below 0. @throws {ValueError} no such key */
  decr(key: CacheKey, ...rest: CountArguments): Promise<Counted> {
    return this.#count(SIGNATURES.decr, key, rest, (delta) => -delta);
  }

  /** The version that is left. @throws {ValueError} no such key */
  decr_version(key: CacheKey, ...rest: CountArguments): Promise<Version> {
    return this.#move(SIGNATURES.decr_version, key, rest, (delta) => -delta);
  }

  /** Deletes a key. False: there was none. */
  async delete(key: CacheKey, ...rest: VersionArguments): Promise<boolean> {
    const [version, signal] = bind(SIGNATURES.delete, rest);
    const wire = this.#wire(key, version);
    return Boolean(await this.#client.delete(wire, ...tailOf(signal)));
  }

  /** Deletes many keys; what was there is not told. */
  async delete_many(keys: Iterable<CacheKey>, ...rest: VersionArguments): Promise<null> {
    const [version, signal] = bind(SIGNATURES.delete_many, rest);
    const wires = Array.from(keys, (key) => this.#wire(key, version));
    await this.#client.delete_multi(wires, ...tailOf(signal));
    return null;
  }

  /**
   * One key's value, or `default`. Over python-memcached a stored None answers `default` too.
   * @throws what the backend's client throws for failures and for entries that it cannot read
   */
  async get(key: CacheKey, ...rest: GetArguments): Promise<unknown> {
    const [miss = null, version, signal] = bindGet(rest);
    const value = await this.#read(key, version, signal);
    return value === MISSING ? miss : value;
  }

  /** The values of those keys that have one, by your own keys. */
  async get_many<K extends CacheKey>(
    keys: Iterable<K>,
    ...rest: VersionArguments
  ): Promise<Map<K, unknown>> {
    const [version, signal] = bind(SIGNATURES.get_many, rest);
    const originals = new Map(Array.from(keys, (key) => [this.#wire(key, version), key]));
    const found = await this.#client.get_multi([...originals.keys()], ...tailOf(signal));
    const values = new Map<K, unknown>();
    for (const [wire, key] of originals) if (found.has(wire)) values.set(key, found.get(wire));
    return values;
  }

  /**
   * One key's value; where there is none, `default` is stored first, by `add`: what somebody else stored meanwhile wins.
   * @param defaultValue a value, or a function that makes it, which may return a promise
   */
  async get_or_set(
    key: CacheKey,
    defaultValue: unknown,
    ...rest: StoreArguments
  ): Promise<unknown> {
    const [, version, signal] = bind(SIGNATURES.get_or_set, rest);
    const found = await this.#read(key, version, signal);
    if (found !== MISSING) return found;
    const value: unknown =
      typeof defaultValue === 'function' ? await (defaultValue as () => unknown)() : defaultValue;
    await this.add(key, value, ...rest);
    const stored = await this.#read(key, version, signal);
    return stored === MISSING ? value : stored;
  }

  /** Whether the key has a value. Over python-memcached a stored None is none. */
  async has_key(key: CacheKey, ...rest: VersionArguments): Promise<boolean> {
    const [version, signal] = bind(SIGNATURES.has_key, rest);
    return (await this.#read(key, version, signal)) !== MISSING;
  }

  /** Counts up, wrapping at 2^64; a negative `delta` counts down. @throws {ValueError} no such key */
  incr(key: CacheKey, ...rest: CountArguments): Promise<Counted> {
    return this.#count(SIGNATURES.incr, key, rest, (delta) => delta);
  }

  /** Moves a value to the next version of its key, with TIMEOUT; answers that version. @throws {ValueError} no such key */
  incr_version(key: CacheKey, ...rest: CountArguments): Promise<Version> {
    return this.#move(SIGNATURES.incr_version, key, rest, (delta) => delta);
  }

  /** The whole key: prefix, version and key, not checked. */
  make_key(key: CacheKey, version: Version | null = null): string {
    const { key_func, key_prefix, version: own } = this.#settings;
    return key_func(key, key_prefix, version ?? own);
  }

  /** As make_key. @throws {InvalidCacheKey} memcached does not take it */
  make_and_validate_key(key: CacheKey, version: Version | null = null): string {
    const wire = this.make_key(key, version);
    validate_key(wire);
    return wire;
  }

  /** Stores only if the key exists: not in Django, which gets and sets instead. */
  async replace(key: CacheKey, value: unknown, ...rest: StoreArguments): Promise<boolean> {
    const { wire, time, tail } = this.#store(SIGNATURES.replace, key, rest);
    return Boolean(await this.#orMissing(this.#client.replace(wire, value, time, ...tail)));
  }

  /** Stores a value. Where that fails without an exception, the key is deleted: it must not keep its old value. */
  async set(key: CacheKey, value: unknown, ...rest: StoreArguments): Promise<null> {
    const { wire, time, tail } = this.#store(SIGNATURES.set, key, rest);
    const stored = await this.#client.set(wire, value, time, ...tail);
    if (!stored) await this.#client.delete(wire, ...tail);
    return null;
  }

  /** Stores many values: a Map, a plain object, or pairs. @returns your keys that were not stored */
  async set_many(data: Mapping, ...rest: StoreArguments): Promise<CacheKey[]> {
    const [timeout, version, signal] = bind(SIGNATURES.set_many, rest);
    const originals = new Map<unknown, CacheKey>();
    const values = new Map<string, unknown>();
    for (const [key, value] of pairsOf(data)) {
      const wire = this.#wire(key, version);
      values.set(wire, value);
      originals.set(wire, key);
    }
    const time = this.#time(timeout);
    const failed = await this.#client.set_multi(values, time, ...tailOf(signal));
    return failed.flatMap((wire) => originals.get(wire) ?? []);
  }

  /** Gives a key a new timeout. False: there was none. */
  async touch(key: CacheKey, ...rest: StoreArguments): Promise<boolean> {
    const { wire, time, tail } = this.#store(SIGNATURES.touch, key, rest);
    const [timeout] = bind(SIGNATURES.touch, rest);
    const deletes = this.#settings.backend.touchZeroDeletes && timeout === 0;
    const client = this.#client;
    return Boolean(
      await (deletes ? client.delete(wire, ...tail) : client.touch(wire, time, ...tail)),
    );
  }

  /** @throws {InvalidCacheKey} memcached does not take this whole key */
  validate_key(key: string): void {
    validate_key(key);
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  #wire(key: CacheKey, version: unknown): string {
    return this.make_and_validate_key(key, versionOf(version));
  }

  #time(timeout: unknown): number {
    const given = timeout === undefined ? this.default_timeout : (timeout as Timeout);
    return get_backend_timeout(given, this.#now());
  }

  /** What a storage method sends: its whole key, memcached's time, and the client's last arguments. */
  #store(
    signature: Signature,
    key: CacheKey,
    rest: readonly unknown[],
  ): { wire: string; time: number; tail: Tail } {
    const [timeout, version, signal] = bind(signature, rest);
    return { wire: this.#wire(key, version), time: this.#time(timeout), tail: tailOf(signal) };
  }

  async #read(key: CacheKey, version: unknown, signal: unknown): Promise<unknown> {
    const value = await this.#client.get(this.#wire(key, version), MISSING, ...tailOf(signal));
    return value === null && this.#settings.backend.noneIsMissing ? MISSING : value;
  }

  async #count(
    signature: Signature,
    key: CacheKey,
    rest: readonly unknown[],
    signed: (delta: number | bigint) => number | bigint,
  ): Promise<Counted> {
    const [given, version, signal] = bind(signature, rest);
    const delta = deltaOf(given);
    const amount = signed(delta);
    const wire = this.#wire(key, version);
    const tail = tailOf(signal);
    const client = this.#client;
    const answer =
      amount < 0 ? client.decr(wire, -amount, ...tail) : client.incr(wire, amount, ...tail);
    // Django 3.2 hands on what the client answers or raises where the delta is negative.
    const { release } = this.#settings;
    if (delta < 0 && release.negativeDeltaOfNothing === 'answered') return counted(await answer);
    const value = counted(await this.#orMissing(answer));
    if (value === null) throw new ValueError(`Key '${wire}' not found`);
    return value;
  }

  async #move(
    signature: Signature,
    key: CacheKey,
    rest: readonly unknown[],
    signed: (delta: number | bigint) => number | bigint,
  ): Promise<Version> {
    const [given, asked, signal] = bind(signature, rest);
    const version = versionOf(asked) ?? this.version;
    const value = await this.#read(key, version, signal);
    if (value === MISSING) throw new ValueError(`Key '${str(key)}' not found`);
    const next = sum(version, signed(deltaOf(given)));
    await this.set(key, value, { version: next, signal: signalOf(signal) });
    await this.delete(key, { version, signal: signalOf(signal) });
    return next;
  }

  /** The client's answer; null where it raises its "no such key". */
  async #orMissing(answer: Promise<unknown>): Promise<unknown> {
    try {
      return await answer;
    } catch (error) {
      if (this.#settings.backend.isNotFound(error)) return null;
      throw error;
    }
  }
}

function tailOf(given: unknown): Tail {
  const signal = signalOf(given);
  return signal === undefined ? [] : [{ signal }];
}

/** @throws {TypeError} no int or text */
function versionOf(version: unknown): Version | null {
  if (version === undefined || version === null) return null;
  if (typeof version === 'number' || typeof version === 'bigint' || typeof version === 'string') {
    return version;
  }
  throw new TypeError('version must be a number or text');
}

/** @throws {TypeError} no number */
function deltaOf(given: unknown): number | bigint {
  if (given === undefined) return 1;
  if (typeof given === 'number' || typeof given === 'bigint') return given;
  throw new TypeError('delta must be a number');
}

/** `version + delta` of Python's ints. @throws {TypeError} the version is text */
function sum(version: Version, delta: number | bigint): number | bigint {
  if (typeof version === 'string') {
    throw new TypeError('can only concatenate str (not "int") to str');
  }
  if (typeof version === 'number' && typeof delta === 'number') return version + delta;
  return BigInt(version) + BigInt(delta);
}

/** What incr and decr answer; 0 of a client that could not ask stays as it is, as in Django. */
function counted(answer: unknown): Counted {
  return typeof answer === 'number' || typeof answer === 'bigint' ? answer : null;
}
