// Values to flags and bytes, and back: the rows of a codec say which type goes with which flag, this file applies them.

import { asBuffer, type Compression } from './compression';

/** An entry's data with its flags. */
export interface Entry {
  readonly flags: number;
  /** A string's char codes are bytes. */
  readonly data: string | Buffer;
}

/**
 * Reads the bytes of one entry. `bytes` is shared with other entries unless `owned`: copy what is kept. `ascii`: they are
 * known to be ASCII.
 */
export type Read = (
  bytes: Buffer,
  from: number,
  to: number,
  owned: boolean,
  ascii: boolean,
) => unknown;

/** How entries with a flag are read; the first row of which a flag is set decides. */
export interface ReadRow {
  readonly flag: number;
  readonly read: Read;
}

export interface CodecRows {
  /** What a value becomes before compression, and whether it may be compressed. */
  readonly write: (value: unknown) => Written;
  /** Reads entries without flags. */
  readonly readPlain: Read;
  readonly reads: readonly ReadRow[];
  /** Answers for flags of no row; throws, as a rule. */
  readonly unknown: (flags: number) => unknown;
  readonly compression: Compression;
}

export interface Written extends Entry {
  readonly compressible: boolean;
}

export interface Codec {
  /**
   * @param minCompressLength longer data is compressed if that makes it shorter; 0: never
   * @throws what pickling the value throws
   */
  readonly encode: (value: unknown, minCompressLength: number) => Entry;
  /** @throws {PythonError} the bytes are not what the flags say */
  readonly decode: (
    flags: number,
    bytes: Buffer,
    from: number,
    to: number,
    owned: boolean,
    ascii?: boolean,
  ) => unknown;
}

export function createCodec(rows: CodecRows): Codec {
  const { write, readPlain, reads, unknown, compression } = rows;
  const compressed = compression.flag;

  function encode(value: unknown, minCompressLength: number): Entry {
    const entry = write(value);
    if (minCompressLength === 0 || !entry.compressible) return entry;
    if (entry.data.length <= minCompressLength) return entry;
    const data = typeof entry.data === 'string' ? Buffer.from(entry.data, 'latin1') : entry.data;
    const packed = asBuffer(compression.compress(data));
    return packed.length < data.length ? { flags: entry.flags | compressed, data: packed } : entry;
  }

  function decode(
    flags: number,
    bytes: Buffer,
    from: number,
    to: number,
    owned: boolean,
    ascii = false,
  ): unknown {
    if ((flags & compressed) !== 0) {
      const data = asBuffer(compression.decompress(bytes.subarray(from, to)));
      return decode((flags & ~compressed) >>> 0, data, 0, data.length, true);
    }
    if (flags === 0) return readPlain(bytes, from, to, owned, ascii);
    for (const row of reads) {
      if ((flags & row.flag) !== 0) return row.read(bytes, from, to, owned, ascii);
    }
    return unknown(flags);
  }

  return { encode, decode };
}
