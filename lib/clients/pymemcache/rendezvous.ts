// pymemcache's RendezvousHash: which node a key belongs to, as an object that nodes are added to and removed from.

import { ValueError } from '../../errors';
import type { Placement } from '../../placement/placement';
import { rendezvous } from '../../placement/rendezvous';
import { bytesRepr } from '../../value/pickle/quoted';

/** What a HashClient asks where keys belong. Nodes are `host:port`, or the path of a unix socket. */
export interface Hasher {
  /** Takes a node, to which keys may belong from now on. */
  add_node(node: string): void;
  /** Gives up a node that it has taken. */
  remove_node(node: string): void;
  /** @returns the node of a key, as the caller gave it; null when there is none */
  get_node(key: string | Uint8Array): string | null | undefined;
}

/** The node with the highest MurmurHash3 of `node-key` (pymemcache/client/rendezvous.py). */
export class RendezvousHash implements Hasher {
  readonly nodes: string[];
  /** Of the nodes as they are; undefined when they have changed. */
  #placement: Placement | undefined;

  constructor(nodes: Iterable<string> = []) {
    this.nodes = [...nodes];
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
    this.#placement ??= rendezvous(this.nodes.map((name) => ({ name, weight: 1 })));
    const text = typeof key === 'string' ? key : `b${bytesRepr(key)}`;
    return this.nodes[this.#placement.server(text)] ?? null;
  }
}
