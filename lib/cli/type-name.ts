// The name of a value's Python type: `dict`, `datetime.datetime`, `shop.models.Cart`.

import {
  Py2Int,
  Py2Long,
  Py2Str,
  PyByteArray,
  PyFloat,
  PyFrozenSet,
  PyGlobal,
  PyObject,
  PyText,
  PyTuple,
} from '../value/pickle';
import { STANDARD_CLASSES } from '../value/pickle/settings';

/** The first row that matches holds: classes before those they extend. */
const CLASSES: readonly (readonly [
  type: abstract new (...args: never[]) => object,
  name: string,
])[] = [
  [PyFloat, 'float'],
  [Py2Long, 'long'],
  [Py2Int, 'int'],
  [Py2Str, 'str (Python 2)'],
  [PyText, 'str'],
  [PyTuple, 'tuple'],
  [PyByteArray, 'bytearray'],
  [PyFrozenSet, 'frozenset'],
  [PyGlobal, 'type or function'],
];
const BUILTINS: typeof CLASSES = [
  [Uint8Array, 'bytes'],
  [Map, 'dict'],
  [Set, 'set'],
  [Array, 'list'],
];

/** As Python's `type(value)` names it, without `builtins.`. */
export function typeName(value: unknown): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'string':
      return 'str';
    case 'object':
      return value === null ? 'NoneType' : objectName(value);
    default:
      return 'NoneType';
  }
}

function objectName(value: object): string {
  if (value instanceof PyObject) return classNamed(value) ?? 'object';
  const row = CLASSES.find(([type]) => value instanceof type);
  if (row !== undefined) return row[1];
  const known = STANDARD_CLASSES.findByPrototype(Object.getPrototypeOf(value) as object);
  if (known !== undefined) {
    // One JavaScript class stands for all exceptions, enums...: what it was made by tells which.
    const form = known.dump?.(value, { protocol: 4, python: '3.12' });
    return (form && classNamed(form)) ?? withoutBuiltins(`${known.module}.${known.name}`);
  }
  return BUILTINS.find(([type]) => value instanceof type)?.[1] ?? 'dict';
}

function classNamed({ module, name }: PyObject): string | undefined {
  return name === '' ? undefined : withoutBuiltins(`${module}.${name}`);
}

function withoutBuiltins(name: string): string {
  return name.replace(/^builtins\./, '');
}
