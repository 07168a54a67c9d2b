// What --type makes of a value on the command line, or of what comes on stdin.

import { PyFloat } from '../value/pickle/exact';
import { UsageError } from './errors';
import { parseInt10, parseLiteral } from './literal';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new UsageError('the value is not utf-8 (--type bytes takes any)');
  }
}

/** Text around which white space says nothing: a line of a file ends in a line feed. */
function wordOf(bytes: Buffer): string {
  return textOf(bytes).trim();
}

function refuse(type: string): never {
  throw new UsageError(`the value is no ${type}`);
}

const BOOLS = new Map([
  ['True', true], ['true', true], ['1', true], ['False', false], ['false', false], ['0', false],
]); // prettier-ignore

/** Each type by its name, which is Python's where it is one of Python's. */
const TYPES = {
  str: textOf,
  int: (bytes: Buffer) => parseInt10(wordOf(bytes)) ?? refuse('int'),
  float: (bytes: Buffer) => {
    const word = wordOf(bytes);
    const number = parseLiteral(word, 'python');
    if (number instanceof PyFloat) return number;
    return typeof number === 'number' ? new PyFloat(number) : refuse('float');
  },
  bool: (bytes: Buffer) => BOOLS.get(wordOf(bytes)) ?? refuse('bool'),
  none: (bytes: Buffer) => (/^(None)?$/.test(wordOf(bytes)) ? null : refuse('none')),
  bytes: (bytes: Buffer) => bytes,
  hex: (bytes: Buffer) => {
    const digits = wordOf(bytes).replace(/\s+/g, '');
    return /^([0-9a-f]{2})*$/i.test(digits) ? Buffer.from(digits, 'hex') : refuse('hex');
  },
  python: (bytes: Buffer) => parseLiteral(textOf(bytes), 'python'),
  json: (bytes: Buffer) => parseLiteral(textOf(bytes), 'json'),
} as const satisfies Record<string, (bytes: Buffer) => unknown>;

export type TypeName = keyof typeof TYPES;
export const TYPE_NAMES = Object.keys(TYPES) as TypeName[];

/** @throws {UsageError} the bytes are no such value */
export function parseValue(type: TypeName, bytes: Buffer): unknown {
  return TYPES[type](bytes);
}
