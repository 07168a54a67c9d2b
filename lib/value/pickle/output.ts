// The growing bytes of a pickle and its frames.
import { asBytes, type Bytes } from './bytes';
import { PicklingError } from './errors';

/** A frame that holds this much is closed before the next value; such payloads stand outside frames. */
export const FRAME_TARGET = 64 * 1024;
/** FRAME and its 8-byte length. */
const FRAME_HEADER = 9;
/** A shorter frame has no header from 3.7 on. */
const SHORTEST_FRAME = 4;
/** Bytes kept between dumps, so that small pickles need no allocation but their own. */
const SCRATCH = 64 * 1024;

const kept = asBytes(Buffer.allocUnsafeSlow(SCRATCH));
const keptView = new DataView(kept.buffer);
let isFree = true;

export class Output {
  buffer: Bytes;
  view: DataView;
  pos = 0;
  /** The kept bytes are this dump's, whether or not it outgrew them. */
  #isKept: boolean;
  /** Where the open frame's header is; -1 without one. */
  #frame = -1;
  /** Position from which on the next value begins a new frame. */
  frameEnd = Infinity;

  constructor(
    /** Upper bound of the pickle's bytes. */
    readonly limit: number,
    /** A frame under 4 bytes has no header. */
    readonly bareShortFrames: boolean,
  ) {
    // A dump inside a dump (from a hook) finds no scratch and makes its own.
    this.buffer = isFree ? kept : asBytes(Buffer.allocUnsafeSlow(SCRATCH));
    this.view = isFree ? keptView : new DataView(this.buffer.buffer);
    this.#isKept = isFree;
    isFree = false;
  }

  /** Makes room for `size` more bytes. */
  ensure(size: number): void {
    const need = this.pos + size;
    if (need > this.buffer.length) this.#grow(need);
  }

  #grow(need: number): void {
    if (need > this.limit) throw new PicklingError('pickle larger than the limit allows');
    const grown = asBytes(Buffer.allocUnsafeSlow(Math.max(need, this.buffer.length * 2)));
    this.buffer.copy(grown, 0, 0, this.pos);
    this.buffer = grown;
    this.view = new DataView(grown.buffer);
  }

  byte(value: number): void {
    if (this.pos >= this.buffer.length) this.#grow(this.pos + 1);
    this.buffer[this.pos++] = value;
  }

  uint32(value: number): void {
    this.ensure(4);
    this.view.setUint32(this.pos, value, true);
    this.pos += 4;
  }

  uint64(value: number): void {
    this.ensure(8);
    this.view.setBigUint64(this.pos, BigInt(value), true);
    this.pos += 8;
  }

  /** Text of Latin-1 characters. */
  latin1(text: string): void {
    this.ensure(text.length);
    this.pos += this.buffer.latin1Write(text, this.pos);
  }

  bytes(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.buffer.set(bytes, this.pos);
    this.pos += bytes.length;
  }

  /** Opens a frame: room for its header, which is filled in when it closes. */
  openFrame(): void {
    this.ensure(FRAME_HEADER);
    this.#frame = this.pos;
    this.pos += FRAME_HEADER;
    this.frameEnd = this.pos + FRAME_TARGET;
  }

  closeFrame(): void {
    const start = this.#frame + FRAME_HEADER;
    const size = this.pos - start;
    this.#frame = -1;
    this.frameEnd = Infinity;
    if (size === 0 || (this.bareShortFrames && size < SHORTEST_FRAME)) {
      this.buffer.copyWithin(start - FRAME_HEADER, start, this.pos);
      this.pos -= FRAME_HEADER;
      return;
    }
    this.buffer[start - FRAME_HEADER] = 0x95;
    this.view.setBigUint64(start - 8, BigInt(size), true);
  }

  /** The pickle, as a Buffer of its own. Nothing can be written afterwards. */
  finish(): Buffer {
    const pickle = Buffer.allocUnsafe(this.pos);
    this.buffer.copy(pickle, 0, 0, this.pos);
    this.release();
    return pickle;
  }

  /** Gives the scratch bytes back. */
  release(): void {
    if (this.#isKept) isFree = true;
    this.#isKept = false;
  }
}
