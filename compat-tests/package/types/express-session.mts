// The express-session store over Django's sessions, as a TypeScript program sees it.
import { DjangoCache, Sessions } from 'memcache-py/django';
import { djangoSession, djangoStore } from 'memcache-py/express-session';

/** What express-session's own types say, as far as it matters here. */
interface Handler {
  (request: { url: string }, response: object, next: () => void): void;
}
declare abstract class Store {
  abstract get(sid: string, callback: (error: unknown) => void): void;
}
declare const session: {
  (options?: { secret: string; store?: Store }): Handler;
  Store: abstract new () => Store;
};

const sessions = new Sessions(new DjangoCache({ BACKEND: 'PyMemcacheCache' }));
typeOf(djangoSession(session, sessions, { name: 'sessionid', rolling: true })).is<Handler>();
typeOf(djangoStore(session, sessions)).is<Store>();

// @ts-expect-error sessions are missing
djangoSession(session);
// @ts-expect-error what makes a store has express-session's Store class
djangoStore({}, sessions);
// @ts-expect-error the cookie's name is text
djangoSession(session, sessions, { name: 5 });
