// TLS over any socket: who the server is gets checked, and nothing older than TLS 1.2 is spoken, whatever is asked.

import { isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect, createSecureContext, TLSSocket, type ConnectionOptions } from 'node:tls';
import { ValueError } from '../errors';
import type { Address, OpenSocket } from './address';

/** Node's options of tls.connect, without those that say where to connect. */
export type TlsOptions = Omit<
  ConnectionOptions,
  'host' | 'port' | 'path' | 'socket' | 'timeout' | 'lookup' | 'onread'
>;

const OLD = new Set(['SSLv3', 'TLSv1', 'TLSv1.1']);

/**
 * The same sockets under TLS, ready at `secureConnect`. Certificates and keys are read here and once.
 * @throws {ValueError} a version before TLS 1.2
 * @throws {Error} Node's, of certificates and keys that cannot be used
 */
export function overTls(open: OpenSocket, options: TlsOptions): OpenSocket {
  for (const version of [options.minVersion, options.maxVersion]) {
    if (version !== undefined && OLD.has(version)) throw new ValueError('TLS begins at 1.2');
  }
  const minVersion = options.minVersion ?? 'TLSv1.2';
  const all: ConnectionOptions = {
    ...options,
    secureContext: options.secureContext ?? createSecureContext({ ...options, minVersion }),
    // Said here, so that NODE_TLS_REJECT_UNAUTHORIZED in somebody's environment changes nothing.
    rejectUnauthorized: options.rejectUnauthorized !== false,
  };
  return (address, onread) => {
    const socket = layOver(open(address), { ...all, ...nameOf(address, options) });
    if (onread !== undefined) socket.on('data', (bytes: Buffer) => hand(bytes, onread));
    return socket;
  };
}

/** @throws {Error} Node's, of options that it reads only now; the socket below is closed then */
function layOver(socket: Socket, options: ConnectionOptions): TLSSocket {
  try {
    return connect({ ...options, socket });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** What `onread` does; Node's own never calls back where one socket is laid over another. */
function hand(bytes: Buffer, onread: OnReadOpts): void {
  const { buffer } = onread;
  const into = typeof buffer === 'function' ? buffer() : buffer;
  for (let at = 0; at < bytes.length; at += into.length) {
    const length = bytes.copy(into, 0, at, at + into.length);
    onread.callback(length, into);
  }
}

/** Whose certificate it must be. SNI knows names alone; of an address the certificate is checked all the same. */
function nameOf(address: Address, { servername }: TlsOptions): ConnectionOptions {
  const host = address.kind === 'unix' ? 'localhost' : address.host;
  const name = servername ?? (isIP(host) === 0 ? host : undefined);
  return { host, ...(name !== undefined && { servername: name }) };
}

/** The event that tells that a socket may be written to. */
export function readyEvent(socket: Socket): 'connect' | 'secureConnect' {
  return socket instanceof TLSSocket ? 'secureConnect' : 'connect';
}

/** Why a socket that is ready must not be used. */
export function tlsFault(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const version = socket.getProtocol() ?? '';
  return /^TLSv1\.[23]$/.test(version) ? undefined : `the server speaks ${version}`;
}

/** Whether an error came of TLS rather than of the network below it. */
export function isTlsError(socket: Socket, error: NodeJS.ErrnoException): boolean {
  if (!(socket instanceof TLSSocket)) return false;
  // Set where a certificate was not accepted; else null, whatever Node's types say.
  const unauthorized: unknown = socket.authorizationError;
  return Boolean(unauthorized) || /^ERR_(SSL|TLS)_/.test(error.code ?? '');
}

/** OpenSSL's reason without its file names. */
export function tlsReason(error: Error & { readonly reason?: unknown }): string {
  return typeof error.reason === 'string' ? error.reason : error.message;
}
