// Every method and outcome: the same calls on the real python-memcached 1.59 and on ours, result for result and byte for byte.

import { inspect } from 'node:util';
import { bytes, tuple, type PythonValue } from '../support';
import { call, Pair, type Call } from './pair';

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
  // keys that are refused
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

describe('python-memcached 1.59 and ours, on the same calls', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.start({ cache_cas: true }, { cache_cas: true });
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

function show({ method, args, kwargs }: Call): string {
  const shown = args.map((arg) => inspect(arg, { maxStringLength: 20, breakLength: Infinity }));
  const named = Object.entries(kwargs).map(([name, value]) => `${name}=${inspect(value)}`);
  return `${method}(${[...shown, ...named].join(', ')})`;
}
