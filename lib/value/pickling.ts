// From a client's pickle options to two functions: values to pickles and back.

import { ValueError } from '../errors';
import { asBuffer } from './compression';
import { MAX_DIGITS_PYTHON_2 } from './integer';
import {
  Pickler,
  Unpickler,
  type DumpOptions,
  type LoadOptions,
  type PersistentResolver,
} from './pickle';

/** What a class that reads pickles is made with: LoadOptions, and pickleparser's name for `pload`. */
export interface ReadingOptions extends Pick<LoadOptions, 'python' | 'persistentLoad' | 'limits'> {
  readonly persistentResolver?: PersistentResolver;
}

/** An object that makes pickles. */
export interface PickleDumper {
  /** The pickle of a value. */
  dump(value: unknown): Uint8Array;
}

/** An object that reads pickles. */
export interface PickleLoader {
  /** The value of a pickle. */
  load(bytes: Buffer): unknown;
}

/** An object that reads pickles, as pickleparser's Parser. */
export interface PickleParser {
  /** The value of a pickle. */
  parse(bytes: Buffer): unknown;
}

/** Makes the pickle of a value: a function, an object with `dump`, or a class made with `(protocol, options)`. */
export type PicklerOption =
  | ((value: unknown, protocol: number) => Uint8Array)
  | PickleDumper
  | (new (protocol: number, options: DumpOptions) => PickleDumper);

/** Reads a pickle: a function, an object with `load` or `parse` (pickleparser's Parser), or a class of these. */
export type UnpicklerOption =
  | ((bytes: Buffer) => unknown)
  | PickleLoader
  | PickleParser
  | (new (options: ReadingOptions) => PickleLoader | PickleParser);

export interface PicklingOptions {
  readonly python: 2 | 3;
  /** -1: the highest that Python has. */
  readonly protocol: number;
  readonly pickler: PicklerOption | undefined;
  readonly unpickler: UnpicklerOption | undefined;
  /** Gives the persistent id of a value, or null to pickle it. */
  readonly persistentId: ((value: unknown) => unknown) | undefined;
  /** Gives the value of a persistent id. */
  readonly persistentLoad: ((id: unknown) => unknown) | undefined;
}

export interface Pickling {
  readonly dumps: (value: unknown) => Buffer;
  readonly loads: (bytes: Buffer) => unknown;
}

const HIGHEST = { 2: 2, 3: 5 } as const;

/**
 * What each Python's pickles are like. Python 2 has no limit of 4300 digits. 3.13 writes paths (pathlib._local) that no
 * older Python reads; what 3.12 writes, 3.13 reads too.
 */
const PYTHONS = {
  2: { python: '2.7', limits: { digits: MAX_DIGITS_PYTHON_2 } },
  3: { python: '3.12' },
} as const satisfies Record<2 | 3, DumpOptions & LoadOptions>;

export function createPickling(options: PicklingOptions): Pickling {
  return { dumps: dumper(options), loads: loader(options) };
}

function dumper({ python, protocol, pickler, persistentId }: PicklingOptions): Pickling['dumps'] {
  const options: DumpOptions = { ...PYTHONS[python], persistentId };
  // A protocol that does not exist is an error of the first value that is pickled, as in Python.
  const checked = (): number => checkProtocol(protocol, HIGHEST[python]);
  if (pickler === undefined) {
    let ours: Pickler | undefined;
    return (value) => (ours ??= new Pickler(checked(), options)).dump(value);
  }
  if (isClass(pickler, 'dump')) {
    return (value) => asBuffer(new pickler(checked(), options).dump(value));
  }
  if (typeof pickler === 'function') return (value) => asBuffer(pickler(value, checked()));
  return (value) => asBuffer(pickler.dump(value));
}

function checkProtocol(protocol: number, highest: number): number {
  if (!Number.isInteger(protocol)) throw new TypeError('an integer is required');
  if (protocol > highest) throw new ValueError(`pickle protocol must be <= ${highest}`);
  return protocol < 0 ? highest : protocol;
}

function loader({ python, unpickler, persistentLoad }: PicklingOptions): Pickling['loads'] {
  const options: ReadingOptions = { ...PYTHONS[python], persistentLoad };
  if (unpickler === undefined) {
    const ours = new Unpickler(options);
    return (bytes) => ours.load(bytes);
  }
  // A reader that is not ours may keep views of what it reads, and the buffer is shared.
  if (isClass(unpickler, 'load') || isClass(unpickler, 'parse')) {
    const given: ReadingOptions =
      persistentLoad === undefined
        ? options
        : { ...options, persistentResolver: { resolve: persistentLoad } };
    return (bytes) => readerOf(new unpickler(given))(Buffer.from(bytes));
  }
  const read = typeof unpickler === 'function' ? unpickler : readerOf(unpickler);
  return (bytes) => read(Buffer.from(bytes));
}

type Reader = PickleLoader | PickleParser;

function readerOf(reader: Reader): (bytes: Buffer) => unknown {
  return 'load' in reader ? (bytes) => reader.load(bytes) : (bytes) => reader.parse(bytes);
}

type ClassOf<T> = Extract<T, new (...args: never[]) => unknown>;

function isClass<T>(option: T, method: string): option is ClassOf<T> {
  if (typeof option !== 'function') return false;
  const prototype: unknown = option.prototype;
  return typeof prototype === 'object' && prototype !== null && method in prototype;
}
