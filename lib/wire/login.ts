// What a client says before its first request to prove who it is. Pure: who drives it owns the connection.

import type { Code, Request } from './wire';

/** Of one user. They are sent or proved, and shown nowhere else. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** SASL mechanisms that may be used, of those in the table of sasl.ts; default all of them. */
  readonly mechanisms?: readonly string[];
}

/** The server's reply to one question. */
export interface Said {
  readonly code: Code;
  /** Char codes are bytes. May repeat what was said: never part of a message. */
  readonly text: string;
}

/** Asks one question; the next one only when this is answered. */
export type Ask = (request: Request) => Promise<Said>;

/**
 * Resolves when the server takes this user's requests.
 * @throws {AuthError} it does not, or failed to prove itself
 */
export type Login = (ask: Ask) => Promise<void>;
