// Sessions of a real Django site and ours: read by their cookie, changed, made and ended on either side.

import {
  CreateError,
  DjangoCache,
  login,
  logout,
  newSessionKey,
  session_auth_hash,
  Sessions,
  UpdateError,
  verify,
  type AuthUser,
  type Expiry,
  type ExpiryArguments,
} from '../../lib/django';
import { PyDateTime, PyTimedelta, PyTimezone } from '../../lib/value/pickle';
import { float, Source, tuple, type PythonValue } from '../support';
import { BACKENDS, RELEASE, Site } from './site';

const SECRET_KEY = 'cats-and-dogs';

/** What visit() answers. */
interface Visit {
  readonly status: number;
  readonly cookie: string | null;
  readonly max_age: number | string | null;
  readonly user: string | null;
  readonly session: ReadonlyMap<string, PythonValue>;
  readonly age: number;
}

/** A second may begin, and memcached counts its own; minutes do not pass. */
const isNear = (age: number, seconds: number): boolean => Math.abs(age - seconds) < 60;

describe.each(BACKENDS)('%s', (backend) => {
  let site: Site;
  let cache: DjangoCache;
  let sessions: Sessions;
  let ada: AuthUser;

  beforeAll(async () => {
    site = await Site.start({ backend, session_cache: 'shop' });
    const settings = { BACKEND: backend, LOCATION: site.location, KEY_PREFIX: 'shop', VERSION: 3 };
    cache = new DjangoCache(settings, { release: RELEASE });
    sessions = new Sessions(cache, { release: RELEASE });
    const row = await site.python.eval("create_user('ada', 'lovelace')");
    const [id, password] = row as [number, string];
    ada = { id, password };
  }, 30_000);
  afterAll(async () => {
    cache.close();
    await site.stop();
  });

  /** A browser with this cookie opens a page. */
  async function visit(url: string, cookie: string | null = null): Promise<Visit> {
    const got = (await site.python.eval('visit(url, cookie)', { url, cookie })) as ReadonlyMap<
      string,
      PythonValue
    >;
    const body = got.get('body') ?? new Map();
    return Object.fromEntries([...got, ...(body as typeof got)]) as unknown as Visit;
  }

  async function signedIn(): Promise<string> {
    const { cookie, user } = await visit('/login?name=ada&password=lovelace');
    expect(user).toBe('ada');
    return cookie ?? '';
  }

  const lifetime = async (key: string): Promise<number> => {
    const line = await site.raws[0]?.ask(`mg shop:3:django.contrib.sessions.cache${key} t\r\n`);
    return Number(/^HD t(-?\d+)$/.exec(line ?? '')?.[1]);
  };

  it('a session that Django began says who is logged in', async () => {
    const cookie = await signedIn();
    const session = await sessions.open(cookie);
    expect(session.session_key).toBe(cookie);
    expect(session.user_id).toBe(String(ada.id));
    expect(session.get('_auth_user_backend')).toBe('django.contrib.auth.backends.ModelBackend');
    expect(session.get('_auth_user_hash')).toBe(session_auth_hash(ada.password, SECRET_KEY));
    expect(session.modified).toBe(false);
    expect(verify(session, ada, { SECRET_KEY })).toBe(true);
    expect(verify(session, { ...ada, id: 99 }, { SECRET_KEY })).toBe(false);
    expect(verify(session, { ...ada, password: 'md5$x$y' }, { SECRET_KEY })).toBe(false);
    expect(verify(session, ada, { SECRET_KEY: 'new' })).toBe(false);
    expect(verify(session, ada, { SECRET_KEY: 'new', SECRET_KEY_FALLBACKS: [SECRET_KEY] })).toBe(
      true,
    );
  });

  it('a session that we changed is still logged in, with what we wrote', async () => {
    const cookie = await signedIn();
    const session = await sessions.open(cookie);
    session.set('cart', [{ id: 7, price: 2.5 }]);
    expect(session.modified).toBe(true);
    await session.save();
    const seen = await visit('/count', cookie);
    expect(seen.user).toBe('ada');
    expect(seen.session.get('cart')).toEqual([
      new Map<string, PythonValue>([
        ['id', 7],
        ['price', float(2.5)],
      ]),
    ]);
    expect((await sessions.open(cookie)).get('count')).toBe(1);
  });

  it('changes keep the Python types of all that was not changed', async () => {
    const [key, pickle] = (await site.python.eval('keep()')) as [string, Buffer];
    const session = await sessions.open(key);
    await session.save();
    const raw = site.raws[0];
    const entry = await raw?.entry(`shop:3:django.contrib.sessions.cache${key}`);
    expect(entry?.data).toEqual(pickle);
    session.set('n', 2);
    await session.save();
    expect(await site.python.eval('session(key)["t"]', { key })).toEqual(tuple(1, float(2)));
    expect(await site.python.eval('session(key)["n"]', { key })).toBe(2);
  });

  it('a session that we created is one of Django', async () => {
    const session = await sessions.open();
    expect(session.is_empty()).toBe(true);
    session.set('colour', 'red');
    await session.save();
    expect(session.session_key).toMatch(/^[a-z0-9]{32}$/);
    const seen = await visit('/count', session.session_key);
    expect(seen.user).toBeNull();
    expect(seen.session).toEqual(new Map<string, PythonValue>([['colour', 'red'], ['count', 1]])); // prettier-ignore
    expect(seen.cookie).toBe(session.session_key);
    expect(await site.python.eval('session().exists(key)', { key: session.session_key })).toBe(
      true,
    );
  });

  it('a user whom we logged in is logged in', async () => {
    const session = await sessions.open((await visit('/put?colour=blue')).cookie);
    const before = session.session_key ?? '';
    await login(session, ada, { SECRET_KEY });
    await session.save();
    expect(session.session_key).not.toBe(before);
    const seen = await visit('/', session.session_key);
    expect(seen.user).toBe('ada');
    expect(seen.session).toEqual(new Map([['colour', 'blue']]));
    expect(await session.exists(before)).toBe(false);
  });

  it('logging in over another user ends what that user had; the same user keeps it', async () => {
    const session = await sessions.open(await signedIn());
    const before = session.session_key;
    session.set('colour', 'blue');
    await login(session, ada, { SECRET_KEY });
    expect(session.session_key).toBe(before);
    expect(session.get('colour')).toBe('blue');
    await login(session, { id: 2, password: 'x' }, { SECRET_KEY });
    expect(session.session_key).toBeNull();
    expect(session.get('colour')).toBeNull();
    await session.save();
    expect(session.session_key).not.toBe(before);
    expect((await visit('/', before)).user).toBeNull();
  });

  it('a user whom we logged out is logged out, and the other way round', async () => {
    const cookie = await signedIn();
    const session = await sessions.open(cookie);
    await logout(session);
    expect(session.is_empty()).toBe(true);
    expect((await visit('/', cookie)).user).toBeNull();
    const other = await signedIn();
    await visit('/logout', other);
    expect((await sessions.open(other)).session_key).toBeNull();
  });

  it('a session that was ended meanwhile is not brought back', async () => {
    const cookie = await signedIn();
    const session = await sessions.open(cookie);
    await visit('/logout', cookie);
    session.set('n', 1);
    await expect(session.save()).rejects.toThrow(UpdateError);
    expect((await sessions.open(cookie)).session_key).toBeNull();
  });

  it('a test cookie of one works for the other', async () => {
    const session = await sessions.open();
    session.set_test_cookie();
    await session.save();
    const key = session.session_key;
    expect(await site.python.eval('session(key).test_cookie_worked()', { key })).toBe(true);
    const again = await sessions.open(key);
    expect(again.test_cookie_worked()).toBe(true);
    again.delete_test_cookie();
    expect(again.test_cookie_worked()).toBe(false);
    expect(() => again.delete_test_cookie()).toThrow("'testcookie'");
  });

  it('its dict answers as Python’s', async () => {
    const session = await sessions.open((await visit('/put?a=1')).cookie);
    expect([session.pop('none', 5), session.modified]).toEqual([5, false]);
    expect([session.setdefault('a', 2), session.modified]).toEqual(['1', false]);
    expect([session.setdefault('b', 2), session.modified]).toEqual([2, true]);
    session.update({ c: 3 });
    session.update(new Map([['d', 4]]));
    expect(session.keys()).toEqual(['a', 'b', 'c', 'd']);
    expect(session.values()).toEqual(['1', 2, 3, 4]);
    expect([session.pop('b'), session.has_key('b'), session.get('b', 'no')]).toEqual([
      2,
      false,
      'no',
    ]);
    expect(() => session.pop('b')).toThrow("'b'");
    session.clear();
    expect([session.items(), session.is_empty()]).toEqual([[], false]);
  });

  it('must_create refuses a key that is taken', async () => {
    const session = await sessions.open(await signedIn());
    await expect(session.save(true)).rejects.toThrow(CreateError);
  });

  it.each([
    '', 'short', 'x'.repeat(41), 'UPPERCASE1', 'a b c d e f', '../../etc', '1'.repeat(31) + '\n',
    'k\r\nflush_all\r\n', "' or 1=1 --", 'schön'.repeat(6), null, undefined,
  ])('the cookie %j names no session and asks for none', async (cookie) => {
    const session = await sessions.open(cookie);
    expect(session.session_key).toBeNull();
    expect(session.is_empty()).toBe(true);
    await session.delete(cookie ?? null);
    expect(await session.exists(cookie ?? '')).toBe(false);
  }); // prettier-ignore

  it('a key that the browser made up is not used for what is stored', async () => {
    const forged = newSessionKey();
    const session = await sessions.open(forged);
    session.set('a', 1);
    await session.save();
    expect(session.session_key).not.toBe(forged);
  });

  it('an entry that is no dict is no session', async () => {
    const key = newSessionKey();
    for (const value of ['text', 5, ['list'], null, Buffer.from('x')]) {
      await cache.set(`django.contrib.sessions.cache${key}`, value);
      expect((await sessions.open(key)).session_key).toBeNull();
    }
  });

  describe('expiry', () => {
    it.each<[Expiry, number, boolean]>([
      [600, 600, false],
      [0, 1_209_600, true],
      [null, 1_209_600, false],
      [3_000_000, 3_000_000, false],
      [new PyTimedelta(2), 172_800, false],
      [new Date(Date.now() + 86_400_000), 86_400, false],
      [
        PyDateTime.fromDate(
          new Date(Date.now() + 86_400_000),
          new PyTimezone(new PyTimedelta(0, 7200)),
        ),
        86_400,
        false,
      ],
    ])('%p means the same to Django', async (expiry, seconds, atClose) => {
      const session = await sessions.open();
      session.set('a', 1);
      session.set_expiry(expiry);
      await session.save();
      const key = session.session_key ?? '';
      expect(isNear(session.get_expiry_age(), seconds)).toBe(true);
      expect(session.get_expire_at_browser_close()).toBe(atClose);
      expect(isNear((await visit('/', key)).age, seconds)).toBe(true);
      expect(isNear(await lifetime(key), seconds)).toBe(true);
      const their = (await site.python.eval('session(key).get_expiry_date().timestamp()', {
        key,
      })) as { value: number };
      const ours = (await sessions.open(key)).get_expiry_date();
      expect(Math.abs(ours.getTime() - their.value * 1000)).toBeLessThan(60_000);
    });

    it.each([
      ['600', 600],
      ['datetime.timedelta(days=1)', 86_400],
      ['timezone.now() + datetime.timedelta(days=1)', 86_400],
    ])('%s by Django means the same to us', async (source, seconds) => {
      await site.python.exec('import datetime\nfrom django.utils import timezone');
      await site.python.exec('s = session()\ns.set_expiry(v)\ns.save()', { v: new Source(source) });
      const key = (await site.python.eval('s.session_key')) as string;
      expect(isNear((await sessions.open(key)).get_expiry_age(), seconds)).toBe(true);
    });

    it.each<[string, Required<ExpiryArguments>['expiry']]>([
      ['None', null],
      ['0', 0],
      ['600', 600],
      ['at + datetime.timedelta(hours=3)', new Date(1_900_010_800_000)],
    ])('%s, given with a modification, is as far away as for Django', async (source, expiry) => {
      await site.python.exec(
        'import datetime\nfrom django.utils import timezone\n' +
          'at = datetime.datetime.fromtimestamp(1900000000, timezone.utc)\n' +
          'given = {"modification": at, "expiry": v}',
        { v: new Source(source) },
      );
      const session = await sessions.open();
      const given = { modification: new Date(1_900_000_000_000), expiry };
      const age = await site.python.eval('session().get_expiry_age(**given)');
      expect(session.get_expiry_age(given)).toBe(age);
      const moment = await site.python.eval('session().get_expiry_date(**given).timestamp()');
      expect(float(session.get_expiry_date(given).getTime() / 1000)).toEqual(moment);
    });

    it('is text of a moment since Django 4.1, read and written', async () => {
      const since41 = new Sessions(cache, { release: '4.1' });
      const session = await since41.open();
      session.set_expiry(new Date('2030-01-02T03:04:05.600Z'));
      expect(session.get('_session_expiry')).toBe('2030-01-02T03:04:05.600000+00:00');
      await session.save();
      const key = session.session_key ?? '';
      const isSame = 'datetime.datetime.fromisoformat(text).timestamp()';
      const text = await site.python.eval('session(key)["_session_expiry"]', { key });
      expect(await site.python.eval(isSame, { text })).toEqual(float(1893553445.6));
      expect((await since41.open(key)).get_expiry_date()).toEqual(new Date(1893553445600));
      session.set('_session_expiry', 'tomorrow');
      expect(() => session.get_expiry_age()).toThrow("Invalid isoformat string: 'tomorrow'");
    });
  });
});
