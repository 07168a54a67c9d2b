// What pymemcache calls a serde: turns values into bytes with flags, and back (pymemcache/serde.py).

import { MAX_INFLATED_BYTES } from '../../limits';
import { asBuffer, zlibCompress, zlibDecompress } from '../../value/compression';
import { createFlagCodec, FLAG } from '../../value/flags';
import { createPickling, type PicklerOption, type UnpicklerOption } from '../../value/pickling';
import { bind } from '../shared/arguments';
import { callable } from '../shared/parameters';
import type { Key } from './keys';
import { checkSerde, isSerde, type Deserialize, type Serde, type Serialize } from './serde-shape';

export type { Deserialize, Serde, Serialize };

/** No flag: bytes. */
export const FLAG_BYTES = 0;
/** A pickle. */
export const FLAG_PICKLE = FLAG.pickle;
/** An int, in decimal. */
export const FLAG_INTEGER = FLAG.integer;
/** A `long` of Python 2, in decimal. */
export const FLAG_LONG = FLAG.long;
/** Compressed; what it was is in the other flags. */
export const FLAG_COMPRESSED = FLAG.compressed;
/** Text, as utf-8. */
export const FLAG_TEXT = FLAG.text;

/** Python's pickle.HIGHEST_PROTOCOL. */
export const DEFAULT_PICKLE_VERSION = 5;

/** How pickles are written and read, where it is not as Python 3 with `memcache-py/pickle`. */
export interface PickleSerdeOptions {
  /** 0 to 5 (default); -1: the highest. On Python 2, the default is 2. */
  pickle_version?: number;
  /** The Python to write like and read for; default 3. */
  python?: 2 | 3;
  /** Makes pickles in place of `memcache-py/pickle`. */
  pickler?: PicklerOption;
  /** Reads pickles in place of `memcache-py/pickle`. */
  unpickler?: UnpicklerOption;
}

/** What PickleSerde is made with. */
export type PickleSerdeArguments =
  | [options?: PickleSerdeOptions]
  | [pickle_version: number, options?: Omit<PickleSerdeOptions, 'pickle_version'>];

const PICKLE_SERDE = {
  method: '__init__',
  required: 1,
  names: ['pickle_version'],
  namedOnly: ['python', 'pickler', 'unpickler'],
};

/** The codec's answer for flags that have no row: pymemcache hands out the bytes. */
const UNKNOWN = Symbol('unknown flags');

/** Text, bytes and ints as they are, with python-memcached's flags; all else as a pickle. A bad pickle reads as null. */
export class PickleSerde implements Serde {
  readonly serialize: Serialize;
  readonly deserialize: Deserialize;

  /** @param args `pickle_version` by position or by name (see PickleSerdeOptions) */
  constructor(...args: PickleSerdeArguments) {
    const [version = -1, python, pickler, unpickler] = bind(PICKLE_SERDE, args);
    const codec = createCodec({
      protocol: version as number,
      python: python === 2 ? 2 : 3,
      pickler: pickler as PicklerOption | undefined,
      unpickler: unpickler as UnpicklerOption | undefined,
    });
    this.serialize = (_key, value) => {
      const { data, flags } = codec.encode(value, 0);
      const isText = flags === FLAG.integer || flags === FLAG.long;
      // Python's ints are the str of a `"%d"`.
      return [isText || typeof data !== 'string' ? data : Buffer.from(data, 'latin1'), flags];
    };
    this.deserialize = (_key, value, flags) => {
      const found = codec.decode(flags, value, 0, value.length, true);
      return found === UNKNOWN ? value : found;
    };
  }
}

function createCodec(rules: {
  readonly protocol: number;
  readonly python: 2 | 3;
  readonly pickler: PicklerOption | undefined;
  readonly unpickler: UnpicklerOption | undefined;
}): ReturnType<typeof createFlagCodec> {
  const { python } = rules;
  const pickling = createPickling({
    ...rules,
    persistentId: undefined,
    persistentLoad: undefined,
  });
  return createFlagCodec({
    python,
    text: 'flagged',
    bool: 'pickle',
    long: python === 2,
    unflagged: 'bytes',
    dumps: pickling.dumps,
    loads: (bytes) => {
      try {
        return pickling.loads(bytes);
      } catch {
        return null; // serde.py: logged, and None
      }
    },
    unknownFlags: 'onUnknown',
    onUnknown: () => UNKNOWN,
    compression: { flag: 0, compress: (data) => data, decompress: (data) => data },
  });
}

/** As PickleSerde's `serialize`, with pickles of that version. */
export function get_python_memcache_serializer(pickle_version = DEFAULT_PICKLE_VERSION): Serialize {
  return new PickleSerde(pickle_version).serialize;
}

/** PickleSerde with its defaults. */
export const pickle_serde = new PickleSerde();

/** The `serialize` of `pickle_serde`, as a function. */
export const python_memcache_serializer: Serialize = pickle_serde.serialize;
/** The `deserialize` of `pickle_serde`, as a function. */
export const python_memcache_deserializer: Deserialize = pickle_serde.deserialize;

/** How a CompressedSerde compresses, and what. */
export interface CompressedSerdeOptions {
  /** In place of zlib.compress. */
  compress?: (data: Buffer) => Uint8Array;
  /** In place of zlib.decompress; its result must not share bytes with `data`. */
  decompress?: (data: Buffer) => Uint8Array;
  /** What makes the bytes; default `pickle_serde`. */
  serde?: Serde;
  /** More bytes than this are compressed; default 400; 0: none are. */
  min_compress_len?: number;
}

/** Compresses bytes, or undoes that. */
export type Zip = (data: Buffer) => Uint8Array;

/** What CompressedSerde is made with: Python's parameters in order, or by name in a last object. */
export type CompressedSerdeArguments =
  | [options?: CompressedSerdeOptions]
  | [compress: Zip, options?: CompressedSerdeOptions]
  | [compress: Zip, decompress: Zip, options?: CompressedSerdeOptions]
  | [compress: Zip, decompress: Zip, serde: Serde, min_compress_len?: number];

const COMPRESSED_SERDE = {
  method: '__init__',
  required: 1,
  names: ['compress', 'decompress', 'serde', 'min_compress_len'],
};

/** Compresses what another serde makes, unless that makes it longer (4.0). */
export class CompressedSerde implements Serde {
  readonly #compress: Zip;
  readonly #decompress: Zip;
  readonly #serde: Serde;
  readonly #min: number;

  constructor(...args: CompressedSerdeArguments) {
    const given = isSerde(args.at(-1)) ? [...args, {}] : args;
    const [compress, decompress, serde = pickle_serde, min = 400] = bind(COMPRESSED_SERDE, given);
    this.#compress = callable<Zip>(compress, 'compress') ?? zlibCompress;
    this.#decompress = callable<Zip>(decompress, 'decompress') ?? inflateWithinLimit;
    this.#serde = checkSerde(serde);
    this.#min = Number(min);
  }

  /** What the other serde makes of a value, compressed where that pays. */
  serialize(key: Buffer, value: unknown): readonly [stored: unknown, flags: number] {
    const [stored, flags] = this.#serde.serialize(key, value);
    const data = typeof stored === 'string' ? Buffer.from(stored) : stored;
    if (!(data instanceof Uint8Array) || !(data.length > this.#min && this.#min > 0)) {
      return [stored, flags];
    }
    const packed = this.#compress(asBuffer(data));
    return packed.length > data.length ? [stored, flags] : [packed, flags | FLAG.compressed];
  }

  /**
   * What the other serde makes of it, inflated.
   * @throws {ZlibError} it is flagged as compressed and is not, or is longer than the limit
   */
  deserialize(key: Key, value: Buffer, flags: number): unknown {
    const isPacked = (flags & FLAG.compressed) !== 0;
    const data = isPacked ? asBuffer(this.#decompress(value)) : value;
    return this.#serde.deserialize(key, data, flags);
  }
}

function inflateWithinLimit(data: Buffer): Buffer {
  return zlibDecompress(data, MAX_INFLATED_BYTES);
}

/** CompressedSerde with its defaults. */
export const compressed_serde = new CompressedSerde();

/** A serde of two functions: what Client makes of `serializer` and `deserializer`. Without one, bytes stay as they are. */
export class LegacyWrappingSerde implements Serde {
  readonly serialize: Serialize;
  readonly deserialize: Deserialize;

  constructor(serializer_func?: Serialize | null, deserializer_func?: Deserialize | null) {
    this.serialize =
      callable<Serialize>(serializer_func ?? undefined, 'serializer') ??
      ((_key, value) => [value, FLAG_BYTES]);
    this.deserialize =
      callable<Deserialize>(deserializer_func ?? undefined, 'deserializer') ??
      ((_key, value) => value);
  }
}
