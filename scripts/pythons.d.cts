// Types of pythons.cjs, for the tests.

export interface FoundPython {
  /** Undefined when no Python runs on this machine. */
  readonly path: string | undefined;
  /** The modules asked for that it cannot import. */
  readonly missing: readonly string[];
}

export function findPython(modules: readonly string[]): FoundPython;
