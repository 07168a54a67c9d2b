// The engine as the self-verifying load uses it: what was refused, what is unknown, and what must never be thrown.

import type { Dialect, FailurePolicy } from '../../engine/dialect';
import { ABSENT, Command, NO_OPTIONS, type Change, type Engine } from '../../engine/engine';
import type { WireKey } from '../../engine/keys';
import { MemcacheError, ServerError } from '../../errors';
import { Code, type Wire } from '../../wire/wire';
import { Raise, type Answers, type Hit } from '../operation';
import type { History, Outcome } from './history';
import type { Target, Written } from './load';
import type { Random } from './random';

/** Nothing was sent. */
class Unreached extends Error {}

/** Why calls are aborted. */
const GONE = new Error('the caller has gone');

const ANSWERS: Answers = {
  [Code.stored]: 'done',
  [Code.deleted]: 'done',
  [Code.exists]: 'refused',
  // Deleting what is not there has done its work; counting it has not.
  [Code.notFound]: 'refused',
  [Code.notStored]: 'refused',
  [Code.refused]: new Raise((line, cause) => cause ?? new ServerError(line)),
  [Code.failed]: new Raise((line, cause) => cause ?? new Error(line)),
  [Code.unreached]: new Raise((line, cause) => new Unreached(line, { cause })),
};
const DELETED: Answers = { ...ANSWERS, [Code.notFound]: 'done' };

/** A client that tells everything it knows; the last character codes of a key name its server. */
export function simulatedDialect(wire: Wire, failure: FailurePolicy): Dialect {
  return {
    wire,
    decode: (_flags, bytes, from, to) => bytes.latin1Slice(from, to),
    failure,
    placement: (servers) => ({
      start: (key) => key.charCodeAt(key.length - 1),
      server: (spot) => (servers.length === 0 ? -1 : Number(spot) % servers.length),
      next: (spot, attempt) => (attempt < 9 ? Number(spot) + 1 : undefined),
    }),
    answers: {
      get: ANSWERS,
      getMany: ANSWERS,
      store: ANSWERS,
      cas: ANSWERS,
      delete: DELETED,
      deleteMany: DELETED,
      count: ANSWERS,
      touch: ANSWERS,
      flushAll: ANSWERS,
      stats: ANSWERS,
      version: ANSWERS,
      verbosity: ANSWERS,
      quit: ANSWERS,
    },
  };
}

export class EngineTarget implements Target {
  /** Probability that a call is aborted; when, `abortSoon` decides. */
  aborts = 0;
  /** A set may be sent twice, so that an error for the second says nothing about the first. */
  resends = false;

  constructor(
    private readonly engine: Engine,
    private readonly history: History,
    private readonly random: Random,
    private readonly abortSoon: (abort: () => void) => void,
  ) {}

  get(key: string): Promise<string | undefined> {
    return this.#read(
      (signal) => this.engine.get(key as WireKey, undefined, undefined, signal),
      key,
    );
  }

  async gets(key: string): Promise<string | undefined> {
    const hit = await this.#read(
      (signal) => this.engine.gets(key as WireKey, undefined, undefined, signal),
      key,
    );
    return (hit as unknown as Hit | undefined)?.value as string | undefined;
  }

  async getMany(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
    const values = await this.#read(
      (signal) => this.engine.getMany(0, keys as readonly WireKey[], undefined, signal),
      keys.join(' '),
    );
    return (values as unknown as unknown[]).map((value) =>
      value === ABSENT ? undefined : (value as string),
    );
  }

  set(key: string, text: string): Promise<Written> {
    return this.#change(Command.set, key, text);
  }

  async setSilently(key: string, text: string): Promise<Written> {
    const { outcome } = await this.#change(Command.set, key, text, '', true);
    return { outcome: outcome === 'refused' ? 'refused' : 'unknown' };
  }

  delete(key: string): Promise<Written> {
    return this.#change(Command.delete, key);
  }

  add(key: string, text: string): Promise<Written> {
    return this.#change(Command.add, key, text);
  }

  append(key: string, text: string): Promise<Written> {
    return this.#change(Command.append, key, text);
  }

  incr(key: string, delta: bigint): Promise<Written> {
    return this.#change(Command.incr, key, '', String(delta));
  }

  async #change(
    command: Change,
    key: string,
    data = '',
    delta = '',
    noreply = false,
  ): Promise<Written> {
    const time = command === Command.incr || command === Command.delete ? '' : '0';
    // Text goes out in one string with its line, buffers as they are: both, by turns.
    const entry = { flags: 0, data: data.length % 2 === 0 ? data : Buffer.from(data, 'latin1') };
    const options = { ...NO_OPTIONS, time, delta, noreply, sent: 'done' };
    try {
      const answer = await this.engine.change(
        command,
        key as WireKey,
        undefined,
        options,
        entry,
        this.#signal(),
      );
      if (typeof answer === 'number' || typeof answer === 'bigint')
        return { outcome: 'done', count: answer };
      return { outcome: answer as Outcome };
    } catch (error) {
      this.#check(error, key);
      const isRefusal = error instanceof ServerError && !(this.resends && command === Command.set);
      return { outcome: isRefusal || error instanceof Unreached ? 'refused' : 'unknown' };
    }
  }

  async #read(
    ask: (signal: AbortSignal | undefined) => Promise<unknown>,
    key: string,
  ): Promise<string | undefined> {
    try {
      return (await ask(this.#signal())) as string | undefined;
    } catch (error) {
      this.#check(error, key);
      throw error;
    }
  }

  #signal(): AbortSignal | undefined {
    if (this.aborts === 0 || !this.random.chance(this.aborts)) return undefined;
    const controller = new AbortController();
    this.abortSoon(() => controller.abort(GONE));
    return controller.signal;
  }

  /** Only the engine's own errors and the caller's abort may come out. */
  #check(error: unknown, key: string): void {
    if (error === GONE || error instanceof MemcacheError || error instanceof Unreached) return;
    this.history.accuse('crash', key, String(error));
  }
}
