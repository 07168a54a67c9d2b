// The servers of a HashClient: which one a call goes to, and what is answered while that one cannot be used.

import type { Happening, ServerSpec } from '../../engine/server';
import {
  ConnectionError,
  TimeoutError,
  TlsError,
  type MemcacheError as EngineError,
} from '../../errors';
import { systemTime } from '../../net/clock';
import type { PlacementFactory } from '../../placement/placement';
import { refuse, signalIn } from '../shared/arguments';
import { Calls } from './calls';
import { MemcacheError } from './exceptions';
import type { HashOptions } from './hash-options';
import type { Key } from './keys';
import { Nodes, type Node } from './nodes';
import type { Options } from './options';

/** A key, or a pair whose first part says where it belongs: keys that share it share a server. */
export type HashKey = Key | readonly [server_key: Key, key: Key];

/** Makes a call, of which `spot` is the server. */
export type Call<T, Of> = (calls: Calls, spot: string, of: Of) => Promise<T>;

type Rest = readonly unknown[];

/** A spot is the name of a node: the hasher has said where the key belongs. */
const byName: PlacementFactory = (places) => {
  const indexes = new Map(places.map(({ name }, i) => [name, i]));
  return {
    start: (key) => key,
    server: (spot) => indexes.get(String(spot)) ?? -1,
    next: () => undefined,
  };
};

export class Fleet {
  /** Calls that fail answer as if there was nothing. */
  ignore_exc: boolean;
  /** Every call waits for this first. */
  prepare: (() => Promise<void>) | undefined = undefined;
  readonly calls: Calls;
  /** Of a client of one server. */
  readonly options: Options;
  readonly #nodes: Nodes;
  readonly #tell: (happening: Happening) => void;

  constructor({ options, hasher, patience }: HashOptions, tell: (happening: Happening) => void) {
    const time = options.injected.time ?? systemTime;
    this.options = options;
    this.ignore_exc = options.ignore_exc;
    this.#nodes = new Nodes(hasher, { ...patience, idle: options.pool_idle_timeout }, () =>
      time.now(),
    );
    this.#tell = tell;
    const happened = (happening: Happening): void => this.#happened(happening);
    this.calls = new Calls(options, [], { happened }, { placement: byName });
  }

  /** Takes more servers; one that is there already is well again. */
  add(specs: readonly ServerSpec[]): void {
    for (const spec of specs) this.#nodes.add(spec);
    this.calls.engine.setServers(this.#nodes.specs);
  }

  /** @throws {KeyError} there is no such server */
  remove(name: string): void {
    this.#nodes.remove(name);
    this.calls.engine.setServers(this.#nodes.specs);
  }

  /** Takes a new list; servers that are in both stay as they are. */
  replace(specs: readonly ServerSpec[]): void {
    this.#nodes.replace(specs);
    this.calls.engine.setServers(this.#nodes.specs);
  }

  /**
   * One call, for the server of a key.
   * @param otherwise what it answers when no server is asked
   * @param rest the arguments of the call, among which is its signal
   */
  run<T>(key: HashKey, otherwise: T, rest: Rest, call: Call<T, Key>): Promise<T> {
    return this.#start(rest, () => {
      const [node, own] = this.#place(key);
      if (node === undefined) return Promise.resolve(otherwise);
      return this.#ask(node, otherwise, rest, () => call(this.calls, node.spec.name, own));
    });
  }

  /**
   * One call for each server that any of the keys belongs to, all at once; settles when all have.
   * @param otherwise what a server's part answers when it is not asked
   */
  spread<T, V>(
    entries: Iterable<readonly [HashKey, V]>,
    rest: Rest,
    otherwise: (own: ReadonlyMap<Key, V>) => T,
    call: Call<T, ReadonlyMap<Key, V>>,
  ): Promise<T[]> {
    return this.#start(rest, () => {
      const parts = [...this.#group(entries)].map(async ([node, own]) => {
        if (node === undefined) return otherwise(own);
        return this.#ask(node, otherwise(own), rest, () => call(this.calls, node.spec.name, own));
      });
      return allOf(parts);
    });
  }

  /** One call for each server, those that are out included; by their names. */
  everywhere<T>(
    otherwise: T,
    rest: Rest,
    call: (calls: Calls, spot: string) => Promise<T>,
  ): Promise<[string, T][]> {
    return this.#start(rest, () => {
      const parts = this.#nodes.all.map(async (node): Promise<[string, T]> => {
        const { name } = node.spec;
        return [name, await this.#ask(node, otherwise, rest, () => call(this.calls, name))];
      });
      return allOf(parts);
    });
  }

  /** What Python raises rejects. */
  #start<T>(rest: Rest, start: () => Promise<T>): Promise<T> {
    try {
      if (this.prepare === undefined) return start();
      return untilAborted(this.prepare(), signalIn(rest)).then(start);
    } catch (error) {
      return refuse(error);
    }
  }

  /**
   * The node of a key, and the key itself.
   * @throws {MemcacheIllegalInputError | TypeError} it cannot be sent
   * @throws {MemcacheError} no node is left
   */
  #place(key: HashKey): [node: Node | undefined, key: Key] {
    const [home, own] = isPair(key) ? key : [key, key];
    this.calls.wire(home);
    const node = this.#nodes.of(home);
    if (node === undefined && !this.ignore_exc) {
      throw new MemcacheError('All servers seem to be down right now');
    }
    return [node, own];
  }

  /** Keys by their nodes; those of no node under undefined. */
  #group<V>(entries: Iterable<readonly [HashKey, V]>): Map<Node | undefined, Map<Key, V>> {
    const groups = new Map<Node | undefined, Map<Key, V>>();
    for (const [key, value] of entries) {
      const [node, own] = this.#place(key);
      const group = groups.get(node);
      if (group === undefined) groups.set(node, new Map([[own, value]]));
      else group.set(own, value);
    }
    return groups;
  }

  #ask<T>(node: Node, otherwise: T, rest: Rest, call: () => Promise<T>): Promise<T> {
    if (!this.#nodes.mayTry(node)) return Promise.resolve(otherwise);
    if (this.#nodes.isIdle(node)) this.calls.engine.setServers(this.#nodes.specs);
    if (node.failure === undefined && !this.ignore_exc) return call();
    return this.#watch(node, otherwise, rest, call);
  }

  /** A signal's reason is thrown even where errors are ignored. */
  async #watch<T>(node: Node, otherwise: T, rest: Rest, call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      this.#nodes.succeeded(node);
      return answer;
    } catch (error) {
      if (!this.ignore_exc || signalIn(rest)?.aborted === true) throw error;
      return otherwise;
    }
  }

  #happened(happening: Happening): void {
    const { name, server, cause } = happening;
    const isFailure = name === 'dead' && isOfSocket(cause);
    const aloneFor = isFailure ? this.#nodes.failed(server.name) : undefined;
    if (aloneFor === undefined) this.#tell(happening);
    else this.#tell({ ...happening, until: (Date.now() + aloneFor) / 1000 });
  }
}

/** Python's OSError: a server that only closes the connection, or answers nonsense, is not taken for a dead one. */
function isOfSocket(cause: EngineError | undefined): boolean {
  if (cause instanceof TimeoutError || cause instanceof TlsError) return true;
  return cause instanceof ConnectionError && cause.cause !== undefined;
}

function isPair(key: HashKey): key is readonly [Key, Key] {
  return Array.isArray(key) && key.length === 2;
}

/** Waits for all of them, then throws the first failure. */
async function allOf<T>(parts: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}

/** What the promise comes to, or the signal's reason if that fires first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    const forget = (): void => signal.removeEventListener('abort', abort);
    promise.finally(forget).then(resolve, reject);
  });
}
