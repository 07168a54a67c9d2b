// Serdes: what each makes of values, with which flags, and what it refuses.

import { inflateSync } from 'node:zlib';
import { ValueError, ZlibError } from '../../errors';
import { Py2Str, dumps } from '../../value/pickle';
import {
  compressed_serde,
  CompressedSerde,
  get_python_memcache_serializer,
  LegacyWrappingSerde,
  pickle_serde,
  PickleSerde,
  python_memcache_deserializer,
  python_memcache_serializer,
  type Serde,
} from './serde';
import { checkSerde } from './serde-shape';

const KEY = Buffer.from('k');

describe('PickleSerde', () => {
  it.each<[unknown, unknown, number]>([
    ['text', Buffer.from('text'), 16],
    ['\u20ac', Buffer.from('\u20ac'), 16],
    [Buffer.from('b'), Buffer.from('b'), 0],
    [7, '7', 2],
    [-(10n ** 30n), String(-(10n ** 30n)), 2],
    [true, dumps(true, 5), 1],
    [null, dumps(null, 5), 1],
    [1.5, dumps(1.5, 5), 1],
    [[1], dumps([1], 5), 1],
  ])('of %p', (value, stored, flags) => {
    expect(pickle_serde.serialize(KEY, value)).toEqual([stored, flags]);
    expect(python_memcache_serializer(KEY, value)).toEqual([stored, flags]);
    const bytes = typeof stored === 'string' ? Buffer.from(stored) : (stored as Buffer);
    expect(pickle_serde.deserialize('k', bytes, flags)).toEqual(value);
    expect(python_memcache_deserializer('k', bytes, flags)).toEqual(value);
  });

  it('pickles in the version asked for', () => {
    expect(new PickleSerde(0).serialize(KEY, [1])[0]).toEqual(dumps([1], 0));
    expect(new PickleSerde({ pickle_version: 2 }).serialize(KEY, [1])[0]).toEqual(dumps([1], 2));
    expect(get_python_memcache_serializer(3)(KEY, [1])[0]).toEqual(dumps([1], 3));
    expect(() => new PickleSerde(6).serialize(KEY, [1])).toThrow(ValueError);
    expect(new PickleSerde(6).serialize(KEY, 'text')).toEqual([Buffer.from('text'), 16]);
  });

  it('as Python 2: longs are flagged, pickles have its highest version', () => {
    const serde = new PickleSerde({ python: 2 });
    expect(serde.serialize(KEY, 2n ** 70n)).toEqual([String(2n ** 70n), 4]);
    expect(serde.serialize(KEY, new Py2Str(Buffer.from('s')))).toEqual([Buffer.from('s'), 0]);
    const [pickle, flags] = serde.serialize(KEY, [1]);
    expect([(pickle as Buffer).subarray(0, 2).toString('hex'), flags]).toEqual(['8002', 1]);
  });

  it('takes other picklers', () => {
    const serde = new PickleSerde(-1, {
      pickler: (value) => Buffer.from(JSON.stringify(value)),
      unpickler: (bytes: Buffer) => JSON.parse(bytes.toString()) as unknown,
    });
    expect(serde.serialize(KEY, [1])).toEqual([Buffer.from('[1]'), 1]);
    expect(serde.deserialize('k', Buffer.from('[2]'), 1)).toEqual([2]);
  });

  it('reads a bad pickle as None, unknown flags as bytes', () => {
    expect(pickle_serde.deserialize('k', Buffer.from('garbage'), 1)).toBeNull();
    expect(pickle_serde.deserialize('k', Buffer.from('x'), 8)).toEqual(Buffer.from('x'));
    expect(() => pickle_serde.deserialize('k', Buffer.from('x'), 2)).toThrow(ValueError);
  });
});

describe('CompressedSerde', () => {
  const packedOf = (serde: Serde, value: unknown): boolean =>
    (serde.serialize(KEY, value)[1] & 8) !== 0;

  it.each<[string, unknown, number | undefined, boolean]>([
    ['text of 400 bytes', 'a'.repeat(400), undefined, false],
    ['text of 401 bytes', 'a'.repeat(401), undefined, true],
    ['few letters of many bytes', '\u20ac'.repeat(134), undefined, true],
    ['bytes', Buffer.alloc(500), undefined, true],
    ['a pickle', ['a'.repeat(500)], undefined, true],
    ['an int of many digits', 10n ** 500n, undefined, true],
    ['any length with a limit of 1', 'aaaaaaaaaaaaaaaa', 1, true],
    ['no length with a limit of 0', 'a'.repeat(5000), 0, false],
    ['what would be longer', 'ab', 1, false],
  ])('%s', (_name, value, min_compress_len, isPacked) => {
    const options = min_compress_len === undefined ? {} : { min_compress_len };
    const serde = new CompressedSerde(options);
    const [stored, flags] = serde.serialize(KEY, value);
    expect((flags & 8) !== 0).toBe(isPacked);
    const bytes = typeof stored === 'string' ? Buffer.from(stored) : (stored as Buffer);
    expect(serde.deserialize('k', bytes, flags)).toEqual(value);
    const plain = pickle_serde.serialize(KEY, value);
    expect(flags & ~8).toBe(plain[1]);
    const inside = isPacked ? inflateSync(bytes) : bytes;
    expect(inside.toString('latin1')).toBe(Buffer.from(plain[0] as string).toString('latin1'));
  });

  it('compresses what stays as long', () => {
    const same = new CompressedSerde({ compress: (data) => data, min_compress_len: 1 });
    expect(packedOf(same, 'abc')).toBe(true);
    const longer = new CompressedSerde((data) => Buffer.concat([data, data]), {
      min_compress_len: 1,
    });
    expect(packedOf(longer, 'abc')).toBe(false);
  });

  it('goes by another serde, and passes what it does not know', () => {
    const inner: Serde = {
      serialize: (key, value) => [`${key.toString()}${String(value)}`, 64],
      deserialize: (key, value, flags) => [key, value.toString(), flags],
    };
    const serde = new CompressedSerde({ serde: inner, min_compress_len: 3 });
    const [stored, flags] = serde.serialize(KEY, 'aaaaaaaaaaaaaaaaaaaa');
    expect(flags).toBe(64 | 8);
    const read = serde.deserialize('k', stored as Buffer, flags);
    expect(read).toEqual(['k', 'kaaaaaaaaaaaaaaaaaaaa', 72]);
    expect(new CompressedSerde(zip, unzip, inner).serialize(KEY, 1)).toEqual(['k1', 64]);
  });

  it('says what is not zlib, and bounds what is', () => {
    expect(() => compressed_serde.deserialize('k', Buffer.from('x'), 8)).toThrow(ZlibError);
  });

  it('refuses what is no serde and no function', () => {
    expect(() => new CompressedSerde({ serde: {} as Serde })).toThrow(TypeError);
    expect(() => new CompressedSerde({ compress: 5 as never })).toThrow(TypeError);
  });
});

const zip = (data: Buffer): Buffer => data;
const unzip = zip;

describe('LegacyWrappingSerde', () => {
  it('leaves alone what it has no function for', () => {
    const both = new LegacyWrappingSerde();
    expect(both.serialize(KEY, 5)).toEqual([5, 0]);
    expect(both.deserialize('k', Buffer.from('x'), 16)).toEqual(Buffer.from('x'));
    const half = new LegacyWrappingSerde(null, () => 'read');
    expect(half.serialize(KEY, 5)).toEqual([5, 0]);
    expect(half.deserialize('k', Buffer.from('x'), 16)).toBe('read');
  });

  it('takes functions only', () => {
    expect(() => new LegacyWrappingSerde(5 as never)).toThrow(TypeError);
  });
});

it('a serde has both methods', () => {
  class Mine {
    serialize(): [string, number] {
      return ['x', 0];
    }
    deserialize(): string {
      return 'y';
    }
  }
  const mine = new Mine();
  expect(checkSerde(mine)).toBe(mine);
  for (const none of [null, {}, { serialize: () => ['x', 0] }, 5]) {
    expect(() => checkSerde(none)).toThrow(TypeError);
  }
});
