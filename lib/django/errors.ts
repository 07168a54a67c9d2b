// The exceptions of Django's cache framework and sessions, under their own names.

import { PythonError, ValueError } from '../errors';

/** A key that memcached does not take: more than 250 characters, or a space or control character in it. */
export class InvalidCacheKey extends ValueError {}

/** A backend that does not exist, or not in this release of Django. */
export class InvalidCacheBackendError extends PythonError {}

/** A new session was to be stored, and there is one under its key. */
export class CreateError extends PythonError {}

/** A session was to be stored, and it is gone: its user may have logged out meanwhile. */
export class UpdateError extends PythonError {}

/** Python's RuntimeError: no session could be created; the cache cannot be reached, or refuses it. */
export class RuntimeError extends PythonError {}

/** What this package cannot do, because Django keeps it elsewhere than in the cache. */
export class NotSupportedError extends PythonError {}
