// Server specifications (base.py, normalize_server_spec), read by allow-list.

import type { ServerSpec } from '../../engine/server';
import { ValueError } from '../../errors';
import { quoted } from './text';

/** `"host"`, `"host:port"`, `"[ipv6]:port"`, `"/path"`, `"unix:path"`, or `[host, port]`. */
export type ServerArgument = string | readonly [host: string, port: number | string];

const DEFAULT_PORT = '11211';
const HOST = /^[^\s\0/:[\]]+$/;
const IPV6 = /^[0-9a-fA-F:.]+(?:%[\w.-]+)?$/;
const PORT = /^\d{1,10}$/;

/**
 * The server of a specification.
 * @throws {ValueError} it is none: pymemcache says so for other types, and fails to connect to the rest
 */
export function parseServer(server: unknown): ServerSpec {
  if (Array.isArray(server)) return pairSpec(server);
  if (typeof server !== 'string') {
    throw new ValueError(`Unsupported server specification: ${quoted(server)}`);
  }
  if (server.startsWith('unix:')) return unixSpec(server.slice('unix:'.length), server);
  if (server.startsWith('/')) return unixSpec(server, server);
  const colon = server.endsWith(']') ? -1 : server.lastIndexOf(':');
  const host = colon === -1 ? server : server.slice(0, colon);
  const port = colon === -1 ? DEFAULT_PORT : server.slice(colon + 1);
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : undefined;
  // An address that may have more colons has brackets; without, the last part would be taken for a port.
  if (bare === undefined && host.includes(':')) throw unknown(server);
  return tcpSpec(bare ?? host, port, server);
}

function pairSpec(pair: readonly unknown[]): ServerSpec {
  const [host, port] = pair;
  const isPort = typeof port === 'number' || typeof port === 'string';
  if (pair.length !== 2 || typeof host !== 'string' || !isPort) throw unknown(pair);
  return tcpSpec(host, String(port), pair);
}

function tcpSpec(host: string, port: string, given: unknown): ServerSpec {
  const isIpv6 = host.includes(':') && IPV6.test(host);
  if (!PORT.test(port) || !(isIpv6 || HOST.test(host))) throw unknown(given);
  // Of a name all addresses are tried, as getaddrinfo's AF_UNSPEC.
  const address = { kind: 'tcp', host, port: Number(port), family: 0 } as const;
  // hash.py, _make_client_key: "%s:%s" of host and port, without brackets
  return { address, name: `${host}:${Number(port)}`, weight: 1 };
}

function unixSpec(path: string, given: unknown): ServerSpec {
  if (path === '' || path.includes('\0')) throw unknown(given);
  return { address: { kind: 'unix', path }, name: path, weight: 1 };
}

function unknown(given: unknown): ValueError {
  return new ValueError(`Unknown server provided: ${quoted(given)}`);
}
