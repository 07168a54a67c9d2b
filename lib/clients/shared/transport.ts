// The constructor's parameters `tls`, `username` and `password`, which every client has.

import type { EngineOptions } from '../../engine/engine';
import type { TlsOptions } from '../../net/tls';

/** How a client reaches its servers, and proves who it is. */
export interface TransportOptions {
  /**
   * Speak TLS, 1.2 or newer: Node's options of `tls.connect`, of which `ca`, `cert`, `key` and `servername` are the usual
   * ones; `{}` trusts the authorities that Node knows. Without it nothing is encrypted.
   */
  tls?: TlsParameter | null;
  /** Log in after every connect; needs `password`. Shown in no error, event or log. */
  username?: string | null;
  /** Goes with `username`. memcached -Y and SASL PLAIN send it readable: use TLS. */
  password?: string | null;
}

/** Options of Node's `tls.connect`; verification is on and versions before 1.2 are refused (ValueError). */
export type TlsParameter = TlsOptions;

/** Names for a client's table of parameters. */
export const TRANSPORT_NAMES = ['tls', 'username', 'password'] as const;
export type TransportName = (typeof TRANSPORT_NAMES)[number];

/**
 * What the engine takes of them.
 * @throws {TypeError} one of the wrong type, or a user name or a password alone
 */
export function transportOf(
  get: (name: TransportName) => unknown,
): Pick<EngineOptions, 'tls' | 'auth'> {
  const tls = get('tls') ?? undefined;
  if (tls !== undefined && (typeof tls !== 'object' || Array.isArray(tls))) {
    throw new TypeError('tls must be an object of options for tls.connect');
  }
  const username = textOf(get('username'), 'username');
  const password = textOf(get('password'), 'password');
  if ((username === undefined) !== (password === undefined)) {
    throw new TypeError('username and password must be given together');
  }
  const auth = username === undefined ? undefined : { username, password: password ?? '' };
  return { tls, auth };
}

function textOf(value: unknown, name: TransportName): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  return value;
}
