// What readers read whose real client is not here: it follows from the entry, and from what others read of it.

import { isUtf8 } from 'node:buffer';
import { inflateSync } from 'node:zlib';
import type { RawEntry } from '../support';
import { byHash, told } from './told';

const FLAG = { pickle: 1, compressed: 8, text: 16 };

/** One entry, and what was read of it so far, by reader. */
export interface Seen {
  readonly entry: RawEntry;
  /** The value's Python source. */
  readonly source: string;
  readonly read: ReadonlyMap<string, string>;
}

/** What must be read; undefined: nobody here knows. */
type Oracle = (seen: Seen) => string | undefined | Promise<string | undefined>;

const REAL = 'python-memcached 1.59';
const as =
  (reader: string): Oracle =>
  ({ read }) =>
    read.get(reader);

/** Flags without the one that says that it is compressed. */
const kindOf = ({ flags }: RawEntry): number => flags & ~FLAG.compressed;

/** Undefined: it cannot be inflated; a bool of old releases of pylibmc has that flag too. */
function inflated({ flags, data }: RawEntry): Buffer | undefined {
  if ((flags & FLAG.compressed) === 0) return data;
  try {
    return inflateSync(data);
  } catch {
    return undefined;
  }
}

/** Without its message, which tells where. */
export const NOT_TEXT = 'raises UnicodeDecodeError';

/** Text that has no flag, as utf-8. */
const unflagged: Oracle = (seen) => {
  const data = inflated(seen.entry);
  if (data === undefined) return as(REAL)(seen);
  return isUtf8(data) ? told(() => data.toString(), byHash) : NOT_TEXT;
};

/** In the order in which they can be asked. */
export const ORACLES: ReadonlyMap<string, Oracle> = new Map<string, Oracle>([
  ['python-memcached 1.62', as(REAL)],
  ['python-memcached 1.62, protocol 2', as(REAL)],
  ['python-memcached 1.62, protocol -1', as(REAL)],
  [
    'python-memcached 1.58',
    (seen) => {
      if (kindOf(seen.entry) === FLAG.text) return 'raises ValueError: Unknown flags on get: 10';
      return kindOf(seen.entry) === 0 ? unflagged(seen) : as(REAL)(seen);
    },
  ],
  [
    'python-memcached 1.59 on Python 2',
    // What it calls str in a pickle is bytes to Python 3, which cannot read all of them.
    (seen) => {
      const isPickle = (seen.entry.flags & FLAG.pickle) !== 0;
      const isRead = seen.source === 'None' || seen.read.get(REAL) !== 'NoneType None';
      return isPickle && (seen.source.includes("b'") || !isRead) ? undefined : as(REAL)(seen);
    },
  ],
  [
    'python-memcached 1.57 on Python 2',
    (seen) =>
      kindOf(seen.entry) === FLAG.text
        ? 'raises ValueError: Unknown flags on get: 10'
        : as('python-memcached 1.59 on Python 2')(seen),
  ],
  [
    'python-memcached 1.53 on Python 2',
    (seen) =>
      kindOf(seen.entry) === FLAG.text
        ? "raises UnboundLocalError: local variable 'val' referenced before assignment"
        : as('python-memcached 1.59 on Python 2')(seen),
  ],
  ['cmemcache 0.96', cmemcache],
  ['cmemcache 0.95', cmemcache],
  ['cmemcache 0.96 StringClient', ({ entry }) => told(() => entry.data, byHash)],
  ['python-memcached2', ({ entry }) => told(() => entry.data.toString('latin1'), byHash)],
]);

/** It knows neither compression nor text. */
function cmemcache(seen: Seen): string | undefined {
  const { flags } = seen.entry;
  if (flags >= FLAG.compressed) return 'NoneType None';
  return as('python-memcached 1.59 on Python 2')(seen) as string | undefined;
}
