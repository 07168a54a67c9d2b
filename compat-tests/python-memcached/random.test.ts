// Any calls in any order, odd arguments included, over two servers: the real 1.59 and ours answer, print and send the same.

import { fc } from '../../lib/testing/random';
import { Client, type ClientOptions } from '../../lib';
import {
  askOurs,
  askTheirs,
  bytes,
  call,
  Python,
  show,
  startSide,
  stopSide,
  Tuple,
  tuple,
  type Call,
  type PythonValue,
  type Said,
  type Side,
} from '../support';
import { RELEASE } from './pair';

const RUNS = 30;

type Values = readonly PythonValue[];
const oneOf = (...values: Values): fc.Arbitrary<PythonValue> => fc.constantFrom(...values);

/** Every third key or so is odd, and every third of these is none. */
const plainKey = oneOf('a', 'b', 'c', 'd', 'e');
const goodKey = fc.oneof(
  { weight: 5, arbitrary: plainKey },
  { weight: 2, arbitrary: oneOf('\xe9', bytes('a'), bytes('\x80\xff'), 'k'.repeat(250), 'it\'s"') },
  { weight: 2, arbitrary: oneOf(tuple(0, 'a'), tuple(1, bytes('b')), tuple(-7, 'c'), tuple(true, '\xe9'), tuple(2n ** 64n + 1n, 'd')) },
); // prettier-ignore
const badKey = oneOf(
  ...['', 'a b', 'a\r\nb', '\x7f', '\xe9'.repeat(126), 'k'.repeat(251), bytes(''), bytes('a\0'), null],
  ...[7, 1.5, true, 2n ** 70n, tuple(), tuple(1), tuple(1, 'a', 2), tuple(1, null), tuple(null, 'a')],
  ...[tuple(1.5, 'a'), tuple('1', 'a'), tuple(bytes('1'), 'a'), tuple(1, 5), tuple(1, ''), tuple(1, 'a b')],
); // prettier-ignore
const key = fc.oneof({ weight: 8, arbitrary: goodKey }, { weight: 1, arbitrary: badKey });

/** Of the methods of many keys; none that is the same on the wire under another hash. */
const manyKey = fc.oneof(
  { weight: 5, arbitrary: plainKey },
  { weight: 3, arbitrary: oneOf('\xe9', bytes('a'), 42, -1, 1.5, true, 2n ** 70n, tuple(0, 'e'), tuple(7, 8), tuple(-1, bytes('b'))) },
  { weight: 1, arbitrary: oneOf('', 'a b', null, 'k'.repeat(251), tuple(1, null), tuple(1), tuple(1.5, 'a'), tuple(1, 'a', 2)) },
); // prettier-ignore
const keys = fc.oneof(
  { weight: 9, arbitrary: fc.array(manyKey, { maxLength: 5 }) },
  { weight: 1, arbitrary: oneOf('abc', '') },
);
const prefix = fc.oneof(
  { weight: 8, arbitrary: oneOf('', 'p_', '\xe9', bytes('p_')) },
  { weight: 1, arbitrary: oneOf(null, 5, 'a b', 'k'.repeat(250), bytes('')) },
);

/** Not blank: of such an entry memcached 1.6 counts what lies behind it in its memory. */
const isNotBlank = (text: string): boolean => text.trim() !== '';
const value: fc.Arbitrary<PythonValue> = fc.oneof(
  fc.integer({ min: -3, max: 300 }),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.double({ noDefaultInfinity: true }).filter((number) => !Number.isInteger(number)),
  fc.string({ unit: 'binary', maxLength: 6 }).filter(isNotBlank),
  fc.string({ maxLength: 6 }).filter(isNotBlank).map((text) => bytes(text)),
  fc.array(fc.integer(), { maxLength: 4 }),
  fc.dictionary(fc.string({ minLength: 2, maxLength: 4 }), fc.integer(), { maxKeys: 3 }).map((names) => new Map(Object.entries(names))),
  oneOf(null, true, false, 'z'.repeat(60), bytes('7'), bytes('y'.repeat(5000))),
); // prettier-ignore
const mapping = fc
  .uniqueArray(fc.tuple(oneOf('a', 'b', 'c', '\xe9', 42, 1.5, true, 'k'.repeat(251)), value), {
    maxLength: 4,
    selector: ([name]) => name,
  })
  .map((entries) => new Map<PythonValue, PythonValue>(entries));

/** None of a few seconds: it would end in the middle of a game. */
const time = oneOf(0, 100, 1000.9, -1, -1.9, false, 2 ** 31, '60', null, NaN, Infinity, bytes('1'));
const least = oneOf(0, 1, 5, 30, -1, 2.5, true, false, null);
const delta = oneOf(1, 5, 0, -1, '5', 'x', 1.5, true, null, 2n ** 64n - 1n, 2n ** 64n);
const silent = oneOf(true, false, 1, 0, null);

/** Arguments behind those that must be there: some by position, some by name, some not at all. */
function rest(names: Readonly<Record<string, fc.Arbitrary<PythonValue>>>): fc.Arbitrary<[Values, Call['kwargs']]> {
  const all = Object.entries(names);
  return fc.tuple(fc.record(names), fc.nat(all.length), fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length }), fc.boolean()).map(
    ([values, position, given, any]) => {
      if (!any) return [[], {}];
      const order = all.map(([name]) => [name, values[name] as PythonValue] as const);
      const kwargs = order.slice(position).filter((_pair, i) => given[i]);
      return [order.slice(0, position).map(([, each]) => each), Object.fromEntries(kwargs)];
    },
  );
} // prettier-ignore

function calls(
  methods: readonly string[],
  needed: fc.Arbitrary<Values>,
  names: Readonly<Record<string, fc.Arbitrary<PythonValue>>> = {},
): fc.Arbitrary<Call> {
  return fc
    .tuple(fc.constantFrom(...methods), needed, rest(names))
    .map(([method, args, [more, kwargs]]) => call(method, [...args, ...more], kwargs));
}

const storing = { time, min_compress_len: least, noreply: silent };
const anyCall: fc.Arbitrary<Call> = fc.oneof(
  { weight: 6, arbitrary: calls(['set', 'set', 'add', 'replace'], fc.tuple(key, value), storing) },
  // Of a pair Python forgets the hash (row 7 of docs/compatibility.md).
  { weight: 2, arbitrary: calls(['cas'], fc.tuple(key.filter((each) => !(each instanceof Tuple)), value), storing) },
  // Other values would be no pickles and no ints any more.
  { weight: 2, arbitrary: calls(['append', 'prepend'], fc.tuple(key, oneOf('+', bytes('-'), 7)), storing) },
  { weight: 4, arbitrary: calls(['get', 'gets', 'gets'], fc.tuple(key)) },
  { weight: 3, arbitrary: calls(['incr', 'decr'], fc.tuple(key), { delta, noreply: silent }) },
  { weight: 1, arbitrary: calls(['delete'], fc.tuple(key), { time: oneOf(null, 0), noreply: silent }) },
  { weight: 1, arbitrary: calls(['touch'], fc.tuple(key), { time: oneOf(0, 100, 1.5e9, true, -1, 'x'), noreply: silent }) },
  { weight: 3, arbitrary: calls(['get_multi'], fc.tuple(keys), { key_prefix: prefix }) },
  { weight: 2, arbitrary: calls(['set_multi'], fc.tuple(mapping), { time, key_prefix: prefix, min_compress_len: least, noreply: silent }) },
  { weight: 1, arbitrary: calls(['delete_multi'], fc.tuple(keys), { time: oneOf(null, 0), key_prefix: prefix, noreply: silent }) },
  { weight: 1, arbitrary: calls(['check_key'], fc.tuple(oneOf(bytes('a'), bytes('a b'), bytes('k'.repeat(250)), null, 5)), { key_extra_len: oneOf(0, 1, 250) }) },
  { weight: 1, arbitrary: calls(['reset_cas', 'disconnect_all', 'forget_dead_hosts', 'flush_all'], fc.constant([])) },
); // prettier-ignore

const options = fc.record({
  debug: fc.constantFrom(0, 1),
  pickleProtocol: fc.constantFrom(0, 0, 1, 2, 3, 4, 5, -1),
  cache_cas: fc.constantFrom(true, true, false),
  server_max_key_length: fc.constantFrom(null, 10, 250, 2),
  flush_on_reconnect: fc.constantFrom(0, 1),
  dead_retry: fc.constantFrom(0, 30),
});

let python: Python;
let theirSides: Side[];
let ourSides: Side[];
beforeAll(async () => {
  python = await Python.start({ modules: ['memcache'] });
  const sides = await Promise.all([startSide(), startSide(), startSide(), startSide()]);
  [theirSides, ourSides] = [sides.slice(0, 2), sides.slice(2)];
});
afterAll(async () => {
  await python.stop();
  for (const side of [...theirSides, ...ourSides]) await stopSide(side);
});

const namesOf = (sides: readonly Side[]): string[] => sides.map(({ proxy }) => proxy.name);

/** What went to each server, without the fences that only we send. */
const sentTo = (sides: readonly Side[]): string[] =>
  sides.map(({ proxy }) => proxy.sent.replace(/^version\r\n/gm, ''));

/** What was printed: servers by their place in the list, and of a bad pickle not why it is one. */
function neutral(text: string, sides: readonly Side[]): string {
  const named = namesOf(sides).reduce((done, name, i) => done.replaceAll(name, `<server ${i}>`), text);
  return named.replace(/(?<=Pickle error: ).*/g, '');
} // prettier-ignore

/** One game of two new clients, from empty servers. */
async function play(given: ClientOptions, game: readonly Call[]): Promise<void> {
  const theirs = await python.create('memcache.Client', [namesOf(theirSides)], { ...given } as Call['kwargs']);
  let printed = '';
  const log = (line: string): void => void (printed += line);
  const ours = new Client(namesOf(ourSides), { release: RELEASE, log, ...given });
  for (const { proxy } of [...theirSides, ...ourSides]) proxy.clear();
  // In the end each server has answered, and so has read all that came before.
  for (const each of [call('flush_all'), ...game, call('flush_all')]) {
    printed = '';
    let stderr = '';
    const said = await askTheirs(theirs, each, { printed: (text) => (stderr = text) });
    const wanted = { said: plainly(each, said), printed: neutral(stderr, theirSides) };
    const got = { said: plainly(each, await askOurs(ours, each)), printed: neutral(printed, ourSides) };
    expect([show(each), got]).toEqual([show(each), wanted]);
    if (said.raised !== undefined && each.method === 'get_multi') await reconnect(theirs, ours);
  }
  expect(sentTo(ourSides)).toEqual(sentTo(theirSides));
  expect(new Map(Object.entries(ours.stats))).toEqual(await theirs.get('stats'));
  await reconnect(theirs, ours);
} // prettier-ignore

/** Python leaves replies unread where a value of many raises (row 2 of docs/compatibility.md). */
async function reconnect(theirs: { call(method: string): Promise<unknown> }, ours: Client): Promise<void> {
  await theirs.call('disconnect_all');
  ours.disconnect_all();
} // prettier-ignore

/** Of several bad values on several servers, any may be told. */
function plainly({ method }: Call, said: Said): Said {
  const isBadValue = method === 'get_multi' && /^(Unicode|ValueError: invalid lit)/.test(said.raised ?? '');
  return isBadValue ? { raised: 'a bad value' } : said;
} // prettier-ignore

it('a key that is asked on two servers is found on either', async () => {
  const asked = [tuple(0, 'x'), tuple(1, 'x'), 'y'];
  const get = [asked, [...asked].reverse()].map((each) => call('get_multi', [each]));
  const game = [call('set', [tuple(0, 'x'), 'v']), ...get, call('set', [tuple(1, 'x'), 'w'])];
  await play({}, [...game, call('delete', [tuple(0, 'x')]), ...get]);
});

it('empty values are values', () =>
  play({}, [
    call('set_multi', [new Map<PythonValue, PythonValue>([['x', ''], ['y', bytes('')]])]),
    call('append', ['x', '+']),
    call('get_multi', [['x', 'y']]),
  ])); // prettier-ignore

it('a touch without a time is refused by the server', () =>
  play({}, [call('set', ['x', 1]), call('touch', ['x', null]), call('get', ['x'])]));

it('games of calls end alike', async () => {
  const game = fc.array(anyCall, { minLength: 15, maxLength: 30 });
  await fc.assert(fc.asyncProperty(options, game, play), { numRuns: RUNS });
});
