// The tracing channel `tracing:memcache-py:command`: each call of every client of the process, while somebody listens.

import { tracingChannel } from 'node:diagnostics_channel';
import { ABSENT, type Hit, type Operation } from '../net/operation';
import { Command } from '../wire/wire';

/**
 * What subscribers are given, one object a call. `start` and `end` come while the request is made, `asyncStart` and
 * `asyncEnd` when it is answered, `error` before them when it rejects (then `error` is set, as Node does). Values are never
 * among it. A failure that a client answers as a miss is no error here: `hit` stays undefined.
 */
export interface CommandTrace {
  /** memcached's command: `get`, `gets`, `set`, `delete`, `stats`... */
  readonly command: string;
  /** As they travel, one char code a byte; none for commands to whole servers. */
  readonly keys: readonly string[];
  /** Where the keys are placed, `host:port` or `unix:path`; undefined where that is more than one server. */
  readonly server: string | undefined;
  /** Of reads, when answered: whether every key was found. */
  hit: boolean | undefined;
  /** How many keys were found, when answered. */
  hits: number | undefined;
  /** Of the entry as stored: what is written, or, when answered, what was read; undefined for other commands. */
  bytes: number | undefined;
}

const NAMES: readonly string[] = Object.keys(Command).map((name) =>
  name === 'flushAll' ? 'flush_all' : name,
);

const channel = tracingChannel<'memcache-py:command', CommandTrace>('memcache-py:command');

/** Whether somebody listens; nothing is made for nobody. */
export function isTraced(): boolean {
  return channel.hasSubscribers;
}

/** Runs one call of one key, and tells of it. */
export function traceOne(
  op: Operation,
  server: string | undefined,
  run: () => Promise<unknown>,
): Promise<unknown> {
  const { command, miss, full } = op;
  if (command > Command.gats) {
    const trace = newTrace(command, op.key === '' ? [] : [op.key], server);
    if (op.entry.data.length > 0) trace.bytes = op.entry.data.length;
    return tell(trace, run, () => undefined);
  }
  const trace = newTrace(command, [op.key], server);
  // As a Hit the size is told too; a miss of its own is no value that anybody stored.
  op.full = true;
  op.miss = ABSENT;
  const note = (answer: unknown): void => {
    const found = isHit(answer);
    if (found || answer === ABSENT) noteReads(trace, found ? 1 : 0, found ? answer.bytes : 0);
  };
  return tell(trace, run, note).then((answer) => {
    if (answer === ABSENT) return miss;
    return isHit(answer) && !full ? answer.value : answer;
  });
}

/** Runs one call of many keys, and tells of it. */
export function traceMany(
  command: Command,
  keys: readonly string[],
  server: string | undefined,
  run: () => Promise<unknown[]>,
): Promise<unknown[]> {
  const trace = newTrace(command, keys, server);
  return tell(trace, run, (answers) => {
    if (command > Command.gats) return;
    noteReads(trace, answers.filter((answer) => answer !== ABSENT).length, undefined);
  });
}

function newTrace(
  command: Command,
  keys: readonly string[],
  server: string | undefined,
): CommandTrace {
  const name = NAMES[command] ?? '';
  return { command: name, keys, server, hit: undefined, hits: undefined, bytes: undefined };
}

function noteReads(trace: CommandTrace, hits: number, bytes: number | undefined): void {
  trace.hits = hits;
  trace.hit = hits === trace.keys.length;
  trace.bytes = bytes;
}

function isHit(answer: unknown): answer is Hit {
  return typeof answer === 'object' && answer !== null && 'bytes' in answer && 'flags' in answer;
}

/** The answer goes around the channel: what Node would put into the trace as its result is a value of the user's. */
async function tell<Answer>(
  trace: CommandTrace,
  run: () => Promise<Answer>,
  note: (answer: Answer) => void,
): Promise<Answer> {
  let answered: Answer | undefined;
  await channel.tracePromise(async () => {
    answered = await run();
    note(answered);
  }, trace);
  return answered as Answer;
}
