// What a simulated server must know of a wire: where requests end, how they are run, and how a reply is spoiled.

import type { ModelServer } from './model-server';

/** What a fault strikes: a request to store that is answered, a reply with an entry, any other reply. */
export type Kind = 'storing' | 'hit' | 'line';

/** Char codes are bytes. */
export interface Speech {
  /** Replies name their request: whoever takes one for another's is wrong, and not the protocol. */
  readonly namesRequests: boolean;
  /** How long the first request is, as far as `bytes` tell: while there are fewer, it is not whole. */
  needs(bytes: string): number;
  /** Runs one whole request; undefined: it asks for no reply. */
  run(request: string, server: ModelServer): string | undefined;
  /** What a server says to one question of a login; undefined: it is none. */
  login(request: string): { readonly reply: string; readonly isDone: boolean } | undefined;
  readonly kinds: Readonly<Record<Kind, (text: string) => boolean>>;
  // Replies to a request:
  readonly refusesLogin: (request: string) => string;
  readonly outOfMemory: (request: string) => string;
  /** Behind which anything may follow. */
  readonly clientError: (request: string) => string;
  // Spoiled replies with an entry:
  readonly wrongKey: (reply: string) => string;
  readonly giant: (reply: string) => string;
  /** Its parts and its length do not go together. */
  readonly malformed: (reply: string) => string;
}

/** Who may ask. */
export const USER = { username: 'ada', password: 'enchantress' } as const;
