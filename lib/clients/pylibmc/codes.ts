// libmemcached's return codes, and the exceptions that tell them.

import { exceptions, MemcachedError } from './errors';

/** libmemcached's return codes that this client can meet, with what `memcached_strerror` says of them. */
export const Rc = {
  hostLookup: 2,
  connection: 3,
  write: 5,
  unknownRead: 7,
  client: 9,
  server: 10,
  errorLine: 11,
  dataExists: 12,
  notStored: 14,
  notFound: 16,
  allocation: 17,
  someErrors: 19,
  errno: 26,
  timeout: 31,
  badKey: 33,
  tooBig: 37,
  invalidArguments: 38,
  keyTooBig: 39,
  auth: 41,
  serverDown: 47,
  serverMemory: 48,
} as const;
export type Rc = (typeof Rc)[keyof typeof Rc];

const TEXTS: Readonly<Record<Rc, string>> = {
  [Rc.hostLookup]: 'getaddrinfo() or getnameinfo() HOSTNAME LOOKUP FAILURE',
  [Rc.connection]: 'CONNECTION FAILURE',
  [Rc.write]: 'WRITE FAILURE',
  [Rc.unknownRead]: 'UNKNOWN READ FAILURE',
  [Rc.client]: 'CLIENT ERROR',
  [Rc.server]: 'SERVER ERROR',
  [Rc.errorLine]: 'ERROR was returned by server',
  [Rc.dataExists]: 'CONNECTION DATA EXISTS',
  [Rc.notStored]: 'NOT STORED',
  [Rc.notFound]: 'NOT FOUND',
  [Rc.allocation]: 'MEMORY ALLOCATION FAILURE',
  [Rc.someErrors]: 'SOME ERRORS WERE REPORTED',
  [Rc.errno]: 'SYSTEM ERROR',
  [Rc.timeout]: 'A TIMEOUT OCCURRED',
  [Rc.badKey]: 'A BAD KEY WAS PROVIDED/CHARACTERS OUT OF RANGE',
  [Rc.tooBig]: 'ITEM TOO BIG',
  [Rc.invalidArguments]: 'INVALID ARGUMENTS',
  [Rc.keyTooBig]: 'KEY TOO BIG',
  [Rc.auth]: 'AUTHENTICATION FAILURE',
  [Rc.serverDown]: 'SERVER HAS FAILED AND IS DISABLED UNTIL TIMED RETRY',
  [Rc.serverMemory]: 'SERVER FAILED TO ALLOCATE OBJECT',
};

/** `Error` and CacheMiss have no code. */
const CLASSES = new Map(exceptions.map(([, exception]) => [exception.retcode, exception]));

/** The exception of a return code: its own class, or `Error`. */
export function exceptionOf(rc: Rc, message: string, cause?: unknown): MemcachedError {
  const Class = CLASSES.get(rc) ?? MemcachedError;
  return new Class(message, { retcode: rc, ...(cause === undefined ? {} : { cause }) });
}

/** What happened in which call, to which server, if one was involved. */
export interface Happened {
  /** As libmemcached names the function: `get(k)`, `set`. */
  readonly call: string;
  readonly detail?: string | undefined;
  readonly host?: string | undefined;
  readonly cause?: unknown;
}

/** `error 3 from memcached_get(k): CONNECTION FAILURE, connect ECONNREFUSED, host: 127.0.0.1:1` */
export function failureOf(rc: Rc, { call, detail, host, cause }: Happened): MemcachedError {
  const parts = [TEXTS[rc], detail, host === undefined ? undefined : `host: ${host}`];
  const told = parts.filter((part) => part !== undefined && part !== '').join(', ');
  return exceptionOf(rc, `error ${rc} from memcached_${call}: ${told}`, cause);
}
