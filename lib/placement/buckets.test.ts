// Keys go where the real clients put them, all servers up or some dead, and where a naive model of Python's loop does.

import { fc } from '../testing/random';
import { probingBuckets, rehashingBuckets } from './buckets';
import { crc15, crc15OrOne, crc32, signedCrc32, type Hash } from './crc32';
import type { PlacementFactory } from './placement';
import { KEYS, placesOf, rowsOf, walk } from './testing/recorded';

const TRIES = 10;
const rehashing = (hash: Hash): PlacementFactory => rehashingBuckets({ hash, tries: TRIES });

const RECORDED: readonly (readonly [client: string, factory: PlacementFactory])[] = [
  ['python-memcached 1.44 on Python 2', rehashing(signedCrc32)],
  ['python-memcached 1.53 on Python 2', rehashing(crc15OrOne)],
  ['python-memcached 1.59 on Python 2', rehashing(crc15OrOne)],
  ['python-memcached 1.59 on Python 3', rehashing(crc15OrOne)],
  ['python-memcached 1.62 on Python 3', rehashing(crc15)],
  ['python-memcached 1.59 on Python 2, old hash', rehashing(signedCrc32)],
  ['python-memcached 1.62 on Python 3, old hash', rehashing(crc32)],
  ['cmemcache 0.96', probingBuckets({ hash: crc15OrOne, maxWeight: 15 })],
];

describe.each(RECORDED)('%s', (client, factory) => {
  const rows = rowsOf(client, 'places');

  it('was recorded with every server up for 12 lists, and with dead servers in 10 cases', () => {
    expect(rows.filter(({ dead }) => dead.length === 0)).toHaveLength(12);
    expect(rows.filter(({ dead }) => dead.length > 0)).toHaveLength(10);
  });

  it.each(rows)('$list, dead: $dead', ({ list, dead, is }) => {
    const placement = factory(placesOf(list));
    const places = KEYS.map((key) => walk(placement, placement.start(key), dead).place);
    expect(places.join('')).toBe(is);
  });
});

describe.each(RECORDED.filter(([client]) => client.startsWith('python')))(
  '%s',
  (client, factory) => {
    it.each(rowsOf(client, 'pairs'))(
      'given hashes go by themselves: $list',
      ({ list, hashes, is }) => {
        const placement = factory(placesOf(list));
        const places = hashes.map((hash) => placement.server(hash === 'True' ? 1 : BigInt(hash)));
        expect(places.join('')).toBe(is);
      },
    );

    it.each(rowsOf(client, 'way'))(
      'the way of $key past dead servers: $list',
      ({ list, key, is }) => {
        const places = placesOf(list);
        const placement = factory(places);
        const [start, hashed] =
          typeof key === 'string'
            ? [placement.start(key), is.hashed.slice(1)]
            : [key[0], is.hashed];
        if (typeof key === 'string') expect([key, start]).toEqual(is.hashed[0]);
        const { tried } = walk(placement, start, [...places.keys()]);
        expect(tried).toBe(is.tried);
        // Python hashes once more than it tries.
        expect(hashed).toHaveLength(TRIES);
        let spot = placement.next(start, 0);
        for (const [at, [, hash]] of hashed.slice(0, -1).entries()) {
          expect(spot).toBe(hash);
          spot = placement.next(hash, at + 1);
        }
        expect(spot).toBeUndefined();
      },
    );
  },
);

describe.each([
  ['rehashing', rehashing(crc15)],
  ['probing', probingBuckets({ hash: crc15, maxWeight: 15 })],
])('%s', (_name, factory) => {
  it.each([
    ['no servers', []],
    ['servers of weight 0 and less', [0, -1]],
  ])('%s: no key has a place', (_what, weights) => {
    const placement = factory(weights.map((weight) => ({ name: 'x', weight })));
    expect(walk(placement, placement.start('a'))).toMatchObject({ place: '-' });
    expect(placement.server(5n)).toBe(-1);
  });

  it.each<[number | bigint, number]>([
    [0, 0],
    [-1, 2],
    [-3, 0],
    [-4n, 2],
    [2n ** 64n, 1],
    [-(2n ** 64n), 2],
    [2 ** 60, 1],
    [1e21, 1],
  ])('%p of 3 is server %d: Python’s modulo', (spot, server) => {
    expect(factory(placesOf('L3')).server(spot)).toBe(server);
  });
});

it('larger weights count as the largest', () => {
  const capped = probingBuckets({ hash: crc15OrOne, maxWeight: 15 })(placesOf('W_20_5'));
  expect(Array.from({ length: 20 }, (_each, at) => capped.server(at)).join('')).toBe(
    '00000000000000011111',
  );
});

/** `Client._get_server` word for word, over exact ints. */
function naive(
  hash: (key: string) => bigint,
  weights: readonly number[],
  dead: ReadonlySet<number>,
  key: string,
): string {
  const buckets = weights.flatMap((weight, at) => Array.from({ length: weight }, () => at));
  if (buckets.length === 0) return '-';
  const size = BigInt(buckets.length);
  let serverhash = hash(key);
  for (let i = 0; i < TRIES; i++) {
    const server = buckets[Number(((serverhash % size) + size) % size)] ?? -1;
    if (!dead.has(server)) return String(server);
    serverhash = hash(`${serverhash}${i}`);
  }
  return '-';
}

it('any key, list and dead servers give what Python’s loop gives', () => {
  const hashes = fc.constantFrom<Hash>(crc15, crc15OrOne, crc32, signedCrc32);
  const weights = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 8 });
  const dead = fc.uniqueArray(fc.nat(7));
  const key = fc
    .uint8Array({ maxLength: 20 })
    .map((bytes) => Buffer.from(bytes).toString('latin1'));
  fc.assert(
    fc.property(hashes, weights, dead, key, (hash, list, down, text) => {
      const placement = rehashing(hash)(list.map((weight) => ({ name: 'x', weight })));
      const model = naive((each) => BigInt(hash(each)), list, new Set(down), text);
      expect(walk(placement, placement.start(text), down).place).toBe(model);
    }),
    { numRuns: 1000 },
  );
});
