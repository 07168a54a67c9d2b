// Python's int() of stored bytes, and ints to bytes.

import { ValueError } from '../errors';

/** CPython 3.11's limit on the digits of an int in text. */
const MAX_DIGITS = 4300;
const ZERO = 48;

/** What int() accepts beside digits; it differs between Pythons. */
export interface IntegerRules {
  /** `1_000` (3.6 on). */
  readonly underscores: boolean;
  /** `12L`, by long() of Python 2. */
  readonly suffixL: boolean;
  /** Bytes are shown as b'...' in messages. */
  readonly bytesPrefix: boolean;
}

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
  return parseSlowly(bytes.latin1Slice(from, to), rules);
}

function parseSlowly(text: string, rules: IntegerRules): number | bigint {
  const { underscores, suffixL } = rules;
  const bare = text.replace(/^[ \t\n\v\f\r]+/, '').replace(/[ \t\n\v\f\r]+$/, '');
  const [, sign = '', digits = ''] =
    (suffixL ? /^([+-]?)([0-9_]+)[lL]?$/ : /^([+-]?)([0-9_]+)$/).exec(bare) ?? [];
  const isWellFormed = underscores ? /^[0-9]+(?:_[0-9]+)*$/.test(digits) : /^[0-9]+$/.test(digits);
  if (!isWellFormed) {
    throw new ValueError(`invalid literal for int() with base 10: ${shown(text, rules)}`);
  }
  return fromDigits(sign, digits.replaceAll('_', ''));
}

function fromDigits(sign: string, digits: string): number | bigint {
  if (digits.length > MAX_DIGITS) throw tooManyDigits(`value has ${digits.length} digits`);
  const value = BigInt(digits) * (sign === '-' ? -1n : 1n);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * `'%d' % value`.
 * @throws {ValueError} more digits than CPython writes
 */
export function integerText(value: number | bigint): string {
  const text = value.toString();
  if (text.length > MAX_DIGITS && text.replace('-', '').length > MAX_DIGITS) {
    throw tooManyDigits('use sys.set_int_max_str_digits() to increase the limit');
  }
  return text;
}

function tooManyDigits(detail: string): ValueError {
  return new ValueError(
    `Exceeds the limit (${MAX_DIGITS} digits) for integer string conversion: ${detail}`,
  );
}

/** The text for a message: Python's repr, cut so that a message never holds a whole value. */
function shown(text: string, { bytesPrefix }: IntegerRules): string {
  const cut = text.length > 40 ? `${text.slice(0, 40)}...` : text;
  const escaped = cut.replace(/[^\x20-\x7e]|['\\]/g, (char) =>
    char === "'" || char === '\\'
      ? `\\${char}`
      : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `${bytesPrefix ? 'b' : ''}'${escaped}'`;
}
