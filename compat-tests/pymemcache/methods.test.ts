// Every method with the real pymemcache 3.5.2 beside ours: results, exceptions and bytes on the wire are the same.

import { bytes, call, float, show, type Call, type PythonValue } from '../support';
import { Pair, type PairOptions } from './pair';

const no = { noreply: false } as const;
const yes = { noreply: true } as const;
const dict = (...pairs: [PythonValue, PythonValue][]): Map<PythonValue, PythonValue> =>
  new Map(pairs);

/** Calls in order. */
const CALLS: readonly Call[] = [
  // Without a reply by default: True, whatever happened.
  call('set', ['k', 'v']),
  call('get', ['k']),
  call('get', ['missing']),
  call('get', ['missing', 'default']),
  call('get', ['missing'], { default: 5 }),
  call('set', ['k', 'w', 60]),
  call('set', ['k', bytes('\xff\r\nget k\r\n'), 60, false]),
  call('set', ['k', '', 0, false, 7]),
  call('get', ['k']),
  call('set', ['k', 5], { ...no, flags: 2 ** 32 - 1 }),
  call('set', ['k', true], no),
  call('set', ['k', null], no),
  call('set', ['k', float(1.5)], no),
  call('set', ['k', float(1e22)], no),
  call('set', ['k', 2n ** 70n], no),
  call('set', ['k', [1, 'a', null, float(2.5)]], no),
  call('get', ['k']),
  call('set', ['k', dict(['a', 1], [2, 'b'])], no),
  call('get', ['k']),
  call('set', ['k', 'caf\xe9'], no),
  call('set', ['k', '\u20ac\u20ac'], no),
  call('set', ['k', 'v'], { expire: -1, noreply: false }),
  call('get', ['k']),
  call('set', ['k', 'v'.repeat(2 ** 20 + 100)], no),
  call('get', ['k']),
  // add, replace, append, prepend
  call('add', ['a', 'v']),
  call('add', ['a', 'w']),
  call('add', ['a', 'w'], no),
  call('add', ['b', 'w', 0, false]),
  call('replace', ['a', 'x']),
  call('replace', ['a', 'x'], no),
  call('replace', ['none', 'x'], no),
  call('append', ['a', 'y']),
  call('append', ['a', 'y'], no),
  call('append', ['none', 'y'], no),
  call('prepend', ['a', 'w']),
  call('prepend', ['a', 'w'], no),
  call('prepend', ['none', 'w'], { expire: 5, noreply: false, flags: 3 }),
  call('get', ['a']),
  // gets and cas; the servers are told the same calls, so that even the ids agree
  call('gets', ['a']),
  call('gets', ['none']),
  call('gets', ['none', 1, 2]),
  call('gets', ['none'], { default: 1, cas_default: 2 }),
  call('cas', ['a', 'new', 1]),
  call('cas', ['none', 'new', '1']),
  call('cas', ['none', 'new', bytes('12')]),
  call('cas', ['a', 'new', 5], yes),
  call('cas', ['a', 'new', 5, 60, true, 9]),
  call('cas', ['a', 'new', -1]),
  call('cas', ['a', 'new', 'x']),
  call('cas', ['a', 'new', '']),
  call('cas', ['a', 'new', null]),
  call('cas', ['a', 'new', float(1.5)]),
  call('gets_many', [['a', 'b', 'none']]),
  call('gets_many', [[]]),
  // many keys
  call('set_many', [dict(['m1', 'one'], ['m2', 'two'])]),
  call('set_many', [dict(['m1', 'one'], ['m2', 'two'])], { expire: 60, noreply: false, flags: 1 }),
  call('set_multi', [dict(['m3', 'three'])], no),
  call('get_many', [['m1', 'm2', 'm3', 'm4']]),
  call('get_multi', [['m3', 'm3', 'm1']]),
  call('get_many', [['m1', bytes('m1'), bytes('m2'), 'm2']]),
  call('get_many', [[]]),
  call('delete_many', [['m1', 'none']]),
  call('delete_many', [['m2', 'none']], no),
  call('delete_multi', [['m3'], false]),
  call('get_many', [['m1', 'm2', 'm3']]),
  // delete, touch
  call('delete', ['a']),
  call('delete', ['a'], no),
  call('delete', ['b', false]),
  call('touch', ['k', 60]),
  call('set', ['k', 'v'], no),
  call('touch', ['k', 60], no),
  call('touch', ['none', 60], no),
  call('touch', ['k'], no),
  call('touch', ['k', -1, false]),
  call('get', ['k']),
  // counters
  call('set', ['n', '10'], no),
  call('incr', ['n', 5]),
  call('incr', ['n', 5], yes),
  call('decr', ['n', 100]),
  call('decr', ['n', 1, true]),
  call('incr', ['none', 1]),
  call('decr', ['none', 1]),
  call('set', ['n', '100'], no),
  call('decr', ['n', 1]),
  call('get', ['n']),
  call('incr', ['n', 2n ** 63n]),
  call('incr', ['n', 2n ** 64n - 1n]),
  call('incr', ['n', -1]),
  call('incr', ['n', '1']),
  call('incr', ['n', float(1.5)]),
  call('incr', ['n', null]),
  call('set', ['n', 'text'], no),
  call('incr', ['n', 1]),
  // numbers that are none
  call('set', ['k', 'v', '60']),
  call('set', ['k', 'v', float(1.5)], no),
  call('touch', ['k', '60']),
  call('flush_all', ['1']),
  // keys
  call('get', ['a b']),
  call('get', [' a']),
  call('get', ['a\n']),
  call('get', ['a\tb']),
  call('get', ['a\x0bb']),
  call('get', ['a\0b']),
  call('get', ['a\x01b\x7f']),
  call('set', ['a\x01b\x7f', 'v'], no),
  call('get', ['caf\xe9']),
  call('get', ['\u{1f600}']),
  call('get', [bytes('caf\xe9')]),
  call('set', [bytes('\x85\xa0'), 'v'], no),
  call('get', [bytes('\x85\xa0')]),
  call('delete', [bytes('\x85\xa0')], no),
  call('get', ['k'.repeat(250)]),
  call('get', ['k'.repeat(251)]),
  call('get', [5]),
  call('get', [null]),
  call('get_many', [['a', 'a b']]),
  call('set_many', [dict(['a', 1], ['a b', 2])], no),
  call('delete_many', [['a', 'a b']]),
  // the server
  call('version'),
  call('stats', ['cachedump', '1', '0']),
  call('stats', ['nonsense']),
  call('stats', ['a b']),
  call('flush_all', [], no),
  call('flush_all'),
  call('flush_all', [0]),
  call('flush_all', [], { delay: 60, noreply: false }),
  call('flush_all', [-1], no),
  call('__setitem__', ['i', 'v']),
  call('__getitem__', ['i']),
  call('__delitem__', ['i']),
  call('close'),
  call('set', ['i', 'after'], no),
  call('get', ['i']),
  call('disconnect_all'),
  call('get', ['i']),
];

/** Calls in order, of clients made otherwise. */
const CONFIGURED: readonly (readonly [PairOptions['kwargs'] & object, readonly Call[]])[] = [
  [
    { key_prefix: bytes('p:'), default_noreply: false },
    [
      call('set', ['k', 'v']),
      call('get', ['k']),
      call('set_many', [dict(['a', 1], [bytes('b'), 2])]),
      call('get_many', [['a', 'b', 'c']]),
      call('gets_many', [['a', bytes('b')]]),
      call('cas', ['a', 'w', '1']),
      call('incr', ['a', 1]),
      call('touch', ['a', 5]),
      call('delete_many', [['a', 'b']]),
      call('get', ['']),
      call('set', ['k'.repeat(248), 'v']),
      call('set', ['k'.repeat(249), 'v']),
      call('get', ['a b']),
    ],
  ],
  [
    { allow_unicode_keys: true, encoding: 'utf8', default_noreply: false },
    [
      call('set', ['caf\xe9', 'caf\xe9']),
      call('get', ['caf\xe9']),
      call('get', [bytes('caf\xc3\xa9')]),
      call('get_many', [['caf\xe9', '\u{1f600}']]),
      call('set', ['\u2028', '\u{1f600}']),
      call('get', ['\u2028']),
      call('get', ['\xa0']),
      call('get', ['\u3000x']),
      call('get', ['\u20ac'.repeat(83)]),
      call('get', ['\x85 ']),
    ],
  ],
  [
    { ignore_exc: true },
    [
      call('get', ['k', 'miss']),
      call('get', ['a b']),
      call('stats', ['nonsense']),
      call('set', ['a b', 'v'], no),
      call('set', ['k', 'v'.repeat(2 ** 20 + 100)], no),
      call('incr', ['k', -1]),
      call('get_many', [['k']]),
    ],
  ],
];

/** As comparable, with what two servers tell differently taken out. */
function withoutMessage(text: string | undefined, name: string): string | undefined {
  return text?.startsWith(name) ? name : text;
}

describe.each(['Client', 'PooledClient'] as const)('%s', (type) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.start({ type });
  });
  afterAll(() => pair.stop());

  // PooledClient.gets has its defaults since 4.0.0 only.
  const calls = CALLS.filter(
    ({ method, args, kwargs }) =>
      type === 'Client' || method !== 'gets' || (args.length === 1 && !('default' in kwargs)),
  );
  it.each(calls.map((each) => [show(each), each] as const))('%s', async (_shown, each) => {
    const { theirs, ours } = await pair.both(each);
    expect(ours.sent).toBe(theirs.sent);
    expect(ours.returned).toEqual(theirs.returned);
    // The words of TypeError are Python's own.
    expect(withoutMessage(ours.raised, 'TypeError')).toBe(
      withoutMessage(theirs.raised, 'TypeError'),
    );
  });
});

describe.each(['Client', 'PooledClient'] as const)('%s', (type) => {
  describe.each(CONFIGURED)('with %o', (kwargs, calls) => {
    let pair: Pair;
    beforeAll(async () => {
      pair = await Pair.start({ type, kwargs });
    });
    afterAll(() => pair.stop());

    // P6: in Python, a pool forgets its encoding.
    const isEncoded = ({ args: [, value] }: Call): boolean =>
      type === 'Client' || typeof value !== 'string' || /^[\0-\x7f]*$/.test(value);
    it.each(calls.filter(isEncoded).map((each) => [show(each), each] as const))(
      '%s',
      async (_shown, each) => {
        const { theirs, ours } = await pair.both(each);
        expect(ours).toEqual(theirs);
      },
    );
  });
});
