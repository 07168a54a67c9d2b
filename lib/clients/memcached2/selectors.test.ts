// Selectors and hashers: recorded placements, and where keys go while servers are down.

import { CLIENTS, KEYS, rowsOf } from '../../placement/testing/recorded';
import { NoAvailableServers } from './errors';
import { HasherBase, HasherCMemcache, HasherZero } from './hash';
import { resolveOptions } from './options';
import { ServerPool } from './reconnectors';
import { selecting } from './selecting';
import {
  SelectorBase,
  SelectorConsistentHashing,
  SelectorFirst,
  SelectorFractalSharding,
  SelectorRehashDownServers,
} from './selectors';

function uris(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `memcached://10.0.0.${i + 1}/`);
}

const hash = (key: string): number => new HasherCMemcache().hash(key);

function pool(...down: string[]): Pick<ServerPool, 'is_available'> {
  return { is_available: (uri) => !down.includes(uri) };
}

/** Servers by index as the placement tries them, one after the other. */
function way(
  selector: SelectorBase,
  count: number,
  key: string,
  hasher = new HasherCMemcache(),
): number[] {
  const server_uris = uris(count);
  const placement = selecting({ server_uris, selector, hasher, server_pool: pool() });
  const tried: number[] = [];
  let spot = placement.start(key);
  for (let attempt = 0; ; attempt++) {
    tried.push(placement.server(spot));
    const next = placement.next(spot, attempt);
    if (next === undefined) return tried;
    spot = next;
  }
}

const RECORDED: readonly (readonly [client: string, selector: SelectorBase | undefined])[] = [
  ['python-memcached2 HEAD, default selector', undefined],
  ['python-memcached2 HEAD, SelectorConsistentHashing', new SelectorConsistentHashing()],
];

it.each(RECORDED)('%s: keys go where they were recorded', (client, selector) => {
  expect(CLIENTS).toContain(client);
  const rows = rowsOf(client, 'places').filter(({ list }) => /^L\d+$/.test(list));
  expect(rows).toHaveLength(7);
  for (const { list, is } of rows) {
    const servers = uris(Number(list.slice(1)));
    const placement = selecting(resolveOptions(servers, [{ selector }]));
    const places = KEYS.map((key) => placement.server(placement.start(key)));
    expect(places.join('')).toBe(is);
  }
});

it('defaults follow the number of servers', () => {
  const defaults = [0, 1, 2, 3, 9].map((count) => {
    const { selector, hasher } = resolveOptions(uris(count), []);
    return [selector.constructor, hasher.constructor];
  });
  expect(defaults).toEqual([
    [SelectorFirst, HasherZero],
    [SelectorFirst, HasherZero],
    [SelectorRehashDownServers, HasherCMemcache],
    [SelectorFractalSharding, HasherCMemcache],
    [SelectorFractalSharding, HasherCMemcache],
  ]);
});

it('HasherCMemcache is never 0, HasherZero always', () => {
  expect([hash('ob'), hash('key1')]).toEqual([1, 11356]);
  expect(new HasherZero().hash('key1')).toBe(0);
});

describe('while servers are down', () => {
  it('SelectorFirst has no other', () => {
    const [first = '', ...others] = uris(3);
    const selector = new SelectorFirst();
    expect(selector.select([first, ...others], hash, 'k', pool(...others))).toBe(first);
    expect(() => selector.select([first, ...others], hash, 'k', pool(first))).toThrow(
      NoAvailableServers,
    );
    expect(way(selector, 3, 'k')).toEqual([0]);
  });

  it('SelectorRehashDownServers hashes the key with the number of the try', () => {
    const list = uris(5);
    const selector = new SelectorRehashDownServers();
    for (const key of KEYS.slice(0, 50)) {
      const expected = ['', ...'0123456789'].map((suffix) => list[hash(key + suffix) % 5]);
      const [first = ''] = expected;
      const other = expected.find((uri) => uri !== first);
      expect(selector.select(list, hash, key, pool())).toBe(first);
      if (other !== undefined) expect(selector.select(list, hash, key, pool(first))).toBe(other);
    }
  });

  it('SelectorRehashDownServers gives up after hashing_retries', () => {
    const list = uris(2);
    const key = KEYS.find((each) => hash(each) % 2 === hash(`${each}0`) % 2) ?? '';
    const down = list[hash(key) % 2] ?? '';
    expect(() => new SelectorRehashDownServers(1).select(list, hash, key, pool(down))).toThrow(
      NoAvailableServers,
    );
    expect(() => new SelectorRehashDownServers(0).select(list, hash, 'k', pool(...list))).toThrow(
      NoAvailableServers,
    );
  });

  it('SelectorFractalSharding takes the hash by the number of those left, until none is', () => {
    for (const key of KEYS.slice(0, 50)) {
      const left = [0, 1, 2, 3, 4, 5, 6];
      const expected = Array.from({ length: 7 }, () =>
        left.splice(hash(key) % left.length, 1),
      ).flat();
      expect(way(new SelectorFractalSharding(), 7, key)).toEqual(expected);
    }
  });

  it('SelectorFractalSharding spreads the keys of a server over all others', () => {
    const others = Array.from({ length: 3000 }, (_, i) =>
      way(new SelectorFractalSharding(), 5, `k${i}`),
    )
      .filter(([first]) => first === 2)
      .map(([, second]) => second);
    const counts = [0, 1, 3, 4].map((server) => others.filter((each) => each === server).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(others.length);
    expect(Math.min(...counts)).toBeGreaterThan(others.length / 8);
  });

  it('SelectorConsistentHashing goes on to the servers of the next buckets, each once', () => {
    const selector = new SelectorConsistentHashing();
    const buckets = new Map(Array.from({ length: 25 }, (_, i) => [hash(String(i)), i % 5]));
    const sorted = [...buckets].sort(([a], [b]) => a - b);
    for (const key of KEYS) {
      // Python's bisect of (hash, 0), and the last bucket for what is below the first.
      let start = sorted.filter(
        ([each, server]) => each < hash(key) || (each === hash(key) && server === 0),
      ).length;
      start %= sorted.length;
      const round = [...sorted.slice(start), ...sorted.slice(0, start)].map(([, server]) => server);
      if (start === 0 && hash(key) < (sorted[0]?.[0] ?? 0)) round[0] = sorted.at(-1)?.[1] ?? -1;
      expect(way(selector, 5, key)).toEqual([...new Set(round)]);
    }
  });

  it('SelectorConsistentHashing has as many buckets as it is told', () => {
    expect(way(new SelectorConsistentHashing(2), 5, 'key1').sort()).toEqual([0, 1]);
    expect(way(new SelectorConsistentHashing(25), 5, 'key1').sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('SelectorConsistentHashing serves lists of different lengths', () => {
    const selector = new SelectorConsistentHashing();
    const alone = new SelectorConsistentHashing();
    for (const count of [3, 5, 3]) {
      expect(way(selector, count, 'key1')).toEqual(way(alone, count, 'key1'));
      expect(way(selector, count, 'key1')).toHaveLength(count);
    }
  });

  it.each([
    new SelectorFirst(),
    new SelectorRehashDownServers(),
    new SelectorFractalSharding(),
    new SelectorConsistentHashing(),
  ])('nothing can be selected of nothing: %p', (selector) => {
    expect(() => selector.select([], hash, 'k', pool())).toThrow(NoAvailableServers);
    expect(way(selector, 0, 'k')).toEqual([-1]);
  });
});

describe('of your own', () => {
  class Last extends SelectorBase {
    select(list: readonly string[]): string {
      return list.at(-1) ?? '';
    }
  }
  class Length extends HasherBase {
    hash(key: string): number {
      return -key.length;
    }
  }

  it('a selector that names a server again ends the way', () => {
    expect(way(new Last(), 3, 'k')).toEqual([2]);
  });

  it('a negative hash counts from the end, as in Python', () => {
    expect(way(new SelectorFractalSharding(), 3, 'ab', new Length())).toEqual([1, 0, 2]);
  });

  it('a selector that throws is told to the caller, and ends a way that was begun', () => {
    class Broken extends SelectorBase {
      calls = 0;
      select(list: readonly string[]): string {
        if (this.calls++ > 0) throw new RangeError('broken');
        return list[0] ?? '';
      }
    }
    const selector = new Broken();
    expect(way(selector, 3, 'k')).toEqual([0]);
    expect(() => way(selector, 3, 'k')).toThrow(RangeError);
  });
});
