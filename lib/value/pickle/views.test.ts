// The default view: plain values that are written back as the types they were read with.
import {
  carry,
  dumps,
  Ellipsis,
  loads,
  NoneType,
  NotImplemented,
  protocolOf,
  PyByteArray,
  PyDict,
  PyEnum,
  PyFloat,
  PyFrozenSet,
  PyTuple,
  Py2Str,
  Registry,
  UnpicklingError,
} from './index';

const exact = (value: unknown) => loads(dumps(value), { exact: true });

/** Reads what Python would have written for a value of the exact view. */
const read = (value: unknown, protocol = 4) => loads(dumps(value, protocol));

describe('a dict', () => {
  it('keeps its floats when another value changes', () => {
    const row = read({ price: new PyFloat(1), count: 1 }) as Record<string, unknown>;
    expect(row).toEqual({ price: 1, count: 1 });
    row['count'] = 2;
    expect(exact(row)).toEqual(
      new PyDict<string, unknown>([
        ['price', new PyFloat(1)],
        ['count', 2],
      ]),
    );
  });

  it('forgets what a value was once it is another', () => {
    const row = read({ price: new PyFloat(1) }) as Record<string, unknown>;
    row['price'] = 2;
    expect(exact(row)).toEqual(new PyDict([['price', 2]]));
  });

  it('keeps its floats when keys come and go', () => {
    const wide = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`k${i}`, new PyFloat(i)]),
    );
    const row = read(wide) as Record<string, unknown>;
    delete row['k3'];
    row['new'] = 1;
    const back = exact(row) as Map<string, unknown>;
    expect(back.get('k4')).toEqual(new PyFloat(4));
    expect(back.get('new')).toBe(1);
    expect(back.size).toBe(20);
  });

  it('is an object when it has only text keys, in their order', () => {
    const value = read(
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
    );
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value as object)).toEqual(['b', 'a']);
  });

  it.each([
    ['__proto__', ['a', '__proto__']],
    ['keys that would move', ['a', '1']],
    ['keys that would change places', ['2', '1']],
    ['keys that would move after other text', ['1', 'a', '2']],
    ['a key that is no text', ['a', 1]],
    ['None as a key', [null]],
  ])('is a Map with %s', (_, keys) => {
    const map = new Map(keys.map((key, index) => [key, index]));
    for (const protocol of [0, 1, 2, 4]) {
      const value = read(map, protocol);
      expect(value).toEqual(map);
      expect([...(value as Map<unknown, unknown>).keys()]).toEqual(keys);
    }
  });

  it.each([
    ['rising index keys', ['1', '2', '10']],
    ['index keys before text', ['1', 'a']],
    ['names of methods', ['constructor', 'toString', 'length', 'then', 'prototype']],
    ['the empty text', ['', 'a']],
    ['digits that are no index', ['01', '4294967295', '1.5']],
  ])('is an object with %s', (_, keys) => {
    const map = new Map(keys.map((key, index) => [key, index]));
    for (const protocol of [0, 2, 4]) {
      const value = read(map, protocol) as object;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.entries(value)).toEqual([...map]);
    }
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'is an empty object whatever stands behind it, at protocol %i',
    (p) => {
      const empty = {};
      const inMap = new Map<number, unknown>([
        [5, {}],
        [6, {}],
        [7, new Map([[8, {}]])],
      ]);
      const value = [empty, PyTuple.of(1, 2, 3, 4), {}, 1, inMap, PyTuple.of({}, null), empty, {}];
      const found = read(value, p) as unknown[];
      expect(found).toStrictEqual(value);
      expect(found[6]).toBe(found[0]);
      expect(dumps(found, p)).toEqual(dumps(value, p));
    },
  );

  it.each([
    ['1 and 1.0', '(dK\x01X\x01\0\0\0AsG?\xf0\0\0\0\0\0\0X\x01\0\0\0Bs.', [[1, 'B']]],
    [
      '1.0 and 1, at once',
      '}(G?\xf0\0\0\0\0\0\0X\x01\0\0\0AK\x01X\x01\0\0\0Bu.',
      [[new PyFloat(1), 'B']],
    ],
    ["u'a' and 'a'", '}(X\x01\0\0\0aK\x01U\x01aK\x02u.', [['a', 2]]],
    ["'a' and u'a'", '}(U\x01aK\x01X\x01\0\0\0aK\x02u.', [[new Py2Str('a'), 2]]],
    ['a key with 1.0 and 1', '}(X\x01\0\0\0aG?\xf0\0\0\0\0\0\0X\x01\0\0\0aK\x01u.', [['a', 1]]],
    [
      'a key with 1.0 and later 1',
      '}X\x01\0\0\0aG?\xf0\0\0\0\0\0\0sX\x01\0\0\0aK\x01s.',
      [['a', 1]],
    ],
    [
      'a key with 1.0 and 1 in batches',
      '}(X\x01\0\0\0aG?\xf0\0\0\0\0\0\0u(X\x01\0\0\0aK\x01u.',
      [['a', 1]],
    ],
    ['an int key with 1.0 and 1', '}K\x05G?\xf0\0\0\0\0\0\0sK\x05K\x01s.', [[5, 1]]],
  ])('keeps the first of %s, and the last value', (_, text, pairs) => {
    const read = loads(Buffer.from(text, 'latin1'));
    const back = loads(dumps(read), { exact: true }) as Map<unknown, unknown>;
    expect([...back]).toEqual(pairs);
  });

  it('is the same Map wherever it is referred to, even from inside', () => {
    const dict = new Map<unknown, unknown>([['a', 1]]);
    const inner = [dict, PyTuple.of(dict), new Map([['d', dict]])];
    dict.set('self', inner).set(1, 'a key that no object holds');
    for (const protocol of [0, 2]) {
      const value = read(dict, protocol) as Map<unknown, unknown>;
      const [list, tuple, object] = value.get('self') as [unknown, unknown[], { d: unknown }];
      expect(value.get(1)).toBe('a key that no object holds');
      expect(list).toBe(value);
      expect(tuple[0]).toBe(value);
      expect(object.d).toBe(value);
    }
  });

  it('remembers keys', () => {
    const pickle = Buffer.from(
      '80027d4b0147000000000000000073473ff0000000000000 5501617371002e'.replace(' ', ''),
      'hex',
    );
    expect(loads(pickle)).toEqual(new Map<unknown, unknown>([[1, 'a']]));
  });
});

describe('a list', () => {
  const floats = () => read([new PyFloat(1), 1, new PyFloat(2)]) as unknown[];

  it('keeps the types of its items', () => {
    expect(exact(floats())).toEqual([new PyFloat(1), 1, new PyFloat(2)]);
  });

  it('keeps them when another item changes', () => {
    const list = floats();
    list[0] = 7;
    expect(exact(list)).toEqual([7, 1, new PyFloat(2)]);
  });

  it('keeps them when items are pushed', () => {
    const list = floats();
    list.push(1);
    expect(exact(list)).toEqual([new PyFloat(1), 1, new PyFloat(2), 1]);
  });

  it.each<[string, (list: unknown[]) => void, unknown[]]>([
    ['shift', (list) => list.shift(), [new PyFloat(1), 5, new PyFloat(2), 1]],
    [
      'unshift',
      (list) => list.unshift(1),
      [1, new PyFloat(3), new PyFloat(1), 5, new PyFloat(2), 1],
    ],
    ['splice', (list) => list.splice(1, 2), [new PyFloat(3), new PyFloat(2), 1]],
    ['pop', (list) => list.pop(), [new PyFloat(3), new PyFloat(1), 5, new PyFloat(2)]],
  ])('keeps them after %s, in front of the place and behind it', (_, change, left) => {
    const list = read([new PyFloat(3), new PyFloat(1), 5, new PyFloat(2), 1]) as unknown[];
    change(list);
    expect(exact(list)).toEqual(left);
  });

  it('does not take a new item for one that was read', () => {
    const list = read(new Array(5).fill(new PyFloat(1))) as unknown[];
    list.push(1);
    expect(exact(list)).toEqual([...new Array<PyFloat>(5).fill(new PyFloat(1)), 1]);
    const other = read([new PyFloat(1), new PyFloat(2)]) as unknown[];
    other.unshift(7, 5);
    expect(exact(other)).toEqual([7, 5, new PyFloat(1), new PyFloat(2)]);
  });

  it('does not guess the types of items in another order', () => {
    const list = read([new PyFloat(3), new PyFloat(1), 5]) as unknown[];
    list.reverse();
    expect(exact(list)).toEqual([5, new PyFloat(1), 3]);
  });

  it('makes lists of floats cheap enough to hold many', () => {
    const list = read(Array.from({ length: 5000 }, (_, i) => new PyFloat(i))) as unknown[];
    list[4999] = 'x';
    const back = exact(list) as unknown[];
    expect(back[4998]).toEqual(new PyFloat(4998));
    expect(back[4999]).toBe('x');
  });
});

describe('a list of floats', () => {
  const floats = Array.from({ length: 20_000 }, (_, i) => new PyFloat(i % 7));

  it.each([0, 1, 2, 3, 4, 5])('is written back byte for byte at protocol %d', (protocol) => {
    const pickle = dumps([...floats, 0.5, -0, new PyFloat(1e300)], protocol);
    expect(dumps(loads(pickle)).equals(pickle)).toBe(true);
  });

  it('keeps the others when some are changed', () => {
    const list = read([new PyFloat(1), new PyFloat(-0), new PyFloat(2), 0.5]) as unknown[];
    list[1] = 0;
    list[2] = 3;
    expect(exact(list)).toEqual([new PyFloat(1), 0, 3, 0.5]);
  });

  it('keeps the bits of a NaN among them', () => {
    const pickle = Buffer.from(
      `\x80\x02](G${'\x3f\xf0'.padEnd(8, '\0')}eG${'\xff\xf8'.padEnd(8, '\0')}a.`,
      'latin1',
    );
    const back = dumps(loads(pickle), 2).toString('latin1');
    expect(back).toContain(`G${'\x3f\xf0'.padEnd(8, '\0')}`);
    expect(back).toContain(`G${'\xff\xf8'.padEnd(8, '\0')}`);
  });

  it('may have persistent ids for some', () => {
    const list = read([new PyFloat(1), new PyFloat(2)]);
    const persistentId = (value: unknown) => (Number(value) === 2 ? 'two' : undefined);
    const pickle = dumps(list, 4, { persistentId });
    expect(loads(pickle, { exact: true, persistentLoad: (id) => id })).toEqual([
      new PyFloat(1),
      'two',
    ]);
  });
});

describe('other containers', () => {
  it('are told from their nearest JavaScript types', () => {
    const value = [
      PyTuple.of(1, 2),
      [1, 2],
      new Set([1]),
      new PyFrozenSet([1]),
      Buffer.from('a'),
      new PyByteArray([97]),
    ];
    for (const protocol of [0, 1, 2, 3, 4, 5]) {
      const back = read(value, protocol);
      expect(back).toStrictEqual(value);
    }
  });

  it.each([
    ['a set', '\x80\x04\x8f(K\x01G?\xf0\0\0\0\0\0\0\x90.'],
    ['a frozenset', '\x80\x04(K\x01G?\xf0\0\0\0\0\0\0\x91.'],
    ['an OrderedDict', 'ccollections\nOrderedDict\n)R(K\x01K\x01G?\xf0\0\0\0\0\0\0K\x01u.'],
  ])('keep the first of equal members: %s', (_, text) => {
    const back = exact(loads(Buffer.from(text, 'latin1')));
    const [key] = (back as Map<unknown, unknown> | Set<unknown>).keys();
    expect(key).toBe(1);
  });

  it('remember floats and Python 2 str', () => {
    const value = PyTuple.of<unknown>(
      PyTuple.of<unknown>(new PyFloat(1), new Py2Str('a')),
      new Set([new PyFloat(2)]),
      new PyFrozenSet([new PyFloat(3)]),
      new Map([[new Py2Str('k'), new Py2Str('v')]]),
    );
    const pickle = dumps(value, 2);
    const plain = loads(pickle);
    expect(plain).toStrictEqual(
      PyTuple.of<unknown>(PyTuple.of<unknown>(1, 'a'), new Set([2]), new PyFrozenSet([3]), {
        k: 'v',
      }),
    );
    expect(dumps(plain, 2)).toEqual(pickle);
  });

  it('keep sharing and cycles', () => {
    const list: unknown[] = [];
    const tuple = PyTuple.of<unknown>(list, 1, 2, 3);
    list.push(tuple, tuple, list);
    for (const protocol of [0, 1, 2, 4]) {
      const back = read(tuple, protocol) as unknown[][];
      expect(back[0]?.[0]).toBe(back);
      expect(back[0]?.[1]).toBe(back);
      expect(back[0]?.[2]).toBe(back[0]);
      expect(dumps(back, protocol)).toEqual(dumps(tuple, protocol));
    }
  });
});

describe('the protocol', () => {
  it.each([0, 1, 2, 3, 4, 5])('%i is that of the value that was read', (protocol) => {
    const value = read({ a: [1] }, protocol);
    expect(protocolOf(value)).toBe(protocol);
    expect(dumps(value)).toEqual(dumps({ a: [1] }, protocol));
  });

  it('is 4 for a value that was not read, and the highest there is for an older release', () => {
    expect(dumps([])[1]).toBe(4);
    expect(dumps(read([], 4), undefined, { python: '2.7' })[1]).toBe(2);
  });
});

describe('values that are one object in Python', () => {
  const Color = new PyEnum('shop', 'Color', { RED: 1 });
  const options = { registry: new Registry([Color.known]) };

  it.each<[name: string, value: unknown]>([
    ['Ellipsis', Ellipsis],
    ['NotImplemented', NotImplemented],
    ['NoneType', NoneType],
    ['an enum member', Color.get('RED')],
  ])('are one object here, which no pickle changes: %s', (_, value) => {
    for (const protocol of [0, 1, 2, 3, 4, 5]) {
      const pickle = dumps([value, value], protocol, options);
      const [first, second] = loads(pickle, options) as unknown[];
      expect(first).toBe(value);
      expect(second).toBe(value);
      expect(loads(dumps(value, protocol, options), { ...options, exact: true })).toBe(value);
      expect(protocolOf(value)).toBeUndefined();
    }
    const before = dumps(value, 2, options);
    const withState = Buffer.concat([before.subarray(0, -1), Buffer.from('}b.')]);
    expect(() => loads(withState, options)).toThrow(UnpicklingError);
    expect(dumps(value, 2, options)).toEqual(before);
  });

  it('are read so from Python 2', () => {
    const pickle = Buffer.from('c__builtin__\nEllipsis\n.');
    expect(loads(pickle, { python: '2.7' })).toBe(Ellipsis);
  });
});

describe('what a container remembers', () => {
  it('shows nowhere', () => {
    const row = read({ price: new PyFloat(1) }) as object;
    expect(Reflect.ownKeys(row)).toEqual(['price']);
    expect(JSON.stringify(row)).toBe('{"price":1}');
    expect({ ...row }).toEqual({ price: 1 });
    expect(Object.isFrozen(Object.freeze(row))).toBe(true);
  });

  it('can be carried to a copy', () => {
    const row = read({ price: new PyFloat(1) }) as object;
    const copy = { ...row };
    carry(row, copy);
    expect(exact(copy)).toEqual(new PyDict([['price', new PyFloat(1)]]));
  });
});

it.each<[number, string]>([
  [1, '1.0'],
  [NaN, 'nan'],
  [-Infinity, '-inf'],
  [1e22, '1e+22'],
])("text of the exact float %p is Python's", (value, text) => {
  expect(String(new PyFloat(value))).toBe(text);
});
