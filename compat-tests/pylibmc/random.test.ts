// Any calls in any order: the real pylibmc and ours answer the same to each, and leave the same entries behind.

import fc from 'fast-check';
import { bytes, type PythonValue } from '../support';
import { askOurs, askTheirs, call, Pair, show, type Call, type Said } from './pair';

jest.setTimeout(60_000);

const RUNS = 60;
/** The same games each time. */
const SEED = 163;
const key = fc.constantFrom('a', 'b', 'c', '\xe9', 'dd', '');
const keys = fc.array(key, { maxLength: 4 });
/** Without pickles, which `append` and `prepend` would break: their texts for that are their own. */
const value: fc.Arbitrary<PythonValue> = fc.oneof(
  fc.integer({ min: -3, max: 300 }),
  fc.bigInt({ min: 2n ** 60n, max: 2n ** 65n }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ maxLength: 6 }).map((text) => bytes(text)),
  fc.constantFrom<PythonValue>(true, false, 'z'.repeat(60), bytes('7')),
);
const mapping = fc
  .array(fc.tuple(key, value), { maxLength: 4 })
  .map((entries) => new Map<PythonValue, PythonValue>(entries));
const prefix = fc.constantFrom('', 'p', '\xe9');
const storing = fc.constantFrom<Call['kwargs']>({}, { time: 100 });

const calls: fc.Arbitrary<Call> = fc.oneof(
  fc
    .tuple(fc.constantFrom('set', 'set', 'set', 'add', 'replace', 'append', 'prepend'), key, value, storing)
    .map(([method, name, data, kwargs]) => call(method, [name, data], kwargs)),
  fc.tuple(fc.constantFrom('get', 'gets', 'delete'), key).map(([method, name]) => call(method, [name])),
  fc
    .tuple(fc.constantFrom('incr', 'decr'), key, fc.integer({ min: 0, max: 9 }))
    .map(([method, name, by]) => call(method, [name, by])),
  fc.tuple(key, value, fc.integer({ min: 1, max: 40 })).map((args) => call('cas', args)),
  fc.tuple(key, fc.constantFrom(0, 100)).map((args) => call('touch', args)),
  fc.tuple(keys, prefix).map(([names, key_prefix]) => call('get_multi', [names], { key_prefix })),
  fc.tuple(keys, prefix).map(([names, key_prefix]) => call('delete_multi', [names], { key_prefix })),
  fc.tuple(keys, prefix).map(([names, key_prefix]) => call('incr_multi', [names], { key_prefix })),
  fc
    .tuple(fc.constantFrom('set_multi', 'add_multi'), mapping, prefix)
    .map(([method, entries, key_prefix]) => call(method, [entries], { key_prefix })),
); // prettier-ignore

/** Python quotes the value that is no int, and cuts it. */
const shortly = (said: Said): Said =>
  said.raised === undefined ? said : { raised: said.raised.replace(/(?<=base 10: ).*/s, '') };

describe.each([
  ['text', false],
  ['binary', true],
])('over the %s protocol', (_wire, binary) => {
  let pair: Pair;
  beforeAll(
    async () => (pair = await Pair.start({ binary, behaviors: { cas: true, tcp_nodelay: true } })),
  );
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
    await fc.assert(fc.asyncProperty(game, play), { numRuns: RUNS, seed: SEED });
  });
});
