// A first-in first-out queue over a power-of-two array: no shift, no holes, flat cost at any depth.

const FIRST_SIZE = 64;

/** Items are addressed by an ever-growing position, from `head` up to but not including `tail`. */
export class Ring<T> {
  /** Position of the oldest item. */
  head = 0;
  /** Position behind the newest item. */
  tail = 0;
  #slots: (T | undefined)[] = new Array<T | undefined>(FIRST_SIZE).fill(undefined);
  #mask = FIRST_SIZE - 1;

  get length(): number {
    return this.tail - this.head;
  }

  /** The item at `position`; undefined outside [head, tail). */
  get(position: number): T | undefined {
    return position >= this.head && position < this.tail
      ? this.#slots[position & this.#mask]
      : undefined;
  }

  push(item: T): void {
    if (this.tail - this.head > this.#mask) this.#grow();
    this.#slots[this.tail++ & this.#mask] = item;
  }

  shift(): T | undefined {
    if (this.head === this.tail) return undefined;
    const at = this.head++ & this.#mask;
    const item = this.#slots[at];
    this.#slots[at] = undefined;
    return item;
  }

  /** Takes out all from `position` on, oldest first. */
  cut(position: number): T[] {
    const items: T[] = [];
    for (let p = Math.max(position, this.head); p < this.tail; p++) {
      items.push(this.#slots[p & this.#mask] as T);
      this.#slots[p & this.#mask] = undefined;
    }
    this.tail -= items.length;
    return items;
  }

  /** Takes everything out, oldest first. */
  drain(): T[] {
    const items: T[] = [];
    for (let item = this.shift(); item !== undefined; item = this.shift()) items.push(item);
    return items;
  }

  #grow(): void {
    const slots = new Array<T | undefined>((this.#mask + 1) * 2).fill(undefined);
    const mask = slots.length - 1;
    for (let p = this.head; p < this.tail; p++) slots[p & mask] = this.#slots[p & this.#mask];
    this.#slots = slots;
    this.#mask = mask;
  }
}
