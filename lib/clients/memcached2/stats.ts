// What the stats methods make of the servers' rows: the numbers and switches that python-memcached2 knows are converted.

import type { ServerAnswer } from '../../engine/engine';

/** One statistic, as text unless it is known to be something else. */
export type Stat = string | number | bigint | boolean;
/** Names and values of one server. */
export type Stats = Record<string, Stat>;
/** Per slab class, names and values. */
export type Slabs = Record<string, Stats>;
/** Of `stats slabs`: totals beside the slab classes. */
export type SlabStats = Record<string, Stat | Slabs> & { slabs: Slabs };
/** Sizes of items, rounded up to 32 bytes, and how many there are. */
export type Sizes = [size: number, count: number][];

type Rows = readonly (readonly [name: string, value: string])[];
type Convert = (value: string) => Stat;

/** In the order of the servers; null for one that could not be reached. */
export function ofEach<T>(
  answers: readonly ServerAnswer[],
  shape: (rows: Rows) => T,
): (T | null)[] {
  return answers.map(({ answer }) => (Array.isArray(answer) ? shape(answer as Rows) : null));
}

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['0', false],
  ['no', false],
  ['1', true],
  ['yes', true],
]);

const CONVERT = {
  integer: (value: string) => {
    if (!/^-?\d+$/.test(value)) return value;
    return Number.isSafeInteger(Number(value)) ? Number(value) : BigInt(value);
  },
  real: (value: string) => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value),
  boolean: (value: string) => SWITCHES.get(value) ?? value,
} satisfies Record<string, Convert>;

/** The names of each kind, by command. What a later memcached writes otherwise stays text. */
const STATS = kinds({
  integer: `pid uptime time pointer_size curr_items total_items bytes curr_connections total_connections
    connection_structures reserved_fds cmd_get cmd_set cmd_flush cmd_hits cmd_misses delete_misses delete_hits
    incr_misses incr_hits decr_misses decr_hits cas_misses cas_hits cas_badval touch_hits touch_misses auth_cmds
    auth_errors evictions reclaimed bytes_read bytes_written limit_maxbytes threads conn_yields hash_power_level
    hash_bytes expired_unfetched evicted_unfetched slabs_moved`,
  real: 'rusage_user rusage_system',
});
const ITEMS = kinds({
  integer: `number age evicted evicted_nonzero evicted_time outofmemory tailrepairs reclaimed expired_unfetched
    evicted_unfetched`,
});
const SLABS = kinds({
  integer: `chunk_size chunks_per_page total_pages total_chunks used_chunks free_chunks free_chunks_end mem_requested
    get_hits cmd_set delete_hits incr_hits decr_hits cas_hits cas_badval touch_hits`,
});
const SLAB_TOTALS = kinds({ integer: 'active_slabs total_malloced' });
const SETTINGS = kinds({
  integer: `maxbytes maxconns tcpport udpport verbosity oldest umask chunk_size num_threads num_threads_per_udp
    reqs_per_event tcp_backlog item_size_max hashpower_init`,
  real: 'growth_factor',
  boolean: 'maxconns_fast slab_reassign slab_automove detail_enabled cas_enabled',
});

export const statsOf = (rows: Rows): Stats => converted(rows, STATS);
export const settingsOf = (rows: Rows): Stats => converted(rows, SETTINGS);

// STAT items:<slab>:<name> <value>
export function itemsOf(rows: Rows): Slabs {
  const slabs = empty<Stats>();
  for (const [name, value] of rows) {
    const [, slab, stat] = /^items:([^:]*):(.*)$/.exec(name) ?? [];
    if (slab !== undefined && stat !== undefined)
      put(slabs, slab, stat, convert(ITEMS, stat, value));
  }
  return slabs;
}

// STAT <slab>:<name> <value>, and two totals without a slab
export function slabsOf(rows: Rows): SlabStats {
  const slabs = empty<Stats>();
  const stats = Object.assign(empty<Stat | Slabs>(), { slabs });
  for (const [name, value] of rows) {
    const [, slab, stat] = /^([^:]*):(.*)$/.exec(name) ?? [];
    if (slab === undefined || stat === undefined) {
      stats[name] = convert(SLAB_TOTALS, name, value);
    } else {
      put(slabs, slab, stat, convert(SLABS, stat, value));
    }
  }
  return stats;
}

// STAT <size> <count>; `sizes_status disabled` where memcached does not count them
export function sizesOf(rows: Rows): Sizes {
  return rows.flatMap(([size, count]) =>
    /^\d+$/.test(size) ? [[Number(size), Number(count)] as [number, number]] : [],
  );
}

function put(slabs: Slabs, slab: string, stat: string, value: Stat): void {
  (slabs[slab] ??= empty<Stat>())[stat] = value;
}

function converted(rows: Rows, conversions: ReadonlyMap<string, Convert>): Stats {
  const stats = empty<Stat>();
  for (const [name, value] of rows) stats[name] = convert(conversions, name, value);
  return stats;
}

function convert(conversions: ReadonlyMap<string, Convert>, name: string, value: string): Stat {
  return conversions.get(name)?.(value) ?? value;
}

function kinds(names: Partial<Record<keyof typeof CONVERT, string>>): ReadonlyMap<string, Convert> {
  const all = Object.entries(names) as [keyof typeof CONVERT, string][];
  return new Map(
    all.flatMap(([kind, text]) => text.split(/\s+/).map((name) => [name, CONVERT[kind]] as const)),
  );
}

/** Names come from servers: the object must have none of its own. */
function empty<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
