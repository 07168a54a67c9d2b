// What `get` prints beside what Python prints: repr for repr, for entries of each real client, and for Django's sessions.
import { Memcached, Python } from '../support';
import { run } from './console';

jest.setTimeout(60_000);

let server: Memcached;
beforeAll(async () => {
  server = await Memcached.start();
});
afterAll(() => server.stop());

/** Values, as Python writes them. (3.12 shows a filled OrderedDict in another way than those before.) */
const VALUES = [
  '0', '-1', '2 ** 63', '-(2 ** 70)', 'True', 'False', 'None', '1.0', '-0.0', '1e16', '1.5e-07', "float('inf')", "float('nan')",
  "''", "'héllo'", "'it\\'s'", "'\"both\\''", "'a\\r\\n\\t\\x00\\x1b\\u202e\\xa0'", "['\\ud800']", "'😀'", "'x' * 3000",
  "b''", "b'\\x00\\xff'", "bytearray(b'ab')", '[]', '[1, [2.0, [None]]]', '()', '(1,)', '(1, 2)', '{}', "{'a': 1, 2: (3,), None: []}",
  'set()', '{1}', 'frozenset({1})', '1 + 2j', 'range(1, 9, 2)', "{'__proto__': 1}", '[True, 1, 1.0]',
  'datetime.datetime(2024, 1, 2, 3, 4, 5, 6)', 'datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)', 'datetime.date(1, 1, 1)',
  'datetime.time(1, 2)', 'datetime.timedelta(days=-1, microseconds=5)', "decimal.Decimal('-1.50')", "decimal.Decimal('NaN')",
  "uuid.UUID('12345678-1234-5678-1234-567812345678')", 'fractions.Fraction(1, 3)', 'collections.OrderedDict()',
  'collections.defaultdict(list, a=[1])', "collections.Counter('aab')", 'collections.deque([1, 2], 5)', "ValueError('x', 1)",
  "pathlib.PurePosixPath('/a/b')", 'datetime.datetime', 'len', 'Ellipsis',
]; // prettier-ignore

const CLIENTS = [
  ['python-memcached@1.59', 'memcache.Client([name])'],
  ['django-memcached@1.59', 'memcache.Client([name], pickleProtocol=-1)'],
  ['pylibmc', 'pylibmc.Client([name])'],
  ['pymemcache', "Pymemcache(('127.0.0.1', port), serde=pickle_serde)"],
] as const;

const SET_UP = `
import collections, datetime, decimal, fractions, pathlib, uuid
import memcache, pylibmc
from pymemcache.client.base import Client as Pymemcache
from pymemcache.serde import pickle_serde

def store(mc, prefix, sources):
    shown = []
    for i, source in enumerate(sources):
        assert mc.set('%sv:%d' % (prefix, i), eval(source)), source
        shown.append(repr(mc.get('%sv:%d' % (prefix, i))))
    return shown
`;

it.each(CLIENTS)(
  'every value that %s stores is printed as Python prints it',
  async (client, make) => {
    await using python = await Python.start({ modules: ['memcache', 'pylibmc', 'pymemcache'] });
    await python.exec(SET_UP);
    await python.exec(`mc = ${make}`, { name: server.name, port: server.port });
    const prefix = client.startsWith('django') ? ':1:' : '';
    const expected = await python.eval('store(mc, prefix, sources)', { prefix, sources: VALUES });
    const keys = VALUES.map((_, i) => `v:${i}`);
    const { code, stdout, stderr } = await run(['get', ...keys, '-c', client, '-s', server.name]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.toString().trimEnd().split('\n')).toEqual(expected);
  },
);

const DJANGO = `
from django.conf import settings
settings.configure(CACHES={'default': {'BACKEND': 'django.core.cache.backends.memcached.' + backend, 'LOCATION': name,
                           'KEY_PREFIX': 'shop', 'VERSION': 3}},
                   SESSION_ENGINE='django.contrib.sessions.backends.cache', SECRET_KEY='x')
import django
django.setup()
from django.contrib.sessions.backends.cache import SessionStore
from django.core.cache import cache
session = SessionStore()
session['_auth_user_id'] = '42'
session['_auth_user_backend'] = 'django.contrib.auth.backends.ModelBackend'
session['cart'] = [7, ('a', 1.0)]
session.set_expiry(3600)
session.create()
cache.set('cart:7', {'items': [1, 2]})
`;

it.each([
  ['MemcachedCache', 'django-memcached'],
  ['PyLibMCCache', 'django-pylibmc'],
  ['PyMemcacheCache', 'django-pymemcache'],
])("a session and an entry of Django's %s are found and read", async (backend, client) => {
  await using python = await Python.start({
    modules: ['django', 'memcache', 'pylibmc', 'pymemcache'],
  });
  await python.exec(DJANGO, { backend, name: server.name });
  const cookie = (await python.eval('session.session_key')) as string;
  const like = ['--prefix', 'shop', '--version', '3', '-c', client, '-s', server.name];
  const { code, stdout } = await run(['django', 'session', cookie, '--json', ...like]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout.toString())).toMatchObject({
    key: `shop:3:django.contrib.sessions.cache${cookie}`,
    engine: 'cache',
    user: '42',
    data: { cart: [7, ['a', 1]], _session_expiry: 3600 },
  });
  const named = await run(['django', 'key', 'cart:7', ...like]);
  expect(named.stdout.toString()).toBe('shop:3:cart:7\n');
  const read = await run([
    'get',
    'cart:7',
    '--key-prefix',
    'shop:3:',
    '-c',
    client,
    '-s',
    server.name,
  ]);
  expect(read.stdout.toString()).toBe("{'items': [1, 2]}\n");
  const other = `${cookie.slice(1)}0`;
  expect((await run(['django', 'session', other, ...like])).code).toBe(1);
  for (const bad of ['../../x', 'short', 'UPPERCASE0', "a' or 1"]) {
    expect((await run(['django', 'session', bad, ...like])).code).toBe(2);
  }
});
