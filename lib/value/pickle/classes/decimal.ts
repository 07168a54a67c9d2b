// decimal.Decimal, held as sign, digits and exponent, so that no digit is lost.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import { pyRepr, repr, strRepr, type Repr } from '../repr';
import { PyFloat } from '../exact';
import { PyObject, PyTuple } from '../types';
import { asRead, KeyTag, textOf } from './form';
import { rationalKey } from './fraction';

/** What Decimal's constructor reads: digits with an exponent, infinities, and NaNs with a payload. */
const NUMBER = /^([+-]?)(?=\d|\.\d)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,18}))?$/i;
const SPECIAL = /^([+-]?)(inf(?:inity)?|nan|snan)(\d*)$/i;

/** Digits of a Decimal; those of longer ones are left to Python, as each look at them takes its time. */
const MAX_DIGITS = 1000;

interface Parts {
  readonly sign: '' | '-';
  /** Digits without leading zeros; of a NaN its payload. */
  readonly digits: string;
  /** Power of ten of the last digit, or what it is instead of a number. */
  readonly exponent: number | 'Infinity' | 'NaN' | 'sNaN';
}

/** Undefined for text that is no Decimal. */
function parse(text: string): Parts | undefined {
  if (text.length > MAX_DIGITS + 30) return undefined;
  const number = NUMBER.exec(text);
  if (number !== null) {
    const [, sign = '', whole = '', fraction = '', power = '0'] = number;
    const exponent = Number(power) - fraction.length;
    const digits = (whole + fraction).replace(/^0+(?=\d)/, '');
    return Number.isSafeInteger(exponent) ? { sign: signOf(sign), digits, exponent } : undefined;
  }
  const special = SPECIAL.exec(text);
  if (special === null) return undefined;
  const [, sign = '', word = '', payload = ''] = special;
  const kind = word.toLowerCase();
  if (kind.startsWith('inf')) {
    return payload === '' ? { sign: signOf(sign), digits: '', exponent: 'Infinity' } : undefined;
  }
  const exponent = kind === 'nan' ? 'NaN' : 'sNaN';
  return { sign: signOf(sign), digits: payload.replace(/^0+/, ''), exponent };
}

function signOf(text: string): '' | '-' {
  return text === '-' ? '-' : '';
}

/** Python's str of a Decimal (Lib/_pydecimal.py, Decimal.__str__). */
function format({ sign, digits, exponent }: Parts): string {
  if (typeof exponent !== 'number') return sign + exponent + digits;
  const left = exponent + digits.length;
  // Plain notation down to 1E-6; otherwise one digit before the point, and an exponent.
  const point = exponent <= 0 && left > -6 ? left : 1;
  const power = left - point;
  const tail = power === 0 ? '' : `E${power < 0 ? '-' : '+'}${Math.abs(power)}`;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}${tail}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length) + tail;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}${tail}`;
}

/** decimal.Decimal. Arithmetic is left to libraries of one's own choice: `toString` and the constructor lead to them. */
export class PyDecimal {
  readonly #parts: Parts;

  /**
   * @param value text as Python's Decimal takes it; a number stands for its shortest text (0.1 for 0.1)
   * @throws {TypeError} not a decimal number, or one of more than 1000 digits
   */
  constructor(value: string | number | bigint) {
    const parts = parse(String(value));
    if (parts === undefined) throw new TypeError('not the text of a decimal number');
    this.#parts = parts;
  }

  /** True for Infinity, NaN and sNaN. */
  get isSpecial(): boolean {
    return typeof this.#parts.exponent !== 'number';
  }

  /** Sign (0 or 1), digits and exponent, as Python's as_tuple(). */
  asTuple(): { sign: 0 | 1; digits: number[]; exponent: number | 'F' | 'n' | 'N' } {
    const { sign, digits, exponent } = this.#parts;
    const letter = { Infinity: 'F', NaN: 'n', sNaN: 'N' } as const;
    return {
      sign: sign === '-' ? 1 : 0,
      digits: exponent === 'Infinity' ? [0] : Array.from(digits, Number),
      exponent: typeof exponent === 'number' ? exponent : letter[exponent],
    };
  }

  /** The nearest number. */
  toNumber(): number {
    const { sign, digits, exponent } = this.#parts;
    if (typeof exponent === 'number') return Number(`${sign}${digits}e${exponent}`);
    return exponent === 'Infinity' ? Number(`${sign}Infinity`) : NaN;
  }

  /** For `<` and `>`; not exact. */
  valueOf(): number {
    return this.toNumber();
  }

  /** As Python's str(). */
  toString(): string {
    return format(this.#parts);
  }

  /** Text, as a JSON number would lose digits. */
  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    return { parts: [`Decimal(${strRepr(this.toString())})`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** Equal to any number of the same value. */
  [pyKey](): unknown {
    const { sign, digits, exponent } = this.#parts;
    if (exponent === 'sNaN') throw new TypeError('Cannot hash a signaling NaN value');
    if (exponent === 'NaN') return new PyFloat(NaN);
    if (exponent === 'Infinity') return this.toNumber();
    const coefficient = digits.replace(/0+$/, '');
    if (coefficient === '') return 0;
    const power = exponent + digits.length - coefficient.length;
    if (Math.abs(power) > MAX_POWER || coefficient.length > MAX_POWER) {
      return PyTuple.of<unknown>(TAG, sign + coefficient, power);
    }
    const [top, bottom] = power < 0 ? [0, -power] : [power, 0];
    return rationalKey(BigInt(sign + coefficient) * 10n ** BigInt(top), 10n ** BigInt(bottom));
  }
}

const TAG = new KeyTag('Decimal');
/** Larger powers of ten are compared among Decimals only: as an int they would take too long to make. */
const MAX_POWER = 1000;

// Decimal(text)
const DECIMAL: KnownClass<PyDecimal> = {
  module: 'decimal',
  name: 'Decimal',
  aliases: [
    ['_decimal', 'Decimal'],
    ['_pydecimal', 'Decimal'],
  ],
  type: PyDecimal,
  load(form) {
    const text = form.args.length === 1 ? textOf(form.args[0]) : undefined;
    if (form.how !== 'reduce' || text === undefined || parse(text) === undefined) return undefined;
    return asRead(new PyDecimal(text), form);
  },
  dump: (value) => PyObject.call('decimal', 'Decimal', value.toString()),
};

export const DECIMALS: readonly KnownClass[] = [DECIMAL] as readonly KnownClass[];
