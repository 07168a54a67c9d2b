// What a caller can choose when reading and writing pickles, and the bounds that always hold.
import type { KnownClass } from './contract';
import type { PyGlobal } from './types';

/** CPython releases whose pickler can be imitated. 3.8 to 3.13 write builtin types alike. */
export type PythonRelease =
  '2.7' | '3.6' | '3.7' | '3.8' | '3.9' | '3.10' | '3.11' | '3.12' | '3.13';

/** A pickle protocol; 5 is the highest. */
export type Protocol = 0 | 1 | 2 | 3 | 4 | 5;

/**
 * How a Python 2 `str` is read. 'ASCII', 'latin1', 'utf8' and 'bytes' are Python 3's `encoding`
 * argument; 'ascii-else-bytes' gives text where all bytes are ASCII and a Buffer otherwise.
 */
export type Encoding = 'ASCII' | 'latin1' | 'utf8' | 'bytes' | 'ascii-else-bytes';

/** What to do with bytes that the encoding does not have; as Python 3's `errors` argument. */
export type DecodeErrors = 'strict' | 'replace' | 'ignore' | 'surrogateescape';

/** Bounds of one load or dump. Input over a bound throws UnpicklingError, a value PicklingError. */
export interface Limits {
  /** Containers inside containers (writing), and marks open at once (reading). */
  readonly depth: number;
  /** Containers and objects made by one load, or written by one dump. */
  readonly nodes: number;
  /** Memo entries of one load. */
  readonly memo: number;
  /** Decimal digits of an int in text form (protocols 0 and 1); CPython's own limit. */
  readonly digits: number;
  /** Bytes of one str, bytes or long. */
  readonly stringBytes: number;
  /** Bytes of the whole pickle. */
  readonly totalBytes: number;
  /** Parts that Python's equality has to look at in all keys and members of one load (exact view, frozensets). */
  readonly keyParts: number;
}

/** Defaults: far above what a cache holds, low enough to keep a hostile entry from taking the process. */
export const DEFAULT_LIMITS: Limits = {
  depth: 1_000_000,
  nodes: 5_000_000,
  memo: 10_000_000,
  digits: 4300,
  stringBytes: 256 * 1024 * 1024,
  totalBytes: 512 * 1024 * 1024,
  keyParts: 1_000_000,
};

/** pickleparser's NameResolver (its NameRegistry is one): a class or function for a Python name. */
export interface NameResolver {
  /** The class or function to call for that name; a made-up class for an unknown one. */
  resolve(module: string, name: string): unknown;
}

/** pickleparser's PersistentResolver. */
export interface PersistentResolver {
  /** The value that a persistent id stands for. */
  resolve(pid: string): unknown;
}

/** pickleparser's ExtensionResolver. */
export interface ExtensionResolver {
  /** The class or function of a copyreg extension code. */
  resolve(code: number): unknown;
}

/** Classes by Python name; `Registry` in registry.ts is the implementation. */
export interface ClassRegistry {
  /** What is registered for a Python class, by its names in Python 3. */
  find(module: string, name: string): KnownClass | undefined;
  /** What is registered for the JavaScript class of a value that is written. */
  findByPrototype(prototype: object): KnownClass | undefined;
}

/** copyreg's extension registry: small numbers in place of names. */
export type Extensions = ReadonlyMap<number, PyGlobal>;

/** How pickles are read. */
export interface LoadOptions {
  /** Wrap what JavaScript cannot tell (PyFloat, Py2Str, PyDict...) instead of remembering it. */
  readonly exact?: boolean | undefined;
  /** Reading of Python 2 `str`; 'ASCII' as in Python 3, or 'ascii-else-bytes' with `python: '2.7'`. */
  readonly encoding?: Encoding | undefined;
  readonly errors?: DecodeErrors | undefined;
  /**
   * '2.7' reads as Python 2 would. A Python 3 release has no `long`: without this option Python 2's is told
   * from int (protocols 0 to 2), so that it can be written back as one.
   */
  readonly python?: PythonRelease | undefined;
  /** Give Python 2 names of modules and classes their Python 3 names below protocol 3; default true. */
  readonly fixImports?: boolean | undefined;
  /** What stands for a persistent id, as Python's `persistent_load`. Without it such a pickle is refused. */
  readonly persistentLoad?: ((pid: unknown) => unknown) | undefined;
  readonly extensions?: Extensions | undefined;
  /** Out-of-band buffers, in the order in which they were given to `bufferCallback`. */
  readonly buffers?: Iterable<Uint8Array> | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Classes beside the standard ones. */
  readonly registry?: ClassRegistry | NameResolver | undefined;
  /** The names under which pickleparser takes its resolvers. */
  readonly nameResolver?: NameResolver | undefined;
  readonly persistentResolver?: PersistentResolver | undefined;
  readonly extensionResolver?: ExtensionResolver | undefined;
}

/** How pickles are written. */
export interface DumpOptions {
  /** The release whose pickler is imitated; default '3.12', which every release from 3.4 on reads. */
  readonly python?: PythonRelease | undefined;
  /** Write Python 2 names of modules and classes below protocol 3; default true. */
  readonly fixImports?: boolean | undefined;
  /** The persistent id of a value, or undefined/null to pickle the value itself. */
  readonly persistentId?: ((value: unknown) => unknown) | undefined;
  readonly extensions?: Extensions | undefined;
  /** Takes each PickleBuffer out of band (protocol 5); a truthy return keeps it in band. */
  readonly bufferCallback?: ((buffer: Uint8Array) => unknown) | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly registry?: ClassRegistry | undefined;
  /** Leave out memo entries that are never fetched, as pickletools.optimize does. */
  readonly optimize?: boolean | undefined;
  /** Write ASCII strings of unknown origin as Python 2 `str` (protocols 0 to 2). */
  readonly py2Str?: boolean | undefined;
}
