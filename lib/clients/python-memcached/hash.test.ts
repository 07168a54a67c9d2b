// Every release on every Python hashes and places as recorded from the real module; one switch is the whole process's.

import { CLIENTS, KEYS, placesOf, rowsOf, walk } from '../../placement/testing/recorded';
import { DebugLog } from './debug-log';
import { createCodec, createDialect } from './dialect';
import {
  cmemcache_hash,
  serverHash,
  serverHashFunction,
  useNewServerHashFunction,
  useOldServerHashFunction,
} from './hash';
import { Keys } from './keys';
import { resolveOptions } from './options';
import { findRelease, type Release } from './releases';

afterEach(useNewServerHashFunction);

const NAME = /^python-memcached (1\.\d\d) on Python ([23])(, old hash)?$/;
const RECORDED = CLIENTS.flatMap((client) => {
  const [, release = '', python, old] = NAME.exec(client) ?? [];
  return python === undefined
    ? []
    : [{ client, release, python: Number(python), isOld: old !== undefined }];
});

it('17 releases on Python 2 and 8 on Python 3 were recorded', () => {
  const of = (python: number): string[] =>
    RECORDED.filter((each) => each.python === python && !each.isOld).map(({ release }) => release);
  expect(of(2)).toEqual(Array.from({ length: 17 }, (_each, at) => `1.${43 + at}`));
  expect(of(3)).toEqual(Array.from({ length: 8 }, (_each, at) => `1.${55 + at}`));
});

describe.each(RECORDED)('$client', ({ client, release: name, python, isOld }) => {
  const release = findRelease(name, python);
  const options = resolveOptions([{ release: name, python }]);
  const log = new DebugLog(
    () => false,
    () => undefined,
    true,
  );
  const { placement: place } = createDialect(options, createCodec(options, log), log);

  beforeEach(() => {
    if (isOld) useOldServerHashFunction();
  });

  it('hashes', () => {
    const [row] = rowsOf(client, 'hashes');
    const hash = serverHash(release);
    // 1.54 cannot hash bytes outside ASCII.
    const hashes = KEYS.map((key, at) => (row?.is[at] === null ? null : hash(key)));
    expect(hashes).toEqual(row?.is);
    expect(hashes.filter((each) => each === null)).toHaveLength(name === '1.54' && !isOld ? 11 : 0);
  });

  it.each(rowsOf(client, 'places'))('places keys on $list, dead: $dead', ({ list, dead, is }) => {
    const placement = place(placesOf(list));
    const places = KEYS.map((key, at) => {
      // Python raised: in 1.54 as above, in 1.55 to 1.57 on Python 3 when it was to hash again. Ours goes on.
      return is[at] === '!' ? '!' : walk(placement, placement.start(key), dead).place;
    });
    expect(places.join('')).toBe(is);
  });

  it.each(rowsOf(client, 'many'))('places many keys on $list', ({ list, keys, prefix, is }) => {
    const { wires, spots } = new Keys(release, options).many(keys, prefix, 'read');
    const placement = place(placesOf(list));
    const placed = wires.map((wire, at) => [
      wire,
      String(placement.server(spots?.[at] ?? placement.start(wire))),
    ]);
    expect(placed.sort()).toEqual(is);
  });
});

describe('the switch', () => {
  const before: Release = findRelease('1.46', 2);
  const newest: Release = findRelease('1.62', 3);
  const old: Release = findRelease('1.59', 2);

  it('changes clients that exist already, and back', () => {
    const hash = serverHash(newest);
    expect(hash('key1')).toBe(11356);
    useOldServerHashFunction();
    expect(hash('key1')).toBe(744252496);
    expect(serverHashFunction('key1')).toBe(744252496);
    useNewServerHashFunction();
    expect(hash('key1')).toBe(11356);
    expect(serverHashFunction('key1')).toBe(11356);
  });

  it('is signed on Python 2, and does nothing in 1.45 and 1.46', () => {
    useOldServerHashFunction();
    expect(serverHash(old)('key2')).toBe(-1252706838);
    expect(serverHash(newest)('key2')).toBe(3042260458);
    expect(serverHash(before)('key2')).toBe(13653);
  });

  it('leaves cmemcache_hash as it is', () => {
    useOldServerHashFunction();
    expect(cmemcache_hash('key1')).toBe(11356);
  });
});

it('text is hashed as utf-8', () => {
  expect(cmemcache_hash('é')).toBe(cmemcache_hash(Buffer.from('é')));
  expect(serverHashFunction('é')).toBe(serverHashFunction(Buffer.from('é')));
  expect(cmemcache_hash('ob')).toBe(0);
});
