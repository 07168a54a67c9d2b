// Selectors: which server a key belongs to, and which one instead while that is not available.

import { NoAvailableServers } from './errors';
import type { ServerPool } from './reconnectors';

/** What a selector is given of the client's hasher. */
export type HashFunction = (key: string) => number;
/** What a selector may ask of the client's pool. */
export type Pool = Pick<ServerPool, 'is_available'>;

/** What picks the server of a key. Extend it for rules of your own. */
export abstract class SelectorBase {
  /**
   * @param server_uri_list all servers, in the order given to the client
   * @param hasher the client's HasherBase.hash
   * @param key its char codes are the bytes on the wire
   * @param server_pool says which servers may be asked
   * @returns one of the list
   * @throws {NoAvailableServers} none may be asked
   */
  abstract select(
    server_uri_list: readonly string[],
    hasher: HashFunction,
    key: string,
    server_pool: Pool,
  ): string;
}

/** The first server and no other. */
export class SelectorFirst extends SelectorBase {
  select(
    server_uri_list: readonly string[],
    _hasher: HashFunction,
    _key: string,
    server_pool: Pool,
  ): string {
    return firstAvailable(server_uri_list.slice(0, 1), server_pool);
  }
}

/** While a server is down, its keys go where the hash of the key and the number of the try says: `key0`, `key1`... */
export class SelectorRehashDownServers extends SelectorBase {
  readonly hashing_retries: number;

  /** @param hashing_retries how often a key is hashed again */
  constructor(hashing_retries = 10) {
    super();
    this.hashing_retries = hashing_retries;
  }

  select(
    server_uri_list: readonly string[],
    hasher: HashFunction,
    key: string,
    server_pool: Pool,
  ): string {
    return firstAvailable(this.#way(server_uri_list, hasher, key), server_pool);
  }

  *#way(uris: readonly string[], hasher: HashFunction, key: string): Iterable<string> {
    yield* at(uris, hasher(key));
    for (let i = 0; i < this.hashing_retries; i++) yield* at(uris, hasher(`${key}${i}`));
  }
}

/** While a server is down, its keys are spread over all others, each always to the same one. */
export class SelectorFractalSharding extends SelectorBase {
  select(
    server_uri_list: readonly string[],
    hasher: HashFunction,
    key: string,
    server_pool: Pool,
  ): string {
    return firstAvailable(shards(server_uri_list, hasher(key)), server_pool);
  }
}

function* shards(uris: readonly string[], hash: number): Iterable<string> {
  const left = [...uris];
  while (left.length > 0) yield* left.splice(modulo(hash, left.length), 1);
}

/** The hash of a number, and which server has the keys from there on. */
type Bucket = readonly [hash: number, server: number];

/** Consistent hashing: while a server is down, the keys of each of its buckets go to the next one's server. */
export class SelectorConsistentHashing extends SelectorBase {
  readonly total_buckets: number | null;
  #buckets: readonly Bucket[] = [];
  #madeFor: readonly string[] | undefined;

  /** @param total_buckets default: the number of servers squared */
  constructor(total_buckets: number | null = null) {
    super();
    this.total_buckets = total_buckets;
  }

  select(
    server_uri_list: readonly string[],
    hasher: HashFunction,
    key: string,
    server_pool: Pool,
  ): string {
    if (this.#madeFor !== server_uri_list) {
      const n = server_uri_list.length;
      this.#buckets = bucketsOf(n, this.total_buckets ?? n * n, hasher);
      this.#madeFor = server_uri_list;
    }
    return firstAvailable(round(server_uri_list, this.#buckets, hasher(key)), server_pool);
  }
}

function bucketsOf(servers: number, count: number, hasher: HashFunction): readonly Bucket[] {
  // Of equal hashes the last counts.
  const byHash = new Map<number, number>();
  for (let i = 0; i < count; i++) byHash.set(hasher(String(i)), i % servers);
  return [...byHash].sort(([a], [b]) => a - b);
}

/** The buckets in their order, from the one behind the hash on; each server once. */
function* round(
  uris: readonly string[],
  buckets: readonly Bucket[],
  hash: number,
): Iterable<string> {
  const start = bisect(buckets, hash);
  const [first] = buckets;
  for (let i = 0; i < buckets.length; i++) {
    const offset = (start + i) % buckets.length;
    // A hash below all buckets belongs to the last one.
    const isBelow = offset === 0 && first !== undefined && hash < first[0];
    const [, server = -1] = buckets.at(isBelow ? -1 : offset) ?? [];
    yield* uris.slice(server, server + 1);
  }
}

/** Python's bisect(buckets, (hash, 0)): a bucket of this very hash is passed when it is the first server's. */
function bisect(buckets: readonly Bucket[], hash: number): number {
  let left = 0;
  let right = buckets.length;
  while (left < right) {
    const middle = (left + right) >>> 1;
    const [each, server] = buckets[middle] as Bucket;
    if (each > hash || (each === hash && server > 0)) right = middle;
    else left = middle + 1;
  }
  return left;
}

function firstAvailable(uris: Iterable<string>, pool: Pool): string {
  for (const uri of uris) if (pool.is_available(uri)) return uri;
  throw new NoAvailableServers('no server is available for the key');
}

/** The server of a hash; none of an empty list. */
function at(uris: readonly string[], hash: number): readonly string[] {
  const index = modulo(hash, uris.length);
  return uris.slice(index, index + 1);
}

/** Python's modulo: the result has the sign of the divisor. */
function modulo(value: number, divisor: number): number {
  return divisor === 0 ? 0 : ((value % divisor) + divisor) % divisor;
}
