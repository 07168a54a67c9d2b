// What a refusal or a failure of the engine is in libmemcached's codes, and the exception that says so.

import {
  AuthError,
  OverloadedError,
  ProtocolError,
  ServerError,
  TimeoutError,
  TlsError,
  TooLargeError,
  type MemcacheError,
} from '../../errors';
import { Command } from '../../engine/engine';
import { exceptionOf, failureOf, Rc } from './codes';
import { MemcachedError, NotFound } from './errors';

/** A call, as far as its exception tells of it: an Operation is one. */
export interface Called {
  readonly command: Command;
  /** The wire key. */
  readonly key: string;
  /** Of a call that is part of another. */
  readonly whole: unknown;
  /** What a miss answers: AS_GET says that the method was `get`, whatever the command. */
  readonly miss: unknown;
}

/** What a miss answers to `get` where it asks for a cas id nobody wants. */
export const AS_GET = Symbol('get');

/** Error lines of the text protocol, and refusals of the binary one with their status. The first that matches. */
const LINES: readonly (readonly [pattern: RegExp, rc: Rc])[] = [
  [/^SERVER_ERROR object too large for cache/, Rc.tooBig],
  [/^SERVER_ERROR out of memory/, Rc.serverMemory],
  [/^SERVER_ERROR/, Rc.server],
  [/^CLIENT_ERROR/, Rc.client],
  [/^ERROR/, Rc.errorLine],
  [/^0x03/, Rc.tooBig],
  [/^0x2\d/, Rc.auth],
  [/^0x82/, Rc.serverMemory],
];

export function codeOfLine(line: string): Rc {
  return LINES.find(([pattern]) => pattern.test(line))?.[1] ?? Rc.unknownRead;
}

const CLASSES: readonly (readonly [Class: new (...args: never[]) => Error, rc: Rc])[] = [
  [TimeoutError, Rc.timeout],
  [AuthError, Rc.auth],
  [TlsError, Rc.connection],
  [ProtocolError, Rc.unknownRead],
  [TooLargeError, Rc.unknownRead],
  [OverloadedError, Rc.allocation],
];

/** What getaddrinfo says. */
const LOOKUP = /^(ENOTFOUND|EAI_)/;

function codeOfCause(cause: MemcacheError): Rc {
  // Without a server: the one of the key was left alone.
  if (cause.server === undefined) return Rc.serverDown;
  const known = CLASSES.find(([Class]) => cause instanceof Class)?.[1];
  if (known !== undefined) return known;
  const errno = (cause.cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (LOOKUP.test(errno)) return Rc.hostLookup;
  // A socket that is not there has no code of its own in libmemcached: it tells what the system says.
  return cause.server.startsWith('/') && errno !== '' ? Rc.errno : Rc.connection;
}

/** libmemcached's functions; those in which a key is named. */
const FUNCTIONS: Partial<Record<Command, readonly [name: string, namesKey: boolean]>> = {
  [Command.get]: ['get', true],
  [Command.gets]: ['gets', false],
  [Command.set]: ['set', false],
  [Command.add]: ['add', false],
  [Command.replace]: ['replace', false],
  [Command.append]: ['append', false],
  [Command.prepend]: ['prepend', false],
  [Command.cas]: ['cas', true],
  [Command.delete]: ['delete', true],
  [Command.incr]: ['incr', true],
  [Command.decr]: ['decr', true],
  [Command.touch]: ['touch', true],
};
const MULTI: Partial<Record<Command, string>> = {
  [Command.get]: 'mget',
  [Command.gets]: 'mget',
  [Command.set]: 'set_multi',
  [Command.add]: 'add_multi',
};
/** How much of a key a message shows. */
const SHOWN = 32;

function nameOf({ command, key, whole, miss }: Called): string {
  const many = whole === undefined ? undefined : MULTI[command];
  if (many !== undefined) return many;
  const [name, namesKey] = FUNCTIONS[miss === AS_GET ? Command.get : command] ?? ['call', false];
  return namesKey && key !== '' ? `${name}(${textOf(key.slice(0, SHOWN))})` : name;
}

/** A wire key as text on one line. */
function textOf(key: string): string {
  return Buffer.from(key, 'latin1')
    .toString()
    .replace(/[\0-\x1f\x7f]/g, '?');
}

/** A server answered an error. */
export function refusal(line: string, call: Called): MemcachedError {
  const rc = codeOfLine(line);
  const cause = new ServerError(line);
  // pylibmc makes this one itself, and says nothing more.
  if (rc === Rc.tooBig) return exceptionOf(rc, '', cause);
  return failureOf(rc, { call: nameOf(call), detail: line, cause });
}

/** No answer came. */
export function loss(cause: MemcacheError, call: Called): MemcachedError {
  return lossOf(codeOfCause(cause), cause, call);
}

function lossOf(rc: Rc, cause: MemcacheError, call: Called): MemcachedError {
  const detail = rc === Rc.serverDown ? undefined : cause.message;
  return failureOf(rc, { call: nameOf(call), detail, host: cause.server, cause });
}

/** Nothing was sent: of touch libmemcached says that it could not write, whatever the reason. */
export function unsentTouch(cause: MemcacheError, call: Called): MemcachedError {
  return lossOf(Rc.write, cause, call);
}

/** The second key of a get of many finds its server left alone already. */
export function unsentMany(cause: MemcacheError, keys: number, call: Called): MemcachedError {
  return lossOf(keys > 1 ? Rc.serverDown : codeOfCause(cause), cause, call);
}

/** What `incr` and `decr` say, for one key: not which failure it was, but that there was one. */
export function countRefusal(line: string): MemcachedError {
  return exceptionOf(codeOfLine(line), '1 keys failed', new ServerError(line));
}

export function countLoss(cause: MemcacheError): MemcachedError {
  return exceptionOf(codeOfCause(cause), '1 keys failed', cause);
}

export function noCounter(): MemcachedError {
  return new NotFound('1 keys not found');
}

/** The entry was not there. */
export function notFound(call: Called): MemcachedError {
  return exceptionOf(Rc.notFound, `error 16 from memcached_${nameOf(call)}`);
}

/** A key that cannot be sent. */
export function badKey(command: Command, key: string, whole?: true): MemcachedError {
  const call = nameOf({ command, key, whole, miss: undefined });
  return failureOf(Rc.badKey, {
    call,
    detail: 'the key is empty, too long or has invalid characters',
  });
}

export function badCounterKey(): MemcachedError {
  return exceptionOf(Rc.badKey, '1 keys failed');
}

/**
 * What `incr_multi` says: of one real failure the class of what came last, of several `Error`.
 * @param last what the last key's call threw, if it did
 */
export function countManyFailure(failed: number, missing: number, last: unknown): MemcachedError {
  if (missing === failed) return new NotFound(`${failed} keys not found`);
  const isOne = failed - missing === 1 && last instanceof MemcachedError;
  const message = `${failed} keys failed`;
  return isOne
    ? exceptionOf((last.retcode ?? 0) as Rc, message, last)
    : new MemcachedError(message);
}
