// When a node of a HashClient is tried, left alone, taken out and brought back: pymemcache's rules, without any I/O.

import { KeyError } from '../../errors';
import type { ServerSpec } from '../../engine/server';
import type { Hasher } from './rendezvous';

/** How much a node may fail; times in milliseconds. */
export interface Patience {
  /** Tries in vain after the first failure, before it is taken out. */
  readonly retryAttempts: number;
  /** Between two tries of a node that failed. */
  readonly retryTimeout: number;
  /** Until a node that was taken out is brought back, and between two looks for such nodes. */
  readonly deadTimeout: number;
  /** An unused connection that is older is replaced; Infinity: none is. */
  readonly idle: number;
}

/** A server under the name that the hasher knows. */
export class Node {
  /** When it failed last, and how often it was tried in vain since it failed first; undefined: it is well. */
  failure: { readonly at: number; readonly attempts: number } | undefined = undefined;
  /** When it was taken out of the hasher; undefined: it is in. */
  deadAt: number | undefined = undefined;

  constructor(
    public spec: ServerSpec,
    public usedAt: number,
  ) {}
}

/** All nodes of one client; `now` is a monotonic clock in milliseconds. */
export class Nodes {
  readonly #hasher: Hasher;
  readonly #patience: Patience;
  readonly #now: () => number;
  readonly #nodes = new Map<string, Node>();
  #dead = 0;
  #lookedForDead: number;

  constructor(hasher: Hasher, patience: Patience, now: () => number) {
    this.#hasher = hasher;
    this.#patience = patience;
    this.#now = now;
    this.#lookedForDead = now();
  }

  /** Those that are out included. */
  get all(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  get specs(): readonly ServerSpec[] {
    return this.all.map(({ spec }) => spec);
  }

  /** One that is there already is well again, and keeps its connection. */
  add(spec: ServerSpec): void {
    const old = this.#nodes.get(spec.name);
    if (old?.deadAt !== undefined) this.#dead--;
    this.#hasher.add_node(spec.name);
    this.#nodes.set(spec.name, new Node(old?.spec ?? spec, this.#now()));
  }

  /** @throws {KeyError} there is no such node */
  remove(name: string): void {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new KeyError(name);
    if (node.deadAt === undefined) this.#hasher.remove_node(name);
    else this.#dead--;
    this.#nodes.delete(name);
  }

  /** Takes a new list; nodes that are in both stay as they are. */
  replace(specs: readonly ServerSpec[]): void {
    const names = new Set(specs.map(({ name }) => name));
    for (const name of [...this.#nodes.keys()]) if (!names.has(name)) this.remove(name);
    for (const spec of specs) if (!this.#nodes.has(spec.name)) this.add(spec);
  }

  /**
   * The node of a key; undefined when none is left.
   * @throws {KeyError} the hasher names a node that it was not given
   */
  of(key: string | Uint8Array): Node | undefined {
    if (this.#dead > 0) this.#bringBack();
    const name = this.#hasher.get_node(key);
    if (name === null || name === undefined) return undefined;
    const node = this.#nodes.get(name);
    if (node === undefined) throw new KeyError(name);
    return node;
  }

  /** Whether a call may be sent now. A node that has had its tries is taken out, and this call is its last. */
  mayTry(node: Node): boolean {
    const { failure } = node;
    if (failure === undefined) return true;
    const { retryAttempts, retryTimeout } = this.#patience;
    if (failure.attempts < retryAttempts) return this.#now() - failure.at > retryTimeout;
    this.#takeOut(node);
    return true;
  }

  /** Tells that a node is used; true: its connection was idle for too long, and its spec is a new one. */
  isIdle(node: Node): boolean {
    const now = this.#now();
    const isIdle = now - node.usedAt > this.#patience.idle;
    if (isIdle) node.spec = { ...node.spec };
    node.usedAt = now;
    return isIdle;
  }

  /**
   * A connection to the node could not be made, or broke, with all calls on it: however many, this is one failure.
   * @returns for how many milliseconds the node is left alone; undefined: there is no such node
   */
  failed(name: string): number | undefined {
    const node = this.#nodes.get(name);
    if (node === undefined) return undefined;
    const { retryAttempts, retryTimeout, deadTimeout } = this.#patience;
    const attempts = node.failure === undefined ? 0 : node.failure.attempts + 1;
    node.failure = { at: this.#now(), attempts };
    if (retryAttempts <= 0) this.#takeOut(node);
    return node.deadAt === undefined ? retryTimeout : deadTimeout;
  }

  /** A call was answered. */
  succeeded(node: Node): void {
    node.failure = undefined;
  }

  #takeOut(node: Node): void {
    const { name } = node.spec;
    node.failure = undefined;
    if (node.deadAt !== undefined || this.#nodes.get(name) !== node) return;
    node.deadAt = this.#now();
    this.#dead++;
    this.#hasher.remove_node(name);
  }

  #bringBack(): void {
    const { deadTimeout } = this.#patience;
    const now = this.#now();
    if (now - this.#lookedForDead <= deadTimeout) return;
    this.#lookedForDead = now;
    for (const [name, node] of this.#nodes) {
      if (node.deadAt === undefined || now - node.deadAt <= deadTimeout) continue;
      node.deadAt = undefined;
      this.#dead--;
      this.#hasher.add_node(name);
    }
  }
}
