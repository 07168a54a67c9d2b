// What a call came to, as the table has it: type and repr of the value, or what was raised.

import { createHash } from 'node:crypto';
import {
  PyFloat,
  PyObject,
  PyText,
  PyTuple,
  Py2Int,
  Py2Long,
  Py2Str,
  repr,
} from '../../lib/value/pickle';

/** Characters of a repr: more than any value of the table has. */
const LONGEST = 1_000_000;
/** Longer ones are not shown whole. */
const SHOWN = 120;
const BEGINNING = 60;

/** Classes of the exact view, by the name of Python's type. */
const TYPES: readonly (readonly [type: string, of: (value: unknown) => boolean])[] = [
  ['NoneType', (value) => value === null || value === undefined],
  ['bool', (value) => typeof value === 'boolean'],
  ['str', (value) => typeof value === 'string' || value instanceof PyText],
  ['str', (value) => value instanceof Py2Str],
  ['long', (value) => value instanceof Py2Long],
  ['float', (value) => value instanceof PyFloat || isFloat(value)],
  ['int', (value) => ['number', 'bigint'].includes(typeof value) || value instanceof Py2Int],
  ['bytes', (value) => value instanceof Uint8Array],
  ['tuple', (value) => value instanceof PyTuple],
  ['list', (value) => Array.isArray(value)],
  ['dict', (value) => value instanceof Map || Object.getPrototypeOf(value) === Object.prototype],
  ['object', (value) => value instanceof PyObject],
];

function isFloat(value: unknown): boolean {
  return typeof value === 'number' && (!Number.isSafeInteger(value) || Object.is(value, -0));
}

function typeOf(value: unknown): string {
  const found = TYPES.find(([, of]) => of(value));
  // A class of this package, named `Py` and Python's name: PyDateTime.
  return found?.[0] ?? (value as object).constructor.name.replace(/^Py/, '').toLowerCase();
}

/** How long reprs are shown: by their beginning, and what tells them apart. */
export type Mark = (text: string) => string;

export const byLength: Mark = (text) => `${Array.from(text).length} chars`;
export const byHash: Mark = (text) =>
  `${byLength(text)}, sha1 ${createHash('sha1').update(text).digest('hex')}`;

export async function told(call: () => unknown, mark: Mark): Promise<string> {
  try {
    const value = await call();
    const text = repr(value, LONGEST);
    const shown = text.length <= SHOWN ? text : `${text.slice(0, BEGINNING)}...(${mark(text)})`;
    return `${typeOf(value)} ${shown}`;
  } catch (error) {
    const { name, message } = error as Error;
    return `raises ${name}: ${message}`;
  }
}
