// Session keys: 32 random letters and digits, which are the cookie and all that stands between a session and a stranger.

import { randomInt } from 'node:crypto';

/** django.contrib.sessions.backends.base.VALID_KEY_CHARS */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 32;
/** Django takes keys from 8 characters on, and has 40 in its table. */
const VALID = /^[a-z0-9]{8,40}$/;

/** A new key, from the system's source of randomness. */
export function newSessionKey(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}

/** Whether a cookie can be a key; what it must not be able to name is another entry of the cache. */
export function isSessionKey(cookie: unknown): cookie is string {
  return typeof cookie === 'string' && VALID.test(cookie);
}
