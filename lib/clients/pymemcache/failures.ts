// What is thrown for each way a call can fail: pymemcache's exceptions for replies, the engine's for sockets and deadlines.

import { ConnectionError, ProtocolError, type MemcacheError as EngineError } from '../../errors';
import { Raise, type Operation } from '../../net/operation';
import { Command } from '../../wire/wire';
import {
  MemcacheClientError,
  MemcacheServerError,
  MemcacheUnexpectedCloseError,
  MemcacheUnknownCommandError,
  MemcacheUnknownError,
} from './exceptions';

/** pymemcache shows no more of a reply that it does not know (base.py, `line[:32]`). */
export const SHOWN = 32;

/** Errors of calls that were sent: the server may have done what it was asked. */
const inDoubt = new WeakSet<object>();

/** Whether the call that threw `error` may have changed something: then it must not be repeated unasked. */
export function mayHaveHappened(error: unknown): boolean {
  return typeof error === 'object' && error !== null && inDoubt.has(error);
}

/** Commands by their names on the wire. */
const NAMES: ReadonlyMap<Command, string> = new Map(
  Object.entries(Command).map(([name, command]) => [
    command,
    name.replace('flushAll', 'flush_all'),
  ]),
);

/** Error lines by their first word; the message is the rest of the line, or the command that is unknown. */
const REPLIES: Readonly<Record<string, (text: string, command: string) => Error>> = {
  ERROR: (_text, command) => new MemcacheUnknownCommandError(command),
  CLIENT_ERROR: (text) => new MemcacheClientError(text),
  SERVER_ERROR: (text) => new MemcacheServerError(text),
};

/** The server answered an error line: it did nothing. */
export const refused = new Raise((line, _cause, call) => {
  const [, word = '', text = ''] = /^(\w+):? ?(.*)$/s.exec(line) ?? [];
  const made = REPLIES[word]?.(text, nameOf(call));
  return made ?? new MemcacheUnknownError(line.slice(0, SHOWN));
});

function nameOf({ command, entry }: Operation): string {
  return command === Command.raw ? String(entry.data) : (NAMES.get(command) ?? '');
}

/** Nothing was sent: what the engine says is what there is to say. */
export const unreached = new Raise((line, cause) => cause ?? new ConnectionError(line));

/** It was sent, and no reply came. Each call has an error of its own, so that it can be told from those of calls not sent. */
export const failed = new Raise((line, cause) => {
  const error = cause === undefined ? new ConnectionError(line) : afterSending(cause);
  inDoubt.add(error);
  return error;
});

function afterSending(cause: EngineError): Error {
  const { message, server } = cause;
  if (cause instanceof ProtocolError) return new MemcacheUnknownError(message, { cause });
  // The operating system has named no fault: the server closed the connection.
  const isClosed = cause instanceof ConnectionError && cause.cause === undefined;
  if (isClosed) return new MemcacheUnexpectedCloseError(message, { cause });
  const Class = cause.constructor as new (
    message: string,
    server: string | undefined,
    cause: unknown,
  ) => Error;
  return new Class(message, server, cause.cause);
}
