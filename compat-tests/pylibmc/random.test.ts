// Any calls in any order, with arguments of any kind: the real pylibmc and ours answer the same to each, and leave the same
// entries behind. Left out is what the rows L of docs/compatibility.md say.

import { fc } from '../../lib/testing/random';
import { bytes, call, float, show, type Call, type PythonValue, type Said } from '../support';
import { askOurs, askTheirs, Pair, type Made } from './pair';

jest.setTimeout(60_000);

const RUNS = 60;

/** Mostly of the first, at times of the second. */
const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: odd });
const one = (...values: PythonValue[]): fc.Arbitrary<PythonValue> => fc.constantFrom(...values);

// The longest with a prefix and a namespace is not too long (L2).
const text = one('a', 'b', 'c', '\xe9', 'dd', '', bytes('e'), 'k'.repeat(244));
const noKey = one(null, 5, float(1.5), true, ['a'], 'k'.repeat(251), '\xe9'.repeat(126));
const key = mostly(text, noKey);
const keys = mostly<PythonValue>(fc.array(key, { maxLength: 4 }), one(null, 5, 'abc', '\xe9\xe9', new Map([['a', 1]]), true)); // prettier-ignore
const prefix = mostly(one('', 'p', '\xe9', bytes('p')), one(null, 5, [], 'k'.repeat(244)));

const noNumber = one(null, float(1.5), '5', bytes('5'), []);
/** About the limits of C's ints. */
const wild = one(
  ...[7n, 31n, 32n, 63n, 64n, 70n].flatMap((bits) => [2n ** bits, 2n ** bits - 1n, -(2n ** bits), -(2n ** bits) - 1n]),
); // prettier-ignore
const time = mostly(one(0, 100, 5000), noNumber);
const delta = mostly(one(0, 1, 9, true), fc.oneof(noNumber, wild));
const level = mostly<PythonValue>(fc.integer({ min: -2, max: 10 }), fc.oneof(noNumber, wild));
const least = mostly<PythonValue>(fc.integer({ min: -2, max: 70 }), fc.oneof(noNumber, wild));

/**
 * Without pickles, which `append` and `prepend` would break: their texts for that are their own. And not blank: memcached
 * counts up what it finds in its memory behind such a value.
 */
const value: fc.Arbitrary<PythonValue> = fc.oneof(
  fc.integer({ min: -3, max: 300 }),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
  fc.string({ unit: 'binary', maxLength: 6 }).filter((each) => each.trim() !== ''),
  fc.string({ maxLength: 6 }).filter((each) => each.trim() !== '').map((each) => bytes(each)),
  one(true, false, 'z'.repeat(60), bytes('7'), bytes(' 5 '), bytes('5x')),
); // prettier-ignore
const mapping = mostly<PythonValue>(
  fc.array(fc.tuple(key.filter((each) => !Array.isArray(each)), value), { maxLength: 4 }).map((pairs) => new Map(pairs)),
  one(null, 5, 'abc', ['a'], []),
); // prettier-ignore

/** Arguments by name, any or none of them. */
function named(model: Record<string, fc.Arbitrary<PythonValue>>): fc.Arbitrary<Call['kwargs']> {
  const some = fc.record(model, { requiredKeys: [], noNullPrototype: true });
  return fc.oneof(fc.constant({}), some as fc.Arbitrary<Call['kwargs']>);
}
const storing = { time, min_compress_len: least, compress_level: level };

/** Calls of a method, or of one of some. */
function of(
  methods: string | readonly string[],
  args: readonly fc.Arbitrary<PythonValue>[],
  kwargs: Readonly<Record<string, fc.Arbitrary<PythonValue>>> = {},
): fc.Arbitrary<Call> {
  return fc
    .tuple(fc.constantFrom(...[methods].flat()), fc.tuple(...args), named(kwargs))
    .map(([method, given, more]) => call(method, given, more));
}

const STORES = ['set', 'set', 'set', 'add', 'replace', 'append', 'prepend'];
const calls: fc.Arbitrary<Call> = fc.oneof(
  of(STORES, [key, value], storing),
  of(STORES, [key, value, time, least, level]),
  of(['get', 'get', 'gets', 'delete', 'hash'], [key]),
  of('get', [key, one(null, 5, 'd', [])]),
  of(['__getitem__', '__delitem__', '__contains__'], [key]),
  of('__setitem__', [key, value]),
  of(['incr', 'decr'], [key, delta]),
  of(['incr', 'decr'], [key]),
  of('cas', [key, value, mostly<PythonValue>(fc.integer({ min: 1, max: 40 }), noNumber)], { time }),
  of('touch', [key, time]),
  of('get_multi', [keys], { key_prefix: prefix }),
  of('delete_multi', [mostly<PythonValue>(fc.array(text, { maxLength: 4 }), one(null, 5, 'abc'))], { key_prefix: one('', 'p') }),
  of('incr_multi', [keys], { key_prefix: prefix, delta: one(0, 1, 9, 2 ** 32 - 1, null, '5') }),
  of(['set_multi', 'add_multi'], [mapping], { ...storing, key_prefix: prefix }),
  of('get_stats', [one('bogus', '', null, 5, 'a b', '\xe9', 'x\0y', 'k'.repeat(250), '\xe9'.repeat(126))]),
  of('flush_all', [one(-1, null, '1')]),
  of('serialize', [value]),
  of('deserialize', [value.filter((each) => Buffer.isBuffer(each)), mostly(one(0, 2, 4, 16), fc.oneof(one(3, 39), noNumber, wild))]),
); // prettier-ignore

/** Python quotes the value that is no int, and cuts it. */
const shortly = (said: Said): Said =>
  said.raised === undefined ? said : { raised: said.raised.replace(/(?<=base 10: ).*/s, '') };

describe.each<[string, Made]>([
  ['the text protocol', { binary: false }],
  ['the binary protocol', { binary: true }],
  ['the text protocol, in a namespace', { binary: false, behaviors: { namespace: 'ns:' } }],
  ['the binary protocol, in a namespace', { binary: true, behaviors: { namespace: 'ns:' } }],
  [
    'the text protocol, with keys that are verified',
    { binary: false, behaviors: { verify_keys: true } },
  ],
])('over %s', (_what, { binary, behaviors }) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.start({ binary, behaviors: { cas: true, tcp_nodelay: true, ...behaviors } });
  });
  afterAll(() => pair[Symbol.asyncDispose]());

  /** One game from empty servers. */
  async function play(game: readonly Call[]): Promise<void> {
    for (const each of [call('flush_all'), ...game]) {
      const theirs = shortly(await askTheirs(pair.theirs, each));
      expect([show(each), shortly(await askOurs(pair.ours, each))]).toEqual([show(each), theirs]);
    }
  }

  it('games of calls end alike', async () => {
    const game = fc.array(calls, { minLength: 15, maxLength: 30 });
    await fc.assert(fc.asyncProperty(game, play), { numRuns: RUNS });
  });
});
