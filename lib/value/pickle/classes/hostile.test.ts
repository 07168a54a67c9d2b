// Calls of standard classes with any arguments: read without harm, and written back exactly as they were.
import { fc } from '../../../testing/random';
import { inspect } from 'node:util';
import {
  dumps,
  loads,
  PyDict,
  PyException,
  PyFloat,
  PyGlobal,
  PyNumpyArray,
  PyObject,
  PyTimedelta,
  PyTuple,
  repr,
  str,
  UnpicklingError,
  type PyOp,
} from '../index';
import { REGISTRY } from '../testing/class-values';
import { bounded } from '../testing/growth';
import { STANDARD } from './index';

const NAMES = STANDARD.flatMap(({ module, name, aliases = [] }) => [
  [module, name] as const,
  ...aliases,
]).filter(([module]) => module !== 'exceptions');

/** Texts and numbers that look like what some class takes. */
const TEXTS = [
  '',
  'a',
  'i',
  'd',
  'u',
  'f8',
  'i4',
  'NaN',
  '1/3',
  '1E+5',
  '1E+999999999999999999',
  '-Infinity',
  '10.0.0.0/8',
  '::1',
  'fe80::1%x/64',
  '/a/b',
  '//a',
  'C:\\x',
  'Europe/Berlin',
  'No/Such',
  '__proto__',
  'constructor',
  'C',
  'F',
  '\u20ac',
  '\ud800',
];
const NUMBERS = [0, 1, -1, 2, 3, 8, 20, 255, 65536, 2 ** 31, 2 ** 53 - 1, -(2 ** 31)];
const BYTES = [0, 1, 4, 6, 8, 10, 16].map((size) => Buffer.alloc(size, 0x01));

const scalar = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom<unknown>(null, true, false, ...TEXTS, ...NUMBERS),
    fc.constantFrom<unknown>(2n ** 64n, -(2n ** 200n), new PyFloat(1), 0.5, NaN, Infinity),
    fc.constantFrom(...BYTES),
    fc.constantFrom(...['int', 'Ellipsis', 'object'].map((name) => new PyGlobal('builtins', name))),
    fc.constant(new PyGlobal('array', 'array')),
    fc.constant(new PyTimedelta(1, 2, 3)),
  );

const dtype = (): fc.Arbitrary<unknown> =>
  fc
    .tuple(fc.constantFrom('f8', 'i4', 'u1', 'U2', 'V3', 'b1'), fc.constantFrom('<', '>', '|', 'x'))
    .map(([code, order]) => {
      const made = PyObject.call('numpy', 'dtype', code, false, true);
      made.state = PyTuple.of<unknown>(3, order, null, null, null, -1, -1, 0);
      return made;
    });

const value = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: scalar() },
    fc.array(scalar(), { maxLength: 4 }),
    fc.array(scalar(), { maxLength: 5 }).map((items) => PyTuple.from(items)),
    fc.array(fc.tuple(fc.constantFrom(...TEXTS), scalar()), { maxLength: 3 }).map((entries) => {
      return new Map(entries);
    }),
    fc
      .array(fc.tuple(fc.constantFrom(...TEXTS), fc.constantFrom(...NUMBERS)), { maxLength: 3 })
      .map((pairs) => pairs.map((pair) => [...pair])),
    dtype(),
  );

const op = (): fc.Arbitrary<PyOp> =>
  fc.oneof(
    value().map((state): PyOp => ({ kind: 'build', state })),
    fc.array(scalar(), { minLength: 1, maxLength: 4 }).map((items): PyOp => {
      return { kind: 'append', items };
    }),
    fc.uniqueArray(fc.constantFrom(...TEXTS), { minLength: 1, maxLength: 4 }).map((keys): PyOp => ({
      kind: 'setitem',
      items: keys.flatMap((key, index) => [key, index]),
    })),
  );

const form = (): fc.Arbitrary<PyObject> =>
  fc
    .record({
      name: fc.constantFrom(...NAMES),
      how: fc.constantFrom('reduce' as const, 'reduce' as const, 'newobj' as const),
      args: fc.array(value(), { maxLength: 5 }),
      ops: fc.uniqueArray(op(), { maxLength: 3, selector: ({ kind }) => kind }),
    })
    .map(({ name: [module, name], how, args, ops }) => {
      return new PyObject(new PyGlobal(module, name), args, { how, ops });
    });

/** All that a user may do with a value, none of which may throw. */
function use(read: unknown): void {
  repr(read, 1000);
  str(read, 1000);
  inspect(read);
  JSON.stringify(read, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
  if (read instanceof PyNumpyArray) read.toArray();
  asKey(read);
}

function asKey(read: unknown): void {
  try {
    new PyDict().set(read, 1);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError); // unhashable
  }
}

/** Items as an argument and as operations: read as one, so written as one. No Python writes both. */
function hasItemsTwice({ module, args, ops }: PyObject): boolean {
  return module === 'collections' && args.length > 0 && ops.some(({ kind }) => kind !== 'build');
}

function check(object: PyObject, protocol: number, exact: boolean): void {
  const bytes = dumps(object, protocol);
  let read: unknown;
  try {
    read = loads(bytes, { exact, registry: REGISTRY });
  } catch (error) {
    expect(error).toBeInstanceOf(UnpicklingError);
    return;
  }
  const again = dumps(read, protocol, { registry: REGISTRY });
  if (!hasItemsTwice(object)) expect(again.toString('hex')).toBe(bytes.toString('hex'));
  expect(dumps(loads(again, { exact }), protocol).toString('hex')).toBe(again.toString('hex'));
  use(read);
}

it('any call of a standard class is read and written back as it was', () => {
  const property = fc.property(form(), fc.integer({ min: 0, max: 5 }), fc.boolean(), check);
  fc.assert(property, { numRuns: 3_000 });
});

it('numpy shapes make no more arrays than there is data', () => {
  const array = PyObject.call('numpy._core.multiarray', '_reconstruct', null, null, null);
  const type = PyObject.call('numpy', 'dtype', 'f8', false, true);
  for (const shape of [
    [1e9, 0],
    [1e9],
    new Array<number>(64).fill(0),
    [2 ** 53 - 1, 2 ** 53 - 1],
  ]) {
    array.state = PyTuple.of<unknown>(1, PyTuple.from(shape), type, false, Buffer.alloc(0));
    const read = loads(dumps(array, 4)) as PyNumpyArray;
    expect(read.shape).toEqual(shape);
    expect(read.toArray() ?? []).toEqual([]);
  }
});

/** Opcodes of a text pickle; `times(5, 'x')` is five of one. */
const times = (count: number, part: string): string => part.repeat(count);
const MANY = 10_000;

function size4(count: number): string {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(count);
  return size.toString('latin1');
}

/** LONG4 of random bytes: two of them have no common divisor of any size. */
function long(bytes: number, seed: number): string {
  let state = seed;
  const digits = Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return String.fromCharCode((state >>> 16) & 0x7f);
  });
  return `\x8b${size4(bytes)}${digits.join('')}`;
}

const text = (of: string): string => `X${size4(Buffer.byteLength(of, 'latin1'))}${of}`;

/** `make` of itself, MANY times inside one another, around None. */
function nested(name: string, before: string, after: string): string {
  return `c${name}\nq\0${times(MANY - 1, `h\0${before}`)}${before}N${times(MANY, after)}`;
}

/** What reading bounds by itself, and showing would not: without their bounds none of these ends, or has stack for it. */
const SHOWN: readonly (readonly [name: string, pickle: string])[] = [
  ['a list with itself 50,000 times', `]q\0(${times(50_000, 'h\0')}e`],
  ['a tuple in a list with itself', `]q\0((${times(50_000, 'h\0')}te`],
  ['a deque with itself', `ccollections\ndeque\n)Rq\0(${times(50_000, 'h\0')}e`],
  [
    'an OrderedDict with itself under many keys',
    `ccollections\nOrderedDict\n)Rq\0(${Array.from({ length: MANY }, (_, i) => `J${size4(i)}h\0`).join('')}u`,
  ],
  ['factories of factories', nested('collections\ndefaultdict', '', '\x85R')],
  ['partials of partials', nested('functools\npartial', '', '\x85R')],
  ['exceptions of exceptions', nested('exceptions\nValueError', '', '\x85R')],
  [
    'OSErrors of two OSErrors each',
    `cexceptions\nOSError\nq\0N${times(60, 'q\x010h\0h\x01h\x01\x86R')}`,
  ],
  ['groups of groups', nested('builtins\nExceptionGroup', '', ']\x86R')],
  ['a Fraction of huge ints', `cfractions\nFraction\n${long(200_000, 1)}${long(200_000, 2)}\x86R`],
  [
    'a range of huge ints',
    `c__builtin__\nxrange\n${long(1_000_000, 1)}${long(1_000_000, 2)}K\x03\x87R`,
  ],
  ['a tuple of a huge int', `${long(2_000_000, 1)}\x85`],
  ['surrogates that UTF-16 joins', text(times(70_000, '\xed\xa0\xbd\xed\xb8\x80'))],
  ['a path of 200,000 names', `cpathlib\nPurePosixPath\n${text(times(200_000, 'a/'))}\x85R`],
  ['a path of 130,000 parts', `cpathlib\nPurePosixPath\n(${times(130_000, text('ab'))}tR`],
  [
    'a Windows path of 130,000 parts',
    `cpathlib\nPureWindowsPath\n(${times(130_000, text('ab'))}tR`,
  ],
];

/** All that shows a value. */
function show(read: unknown): void {
  repr(read);
  str(read);
  inspect(read);
  if (typeof read !== 'object' || read === null) return;
  if (read instanceof PyException) String(read.stack);
  if ('toJSON' in read && typeof read.toJSON === 'function') Reflect.apply(read.toJSON, read, []);
  asKey(read);
}

it.each(SHOWN)('%s is shown in bounded time and memory', (_, pickle) => {
  for (const exact of [false, true]) {
    const read = loads(Buffer.from(`\x80\x02${pickle}.`, 'latin1'), { exact });
    bounded(() => show(read), pickle.slice(0, 40), 4);
  }
});

it('keys of 1000-digit Fractions and Decimals are compared in bounded time', () => {
  const fraction = `cfractions\nFraction\nq\0${long(400, 1)}q\x01${long(400, 2)}q\x020}(`;
  const decimal = `cdecimal\nDecimal\nq\0${text(`5E-${'9'.repeat(3)}`)}q\x010}(`;
  for (const [start, key] of [
    [`00${fraction}`, 'h\0h\x01h\x02\x86RN'],
    [`00${decimal}`, 'h\0h\x01\x85RN'],
  ] as const) {
    const pickle = Buffer.from(`\x80\x02NN${start}${times(MANY, key)}u.`, 'latin1');
    for (const exact of [false, true]) {
      bounded(() => loads(pickle, { exact }), start.slice(0, 40), 4);
    }
  }
});
