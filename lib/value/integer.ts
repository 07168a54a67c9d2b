// Python's int() and long() of stored bytes, and ints to bytes.

import { ValueError } from '../errors';
import { encodeLiteral } from './pickle/text';

/** Which function of which Python: they take different things, and name themselves in their messages. */
export interface IntegerRules {
  readonly python: 2 | 3;
  /** Python 2's `long()` takes `12L` too. */
  readonly type: 'int' | 'long';
}

/** CPython 3.11's limit on the digits of an int in text. */
const MAX_DIGITS = 4300;
/** Python 2 has none. This one is what memcached's default item can hold, so that a hostile entry costs 0.2 s at most. */
export const MAX_DIGITS_PYTHON_2 = 1024 * 1024;
/** How much of a text CPython puts into a message. */
const SHOWN = 200;
const ZERO = 48;

/**
 * `int(bytes)`: a number where it is safe, else a bigint. White space around it is legal: after `decr` from 10 to 9 memcached
 * stores `9` and a space.
 * @throws {ValueError} not an int
 */
export function parseInteger(
  bytes: Buffer,
  from: number,
  to: number,
  rules: IntegerRules,
): number | bigint {
  const length = to - from;
  if (length > 0 && length <= 15) {
    let value = 0;
    let i = from;
    for (; i < to; i++) {
      const digit = (bytes[i] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (i === to) return value;
  }
  const text = bytes.latin1Slice(from, to);
  return rules.python === 2 ? parsePython2(text, rules) : parsePython3(text);
}

// white space, sign, digits
const START_3 = /^[ \t-\r]*([+-]?)([0-9][0-9_]*)/;
// white space, sign, white space, digits
const START_2 = /^[ \t-\r]*(?:([+-])[ \t-\r]*)?([0-9]+)/;
const SPACE = /^[ \t-\r]*$/;

// The order of the checks is CPython's (PyLong_FromString, 3.11): digits, their number, what follows.
function parsePython3(text: string): number | bigint {
  const [all = '', sign = '', written = ''] = START_3.exec(text) ?? [];
  const bad = (): ValueError => notAnInt('int', `b${repr(text.slice(0, SHOWN))}`.slice(0, SHOWN));
  if (written === '' || written.endsWith('_') || written.includes('__')) throw bad();
  const digits = written.replaceAll('_', '');
  if (digits.length > MAX_DIGITS) throw tooManyDigits(`: value has ${digits.length} digits`);
  if (!SPACE.test(text.slice(all.length))) throw bad();
  return fromDigits(sign, digits);
}

// PyInt_FromString and PyLong_FromString of 2.7: C strings, so a NUL ends them, and is an error of its own.
function parsePython2(text: string, { type }: IntegerRules): number | bigint {
  const [cString = ''] = text.split('\0', 1);
  const [all, sign = '', digits = ''] = START_2.exec(cString) ?? [];
  const rest = all === undefined ? undefined : cString.slice(all.length);
  const tail = type === 'long' ? rest?.replace(/^[lL]/, '') : rest;
  if (tail === undefined || !SPACE.test(tail)) {
    const shown = type === 'int' ? cString.replace(/^[ \t-\r]+/, '') : cString;
    throw notAnInt(type, repr(shown.slice(0, SHOWN)));
  }
  if (cString.length < text.length) {
    throw new ValueError(`null byte in argument for ${type}()`);
  }
  if (digits.length > MAX_DIGITS_PYTHON_2) {
    throw new ValueError(`an int of more than ${MAX_DIGITS_PYTHON_2} digits`);
  }
  return fromDigits(sign, digits);
}

function fromDigits(sign: string, digits: string): number | bigint {
  const value = BigInt(digits) * (sign === '-' ? -1n : 1n);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * `'%d' % value`.
 * @throws {ValueError} on Python 3: more digits than CPython 3.11 writes
 */
export function integerText(value: number | bigint, python: 2 | 3): string {
  const text = value.toString();
  if (python === 3 && text.length > MAX_DIGITS && text.replace('-', '').length > MAX_DIGITS) {
    throw tooManyDigits('');
  }
  return text;
}

function tooManyDigits(detail: string): ValueError {
  return new ValueError(
    `Exceeds the limit (${MAX_DIGITS} digits) for integer string conversion${detail}; use sys.set_int_max_str_digits() to increase the limit`,
  );
}

function notAnInt(type: 'int' | 'long', shown: string): ValueError {
  return new ValueError(`invalid literal for ${type}() with base 10: ${shown}`);
}

/** Python 2's `repr` of a str. */
function repr(latin1: string): string {
  return encodeLiteral(Buffer.from(latin1, 'latin1')).toString('latin1');
}
