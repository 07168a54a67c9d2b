// Python's equality of keys, as CPython's dict and set have it.
import {
  bytesOf,
  dumps,
  loads,
  PicklingError,
  PyArray,
  PyByteArray,
  PyDeque,
  PyDict,
  PyFloat,
  PyFrozenSet,
  PyNamespace,
  PySet,
  PyTuple,
  Py2Str,
} from './index';

describe('a dict of the exact view', () => {
  const dict = (...keys: unknown[]) => {
    return new PyDict<unknown, number>(keys.map((key, index) => [key, index]));
  };

  it.each([
    ['1, 1.0 and True', [1, new PyFloat(1), true]],
    ['0, -0.0 and False', [0, new PyFloat(-0), false]],
    ['2**64 and 2.0**64', [2n ** 64n, 2 ** 64]],
    ['a bigint that is small', [5, 5n]],
    ['equal tuples', [PyTuple.of<unknown>(1, 'a'), PyTuple.of<unknown>(new PyFloat(1), 'a')]],
    ['nested tuples', [PyTuple.of(PyTuple.of(true)), PyTuple.of(PyTuple.of(1))]],
    ['frozensets in any order', [new PyFrozenSet([1, 2]), new PyFrozenSet([2, true])]],
    ['equal bytes', [Buffer.from('ab'), new Uint8Array([97, 98])]],
    ['ASCII text and Python 2 str', ['ab', new Py2Str('ab')]],
    ['Python 2 str and ASCII text', [new Py2Str('ab'), 'ab']],
    ['None and undefined', [null, undefined]],
  ])('takes %s for one key, keeps the first and the last value', (_, keys) => {
    const map = dict(...keys);
    expect([...map.entries()]).toEqual([[keys[0], keys.length - 1]]);
    for (const key of keys) expect(map.get(key)).toBe(keys.length - 1);
    expect(map.delete(keys.at(-1))).toBe(true);
    expect(map.size).toBe(0);
    expect(map.has(keys[0])).toBe(false);
  });

  it.each([
    ['2**53 and 2**53 + 1', [2n ** 53n, 2n ** 53n + 1n]],
    ['text and bytes', ['a', Buffer.from('a')]],
    ['1 and "1"', [1, '1']],
    ['tuples that join alike', [PyTuple.of('a', 'b'), PyTuple.of('ab'), PyTuple.of('a,b')]],
    ['a tuple and its text', [PyTuple.of(1), '(n1;)']],
    ['two NaN objects', [new PyFloat(NaN), new PyFloat(NaN)]],
    ['a tuple and a frozenset', [PyTuple.of(1), new PyFrozenSet([1])]],
    ['non-ASCII text and str', ['é', new Py2Str('é')]],
  ])('keeps %s apart', (_, keys) => {
    expect(dict(...keys).size).toBe(keys.length);
  });

  it('finds NaN by identity, also inside tuples', () => {
    const nan = new PyFloat(NaN);
    const map = dict(nan, PyTuple.of(nan));
    expect(map.get(nan)).toBe(0);
    expect(map.get(PyTuple.of(nan))).toBe(1);
    expect(map.has(PyTuple.of(new PyFloat(NaN)))).toBe(false);
  });

  it.each([
    ['list', []],
    ['dict', {}],
    ['dict', new Map()],
    ['set', new Set()],
    ['list', PyTuple.of<unknown>(1, [])],
  ])('refuses a %s as key', (type, key) => {
    expect(() => dict(key)).toThrow(`unhashable type: '${type}'`);
  });

  it('refuses a key whose comparison would never end', () => {
    let bomb = PyTuple.of<unknown>(1);
    for (let i = 0; i < 60; i++) bomb = PyTuple.of<unknown>(bomb, bomb);
    expect(() => dict(bomb)).toThrow('too large to compare');
  });

  it.each([1000, 20_000])('finds a key %d tuples deep, and tells its neighbours', (depth) => {
    const nested = (core: unknown) => {
      let value = PyTuple.of(core);
      for (let i = 0; i < depth; i++) value = PyTuple.of<unknown>(value);
      return value;
    };
    const map = dict(nested(1), nested(2), nested('\ud800'), nested('\ud801'));
    expect(map.size).toBe(4);
    expect(map.get(nested(true))).toBe(0);
    expect(map.get(nested(2))).toBe(1);
    expect(map.get(nested('\ud801'))).toBe(3);
    expect(map.get(nested(3))).toBeUndefined();
  });

  it.each([1000, 20_000])('reads frozensets %d deep, as members and alone', (depth) => {
    const frozen = `${'('.repeat(depth)}${'\x91'.repeat(depth)}`;
    const pickle = Buffer.from(`\x80\x04(${frozen}${frozen}K\x05\x91.`, 'latin1');
    for (const exact of [false, true]) {
      const set = loads(pickle, { exact }) as PyFrozenSet;
      expect(set.size).toBe(2);
      expect(dumps(set, 4).length).toBeGreaterThan(depth);
    }
  });

  it('can be cleared and filled again', () => {
    const map = dict(true, PyTuple.of(1));
    map.clear();
    expect(map.set(1, 7).set(PyTuple.of(1), 8).size).toBe(2);
    expect([...map.keys()][0]).toBe(1);
  });
});

describe('sets', () => {
  it('have the same equality', () => {
    const set = new PySet<unknown>([1, true, PyTuple.of(1), PyTuple.of(true)]);
    expect(set.size).toBe(2);
    expect(set.has(new PyFloat(1))).toBe(true);
    expect(set.delete(PyTuple.of(1n))).toBe(true);
    expect([...set]).toEqual([1]);
  });

  it('do not change when they are frozen', () => {
    const set = new PyFrozenSet([1]);
    expect(() => set.add(2)).toThrow(TypeError);
    expect(() => set.delete(1)).toThrow(TypeError);
    expect(() => {
      set.clear();
    }).toThrow(TypeError);
    expect([...set]).toEqual([1]);
  });
});

describe('a key that Python cannot hash', () => {
  it.each<[type: string, value: unknown]>([
    ['list', new Map([[[1], 1]])],
    ['dict', new Set([{ a: 1 }])],
    ['list', new Map([[PyTuple.of([1]), 1]])],
    ['list', new Map([[PyTuple.of<unknown>(1, PyTuple.of([1])), 1]])],
    ['dict', [new Map([[new Map(), 1]])]],
    ['set', { a: new Set([new Set()]) }],
    ['bytearray', new Set([PyByteArray.of(1)])],
    ['collections.deque', new Set([PyTuple.of(PyDeque.of(1))])],
    ['array.array', new Map([[new PyArray('b', [1]), 1]])],
    ['types.SimpleNamespace', new Set([new PyNamespace({})])],
  ])('is refused when it is written: a %s', (type, value) => {
    for (const protocol of [0, 1, 2, 3, 4, 5]) {
      expect(() => dumps(value, protocol)).toThrow(PicklingError);
      expect(() => dumps(value, protocol)).toThrow(`unhashable type: '${type}'`);
    }
  });

  it('may have a persistent id in its place', () => {
    const list = [1];
    const persistentId = (value: unknown) => (value === list ? 'list' : undefined);
    const pickle = dumps(new Map([[list, 2]]), 4, { persistentId });
    expect(loads(pickle, { persistentLoad: (id) => id })).toEqual({ list: 2 });
  });

  it('was put into a tuple that is a key of the exact view', () => {
    const key = PyTuple.of<unknown>(1);
    const dict = new PyDict([[key, 1]]);
    key.push([]);
    expect(() => dumps(dict)).toThrow("unhashable type: 'list'");
  });
});

describe('bytesOf', () => {
  it('reads bytes from whatever stands for them', () => {
    expect(bytesOf('é')).toEqual(Buffer.of(0xe9));
    expect(bytesOf(new Py2Str('é'))).toEqual(Buffer.of(0xe9));
    expect(bytesOf(new Uint8Array([1]))).toEqual(Buffer.of(1));
    expect(bytesOf('€')).toBeUndefined();
    expect(bytesOf(5)).toBeUndefined();
  });
});
