// Keys go where libmemcached puts them: every recorded table, and the corners that no table has.

import { fc } from '../testing/random';
import { crc15 } from './crc32';
import { DISTRIBUTIONS, placementOf, type DistributionName, type Layout } from './distributions';
import type { Place } from './placement';
import { PLAIN } from './settings';
import {
  digits,
  layoutOf,
  listOf,
  placesOf,
  RECORDED,
  tablesOf,
  wire,
  type Libmemcached,
  type Table,
} from './testing/behaviors';

const KEYS = RECORDED.keys.map(wire);
const RINGS: readonly DistributionName[] = [
  'consistent',
  'consistent ketama',
  'consistent ketama spy',
  'consistent weighted',
];
const NAMES = Object.keys(DISTRIBUTIONS) as DistributionName[];

const never = (): number => {
  throw new Error('nothing here is random');
};

function group(tables: readonly Table<Libmemcached>[]): [string, Table<Libmemcached>[]][] {
  const groups = new Map<string, Table<Libmemcached>[]>();
  for (const table of tables) {
    const name = JSON.stringify(table.client);
    groups.set(name, [...(groups.get(name) ?? []), table]);
  }
  return [...groups];
}

describe('the recorded tables', () => {
  const tables = tablesOf('pylibmc');

  it('are 1179, of 100 keys each', () => {
    expect(tables).toHaveLength(1179);
    expect(tables.every(({ is }) => is.length === 100)).toBe(true);
    expect(KEYS).toHaveLength(100);
  });

  it.each(group(tables))('%s', (_name, all) => {
    for (const { client, list, is } of all) {
      const servers = listOf(list);
      const placement = placementOf(layoutOf(client, servers), never)(placesOf(servers));
      expect({ list, is: digits(placement, KEYS) }).toEqual({ list, is });
    }
  });
});

it('equal servers have points as floats of 32 bits give them', () => {
  const { list, keys, is } = RECORDED.floats;
  const servers = listOf(list);
  const layout = layoutOf({ client: 'pylibmc', with: { ketama_weighted: true } }, servers);
  expect(digits(placementOf(layout, never)(placesOf(servers)), keys)).toBe(is);
  expect(keys).toHaveLength(40);
});

function place(distribution: DistributionName, servers: readonly Place[], more?: Partial<Layout>) {
  return placementOf({ ...PLAIN, distribution, ...more }, () => 0.5)(servers);
}

describe.each(NAMES)('%s', (name) => {
  it('gives no server of an empty list, and a lone one every key', () => {
    expect(digits(place(name, []), KEYS)).toBe('-1'.repeat(100));
    expect(digits(place(name, [{ name: 'a:1', weight: 0 }]), KEYS)).toBe('0'.repeat(100));
  });

  it('sends no key on while its server is dead', () => {
    const placement = place(name, placesOf(listOf('five_mixed')));
    expect(placement.next(placement.start('key'), 0)).toBeUndefined();
  });
});

it('random asks for a number for each key', () => {
  const numbers = [0, 0.2, 0.5, 0.99999];
  const random = (): number => numbers.shift() ?? NaN;
  const placement = placementOf(
    { ...PLAIN, distribution: 'random' },
    random,
  )(placesOf(listOf('five_mixed')));
  expect(digits(placement, ['a', 'a', 'a', 'a'])).toBe('0124');
});

describe.each(RINGS)('a server off the ring (%s)', (name) => {
  const all = placesOf(listOf('five_weighted'));
  const without = (...off: number[]) =>
    all.map((each, index) => ({ ...each, weight: off.includes(index) ? 0 : each.weight }));

  it.each([true, false])('leaves its keys to the others, weighted: %p', (weighted) => {
    const now = place(name, without(1, 4), { weighted });
    // The same ring as of the others alone.
    const others = place(
      name,
      [all[0], all[2], all[3]].flatMap((each) => each ?? []),
      {
        weighted,
      },
    );
    const index = (digit: string): string => '023'[Number(digit)] ?? '-';
    expect(digits(now, KEYS)).toBe(Array.from(digits(others, KEYS), index).join(''));
  });

  it('that is the last one: no key has a server', () => {
    expect(digits(place(name, without(0, 1, 2, 3, 4)), ['a', 'b'])).toBe('-1-1');
  });
});

it('the distributions without a ring have no weights', () => {
  const servers = placesOf(listOf('five_weighted'));
  const dead = servers.map((server) => ({ ...server, weight: 0 }));
  for (const name of ['modula', 'virtual bucket'] as const) {
    expect(digits(place(name, dead), KEYS)).toBe(digits(place(name, servers), KEYS));
  }
});

it('sorted hosts: by bytes, ports as numbers, and the answer is of the list as given', () => {
  const names = ['b:1', 'a:11211', 'a:9', 'B:1', 'é:1', '::1:5', '/s:0', 'a:9', 'ab:1'].map(wire);
  const servers = names.map((name) => ({ name, weight: 1 }));
  const order = ['/s:0', '::1:5', 'B:1', 'a:9', 'a:11211', 'ab:1', 'b:1', 'é:1'].map(wire);
  const sorted = place('modula', servers, { sorted: true });
  const found = Array.from({ length: 1000 }, (_, i) => sorted.server(sorted.start(`k${i}`)));
  const plain = place('modula', servers);
  // Of two equal servers the one given first stays first.
  const indexes = [6, 5, 3, 2, 7, 1, 8, 0, 4];
  expect(indexes.map((i) => names[i])).toEqual([...order.slice(0, 4), ...order.slice(3)]);
  expect(found).toEqual(
    Array.from({ length: 1000 }, (_, i) => indexes[plain.server(plain.start(`k${i}`))]),
  );
});

describe('keys behind a prefix', () => {
  const servers = placesOf(listOf('seven_default_port'));

  it('are hashed with it', () => {
    const behind = place('modula', servers, { prefix: 'ns:' });
    expect(digits(behind, ['a', 'b', 'c'])).toBe(
      digits(place('modula', servers), ['ns:a', 'ns:b', 'ns:c']),
    );
  });

  it.each([
    ['ns:', '56052'],
    ['', '22033'],
    [undefined, '40606'],
  ])('end, for the hash, at their first NUL: behind %j', (prefix, is) => {
    const texts = ['a\0b', 'ab\0cdef', '\0x', 'xy\0\0z', 'q\0r\xff'];
    // Recorded from the library; where no prefix counts, not even an empty one, no byte is cut.
    expect(digits(place('modula', servers, { prefix }), texts)).toBe(is);
  });

  it.each([
    [247, false],
    [248, true],
  ])('of %d bytes: their hash is 0 instead: %p', (length, isZero) => {
    const keys = Array.from({ length: 20 }, (_, i) => String(i).padEnd(length, 'x'));
    const behind = digits(place('modula', servers, { prefix: 'ns:' }), keys);
    expect(behind === '0'.repeat(20)).toBe(isZero);
  });
});

/** The definition: the point with the least value at or after the hash, else the least of all; of equal ones the first server's. */
function naive(points: readonly (readonly [bigint, number])[], hash: bigint): number {
  const sorted = [...points].sort(([v, s], [w, t]) => (v === w ? s - t : v < w ? -1 : 1));
  return (sorted.find(([value]) => value >= hash) ?? sorted[0])?.[1] ?? -1;
}

it('any list and key: the first point at or after the hash', () => {
  const server = fc.record({
    name: fc.tuple(fc.constantFrom('a', 'b', '10.0.0.1', '::1'), fc.constantFrom(1, 11211)),
    weight: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(server, { minLength: 2, maxLength: 6 }), fc.string(), (list, text) => {
      const key = wire(text);
      const servers = list.map(({ name, weight }) => ({ name: name.join(':'), weight }));
      // crc has 15 bits: points of one value are common.
      const crc = (each: string): bigint => BigInt(crc15(each));
      const points = list.flatMap(({ name: [host, port], weight }, index) =>
        Array.from({ length: weight > 0 ? 100 : 0 }, (_, i) => {
          const name = port === 11211 ? `${host}-${i}` : `${host}:${port}-${i}`;
          return [crc(name), index] as const;
        }),
      );
      const placement = place('consistent', servers, { hash: 'crc', pointHash: 'crc' });
      expect(placement.server(placement.start(key))).toBe(naive(points, crc(key)));
    }),
    { numRuns: 300 },
  );
});
