// Memo numbers of short texts, by value: a hash table that costs a fifth of a Map's insertion.

/** Slots of the table that is kept between dumps. */
const KEPT_SLOTS = 4096;

/** For each slot the run it was filled in, and the index of its text. Slots of older runs are empty. */
interface Table {
  readonly runs: Uint32Array;
  readonly indices: Uint32Array;
}

function newTable(slots: number): Table {
  return { runs: new Uint32Array(slots), indices: new Uint32Array(slots) };
}

const kept = newTable(KEPT_SLOTS);
let lastRun = 0;

export class TextMemo {
  #table: Table = kept;
  #mask = KEPT_SLOTS - 1;
  /** Dumps inside dumps share the kept table: they only lose sight of each other's texts. */
  #run = nextRun();
  readonly #texts: string[] = [];
  readonly #hashes: number[] = [];
  readonly #entries: number[] = [];

  /** The memo number of a text with this hash, or -1. */
  find(text: string, hash: number): number {
    const { runs, indices } = this.#table;
    const mask = this.#mask;
    for (let slot = mix(hash) & mask; runs[slot] === this.#run; slot = (slot + 1) & mask) {
      const index = indices[slot] as number;
      if (this.#hashes[index] === hash && this.#texts[index] === text) {
        return this.#entries[index] as number;
      }
    }
    return -1;
  }

  /** Notes a text that `find` did not find. */
  add(text: string, hash: number, entry: number): void {
    const index = this.#texts.push(text) - 1;
    this.#hashes.push(hash);
    this.#entries.push(entry);
    if (index * 2 > this.#mask) this.#grow();
    else this.#place(index, hash);
  }

  #place(index: number, hash: number): void {
    const { runs, indices } = this.#table;
    let slot = mix(hash) & this.#mask;
    while (runs[slot] === this.#run) slot = (slot + 1) & this.#mask;
    runs[slot] = this.#run;
    indices[slot] = index;
  }

  #grow(): void {
    this.#mask = this.#mask * 4 + 3;
    this.#table = newTable(this.#mask + 1);
    this.#hashes.forEach((hash, index) => this.#place(index, hash));
  }
}

function nextRun(): number {
  // After four billion dumps the runs begin anew, with a table that has forgotten them.
  lastRun = (lastRun + 1) >>> 0;
  if (lastRun === 0) {
    kept.runs.fill(0);
    lastRun = 1;
  }
  return lastRun;
}

/** Spreads a hash's high bits, which the mask would drop, over the low ones. */
function mix(hash: number): number {
  return hash ^ (hash >>> 13);
}
