// One session: Django's SessionBase, its dict, its expiry, and how it is stored, moved and ended.

import { KeyError } from '../errors';
import { repr, type PyTimedelta } from '../value/pickle';
import { CreateError, RuntimeError } from './errors';
import * as dict from './session-data';
import type { Dict } from './session-data';
import * as expiries from './expiry';
import type { Expiry, ExpiryRules } from './expiry';
import { isSessionKey, newSessionKey } from './session-key';

/** Where sessions are kept: one for each of Django's engines. */
export interface SessionEngine {
  /** The dict of a session, or null: there is none. */
  load(key: string): Promise<Dict | null>;
  /**
   * @param age seconds
   * @throws {CreateError} it must be created, and exists
   * @throws {UpdateError} it must exist, and is gone
   */
  save(key: string, data: Dict, age: number, must_create: boolean): Promise<void>;
  delete(key: string): Promise<void>;
  exists(key: string): Promise<boolean>;
}

/** What sessions share. */
export interface SessionRules extends ExpiryRules {
  /** SESSION_EXPIRE_AT_BROWSER_CLOSE. */
  readonly endsWithBrowser: boolean;
}

/** Keyword arguments of `get_expiry_age` and `get_expiry_date`. */
export interface ExpiryArguments {
  /** When the session was last changed; absent: now. */
  readonly modification?: Date;
  /** As `_session_expiry` is stored; absent: what the session has. */
  readonly expiry?: Exclude<Expiry, PyTimedelta> | string;
}

/** Keys are drawn from 36^32: a second one that is taken means that the cache does not store. */
const CREATE_ATTEMPTS = 5;

const TEST_COOKIE_NAME = 'testcookie';
const TEST_COOKIE_VALUE = 'worked';

const NOT_GIVEN = Symbol('not given');

/** A session that has been loaded. Changes are stored by `save`. */
export class Session {
  /** Whether anything was changed. Set it yourself after a change deep inside a value, as in Django. */
  modified = false;
  readonly #engine: SessionEngine;
  readonly #rules: SessionRules;
  #key: string | null;
  #data: Dict;

  /** @internal Made by `Sessions.open`. */
  constructor(engine: SessionEngine, rules: SessionRules, key: string | null, data: Dict) {
    this.#engine = engine;
    this.#rules = rules;
    this.#key = key;
    this.#data = data;
  }

  /** The value of the cookie; null: the session is not stored yet. */
  get session_key(): string | null {
    return this.#key;
  }

  /** `_auth_user_id` as Django wrote it: the text of the primary key; null: nobody is logged in. */
  get user_id(): string | null {
    const id = this.get('_auth_user_id');
    return typeof id === 'string' ? id : null;
  }

  /** Empties the session; `save` stores it so. */
  clear(): void {
    this.#data = {};
    this.modified = true;
  }

  /**
   * Stores what the session holds under a new key.
   * @throws {RuntimeError} the cache does not store it
   */
  async create(): Promise<void> {
    for (let attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
      const key = newSessionKey();
      try {
        await this.#engine.save(key, this.#data, this.get_expiry_age(), true);
      } catch (error) {
        if (error instanceof CreateError) continue;
        throw error;
      }
      this.#key = key;
      this.modified = true;
      return;
    }
    throw new RuntimeError(
      'Unable to create a new session key. It is likely that the cache is unavailable.',
    );
  }

  /** Gives the session a new key, as a login must: the old one is deleted. */
  async cycle_key(): Promise<void> {
    const old = this.#key;
    await this.create();
    if (old !== null) await this.#engine.delete(old);
  }

  /** Takes out what `set_test_cookie` set. @throws {KeyError} nothing was */
  delete_test_cookie(): void {
    this.pop(TEST_COOKIE_NAME);
  }

  /** Deletes what is stored under the key, or under another session's. */
  async delete(session_key: string | null = this.#key): Promise<void> {
    if (session_key !== null && isSessionKey(session_key)) await this.#engine.delete(session_key);
  }

  /** Whether there is a session under this key. */
  async exists(session_key: string): Promise<boolean> {
    return isSessionKey(session_key) && this.#engine.exists(session_key);
  }

  /** Ends the session, as a logout does: deletes it, and forgets its key. */
  async flush(): Promise<void> {
    this.clear();
    await this.delete();
    this.#key = null;
  }

  /** The value under a key, or a default. */
  get(key: string, default_: unknown = null): unknown {
    const value = dict.get(this.#data, key);
    return value === undefined ? default_ : value;
  }

  /**
   * Seconds until the session ends.
   * @throws {TypeError | ValueError} the expiry is no number or moment
   */
  get_expiry_age({ modification, expiry }: ExpiryArguments = {}): number {
    return expiries.age(this.#expiry(expiry), this.#rules, modification ?? this.#now());
  }

  /** The moment at which the session ends. @throws as get_expiry_age */
  get_expiry_date({ modification, expiry }: ExpiryArguments = {}): Date {
    return expiries.date(this.#expiry(expiry), this.#rules, modification ?? this.#now());
  }

  #expiry(given: ExpiryArguments['expiry']): unknown {
    return given === undefined ? this.get('_session_expiry') : given;
  }

  /** Whether the cookie is to live until the browser closes: `max_age` is not to be given then. */
  get_expire_at_browser_close(): boolean {
    const expiry = this.get('_session_expiry');
    return expiry === null ? this.#rules.endsWithBrowser : expiry === 0;
  }

  /** SESSION_COOKIE_AGE, seconds. */
  get_session_cookie_age(): number {
    return this.#rules.cookieAge;
  }

  /** Whether there is a value under a key; `key in session`. */
  has_key(key: string): boolean {
    return dict.has(this.#data, key);
  }

  /** No key and nothing in it: neither to be stored nor to be given a cookie. */
  is_empty(): boolean {
    return this.#key === null && dict.entries(this.#data).length === 0;
  }

  /** Keys and values, in the order of Python's dict. */
  items(): [key: unknown, value: unknown][] {
    return dict.entries(this.#data);
  }

  /** The keys, in the order of Python's dict. */
  keys(): unknown[] {
    return this.items().map(([key]) => key);
  }

  /** Takes a value out. @throws {KeyError} there is none, and no default */
  pop(key: string, default_: unknown = NOT_GIVEN): unknown {
    if (!this.has_key(key)) {
      if (default_ === NOT_GIVEN) throw new KeyError(repr(key));
      return default_;
    }
    const value = this.get(key);
    dict.remove(this.#data, key);
    this.modified = true;
    return value;
  }

  /**
   * Stores the session; a new one is created.
   * @param must_create only if it does not exist
   * @throws {UpdateError} it is gone: its user may have logged out meanwhile. Nothing is stored
   * @throws {CreateError} it must be created, and exists
   * @throws {RuntimeError} a new one cannot be stored
   */
  async save(must_create = false): Promise<void> {
    if (this.#key === null) return this.create();
    await this.#engine.save(this.#key, this.#data, this.get_expiry_age(), must_create);
  }

  /** `session[key] = value` */
  set(key: string, value: unknown): void {
    dict.set(this.#data, key, value);
    this.modified = true;
  }

  /** When the session ends; null: as the settings say. @throws {TypeError} no number, moment or duration */
  set_expiry(value: Expiry): void {
    const stored = expiries.stored(value, this.#rules);
    if (stored === undefined) this.pop('_session_expiry', null);
    else this.set('_session_expiry', stored);
  }

  /** Sets a value that tells, with the next request, whether the browser takes cookies. */
  set_test_cookie(): void {
    this.set(TEST_COOKIE_NAME, TEST_COOKIE_VALUE);
  }

  /** The value under a key; where there is none, `value` is set first. */
  setdefault(key: string, value: unknown): unknown {
    if (!this.has_key(key)) this.set(key, value);
    return this.get(key);
  }

  /** Whether the browser sent back the session of `set_test_cookie`. */
  test_cookie_worked(): boolean {
    return this.get(TEST_COOKIE_NAME) === TEST_COOKIE_VALUE;
  }

  /** Sets many: a Map, pairs, or a plain object. */
  update(values: Iterable<readonly [string, unknown]> | Readonly<Record<string, unknown>>): void {
    const pairs: Iterable<readonly [string, unknown]> =
      Symbol.iterator in values ? values : Object.entries(values);
    for (const [key, value] of pairs) this.set(key, value);
    this.modified = true;
  }

  /** The values, in the order of Python's dict. */
  values(): unknown[] {
    return this.items().map(([, value]) => value);
  }

  #now(): Date {
    return new Date(this.#rules.now());
  }
}
