// Where a server listens, and how a socket to it is opened.

import { connect, type OnReadOpts, type Socket } from 'node:net';
import { OverflowError } from '../errors';

/** Of names, the family says which of their addresses are tried; 0: all, as the system orders them. */
export type Address =
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly family: 0 | 4 | 6;
    }
  | { readonly kind: 'unix'; readonly path: string };

/**
 * Opens a socket; the connection attaches its listeners before anything can happen.
 * @param onread takes what is read; absent where another socket reads, through TLS
 */
export type OpenSocket = (address: Address, onread?: OnReadOpts) => Socket;

/** @throws {OverflowError} the port is over 65535 (as Python's socket.connect, at first use) */
export const openSocket: OpenSocket = (address, onread) => {
  if (address.kind === 'unix') return connect({ path: address.path, onread });
  const { host, port, family } = address;
  if (port > 65535) throw new OverflowError('connect(): port must be 0-65535.');
  return connect({ host, port, family, noDelay: true, keepAlive: true, onread });
};
