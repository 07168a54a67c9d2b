// pymemcache's RendezvousHash: which node a key belongs to, as an object that nodes are added to and removed from.

import { ValueError } from '../../errors';
import type { Place, Placement } from '../../placement/placement';
import { seededRendezvous } from '../../placement/rendezvous';
import { bytesRepr } from '../../value/pickle/quoted';
import { bind } from '../shared/arguments';
import { callable } from '../shared/parameters';

/** What a HashClient asks where keys belong. Nodes are `host:port`, or the path of a unix socket. */
export interface Hasher {
  /** Takes a node, to which keys may belong from now on. */
  add_node(node: string): void;
  /** Gives up a node that it has taken. */
  remove_node(node: string): void;
  /** @returns the node of a key, as the caller gave it; null when there is none */
  get_node(key: string | Uint8Array): string | null | undefined;
}

/** The score of `node-key`: a number from 0 on. */
export type HashFunction = (text: string, seed: number) => number;

/** Parameters of RendezvousHash by name. */
export interface RendezvousOptions {
  /** Those to begin with. */
  nodes?: Iterable<string> | null;
  /** What the hashes begin with, below 2^32; default 0. */
  seed?: number;
  /** In place of MurmurHash3. */
  hash_function?: HashFunction;
}

/** Parameters by position, and by name in a last object. */
export type RendezvousArguments =
  | [options?: RendezvousOptions]
  | [nodes: RendezvousOptions['nodes'], options?: Omit<RendezvousOptions, 'nodes'>]
  | [nodes: RendezvousOptions['nodes'], seed: number, hash_function?: HashFunction];

const SIGNATURE = { method: '__init__', required: 1, names: ['nodes', 'seed', 'hash_function'] };

/** The node with the highest MurmurHash3 of `node-key` (pymemcache/client/rendezvous.py). */
export class RendezvousHash implements Hasher {
  readonly nodes: string[];
  readonly seed: number;
  readonly #hash: HashFunction | undefined;
  /** Of the nodes as they are; undefined when they have changed. */
  #placement: Placement | undefined;

  constructor(...args: RendezvousArguments) {
    const [nodes, seed = 0, hash_function] = bind(SIGNATURE, args);
    this.nodes = [...((nodes ?? []) as Iterable<string>)];
    this.seed = seed as number;
    this.#hash = callable<HashFunction>(hash_function, 'hash_function');
  }

  /** One that is there already is not taken twice. */
  add_node(node: string): void {
    if (this.nodes.includes(node)) return;
    this.nodes.push(node);
    this.#placement = undefined;
  }

  /** @throws {ValueError} there is no such node */
  remove_node(node: string): void {
    const at = this.nodes.indexOf(node);
    if (at === -1) throw new ValueError(`No such node ${node} to remove`);
    this.nodes.splice(at, 1);
    this.#placement = undefined;
  }

  /** @returns the node of a key, null when there are no nodes; bytes are hashed as their repr, `b'key'` */
  get_node(key: string | Uint8Array): string | null {
    const text = typeof key === 'string' ? key : `b${bytesRepr(key)}`;
    if (this.#hash !== undefined) return this.#highest(text, this.#hash);
    const places = (): Place[] => this.nodes.map((name) => ({ name, weight: 1 }));
    this.#placement ??= seededRendezvous(places(), this.seed);
    return this.nodes[this.#placement.server(text)] ?? null;
  }

  /** Of equal scores the greater name wins (rendezvous.py:45). */
  #highest(key: string, hash: HashFunction): string | null {
    let [high, winner]: [number, string | null] = [-1, null];
    for (const node of this.nodes) {
      const score = hash(`${node}-${key}`, this.seed);
      if (score > high || (score === high && winner !== null && node > winner))
        [high, winner] = [score, node];
    }
    return winner;
  }
}
