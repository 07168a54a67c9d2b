// Collects the bytes of one write: text whose char codes are bytes, and big buffers that are not copied.

/** A buffer up to this length is cheaper inside the joined text than as a part of its own. */
const SMALL_PART = 4096;

/** What one tick sends on one connection, in order. */
export class Sink {
  /** Bytes after the last part; encoders append to it. */
  text = '';
  /** Bytes before `text`; empty unless a big buffer was added. */
  readonly parts: (string | Buffer)[] = [];
  #partBytes = 0;

  /** Bytes held. */
  get size(): number {
    return this.#partBytes + this.text.length;
  }

  /** Appends data: a string's char codes are bytes; the caller leaves a buffer unchanged until it is sent. */
  add(data: string | Buffer): void {
    if (typeof data === 'string') {
      this.text += data;
    } else if (data.length <= SMALL_PART) {
      this.text += data.latin1Slice();
    } else {
      if (this.text !== '') this.#push(this.text);
      this.text = '';
      this.#push(data);
    }
  }

  /** Forgets what it holds; whoever sent it has kept the parts. */
  clear(): void {
    this.text = '';
    this.parts.length = 0;
    this.#partBytes = 0;
  }

  #push(part: string | Buffer): void {
    this.parts.push(part);
    this.#partBytes += part.length;
  }
}
