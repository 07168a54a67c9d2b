// zlib as Python's: its container and level, its words for damage (recorded from CPython 3.11.2), and a bound of ours.

import { constants, deflateSync } from 'node:zlib';
import { fc } from '../testing/random';
import { ZlibError } from '../errors';
import { asBuffer, zlibCompress, zlibDecompress } from './compression';

const LIMIT = 1 << 20;
const inflate = (hex: string): string => zlibDecompress(Buffer.from(hex, 'hex'), LIMIT).toString();

it('writes the zlib container at level 6', () => {
  const data = Buffer.from('hello hello hello hello');
  const packed = zlibCompress(data);
  expect(packed.subarray(0, 2).toString('hex')).toBe('789c');
  expect(packed.equals(deflateSync(data, { level: constants.Z_DEFAULT_COMPRESSION }))).toBe(true);
});

it('reads what Python wrote, at every level and with bytes behind', () => {
  expect(inflate('789ccb48cdc9c957c8402701680308b1')).toBe('hello hello hello hello');
  expect(inflate('789ccb48cdc9c957c8402701680308b16a756e6b')).toBe('hello hello hello hello');
  for (const level of [0, 1, 9]) {
    const packed = deflateSync(Buffer.from('hello'), { level });
    expect(zlibDecompress(packed, LIMIT).toString()).toBe('hello');
  }
});

it.each([
  ['', 'Error -5 while decompressing data: incomplete or truncated stream'],
  ['616263', 'Error -3 while decompressing data: incorrect header check'],
  ['78', 'Error -5 while decompressing data: incomplete or truncated stream'],
  ['789c', 'Error -5 while decompressing data: incomplete or truncated stream'],
  ['789ccb48cdc9c957c8402701680308', 'Error -5 while decompressing data: incomplete or truncated stream'],
  ['789ccb48cdc9c957c8402701', 'Error -5 while decompressing data: incomplete or truncated stream'],
  ['789ccb48cdc9c957c840270168030800', 'Error -3 while decompressing data: incorrect data check'],
  ['789c07', 'Error -3 while decompressing data: invalid block type'],
  ['78bb00000001', 'Error 2 while decompressing data'],
  ['799c', 'Error -3 while decompressing data: incorrect header check'],
  ['881c', 'Error -3 while decompressing data: invalid window size'],
  ['789c4b84ff', 'Error -3 while decompressing data: invalid distance code'],
  ['1f8b080000000000', 'Error -3 while decompressing data: incorrect header check'],
  ['789c0105000000', 'Error -3 while decompressing data: invalid stored block lengths'],
])('%s: %s', (hex, message) => {
  let error: unknown;
  try {
    inflate(hex);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ZlibError);
  // Python's class is zlib.error.
  expect(error).toMatchObject({ name: 'error', message });
}); // prettier-ignore

describe('the bound of what inflates', () => {
  const bomb = deflateSync(Buffer.alloc(LIMIT + 1));

  it('lets the limit itself through', () => {
    expect(zlibDecompress(deflateSync(Buffer.alloc(LIMIT)), LIMIT)).toHaveLength(LIMIT);
  });

  it('stops one byte later', () => {
    expect(() => zlibDecompress(bomb, LIMIT)).toThrow(ZlibError);
    expect(() => zlibDecompress(bomb, LIMIT)).toThrow('longer than the limit');
  });
});

it('any bytes come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const packed = zlibCompress(bytes);
      expect(zlibDecompress(packed, 2000).equals(bytes)).toBe(true);
    }),
  );
});

it('any bytes are refused with a ZlibError, or inflate', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 2, maxLength: 40 }), (bytes) => {
      const data = Buffer.concat([Buffer.from([0x78, 0x9c]), bytes]);
      try {
        zlibDecompress(data, LIMIT);
      } catch (error) {
        expect(error).toBeInstanceOf(ZlibError);
        expect((error as Error).message).toMatch(/^Error -?\d while decompressing data/);
      }
    }),
  );
});

describe('a Buffer over the same bytes', () => {
  it('is the Buffer itself, or a view', () => {
    const buffer = Buffer.from('ab');
    expect(asBuffer(buffer)).toBe(buffer);
    const bytes = new Uint8Array([1, 2, 3]).subarray(1);
    const view = asBuffer(bytes);
    bytes[0] = 9;
    expect([...view]).toEqual([9, 3]);
  });

  it.each([['text'], [undefined], [null], [{ length: 1 }], [new Uint16Array(1)]])(
    'is not made of %p',
    (given) => {
      expect(() => asBuffer(given as unknown as Uint8Array)).toThrow(TypeError);
    },
  );
});
