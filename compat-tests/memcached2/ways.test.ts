// Which servers python-memcached2's selectors ask while servers are down: ours ask the same ones, in the same order.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as memcached2 from '../../lib/clients/memcached2';

// The file is our own: its `about` says how it was made.
const { keys, rows } = JSON.parse(
  readFileSync(join(__dirname, '../../fixtures/memcached2/ways.json'), 'utf8'),
) as {
  readonly keys: readonly string[];
  readonly rows: readonly {
    readonly selector: 'SelectorFirst' | 'SelectorRehashDownServers' | 'SelectorConsistentHashing';
    readonly servers: number;
    readonly ways: readonly (readonly number[])[];
  }[];
};

const hasher = new memcached2.HasherCMemcache();

it.each(rows)('$selector of $servers', ({ selector, servers, ways }) => {
  const selecting = new memcached2[selector]();
  const uris = Array.from({ length: servers }, (_, i) => String(i));
  for (const [i, key] of keys.entries()) {
    const asked: number[] = [];
    const is_available = (uri: string): boolean => asked.push(Number(uri)) === 0;
    const select = (): string =>
      selecting.select(uris, (text) => hasher.hash(text), key, { is_available });
    expect(select).toThrow(memcached2.NoAvailableServers);
    // Once more asking a server that is known to be down changes nothing.
    const way = selector === 'SelectorConsistentHashing' ? [...new Set(asked)] : asked;
    expect([key, way]).toEqual([key, ways[i]]);
  }
});
