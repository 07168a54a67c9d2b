// A selector as a placement: the way of a key is what its selector answers while the servers tried so far are not available.

import type { Placement } from '../../placement/placement';
import { NoAvailableServers } from './errors';
import type { HasherBase } from './hash';
import type { ServerPool } from './reconnectors';
import type { SelectorBase } from './selectors';

export interface Selecting {
  readonly server_uris: readonly string[];
  readonly selector: SelectorBase;
  readonly hasher: HasherBase;
  readonly server_pool: Pick<ServerPool, 'is_available'>;
}

const NONE = -1;

/**
 * A spot is the number of a server, which is asked and no other; or text: the server of a key, those that were tried for
 * it before, and the key, between spaces, of which a key has none.
 */
export function selecting({ server_uris, selector, hasher, server_pool }: Selecting): Placement {
  const hash = (key: string): number => hasher.hash(key);
  /** @throws {NoAvailableServers}, or what a selector of the user's own throws */
  const select = (key: string, tried: readonly number[]): number => {
    const is_available = (uri: string): boolean =>
      !tried.some((index) => server_uris[index] === uri) && server_pool.is_available(uri);
    return server_uris.indexOf(selector.select(server_uris, hash, key, { is_available }));
  };
  return {
    start: (key) => {
      try {
        return `${select(key, [])} ${key}`;
      } catch (error) {
        if (error instanceof NoAvailableServers) return `${NONE} ${key}`;
        throw error;
      }
    },
    server: (spot) => (typeof spot === 'string' ? Number.parseInt(spot, 10) : Number(spot)),
    next: (spot) => {
      if (typeof spot !== 'string') return undefined;
      const words = spot.split(' ');
      const key = words.pop() ?? '';
      const tried = words.map(Number);
      try {
        const index = select(key, tried);
        return tried.includes(index) ? undefined : `${index} ${spot}`;
      } catch {
        return undefined; // no server is left; and nobody could take another exception here, while a connection ends
      }
    },
  };
}
