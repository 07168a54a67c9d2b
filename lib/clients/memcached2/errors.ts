// python-memcached2's exceptions, in its hierarchy, and Python's NotImplementedError.

import { PythonError } from '../../errors';

export { KeyError } from '../../errors';

/** Base of all that python-memcached2 raises itself. Never raised as such. */
export class MemcachedException extends Error {
  constructor(message = '', options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The URI of a server names a protocol that does not exist. Part of the hierarchy; such a URI is an InvalidURI. */
export class UnknownProtocol extends MemcachedException {}

/** A URI that names no server. */
export class InvalidURI extends MemcachedException {}

/** The server could not be asked, or did not answer; `cause` tells why. What was sent may have been done. */
export class ServerDisconnect extends MemcachedException {}

/** No server of the key could be asked: nothing was sent. `cause` tells what the last of them failed with. */
export class NoAvailableServers extends MemcachedException {}

/** Base of what storing raises. Never raised as such. */
export class StoreException extends MemcachedException {}

/** `add` found a value, or `replace`, `append` or `prepend` found none. */
export class NotStored extends StoreException {}

/** The entry has changed since its `cas_unique` was read, or a value was changed in a way that its cas id does not allow. */
export class CASFailure extends StoreException {}

/** The entry was changed by somebody else between storing it and reading its new `cas_unique`. */
export class CASRefreshFailure extends CASFailure {}

/** There is no entry of the key to change. */
export class NotFound extends StoreException {}

/** The entry that was to be counted holds no number. */
export class NonNumeric extends StoreException {}

/** Some keys of a `set_multi` could not be sent, or were not answered. */
export class MultiStorageException extends StoreException {
  /** Of the keys that were answered, as `set_multi` returns them; what became of the others is unknown. */
  readonly results: ReadonlyMap<unknown, string | null>;

  constructor(
    message = '',
    results: ReadonlyMap<unknown, string | null> = new Map(),
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.results = results;
  }
}

/** Base of what reading raises. Never raised as such. */
export class RetrieveException extends MemcachedException {}

/** There is no entry of the key. */
export class NoValue extends RetrieveException {}

/** Python's: the server said what python-memcached2 does not expect, or a mapping cannot do what was asked. */
export class NotImplementedError extends PythonError {
  constructor(message = '', options?: ErrorOptions) {
    super(message, options);
  }
}
