// Memo numbers of short texts, by value: a hash table that costs a fraction of a Map's insertion.

/** Slots of the table that is kept between dumps. */
const KEPT_SLOTS = 4096;

/** For each slot: the run that filled it, and its text's hash and memo number. Slots of older runs are empty. */
interface Table {
  readonly runs: Uint32Array;
  readonly hashes: Int32Array;
  readonly entries: Uint32Array;
  /** Index of the text in the run's own list: the table keeps no text alive. */
  readonly indices: Uint32Array;
}

function newTable(slots: number): Table {
  return {
    runs: new Uint32Array(slots),
    hashes: new Int32Array(slots),
    entries: new Uint32Array(slots),
    indices: new Uint32Array(slots),
  };
}

const kept = newTable(KEPT_SLOTS);
let lastRun = 0;

export class TextMemo {
  #table: Table = kept;
  #mask = KEPT_SLOTS - 1;
  /** Dumps inside dumps share the kept table: they only lose sight of each other's texts. */
  readonly #run = nextRun();
  readonly #texts: string[] = [];
  /** Where `find` ended: the place for the text that it did not find. */
  #free = 0;

  /** The memo number of a text with this hash, or -1. */
  find(text: string, hash: number): number {
    const { runs, hashes, entries, indices } = this.#table;
    const mask = this.#mask;
    const run = this.#run;
    let slot = mix(hash) & mask;
    while (runs[slot] === run) {
      if (hashes[slot] === hash && this.#texts[indices[slot] as number] === text) {
        return entries[slot] as number;
      }
      slot = (slot + 1) & mask;
    }
    this.#free = slot;
    return -1;
  }

  /** Notes the text that the last `find` did not find. */
  add(text: string, hash: number, entry: number): void {
    const { runs, hashes, entries, indices } = this.#table;
    const slot = this.#free;
    const index = this.#texts.push(text) - 1;
    runs[slot] = this.#run;
    hashes[slot] = hash;
    entries[slot] = entry;
    indices[slot] = index;
    if (index * 2 > this.#mask) this.#grow();
  }

  #grow(): void {
    const old = this.#table;
    const mask = (this.#mask = this.#mask * 4 + 3);
    const table = (this.#table = newTable(mask + 1));
    old.runs.forEach((run, from) => {
      if (run !== this.#run) return;
      const hash = old.hashes[from] as number;
      let slot = mix(hash) & mask;
      while (table.runs[slot] === run) slot = (slot + 1) & mask;
      table.runs[slot] = run;
      table.hashes[slot] = hash;
      table.entries[slot] = old.entries[from] as number;
      table.indices[slot] = old.indices[from] as number;
    });
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
