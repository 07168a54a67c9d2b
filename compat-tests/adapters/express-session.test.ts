// One login for Express and Django: the same cookie and the same entry, with the real packages on both sides.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import express, { type RequestHandler } from 'express';
import session from 'express-session';
import { djangoSession, djangoStore } from '../../lib/adapters/express-session';
import { DjangoCache, login, newSessionKey, Sessions, type AuthUser } from '../../lib/django';
import { PyTuple } from '../../lib/value/pickle';
import { float, tuple, type PythonValue } from '../support';
import { RELEASE, Site } from '../django/site';

const SECRET_KEY = 'cats-and-dogs';

declare module 'express-session' {
  interface SessionData {
    [name: string]: unknown;
  }
}

let site: Site;
let cache: DjangoCache;
let sessions: Sessions;
let ada: AuthUser;
const servers: Server[] = [];

beforeAll(async () => {
  site = await Site.start({ backend: 'PyMemcacheCache' });
  cache = new DjangoCache({ BACKEND: 'PyMemcacheCache', LOCATION: site.location });
  sessions = new Sessions(cache, { release: RELEASE });
  const row = await site.python.eval("create_user('ada', 'lovelace')");
  const [id, password] = row as [number, string];
  ada = { id, password };
}, 30_000);
afterEach(() => {
  for (const each of servers.splice(0)) each.close();
});
afterAll(async () => {
  cache.close();
  await site.stop();
});

/** An Express server whose answers end with what `view` made. */
async function serve(
  view: (request: express.Request) => unknown,
  options: Parameters<typeof djangoSession>[2] = {},
): Promise<(cookie?: string) => Promise<Answer>> {
  const app = express();
  app.use(djangoSession(session, sessions, options));
  const handler: RequestHandler = async (request, response) => {
    response.json({ answer: (await view(request)) ?? null });
  };
  app.get('/', handler);
  const errors: express.ErrorRequestHandler = (error: Error, _request, response, next) => {
    if (response.headersSent) next();
    else response.status(500).json({ answer: error.name });
  };
  app.use(errors);
  const server = createServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async (cookie) => {
    const headers = cookie === undefined ? {} : { cookie };
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers });
    const set = response.headers.getSetCookie();
    const body = (await response.json()) as { answer: unknown };
    return { answer: body.answer, set, key: /^sessionid=([^;]*)/.exec(set[0] ?? '')?.[1] ?? null };
  };
}

interface Answer {
  readonly answer: unknown;
  readonly set: readonly string[];
  readonly key: string | null;
}

/** What Django says to a browser with this session. */
async function django(
  url: string,
  cookie: string | null,
): Promise<ReadonlyMap<string, PythonValue>> {
  const got = await site.python.eval('visit(url, cookie)', { url, cookie });
  const answer = got as ReadonlyMap<string, PythonValue>;
  const body = (answer.get('body') ?? new Map()) as ReadonlyMap<string, PythonValue>;
  return new Map([...answer, ...body]);
}

async function signedIn(): Promise<string> {
  const seen = await django('/login?name=ada&password=lovelace', null);
  return seen.get('cookie') as string;
}

it('Express knows who is logged in to Django', async () => {
  const visit = await serve((request) => request.session['_auth_user_id']);
  const seen = await visit(`a=b; sessionid=${await signedIn()}; c=d`);
  expect(seen.answer).toBe(String(ada.id));
  expect(seen.set).toEqual([]);
  expect((await visit()).answer).toBeNull();
});

it('what Express changes Django sees, and the user stays logged in', async () => {
  const visit = await serve((request) => {
    request.session['cart'] = [{ id: 7 }];
    return request.session['count'];
  });
  const key = await signedIn();
  await django('/count', key);
  expect((await visit(`sessionid=${key}`)).answer).toBe(1);
  const seen = await django('/count', key);
  expect(seen.get('user')).toBe('ada');
  expect(seen.get('session')).toEqual(
    new Map<string, PythonValue>([['count', 2], ['cart', [new Map([['id', 7]])]]]), // prettier-ignore
  );
});

it('a session that Express begins is one of Django, with its cookie', async () => {
  const visit = await serve((request) => {
    const before = request.session['colour'];
    request.session['colour'] = 'red';
    return before;
  });
  const { key, set } = await visit();
  expect(set).toHaveLength(1);
  expect(set[0]).toMatch(
    /^sessionid=[a-z0-9]{32}; Path=\/; Expires=[^;]*; HttpOnly; SameSite=Lax$/,
  );
  const seen = await django('/count', key);
  expect(seen.get('session')).toEqual(new Map<string, PythonValue>([['colour', 'red'], ['count', 1]])); // prettier-ignore
  expect(seen.get('cookie')).toBe(key);
  expect(seen.get('age')).toBe(1_209_600);
  expect(await visit(`sessionid=${key}`)).toEqual({ answer: 'red', set: [], key: null });
});

it('nothing is stored and no cookie is set for who has no session', async () => {
  const visit = await serve((request) => Object.keys(request.session));
  expect(await visit()).toEqual({ answer: ['cookie'], set: [], key: null });
});

it('a user whom Express logs in is logged in to Django', async () => {
  const visit = await serve(async (request) => {
    const made = await sessions.open();
    await login(made, ada, { SECRET_KEY });
    await promisify(request.session.regenerate.bind(request.session))();
    for (const [name, value] of made.items()) request.session[String(name)] = value;
    await made.flush();
  });
  const { key } = await visit();
  expect((await django('/', key)).get('user')).toBe('ada');
});

it('a logout on either side ends the session on both', async () => {
  const end = await serve(
    (request) => new Promise<void>((resolve) => request.session.destroy(() => resolve())),
  );
  const who = await serve((request) => request.session['_auth_user_id']);
  const first = await signedIn();
  await end(`sessionid=${first}`);
  expect((await django('/', first)).get('user')).toBeNull();
  const second = await signedIn();
  await django('/logout', second);
  expect((await who(`sessionid=${second}`)).answer).toBeNull();
});

it('a session that Django ends during the request is not brought back', async () => {
  const key = await signedIn();
  const visit = await serve(async (request) => {
    request.session['colour'] = 'red';
    await django('/logout', key);
  });
  await visit(`sessionid=${key}`);
  expect((await sessions.open(key)).session_key).toBeNull();
});

it('values keep their Python types, in JSON too', async () => {
  const kept = await site.python.eval('keep()');
  const [key] = kept as [string, Buffer];
  await site.python.exec(
    's = session(key)\ns["big"] = 2 ** 70\ns["save"] = s["cookie"] = "mine"\ns.save()',
    { key },
  );
  const visit = await serve((request) => {
    request.session['n'] = 2;
    delete request.session['b'];
    return [
      request.session['t'] instanceof PyTuple,
      request.session['f'],
      JSON.stringify(request.session),
    ];
  });
  const { answer } = await visit(`sessionid=${key}`);
  const json = '{"t":[1,2],"f":3,"s":[1,2],"d":[[1,"a"]],"n":2,"big":"1180591620717411303424"}';
  expect(answer).toEqual([true, 3, json]);
  const now = await site.python.eval('dict(session(key).items())', { key });
  expect(now).toEqual(
    new Map<string, PythonValue>([
      ['t', tuple(1, float(2))],
      ['f', float(3)],
      ['s', expect.anything() as PythonValue],
      ['d', new Map([[1, 'a']])],
      ['n', 2],
      ['big', 2n ** 70n],
      ['save', 'mine'],
      ['cookie', 'mine'],
    ]),
  );
});

it('a change inside a Map is seen and stored', async () => {
  const kept = await site.python.eval('keep()');
  const [key] = kept as [string, Buffer];
  const visit = await serve((request) => {
    (request.session['d'] as Map<number, string>).set(2, 'b');
  });
  await visit(`sessionid=${key}`);
  expect(await site.python.eval('session(key)["d"]', { key })).toEqual(new Map([[1, 'a'], [2, 'b']])); // prettier-ignore
});

it.each(['s:forged.signature', 's%3Aforged.signature', 'UPPER-CASE', '../../x', "' or 1=1", '"quoted"', 'ü'.repeat(9)])(
  'the cookie %s is nobody', async (value) => {
    const visit = await serve((request) => request.session['_auth_user_id']);
    expect((await visit(`sessionid=${encodeURIComponent(value)}`)).answer).toBeNull();
    expect((await visit(`sessionid=${newSessionKey()}`)).answer).toBeNull();
  },
); // prettier-ignore

it('of several cookies of the name the last counts, as in Django', async () => {
  const visit = await serve((request) => request.session['_auth_user_id']);
  const key = await signedIn();
  expect((await visit(`sessionid=${newSessionKey()}; sessionid=${key}`)).answer).toBe(
    String(ada.id),
  );
  expect((await visit(`sessionid=${key}; sessionid=${newSessionKey()}`)).answer).toBeNull();
});

it('the request shows the cookie as the browser sent it', async () => {
  const visit = await serve((request) => request.headers.cookie);
  const sent = `a=b; sessionid=${await signedIn()}`;
  expect((await visit(sent)).answer).toBe(sent);
});

describe('expiry', () => {
  it('maxAge of the cookie is Django’s _session_expiry, both ways', async () => {
    const visit = await serve((request) => {
      request.session['a'] = 1;
      request.session.cookie.maxAge = 3600_000;
    });
    const { key } = await visit();
    expect(await site.python.eval('session(key)["_session_expiry"]', { key })).toBe(3600);
    const look = await serve((request) => request.session.cookie.originalMaxAge);
    expect((await look(`sessionid=${key}`)).answer).toBe(3_600_000);
  });

  it.each([
    [400, 1],
    [0, -1],
    [-5000, -1],
  ])('a maxAge of %p ms is never taken for the end of the browser', async (maxAge, seconds) => {
    const key = newSessionKey();
    const stored = sessions.start(key);
    stored.set('a', 1);
    await stored.save(true);
    const began = jest.spyOn(DjangoCache.prototype, 'replace');
    const store = djangoStore<session.Store>(session, sessions);
    const values = await promisify((sid: string, done: (error: unknown, found?: session.SessionData | null) => void) => {
      store.get(sid, done);
    })(key);
    if (values === null || values === undefined) throw new Error('no session');
    values.cookie.originalMaxAge = maxAge;
    await promisify(store.set.bind(store))(key, values);
    expect(began.mock.calls).toEqual([[expect.stringContaining(key), { a: 1, _session_expiry: seconds }, seconds]]);
    began.mockRestore();
    if (maxAge <= 0) expect((await sessions.open(key)).session_key).toBeNull();
  }); // prettier-ignore

  it('no maxAge is the end of the browser', async () => {
    const visit = await serve((request) => {
      request.session['a'] = 1;
      request.session.cookie.expires = null;
    });
    const { key, set } = await visit();
    expect(set[0]).not.toContain('Expires');
    expect((await django('/', key)).get('at_browser_close')).toBe(true);
  });

  it('rolling renews session and cookie with every response', async () => {
    const visit = await serve(() => null, { rolling: true });
    const key = await signedIn();
    await cache.touch(`django.contrib.sessions.cache${key}`, 100);
    const { set } = await visit(`sessionid=${key}`);
    expect(set[0]).toContain(`sessionid=${key}; Path=/; Expires=`);
    const line = await site.raws[0]?.ask(`mg :1:django.contrib.sessions.cache${key} t\r\n`);
    expect(Number(/^HD t(\d+)$/.exec(line ?? '')?.[1])).toBeGreaterThan(1_000_000);
  });

  it('without rolling a session that was only read is not written', async () => {
    const visit = await serve(() => null);
    const key = await signedIn();
    await cache.touch(`django.contrib.sessions.cache${key}`, 100);
    await visit(`sessionid=${key}`);
    const line = await site.raws[0]?.ask(`mg :1:django.contrib.sessions.cache${key} t\r\n`);
    expect(Number(/^HD t(\d+)$/.exec(line ?? '')?.[1])).toBeLessThanOrEqual(100);
  });
});

it('the store alone works with cookies that express-session signs', async () => {
  const app = express();
  const options = { secret: 'mine', resave: false, saveUninitialized: false, genid: newSessionKey };
  app.use(session({ ...options, store: djangoStore(session, sessions) }));
  const handler: RequestHandler = (request, response) => {
    request.session['n'] = Number(request.session['n'] ?? 0) + 1;
    response.json(request.session['n']);
  };
  app.get('/', handler);
  const server = createServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const first = await fetch(url);
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const second = await fetch(url, { headers: { cookie } });
  expect([await first.json(), await second.json()]).toEqual([1, 2]);
});
