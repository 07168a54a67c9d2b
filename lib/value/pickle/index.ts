// Python's pickle for JavaScript: reads and writes protocols 0 to 5 without running anything.
import type { DumpOptions, LoadOptions } from './options';
import { read } from './reader';
import { readSettings, type ReadSettings } from './settings';

export * from './errors';
export * from './types';
export * from './options';
export * from './contract';
export { PyDict, PyFrozenSet, PySet, pyKey } from './equality';
export { Registry } from './registry';
export { protocolOf, recall, remember, carry } from './slots';

/** Reads pickles; holds the options for any number of loads. */
export class Unpickler {
  readonly #settings: ReadSettings;

  constructor(options: LoadOptions = {}) {
    this.#settings = readSettings(options);
  }

  /** The value of a pickle. Throws UnpicklingError, and nothing else, for bytes that are not one. */
  load(bytes: Uint8Array): unknown {
    return read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), this.#settings);
  }

  /** As `load`: the method that pickleparser's Parser has. */
  parse(bytes: Uint8Array): unknown {
    return this.load(bytes);
  }
}

const DEFAULT_UNPICKLER = new Unpickler();

/** Writes pickles; holds the options for any number of dumps. */
export class Pickler {
  constructor(
    readonly protocol?: number,
    readonly options: DumpOptions = {},
  ) {}

  /** The pickle of a value. Throws PicklingError for a value that Python has no pickle for. */
  dump(value: unknown): Buffer {
    void value;
    throw new Error('in work');
  }
}

/** As Python's pickle.loads. */
export function loads(bytes: Uint8Array, options?: LoadOptions): unknown {
  return (options === undefined ? DEFAULT_UNPICKLER : new Unpickler(options)).load(bytes);
}

/** As Python's pickle.dumps. Without a protocol: the one the value was read at, or 4. -1 is the highest. */
export function dumps(value: unknown, protocol?: number, options?: DumpOptions): Buffer {
  return new Pickler(protocol, options).dump(value);
}
