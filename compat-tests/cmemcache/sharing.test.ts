// One memcached for cmemcache's Client here and the real python-memcached 1.59: entries both ways, keys on the same servers.

import { Client, StringClient } from '../../lib/clients/cmemcache';
import {
  bytes,
  float,
  Memcached,
  Python,
  RawConnection,
  refusingPort,
  startServers,
  stopServers,
  tuple,
  type PythonObject,
  type PythonValue,
} from '../support';

const KEYS = Array.from({ length: 100 }, (_, i) => `user:${i * 7919}`).concat('ob', 'kjf');

let servers: readonly Memcached[];
let raws: readonly RawConnection[];
let python: Python;

beforeAll(async () => {
  servers = await startServers(4);
  raws = await Promise.all(servers.map((server) => RawConnection.open(server)));
  python = await Python.start({ modules: ['memcache'] });
});
beforeEach(() => Promise.all(raws.map((raw) => raw.flush())));
afterAll(async () => {
  await Promise.all(raws.map((raw) => raw.close()));
  await python.stop();
  await stopServers(servers);
});

const nameOf = (at: number): string => servers[at]?.name ?? '';

describe('on one server', () => {
  let ours: Client;
  let strings: StringClient;
  let theirs: PythonObject;

  beforeAll(async () => {
    ours = new Client([nameOf(0)]);
    strings = new StringClient([nameOf(0)]);
    theirs = await python.create('memcache.Client', [[nameOf(0)]]);
  });
  afterAll(() => {
    ours.disconnect_all();
    strings.disconnect_all();
  });

  it.each<[written: unknown, read: PythonValue]>([
    [Buffer.from('abc\xff', 'latin1'), bytes('abc\xff')],
    ['t\xe9xt', 't\xe9xt'],
    [5, 5],
    [-(2n ** 70n), -(2n ** 70n)],
    [true, 1],
    [null, null],
    [1.5, float(1.5)],
    [
      [1, [null, 'a']],
      [1, [null, 'a']],
    ],
    [{ a: 1 }, new Map([['a', 1]])],
  ])('Python reads our %p', async (written, read) => {
    expect(await ours.set('k', written)).toBe(1);
    expect(await theirs.call('get', ['k'])).toEqual(read);
  });

  it.each<[written: PythonValue, read: unknown]>([
    [bytes('abc\xff'), Buffer.from('abc\xff', 'latin1')],
    [5, 5],
    [2n ** 70n, 2n ** 70n],
    [true, true],
    [null, null],
    [float(1.5), 1.5],
    [tuple(1, 'a'), [1, 'a']],
    [new Map([['a', [1]]]), { a: [1] }],
  ])('we read %p of Python', async (written, read) => {
    expect(await theirs.call('set', ['k', written])).toBe(true);
    expect(
      Array.isArray(read) ? Array.from((await ours.get('k')) as unknown[]) : await ours.get('k'),
    ).toEqual(read);
    expect((await ours.get_multi(['k'])).has('k')).toBe(true);
  });

  // cmemcache knows neither flag; StringClient has the bytes all the same.
  it('text of python-memcached 1.59 and compressed entries are misses', async () => {
    const lines: string[] = [];
    const debugging = new Client([nameOf(0)], true, { log: (line) => lines.push(line) });
    await theirs.call('set', ['text', 'abc']);
    await theirs.call('set', ['packed', bytes('a'.repeat(99))], { min_compress_len: 1 });
    expect([await debugging.get('text'), await debugging.get('packed')]).toEqual([null, null]);
    expect(lines).toEqual([
      'MemCached: unknown flags on get: 10\n\n',
      'MemCached: unknown flags on get: 8\n\n',
    ]);
    expect(await debugging.get_multi(['text', 'packed'])).toEqual(new Map());
    expect(await strings.getflags('text')).toEqual([Buffer.from('abc'), 16]);
    debugging.disconnect_all();
  });

  it('counters, deletes and adds are seen by both', async () => {
    await ours.set('n', 10);
    expect(await theirs.call('incr', ['n', 5])).toBe(15);
    expect(await ours.decr('n', 20)).toBe(0);
    expect(await theirs.call('add', ['n', 1])).toBe(false);
    expect(await ours.delete('n')).toBe(1);
    expect(await theirs.call('get', ['n'])).toBeNull();
  });
});

describe.each([[[1, 1]], [[1, 1, 1]], [[1, 1, 1, 1]], [[1, 2, 3]], [[15, 1, 4]], [[0, 1, 1]]])(
  'on servers of weights %j',
  (weights) => {
    it('both store a key on the same server, and find it there', async () => {
      const names = weights.map((weight, i): [string, number] => [nameOf(i), weight]);
      const ours = new Client(names);
      const list = names.map(([name, weight]) => tuple(name, weight));
      const theirs = await python.create('memcache.Client', [list]);
      for (const key of KEYS) await ours.set(key, Buffer.from(key));
      const read = await python.eval(`[${theirs.name}.get(k) for k in keys]`, { keys: KEYS });
      expect(read).toEqual(KEYS.map((key) => Buffer.from(key)));
      await python.exec(`[${theirs.name}.set(k, i) for i, k in enumerate(keys)]`, { keys: KEYS });
      expect(await ours.get_multi(KEYS)).toEqual(new Map(KEYS.map((key, i) => [key, i])));
      expect(await Promise.all(KEYS.map((key) => ours.get(key)))).toEqual([...KEYS.keys()]);
      ours.disconnect_all();
    });
  },
);

describe('while the second of three servers is dead', () => {
  /** Which servers hold each key, by their place in the list. */
  async function holders(): Promise<string[]> {
    const all: string[] = [];
    for (const key of KEYS) {
      const held = await Promise.all(raws.map((raw) => raw.entry(key)));
      all.push(held.flatMap((entry, i) => (entry === undefined ? [] : [i])).join());
    }
    return all;
  }

  it('its keys go to the next of the list, others stay; or nowhere, as `failure` says', async () => {
    const up = [nameOf(0), nameOf(1), nameOf(2)];
    const down = [nameOf(0), `127.0.0.1:${await refusingPort()}`, nameOf(2)];
    const whole = new Client(up);
    await Promise.all(KEYS.map((key) => whole.set(key, 1)));
    const homes = await holders();
    expect(new Set(homes)).toEqual(new Set(['0', '1', '2']));
    await Promise.all(raws.map((raw) => raw.flush()));

    const probing = new Client(down);
    expect(await Promise.all(KEYS.map((key) => probing.set(key, 2)))).toEqual(KEYS.map(() => 1));
    expect(await holders()).toEqual(homes.map((home) => (home === '1' ? '2' : home)));
    expect((await probing.get_multi(KEYS)).size).toBe(KEYS.length);

    const missing = new Client(down, { failure: 'miss' });
    const stored = await Promise.all(KEYS.map((key) => missing.set(key, 3)));
    expect(stored).toEqual(homes.map((home) => (home === '1' ? 0 : 1)));
    expect((await missing.get_multi(KEYS)).size).toBe(homes.filter((home) => home !== '1').length);
    for (const client of [whole, probing, missing]) client.disconnect_all();
  });
});
