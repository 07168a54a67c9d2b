// Arguments are bound as Python binds them.

import { bind, bindDefault, bindValues, type Signature } from './arguments';

const SET: Signature = {
  method: 'set',
  required: 3,
  names: ['time', 'min_compress_len', 'noreply'],
};

describe('arguments', () => {
  it.each<[string, unknown[], unknown[]]>([
    ['none', [], [undefined, undefined, undefined]],
    ['by position', [60, 5, true], [60, 5, true]],
    ['by name', [{ noreply: true }], [undefined, undefined, true]],
    ['by position and name', [60, { noreply: true }], [60, undefined, true]],
    ['an empty object of names', [{}], [undefined, undefined, undefined]],
    [
      'names without a prototype',
      [Object.assign(Object.create(null) as object, { time: 3 })],
      [3, undefined, undefined],
    ],
    [
      'undefined as not given',
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
    ],
    ['null as a value', [null], [null, undefined, undefined]],
    ['an instance as a value', [new Date(0)], [new Date(0), undefined, undefined]],
  ])('%s', (_name, given, bound) => {
    expect(bind(SET, given)).toEqual(bound);
  });

  it.each<[string, unknown[], string]>([
    ['an unknown name', [{ nope: 1 }], "set() got an unexpected keyword argument 'nope'"],
    [
      'a name of every object',
      [{ constructor: 1 }],
      "set() got an unexpected keyword argument 'constructor'",
    ],
    ['a parameter given twice', [60, { time: 5 }], "set() got multiple values for argument 'time'"],
    ['too many', [1, 2, true, 4], 'set() takes from 3 to 6 positional arguments but 7 were given'],
  ])('%s is a TypeError', (_name, given, message) => {
    expect(() => bind(SET, given)).toThrow(new TypeError(message));
  });
});

describe('arguments of which one may be any value', () => {
  const GETS: Signature = {
    method: 'gets',
    required: 2,
    names: ['default', 'cas_default'],
    namedOnly: ['signal'],
  };
  const { signal } = new AbortController();

  it.each<[string, unknown[], unknown[]]>([
    ['none', [], []],
    ['a value', [1], [1, undefined, undefined]],
    ['names', [{ default: 1, cas_default: 2 }], [1, 2, undefined]],
    ['a value and names', [1, { cas_default: 2, signal }], [1, 2, signal]],
    ['values and names', [1, 2, { signal }], [1, 2, signal]],
    ['an object of other names', [{ a: 1 }], [{ a: 1 }, undefined, undefined]],
    [
      'an object with another name',
      [{ default: 1, a: 1 }],
      [{ default: 1, a: 1 }, undefined, undefined],
    ],
    ['an empty object', [{}], [{}, undefined, undefined]],
    ['an object, and nothing behind it', [{ a: 1 }, undefined], [{ a: 1 }, undefined, undefined]],
    ['objects behind each other', [{}, {}], [{}, {}, undefined]],
    [
      'an object by its name',
      [{ default: { default: 1 } }],
      [{ default: 1 }, undefined, undefined],
    ],
  ])('%s', (_name, given, bound) => {
    expect(bindValues(GETS, given)).toEqual(bound);
  });

  it('behind all values, an object is names', () => {
    expect(() => bindValues(GETS, [1, 2, { a: 1 }])).toThrow(
      new TypeError("gets() got an unexpected keyword argument 'a'"),
    );
  });

  it('a default is null where none is given', () => {
    expect(bindDefault(GETS, [])).toEqual({ miss: null, signal: undefined });
    expect(bindDefault(GETS, [undefined, { signal }])).toEqual({ miss: null, signal });
    expect(bindDefault(GETS, [{ default: 5, signal }])).toEqual({ miss: 5, signal });
    expect(bindDefault(GETS, [{ a: 5 }])).toEqual({ miss: { a: 5 }, signal: undefined });
    expect(bindDefault(GETS, [{ a: 5 }, undefined])).toEqual({
      miss: { a: 5 },
      signal: undefined,
    });
  });
});
