// Games of random calls: what a client of pymemcache may be made with, and what may be asked of it.

import { fc } from '../../lib/testing/random';
import {
  pickle_serde,
  PickleSerde,
  type ClientOptions,
  type Serde,
} from '../../lib/clients/pymemcache';
import { bytes, call, float, type Call, type PythonValue } from '../support';

/** The clients that games are played with. */
export type Type = 'Client' | 'PooledClient' | 'HashClient';

/** Stands for the cas id that each side read last. */
export const LAST_CAS = '<last cas>';
/** Stands for a value that no server takes. */
export const TOO_LONG = '<too long>';

/** Stores the key, and reads what it is given. */
const echo: Serde = {
  serialize: (key) => [key, 5],
  deserialize: (key, value, flags) => [key, value, flags],
};

/** Of each serde Python's source, and ours. */
const SERDES: readonly (readonly [source: string, ours: ClientOptions])[] = [
  ['dict()', {}],
  ['dict(serde=serde.pickle_serde)', { serde: pickle_serde }],
  ['dict(serde=serde.PickleSerde(2))', { serde: new PickleSerde(2) }],
  [
    'dict(serializer=serde.python_memcache_serializer)',
    { serializer: (key, value) => pickle_serde.serialize(key, value) },
  ],
  [
    'dict(serializer=serde.get_python_memcache_serializer(0), deserializer=serde.python_memcache_deserializer)',
    {
      serializer: (key, value) => new PickleSerde(0).serialize(key, value),
      deserializer: (key, value, flags) => pickle_serde.deserialize(key, value, flags),
    },
  ],
  [
    'dict(serializer=lambda k, v: (k, 5), deserializer=lambda k, v, f: [k, v, f])',
    { serializer: echo.serialize, deserializer: echo.deserialize },
  ],
];

/** The index of a serde, and the parameters that both sides write alike. */
export interface Setting {
  readonly serde: number;
  readonly kwargs: Call['kwargs'];
}

/** The parameters of both sides: Python's source of its serde, and all of ours. */
export function parametersOf({ serde, kwargs }: Setting): { source: string; ours: ClientOptions } {
  const [source, ours] = SERDES[serde] ?? ['dict()', {}];
  return { source, ours: { ...(kwargs as ClientOptions), ...ours } };
}

const or = (likely: PythonValue, ...others: PythonValue[]): fc.Arbitrary<PythonValue> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(likely) }, fc.constantFrom(...others));

export function settings(type: Type): fc.Arbitrary<Setting> {
  const names: Record<string, fc.Arbitrary<PythonValue>> = {
    ignore_exc: fc.boolean(),
    default_noreply: fc.boolean(),
    allow_unicode_keys: fc.boolean(),
    no_delay: fc.boolean(),
    timeout: fc.constantFrom(30, 30.5),
  };
  // P6: a pool of Python's forgets its encoding.
  if (type !== 'PooledClient')
    names['encoding'] = fc.constantFrom('ascii', 'utf-8', 'UTF8', 'latin-1', 'L1');
  // A HashClient of both sides has a prefix of its own.
  if (type !== 'HashClient')
    names['key_prefix'] = fc.constantFrom<PythonValue>(bytes('p:'), 'p:', bytes('\xff'), bytes(''));
  return fc.record({
    serde: fc.nat(SERDES.length - 1),
    kwargs: fc.record(names, { requiredKeys: [] }) as fc.Arbitrary<Call['kwargs']>,
  });
}

const GOOD_KEYS = ['a', 'b', 'c', 'd', bytes('a'), bytes('b')];
/** Keys of odd text, of the longest length and beyond, and what is none. */
const ODD_KEYS: readonly PythonValue[] = [
  'caf\xe9', bytes('caf\xc3\xa9'), bytes('\xff'), '\u{1f600}', '\xa0', '\u3000', '\x85', '\x01', '\x1c', '\x7f',
  'a b', ' a', 'a\n', 'a\r\nb', 'a\0', bytes('a b'), bytes('\0'), 'k'.repeat(248), 'k'.repeat(250),
  'k'.repeat(251), bytes('k'.repeat(255)), '\u20ac'.repeat(84), "it's", 'a"b', 5, null, float(1.5), true,
]; // prettier-ignore
const goodKey = fc.constantFrom(...GOOD_KEYS);
const oddKey = fc.constantFrom(...ODD_KEYS);
const key = fc.oneof({ weight: 12, arbitrary: goodKey }, oddKey);
const keys = fc.array(fc.oneof({ weight: 30, arbitrary: goodKey }, oddKey), { maxLength: 5 });

const value: fc.Arbitrary<PythonValue> = fc.oneof(
  fc.integer({ min: -3, max: 300 }),
  fc.bigInt({ min: 2n ** 60n, max: 2n ** 65n }),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.string({ unit: 'binary-ascii', maxLength: 8 }).map((text) => bytes(text)),
  fc.constantFrom<PythonValue>(
    true, false, null, '7', bytes('7'), float(1.5), float(1e22), float(-0.25), 'caf\xe9', '\u20ac', bytes(''), '',
    [1, 'a', null, float(2.5)], new Map<PythonValue, PythonValue>([['k', 1], [2, bytes('\xff')]]), 'z'.repeat(500),
    '\ud800',
  ),
); // prettier-ignore
const mapping = fc
  .array(fc.tuple(fc.oneof({ weight: 30, arbitrary: goodKey }, oddKey), value), { maxLength: 5 })
  .map((entries) => new Map<PythonValue, PythonValue>(distinct(entries)));

/** Python's dict has one entry for a key; a Map of ours would have two for equal bytes. */
function distinct<V>(entries: [PythonValue, V][]): [PythonValue, V][] {
  const named = entries.map(([name, v]) => [JSON.stringify(name), [name, v]] as const);
  return [...new Map<string, [PythonValue, V]>(named as never).values()];
}

const expire = or(0, 100, -1, 2592000, 2592001, 2 ** 40, '5', '', null, float(1.5), bytes('1'));
const noreply = or(false, true, null, 0, 1, '');
const flags = or(null, 0, 7, 2 ** 32 - 1);
const delta = or(1, 0, 5, 2n ** 64n - 1n, 2n ** 63n, -1, '1', float(1.5), null);
const cas = fc.oneof(
  { weight: 6, arbitrary: fc.constant<PythonValue>(LAST_CAS) },
  fc.constantFrom<PythonValue>(
    1, '1', bytes('1'), bytes(''), '', 'x', -1, '1 ', '\u0661', '\xb2', null, float(1.5), [], true, 2n ** 64n - 1n,
  ),
); // prettier-ignore

/** Of the parameters behind the first ones, some by position and some by name, and now and then one that there is not. */
function rest(
  names: Readonly<Record<string, fc.Arbitrary<PythonValue>>>,
  isLax: boolean,
): fc.Arbitrary<Pick<Call, 'args' | 'kwargs'>> {
  const order = Object.keys(names);
  // Reads take an object with other names for a default value; a HashClient hands names on to nobody if there are no keys.
  const odd = fc.oneof(
    { weight: 60, arbitrary: fc.constant({}) },
    fc.constant(isLax ? {} : { bogus: 1 }),
  );
  return fc
    .tuple(fc.record(names), fc.nat(order.length), fc.subarray(order), odd)
    .map(([values, count, named, more]) => ({
      args: order.slice(0, count).map((name) => values[name] as PythonValue),
      kwargs: {
        ...Object.fromEntries(
          named.filter((name) => order.indexOf(name) >= count).map((name) => [name, values[name]]),
        ),
        ...more,
      },
    }));
}

/** Calls of some methods: their first arguments, then the others. */
function calls(
  methods: readonly string[],
  first: fc.Arbitrary<readonly PythonValue[]>,
  names: Readonly<Record<string, fc.Arbitrary<PythonValue>>> = {},
): fc.Arbitrary<Call> {
  return fc
    .tuple(fc.constantFrom(...methods), first, rest(names, /^gets?$|_m/.test(String(methods[0]))))
    .map(([method, args, more]) => call(method, [...args, ...more.args], more.kwargs));
}

const miss = fc.constantFrom<PythonValue>(null, 5, 'miss', [1], bytes('b'));
const storing = { expire, noreply, flags };
const one = fc.tuple(key);
const many = fc.tuple(keys);
/** A HashClient of ours asks once for a key that is named twice. */
const once = fc.tuple(
  keys.map((all) => distinct(all.map((each) => [each, each])).map(([each]) => each)),
);
/** Over what a server takes; asked with a reply, since P1 differs. */
const tooLong = fc.tuple(goodKey, fc.constant(TOO_LONG));

/** What may be asked of a client; a HashClient has fewer methods. */
export function turns(type: Type): fc.Arbitrary<Call> {
  const several = type === 'HashClient' ? once : many;
  const shared = [
    { weight: 6, arbitrary: calls(['set', 'set', 'add', 'replace', 'append', 'prepend'], fc.tuple(key, value), storing) },
    { weight: 5, arbitrary: calls(['get', 'get'], one, { default: miss }) },
    // P16: PooledClient's gets has no defaults in 3.5.2.
    { weight: 3, arbitrary: calls(['gets'], one, type === 'PooledClient' ? {} : { default: miss, cas_default: miss }) },
    { weight: 3, arbitrary: calls(['cas'], fc.tuple(key, value, cas), storing) },
    { weight: 2, arbitrary: calls(['set_many', 'set_multi'], fc.tuple(mapping), storing) },
    { weight: 2, arbitrary: calls(['get_many', 'get_multi', 'gets_many'], several) },
    { weight: 2, arbitrary: calls(['delete'], one, { noreply }) },
    { weight: 1, arbitrary: calls(['delete_many', 'delete_multi'], several, { noreply }) },
    { weight: 3, arbitrary: calls(['incr', 'decr'], fc.tuple(key, delta), { noreply }) },
    { weight: 2, arbitrary: calls(['touch'], one, { expire, noreply }) },
    { weight: 1, arbitrary: tooLong.map((args) => call('set', args, { noreply: false })) },
    { weight: 1, arbitrary: fc.constantFrom(call('close'), call('disconnect_all')) },
  ]; // prettier-ignore
  const alone = [
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('check_key', '__getitem__', '__delitem__'), one).map(([method, args]) => call(method, args)) },
    { weight: 1, arbitrary: fc.tuple(key, value).map((args) => call('__setitem__', args)) },
    { weight: 1, arbitrary: fc.constantFrom(call('version'), call('stats', ['nonsense']), call('stats', ['a b']), call('stats', [5])) },
    { weight: 1, arbitrary: calls(['flush_all'], fc.constant([]), { delay: or(0, -1, '1', null, float(1.5)), noreply }) },
    { weight: 1, arbitrary: fc.constant(call('quit')) },
  ]; // prettier-ignore
  const hashed = [
    { weight: 1, arbitrary: calls(['get_many'], once, { gets: fc.boolean() }) },
    { weight: 1, arbitrary: calls(['gets_multi'], once) },
    { weight: 1, arbitrary: fc.constantFrom(call('version'), call('check_key', ['a']), call('quit')) },
  ]; // prettier-ignore
  return fc.oneof(...shared, ...(type === 'HashClient' ? hashed : alone));
}
