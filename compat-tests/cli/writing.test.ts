// What the command writes beside what the real clients write: the same bytes on the wire, and the same value read by Python.
import { LoggingProxy, Memcached, Python, refusingPort } from '../support';
import { run } from './console';

let python: Python;
let server: Memcached;
let proxy: LoggingProxy;
beforeAll(async () => {
  python = await Python.start({ modules: ['memcache', 'pylibmc', 'pymemcache'] });
  await python.exec('import memcache, pylibmc\nfrom pymemcache.client.hash import HashClient\nfrom pymemcache.serde import pickle_serde');
  server = await Memcached.start();
  proxy = await LoggingProxy.start(server);
}, 30_000); // prettier-ignore
afterAll(async () => {
  await proxy.stop();
  await server.stop();
  await python.stop();
});

/** --client, and the client that it must be like. */
const CLIENTS = [
  ['python-memcached@1.59', 'memcache.Client([name])'],
  ['django-memcached@1.59', 'memcache.Client([name], pickleProtocol=-1)'],
  ['pylibmc', 'pylibmc.Client([name])'],
  ['pymemcache', 'HashClient([(name.split(":")[0], int(name.split(":")[1]))], serde=pickle_serde, default_noreply=False)'],
] as const; // prettier-ignore

/** VALUE and --type, and the same in Python. */
const VALUES: readonly (readonly [words: readonly string[], python: string])[] = [
  [['héllo'], "'héllo'"],
  [['42', '--type', 'int'], '42'],
  [['-12345678901234567890', '--type', 'int'], '-12345678901234567890'],
  [['1', '--type', 'float'], '1.0'],
  [['true', '--type', 'bool'], 'True'],
  [['--type', 'none'], 'None'],
  [['00ff', '--type', 'hex'], "b'\\x00\\xff'"],
  [['{"a": [1, 2.0, null, "é"]}', '--type', 'json'], "{'a': [1, 2.0, None, 'é']}"],
  [['(1, {"k": b"\\x00"}, {3}, frozenset({4}))', '--type', 'python'], '(1, {"k": b"\\x00"}, {3}, frozenset({4}))'],
]; // prettier-ignore

describe.each(CLIENTS)('as %s', (client, make) => {
  const prefix = client.startsWith('django') ? ':1:' : '';

  it.each(VALUES)('stores %p as the client does %s', async (words, source) => {
    const [, ...options] = words[0]?.startsWith('--') === true ? ['', ...words] : words;
    const value = words[0]?.startsWith('--') === true ? [] : ['--', words[0] ?? ''];
    const names = { name: proxy.name };
    await python.exec(`mc = ${make}`, names);
    const { sent } = await proxy.record(() => python.eval(`mc.set('${prefix}k', ${source})`));
    // --dry-run in a pipe gives the bytes as they are.
    const line = ['set', ...options, '-c', client, '-s', server.name, '--dry-run', 'k', ...value];
    const dry = await run(line);
    expect(dry.code).toBe(0);
    expect(dry.stdout.toString('latin1')).toBe(sent);
    // And what was stored in earnest is to the client what it stores itself.
    const look = `[mc.get('${prefix}k'), type(mc.get('${prefix}k')).__name__]`;
    const own = await python.eval(look);
    await python.eval(`mc.delete('${prefix}k')`);
    const ran = await run(line.filter((word) => word !== '--dry-run'));
    expect(ran.output).toBe(`stored on ${server.name}\n`);
    expect(await python.eval(look)).toEqual(own);
    await python.exec('del mc');
  });
});

it('reads a value from stdin byte for byte', async () => {
  const stdin = Buffer.from([0, 255, 13, 10]);
  const line = ['set', 'bytes', '-', '--type', 'bytes', '-s', server.name];
  expect((await run(line, { stdin })).code).toBe(0);
  expect((await run(['get', 'bytes', '--raw', '-s', server.name])).stdout).toEqual(stdin);
  const text = await run(['set', 'text', '-', '-s', server.name], { stdin });
  expect([text.code, text.stderr]).toEqual([2, 'memcache-py: the value is not utf-8 (--type bytes takes any)\n']);
}); // prettier-ignore

it('counts, touches, deletes, and says what was not there', async () => {
  const at = ['-s', server.name];
  await run(['set', 'n', '41', '-t', 'int', ...at]);
  const told: [code: number, stdout: string][] = [];
  for (const line of ['incr n', 'decr n 50', 'touch n --ttl 100', 'delete n', 'delete n', 'incr n', 'touch n']) {
    const { code, stdout } = await run([...line.split(' '), ...at]);
    told.push([code, stdout.toString()]);
  }
  expect(told).toEqual([
    [0, '42\n'],
    [0, '0\n'],
    [0, 'touched\n'],
    [0, 'deleted\n'],
    [1, ''],
    [1, ''],
    [1, ''],
  ]);
}); // prettier-ignore

it('gives times over 30 days as Unix times, and times of this command as they are left', async () => {
  const day = 86_400;
  await run(['set', 'old', 'v', '--ttl', String(40 * day), '-s', server.name]);
  const { stdout } = await run(['get', 'old', '--json', '-s', server.name]);
  const { ttl } = JSON.parse(stdout.toString()) as { ttl: number };
  expect(ttl).toBeGreaterThan(40 * day - 60);
  expect(ttl).toBeLessThan(40 * day + 60);
});

it.each([
  [['get'], 2],
  [['set', 'k'], 2],
  [['set', 'a b', 'v'], 2],
  [['set', 'k', 'v', '--ttl', '-1'], 2],
  [['set', 'k', 'v', '--ttl', '1', '--at', '2000000000'], 2],
  [['set', 'k', 'x', '--type', 'int'], 2],
  [['set', 'k', '{', '--type', 'json'], 2],
  [['set', 'k', 'v', '--protocol', '9'], 2],
  [['incr', 'k', '-1'], 2],
  [['get', 'k', '--json', '--raw'], 2],
  [['get', 'k', '--nonsense'], 2],
  [['get', 'k', '-c', 'redis'], 2],
  [['get', 'k', '-c', 'python-memcached@9.9'], 2],
  [['get', 'k', '--python', '4'], 2],
  [['where', 'k', '-c', 'python-memcached@1.99'], 2],
  [['where', 'k', '-c', 'pylibmc@banana', '--json'], 2],
  [['delete', 'k', '-c', 'memcached2@9'], 2],
  [['restore', __filename, '-c', 'pymemcache@1'], 2],
  [['get', 'good', 'a b'], 2],
  [['set', 'k', 'v', '--type', 'none'], 2],
  [['get', 'k', '--timeout', '0'], 2],
  [['touch', 'k', '-c', 'cmemcache'], 2],
  [['flush'], 2],
  [['nonsense'], 2],
  [[], 2],
] as const)('%p is no command line: exit code 2, and nothing is sent', async (words, code) => {
  const port = await refusingPort();
  const ran = await run(words, { env: { MEMCACHE_PY_SERVERS: `127.0.0.1:${port}` } });
  expect([ran.code, ran.stdout.toString()]).toEqual([code, '']);
  expect(ran.stderr).toMatch(/^memcache-py: /);
});

it('a server that is not there is exit code 3, with its name', async () => {
  const name = `127.0.0.1:${await refusingPort()}`;
  for (const line of ['get k', 'set k v', 'keys', 'stats', 'flush --yes', 'types', 'incr k']) {
    const { code, stderr } = await run([...line.split(' '), '-s', name]);
    expect([line, code]).toEqual([line, 3]);
    expect(stderr).toContain(name);
  }
});

it('stores with add and replace only where they may', async () => {
  const at = ['-s', server.name];
  await run(['delete', 'once', ...at]);
  const codes: number[] = [];
  for (const name of ['replace', 'add', 'add', 'replace']) codes.push((await run([name, 'once', 'v', ...at])).code);
  expect(codes).toEqual([1, 0, 1, 0]);
}); // prettier-ignore
