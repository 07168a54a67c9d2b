// pylibmc's exceptions: one class for each of libmemcached's return codes that has one (_pylibmcmodule.h:157).

import { PythonError } from '../../errors';

/** `pylibmc.Error`, also known as `pylibmc.MemcachedError`: base of all of pylibmc's exceptions. */
export class MemcachedError extends Error {
  /** libmemcached's return code of the class; undefined where it has none. */
  static readonly retcode: number | undefined = undefined;
  /** libmemcached's return code, that of errors without a class of their own included. */
  readonly retcode: number | undefined;

  constructor(message = '', options?: ErrorOptions & { retcode?: number | undefined }) {
    super(message, options);
    const { name, retcode } = new.target;
    this.name = name === 'MemcachedError' ? 'Error' : name;
    this.retcode = retcode ?? options?.retcode;
  }
}

/** Thrown by a `deserialize` of yours: the entry counts as missing. */
export class CacheMiss extends MemcachedError {}

export class Failure extends MemcachedError {
  static override readonly retcode = 1;
}
export class HostLookupError extends MemcachedError {
  static override readonly retcode = 2;
}
export class ConnectionError extends MemcachedError {
  static override readonly retcode = 3;
}
export class ConnectionBindError extends MemcachedError {
  static override readonly retcode = 4;
}
export class WriteError extends MemcachedError {
  static override readonly retcode = 5;
}
export class ReadError extends MemcachedError {
  static override readonly retcode = 6;
}
/** The server sent what the protocol does not allow; with the binary protocol also: the entry is no number. */
export class UnknownReadFailure extends MemcachedError {
  static override readonly retcode = 7;
}
export class ProtocolError extends MemcachedError {
  static override readonly retcode = 8;
}
export class ClientError extends MemcachedError {
  static override readonly retcode = 9;
}
export class ServerError extends MemcachedError {
  static override readonly retcode = 10;
}
/** The server answered `ERROR`: libmemcached uses the code of this class for that too. */
export class SocketCreateError extends MemcachedError {
  static override readonly retcode = 11;
}
export class DataExists extends MemcachedError {
  static override readonly retcode = 12;
}
export class DataDoesNotExist extends MemcachedError {
  static override readonly retcode = 13;
}
export class NotFound extends MemcachedError {
  static override readonly retcode = 16;
}
export class AllocationError extends MemcachedError {
  static override readonly retcode = 17;
}
/** `get_stats` or `flush_all` failed at a server. */
export class SomeErrors extends MemcachedError {
  static override readonly retcode = 19;
}
export class NoServers extends MemcachedError {
  static override readonly retcode = 20;
}
export class UnixSocketError extends MemcachedError {
  static override readonly retcode = 27;
}
export class NotSupportedError extends MemcachedError {
  static override readonly retcode = 28;
}
export class FetchNotFinished extends MemcachedError {
  static override readonly retcode = 30;
}
export class BadKeyProvided extends MemcachedError {
  static override readonly retcode = 33;
}
export class InvalidHostProtocolError extends MemcachedError {
  static override readonly retcode = 34;
}
export class ServerDead extends MemcachedError {
  static override readonly retcode = 35;
}
export class UnknownStatKey extends MemcachedError {
  static override readonly retcode = 36;
}
/** The value is longer than the server takes. */
export class TooBig extends MemcachedError {
  static override readonly retcode = 37;
}
/** The server failed a moment ago and is left alone. */
export class ServerDown extends MemcachedError {
  static override readonly retcode = 47;
}

/** Python's AttributeError. */
export class AttributeError extends PythonError {}

/** Names and classes in pylibmc's order. */
export const exceptions: readonly (readonly [name: string, exception: typeof MemcachedError])[] = [
  ['Error', MemcachedError],
  ...[
    CacheMiss,
    Failure,
    HostLookupError,
    ConnectionError,
    ConnectionBindError,
    WriteError,
    ReadError,
    UnknownReadFailure,
    ProtocolError,
    ClientError,
    ServerError,
    SocketCreateError,
    DataExists,
    DataDoesNotExist,
    NotFound,
    AllocationError,
    SomeErrors,
    NoServers,
    UnixSocketError,
    NotSupportedError,
    FetchNotFinished,
    BadKeyProvided,
    InvalidHostProtocolError,
    ServerDead,
    ServerDown,
    TooBig,
    UnknownStatKey,
  ].map((exception) => [exception.name, exception] as const),
];
