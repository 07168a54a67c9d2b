// Keys go where pymemcache puts them: every recorded table, and any text by the definition.

import { fc } from '../testing/random';
import { rendezvous } from './rendezvous';
import {
  digits,
  listOf,
  RECORDED,
  tablesOf,
  type Listed,
  type Rendezvous,
} from './testing/behaviors';

/** Servers as pymemcache names them: a unix socket by its path alone. */
function placesOf(list: readonly Listed[]) {
  return list.map(([host, port]) => ({ name: port === 0 ? host : `${host}:${port}`, weight: 1 }));
}

/** Bytes as Python shows them; the recorded keys have no quotes and no backslashes. */
function bytesRepr(text: string): string {
  const escaped = Array.from(Buffer.from(text), (byte) =>
    byte >= 0x20 && byte < 0x7f
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`,
  );
  return `b'${escaped.join('')}'`;
}

const TEXTS: Readonly<Record<Rendezvous['keys'], readonly string[]>> = {
  str: RECORDED.keys,
  bytes: RECORDED.keys.map(bytesRepr),
};

const tables = tablesOf('pymemcache');

it('28 tables are recorded', () => {
  expect(tables).toHaveLength(28);
});

it.each(tables.map((table) => [table.client.keys, table.list, table.is] as const))(
  'keys as %s on %s',
  (keys, list, is) => {
    expect(digits(rendezvous(placesOf(listOf(list))), TEXTS[keys])).toBe(is);
  },
);

/** MurmurHash3 over exact ints, of code points. */
function model(text: string): bigint {
  const u32 = (n: bigint): bigint => BigInt.asUintN(32, n);
  const rot = (n: bigint, by: bigint): bigint => u32(n << by) | (n >> (32n - by));
  const bytes = Array.from(text, (point) => BigInt(point.codePointAt(0) ?? 0) & 0xffn);
  let h = 0n;
  for (let at = 0; at < bytes.length; at += 4) {
    const block = bytes.slice(at, at + 4);
    const k = block.reduceRight((sum, byte) => sum * 256n + byte, 0n);
    h ^= u32(rot(u32(k * 0xcc9e2d51n), 15n) * 0x1b873593n);
    if (block.length === 4) h = u32(rot(h, 13n) * 5n + 0xe6546b64n);
  }
  h ^= BigInt(bytes.length);
  h = u32((h ^ (h >> 16n)) * 0x85ebca6bn);
  h = u32((h ^ (h >> 13n)) * 0xc2b2ae35n);
  return h ^ (h >> 16n);
}

it('the model of the hash gives what pymemcache’s gave', () => {
  expect(RECORDED.keys.map((key) => Number(model(key)))).toEqual(RECORDED.rendezvous);
});

it('any text goes to the server of the highest score', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 20 });
  // Lone surrogates, which Python's text can hold too, included.
  const key = fc.array(fc.nat(0x10ffff)).map((points) => String.fromCodePoint(...points));
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), key, (names, text) => {
      const scores = names.map((each) => model(`${each}-${text}`));
      const placement = rendezvous(names.map((each) => ({ name: each, weight: 1 })));
      const won = placement.server(text);
      expect(scores.every((score) => score <= (scores[won] ?? -1n))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('of servers with equal scores the greater name wins', () => {
  // Their names differ above the lowest byte of a code point alone, so that every key ties.
  const tied = ['a\u0130', 'a\u0230', 'a0'];
  for (const names of [tied, [...tied].reverse()]) {
    const placement = rendezvous(names.map((name) => ({ name, weight: 1 })));
    expect(names[placement.server('any')]).toBe('a\u0230');
  }
});

it('a removed server leaves its keys to the others, and none have no key', () => {
  const places = placesOf(listOf('five_mixed'));
  const without = rendezvous(places.map((place, i) => (i === 2 ? { ...place, weight: 0 } : place)));
  const others = rendezvous(places.filter((_place, i) => i !== 2));
  const index = (digit: string): string => '0134'[Number(digit)] ?? '-';
  expect(digits(without, RECORDED.keys)).toBe(
    Array.from(digits(others, RECORDED.keys), index).join(''),
  );
  expect(rendezvous([]).server('a')).toBe(-1);
  expect(without.next('a', 0)).toBeUndefined();
});
