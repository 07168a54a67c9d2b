// The engine's few errors, and Python's built-in exceptions that reading and writing values can raise.

/** What went wrong, for programs: stable across releases. */
export type ErrorCode =
  | 'CONNECTION' // could not connect, or the connection broke
  | 'TIMEOUT' // the call's deadline passed
  | 'PROTOCOL' // the server said something that the protocol does not allow
  | 'SERVER' // the server answered ERROR, CLIENT_ERROR or SERVER_ERROR
  | 'OVERLOADED' // more is queued for one server than the limit allows
  | 'TOO_LARGE' // a reply or value is over a limit
  | 'CLOSED' // the client was closed while the call waited
  | 'TLS' // no connection that is private to the right server could be made
  | 'AUTH' // the server and the client did not agree on who the other is
  | 'UNSUPPORTED'; // the protocol cannot say what was asked: nothing was sent

/** Base of every error that the engine makes. The message never holds value bytes. */
export class MemcacheError extends Error {
  /** What went wrong, for programs. */
  readonly code: ErrorCode;
  /** The server concerned as `host:port` or `unix:path`; undefined where no server was involved. */
  readonly server: string | undefined;

  constructor(code: ErrorCode, message: string, server?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.server = server;
  }
}

/** A connection could not be made, or broke. */
export class ConnectionError extends MemcacheError {
  constructor(message: string, server?: string, cause?: unknown) {
    super('CONNECTION', message, server, cause);
  }
}

/** A call did not finish within its deadline. */
export class TimeoutError extends MemcacheError {
  constructor(message: string, server?: string) {
    super('TIMEOUT', message, server);
  }
}

/** The server broke the protocol; the connection was closed. */
export class ProtocolError extends MemcacheError {
  constructor(message: string, server?: string) {
    super('PROTOCOL', message, server);
  }
}

/** The server answered an error line; `line` is that line, cut at 200 characters. */
export class ServerError extends MemcacheError {
  /** The server's error line, cut at 200 characters. */
  readonly line: string;

  constructor(line: string, server?: string) {
    super('SERVER', `server answered ${line.slice(0, 200)}`, server);
    this.line = line.slice(0, 200);
  }
}

/** Too much is queued for one server: nothing was sent. */
export class OverloadedError extends MemcacheError {
  constructor(message: string, server?: string) {
    super('OVERLOADED', message, server);
  }
}

/** A reply or a value is larger than a limit allows. */
export class TooLargeError extends MemcacheError {
  constructor(message: string, server?: string) {
    super('TOO_LARGE', message, server);
  }
}

/** The client was closed while the call waited. */
export class ClosedError extends MemcacheError {
  constructor(message: string, server?: string) {
    super('CLOSED', message, server);
  }
}

/** The server's certificate, its protocol version or its TLS was not acceptable, or ours was not to it. */
export class TlsError extends MemcacheError {
  constructor(message: string, server?: string, cause?: unknown) {
    super('TLS', message, server, cause);
  }
}

/** The server refused the user name or password, or did not prove what it had to. Holds neither, nor its words. */
export class AuthError extends MemcacheError {
  constructor(message: string, server?: string) {
    super('AUTH', message, server);
  }
}

/** The protocol that the client speaks has no such command. */
export class UnsupportedError extends MemcacheError {
  constructor(message: string, server?: string) {
    super('UNSUPPORTED', message, server);
  }
}

/** Base of Python's built-in exceptions below: `name` is Python's class name. */
export class PythonError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Python's ValueError: a value of the right type that cannot be used. */
export class ValueError extends PythonError {}

/** Python's UnicodeEncodeError (a ValueError): text that the encoding cannot hold. */
export class UnicodeEncodeError extends ValueError {}

/** Python's UnicodeDecodeError (a ValueError): bytes that are not text of the encoding. */
export class UnicodeDecodeError extends ValueError {}

/** Python's OverflowError. */
export class OverflowError extends PythonError {}

/** Python's KeyError. */
export class KeyError extends PythonError {}

/** Python's IndexError. */
export class IndexError extends PythonError {}

/** Python's UnboundLocalError: what old clients raise where they forgot a case. */
export class UnboundLocalError extends PythonError {}

/** Python's zlib.error. */
export class ZlibError extends PythonError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'error';
  }
}
