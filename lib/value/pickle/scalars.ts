// Ints, floats, text and bytes as each protocol has them; nothing here looks into the memo.
import { PicklingError } from './errors';
import { floatRepr, longBytes } from './numbers';
import { FRAME_TARGET, Output } from './output';
import type { Rules } from './rules';
import type { WriteSettings } from './settings';
import { encodeLiteral, encodeRawUnicode, encodeUtf8 } from './text';

const MAX_UINT32 = 0xffffffff;

export class Scalars extends Output {
  readonly rules: Rules;
  readonly protocol: number;
  readonly settings: WriteSettings;

  constructor(settings: WriteSettings, protocol: number) {
    super(settings.limits.totalBytes, settings.rules.bigOutsideFrames);
    this.settings = settings;
    this.protocol = protocol;
    this.rules = settings.rules;
  }

  bool(value: boolean): void {
    if (this.protocol >= 2) this.byte(value ? 0x88 : 0x89);
    else this.latin1(value ? 'I01\n' : 'I00\n');
  }

  number(value: number): void {
    // -0 passes the first test as 0, but is a float.
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) this.int32(value);
    else if (Number.isSafeInteger(value) && value !== 0) this.#wideInt(BigInt(value));
    else this.float(value);
  }

  int32(value: number): void {
    if (this.protocol === 0) {
      if (!this.rules.shortIntText) this.latin1(`L${value}L\n`);
      else this.numberLine(0x49, value);
      return;
    }
    this.ensure(5);
    const { buffer, pos } = this;
    if (value >= 0 && value < 0x100) {
      buffer[pos] = 0x4b;
      buffer[pos + 1] = value;
      this.pos += 2;
    } else if (value >= 0 && value < 0x10000) {
      buffer[pos] = 0x4d;
      buffer[pos + 1] = value;
      buffer[pos + 2] = value >>> 8;
      this.pos += 3;
    } else {
      buffer[pos] = 0x4a;
      buffer[pos + 1] = value;
      buffer[pos + 2] = value >>> 8;
      buffer[pos + 3] = value >>> 16;
      buffer[pos + 4] = value >>> 24;
      this.pos += 5;
    }
  }

  /** An opcode of protocol 0 and the digits of an int of at most 32 bits. */
  numberLine(opcode: number, value: number): void {
    this.ensure(13);
    const { buffer } = this;
    let { pos } = this;
    buffer[pos++] = opcode;
    if (value < 0) buffer[pos++] = 0x2d;
    const size = Math.abs(value);
    let count = 1;
    for (let bound = 10; bound <= size; bound *= 10) count++;
    let left = size;
    for (let at = pos + count - 1; at >= pos; at--) {
      const tens = Math.floor(left / 10);
      buffer[at] = 0x30 + left - tens * 10;
      left = tens;
    }
    pos += count;
    buffer[pos++] = 0x0a;
    this.pos = pos;
  }

  bigint(value: bigint): void {
    if (BigInt.asIntN(32, value) === value) this.int32(Number(value));
    else this.#wideInt(value);
  }

  #wideInt(value: bigint): void {
    // Python 2's int has 64 bits and no opcode for more than 32.
    if (this.rules.python2 && BigInt.asIntN(64, value) === value) this.latin1(`I${value}\n`);
    else this.long(value);
  }

  /** An int with a text form or LONG1/LONG4, whatever its size. */
  long(value: bigint): void {
    if (this.protocol < 2) {
      this.latin1(`L${this.#digits(value)}L\n`);
      return;
    }
    const bytes = longBytes(value);
    if (bytes.length < 256) {
      this.byte(0x8a);
      this.byte(bytes.length);
    } else {
      this.byte(0x8b);
      this.uint32(bytes.length);
    }
    this.bytes(bytes);
  }

  #digits(value: bigint): string {
    const { digits } = this.settings.limits;
    // Four bits hold more than a decimal digit: refuse before the slow conversion.
    const bits = BigInt(digits) * 4n;
    const tooLong = new PicklingError(`more than ${digits} digits in an int`);
    if (value >> bits !== 0n && value >> bits !== -1n) throw tooLong;
    const text = String(value);
    if (text.length > digits + (value < 0n ? 1 : 0)) throw tooLong;
    return text;
  }

  float(value: number): void {
    if (this.protocol === 0) {
      this.latin1(`F${floatRepr(value)}\n`);
      return;
    }
    this.ensure(9);
    this.buffer[this.pos] = 0x47;
    this.view.setFloat64(this.pos + 1, value, false);
    this.pos += 9;
  }

  strBytes(bytes: Buffer): void {
    if (this.protocol === 0) {
      this.byte(0x53);
      this.bytes(encodeLiteral(bytes));
      this.byte(0x0a);
      return;
    }
    if (bytes.length < 256) {
      this.byte(0x55);
      this.byte(bytes.length);
    } else {
      this.byte(0x54);
      this.uint32(bytes.length);
    }
    this.bytes(bytes);
  }

  /** Text without a look into the memo, and without its memo entry. */
  newText(value: string): void {
    if (this.protocol === 0) this.#textLine(encodeRawUnicode(value, this.rules.escapeControls));
    else this.#longText(value);
  }

  #textLine(line: Buffer): void {
    this.byte(0x56);
    this.bytes(line);
    this.byte(0x0a);
  }

  #longText(value: string): void {
    const size = Buffer.byteLength(value, 'utf8');
    if (size > this.settings.limits.stringBytes) {
      throw new PicklingError('value longer than the limit allows');
    }
    // U+D800 to U+DFFF alone need a look; they are impossible where every character took one byte.
    if (size !== value.length && /\p{Surrogate}/u.test(value)) {
      this.utf8(encodeUtf8(value));
      return;
    }
    const outside = this.#openPayload(size);
    this.#textHeader(size);
    this.ensure(size);
    const { buffer, pos } = this;
    this.pos +=
      size === value.length ? buffer.latin1Write(value, pos) : buffer.utf8Write(value, pos);
    if (outside) this.openFrame();
  }

  /** Text given as UTF-8 with surrogates passed through. Protocol 1 and up. */
  utf8(bytes: Buffer): void {
    const outside = this.#openPayload(bytes.length);
    this.#textHeader(bytes.length);
    this.bytes(bytes);
    if (outside) this.openFrame();
  }

  /** Text given as code points, in the line of protocol 0. */
  rawUnicode(points: readonly number[], escapeControls: boolean): void {
    const parts = points.map((point) =>
      encodeRawUnicode(String.fromCodePoint(point), escapeControls),
    );
    this.#textLine(Buffer.concat(parts));
  }

  #textHeader(size: number): void {
    const { protocol } = this;
    if (protocol >= 4 && size < 256) {
      this.byte(0x8c);
      this.byte(size);
    } else if (size <= MAX_UINT32) {
      this.byte(0x58);
      this.uint32(size);
    } else {
      if (protocol < 4) throw new PicklingError('text of 4 GiB and more needs protocol 4');
      this.byte(0x8d);
      this.uint64(size);
    }
  }

  /** Closes the frame before a big payload. True if a new one has to be opened after it. */
  #openPayload(size: number): boolean {
    if (this.protocol < 4 || !this.rules.bigOutsideFrames || size < FRAME_TARGET) return false;
    this.closeFrame();
    return true;
  }

  /** BINBYTES (protocol 3 and up), without a memo entry. */
  binBytes(bytes: Uint8Array): void {
    const size = bytes.length;
    const outside = this.#openPayload(size);
    if (size < 256) {
      this.byte(0x43);
      this.byte(size);
    } else if (size <= MAX_UINT32) {
      this.byte(0x42);
      this.uint32(size);
    } else {
      if (this.protocol < 4) throw new PicklingError('bytes of 4 GiB and more need protocol 4');
      this.byte(0x8e);
      this.uint64(size);
    }
    this.bytes(bytes);
    if (outside) this.openFrame();
  }

  /** BYTEARRAY8 (protocol 5), without a memo entry. */
  byteArray8(bytes: Uint8Array): void {
    const outside = this.#openPayload(bytes.length);
    this.byte(0x96);
    this.uint64(bytes.length);
    this.bytes(bytes);
    if (outside) this.openFrame();
  }
}
