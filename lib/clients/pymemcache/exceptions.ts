// pymemcache's exceptions, in its hierarchy (pymemcache/exceptions.py).

import { PythonError } from '../../errors';

/** Base of all that pymemcache itself raises; errors of sockets are no part of it. */
export class MemcacheError extends PythonError {}

/** The server did not understand the request: CLIENT_ERROR, whose text is the message. */
export class MemcacheClientError extends MemcacheError {}

/** The server does not know the command: ERROR. */
export class MemcacheUnknownCommandError extends MemcacheClientError {}

/** A key or a value that must not be sent; nothing was. */
export class MemcacheIllegalInputError extends MemcacheClientError {}

/** The server failed: SERVER_ERROR, whose text is the message. */
export class MemcacheServerError extends MemcacheError {}

/** A reply that is none. */
export class MemcacheUnknownError extends MemcacheError {}

/** The server closed the connection before it had replied: whether it did what it was asked is unknown. */
export class MemcacheUnexpectedCloseError extends MemcacheServerError {}
