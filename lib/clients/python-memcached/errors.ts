// The exceptions of python-memcached; users reach them as Client.MemcachedKeyError and so on.

import { PythonError } from '../../errors';

/** Base of what is wrong with a key. */
export class MemcachedKeyError extends PythonError {}

/** Longer than `server_max_key_length`, prefix included. */
export class MemcachedKeyLengthError extends MemcachedKeyError {}

/** A control character or a space. */
export class MemcachedKeyCharacterError extends MemcachedKeyError {}

/** None, or (on Python 2) empty; since 1.44. */
export class MemcachedKeyNoneError extends MemcachedKeyError {}

/** Not text or bytes; since 1.44. */
export class MemcachedKeyTypeError extends MemcachedKeyError {}

/** Not a MemcachedKeyError; never raised since 1.55, when text keys began to be encoded. */
export class MemcachedStringEncodingError extends PythonError {}
