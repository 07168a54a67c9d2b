// zlib both ways, with Python's errors, and a bound on what an entry may become.

import { deflateSync, inflateSync, type InputType } from 'node:zlib';
import { ZlibError } from '../errors';

export interface Compression {
  /** The bit that says so; 0: entries are never compressed. */
  readonly flag: number;
  readonly compress: (data: Buffer) => Uint8Array;
  /** Its result is handed out as it is: it must not share bytes with `data`. */
  readonly decompress: (data: Buffer) => Uint8Array;
}

/** `zlib.compress(data)`: the zlib container at level 6. */
export function zlibCompress(data: InputType): Buffer {
  return deflateSync(data, { level: 6 });
}

/** zlib's messages as Python words them, by Node's code. */
const ERRORS: Readonly<Record<string, (message: string) => string>> = {
  Z_DATA_ERROR: (message) => `Error -3 while decompressing data: ${message}`,
  Z_BUF_ERROR: () => 'Error -5 while decompressing data: incomplete or truncated stream',
  Z_NEED_DICT: () => 'Error 2 while decompressing data',
  ERR_BUFFER_TOO_LARGE: () => 'the value is longer than the limit for inflated values',
};

/**
 * `zlib.decompress(data)`, but never more than `maxBytes`.
 * @throws {ZlibError} not a zlib stream, a damaged or cut one, or too long
 */
export function zlibDecompress(data: InputType, maxBytes: number): Buffer {
  try {
    return inflateSync(data, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new ZlibError(ERRORS[code]?.(message) ?? message, { cause: error });
  }
}

/**
 * A Buffer over the same bytes.
 * @throws {TypeError} no bytes: a caller's own function answered something else
 */
export function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  const given: unknown = bytes;
  if (!(given instanceof Uint8Array)) {
    throw new TypeError(`a Buffer or Uint8Array is required, not ${typeof given}`);
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
