// Which type goes with which flag, for the clients that share python-memcached's flags. Rows, in the order of the test.

import { UnboundLocalError, ValueError } from '../errors';
import { createCodec, type Codec, type Read, type Written } from './codec';
import type { Compression } from './compression';
import { integerText, parseInteger } from './integer';
import { Py2Int, Py2Long, Py2Str, PyByteArray, PyText } from './pickle';
import { decodeUtf8, encodeText, encodeUtf8 } from './text';

/** The bits. */
export const FLAG = { pickle: 1, integer: 2, long: 4, compressed: 8, text: 16 } as const;

/** Larger ints are longs on a 64-bit Python 2. */
const MAX_INT64 = 2n ** 63n - 1n;

export interface FlagRules {
  readonly python: 2 | 3;
  readonly text: 'pickle' | 'unflagged' | 'flagged';
  readonly bool: 'digit' | 'word' | 'pickle';
  readonly long: boolean;
  readonly unflagged: 'bytes' | 'text';
  readonly unknownFlags: 'ValueError' | 'UnboundLocalError' | 'onUnknown';
  readonly dumps: (value: unknown) => Buffer;
  readonly loads: (bytes: Buffer) => unknown;
  readonly compression: Compression;
  /** Is told of flags that no row knows; answers the value where `unknownFlags` says so, else an exception follows. */
  readonly onUnknown: (flags: number) => unknown;
}

export function createFlagCodec(rules: FlagRules): Codec {
  const readText: Read = (bytes, from, to, _owned, ascii) =>
    ascii ? bytes.latin1Slice(from, to) : decodeUtf8(bytes, from, to, rules.python);
  const reads = [
    { flag: FLAG.text, read: readText },
    { flag: FLAG.integer, read: integerReader(rules, 'int') },
    { flag: FLAG.long, read: integerReader(rules, rules.python === 2 ? 'long' : 'int') },
    { flag: FLAG.pickle, read: pickleReader(rules) },
  ];
  return createCodec({
    write: (value) => write(value, rules),
    readPlain: rules.unflagged === 'text' ? readText : readBytes,
    reads: rules.text === 'flagged' ? reads : reads.slice(1),
    unknown: (flags) => {
      const answer = rules.onUnknown(flags);
      if (rules.unknownFlags === 'onUnknown') return answer;
      if (rules.unknownFlags === 'ValueError') {
        throw new ValueError(`Unknown flags on get: ${flags.toString(16)}`);
      }
      throw new UnboundLocalError("local variable 'val' referenced before assignment");
    },
    compression: rules.compression,
  });
}

const readBytes: Read = (bytes, from, to, owned) =>
  owned ? bytes.subarray(from, to) : Buffer.from(bytes.subarray(from, to));

function integerReader({ python }: FlagRules, type: 'int' | 'long'): Read {
  const rules = { python, type };
  return (bytes, from, to) => parseInteger(bytes, from, to, rules);
}

function pickleReader({ loads }: FlagRules): Read {
  // The reader copies what it keeps, so the shared buffer is good enough.
  return (bytes, from, to) => loads(bytes.subarray(from, to));
}

/** Exact types first, as Python's `type(val) ==`; what no row takes is pickled. */
function write(value: unknown, rules: FlagRules): Written {
  switch (typeof value) {
    case 'string':
      return writeText(value, rules);
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
        return { flags: FLAG.integer, data: value.toString(), compressible: false };
      }
      break;
    case 'bigint':
      return writeInteger(value, rules.long && !isInt64(value), rules);
    case 'boolean':
      if (rules.bool !== 'pickle') return writeBool(value, rules.bool);
      break;
    case 'object':
      return writeObject(value, rules);
    default:
  }
  return pickled(value, rules);
}

function writeText(text: string | PyText, rules: FlagRules): Written {
  if (rules.text === 'pickle') return pickled(text, rules);
  const flags = rules.text === 'flagged' ? FLAG.text : 0;
  const { python } = rules;
  const data = typeof text === 'string' ? encodeUtf8(text, python) : encodeText(text, python);
  return { flags, data, compressible: true };
}

/** Never compressed: "force no attempt to compress this silly string". */
function writeInteger(value: number | bigint, isLong: boolean, { python }: FlagRules): Written {
  const flags = isLong ? FLAG.long : FLAG.integer;
  return { flags, data: integerText(value, python), compressible: false };
}

function isInt64(value: bigint): boolean {
  return value <= MAX_INT64 && value >= -MAX_INT64 - 1n;
}

function writeBool(value: boolean, as: 'digit' | 'word'): Written {
  const data = as === 'word' ? (value ? 'True' : 'False') : value ? '1' : '0';
  return { flags: FLAG.integer, data, compressible: false };
}

function writeObject(value: object | null, rules: FlagRules): Written {
  if (value instanceof Uint8Array && !(value instanceof PyByteArray)) {
    const data = Buffer.isBuffer(value)
      ? value
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { flags: 0, data, compressible: true };
  }
  if (value instanceof PyText) return writeText(value, rules);
  // What was read from a pickle of Python 2. On Python 3 both kinds of int are int, and a str is only a str in a pickle.
  if (value instanceof Py2Long) return writeInteger(value.value, rules.long, rules);
  if (value instanceof Py2Int) return writeInteger(value.value, false, rules);
  if (value instanceof Py2Str && rules.python === 2) {
    return { flags: 0, data: value.bytes, compressible: true };
  }
  return pickled(value, rules);
}

function pickled(value: unknown, { dumps }: FlagRules): Written {
  return { flags: FLAG.pickle, data: dumps(value), compressible: true };
}
