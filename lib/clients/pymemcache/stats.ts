// What `stats` makes of the server's rows (base.py, STAT_TYPES and _fetch_cmd).

/** A value of `stats`: a number where it is one, else bytes. */
export type Stat = number | bigint | boolean | Buffer;

type Convert = (text: string) => Stat | undefined;

const bytes: Convert = () => undefined;
const truth: Convert = (text) => {
  const number = integer(text);
  return number === undefined ? undefined : Number(number) !== 0;
};
const real: Convert = (text) => {
  const number = Number(text.replaceAll(':', '.'));
  return text === '' || Number.isNaN(number) ? undefined : number;
};

/** What is no int; undefined from one of these: the bytes stay as they are. */
const CONVERTERS: ReadonlyMap<string, Convert> = new Map([
  ['version', bytes],
  ['rusage_user', real],
  ['rusage_system', real],
  ['hash_is_expanding', truth],
  ['slab_reassign_running', truth],
  ['inter', bytes],
  ['growth_factor', real],
  ['stat_key_prefix', bytes],
  ['umask', (text) => (/^[0-7]+$/.test(text) ? parseInt(text, 8) : undefined)],
  ['detail_enabled', truth],
  ['cas_enabled', truth],
  ['auth_enabled_sasl', (text) => text === 'yes'],
  ['maxconns_fast', truth],
  ['slab_reassign', truth],
  ['slab_automove', truth],
]);

/**
 * Names and values of one server.
 * @param isDump of `stats cachedump`, whose values have more than one word
 */
export function statsOf(
  rows: readonly (readonly [name: string, value: string])[],
  isDump: boolean,
): Record<string, Stat> {
  // Names come from servers: the object must have none of its own.
  const stats = Object.create(null) as Record<string, Stat>;
  for (const [name, value] of rows) {
    const words = value.split(' ').filter((word) => word !== '');
    const text = isDump ? words.join(' ') : (words[0] ?? '');
    const convert = CONVERTERS.get(name) ?? integer;
    stats[name] = convert(text) ?? Buffer.from(text, 'latin1');
  }
  return stats;
}

/** Python's `int(bytes)`, as far as a server can write one. */
function integer(text: string): number | bigint | undefined {
  if (!/^[+-]?\d{1,400}$/.test(text)) return undefined;
  const value = BigInt(text);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
