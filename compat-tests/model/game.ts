// Random calls on a Client, many in one tick, each beside the model's answer. The same seed makes the same calls.
//
// The model answers when a call is made: the client keeps the order per key of the calls of one connection, whatever
// it joins or puts first, and ticks do not wait for one another. Only `cas` needs an answer that has come: it
// takes a key whose last `gets` is over.

import { ValueError, type Client } from '../../lib';
import { EXPIRED, Model } from './model';
import { MAX_VALUE, Random, Values, type Value } from './random';

/** The answer of a call that must throw a ValueError. */
export const RAISES = Symbol('ValueError');

/** One call under way. */
export interface Call {
  readonly what: string;
  readonly answer: Promise<unknown>;
  readonly expected: unknown;
  /** Told when the answer is there. */
  readonly over?: () => void;
}

/** What is known of a key besides its entry: cas ids that the client keeps. */
interface Seen {
  /** The version that the last `gets` saw. */
  version: number | undefined;
  /** `gets` under way. */
  asking: number;
}

const KEYS = 1500;
/** Every so many keys one is a counter, which only ever holds a count. */
const COUNTER_EVERY = 5;
/** How many calls a tick has at most, by turns. */
const CALLERS = [1, 4, 32, 128, 512];
const MULTI_MAX = 60;
/** Joined values stop to grow here. */
const JOINED_MAX = 300_000;
const PREFIX = 'model:';
/** From here on memcached looks for a minus sign behind the count, too, in what its memory held before. */
const MISJUDGED = 2n ** 63n;

export class Game {
  readonly model = new Model();
  /** Keys read so far. */
  reads = 0;
  /** How many calls of each method were made. */
  readonly calls = new Map<string, number>();
  readonly #mc: Client;
  readonly #random: Random;
  readonly #values: Values;
  readonly #seen = new Map<string, Seen>();

  constructor(mc: Client, seed: number) {
    this.#mc = mc;
    this.#random = new Random(seed);
    this.#values = new Values(this.#random);
  }

  /** Makes the calls of one tick. */
  tick(): Call[] {
    const callers = CALLERS[this.#random.whole(0, CALLERS.length - 1)] ?? 1;
    return Array.from({ length: this.#random.whole(1, callers) }, () => this.#call());
  }

  #call(): Call {
    const { name, make } = this.#random.weighted(this.#methods);
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    const index = this.#random.whole(0, KEYS - 1);
    return make(`${PREFIX}${index}`, index % COUNTER_EVERY === 0);
  }

  readonly #methods: readonly {
    readonly name: string;
    readonly weight: number;
    readonly make: (key: string, counts: boolean) => Call;
  }[] = [
    { name: 'get', weight: 400, make: (key) => this.#get(key) },
    { name: 'gets', weight: 30, make: (key) => this.#gets(key) },
    { name: 'get_multi', weight: 20, make: () => this.#getMulti(this.#random.whole(0, MULTI_MAX)) },
    // More keys than a line may have.
    { name: 'get_multi of all', weight: 0.2, make: () => this.#getMulti(KEYS * 4) },
    { name: 'set', weight: 150, make: (key, counts) => this.#set(key, this.#value(counts)) },
    {
      name: 'set without reply',
      weight: 30,
      make: (key, counts) => this.#setSilently(key, counts),
    },
    { name: 'set of too much', weight: 0.5, make: (key) => this.#setTooMuch(key) },
    { name: 'add', weight: 40, make: (key, counts) => this.#add(key, counts) },
    { name: 'replace', weight: 40, make: (key, counts) => this.#replace(key, counts) },
    { name: 'append', weight: 30, make: (key) => this.#join('append', key) },
    { name: 'prepend', weight: 30, make: (key) => this.#join('prepend', key) },
    { name: 'cas', weight: 30, make: (key, counts) => this.#cas(key, counts) },
    { name: 'incr', weight: 60, make: (key, counts) => this.#count('incr', key, counts) },
    { name: 'decr', weight: 60, make: (key, counts) => this.#count('decr', key, counts) },
    { name: 'touch', weight: 30, make: (key) => this.#touch(key) },
    { name: 'delete', weight: 60, make: (key) => this.#delete(key) },
    { name: 'set_multi', weight: 10, make: () => this.#setMulti() },
    { name: 'delete_multi', weight: 4, make: () => this.#deleteMulti() },
  ];

  #value(counts: boolean): Value {
    return counts ? this.#values.count() : this.#values.any();
  }

  #get(key: string): Call {
    this.reads++;
    const expected = this.model.get(key);
    if (this.#random.next() < 0.9) {
      return { what: `get ${key}`, answer: this.#mc.get(key), expected };
    }
    const answer = this.#mc.get(key, { default: 'nothing' });
    return { what: `get ${key} or nothing`, answer, expected: expected ?? 'nothing' };
  }

  #gets(key: string): Call {
    this.reads++;
    const version = this.model.version(key);
    const seen = this.#seen.get(key) ?? { version: undefined, asking: 0 };
    this.#seen.set(key, seen);
    seen.asking++;
    const over = (): void => {
      seen.asking--;
      seen.version = version ?? seen.version;
    };
    return { what: `gets ${key}`, answer: this.#mc.gets(key), expected: this.model.get(key), over };
  }

  /** With and without a prefix; the same key may be asked twice. */
  #getMulti(count: number): Call {
    const keys = this.#some(count);
    this.reads += count;
    const what = `get_multi ${count} keys`;
    const expected = this.model.getMany(keys);
    if (this.#random.next() < 0.5) return { what, answer: this.#mc.get_multi(keys), expected };
    const ends = keys.map((key) => key.slice(PREFIX.length));
    const named = new Map([...expected].map(([key, value]) => [key.slice(PREFIX.length), value]));
    return { what, answer: this.#mc.get_multi(ends, PREFIX), expected: named };
  }

  #set(key: string, value: Value): Call {
    const time = this.#time();
    const answer = this.#mc.set(key, value, time);
    return { what: `set ${key} for ${time} s`, answer, expected: this.model.set(key, value, time) };
  }

  #setSilently(key: string, counts: boolean): Call {
    const value = this.#value(counts);
    const answer = this.#mc.set(key, value, { noreply: true });
    return { what: `set ${key} silently`, answer, expected: this.model.set(key, value, 0) };
  }

  #setTooMuch(key: string): Call {
    return this.#set(key, Buffer.alloc(MAX_VALUE + this.#random.whole(0, 1)));
  }

  #add(key: string, counts: boolean): Call {
    const value = this.#value(counts);
    const answer = this.#mc.add(key, value);
    return { what: `add ${key}`, answer, expected: this.model.add(key, value) };
  }

  #replace(key: string, counts: boolean): Call {
    const value = this.#value(counts);
    const answer = this.#mc.replace(key, value);
    return { what: `replace ${key}`, answer, expected: this.model.replace(key, value) };
  }

  /** Only of what is text or bytes, or missing. */
  #join(method: 'append' | 'prepend', key: string): Call {
    const old = this.model.get(key);
    const joins = old === null || typeof old === 'string' || Buffer.isBuffer(old);
    if (!joins || (old?.length ?? 0) > JOINED_MAX) return this.#delete(key);
    const piece = this.#values.text(this.#random.whole(0, 300));
    const sent = this.#random.next() < 0.5 ? piece : Buffer.from(piece);
    const answer = this.#mc[method](key, sent);
    return { what: `${method} ${key}`, answer, expected: this.model[method](key, piece) };
  }

  #cas(key: string, counts: boolean): Call {
    const seen = this.#seen.get(key);
    if (seen !== undefined && seen.asking > 0) return this.#get(key);
    const value = this.#value(counts);
    const answer = this.#mc.cas(key, value);
    return { what: `cas ${key}`, answer, expected: this.model.cas(key, value, seen?.version) };
  }

  /** Of what is no counter, the server's refusal becomes Python's error. */
  #count(method: 'incr' | 'decr', key: string, counts: boolean): Call {
    const delta = this.#random.next() < 0.9 ? this.#random.whole(0, 1000) : 2n ** 63n;
    const old = this.model.get(key);
    if (!counts && old !== null && typeof old !== 'string') return this.#get(key);
    if (typeof old === 'bigint' && old >= MISJUDGED) return this.#get(key);
    const answer = this.#mc[method](key, delta);
    const what = `${method} ${key} by ${delta}`;
    if (typeof old === 'string') return { what, answer: answer.catch(raised), expected: RAISES };
    return { what, answer, expected: this.model[method](key, delta) };
  }

  #touch(key: string): Call {
    const time = this.#time();
    const answer = this.#mc.touch(key, time);
    return { what: `touch ${key} ${time} s`, answer, expected: this.model.touch(key, time) };
  }

  #delete(key: string): Call {
    return {
      what: `delete ${key}`,
      answer: this.#mc.delete(key),
      expected: this.model.delete(key),
    };
  }

  /** One of the values may be too long to be sent. */
  #setMulti(): Call {
    const pairs = this.#some(this.#random.whole(0, MULTI_MAX)).map(
      (key) => [key, this.#value(isCounter(key))] as const,
    );
    const mapping = new Map<string, Value>(pairs);
    const [first] = mapping.keys();
    if (first !== undefined && !isCounter(first) && this.#random.next() < 0.1) {
      mapping.set(first, Buffer.alloc(MAX_VALUE + 1));
    }
    const answer = this.#mc.set_multi(mapping);
    const expected = [...mapping].filter(([key, value]) => this.model.set(key, value, 0) === 0);
    return {
      what: `set_multi ${mapping.size} keys`,
      answer,
      expected: expected.map(([key]) => key),
    };
  }

  #deleteMulti(): Call {
    const keys = this.#some(this.#random.whole(0, MULTI_MAX / 2));
    const answer = this.#mc.delete_multi(keys);
    for (const key of keys) this.model.delete(key);
    return { what: `delete_multi ${keys.length} keys`, answer, expected: 1 };
  }

  #some(count: number): string[] {
    return Array.from({ length: count }, () => `${PREFIX}${this.#random.whole(0, KEYS - 1)}`);
  }

  /** Seconds: mostly for ever, or long; sometimes none at all. */
  #time(): number {
    const draw = this.#random.next();
    return draw < 0.6 ? 0 : draw < 0.95 ? 1000 : EXPIRED;
  }
}

function isCounter(key: string): boolean {
  return Number(key.slice(PREFIX.length)) % COUNTER_EVERY === 0;
}

function raised(error: unknown): unknown {
  return error instanceof ValueError ? RAISES : error;
}
