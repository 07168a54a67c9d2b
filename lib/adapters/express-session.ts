// express-session over Django's sessions: the same cookie, the same entries, the same user logged in on both sides.

import type { Session, Sessions } from '../django';
import { newSessionKey } from '../django/session-key';
import { signedCookies, type Request, type Response } from './django-cookie';
import { changed, exposed, shownAsJson } from './session-values';

/** The package express-session, by shape. */
export interface ExpressSession<Handler> {
  /** Makes a middleware; its options are whatever they are. */
  (options: never): Handler;
  /** The class of stores. */
  Store: StoreClass<unknown>;
}

/** The class Store of express-session, by shape. */
export type StoreClass<Store> = abstract new () => Store;

/** What `djangoSession` takes. */
export interface DjangoSessionOptions {
  /** SESSION_COOKIE_NAME; default `sessionid`. */
  name?: string;
  /** Of the cookie, as express-session takes them; by default path /, httpOnly, sameSite lax and Django's age. */
  cookie?: object;
  /** Renew cookie and session with every response, as SESSION_SAVE_EVERY_REQUEST; default false. */
  rolling?: boolean;
  /** Other options of express-session: proxy, unset... */
  [option: string]: unknown;
}

type Done<T = void> = (error: unknown, value?: T) => void;

/** What express-session keeps in a request: the values, and its cookie. */
type Values = Record<string, unknown> & { cookie?: CookieValues };

interface CookieValues {
  originalMaxAge?: number | null | undefined;
}

/** The part of express-session's Store that is changed here. */
interface BaseStore {
  get(sid: string, done: Done<Values | null>): void;
  set(sid: string, values: Values, done?: Done): void;
  destroy(sid: string, done?: Done): void;
  touch?(sid: string, values: Values, done?: Done): void;
  createSession(request: object, values: Values): Values;
}

/**
 * A middleware that puts Django's session into `req.session`. Values are read and written by their names
 * (`req.session.cart`); `req.session._auth_user_id` is who is logged in.
 * @param session the package express-session
 * @typeParam Handler a middleware of Express
 */
export function djangoSession<Handler extends (...args: never[]) => unknown>(
  session: ExpressSession<Handler>,
  sessions: Sessions,
  options: DjangoSessionOptions = {},
): Handler {
  const { name = 'sessionid', rolling = false, ...rest } = options;
  const cookie = { ...cookieOf(sessions), ...options.cookie };
  const { secret, translate } = signedCookies(name);
  const given = {
    resave: false,
    saveUninitialized: false,
    ...rest,
    name,
    rolling,
    cookie,
    secret,
    genid: newSessionKey,
    store: djangoStore(session, sessions, { cookie, rolling }),
  };
  const handler = session(given as never) as unknown as Middleware;
  const middleware: Middleware = (request, response, next) =>
    translate(request, response, () => handler(request, response, next));
  return middleware as unknown as Handler;
}

type Middleware = (request: Request, response: Response, next: (error?: unknown) => void) => void;

/** As Django's settings have it. */
function cookieOf(sessions: Sessions): object {
  const { SESSION_COOKIE_AGE, SESSION_EXPIRE_AT_BROWSER_CLOSE } = sessions.settings;
  const maxAge = SESSION_EXPIRE_AT_BROWSER_CLOSE ? null : SESSION_COOKIE_AGE * 1000;
  return { path: '/', httpOnly: true, sameSite: 'lax', maxAge };
}

/**
 * The store alone, for those who sign their cookies: Django does not read these then. Its ids must be
 * `newSessionKey`'s (option `genid`).
 */
export function djangoStore<Store>(
  session: { Store: StoreClass<Store> },
  sessions: Sessions,
  { cookie = {}, rolling = false }: { cookie?: object; rolling?: boolean } = {},
): Store {
  const Base = session.Store as unknown as new () => Store & BaseStore;
  const store = new Base();
  const keeper = new Keeper(sessions, cookie);
  store.get = (sid, done) => settle(keeper.load(sid), done);
  store.set = (sid, values, done) => settle(keeper.save(sid, values), done);
  store.destroy = (sid, done) => settle(keeper.end(sid), done);
  if (rolling) store.touch = (sid, values, done) => settle(keeper.save(sid, values), done);
  const createSession = store.createSession.bind(store);
  store.createSession = (request, values) => keeper.adopt(values, createSession(request, values));
  return store;
}

function settle<T>(work: Promise<T>, done: Done<T> | undefined): void {
  work.then(
    // Not in the promise's own turn: what `done` throws is not ours to catch.
    (value) => setImmediate(() => done?.(null, value)),
    (error: unknown) => setImmediate(() => done?.(error)),
  );
}

/** Keeps which of Django's sessions the values of a request came from. */
class Keeper {
  readonly #sessions: Sessions;
  readonly #cookie: object;
  readonly #loaded = new WeakMap<object, Loaded>();

  constructor(sessions: Sessions, cookie: object) {
    this.#sessions = sessions;
    this.#cookie = cookie;
  }

  /** The values of a session with a cookie of its age, or null. */
  async load(sid: string): Promise<Values | null> {
    const session = await this.#sessions.open(sid);
    if (session.session_key === null) return null;
    const originalMaxAge = session.get_expire_at_browser_close()
      ? null
      : session.get_expiry_age() * 1000;
    const expires = originalMaxAge === null ? null : new Date(Date.now() + originalMaxAge);
    const values: Values = exposed(session);
    const cookie = { ...this.#cookie, originalMaxAge, expires };
    Reflect.deleteProperty(cookie, 'maxAge');
    shownAsJson(values);
    values.cookie = cookie;
    this.#loaded.set(values, { session, originalMaxAge, names: [] });
    return values;
  }

  /** The request's own session object, made of the values. */
  adopt(values: Values, made: Values): Values {
    const loaded = this.#loaded.get(values);
    if (loaded !== undefined) {
      this.#loaded.set(made, { ...loaded, names: Object.keys(made) });
      shownAsJson(made);
    }
    return made;
  }

  /** @throws {UpdateError} the session was ended meanwhile: it is not brought back */
  async save(sid: string, values: Values): Promise<void> {
    const loaded = this.#loaded.get(values) ?? this.#begun(sid);
    const { session, originalMaxAge, names } = loaded;
    const maxAge = values.cookie?.originalMaxAge ?? null;
    if (isOther(maxAge, originalMaxAge)) {
      session.set_expiry(maxAge === null ? 0 : secondsOf(maxAge));
    }
    changed(session, values, names);
    const isNew = !this.#loaded.has(values);
    await session.save(isNew);
    this.#loaded.set(values, { session, originalMaxAge: maxAge, names: Object.keys(values) });
  }

  async end(sid: string): Promise<void> {
    await (await this.#sessions.open(sid)).flush();
  }

  /** A session that express-session made: nothing of it is stored yet. */
  #begun(sid: string): Loaded {
    const session = this.#sessions.start(sid);
    const originalMaxAge = session.get_expire_at_browser_close()
      ? null
      : session.get_session_cookie_age() * 1000;
    return { session, originalMaxAge, names: [] };
  }
}

/** Django's 0 is the end of the browser: less than a second is one, and what has ended is -1. */
function secondsOf(maxAge: number): number {
  return maxAge > 0 ? Math.max(1, Math.round(maxAge / 1000)) : -1;
}

/** express-session counts some milliseconds less with every look at the clock. */
function isOther(maxAge: number | null, before: number | null): boolean {
  if (maxAge === null || before === null) return maxAge !== before;
  return Math.abs(maxAge - before) >= 1000;
}

interface Loaded {
  readonly session: Session;
  /** Milliseconds, as Django's expiry was; null: until the browser closes. */
  readonly originalMaxAge: number | null;
  /** The names under which the request sees values; what else Django's session has stays. */
  readonly names: readonly string[];
}
