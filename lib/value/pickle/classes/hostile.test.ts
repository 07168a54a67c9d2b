// Calls of standard classes with any arguments: read without harm, and written back exactly as they were.
import fc from 'fast-check';
import { inspect } from 'node:util';
import {
  dumps,
  loads,
  PyDict,
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
  fc.assert(property, { numRuns: 3_000, seed: 20_240_102 });
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
