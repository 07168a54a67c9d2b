// What the picklers of CPython's releases write differently. Rule numbers: docs/pickle.md.
import type { PythonRelease } from './options';

export interface Rules {
  /** Highest protocol of the release. */
  readonly highest: number;
  /** Python 2: bytes are `str`, text is `unicode`, wide ints have a text form at every protocol. */
  readonly python2: boolean;
  /** Protocol 0 ints of 32 bits are `I`, not `L`. */
  readonly shortIntText: boolean;
  /** Protocol 0 text escapes NUL, CR and ^Z too. */
  readonly escapeControls: boolean;
  /** Payloads of 64 KiB and more stand outside frames, and a frame of under 4 bytes has no header. */
  readonly bigOutsideFrames: boolean;
  /** bytearray below protocol 5 is made from bytes at every protocol. */
  readonly byteArrayFromBytes: boolean;
  /** `getattr` chains of dotted names below protocol 4 memoize neither the outer class nor the tuples. */
  readonly bareGetattr: boolean;
  /** The C types of some modules are made at run time, with a module name that no other string shares. */
  readonly runtimeTypes: boolean;
  /** The C pickler's batches: no single item or pair at the end, an empty batch after a full dict or set. */
  readonly batchesOfC: boolean;
}

const PYTHON_3_8: Rules = {
  highest: 5,
  python2: false,
  shortIntText: true,
  escapeControls: true,
  bigOutsideFrames: true,
  byteArrayFromBytes: true,
  bareGetattr: false,
  runtimeTypes: false,
  batchesOfC: true,
};

const PYTHON_3_7: Rules = { ...PYTHON_3_8, highest: 4, byteArrayFromBytes: false };

const PYTHON_3_6: Rules = {
  ...PYTHON_3_7,
  shortIntText: false,
  escapeControls: false,
  bigOutsideFrames: false,
};

const PYTHON_3_10: Rules = { ...PYTHON_3_8, runtimeTypes: true };

/** Python 2.7's pickle.py: cPickle's memo depends on reference counts and cannot be imitated. */
const PYTHON_2_7: Rules = {
  highest: 2,
  python2: true,
  shortIntText: true,
  escapeControls: false,
  bigOutsideFrames: false,
  byteArrayFromBytes: false,
  bareGetattr: false,
  runtimeTypes: false,
  batchesOfC: false,
};

export const RULES: Readonly<Record<PythonRelease, Rules>> = {
  '2.7': PYTHON_2_7,
  '3.6': PYTHON_3_6,
  '3.7': PYTHON_3_7,
  '3.8': PYTHON_3_8,
  '3.9': PYTHON_3_8,
  '3.10': PYTHON_3_10,
  '3.11': PYTHON_3_10,
  '3.12': PYTHON_3_10,
  '3.13': { ...PYTHON_3_10, bareGetattr: true },
};
