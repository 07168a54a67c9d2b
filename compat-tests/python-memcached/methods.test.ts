// Every method and outcome: the same calls on the real python-memcached 1.59 and on ours, result for result and byte for byte.

import * as memcache from '../../lib';
import { bytes, call, Python, show, tuple, type Call, type PythonValue } from '../support';
import { Pair } from './pair';

const LONG_KEY = 'k'.repeat(251);

/** Calls in order, on one server each; every line is one test. */
const CALLS: readonly Call[] = [
  // storing, and every reply to it
  call('set', ['a', 'text']),
  call('set', ['a', 'h\xe9 \u4e2d \u{1f600}']),
  call('get', ['a']),
  call('set', ['b', bytes('\0\r\n\xff')], { time: 60 }),
  call('get', ['b']),
  call('set', ['n', 42, 0, 0]),
  call('get', ['n']),
  call('set', ['big', 2n ** 70n]),
  call('get', ['big']),
  call('set', ['neg', -5], { time: -1 }),
  call('get', ['neg']),
  call('set', ['half', 'x'], { time: 1.9 }),
  call('set', ['none', null]),
  call('get', ['none']),
  call('set', ['yes', true]),
  call('get', ['yes']),
  call('add', ['a', 'again']),
  call('add', ['new', 'v']),
  call('replace', ['new', 'w']),
  call('replace', ['missing', 'w']),
  call('append', ['new', '+']),
  call('prepend', ['new', '-']),
  call('append', ['missing', '+']),
  call('prepend', ['missing', '-'], { time: 5 }),
  call('append', ['new', 7]),
  call('get', ['new']),
  call('get', ['missing']),
  // compression: strictly longer than the limit, kept only if shorter
  call('set', ['zip', 'x'.repeat(100)], { min_compress_len: 99 }),
  call('get', ['zip']),
  call('set', ['zip', 'x'.repeat(100)], { min_compress_len: 100 }),
  call('set', ['zip', 'abc'], { min_compress_len: 1 }),
  call('set', ['zip', 12345678901234567890n], { min_compress_len: 1 }),
  call('set', ['zip', bytes('y'.repeat(50))], { min_compress_len: -1 }),
  call('get', ['zip']),
  // too long, for us and for the server
  call('set', ['long', 'x'.repeat(1024 * 1024 + 1)]),
  call('set', ['long', 'x'.repeat(1024 * 1024)]),
  call('get', ['long']),
  // cas
  call('cas', ['c', 'set, for want of an id']),
  call('gets', ['c']),
  call('cas', ['c', 'first']),
  call('cas', ['c', 'second']),
  call('get', ['c']),
  call('gets', ['missing']),
  call('cas', ['c', 'silent'], { noreply: true }),
  call('reset_cas'),
  call('cas', ['c', 'set again']),
  // counters
  call('set', ['i', 10]),
  call('incr', ['i']),
  call('incr', ['i', 5]),
  call('decr', ['i', 7]),
  call('get', ['i']),
  call('decr', ['i', 100]),
  call('incr', ['i'], { delta: 2n ** 63n }),
  call('incr', ['i', 2n ** 63n]),
  call('incr', ['missing']),
  call('decr', ['missing', 3]),
  call('incr', ['i', '5']),
  call('incr', ['i', -1]),
  call('incr', ['a']),
  call('incr', ['i', 1], { noreply: true }),
  call('get', ['i']),
  // deleting and touching
  call('delete', ['a']),
  call('delete', ['a']),
  call('delete', ['b'], { time: 0 }),
  call('delete', ['missing'], { noreply: true }),
  call('touch', ['n', 100]),
  call('touch', ['n']),
  call('touch', ['missing', 100]),
  call('touch', ['n', 50], { noreply: true }),
  call('get', ['n']),
  // a counter that is text keeps its padding; the greatest one wraps; no counter at all
  call('set', ['s', '10']),
  call('decr', ['s']),
  call('get', ['s']),
  call('set', ['w', 2n ** 64n - 1n]),
  call('incr', ['w', 1]),
  call('get', ['w']),
  call('incr', ['big']),
  call('incr', ['none']),
  call('decr', ['w', 1], { noreply: true }),
  call('get', ['w']),
  // deltas and times as they are
  ...[1.5, true, false, null, 'abc', -5, 2n ** 64n - 1n, 2n ** 64n].flatMap((delta) => [
    call('incr', ['w', delta]),
    call('decr', ['w', delta]),
  ]),
  ...[1.5, -1, true, 2n ** 40n, 'x'].map((time) => call('touch', ['n', time])),
  ...[true, -1.9, 1000, 2n ** 33n, NaN, Infinity, '60', bytes('60')].flatMap((time) => [
    call('set', ['t', 'v'], { time }),
    call('add', ['t', 'v', time]),
    call('set_multi', [new Map([['t', 'v']]), time]),
    call('get', ['t']),
  ]),
  // noreply of each storage command
  ...['set', 'add', 'replace', 'append', 'prepend'].map((method) =>
    call(method, ['silent', 'v'], { noreply: true }),
  ),
  call('get', ['silent']),
  // many keys
  call('set_multi', [
    new Map<PythonValue, PythonValue>([
      ['m1', 1],
      ['m2', 'two'],
      ['m3', null],
    ]),
  ]),
  call('get_multi', [['m1', 'm2', 'm3', 'm4']]),
  call(
    'set_multi',
    [
      new Map<PythonValue, PythonValue>([
        ['x', 1],
        [7, 'seven'],
      ]),
    ],
    { key_prefix: 'p_', time: 9 },
  ),
  call('get_multi', [['x', 7, 'y'], 'p_']),
  call('get_multi', [['x', bytes('x')]], { key_prefix: bytes('p_') }),
  call('set_multi', [new Map([['z', 'z'.repeat(200)]])], { min_compress_len: 50 }),
  call('get_multi', [[tuple(3, 'z')]]),
  call('set_multi', [new Map([['q', 'silent']])], { noreply: true }),
  call('get_multi', [['q']]),
  call('set_multi', [new Map()]),
  call('get_multi', [[]]),
  call('delete_multi', [['m1', 'nope']]),
  call('delete_multi', [['x', 7]], { key_prefix: 'p_' }),
  call('delete_multi', [['m2']], { time: 0 }),
  call('delete_multi', [['m3']], { noreply: true }),
  call('get_multi', [['m1', 'm2', 'm3']]),
  call('delete_multi', [[]]),
  // pairs choose the server and are sent as their key
  call('set', [tuple(7, 'pair'), 'v']),
  call('get', [tuple(7, 'pair')]),
  call('get', [tuple(-3, 'pair')]),
  call('incr', [tuple(1, 'i')]),
  call('delete', [tuple(true, 'pair')]),
  // a cas on what is gone, on what is too long, and one that is compressed
  call('set', ['c', 'x']),
  call('gets', ['c']),
  call('cas', ['c', 'y'.repeat(1024 * 1024 + 1)]),
  call('cas', ['c', 'y'.repeat(300)], { min_compress_len: 100, time: 77 }),
  call('get', ['c']),
  call('delete', ['c']),
  call('cas', ['c', 'z']),
  call('gets', [tuple(3, 'n')]),
  call('cas', [tuple(3, 'n'), 8]),
  // other names of the same keys; one wire key under two names; no key list but text
  call('get_multi', ['nw']),
  call('get_multi', [['n', 'n', bytes('n')]]),
  call('set_multi', [
    new Map<PythonValue, PythonValue>([
      [1.5, 'float'],
      [true, 'bool'],
      [2n ** 70n, 'long'],
      [bytes('\xff'), 'bytes'],
      ['\xe9', 'text'],
    ]),
  ]),
  call('get_multi', [[1.5, true, 2n ** 70n, bytes('\xff'), '\xe9']]),
  call('get_multi', [[tuple(3, 1.5), tuple(4, true), tuple(-5, bytes('\xff'))]]),
  call('delete_multi', [[1.5, true, tuple(2, bytes('\xff'))]]),
  call('get_multi', [['5', 't'], '1.']),
  call('get_multi', [['n'], bytes('')]),
  call('get_multi', [['n'], null]),
  call('get_multi', [['n'], 5]),
  call('set_multi', [new Map([['n', 1]])], { key_prefix: null }),
  call('set_multi', [new Map([['n', 1]])], { time: null }),
  call('get_multi', [['ab', '']]),
  call('get_multi', [['ab', '']], { key_prefix: 'p' }),
  call('get_multi', [[]], { key_prefix: 'k'.repeat(251) }),
  call('get_multi', [['k']], { key_prefix: 'k'.repeat(250) }),
  call('get_multi', [['k']], { key_prefix: '\xe9'.repeat(124) }),
  call('get_multi', [['kk']], { key_prefix: '\xe9'.repeat(124) + 'x' }),
  // keys that are refused
  ...[tuple(1.5, 'k'), tuple('h', 'k'), tuple(null, 'k'), tuple(), tuple(7), tuple(7, 'k', 9)].map(
    (key) => call('get', [key]),
  ),
  ...[tuple(7, bytes('k'), 9), tuple(7, ''), tuple(7, 'a b')].map((key) => call('get', [key])),
  ...[true, 1.5, 2n ** 70n, bytes(''), bytes('a b'), bytes('k'.repeat(251)), new Map()].map((key) =>
    call('get', [key]),
  ),
  ...[tuple(1.5, 'k'), tuple(7), tuple(7, 'k', 9), tuple(7, null)].map((key) =>
    call('get_multi', [[key]]),
  ),
  ...['get', 'gets', 'delete', 'incr', 'touch'].flatMap((method) => [
    call(method, ['a b']),
    call(method, [null]),
    call(method, ['']),
    call(method, [42]),
    call(method, [LONG_KEY]),
    call(method, ['a\x7f']),
    call(method, ['a\tb']),
  ]),
  ...['set', 'add', 'replace', 'append', 'prepend', 'cas'].flatMap((method) => [
    call(method, ['it\'s "a"', 'v']),
    call(method, [LONG_KEY, 'v']),
    call(method, [null, 'v']),
    call(method, [1.5, 'v']),
  ]),
  call('get', ['\xe9'.repeat(125)]),
  call('get', ['\xe9'.repeat(126)]),
  call('get', [bytes('\x80\xff')]),
  call('get', [tuple(7, null)]),
  call('get', [tuple(7, 42)]),
  call('get_multi', [['ok', 'a b']]),
  call('get_multi', [['ok', null]]),
  call('get_multi', [['k'.repeat(249)], 'pp']),
  call('get_multi', [['k']], { key_prefix: 'a b' }),
  call('set_multi', [new Map([['a b', 1]])]),
  call('delete_multi', [['a\r\nb']]),
  call('check_key', [bytes('good')]),
  call('check_key', [bytes('bad key')]),
  call('check_key', [bytes('k'.repeat(250))], { key_extra_len: 1 }),
  // numbers that are refused
  call('set', ['k', 'v'], { time: 'soon' }),
  call('set', ['k', 'v'], { time: null }),
  call('flush_all'),
  call('get', ['n']),
  call('forget_dead_hosts'),
  call('disconnect_all'),
  call('get', ['n']),
];

describe.each([0, 1])('python-memcached 1.59 and ours, on the same calls, debug %i', (debug) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.start({ cache_cas: true, debug }, { cache_cas: true, debug });
  });
  afterAll(() => pair.stop());

  it.each(CALLS.map((each, i) => [i, show(each), each] as const))(
    '%i: %s',
    async (_i, _shown, each) => {
      const { theirs, ours } = await pair.both(each);
      expect(ours).toEqual(theirs);
    },
  );

  it('count their calls alike', async () => {
    const theirs = (await pair.theirs.get('stats')) as ReadonlyMap<string, number>;
    expect(new Map(Object.entries(pair.ours.stats))).toEqual(new Map([...theirs]));
  });
});

describe('python-memcached 1.59 and ours, on servers as a whole', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.start();
    await pair.both(call('set', ['k', 'v']));
  });
  afterAll(() => pair.stop());

  /** Statistics by name, and the text of those that do not depend on the process, the time or the port. */
  async function stats(args: readonly PythonValue[]): Promise<unknown[]> {
    const { theirs, ours } = await pair.both(call('get_stats', args));
    return [theirs, ours].map(({ returned }, i) => {
      const [[name, { dict }]] = returned as [[string, { dict: [string, string][] }]];
      const side = i === 0 ? pair.theirSide : pair.ourSide;
      return [name.replace(side.proxy.name, '<server>'), dict];
    });
  }

  it.each(['settings', 'items', 'sizes', 'slabs'])('get_stats(%j)', async (args) => {
    const [theirs, ours] = (await stats([args])) as [string, [string, string][]][];
    const fixed = ([name]: [string, string]): boolean =>
      !/port|age|^get_hits|touch_hits/.test(name);
    expect(ours?.[0]).toBe('<server> (1)');
    expect([ours?.[0], ours?.[1].filter(fixed)]).toEqual([theirs?.[0], theirs?.[1].filter(fixed)]);
  });

  it('get_stats() has the same names, and text for values', async () => {
    const [theirs, ours] = (await stats([])) as [string, [string, string][]][];
    expect(ours?.[1].map(([name]) => name)).toEqual(theirs?.[1].map(([name]) => name));
    expect(new Map(ours?.[1]).get('version')).toBe(new Map(theirs?.[1]).get('version'));
  });

  it('set_servers takes another list, with weights, and forgets the old one', async () => {
    for (const each of [
      call('set_servers', [[tuple(pair.theirSide.proxy.name, 3), '127.0.0.1']]),
      call('set_servers', [[]]),
    ]) {
      const { theirs, ours } = await pair.both(each);
      expect(ours).toEqual(theirs);
    }
    for (const each of [call('get', ['k']), call('set', ['k', 1]), call('get_stats')]) {
      const { theirs, ours } = await pair.both(each);
      expect(ours).toEqual(theirs);
    }
    await pair.theirs.call('set_servers', [[pair.theirSide.proxy.name]]);
    pair.ours.set_servers([pair.ourSide.proxy.name]);
    const { theirs, ours } = await pair.both(call('get', ['k']));
    expect([theirs.returned, ours.returned]).toEqual(['v', 'v']);
  });

  it.each([
    'h:x',
    '',
    ':1',
    'h:',
    'a:b:c',
    '::1',
    'inet6:::1',
    'tcp://h:1',
    'h:1 ',
    null,
    5,
    bytes('h:1'),
    tuple('h:1', '3'),
    tuple('h:1', 1.5),
    tuple('h:1'),
    tuple('h:1', 1, 2),
    tuple(null, 1),
  ])('a server %j is refused with the same words', async (server) => {
    const { theirs, ours } = await pair.both(call('set_servers', [[server]]));
    expect(ours).toEqual(theirs);
    expect(ours.raised).toBeDefined();
  });
});

describe('the exceptions', () => {
  it('have the names and the bases that they have in Python', async () => {
    const python = await Python.start({ modules: ['memcache'] });
    await python.exec('import memcache');
    const names = Object.keys(memcache.Client).filter((name) => name.endsWith('Error'));
    expect(names).toHaveLength(6);
    for (const name of names) {
      const of = `memcache.Client.${name}`;
      const theirs = await python.eval(
        `[c.__name__ for c in ${of}.__mro__ if c.__module__ == 'memcache']`,
      );
      const bases: string[] = [];
      let each: unknown = Reflect.get(memcache.Client, name);
      while (typeof each === 'function' && each.name.startsWith('Memcached')) {
        bases.push(each.name);
        each = Object.getPrototypeOf(each);
      }
      expect(bases).toEqual(theirs);
    }
    await python.stop();
  });

  it("and the numbers of the class are Python's", async () => {
    const python = await Python.start({ modules: ['memcache'] });
    await python.exec('import memcache');
    const numbers = Object.entries(memcache.Client).filter(
      ([, value]) => typeof value === 'number',
    );
    expect(numbers).toHaveLength(6);
    for (const [name, value] of numbers)
      expect(await python.eval(`memcache.Client.${name}`)).toBe(value);
    const constants = ['SERVER_MAX_KEY_LENGTH', 'SERVER_MAX_VALUE_LENGTH'] as const;
    for (const name of constants)
      expect(await python.eval(`memcache.${name}`)).toBe(memcache[name]);
    expect(await python.eval("memcache.cmemcache_hash(b'key')")).toBe(
      memcache.cmemcache_hash('key'),
    );
    await python.stop();
  });
});
