// Django's cache keys: prefix, version and key joined, and what memcached takes of them.

import { str, repr, type Representable } from '../value/pickle';
import { InvalidCacheKey } from './errors';

/** A key of the cache: anything that is no text is taken by its Python `str()`. */
export type CacheKey = string | number | bigint | boolean | Representable;

/** VERSION of the settings, and `version` of every call; ints count up with incr_version. */
export type Version = number | bigint | string;

/** KEY_FUNCTION: makes the whole key of its three parts. */
export type KeyFunction = (key: CacheKey, key_prefix: string, version: Version) => string;

/** Django's MEMCACHE_MAX_KEY_LENGTH, in characters. */
const MAX_LENGTH = 250;
/** `ord(char) < 33 or ord(char) == 127` */
const REFUSED = /[\0-\x20\x7f]/;

/** django.core.cache.backends.base.default_key_func: `"%s:%s:%s" % (key_prefix, version, key)`. */
export function default_key_func(key: CacheKey, key_prefix: string, version: Version): string {
  return `${key_prefix}:${str(version)}:${str(key)}`;
}

/**
 * validate_key of the memcached backends, on the whole key.
 * @throws {InvalidCacheKey} more than 250 characters; a space or a control character
 * @throws {TypeError} a KEY_FUNCTION made no text of it
 */
export function validate_key(key: string): void {
  if (typeof key !== 'string') throw new TypeError('KEY_FUNCTION must make a string');
  // Two UTF-16 units may be one character of Python's.
  if (key.length > MAX_LENGTH && Array.from(key).length > MAX_LENGTH) {
    throw new InvalidCacheKey(`${WARNING}: ${repr(key)} (longer than ${MAX_LENGTH})`);
  }
  if (REFUSED.test(key)) {
    throw new InvalidCacheKey(`${CHARACTERS}: ${repr(key)}`);
  }
}

const WARNING = 'Cache key will cause errors if used with memcached';
const CHARACTERS = 'Cache key contains characters that will cause errors if used with memcached';
