// From a client's pickle options to two functions: values to pickles and back.

import { ValueError } from '../errors';
import { asBuffer } from './compression';
import { dumps, loads, type DumpOptions, type LoadOptions } from './pickle';

/** Makes the pickle of a value: a function, an object with `dump`, or a class made with `(protocol, options)`. */
export type PicklerOption =
  | ((value: unknown, protocol: number) => Uint8Array)
  | { dump(value: unknown): Uint8Array }
  | (new (protocol: number, options: DumpOptions) => { dump(value: unknown): Uint8Array });

/** Reads a pickle: a function, an object with `load` or `parse` (pickleparser's Parser), or a class of these. */
export type UnpicklerOption =
  | ((bytes: Buffer) => unknown)
  | { load(bytes: Buffer): unknown }
  | { parse(bytes: Buffer): unknown }
  | (new (
      options: LoadOptions,
    ) => { load(bytes: Buffer): unknown } | { parse(bytes: Buffer): unknown });

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

export function createPickling(options: PicklingOptions): Pickling {
  return { dumps: dumper(options), loads: loader(options) };
}

function dumper({ python, protocol, pickler, persistentId }: PicklingOptions): Pickling['dumps'] {
  const highest = HIGHEST[python];
  const checked = (): number => {
    // Raised when the first value is pickled, as in Python.
    if (Number.isInteger(protocol) && protocol <= highest) return protocol < 0 ? highest : protocol;
    throw new ValueError(`pickle protocol must be <= ${highest}`);
  };
  const dumpOptions: DumpOptions = { python: python === 2 ? '2.7' : '3.13', persistentId };
  if (pickler === undefined) return (value) => dumps(value, checked(), dumpOptions);
  if (isClass(pickler, 'dump')) {
    return (value) => asBuffer(new pickler(checked(), dumpOptions).dump(value));
  }
  if (typeof pickler === 'function') {
    const dump = pickler;
    return (value) => asBuffer(dump(value, checked()));
  }
  return (value) => asBuffer(pickler.dump(value));
}

function loader({ python, unpickler, persistentLoad }: PicklingOptions): Pickling['loads'] {
  const loadOptions: LoadOptions = { python: python === 2 ? '2.7' : '3.13', persistentLoad };
  if (unpickler === undefined) return (bytes) => loads(bytes, loadOptions);
  // A reader that is not ours may keep views of what it reads, and the buffer is shared.
  if (isClass(unpickler, 'load') || isClass(unpickler, 'parse')) {
    return (bytes) => readerOf(new unpickler(loadOptions))(Buffer.from(bytes));
  }
  const read =
    typeof unpickler === 'function' ? (unpickler) : readerOf(unpickler);
  return (bytes) => read(Buffer.from(bytes));
}

type Reader = { load(bytes: Buffer): unknown } | { parse(bytes: Buffer): unknown };

function readerOf(reader: Reader): (bytes: Buffer) => unknown {
  return 'load' in reader ? (bytes) => reader.load(bytes) : (bytes) => reader.parse(bytes);
}

type ClassOf<T> = Extract<T, new (...args: never[]) => unknown>;

function isClass<T>(option: T, method: string): option is ClassOf<T> {
  if (typeof option !== 'function') return false;
  const prototype: unknown = option.prototype;
  return typeof prototype === 'object' && prototype !== null && method in prototype;
}
