// Python's ints and floats as text and bytes.

const INT_TEXT = /^[+-]?[0-9]+$/;
const FLOAT_TEXT = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i;
const SPECIAL_FLOATS: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['nan', NaN],
  ['+nan', NaN],
  ['-nan', NaN],
]);

/** A bigint as number where it is a safe integer. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A decimal int; undefined for any other text. The caller has checked the number of digits. */
export function parseInteger(text: string): number | bigint | undefined {
  if (!INT_TEXT.test(text)) return undefined;
  const number = Number(text);
  // Number('-0') is -0, which is a float in Python's eyes.
  return Number.isSafeInteger(number) ? number + 0 : narrow(BigInt(text.replace('+', '')));
}

/** A float as picklers write it; undefined for any other text, and for what is too large for a float. */
export function parseFloatText(text: string): number | undefined {
  if (!FLOAT_TEXT.test(text)) return SPECIAL_FLOATS.get(text.toLowerCase());
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Python's repr of a float: shortest digits, exponent from 1e16 and below 1e-4, two exponent digits. */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e16 || size < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  // Above 1e-6 and below 1e21 String() has no exponent; from 1e-4 down it is not reached.
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** Bits of 4300 digits, beyond which Python 3 refuses to write an int in decimal: the work grows with the square. */
const DECIMAL_BITS = 14_284;

/** True for an int of so many digits that any look at them would take its time. */
export function isHuge(value: bigint): boolean {
  return BigInt.asIntN(DECIMAL_BITS, value) !== value;
}

/** An int in decimal, or in hexadecimal where it is huge. */
export function intText(value: number | bigint): string {
  if (typeof value === 'number' || !isHuge(value)) return String(value);
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** A little-endian two's complement int of any length. */
export function readLong(bytes: Buffer, from: number, size: number): number | bigint {
  if (size === 0) return 0;
  if (size <= 6) return bytes.readIntLE(from, size);
  if (size === 8) return narrow(bytes.readBigInt64LE(from));
  const big = Buffer.from(bytes.subarray(from, from + size)).reverse();
  return narrow(BigInt.asIntN(size * 8, BigInt(`0x${big.toString('hex')}`)));
}

/** The shortest little-endian two's complement form: 0 has none, -128 has one byte, 128 two. */
export function longBytes(value: bigint): Buffer {
  if (value === 0n) return Buffer.alloc(0);
  const digits = (value < 0n ? -value : value).toString(16);
  let size = (digits.length + 1) >> 1;
  // The sign needs a bit of its own, except for -2**(8k-1).
  if (BigInt.asIntN(size * 8, value) !== value) size++;
  else if (value < 0n && size > 1 && BigInt.asIntN(size * 8 - 8, value) === value) size--;
  const text = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0');
  return Buffer.from(text, 'hex').reverse();
}
