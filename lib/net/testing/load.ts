// A load that verifies itself: one writer a key, readers of any keys, every answer told to the oracle.

import { MAX_COUNTS, TOKEN_END, type History, type Outcome } from './history';
import { seal } from './payload';
import type { Random } from './random';

/** What a write came to; with a counter's new value where it is known. */
export interface Written {
  readonly outcome: Outcome;
  readonly count?: number | bigint;
}

/** A client as the load uses it. Reads reject when they failed; a miss is undefined. Writes never reject. */
export interface Target {
  get(key: string): Promise<string | undefined>;
  gets(key: string): Promise<string | undefined>;
  getMany(keys: readonly string[]): Promise<readonly (string | undefined)[]>;
  set(key: string, text: string): Promise<Written>;
  /** Without asking for a reply. */
  setSilently(key: string, text: string): Promise<Written>;
  delete(key: string): Promise<Written>;
  add(key: string, text: string): Promise<Written>;
  append(key: string, text: string): Promise<Written>;
  incr(key: string, delta: bigint): Promise<Written>;
}

export interface LoadOptions {
  readonly history: History;
  readonly target: Target;
  readonly random: Random;
  /** Keys of values; as many counters and logs as there are writers of these. */
  readonly keys: readonly string[];
  /** Waits a while between two calls. */
  readonly pause: () => Promise<void>;
  /** Whether to go on. */
  readonly goesOn: () => boolean;
}

/** Bytes of filler: mostly small; above 2048 a value is received into a buffer of its own. */
const SIZES = [0, 0, 10, 10, 10, 10, 100, 100, 1500, 2100, 2500, 9000] as const;

export class Load {
  readonly #options: LoadOptions;
  /** The names of counters and logs that are in use: each begins anew when the server has lost it. */
  readonly #current = new Map<string, string>();
  #names = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Runs all writers, a counter, a log and `readers` readers; resolves when all have stopped. */
  async run(readers: number): Promise<void> {
    const { keys } = this.#options;
    await Promise.all([
      ...keys.map((key) => this.#repeat(() => this.#write(key))),
      this.#repeat(() => this.#count('c')),
      this.#repeat(() => this.#append('l')),
      ...Array.from({ length: readers }, () => this.#repeat(() => this.#read())),
    ]);
  }

  async #repeat(step: () => Promise<void>): Promise<void> {
    const { pause, goesOn } = this.#options;
    while (goesOn()) {
      await pause();
      await step();
    }
  }

  async #write(key: string): Promise<void> {
    const { history, target, random } = this.#options;
    const removes = random.chance(0.15);
    const write = history.write(key, 'value', removes);
    if (removes) return history.wrote(write, (await target.delete(key)).outcome);
    const text = seal(key, write.number, random.pick(SIZES));
    const { outcome } = await (random.chance(0.1)
      ? target.setSilently(key, text)
      : target.set(key, text));
    history.wrote(write, outcome);
  }

  /** Call n adds 4 to the power of n - 1, so that its digit tells how often it was applied. */
  async #count(group: string): Promise<void> {
    const { history, target } = this.#options;
    const key = this.#nameOf(group);
    const write = history.write(key, 'counter');
    const delta = 4n ** BigInt(write.number - 1);
    const { outcome, count } = await (write.number === 1
      ? target.add(key, String(delta))
      : target.incr(key, delta));
    history.wrote(write, outcome, count);
    if (outcome === 'refused' || write.number === MAX_COUNTS) this.#current.delete(group);
  }

  async #append(group: string): Promise<void> {
    const { history, target } = this.#options;
    const key = this.#nameOf(group);
    const write = history.write(key, 'log');
    const token = seal(key, write.number, 0) + TOKEN_END;
    const { outcome } = await (write.number === 1
      ? target.add(key, token)
      : target.append(key, token));
    history.wrote(write, outcome);
    if (outcome === 'refused' || write.number === MAX_COUNTS) this.#current.delete(group);
  }

  #nameOf(group: string): string {
    let name = this.#current.get(group);
    if (name === undefined) this.#current.set(group, (name = `${group}${++this.#names}`));
    return name;
  }

  /** Some gets at once, which share lines, or one get of many. */
  async #read(): Promise<void> {
    const { random, target } = this.#options;
    const keys = [...new Set(Array.from({ length: 1 + random.int(4) }, () => this.#anyKey()))];
    if (random.chance(0.4)) return this.#judge(keys, () => target.getMany(keys));
    await Promise.all(
      keys.map((key) =>
        this.#judge([key], async () => [
          await (random.chance(0.3) ? target.gets(key) : target.get(key)),
        ]),
      ),
    );
  }

  async #judge(
    keys: readonly string[],
    ask: () => Promise<readonly (string | undefined)[]>,
  ): Promise<void> {
    const { history } = this.#options;
    const read = history.read(keys);
    let texts: readonly (string | undefined)[];
    try {
      texts = await ask();
    } catch {
      return history.failed(read);
    }
    history.found(read, texts);
  }

  #anyKey(): string {
    const { random, keys } = this.#options;
    return random.pick([...keys, ...keys, ...this.#current.values()]) ?? 'v0';
  }
}
