// What a connection tells its owner: that it is open, what it refuses, and how it ended.

import type { MemcacheError, OverloadedError, ServerError } from '../errors';
import type { Connection } from './connection';
import type { Operation } from './operation';

/** How a connection ended. */
export interface Loss {
  readonly cause: MemcacheError;
  /** Whether it was ever open. */
  readonly wasOpen: boolean;
  /** Requests of which no byte was sent. */
  readonly unsent: readonly Operation[];
  /** Requests that were sent when the server closed without a single byte of reply; their effect is unknown. */
  readonly unheard: readonly Operation[];
  /** Whether anything was waiting. */
  readonly wasBusy: boolean;
  /** Whether it ever gave a good reply. */
  readonly wasUseful: boolean;
}

/** Who owns connections. */
export interface Owner {
  opened(connection: Connection): void;
  /** Told once. Operations in the loss are the owner's to settle; all others have been failed. */
  lost(connection: Connection, loss: Loss): void;
  /** Gets of one tick may share a line. */
  readonly joins: boolean;
  /** Gets that shared a line, of which a proxy refused some: each is to be asked alone, now and ever after. */
  again(connection: Connection, ops: readonly Operation[], cause: ServerError): void;
  /** A request was refused; told once a tick. */
  overloaded(cause: OverloadedError): void;
}
