// The oracle: keeps what was asked of a cache and what it answered, and judges every answer. Pure: no I/O, no clock.
//
// Each key has one writer, which waits for one write before the next; anybody reads. A write whose outcome is unknown
// may land at any later time or never, so it is never evidence against a reader; an acknowledged one is.

import { unseal } from './payload';

/** What an answer can break. */
export type Rule =
  /** A value of another key. */
  | 'foreign'
  /** Bytes that nobody wrote: cut, spliced or changed. */
  | 'corrupt'
  /** A write that had not begun, or that the server refused. */
  | 'unasked'
  /** Older than a write that was acknowledged before the read began. */
  | 'stale'
  /** An acknowledged write that is not there, although nothing removed it. */
  | 'lost'
  /** One call that was applied twice. */
  | 'double'
  /** Settled after the time that a call may take. */
  | 'overtime'
  /** Not settled at all. */
  | 'unsettled'
  /** Not an answer but an accident: an exception of the wrong kind, a leak. */
  | 'crash'
  /** The faults were over, and a call still failed. */
  | 'unrecovered';

export interface Violation {
  readonly rule: Rule;
  readonly key: string;
  readonly what: string;
}

/**
 * What a key holds: sealed values of which the last counts; a counter of calls in base 4, whose digit n says how often
 * the nth call was applied; or a log of sealed tokens that were appended.
 */
export type Kind = 'value' | 'counter' | 'log';

/** `refused`: the server said no, so it was not done. `unknown`: no answer, it may be done yet. */
export type Outcome = 'done' | 'refused' | 'unknown';

interface Call {
  readonly keys: readonly string[];
  /** Place in the order of all beginnings and ends. */
  readonly began: number;
  /** Milliseconds. */
  readonly at: number;
}

export interface Write extends Call {
  readonly key: string;
  /** 1 for the first write of its key. */
  readonly number: number;
  readonly removes: boolean;
  outcome: Outcome | undefined;
  /** Place in the order of all beginnings and ends; Infinity until it has ended. */
  ended: number;
}

export type Read = Call;

/** The last of a counter's calls whose digit JavaScript's safe integers hold. */
export const MAX_COUNTS = 26;

/** What ends a token of a log. */
export const TOKEN_END = ';';

interface KeyHistory {
  readonly key: string;
  /** As its writer says; until it has written, nothing can be found. */
  kind: Kind;
  readonly writes: Write[];
}

type Found = readonly [rule: Rule, what: string] | undefined;

export interface HistoryOptions {
  /** Milliseconds. */
  readonly now: () => number;
  /** What a call may take, in milliseconds. */
  readonly limit: number;
}

export class History {
  readonly counts = { reads: 0, hits: 0, writes: 0, done: 0 };
  readonly #options: HistoryOptions;
  readonly #keys = new Map<string, KeyHistory>();
  readonly #open = new Set<Call>();
  readonly #waived = new Set<Rule>();
  readonly #violations: Violation[] = [];
  #order = 0;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** From now on these rules are not judged: a fault happened that no client of the protocol can see. */
  waive(rules: readonly Rule[]): void {
    for (const rule of rules) this.#waived.add(rule);
  }

  /** The writer of `key` begins its next write. */
  write(key: string, kind: Kind, removes = false): Write {
    const own = this.#of(key);
    const { writes } = own;
    own.kind = kind;
    const last = writes.at(-1);
    if (last !== undefined && last.outcome === undefined) throw new Error(`${key} has two writers`);
    const write: Write = {
      keys: [key],
      began: ++this.#order,
      at: this.#options.now(),
      key,
      number: writes.length + 1,
      removes,
      outcome: undefined,
      ended: Infinity,
    };
    this.#open.add(write);
    writes.push(write);
    this.counts.writes++;
    return write;
  }

  /** @param count a counter's value after the write */
  wrote(write: Write, outcome: Outcome, count?: number | bigint): void {
    this.#end(write);
    write.outcome = outcome;
    if (outcome !== 'done') return;
    this.counts.done++;
    write.ended = ++this.#order;
    const own = this.#keys.get(write.key);
    // The counter that is answered holds at least what it held before, and this call.
    if (count !== undefined && own !== undefined)
      this.#tell(write.key, judgeCounter(own, String(count), write, write));
  }

  /** A read of these keys begins. */
  read(keys: readonly string[]): Read {
    const read = { keys, began: ++this.#order, at: this.#options.now() };
    this.#open.add(read);
    this.counts.reads += keys.length;
    return read;
  }

  /** @param texts what was found, in the order of the keys; undefined: nothing */
  found(read: Read, texts: readonly (string | undefined)[]): void {
    this.#end(read);
    for (const [i, key] of read.keys.entries()) {
      const text = texts[i];
      const own = this.#of(key);
      if (text === undefined) {
        this.#tell(key, judgeMiss(own, read));
      } else {
        this.counts.hits++;
        this.#tell(key, JUDGES[own.kind](own, text, read));
      }
    }
  }

  /** A read ended in an error. */
  failed(read: Read): void {
    this.#end(read);
  }

  /** Something else went wrong. */
  accuse(rule: Rule, key: string, what: string): void {
    this.#violations.push({ rule, key, what });
  }

  /** What was broken, when everything must have settled. */
  verdict(): readonly Violation[] {
    const open = [...this.#open].map(({ keys }): Violation => {
      return { rule: 'unsettled', key: keys.join(' '), what: 'never answered' };
    });
    return [...this.#violations, ...open].filter(({ rule }) => !this.#waived.has(rule));
  }

  #of(key: string): KeyHistory {
    let own = this.#keys.get(key);
    if (own === undefined) this.#keys.set(key, (own = { key, kind: 'value', writes: [] }));
    return own;
  }

  #end(call: Call): void {
    if (!this.#open.delete(call)) this.accuse('double', call.keys.join(' '), 'answered twice');
    const took = this.#options.now() - call.at;
    if (took > this.#options.limit)
      this.accuse('overtime', call.keys.join(' '), `answered after ${Math.round(took)} ms`);
  }

  #tell(key: string, found: Found): void {
    if (found !== undefined) this.accuse(found[0], key, found[1]);
  }
}

const JUDGES: Readonly<Record<Kind, (own: KeyHistory, text: string, read: Call) => Found>> = {
  value: judgeValue,
  counter: judgeCounter,
  log: judgeLog,
};

function judgeMiss({ kind, writes }: KeyHistory, { began }: Call): Found {
  if (kind !== 'value') return undefined;
  const last = writes.findLast(({ ended, removes }) => ended < began && !removes);
  if (last === undefined) return undefined;
  // What began later may have removed it, and so may whatever came to an unknown end.
  const mayBeGone = writes.some(
    ({ removes, number, outcome }) =>
      removes && outcome !== 'refused' && (number > last.number || outcome !== 'done'),
  );
  return mayBeGone ? undefined : ['lost', `write ${last.number} is gone`];
}

function judgeValue(own: KeyHistory, text: string, { began }: Call): Found {
  const { write, broken } = writeOf(own, text);
  if (write === undefined) return broken;
  if (write.outcome !== 'done') return undefined; // under way, or may land late
  for (let i = own.writes.length - 1; i >= write.number; i--) {
    const newer = own.writes[i];
    if (newer !== undefined && newer.ended < began)
      return ['stale', `write ${write.number}, after ${newer.number} was acknowledged`];
  }
  return undefined;
}

function judgeLog(own: KeyHistory, text: string, { began }: Call): Found {
  const seen = new Set<Write>();
  const tokens = text.split(TOKEN_END);
  if (tokens.pop() !== '') return ['corrupt', 'the last token is cut'];
  for (const token of tokens) {
    const { write, broken } = writeOf(own, token);
    if (write === undefined) return broken;
    if (seen.has(write)) return ['double', `call ${write.number} was applied twice`];
    seen.add(write);
  }
  const lost = own.writes.find((write) => write.ended < began && !seen.has(write));
  return lost && ['lost', `call ${lost.number} is not applied`];
}

function judgeCounter(own: KeyHistory, text: string, { began }: Call, self?: Write): Found {
  if (!/^\d{1,20}$/.test(text)) return ['corrupt', 'not a number'];
  const digits = BigInt(text).toString(4);
  for (let i = 0; i < Math.max(digits.length, own.writes.length); i++) {
    const times = Number(digits[digits.length - 1 - i] ?? 0);
    const write = own.writes[i];
    if (times > 1) return ['double', `call ${i + 1} was applied ${times} times`];
    if (times === 1 && (write === undefined || write.outcome === 'refused'))
      return ['unasked', `call ${i + 1} was not made`];
    if (times === 0 && write !== undefined && (write.ended < began || write === self))
      return ['lost', `call ${write.number} is not applied`];
  }
  return undefined;
}

/** The write of `own` that a sealed text comes from, or what is wrong with it. */
function writeOf(own: KeyHistory, text: string): { write?: Write; broken?: Found } {
  const sealed = unseal(text);
  if (sealed === undefined) return { broken: ['corrupt', `${text.length} bytes nobody wrote`] };
  if (sealed.key !== own.key) return { broken: ['foreign', `a value of ${sealed.key}`] };
  const write = own.writes[sealed.number - 1];
  if (write === undefined || write.removes || write.outcome === 'refused')
    return { broken: ['unasked', `write ${sealed.number} was not made`] };
  return { write };
}
