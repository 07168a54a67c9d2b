// Random numbers from one seed, and the values that the model test stores: each is unlike all others.

/** A repeatable source of numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number from 0 up to but not including 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** One of the rows, as often as its weight says. */
  weighted<Row extends { readonly weight: number }>(rows: readonly Row[]): Row {
    let left = this.next() * rows.reduce((sum, row) => sum + row.weight, 0);
    for (const row of rows) if ((left -= row.weight) < 0) return row;
    throw new Error('no row has a weight');
  }
}

export type Value = string | Buffer | number | bigint | object;

/** The longest value that is sent: memcached's default item size, which leaves too little for its item header. */
export const MAX_VALUE = 1024 * 1024;
/** Room for the header and the key of an item of the largest size. */
const ITEM_HEADER = 128;

/** Sizes in bytes: nothing, the small, and both sides of every border on the way of a value. */
const SIZES = [
  { weight: 30, from: 0, to: 0 },
  { weight: 30, from: 1, to: 1 },
  { weight: 700, from: 2, to: 300 },
  { weight: 60, from: 2044, to: 2052 }, // SMALL_VALUE_BYTES: longer ones get a buffer of their own
  { weight: 60, from: 4092, to: 4100 }, // SMALL_PART: longer ones are not copied into the text that is sent
  { weight: 40, from: 8186, to: 8196 }, // Buffer's pool
  { weight: 20, from: 65_532, to: 65_540 }, // libuv's reads
  { weight: 4, from: 262_100, to: 262_148 }, // READ_BUFFER_BYTES, with and without the line before it
  { weight: 2, from: MAX_VALUE - ITEM_HEADER - 4, to: MAX_VALUE - ITEM_HEADER },
];

/** What bytes and text are cut from; an odd length, so that no two pages are alike. */
const FILLER = Array.from({ length: 9973 }, (_, i) => String.fromCharCode(97 + ((i * 7) % 26)))
  .join('')
  .repeat(Math.ceil(MAX_VALUE / 9973));

/** Values of every kind, numbered, so that an answer that belongs to another call is noticed. */
export class Values {
  readonly #random: Random;
  #made = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  any(): Value {
    return this.#random.weighted(this.#kinds).make();
  }

  /** A count: an int that incr and decr take, from 0 to 2^64 - 1. */
  count(): number | bigint {
    const small = this.#random.whole(0, 2 ** 20);
    return this.#random.next() < 0.8 ? small : 2n ** 64n - 1n - BigInt(small);
  }

  /** ASCII that begins with a letter, so that it is no number; append and prepend take it, too. */
  text(size = this.#size()): string {
    const unique = `v${this.#made++}:`;
    return size <= unique.length
      ? unique.slice(0, size)
      : unique + FILLER.slice(0, size - unique.length);
  }

  bytes(size = this.#size()): Buffer {
    return Buffer.from(this.text(size), 'latin1');
  }

  readonly #kinds: readonly { readonly weight: number; readonly make: () => Value }[] = [
    { weight: 6, make: () => this.text() },
    { weight: 1, make: () => `é✓😀${this.text(this.#random.whole(2, 300))}` },
    { weight: 5, make: () => this.bytes() },
    { weight: 1, make: () => Buffer.from([0xff, 0, 13, 10, this.#made++ & 255, 0xfe]) },
    { weight: 2, make: () => this.#random.whole(-(2 ** 40), 2 ** 40) },
    { weight: 1, make: () => 2n ** 70n + BigInt(this.#made++) },
    { weight: 2, make: () => this.#dict() },
  ];

  #dict(): object {
    const id = this.#made++;
    return { id, name: `user ${id}`, score: id + 0.5, tags: ['é', id % 2 === 0, null], more: {} };
  }

  #size(): number {
    const { from, to } = this.#random.weighted(SIZES);
    return this.#random.whole(from, to);
  }
}
