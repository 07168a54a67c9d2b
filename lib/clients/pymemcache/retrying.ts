// pymemcache's RetryingClient: any client, whose calls are made again when they fail.

import { setTimeout as pause } from 'node:timers/promises';
import { ValueError } from '../../errors';
import { bind, signalIn } from '../shared/arguments';
import { mayHaveHappened } from './failures';

/** A class whose instances can be thrown. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** Parameters by name. */
export interface RetryingOptions {
  /** How often a call is made at most; default 2. */
  attempts?: number;
  /** Seconds between two attempts; default 0. */
  retry_delay?: number;
  /** Only these are a reason to try again; default null: everything is. */
  retry_for?: readonly ErrorClass[] | ReadonlySet<ErrorClass> | null;
  /** These are none. */
  do_not_retry_for?: readonly ErrorClass[] | ReadonlySet<ErrorClass> | null;
}

/** Parameters by position, in this order, or by name in a last object. */
export type RetryingArguments =
  | [options?: RetryingOptions]
  | [attempts: number, options?: Omit<RetryingOptions, 'attempts'>]
  | [
      attempts: number,
      retry_delay: number,
      options?: Omit<RetryingOptions, 'attempts' | 'retry_delay'>,
    ]
  | [
      attempts: number,
      retry_delay: number,
      retry_for: RetryingOptions['retry_for'],
      do_not_retry_for?: RetryingOptions['do_not_retry_for'],
    ];

const SIGNATURE = {
  method: '__init__',
  required: 2,
  names: ['attempts', 'retry_delay', 'retry_for', 'do_not_retry_for'],
};

/** What must not be done twice: a call that may have happened is not made again. */
const ONCE: ReadonlySet<string | symbol> = new Set([
  'add',
  'append',
  'cas',
  'decr',
  'incr',
  'prepend',
  'raw_command',
]);

class Retrying {
  readonly #client: object;
  readonly #attempts: number;
  readonly #delayMs: number;
  readonly #retryFor: readonly ErrorClass[];
  readonly #doNotRetryFor: readonly ErrorClass[];

  constructor(client: object, ...rest: readonly unknown[]) {
    const [attempts = 2, retry_delay = 0, retry_for, do_not_retry_for] = bind(SIGNATURE, rest);
    if (typeof attempts !== 'number' || typeof retry_delay !== 'number')
      throw new TypeError('attempts and retry_delay must be numbers');
    if (!(attempts >= 1)) {
      throw new ValueError(
        '`attempts` argument must be at least 1. Otherwise no attempts are made.',
      );
    }
    if (!(retry_delay >= 0)) throw new ValueError('sleep length must be non-negative');
    this.#client = client;
    this.#attempts = attempts;
    this.#delayMs = retry_delay * 1000;
    this.#retryFor = classesOf('retry_for', retry_for);
    this.#doNotRetryFor = classesOf('do_not_retry_for', do_not_retry_for);
    const twice = this.#retryFor.find((each) => this.#doNotRetryFor.includes(each));
    if (twice !== undefined) {
      throw new ValueError(
        `Exception class "${twice.name}" was present in both \`retry_for\` and \`do_not_retry_for\`. ` +
          'Any exception class is only allowed in a single argument.',
      );
    }
    return new Proxy(this, {
      has: (_self, name) => Reflect.has(client, name),
      get: (_self, name) => this.#member(name),
    });
  }

  /** A method of the client, made to try again; anything else of it as it is. */
  #member(name: string | symbol): unknown {
    const member: unknown = Reflect.get(this.#client, name);
    if (typeof member !== 'function') return member;
    return (...args: unknown[]): unknown => {
      const call = (): unknown => Reflect.apply(member, this.#client, args);
      const answer = call();
      // What asks no server answers at once, and there is nothing to try again.
      if (!isPromise(answer)) return answer;
      return this.#retry(call, answer, ONCE.has(name), signalIn(args));
    };
  }

  async #retry(
    call: () => unknown,
    first: unknown,
    isOnce: boolean,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    let answer = first;
    for (let left = this.#attempts - 1; ; left--) {
      try {
        return await answer;
      } catch (error) {
        if (left < 1 || signal?.aborted === true || !this.#mayRetry(error)) throw error;
        if (isOnce && mayHaveHappened(error)) throw error;
      }
      // The next attempt of a call that was aborted meanwhile rejects with the signal's reason.
      if (this.#delayMs > 0) await pauseFor(this.#delayMs, signal);
      answer = call();
    }
  }

  #mayRetry(error: unknown): boolean {
    const isOneOf = (classes: readonly ErrorClass[]): boolean =>
      classes.some((each) => error instanceof each);
    if (this.#retryFor.length > 0 && !isOneOf(this.#retryFor)) return false;
    return !isOneOf(this.#doNotRetryFor);
  }
}

function isPromise(value: unknown): boolean {
  return typeof (value as Partial<Promise<unknown>> | null | undefined)?.then === 'function';
}

/** Ends early when the signal fires. */
async function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

/** @throws {ValueError} neither an array nor a set, or of something else than classes of errors */
function classesOf(name: string, given: unknown): readonly ErrorClass[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given) && !(given instanceof Set))
    throw new ValueError(`${name} must be either a tuple, a set or a list.`);
  const classes: readonly unknown[] = [...(given as Iterable<unknown>)];
  if (classes.every(isErrorClass)) return classes;
  throw new ValueError(
    `${name} is only allowed to contain elements that are subclasses of Exception.`,
  );
}

function isErrorClass(value: unknown): value is ErrorClass {
  if (typeof value !== 'function') return false;
  return value === Error || value.prototype instanceof Error;
}

/** What has all members of the client that it was made of. */
export type RetryingClient<C extends object> = C;

/** The class RetryingClient. */
export interface RetryingClientConstructor {
  /** @throws {ValueError} less than one attempt, something else than classes of errors, or one that is in both lists */
  new <C extends object>(client: C, ...rest: RetryingArguments): RetryingClient<C>;
}

/** Wraps a client: a call that rejects is made again, up to `attempts` times in all. */
export const RetryingClient = Retrying as unknown as RetryingClientConstructor;
