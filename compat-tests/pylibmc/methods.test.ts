// Every method and outcome: the same calls on the real pylibmc 1.6.3 and on ours, result for result and byte for byte.

import { bytes, call, float, show, tuple, type Call, type PythonValue } from '../support';
import { Client } from '../../lib/clients/pylibmc';
import { askOurs, askTheirs, Pair } from './pair';

jest.setTimeout(30_000);

const LONG_KEY = 'k'.repeat(251);
const TOO_LARGE = 'x'.repeat(1024 * 1024 + 1);

const map = (entries: Readonly<Record<string, PythonValue>>): Map<PythonValue, PythonValue> =>
  new Map(Object.entries(entries));

/** Calls in order; every line is one test. */
const CALLS: readonly Call[] = [
  // storing, and every reply to it
  call('set', ['a', 'text']),
  call('set', ['a', 'h\xe9 \u4e2d \u{1f600}']),
  call('get', ['a']),
  call('set', ['b', bytes('\0\r\n\xff')], { time: 60 }),
  call('get', ['b']),
  call('set', ['n', 42, 0, 0, -1]),
  call('get', ['n']),
  call('set', ['big', 2n ** 70n]),
  call('get', ['big']),
  call('set', ['none', null]),
  call('get', ['none']),
  call('get', ['none', 'default']),
  call('set', ['yes', true]),
  call('get', ['yes']),
  call('set', ['half', float(1.5)]),
  call('get', ['half']),
  call('set', ['list', [1, 'two', null]]),
  call('get', ['list']),
  call('add', ['a', 'again']),
  call('add', ['new', 'v']),
  call('replace', ['new', 'w'], { time: 5 }),
  call('replace', ['missing', 'w']),
  call('append', ['new', '+']),
  call('prepend', ['new', bytes('-')]),
  call('append', ['missing', '+']),
  call('prepend', ['missing', '-'], { time: 5 }),
  call('append', ['new', 7]),
  call('get', ['new']),
  call('get', ['missing']),
  call('get', ['missing', 'default']),
  call('get', ['missing', null]),
  // times
  call('set', ['t', 'v', 100]),
  call('get', ['t']),
  call('set', ['t', 'v'], { time: true }),
  call('set', ['t', 'v'], { time: float(1.5) }),
  call('set', ['t', 'v'], { time: null }),
  call('set', ['t', 'v'], { time: 'soon' }),
  // compression: at least as long as the limit, kept only if shorter
  call('set', ['zip', 'abc'], { min_compress_len: 1 }),
  call('set', ['zip', 'x'.repeat(100)], { min_compress_len: 101 }),
  call('set', ['zip', 'x'.repeat(100), 0, 0]),
  call('set', ['zip', 'x'.repeat(100)], { min_compress_len: 1, compress_level: 0 }),
  call('get', ['zip']),
  call('set', ['zip', 'x'], { min_compress_len: 1, compress_level: 10 }),
  call('set', ['zip', 'x'], { compress_level: -2 }),
  call('set', ['zip', 'x'], { min_compress_len: '1' }),
  // too long for the server
  call('set', ['long', TOO_LARGE]),
  call('add', ['long', TOO_LARGE]),
  call('get', ['long']),
  // cas
  call('set', ['c', 'first']),
  call('cas', ['c', 'never', 2n ** 40n]),
  call('cas', ['missing', 'v', 5]),
  call('gets', ['missing']),
  call('get', ['c']),
  // counters
  call('set', ['i', 10]),
  call('incr', ['i']),
  call('incr', ['i', 5]),
  call('decr', ['i', 7]),
  call('get', ['i']),
  call('decr', ['i', 100]),
  call('incr', ['i', 2 ** 31 - 1]),
  call('incr', ['i', 2 ** 31]),
  call('incr', ['i', 2n ** 70n]),
  call('incr', ['i', -1]),
  call('decr', ['i', -1]),
  call('incr', ['i', 0]),
  call('incr', ['i', true]),
  call('incr', ['i', '5']),
  call('incr', ['i', float(1.5)]),
  call('incr', ['missing']),
  call('decr', ['missing', 3]),
  call('set', ['w', 2n ** 64n - 1n]),
  call('incr', ['w', 1]),
  call('incr', ['a']),
  call('incr', ['big']),
  call('decr', ['list']),
  call('set', ['s', bytes('10')]),
  call('incr', ['s']),
  call('get', ['s']),
  call('set_multi', [map({ i1: 1, i2: 2, word: 'w' })]),
  call('incr_multi', [['i1', 'i2']]),
  call('incr_multi', [['i1', 'i2'], null, 10]),
  call('incr_multi', [['1', '2']], { key_prefix: 'i', delta: 100 }),
  call('get_multi', [['i1', 'i2']]),
  call('incr_multi', [['i1', 'gone', 'i2']]),
  call('incr_multi', [['gone1', 'gone2']]),
  call('incr_multi', [['i1', 'word', 'i2']]),
  call('incr_multi', [['word', 'list']]),
  call('incr_multi', [[]]),
  call('incr_multi', [['i1'], null, -1]),
  call('get_multi', [['i1', 'i2']]),
  // deleting and touching
  call('delete', ['a']),
  call('delete', ['a']),
  call('touch', ['n', 100]),
  call('touch', ['missing', 100]),
  // many keys
  call('set_multi', [map({ m1: 1, m2: 'two', m3: null })]),
  call('get_multi', [['m1', 'm2', 'm3', 'm4']]),
  call('get_multi', [['m1', 'm1']]),
  call('get_multi', [tuple('m1', bytes('m2'))]),
  call('get_multi', [map({ m1: 'anything' })]),
  call('get_multi', [[]]),
  call('get_multi', [['m1', '']]),
  call('get_multi', ['m1']),
  call('set_multi', [map({ x: 1, y: 'why' })], { key_prefix: 'p_', time: 9 }),
  call('get_multi', [['x', 'y', 'z']], { key_prefix: 'p_' }),
  call('get_multi', [['x', bytes('y')], bytes('p_')]),
  call('get_multi', [['_x'], 'p']),
  call('get', ['p_x']),
  call('get_multi', [['']], { key_prefix: 'p_x' }),
  call('set_multi', [map({ '': 7 })], { key_prefix: 'p_x' }),
  call('add_multi', [map({ '': 8 })], { key_prefix: 'p_x' }),
  call('incr_multi', [['']], { key_prefix: 'p_x' }),
  call('get', ['p_x']),
  call('set_multi', [map({ z: 'z'.repeat(200) }), 0, null, 0, -1]),
  call('set_multi', [map({})]),
  call('set_multi', [map({ '': 1, ok: 2 })]),
  call('get', ['ok']),
  call('set_multi', [new Map<PythonValue, PythonValue>([[bytes('\xc3\xa9'), 1]])]),
  call('get_multi', [['\xe9']]),
  call('add_multi', [map({ m1: 5, m5: 5 })]),
  call('add_multi', [map({ m1: 5, m2: 5 })], { key_prefix: 'q_' }),
  call('get_multi', [['m1', 'm5', 'q_m2']]),
  call('delete_multi', [['m1', 'nope']]),
  call('delete_multi', [['', 'y']], { key_prefix: 'p_' }),
  call('delete_multi', [['']], { key_prefix: 'p_x' }),
  call('delete_multi', [['m2', 'm3']]),
  call('delete_multi', [[]]),
  call('delete_multi', [map({ m5: 1 })]),
  call('get_multi', [['m1', 'm2', 'm3', 'm5']]),
  // keys that are refused
  ...['get', 'delete', 'incr', 'decr', 'gets'].flatMap((method) => [
    call(method, ['']),
    call(method, [LONG_KEY]),
    call(method, [null]),
    call(method, [42]),
    call(method, ['\xe9'.repeat(126)]),
  ]),
  call('get', ['\xe9'.repeat(125)]),
  call('get', ['k'.repeat(250)]),
  ...['set', 'add', 'replace', 'append', 'prepend'].flatMap((method) => [
    call(method, ['', 'v']),
    call(method, [LONG_KEY, 'v']),
    call(method, [1.5, 'v']),
    call(method, [null, 'v']),
  ]),
  call('cas', ['', 'v', 1]),
  call('cas', [LONG_KEY, 'v', 1]),
  call('touch', ['', 5]),
  call('touch', [LONG_KEY, 5]),
  call('touch', [7, 5]),
  call('touch', ['n', 'soon']),
  call('get_multi', [['ok', LONG_KEY]]),
  call('get_multi', [['ok', 7]]),
  call('get_multi', [['k'.repeat(249)], 'pp']),
  call('get_multi', [5]),
  call('get_multi', [['k'], 5]),
  call('set_multi', [map({ ok: 3, [LONG_KEY]: 1 })]),
  call('get', ['ok']),
  call('set_multi', [new Map([[7, 1]])]),
  call('set_multi', [map({ ['k'.repeat(249)]: 1 })], { key_prefix: 'pp' }),
  call('set_multi', [['a']]),
  call('delete_multi', [['k'.repeat(249)]], { key_prefix: 'pp' }),
  call('incr_multi', [['ok', LONG_KEY]]),
  call('incr_multi', [['i1', '']]),
  // where keys go, and servers as a whole
  call('hash', ['anything']),
  call('flush_all', [-5]),
  call('flush_all', ['x']),
  call('flush_all'),
  call('get', ['n']),
  call('disconnect_all'),
  call('get', ['n']),
];

/** Commands with the same effect on the server, where the real client says them in other words. */
const PLAIN: readonly (readonly [said: RegExp, plainly: string])[] = [
  // With the behavior `cas` it asks for ids that `get` does not need.
  [/^gets /, 'get '],
  [/^flush_all \r\n/, 'flush_all 0\r\n'],
  // It says goodbye, in either protocol.
  [/^quit\r\n$|^800700.{42}$/, ''],
];

function plainly(sent: readonly string[]): string[] {
  const plain = sent.map((each) =>
    PLAIN.reduce((text, [said, as]) => text.replace(said, as), each),
  );
  return plain.filter((each) => each !== '');
}

describe.each([
  ['text', false],
  ['binary', true],
])('pylibmc 1.6.3 and ours, on the same calls, over the %s protocol', (_wire, binary) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.start({ binary, behaviors: { cas: true } });
  });
  afterAll(() => pair[Symbol.asyncDispose]());

  it.each(CALLS.map((each, i) => [i, show(each), each] as const))(
    '%i: %s',
    async (_i, _shown, each) => {
      const { theirs, ours } = await pair.both(each);
      expect({ ...ours, sent: plainly(ours.sent) }).toEqual({ ...theirs, sent: plainly(theirs.sent) }); // prettier-ignore
    },
  );

  it('gets and cas: the first one wins, the second is told so', async () => {
    await pair.both(call('set', ['c', 'first']));
    const read = await pair.both(call('gets', ['c']));
    expect(read.ours).toEqual(read.theirs);
    expect(read.ours.returned).toEqual(['first', expect.any(Number)]);
    const [, id] = read.theirs.returned as [string, number];
    for (const value of ['second', 'third']) {
      const { theirs, ours } = await pair.both(call('cas', ['c', value, id], { time: 60 }));
      expect(ours).toEqual(theirs);
      expect(ours.returned).toBe(value === 'second');
    }
    const { theirs, ours } = await pair.both(call('get', ['c']));
    expect([ours.returned, theirs.returned]).toEqual(['second', 'second']);
  });
});

describe.each([
  ['text', false],
  ['binary', true],
])('other behaviors, over the %s protocol', (_wire, binary) => {
  /** Ours, to tell a silent request's objection from the next reply. */
  const FENCE = 'version\r\n';

  it.each<readonly [behaviors: Record<string, number | string>, calls: readonly Call[]]>([
    [{}, [call('set', ['k', 'v']), call('get', ['k']), call('get_multi', [['k', 'l']]), call('gets', ['k']), call('cas', ['k', 'v', 1])]],
    [{ namespace: 'ns:' }, [
      call('set', ['k', 'v']), call('get', ['k']), call('get_multi', [['k', 'l']]), call('set_multi', [map({ a: 1, b: 2 })]),
      call('get_multi', [['a', bytes('b')], 'p']), call('set', ['n', 1]), call('incr', ['n']), call('touch', ['n', 9]),
      call('delete', ['k']), call('delete_multi', [['a', 'c']]), call('get', ['n']),
      call('set', ['k', 'x'.repeat(2 ** 20 + 1)]), call('incr', ['k']), call('set', ['word', 'w']), call('incr', ['word']),
    ]],
    [{ namespace: 'ns:', cas: 1 }, [
      call('set', ['k', 'v']), call('cas', ['missing', 'v', 5]), call('cas', ['k', 'w', 2 ** 40]), call('gets', ['missing']),
      call('replace', ['missing', 'v']), call('get', ['k']),
    ]],
    [{ verify_keys: 1 }, [
      call('set', ['k', 'v']), call('get', ['a b']), call('set', ['a b', 'v']), call('get', ['\xe9']), call('set', ['\xe9', 1]),
      call('set_multi', [map({ '\xe9': 1, ok: 2 })]), call('get_multi', [['ok', 'a b']]), call('delete', ['a b']), call('incr', ['a b']),
      call('touch', ['a b', 1]), call('get', ['ok']), call('get_stats', ['a b']), call('get_stats', ['']),
    ]],
    [{ _noreply: 1 }, [
      call('set', ['k', 'v']), call('add', ['k', 'w']), call('add', ['n', 1]), call('replace', ['k', 'r']), call('append', ['k', '+']),
      call('prepend', ['k', '-']), call('get', ['k']), call('get', ['n']),
      call('set_multi', [map({ a: 1, b: 2 })]), call('get_multi', [['a', 'b']]), call('delete_multi', [['a', 'b']]), call('delete', ['n']), call('get_multi', [['a', 'b', 'k', 'n']]),
    ]],
  ])('%j', async (behaviors, calls) => {
    // What has no reply may still be on its way: the bytes of all calls are compared at the end, which has one.
    if (binary && 'verify_keys' in behaviors) return expect(() => new Client(['h'], { binary, behaviors })).toThrow('returned 38');
    await using pair = await Pair.start({ binary, behaviors });
    for (const each of calls) {
      const said = [await askTheirs(pair.theirs, each), await askOurs(pair.ours, each)];
      expect([show(each), said[1]]).toEqual([show(each), said[0]]);
    }
    const [theirs, ours] = pair.sent();
    expect(plainly(ours.filter((each) => each !== FENCE))).toEqual(plainly(theirs));
  }); // prettier-ignore
});
