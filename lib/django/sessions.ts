// Django's sessions in memcached: found by their cookie, read, made and stored so that Django takes them for its own.

import { numberOf, oneOf } from '../clients/shared/parameters';
import { ValueError } from '../errors';
import type { DjangoCache } from './cache';
import { CreateError, NotSupportedError, UpdateError } from './errors';
import { findRelease, type DjangoRelease } from './releases';
import { Session, type SessionEngine, type SessionRules } from './session';
import { isDict, type Dict } from './session-data';
import { isSessionKey } from './session-key';

/** Settings of Django by their names. */
export interface SessionSettings {
  /**
   * Default `django.contrib.sessions.backends.cache`. Sessions of `cached_db` can be read while Django has them in the cache;
   * they are Django's database's, and `save`, `create`, `delete` and `flush` reject with NotSupportedError.
   */
  SESSION_ENGINE?: `django.contrib.sessions.backends.${keyof typeof ENGINES}`;
  /** Seconds; default 1209600: two weeks. */
  SESSION_COOKIE_AGE?: number;
  /** Default false. */
  SESSION_EXPIRE_AT_BROWSER_CLOSE?: boolean;
  /** Default true. False: moments in `_session_expiry` are naive, in the time zone of this process. */
  USE_TZ?: boolean;
  /** The release of Django to be like; default 5.2. Before 4.1 moments are stored as datetimes. */
  release?: DjangoRelease;
  /** Milliseconds since 1970; default: the clock. */
  now?: () => number;
}

/** Sessions on the cache of SESSION_CACHE_ALIAS. */
export class Sessions {
  /** What the settings came to. */
  readonly settings: Readonly<
    Required<Pick<SessionSettings, 'SESSION_COOKIE_AGE' | 'SESSION_EXPIRE_AT_BROWSER_CLOSE'>>
  >;
  readonly #engine: SessionEngine;
  readonly #rules: SessionRules;

  /** @throws {TypeError | ValueError} a setting that is wrong */
  constructor(cache: DjangoCache, settings: SessionSettings = {}) {
    const release = findRelease(settings.release ?? '5.2');
    const engine = settings.SESSION_ENGINE?.slice(MODULE.length) ?? 'cache';
    this.#engine = oneOf(ENGINES, engine, 'SESSION_ENGINE')(cache);
    this.#rules = {
      cookieAge: numberOf(settings.SESSION_COOKIE_AGE, 1_209_600, 'SESSION_COOKIE_AGE'),
      endsWithBrowser: settings.SESSION_EXPIRE_AT_BROWSER_CLOSE ?? false,
      moments: release.expiryMoment,
      aware: settings.USE_TZ ?? true,
      now: settings.now ?? Date.now,
    };
    this.settings = {
      SESSION_COOKIE_AGE: this.#rules.cookieAge,
      SESSION_EXPIRE_AT_BROWSER_CLOSE: this.#rules.endsWithBrowser,
    };
  }

  /**
   * The session of a cookie. Without one, or where the cookie names none, an empty session without a key: a key that
   * the browser made up is never used.
   * @param cookie the value of the cookie `sessionid`
   * @throws what the cache throws when it cannot be read; Django takes that for "no session" and logs the user out
   */
  async open(cookie?: string | null): Promise<Session> {
    const data = isSessionKey(cookie) ? await this.#engine.load(cookie) : null;
    const key = data === null || !isSessionKey(cookie) ? null : cookie;
    return new Session(this.#engine, this.#rules, key, data ?? {});
  }

  /**
   * An empty session under a key of `newSessionKey`'s, for servers that choose the key before there is anything to
   * store: `save(true)` creates it.
   * @throws {ValueError} no key
   */
  start(session_key: string): Session {
    if (!isSessionKey(session_key))
      throw new ValueError('not a key of newSessionKey (the option genid)');
    return new Session(this.#engine, this.#rules, session_key, {});
  }
}

/** Sessions as entries of the cache: the key behind a fixed text, without a separator. */
class CacheEngine implements SessionEngine {
  readonly #cache: DjangoCache;
  readonly #prefix: string;

  constructor(cache: DjangoCache, prefix: string) {
    this.#cache = cache;
    this.#prefix = prefix;
  }

  async load(key: string): Promise<Dict | null> {
    const data = await this.#cache.get(this.#prefix + key);
    return isDict(data) ? data : null;
  }

  async save(key: string, data: Dict, age: number, must_create: boolean): Promise<void> {
    const name = this.#prefix + key;
    if (must_create) {
      if (!(await this.#cache.add(name, data, age))) throw new CreateError(TAKEN);
    } else if (!(await this.#cache.replace(name, data, age))) throw new UpdateError(GONE);
  }

  async delete(key: string): Promise<void> {
    await this.#cache.delete(this.#prefix + key);
  }

  exists(key: string): Promise<boolean> {
    return this.#cache.has_key(this.#prefix + key);
  }
}

/** Sessions that are rows of a table, and in the cache besides: a change in the cache alone would be lost. */
class ReadingEngine extends CacheEngine {
  override save(): Promise<void> {
    return Promise.reject(new NotSupportedError(IN_TABLE));
  }

  override delete(): Promise<void> {
    return Promise.reject(new NotSupportedError(IN_TABLE));
  }
}

const MODULE = 'django.contrib.sessions.backends.';
const ENGINES = {
  cache: (cache: DjangoCache) => new CacheEngine(cache, 'django.contrib.sessions.cache'),
  cached_db: (cache: DjangoCache) => new ReadingEngine(cache, 'django.contrib.sessions.cached_db'),
};

const TAKEN = 'there is a session under this key, or the cache does not store it';
const GONE = 'the session is gone, or the cache does not store it';
const IN_TABLE = "sessions of cached_db are kept in Django's database: they are read only here";
