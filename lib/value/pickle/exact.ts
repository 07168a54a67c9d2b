// Scalars that stand for a type JavaScript cannot tell, and text that it cannot hold.
import { inspect } from 'node:util';
import { asBytes } from './bytes';
import { floatRepr, intText } from './numbers';
import { bytesRepr, codePointsRepr } from './quoted';
import { pyRepr, type Repr } from './shown';

/** Base of scalars that stand for a value JavaScript can hold, but not tell from another type. */
export abstract class Exact {
  /** The value as plain JavaScript, as the default view gives it. */
  abstract plain(): unknown;

  toJSON(): unknown {
    return this.plain();
  }

  toString(): string {
    return String(this.plain());
  }

  abstract [pyRepr](): Repr;

  [inspect.custom](): string {
    return this[pyRepr]().parts.map(String).join('');
  }
}

/** A Python float whose value is a whole number (1.0), or a NaN with an identity of its own. */
export class PyFloat extends Exact {
  /** `bits` are those of a NaN, whose sign and payload a number may lose. */
  constructor(
    readonly value: number,
    readonly bits?: bigint,
  ) {
    super();
  }

  override plain(): number {
    return this.value;
  }

  override valueOf(): number {
    return this.value;
  }

  override toString(): string {
    return floatRepr(this.value);
  }

  override [pyRepr](): Repr {
    return { parts: [floatRepr(this.value)] };
  }
}

/** Python 2's two kinds of int. */
abstract class Py2Whole extends Exact {
  constructor(readonly value: number | bigint) {
    super();
  }

  override plain(): number | bigint {
    return this.value;
  }

  override valueOf(): number | bigint {
    return this.value;
  }

  override toString(): string {
    return intText(this.value);
  }

  override [pyRepr](): Repr {
    return { parts: [intText(this.value)] };
  }
}

/** A Python 2 `long`: `5L` is not `5` there. Python 3 reads it as int. */
export class Py2Long extends Py2Whole {
  override [pyRepr](): Repr {
    return { parts: [`${intText(this.value)}L`] };
  }
}

/** A Python 2 `int` beyond 32 bits, which only its text form keeps from becoming a long. */
export class Py2Int extends Py2Whole {}

/** A Python 2 `str`: bytes that are mostly meant as text. */
export class Py2Str extends Exact {
  /** The bytes as characters U+0000 to U+00FF. */
  readonly latin1: string;
  readonly #plain: string | Buffer;

  /** `text` is how the load's encoding reads the bytes; latin-1 where none was chosen. */
  constructor(bytes: Uint8Array | string, text?: string | Buffer) {
    super();
    this.latin1 = typeof bytes === 'string' ? bytes : asBytes(bytes).toString('latin1');
    this.#plain = text ?? this.latin1;
  }

  /** A copy of the bytes. */
  get bytes(): Buffer {
    return Buffer.from(this.latin1, 'latin1');
  }

  override plain(): string | Buffer {
    return this.#plain;
  }

  override [pyRepr](): Repr {
    return { parts: [bytesRepr(this.bytes)] };
  }
}

/**
 * A Python str that no JavaScript string can hold: a high surrogate followed by a low one, as two code
 * points. JavaScript would join them into one character, so both views give this.
 */
export class PyText {
  /** Its UTF-8 form with surrogates passed through, as pickles hold it. */
  readonly utf8: Buffer;

  constructor(utf8: Uint8Array) {
    this.utf8 = Buffer.from(utf8);
  }

  /** Its code points, surrogates included. */
  codePoints(): number[] {
    const points: number[] = [];
    for (let at = 0; at < this.utf8.length;) {
      const lead = this.utf8.readUInt8(at);
      const size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      let point = size === 1 ? lead : lead & (0x7f >> size);
      for (let i = 1; i < size; i++) point = (point << 6) | (this.utf8.readUInt8(at + i) & 0x3f);
      points.push(point);
      at += size;
    }
    return points;
  }

  /** As a JavaScript string, which joins what Python keeps apart. */
  toString(): string {
    return this.codePoints()
      .map((point) => String.fromCodePoint(point))
      .join('');
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    return { parts: [codePointsRepr(this.codePoints())] };
  }

  [inspect.custom](): string {
    return this[pyRepr]().parts.map(String).join('');
  }
}
