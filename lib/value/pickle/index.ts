// Python's pickle for JavaScript: reads and writes protocols 0 to 5 without running anything.
import type { DumpOptions, LoadOptions } from './options';
import { ValueError } from '../../errors';
import { asBytes } from './bytes';
import { write } from './dump';
import { read } from './reader';
import { readSettings, writeSettings, type ReadSettings, type WriteSettings } from './settings';
import { protocolOf } from './slots';

export * from './errors';
export * from './exact';
export * from './types';
export * from './options';
export * from './contract';
export { PyDict, PyFrozenSet, PySet, pyKey, type KeyBudget } from './equality';
export { Registry, type ClassCodec, type UserClass } from './registry';
export { pyRepr, repr, str, type Repr, type Representable } from './repr';
export type { Part, Shown } from './shown';
export {
  NamedTuple,
  NoneType,
  PyArray,
  PyComplex,
  PyCounter,
  PyDate,
  PyDateTime,
  PyDecimal,
  PyDefaultDict,
  PyDeque,
  PyEnum,
  PyEnumMember,
  PyException,
  PyFixedZone,
  PyFraction,
  PyIPAddress,
  PyLazyString,
  PyModel,
  PyNamespace,
  PyNumpyArray,
  PyNumpyDtype,
  PyNumpyScalar,
  PyOrderedDict,
  PyPartial,
  PyPath,
  PyQuerySet,
  PyRange,
  PySafeString,
  PySlice,
  PyTime,
  PyTimedelta,
  PyTimezone,
  PyTypeOf,
  PyUUID,
  PyZoneInfo,
  namedTuple,
  type ArrayValues,
  type EnumKind,
  type Fold,
  type IPType,
  type ModelOrigin,
  type NamedTupleClass,
  type NumpyCode,
  type NumpyData,
  type NumpyOptions,
  type NumpyRelease,
  type PathType,
  type TimeZone,
  type ZoneFields,
} from './classes';
export { protocolOf, recall, remember, carry, type Entries, type Slots } from './slots';

/** Reads pickles; holds the options for any number of loads. */
export class Unpickler {
  readonly #settings: ReadSettings;

  constructor(options: LoadOptions = {}) {
    this.#settings = readSettings(options);
  }

  /** The value of a pickle. Throws UnpicklingError, and nothing else, for bytes that are not one. */
  load(bytes: Uint8Array): unknown {
    return read(asBytes(bytes), this.#settings);
  }

  /** As `load`: the method that pickleparser's Parser has. */
  parse(bytes: Uint8Array): unknown {
    return this.load(bytes);
  }
}

const DEFAULT_UNPICKLER = new Unpickler();

/** What CPython 3.8 to 3.13 write without being asked for another. */
const DEFAULT_PROTOCOL = 4;
const DEFAULT_WRITE_SETTINGS = writeSettings({});

/** As Python's pickle.loads. Throws UnpicklingError, and nothing else, for bytes that are not a pickle. */
export function loads(bytes: Uint8Array, options?: LoadOptions): unknown {
  return (options === undefined ? DEFAULT_UNPICKLER : new Unpickler(options)).load(bytes);
}

/** Writes pickles; holds the options for any number of dumps. */
export class Pickler {
  readonly #protocol: number | undefined;
  readonly #settings: WriteSettings;

  /** `protocol` as for `dumps`. Throws ValueError for one that the chosen release does not have. */
  constructor(protocol?: number, options: DumpOptions = {}) {
    this.#settings = writeSettings(options);
    this.#protocol = protocol === undefined ? undefined : checkProtocol(protocol, this.#settings);
  }

  /** The pickle of a value. Throws PicklingError, and nothing else, for a value that has none. */
  dump(value: unknown): Buffer {
    const { highest } = this.#settings.rules;
    return write(
      value,
      this.#protocol ?? Math.min(protocolOf(value) ?? DEFAULT_PROTOCOL, highest),
      this.#settings,
    );
  }
}

function checkProtocol(protocol: number, settings: WriteSettings): number {
  const { highest } = settings.rules;
  if (protocol < 0) return highest;
  if (Number.isInteger(protocol) && protocol >= 0 && protocol <= highest) return protocol;
  throw new ValueError(`pickle protocol must be <= ${highest}`);
}

/**
 * As Python's pickle.dumps. Without a protocol: the one at which the value was read, or 4. A negative one is the highest
 * that the chosen release has. Throws PicklingError for what has no pickle, ValueError for a bad protocol.
 */
export function dumps(value: unknown, protocol?: number, options?: DumpOptions): Buffer {
  if (options !== undefined) return new Pickler(protocol, options).dump(value);
  const settings = DEFAULT_WRITE_SETTINGS;
  const asked = protocol === undefined ? protocolOf(value) : checkProtocol(protocol, settings);
  return write(value, asked ?? DEFAULT_PROTOCOL, settings);
}
