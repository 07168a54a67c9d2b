// An entry taken apart for people: what its flags say, its pickle if it is one, its value as the client reads it.

import { MAX_INFLATED_BYTES } from '../limits';
import { zlibDecompress } from '../value/compression';
import type { StoredEntry } from './admin';
import { flagNames, type Family } from './families';
import type { Front } from './fronts/front';
import { opcodes } from './pickletools';
import { typeName } from './type-name';

/** What came of decoding: a value, or what the client raises. */
export type Reading = { readonly value: unknown } | { readonly raised: unknown };

/** The value of an entry as a client reads it. */
export function read(front: Front, { flags, data }: StoredEntry): Reading {
  try {
    return { value: front.decode(flags, data) };
  } catch (raised) {
    return { raised };
  }
}

/** Python's name of the exception, and its message. */
export function shownRaise(raised: unknown): string {
  return raised instanceof Error ? `${raised.name}: ${raised.message}` : String(raised);
}

/** The bytes behind the compression that the flags tell of; as they are where they cannot be inflated. */
export function inflated(family: Family, { flags, data }: StoredEntry): Buffer {
  const zlib = family.flags.find(([, name]) => name === 'zlib')?.[0] ?? 0;
  if ((flags & zlib) === 0) return data;
  try {
    return zlibDecompress(data, MAX_INFLATED_BYTES);
  } catch {
    return data;
  }
}

/** Whether the flags say that the data is a pickle. */
export function isPickle(family: Family, flags: number): boolean {
  return family.flags.some(([bit, name]) => name === 'pickle' && (flags & bit) !== 0);
}

/** The protocol of a pickle, by its opcodes; undefined when the bytes are none. */
export function protocolOf(pickle: Buffer): number | undefined {
  try {
    let highest = 0;
    for (const { name, row, argument } of opcodes(pickle)) {
      if (name === 'PROTO') return Number(argument);
      highest = Math.max(highest, row.protocol);
    }
    return highest;
  } catch {
    return undefined;
  }
}

/** `pickle 5, zlib`, `int`, `text`, `bytes`: what an entry is made of. */
export function format(family: Family, entry: StoredEntry): string {
  const names = flagNames(family, entry.flags);
  if (!isPickle(family, entry.flags)) return names === '-' ? 'bytes' : names.replaceAll('|', ', ');
  const protocol = protocolOf(inflated(family, entry));
  return names.replaceAll('|', ', ').replace('pickle', `pickle ${protocol ?? '?'}`);
}

/** The type of a reading, or that there is none. */
export function typeOf(reading: Reading): string {
  return 'value' in reading ? typeName(reading.value) : 'unreadable';
}
