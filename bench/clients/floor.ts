// The yardstick: the least that a correct client with a promise per call can do on one socket.
//
// It does nothing but the protocol, in the fastest way we know:
//  - one write per tick, of one latin1 string;
//  - the gets of a tick joined into `get k1 .. k32` lines, gathered past the tick's sets; a set of a
//    key that may be among the gathered ones sends them first, so that order per key is kept;
//  - one read buffer, scanned by offsets; a big value is read into a buffer of its exact size.
// No key checks, no flags of other clients, no placement, no timeouts: any surprise throws.

import { connect, type Socket } from 'node:net';
import './latin1';
import { address } from './client';

/** Bytes of the read buffer: larger ones fall out of the second-level cache. */
const SCRATCH = 256 * 1024;
/**
 * Where the read buffer begins in a page. The kernel's copy out of its own pages is half as fast
 * into a buffer that begins a few bytes behind a page, as a fresh allocation does.
 */
const HALF_PAGE = 2048;
/** Keys of one line of joined gets: enough to spread the server's cost per line. */
const LINE = 32;
/** A value of more bytes that is not whole yet gets its buffer at once. */
const EXACT = 2048;
/** A Buffer of more bytes is sent as it is and not copied into the tick's string. */
const UNCOPIED = 4096;
/** Slots of the table that tells which keys were gathered since the last line. */
const SLOTS = 4096;

const STORE = 0;
const GET = 1;
const MULTI = 2;

const SPACE = 32;
const CR = 13;
const LF = 10;
const LETTER_E = 69;
const LETTER_N = 78;
const LETTER_S = 83;
const LETTER_V = 86;
const ZERO = 48;

/** Turns the bytes of a value, which die with the call, into what `get` resolves to. */
export type Decode = (bytes: Buffer, from: number, to: number, flags: number) => unknown;

type Settle = (value: unknown) => void;

let captured: Settle = () => undefined;
const capture = (resolve: Settle): void => {
  captured = resolve;
};

/** A request that waits for its answer. One shape for all kinds. */
class Op {
  /** GET: the last key of its line, where END follows. */
  last = false;
  /** GET: its value has come (the last of a line still waits for END). */
  answered = false;
  /** MULTI: the key that the next VALUE is compared with. */
  at = 0;
  found: Map<string, unknown> | null = null;
  constructor(
    readonly kind: number,
    readonly key: string,
    readonly keys: readonly string[],
    /** STORE: answers still to come. */
    public left: number,
    readonly resolve: Settle,
  ) {}
}

const NO_KEYS: readonly string[] = [];

export class FloorClient {
  readonly #socket: Socket;
  readonly #decode: Decode;
  /** The ring of waiting requests: its length is a power of two. */
  #ring: (Op | undefined)[] = new Array<Op | undefined>(1024).fill(undefined);
  #head = 0;
  #tail = 0;
  #out = '';
  #gathered: Op[] = [];
  readonly #stamps = new Uint32Array(SLOTS);
  #stamp = 1;
  #scheduled = false;
  /** Bytes of an answer that is not whole yet. */
  #rest: Buffer | null = null;
  /** A big value being read, with its CRLF. */
  #value: Buffer | null = null;
  #filled = 0;
  #flags = 0;

  constructor(server: string | undefined, decode: Decode) {
    this.#decode = decode;
    const { host, port } = address(server);
    const scratch = Buffer.allocUnsafeSlow(HALF_PAGE + SCRATCH).subarray(HALF_PAGE);
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: scratch,
        callback: (length) => {
          this.#receive(scratch, length);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => {
      throw error;
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  get(key: string): Promise<unknown> {
    const promise = new Promise(capture);
    this.#gathered.push(new Op(GET, key, NO_KEYS, 0, captured));
    this.#stamps[slotOf(key)] = this.#stamp;
    if (this.#gathered.length === LINE) this.#commit();
    this.#schedule();
    return promise;
  }

  getMulti(keys: readonly string[]): Promise<unknown> {
    const promise = new Promise(capture);
    const op = new Op(MULTI, '', keys, 0, captured);
    op.found = new Map();
    this.#out += `get ${keys.join(' ')}\r\n`;
    this.#push(op);
    this.#schedule();
    return promise;
  }

  /** @param flags stored with the value and given to `decode` */
  set(key: string, value: string | Buffer, flags: number): Promise<unknown> {
    const promise = new Promise(capture);
    const op = new Op(STORE, key, NO_KEYS, 1, captured);
    this.#store(key, value, flags);
    this.#push(op);
    this.#schedule();
    return promise;
  }

  setMulti(entries: ReadonlyMap<string, string | Buffer>, flags: number): Promise<unknown> {
    const promise = new Promise(capture);
    const op = new Op(STORE, '', NO_KEYS, entries.size, captured);
    for (const [key, value] of entries) this.#store(key, value, flags);
    this.#push(op);
    this.#schedule();
    return promise;
  }

  #store(key: string, value: string | Buffer, flags: number): void {
    if (this.#stamps[slotOf(key)] === this.#stamp) this.#commit();
    this.#out += `set ${key} ${flags} 0 ${value.length}\r\n`;
    if (typeof value === 'string') {
      this.#out += `${value}\r\n`;
    } else if (value.length <= UNCOPIED) {
      this.#out += `${value.latin1Slice(0, value.length)}\r\n`;
    } else {
      this.#socket.cork();
      this.#socket.write(this.#out, 'latin1');
      this.#socket.write(value);
      this.#out = '\r\n';
      // The flush must come first, so that the value's CRLF goes with it.
      this.#schedule();
      process.nextTick(this.#uncork);
    }
  }

  /** Sends the gathered gets as one line. */
  #commit(): void {
    const gathered = this.#gathered;
    const count = gathered.length;
    if (count === 0) return;
    let line = 'get';
    for (let i = 0; i < count; i++) {
      const op = gathered[i];
      if (op === undefined) break;
      line += ` ${op.key}`;
      if (i === count - 1) op.last = true;
      this.#push(op);
    }
    this.#out += `${line}\r\n`;
    gathered.length = 0;
    this.#stamp++;
  }

  #push(op: Op): void {
    if (this.#tail - this.#head === this.#ring.length) this.#grow();
    this.#ring[this.#tail++ & (this.#ring.length - 1)] = op;
  }

  #grow(): void {
    const old = this.#ring;
    const mask = old.length - 1;
    const ring = new Array<Op | undefined>(old.length * 2).fill(undefined);
    for (let i = 0; i < old.length; i++) ring[i] = old[(this.#head + i) & mask];
    this.#tail = this.#tail - this.#head;
    this.#head = 0;
    this.#ring = ring;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    this.#commit();
    const out = this.#out;
    this.#out = '';
    this.#socket.write(out, 'latin1');
  };

  readonly #uncork = (): void => {
    this.#socket.uncork();
  };

  #receive(scratch: Buffer, length: number): void {
    let bytes = scratch;
    let from = 0;
    let to = length;
    if (this.#value !== null) {
      from = this.#fill(this.#value, bytes, to);
      if (from === -1) return;
    } else if (this.#rest !== null) {
      bytes = Buffer.concat([this.#rest, bytes.subarray(0, to)]);
      to = bytes.length;
      this.#rest = null;
    }
    const at = this.#scan(bytes, from, to);
    if (at < to) this.#rest = Buffer.from(bytes.subarray(at, to));
  }

  /** Adds to the big value; where scanning goes on when it is whole, otherwise -1. */
  #fill(value: Buffer, bytes: Buffer, to: number): number {
    const taken = Math.min(value.length - this.#filled, to);
    bytes.copy(value, this.#filled, 0, taken);
    this.#filled += taken;
    if (this.#filled < value.length) return -1;
    this.#value = null;
    this.#deliver(value, 0, value.length - 2, this.#flags);
    return taken;
  }

  /** Reads whole answers; where the first unread byte is. */
  #scan(bytes: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to) {
      const op = this.#ring[this.#head & (this.#ring.length - 1)];
      if (op === undefined) throw new Error('an answer that nobody waits for');
      const next =
        op.kind === STORE
          ? this.#stored(op, bytes, at, to)
          : bytes[at] === LETTER_V
            ? this.#found(op, bytes, at, to)
            : this.#end(op, bytes, at, to);
      if (next === at) return at;
      // A key of the line that has no value moves the head and no byte.
      if (next !== -1) at = next;
    }
    return at;
  }

  // STORED\r\n
  #stored(op: Op, bytes: Buffer, from: number, to: number): number {
    if (to - from < 8) return from;
    if (bytes[from] !== LETTER_S || bytes[from + 7] !== LF) throw surprise(bytes, from, to);
    if (--op.left === 0) {
      this.#drop();
      op.resolve(true);
    }
    return from + 8;
  }

  // VALUE <key> <flags> <length>\r\n<bytes>\r\n
  #found(op: Op, bytes: Buffer, from: number, to: number): number {
    const key = op.kind === GET ? op.key : (op.keys[op.at] ?? '');
    const same = op.answered ? DIFFERENT : compare(key, bytes, from + 6, to);
    if (same === SHORT) return from;
    if (same === DIFFERENT) return this.#skip(op, bytes, from, to);
    let at = from + 6 + key.length + 1;
    let flags = 0;
    let size = 0;
    for (; at < to && bytes[at] !== SPACE; at++) flags = flags * 10 + (bytes[at] ?? 0) - ZERO;
    for (at++; at < to && bytes[at] !== CR; at++) size = size * 10 + (bytes[at] ?? 0) - ZERO;
    const start = at + 2;
    const end = start + size;
    if (end + 2 <= to && at < to) {
      this.#deliver(bytes, start, end, flags);
      return end + 2;
    }
    if (start > to || size < EXACT) return from;
    this.#flags = flags;
    this.#value = Buffer.allocUnsafeSlow(size + 2);
    this.#filled = bytes.copy(this.#value, 0, start, to);
    return to;
  }

  /** The head's key has no value: -1, as no byte is read by that. */
  #skip(op: Op, bytes: Buffer, from: number, to: number): number {
    if (op.kind === MULTI && op.at < op.keys.length) {
      op.at++;
      return -1;
    }
    if (op.kind === MULTI || op.last) throw surprise(bytes, from, to);
    this.#drop();
    op.resolve(undefined);
    return -1;
  }

  #deliver(bytes: Buffer, from: number, to: number, flags: number): void {
    const op = this.#ring[this.#head & (this.#ring.length - 1)];
    if (op === undefined) throw surprise(bytes, from, to);
    const value = this.#decode(bytes, from, to, flags);
    if (op.kind === MULTI) {
      op.found?.set(op.keys[op.at++] ?? '', value);
      return;
    }
    if (op.last) op.answered = true;
    else this.#drop();
    op.resolve(value);
  }

  // END\r\n
  #end(op: Op, bytes: Buffer, from: number, to: number): number {
    if (to - from < 5) return from;
    if (bytes[from] !== LETTER_E || bytes[from + 1] !== LETTER_N) throw surprise(bytes, from, to);
    this.#drop();
    if (op.kind === MULTI) {
      op.resolve(op.found);
    } else if (!op.answered) {
      op.resolve(undefined);
      if (!op.last) this.#missed();
    }
    return from + 5;
  }

  /** END answers what is left of the line. */
  #missed(): void {
    for (;;) {
      const op = this.#ring[this.#head & (this.#ring.length - 1)];
      if (op === undefined) throw new Error('a line without an end');
      this.#drop();
      op.resolve(undefined);
      if (op.last) return;
    }
  }

  #drop(): void {
    this.#ring[this.#head++ & (this.#ring.length - 1)] = undefined;
  }
}

const DIFFERENT = 0;
const EQUAL = 1;
const SHORT = 2;

/** Whether `<key> ` stands at `from`; keys mostly differ at their ends. */
function compare(key: string, bytes: Buffer, from: number, to: number): number {
  const end = from + key.length;
  if (end >= to) {
    for (let i = from; i < to; i++) {
      if (bytes[i] !== key.charCodeAt(i - from)) return DIFFERENT;
    }
    return SHORT;
  }
  if (bytes[end] !== SPACE) return DIFFERENT;
  for (let i = key.length - 1; i >= 0; i--) {
    if (bytes[from + i] !== key.charCodeAt(i)) return DIFFERENT;
  }
  return EQUAL;
}

/** Where a key is remembered. Two keys in one slot only make a line shorter. */
function slotOf(key: string): number {
  const length = key.length;
  const tail =
    key.charCodeAt(length - 1) +
    key.charCodeAt(length - 2) * 11 +
    key.charCodeAt(length - 3) * 101 +
    key.charCodeAt(length - 4) * 1009;
  return tail & (SLOTS - 1);
}

function surprise(bytes: Buffer, from: number, to: number): Error {
  return new Error(`surprise: ${bytes.latin1Slice(from, Math.min(to, from + 60))}`);
}
