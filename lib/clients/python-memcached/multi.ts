// The methods of many keys: which entries are sent, and what their answers say about the caller's own keys.

import { ABSENT, type Entry } from '../../engine/engine';
import type { ManyKeys, MultiKey } from './keys';
import type { Options } from './options';
import { isTooLong } from './requests';

/** The values that came, by the caller's own keys. */
export function found(
  { wires, originals }: ManyKeys,
  values: readonly unknown[],
): Map<MultiKey, unknown> {
  const result = new Map<MultiKey, unknown>();
  const last = lastOfEach(wires, originals);
  for (let i = 0; i < values.length; i++) {
    const named = last?.get(wires[i] as string) ?? i;
    if (values[i] !== ABSENT) result.set(originals[named] as MultiKey, values[i]);
  }
  return result;
}

/**
 * Of keys that are the same on the wire ('a', b'a', (1, 'a')), the last one names the value, as in Python's dict, whichever
 * server it came from. Undefined where all keys are text: equal ones are one key of a Map anyway.
 */
function lastOfEach(
  wires: readonly string[],
  originals: readonly MultiKey[],
): ReadonlyMap<string, number> | undefined {
  if (originals === wires || originals.every((key) => typeof key === 'string')) return undefined;
  return new Map(wires.map((wire, i) => [wire, i]));
}

/** What a set_multi sends. */
export interface Sendable extends Pick<ManyKeys, 'wires' | 'spots'> {
  readonly entries: readonly Entry[];
  /** Which of the caller's keys these are; undefined: all. */
  readonly places: readonly number[] | undefined;
}

/** The keys whose entries are not too long. */
export function sendable(
  { wires, spots }: ManyKeys,
  entries: readonly Entry[],
  options: Options,
): Sendable {
  const places: number[] = [];
  for (const [i, entry] of entries.entries()) if (!isTooLong(options, entry)) places.push(i);
  if (places.length === entries.length) return { wires, spots, entries, places: undefined };
  const pick = <T>(list: readonly T[]): T[] => places.map((place) => list[place] as T);
  return { wires: pick(wires), spots: spots && pick(spots), entries: pick(entries), places };
}

/** The caller's keys that were not stored. */
export function unstored(
  originals: readonly MultiKey[],
  { places }: Sendable,
  answers: readonly unknown[],
): MultiKey[] {
  if (places === undefined) return originals.filter((_key, i) => answers[i] !== true);
  const stored = new Set(places.filter((_place, i) => answers[i] === true));
  return originals.filter((_key, place) => !stored.has(place));
}
