// Numbers as Python's clients put them into a command line: Python's formatting, and its errors.

import { OverflowError, ValueError } from '../../errors';

/** A duration, as Python's datetime.timedelta: only its total matters. */
export interface TimeDelta {
  /** Seconds, with a fraction. */
  totalSeconds(): number;
}

/** Seconds until a value expires, or a Unix time beyond 30 days; a fraction is cut off, as Python's `%d` does. */
export type Time = number | bigint | boolean;

/** By how much a counter changes. */
export type Delta = number | bigint | boolean | string;

/**
 * `"%d" % time`.
 * @throws {TypeError} it is no number
 * @throws {ValueError | OverflowError} it is NaN, or infinite
 */
export function secondsText(time: unknown): string {
  if (typeof time === 'number') {
    if (Number.isSafeInteger(time)) return String(time);
    if (Number.isNaN(time)) throw new ValueError('cannot convert float NaN to integer');
    if (!Number.isFinite(time)) throw new OverflowError('cannot convert float infinity to integer');
    return BigInt(Math.trunc(time)).toString();
  }
  if (typeof time === 'bigint') return time.toString();
  if (typeof time === 'boolean') return time ? '1' : '0';
  throw new TypeError(`%d format: a real number is required, not ${pythonType(time)}`);
}

/** Whole seconds of a duration, as `int(time.total_seconds())`; undefined when it is none. */
export function durationSeconds(time: unknown): number | undefined {
  if (typeof time !== 'object' || time === null) return undefined;
  const { totalSeconds } = time as Partial<TimeDelta>;
  return typeof totalSeconds === 'function' ? Math.trunc(totalSeconds.call(time)) : undefined;
}

/**
 * `str(value)` of a number, a bool, a string or None, for a command line.
 * @throws {ValueError} text that would end or split the command
 */
export function argumentText(value: unknown): string {
  const text = pythonText(value);
  // Python sends anything; what could be another command is not sent (CWE-93).
  if (!/^[\x21-\x7e\x80-\xff]+$/.test(text)) {
    throw new ValueError('spaces and control characters are not allowed in a number');
  }
  return text;
}

/** Python's `str()` of the values that can name a number or a key. */
export function pythonText(value: unknown): string {
  if (typeof value === 'number') return floatText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'bigint' || typeof value === 'string') return String(value);
  throw new TypeError(`expected a number or text, not ${pythonType(value)}`);
}

/** `repr(float)`, with whole numbers as the ints that they are in JavaScript. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isInteger(value)) return BigInt(value).toString();
  const text = String(value);
  const [digits = '', exponent] = text.split('e');
  if (exponent === undefined) return text;
  // Python writes at least two digits of exponent.
  return `${digits}e${exponent.startsWith('-') ? '-' : '+'}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
}

/** The name of the Python type that a JavaScript value stands for. */
export function pythonType(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'string') return 'str';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'function' ? 'function' : 'dict';
}
