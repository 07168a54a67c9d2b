// Compression as the rows say: longer than the minimum, shorter than before, and never what is not to be compressed.

import { createCodec, type Codec, type CodecRows, type Written } from './codec';
import { zlibCompress, zlibDecompress } from './compression';

const Z = 8;

function codec(rows: Partial<CodecRows> = {}, compress = zlibCompress): Codec {
  return createCodec({
    write: (value) => ({ flags: 1, data: value as string | Buffer, compressible: true }),
    readPlain: (bytes, from, to, owned) => `plain ${bytes.latin1Slice(from, to)} ${owned}`,
    reads: [
      { flag: 4, read: (bytes, from, to, owned) => `four ${bytes.latin1Slice(from, to)} ${owned}` },
      { flag: 1, read: (bytes, from, to, owned) => `one ${bytes.latin1Slice(from, to)} ${owned}` },
    ],
    unknown: (flags) => `unknown ${flags}`,
    compression: { flag: Z, compress, decompress: (data) => zlibDecompress(data, 1000) },
    ...rows,
  });
}

describe('min_compress_len', () => {
  const A100 = 'a'.repeat(100);

  it.each([
    [0, false],
    [-1, true],
    [1, true],
    [99, true],
    [99.5, true],
    [100, false],
    [101, false],
    [Infinity, false],
    [NaN, true],
  ])('%p: 100 bytes are compressed: %p', (min, isCompressed) => {
    for (const data of [A100, Buffer.from(A100)]) {
      expect(codec().encode(data, min).flags).toBe(isCompressed ? 1 | Z : 1);
    }
  });

  it('counts bytes, not characters: data is what will be sent', () => {
    const bytes = Buffer.from('é'.repeat(60)).toString('latin1');
    expect(codec().encode(bytes, 100).flags).toBe(1 | Z);
  });

  it('keeps what compression makes no shorter', () => {
    for (const length of [4, 5, 6]) {
      const result = codec({}, () => Buffer.alloc(length)).encode('12345', 1);
      expect(result.flags).toBe(length < 5 ? 1 | Z : 1);
      expect(result.data).toEqual(length < 5 ? Buffer.alloc(length) : '12345');
    }
  });

  it('does not compress what must not be', () => {
    const write = (): Written => ({ flags: 2, data: A100, compressible: false });
    expect(codec({ write }).encode(1, -1)).toMatchObject({ flags: 2, data: A100 });
  });

  it('gives a compressor the bytes', () => {
    const seen: Buffer[] = [];
    const compress = (data: unknown): Buffer => {
      seen.push(data as Buffer);
      return Buffer.alloc(1);
    };
    codec({}, compress).encode('a\xff', 1);
    codec({}, compress).encode(Buffer.from('a\xff', 'latin1'), 1);
    expect(seen).toEqual([Buffer.from([97, 255]), Buffer.from([97, 255])]);
  });

  it('takes a Uint8Array from a compressor', () => {
    const compression = {
      flag: Z,
      compress: () => new Uint8Array([7, 8, 9]).subarray(1),
      decompress: () => new Uint8Array([48, 49, 50]).subarray(1),
    };
    const own = codec({ compression });
    expect(own.encode('abc', 1)).toEqual({ flags: 1 | Z, data: Buffer.from([8, 9]) });
    expect(own.decode(Z, Buffer.alloc(0), 0, 0, false)).toBe('plain 12 true');
  });

  it('refuses what a compressor answers in place of bytes', () => {
    const compress = (() => 'text') as unknown as () => Buffer;
    expect(() => codec({}, compress).encode('abc', 1)).toThrow(
      new TypeError('a Buffer or Uint8Array is required, not string'),
    );
  });
});

describe('flags', () => {
  const read = (flags: number, text = 'ab', owned = false): unknown =>
    codec().decode(flags, Buffer.from(`x${text}x`), 1, 1 + text.length, owned);

  it.each([
    [0, 'plain ab false'],
    [1, 'one ab false'],
    [4, 'four ab false'],
    [5, 'four ab false'],
    [3, 'one ab false'],
    [2, 'unknown 2'],
    [0x80000000, 'unknown 2147483648'],
    [0xfffffff2, 'unknown 4294967282'],
  ])('%d: %s', (flags, outcome) => {
    expect(read(flags)).toBe(outcome);
  });

  it('says whether the bytes are the reader’s own', () => {
    expect(read(1, 'ab', true)).toBe('one ab true');
  });

  it.each([
    [8, 'plain ab true'],
    [9, 'one ab true'],
    [10, 'unknown 2'],
    [0x80000008, 'unknown 2147483648'],
  ])('%d: inflated, and the bit forgotten: %s', (flags, outcome) => {
    const packed = zlibCompress(Buffer.from('ab'));
    const bytes = Buffer.concat([Buffer.from('x'), packed, Buffer.from('x')]);
    expect(codec().decode(flags, bytes, 1, 1 + packed.length, false)).toBe(outcome);
  });

  it('a codec without compression leaves the bit to the rows', () => {
    const plain = codec({ compression: { flag: 0, compress: zlibCompress, decompress: (d) => d } });
    expect(plain.decode(8, Buffer.from('ab'), 0, 2, false)).toBe('unknown 8');
  });
});
