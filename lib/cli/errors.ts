// How a command can end other than well: each way is a class with its exit code.

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

/** The command line, or a variable of the environment, cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
