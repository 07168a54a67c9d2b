// Bounds, depth, and bytes that are no pickle.
import { dumps, loads, PicklingError, UnpicklingError, type LoadOptions } from './index';
import { bounded } from './testing/growth';

const DEEP = 200_000;
const bytes = (...parts: (string | Buffer)[]) => {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
};

function failure(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('depth', () => {
  it.each([
    ['lists', bytes('\x80\x02', ']'.repeat(DEEP), 'a'.repeat(DEEP - 1), '.')],
    ['tuples', bytes('\x80\x02)', '\x85'.repeat(DEEP), '.')],
    ['dicts', bytes('\x80\x02', '}K\x01'.repeat(DEEP), 'N', 's'.repeat(DEEP), '.')],
    ['reductions', bytes('\x80\x02', 'ca\nb\n'.repeat(DEEP), 'N', '\x85R'.repeat(DEEP), '.')],
    ['states', bytes('\x80\x02', 'ca\nb\n)\x81'.repeat(DEEP), 'N', 'b'.repeat(DEEP), '.')],
  ])('of 200,000 %s is read, and written within the default limits', (_, pickle) => {
    expect(dumps(loads(pickle)).length).toBeGreaterThan(DEEP);
  });

  it('is limited when writing', () => {
    const value = loads(bytes('\x80\x02', ']'.repeat(100), 'a'.repeat(99), '.'));
    expect(() => dumps(value, 2, { limits: { depth: 98 } })).toThrow(PicklingError);
    expect(dumps(value, 2, { limits: { depth: 99 } })).toBeInstanceOf(Buffer);
  });
});

describe('limits of a load', () => {
  it.each<[string, LoadOptions, Buffer]>([
    ['depth', { limits: { depth: 2 } }, bytes('(((NNN')],
    ['nodes', { limits: { nodes: 2 } }, bytes(']]].')],
    ['nodes', { limits: { nodes: 2 } }, bytes('}}}.')],
    ['nodes', { limits: { nodes: 2 } }, bytes('\x80\x04\x8f\x8f\x8f.')],
    ['nodes', { limits: { nodes: 2 } }, bytes(')\x85\x85\x85.')],
    ['memo', { limits: { memo: 2 } }, bytes('\x80\x04N\x94N\x94N\x94.')],
    ['memo', { limits: { memo: 2 } }, bytes('Nq\x00q\x01q\x02.')],
    ['digits', {}, bytes(`L${'9'.repeat(4301)}L\n.`)],
    ['digits', {}, bytes(`I-${'9'.repeat(4301)}\n.`)],
    ['text', { limits: { stringBytes: 2 } }, bytes('X\x03\x00\x00\x00abc.')],
    ['text lines', { limits: { stringBytes: 2 } }, bytes(`V${'a'.repeat(30)}\n.`)],
    ['bytes', { limits: { stringBytes: 2 } }, bytes('\x80\x03C\x03abc.')],
    ['all bytes', { limits: { totalBytes: 3 } }, bytes('NNN.')],
    ['keys', { exact: true, limits: { keyParts: 2 } }, bytes('}(NNNtNs.')],
  ])('on %s hold', (_, options, pickle) => {
    expect(failure(() => loads(pickle, options))).toBeInstanceOf(UnpicklingError);
  });

  it('allow what is just within', () => {
    expect(loads(bytes(`L-${'9'.repeat(4300)}L\n.`))).toBe(-(10n ** 4300n) + 1n);
    expect(loads(bytes('}(NNNtNs.'), { exact: true, limits: { keyParts: 3 } })).toBeInstanceOf(Map);
  });
});

describe('limits of a dump', () => {
  it.each([
    ['nodes', [[], [[]], [1]], { nodes: 2 }],
    ['text', 'é'.repeat(100), { stringBytes: 100 }],
    ['bytes', Buffer.alloc(100), { stringBytes: 99 }],
    ['all bytes', 'x'.repeat(70_000), { totalBytes: 65_000 }],
  ])('on %s hold', (_, value, limits) => {
    expect(failure(() => dumps(value, 4, { limits }))).toBeInstanceOf(PicklingError);
  });

  it('on digits hold for text forms only, as in CPython', () => {
    expect(failure(() => dumps(10n ** 4300n, 1))).toBeInstanceOf(PicklingError);
    expect(dumps(10n ** 4300n - 1n, 0)).toHaveLength(4304);
    expect(loads(dumps(10n ** 9000n, 2))).toBe(10n ** 9000n);
  });
});

describe('an object that is made of itself', () => {
  // Python 2 writes deque([items]) and OrderedDict([pairs]), and overflows its stack.
  it.each([
    ['deque', 'ccollections\ndeque\n)Rq\0h\0a.'],
    ['OrderedDict', 'ccollections\nOrderedDict\n)Rq\0Nh\0s.'],
  ])(
    'a %s of Python 3 is written for Python 3, and refused in bounded memory for Python 2',
    (_, pickle) => {
      const value = loads(bytes('\x80\x02', pickle));
      expect(dumps(value, 2).length).toBeLessThan(60);
      expect(() => bounded(() => dumps(value, 2, { python: '2.7' }), pickle)).toThrow(
        PicklingError,
      );
    },
  );
});

describe('errors', () => {
  it('tell where and at which opcode', () => {
    expect(failure(() => loads(bytes('\x80\x02]K')))).toMatchObject({
      name: 'UnpicklingError',
      offset: 3,
      opcode: 0x4b,
      message: 'pickle data was truncated (offset 3, opcode 0x4b)',
    });
    expect(failure(() => loads(bytes('')))).toMatchObject({ offset: 0, opcode: undefined });
  });

  it.each([
    ['a length beyond 2**53', bytes('\x80\x04\x8d\x02\x00\x00\x00\x00\x00\x20\x00ab.')],
    ['a negative length', bytes('T\xff\xff\xff\xff.')],
    ['a frame longer than the data', bytes('\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00N.')],
    ['a memo index that is missing', bytes('h\x05.')],
    ['a negative memo index', bytes('Np-1\n.')],
    ['a list as key', bytes('}]Ns.')],
    ['a set in a tuple as key', bytes('\x80\x04}\x8f\x85Ns.')],
    ['APPEND on a tuple', bytes(')Na.')],
    ['SETITEM on a list', bytes(']X\x06\x00\x00\x00lengthK\x00s.')],
    ['BUILD on a list', bytes(']}b.')],
    ['REDUCE of a text', bytes('Na)R.')],
    ['REDUCE with a list', bytes('ca\nb\n]R.')],
    ['an unknown opcode', bytes('\xff')],
    ['protocol 6', bytes('\x80\x06N.')],
    ['overlong UTF-8', bytes('X\x02\x00\x00\x00\xc0\x80.')],
    ['UTF-8 beyond U+10FFFF', bytes('X\x04\x00\x00\x00\xf4\x90\x80\x80.')],
    ['hexadecimal INT', bytes('I0x10\n.')],
    ['a float with a blank', bytes('F1.0 \n.')],
    ['an infinite float by overflow', bytes('F1e999\n.')],
    ['a cut escape', bytes('V\\u12\n.')],
    ['an escape beyond U+10FFFF', bytes('V\\U00110000\n.')],
    ['an unquoted STRING', bytes('Sabc\n.')],
    ['a bad \\x in STRING', bytes("S'\\xg0'\n.")],
    ['odd items for SETITEMS', bytes('}(NNNu.')],
    ['no STOP', bytes('N')],
    ['a mark where a value should be', bytes('N(.')],
  ])('refuse %s', (_, pickle) => {
    for (const exact of [false, true]) {
      expect(failure(() => loads(pickle, { exact }))).toBeInstanceOf(UnpicklingError);
    }
  });

  it('leave prototypes alone', () => {
    const names = ['__proto__', 'constructor', 'prototype', '__defineGetter__', 'then'];
    const keys = names.map((name) => `X${String.fromCharCode(name.length)}\x00\x00\x00${name}`);
    const attack = keys.map((key) => `${key}}X\x01\x00\x00\x00pK\x01s`).join('');
    const value = loads(bytes(`}(${attack}u.`)) as Map<string, unknown>;
    expect([...value.keys()]).toEqual(names);
    expect(Object.hasOwn(Object.prototype, 'p')).toBe(false);
    expect(({} as Record<string, unknown>)['p']).toBeUndefined();
  });
});
