// How a command can end other than well: exit codes, and what is said.

import { MemcacheError, PythonError } from '../errors';
import { escaped } from './text';

/** What the shell is told. */
export const Exit = {
  /** Done, and what was asked for was there. */
  hit: 0,
  /** Done, and it was not there, or the server did not store it. */
  miss: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** A server could not be reached, or answered an error. */
  server: 3,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

export function worse(a: Exit, b: Exit): Exit {
  return a > b ? a : b;
}

/** The command line, or a variable of the environment, cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Whoever reads what we print has gone: `memcache-py keys | head`. */
export class ReaderGone extends Error {}

/** What is said of an error: a server's by its name, Python's as Python does. */
export function messageOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof MemcacheError) {
    const { server, message } = error;
    return server === undefined ? escaped(message) : `${server}: ${escaped(message)}`;
  }
  if (error instanceof PythonError) return `${error.name}: ${escaped(error.message)}`;
  if (error instanceof Error) return escaped(`${error.name}: ${error.message}`);
  return escaped(String(error));
}
