// What can be given as a dict.

import { pairsOf, type PairsOrObject } from './mapping';

describe('a mapping', () => {
  it.each<[string, PairsOrObject<string | number>, [unknown, unknown][]]>([
    ['a Map', new Map<string | number, unknown>([['a', 1], [42, 2]]), [['a', 1], [42, 2]]],
    ['pairs', [['a', 1], [7, 2]], [['a', 1], [7, 2]]],
    ['pairs with a key twice: the last counts, at the first’s place', [['a', 1], ['b', 2], ['a', 3]], [['a', 3], ['b', 2]]],
    ['an object', { a: 1, b: undefined }, [['a', 1], ['b', undefined]]],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }) as Record<string, unknown>, [['a', 1]]],
    ['names that objects inherit', JSON.parse('{"__proto__": 1, "constructor": 2}') as Record<string, unknown>, [['__proto__', 1], ['constructor', 2]]],
    ['nothing', {}, []],
    ['no pairs', [], []],
  ])('%s', (_name, mapping, pairs) => {
    expect([...pairsOf(mapping)]).toEqual(pairs);
  }); // prettier-ignore

  it('a Map is not copied', () => {
    const map = new Map([['a', 1]]);
    expect(pairsOf(map)).toBe(map);
  });
});

it.each([
  [null, 'NoneType'],
  ['abc', 'str'],
  [5, 'int'],
])('%j is none, in the words of Python’s AttributeError', (given, type) => {
  expect(() => pairsOf(given as never)).toThrow(
    new TypeError(`'${type}' object has no attribute 'keys'`),
  );
});
