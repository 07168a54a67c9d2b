// Calls of all servers: flush_all, and get_stats with the 22 fields that libmemcached knows (_pylibmcmodule.c).

import { bytesOf } from '../../engine/keys';
import { ValueError } from '../../errors';
import type { Bound } from './bound-calls';
import { Failed } from './dialect';
import { exceptionOf, Rc } from './codes';
import type { MemcachedError } from './errors';
import type { Settings } from './behaviors';
import type { Options } from './options';
import { checkTime, integer, isSound, timeText, wrongType } from './requests';

type Rows = readonly (readonly [name: string, value: string])[];

/** Values by their names. */
export type Stats = Record<string, Buffer>;

const FIELDS = [
  'pid',
  'uptime',
  'time',
  'version',
  'pointer_size',
  'rusage_user',
  'rusage_system',
  'curr_items',
  'total_items',
  'bytes',
  'curr_connections',
  'total_connections',
  'connection_structures',
  'cmd_get',
  'cmd_set',
  'get_hits',
  'get_misses',
  'evictions',
  'bytes_read',
  'bytes_written',
  'limit_maxbytes',
  'threads',
] as const;

/** What a server that does not tell has. */
const UNTOLD: Readonly<Record<string, string>> = {
  pid: '-1',
  version: '',
  rusage_user: '0.0',
  rusage_system: '0.0',
};

/** A server by its name and index: `["host:port (0)", {...}]`. */
export type ServerStats = [name: string, stats: Stats];

/** @throws {SomeErrors} a server did not do it */
export async function flushAll(
  { session, calls }: Bound,
  time: unknown,
  signal: AbortSignal | undefined,
): Promise<true> {
  const seconds = time === undefined ? 0 : integer(checkTime(time, 'flush_all() argument 1'));
  const text = seconds > 0 ? timeText(seconds, session.settings) : '0';
  for (const { answer } of await calls.flushAll(text, signal)) {
    if (answer instanceof Failed) throw someErrors('flush_all', answer);
  }
  return true;
}

/** @throws {MemcachedError} a server failed, or does not know `args` */
export async function statsOf(
  { session, calls }: Bound,
  args: unknown,
  signal: AbortSignal | undefined,
): Promise<ServerStats[]> {
  const wanted = args === undefined ? '' : statsArgument(args, session.settings);
  const answers = await calls.stats(wanted, signal);
  return answers.map(({ server, answer }, i) => {
    if (answer instanceof Failed) throw statsFailure(answer, session.options);
    const rows = Array.isArray(answer) ? (answer as Rows) : [];
    return [`${server.name} (${i})`, wanted === '' ? generalStats(rows) : allStats(rows)];
  });
}

/** libmemcached takes it for a key. What could be another command is not sent. */
function statsArgument(args: unknown, settings: Settings): string {
  if (typeof args !== 'string') {
    throw wrongType('get_stats() argument 1', 'str', args);
  }
  if (args.includes('\0')) throw new ValueError('embedded null character');
  const bytes = bytesOf(args);
  if (!isSound(bytes, settings)) throw exceptionOf(Rc.badKey, 'error 33 from get_stats');
  if (!settings.binary && !/^[\x20-\x7e]*$/.test(bytes)) throw invalidArguments();
  return bytes;
}

function statsFailure(failed: Failed, { binary }: Options): MemcachedError {
  const isUnknown = failed.isRefusal && !binary;
  return isUnknown ? invalidArguments() : someErrors('get_stats', failed);
}

function invalidArguments(): MemcachedError {
  return exceptionOf(Rc.invalidArguments, 'error 38 from get_stats');
}

function someErrors(method: string, { why }: Failed): MemcachedError {
  return exceptionOf(Rc.someErrors, `error 19 from ${method}: ${why}`);
}

/** The fields of a server's general statistics. */
function generalStats(rows: Rows): Stats {
  const told = new Map(rows);
  const stats = Object.create(null) as Stats;
  for (const name of FIELDS) {
    stats[name] = Buffer.from(told.get(name) ?? UNTOLD[name] ?? '0');
  }
  return stats;
}

/** All that a server tells: names come from it, so that the object must have none of its own. */
function allStats(rows: Rows): Stats {
  const stats = Object.create(null) as Stats;
  for (const [name, value] of rows) stats[name] = Buffer.from(value, 'latin1');
  return stats;
}
