// Options of a load with every default filled in.
import { adaptResolver, chain, Registry } from './registry';
import {
  DEFAULT_LIMITS,
  type ClassRegistry,
  type DumpOptions,
  type PythonRelease,
  type DecodeErrors,
  type Encoding,
  type Limits,
  type LoadOptions,
  type NameResolver,
} from './options';
import { STANDARD } from './classes';
import { RULES, type Rules } from './rules';

/** The standard classes, which every load and dump knows. */
export const STANDARD_CLASSES = new Registry(STANDARD);

export interface ReadSettings {
  readonly exact: boolean;
  readonly encoding: Encoding;
  readonly errors: DecodeErrors;
  /** Python 2's long is told from int; not where the caller names a Python 3 release. */
  readonly longs: boolean;
  readonly fixImports: boolean;
  readonly persistentLoad: ((pid: unknown) => unknown) | undefined;
  /** The value of a copyreg extension code; undefined if it has none. */
  readonly extension: (code: number) => unknown;
  readonly buffers: Iterable<Uint8Array> | undefined;
  readonly limits: Limits;
  readonly classes: ClassRegistry;
}

function isRegistry(registry: ClassRegistry | NameResolver): registry is ClassRegistry {
  return 'findByPrototype' in registry;
}

/** The classes that a registry knows, beside the standard ones. */
export function classesOf(registry: ClassRegistry | NameResolver | undefined): ClassRegistry {
  if (registry === undefined) return STANDARD_CLASSES;
  return chain(isRegistry(registry) ? registry : adaptResolver(registry), STANDARD_CLASSES);
}

/** Bounds where some were given. Undefined ones keep their default. */
function limitsOf(given: Partial<Limits> | undefined): Limits {
  if (given === undefined) return DEFAULT_LIMITS;
  const set = Object.entries(given).filter(([, bound]) => typeof bound === 'number');
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(set) };
}

export function readSettings(options: LoadOptions): ReadSettings {
  const { extensions, extensionResolver, persistentResolver } = options;
  return {
    exact: options.exact ?? false,
    encoding: options.encoding ?? (options.python === '2.7' ? 'ascii-else-bytes' : 'ASCII'),
    errors: options.errors ?? 'strict',
    longs: options.python === undefined || options.python === '2.7',
    fixImports: options.fixImports ?? true,
    persistentLoad:
      options.persistentLoad ??
      (persistentResolver && ((pid) => persistentResolver.resolve(String(pid)))),
    extension: (code) => extensions?.get(code) ?? extensionResolver?.resolve(code),
    buffers: options.buffers,
    limits: limitsOf(options.limits),
    classes: classesOf(options.registry ?? options.nameResolver),
  };
}

export interface WriteSettings {
  readonly python: PythonRelease;
  readonly rules: Rules;
  readonly fixImports: boolean;
  readonly persistentId: ((value: unknown) => unknown) | undefined;
  /** Extension codes by `module.name`. */
  readonly codes: ReadonlyMap<string, number> | undefined;
  readonly bufferCallback: ((buffer: Uint8Array) => unknown) | undefined;
  readonly limits: Limits;
  readonly classes: ClassRegistry;
  readonly optimize: boolean;
  readonly py2Str: boolean;
}

/** 3.13 has moved pathlib's classes to a module that no older Python can import; else all are alike. */
const DEFAULT_RELEASE: PythonRelease = '3.12';

export function writeSettings(options: DumpOptions): WriteSettings {
  const python = options.python ?? DEFAULT_RELEASE;
  const { extensions } = options;
  const codes =
    extensions && Array.from(extensions, ([code, name]) => [String(name), code] as const);
  return {
    python,
    rules: RULES[python],
    // Python 2 has no other names.
    fixImports: python === '2.7' || (options.fixImports ?? true),
    persistentId: options.persistentId,
    codes: codes && new Map(codes),
    bufferCallback: options.bufferCallback,
    limits: limitsOf(options.limits),
    classes: classesOf(options.registry),
    optimize: options.optimize ?? false,
    py2Str: options.py2Str ?? false,
  };
}
