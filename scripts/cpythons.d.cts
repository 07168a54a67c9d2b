// Types of cpythons.cjs, for the tests.

/** One installed CPython. */
export interface InstalledCPython {
  readonly path: string;
  readonly version: string;
  readonly release: '2.7' | '3.6' | '3.7' | '3.8' | '3.9' | '3.10' | '3.11' | '3.12' | '3.13';
  /** Its highest pickle protocol. */
  readonly highest: 2 | 4 | 5;
}

export function findCPythons(): InstalledCPython[];
