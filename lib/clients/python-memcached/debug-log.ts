// The lines that python-memcached prints to stderr when `debug` is on.

import { AuthError, TimeoutError, TlsError, type MemcacheError } from '../../errors';
import { isLie, type Happening, type Observer, type ServerSpec } from '../../engine/server';

/** Node's error codes as Python's `[Errno n] text` (Linux). */
const ERRNO: Readonly<Record<string, string>> = {
  EACCES: '[Errno 13] Permission denied',
  EADDRNOTAVAIL: '[Errno 99] Cannot assign requested address',
  EAI_AGAIN: '[Errno -3] Temporary failure in name resolution',
  ECONNREFUSED: '[Errno 111] Connection refused',
  ECONNRESET: '[Errno 104] Connection reset by peer',
  EHOSTUNREACH: '[Errno 113] No route to host',
  EMFILE: '[Errno 24] Too many open files',
  ENETUNREACH: '[Errno 101] Network is unreachable',
  ENOENT: '[Errno 2] No such file or directory',
  ENOTFOUND: '[Errno -2] Name or service not known',
  EPIPE: '[Errno 32] Broken pipe',
  ETIMEDOUT: '[Errno 110] Connection timed out',
};

export class DebugLog implements Observer {
  /** Read at every line: a program may switch it on and off, as in Python. */
  readonly #enabled: () => boolean;
  readonly #write: (line: string) => void;
  readonly #connectErrno: boolean;

  /** @param connectErrno whether failed connecting is said with its `[Errno n]` (1.54) */
  constructor(enabled: () => boolean, write: (line: string) => void, connectErrno: boolean) {
    this.#enabled = enabled;
    this.#write = write;
    this.#connectErrno = connectErrno;
  }

  get enabled(): boolean {
    return this.#enabled();
  }

  /** Lines come in the middle of a read: what a program's own `log` throws is its uncaught exception, not ours. */
  log(text: string): void {
    if (!this.#enabled()) return;
    try {
      this.#write(`MemCached: ${text}\n`);
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }

  happened({ name, server, cause }: Happening): void {
    if (cause === undefined) return;
    const host = hostText(server);
    if (name === 'dead') {
      // A server that only lies is left alone for a while; Python does not mark it dead, and says nothing.
      if (isLie(cause)) return;
      this.log(`MemCache: ${host}: ${reason(cause, this.#connectErrno)}.  Marking dead.`);
    } else if (name === 'protocol-error') {
      this.log(`MemCache: ${host}: ${cause.message}.  Connection closed.`);
    }
  }
}

/** `str(_Host)`. */
function hostText({ address }: ServerSpec): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return address.family === 6
    ? `inet6:[${address.host}]:${address.port}`
    : `inet:${address.host}:${address.port}`;
}

function reason(error: MemcacheError, connectErrno: boolean): string {
  if (error instanceof TimeoutError) return 'timed out';
  // Not in Python, which can neither.
  if (error instanceof AuthError || error instanceof TlsError) return `connect: ${error.message}`;
  const { cause } = error;
  if (cause === undefined) return 'connection closed in readline()';
  const { code, syscall } = cause as NodeJS.ErrnoException;
  const text = (code !== undefined && ERRNO[code]) || error.message;
  if (syscall !== 'connect' && syscall !== 'getaddrinfo') return text;
  return `connect: ${connectErrno ? text : text.replace(/^\[Errno -?\d+\] /, '')}`;
}
