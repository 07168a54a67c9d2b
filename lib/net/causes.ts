// What ended a connection, as one of the engine's errors.

import type { Socket } from 'node:net';
import { ConnectionError, MemcacheError, ProtocolError, TlsError } from '../errors';
import { isTlsError, tlsReason } from './tls';

/** Of an error that a socket emitted. */
export function causeOf(socket: Socket, error: Error, server: string): MemcacheError {
  if (isTlsError(socket, error)) return new TlsError(tlsReason(error), server, error);
  return new ConnectionError(messageOf(error), server, error);
}

function messageOf(error: Error): string {
  // Happy eyeballs wrap the errors of all addresses in one without a message.
  if (error instanceof AggregateError) return error.errors.map(String).join('; ');
  return error.message;
}

/** Of anything thrown while a reply was read or the user logged in. */
export function asMemcacheError(error: unknown, server: string): MemcacheError {
  if (error instanceof MemcacheError) {
    return error.server !== undefined ? error : withServer(error, server);
  }
  return new ProtocolError(`reading a reply failed: ${String(error)}`, server);
}

function withServer(error: MemcacheError, server: string): MemcacheError {
  const Class = error.constructor as new (message: string, server: string) => MemcacheError;
  return new Class(error.message, server);
}
