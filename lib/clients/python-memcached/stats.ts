// What get_stats, get_slabs and get_slab_stats make of the servers' rows.

import type { ServerAnswer } from '../../engine/engine';

/** Names and values of one server, as text; without a prototype. */
export type Stats = Record<string, string>;
/** Per slab class, names and values. */
export type Slabs = Record<string, Stats>;

type Rows = readonly (readonly [name: string, value: string])[];

/** Of the servers that answered, in list order: `[identifier, rows]`. */
export function reached<T>(
  answers: readonly ServerAnswer[],
  shape: (rows: Rows) => T,
): [string, T][] {
  const list: [string, T][] = [];
  for (const { server, answer } of answers) {
    // A server that could not be reached answers null.
    if (Array.isArray(answer))
      list.push([`${server.name} (${server.weight})`, shape(answer as Rows)]);
  }
  return list;
}

export function statsOf(rows: Rows): Stats {
  const stats = empty<string>();
  for (const [name, value] of rows) stats[name] = value;
  return stats;
}

// STAT items:<slab>:<name> <value>
export function slabsOf(rows: Rows): Slabs {
  const slabs = empty<Stats>();
  for (const [name, value] of rows) {
    const [, slab, stat] = /^[^:]*:([^:]*):(.*)$/.exec(name) ?? [];
    if (slab !== undefined && stat !== undefined) (slabs[slab] ??= empty())[stat] = value;
  }
  return slabs;
}

// STAT <slab>:<name> <value>, and two totals without a slab
export function slabStatsOf(rows: Rows): Record<string, Stats | string> {
  const slabs = empty<Stats | string>();
  for (const [name, value] of rows) {
    const [, slab, stat] = /^([^:]*):([^:]*)/.exec(name) ?? [];
    if (slab === undefined || stat === undefined) {
      slabs[name] = value;
      continue;
    }
    const stats = (slabs[slab] ??= empty<string>());
    if (typeof stats === 'object') stats[stat] = value;
  }
  return slabs;
}

/** Names come from servers: the object must have none of its own. */
function empty<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
