// Server specs as pylibmc's client.py takes them: text, or (type, host, port) as its C module does.

import { OverflowError, ValueError } from '../../errors';
import type { ServerSpec } from '../../engine/server';
import { pythonType } from '../shared/numbers';
import { MemcachedError, NotSupportedError } from './errors';

/** A server's type: a host and a port. */
export const server_type_tcp = 1;
/** A server's type: UDP, which is not spoken. */
export const server_type_udp = 2;
/** A server's type: a socket of the file system. */
export const server_type_unix = 4;

/** `"host"`, `"host:port"`, `"host:port:weight"`, `"[::1]:port:weight"`, `"/path"`, or `[type, host or path, port]`. */
export type ServerArgument = string | readonly [type: number, host: string, port: number];

/** Type, host or path, port (0 of a socket), weight. */
export type ServerTuple = readonly [type: number, host: string, port: number, weight: number];

const DEFAULT_PORT = 11211;
const MAX_SHORT = 0xffff;

/**
 * One spec, normalized.
 * @throws {ValueError} it cannot be read
 */
export function translate_server_spec(
  server: string,
  port: string | number = DEFAULT_PORT,
  weight: string | number = 1,
): ServerTuple {
  if (server.startsWith('/')) return [server_type_unix, server, 0, integer(weight)];
  const isUdp = server.startsWith('udp:');
  const [host, givenPort, givenWeight] = unpack(isUdp ? server.slice(4) : server, port, weight);
  const type = isUdp ? server_type_udp : server_type_tcp;
  return [type, host, integer(givenPort), integer(givenWeight)];
}

type Parts = readonly [host: string, port: string | number, weight: string | number];

function unpack(spec: string, port: string | number, weight: string | number): Parts {
  let host = spec;
  if (spec.startsWith('[')) {
    if (!spec.includes(']')) throw new ValueError(spec);
    if (spec.endsWith(']')) return [spec.slice(1, -1), port, weight];
    const end = spec.lastIndexOf(']:');
    if (end === -1) throw new ValueError('not enough values to unpack (expected 2, got 1)');
    host = spec.slice(1, end);
    port = spec.slice(end + 2);
  } else if (spec.includes(':')) {
    const colon = spec.indexOf(':');
    host = spec.slice(0, colon);
    port = spec.slice(colon + 1);
  }
  if (typeof port !== 'string' || !port.includes(':')) return [host, port, weight];
  const colon = port.indexOf(':');
  return [host, port.slice(0, colon), port.slice(colon + 1)];
}

/** Python's `int()` of text or a number. */
function integer(value: string | number): number {
  if (typeof value === 'number') return Math.trunc(value);
  if (/^\s*[+-]?\d+(_\d+)*\s*$/.test(value)) return Number(value.replaceAll('_', ''));
  throw new ValueError(`invalid literal for int() with base 10: '${value}'`);
}

/**
 * The servers of a list, named as libmemcached's placement names them: `host:port`, `path:0`.
 * @throws {MemcachedError} the list is empty
 * @throws {ValueError | TypeError} a spec that cannot be read; unix sockets among others
 * @throws {OverflowError} a port or a weight that is not 0 to 65535; libmemcached takes it modulo 65536
 * @throws {NotSupportedError} udp
 */
export function parseServers(servers: readonly ServerArgument[]): ServerSpec[] {
  const tuples = servers.map(tupleOf);
  if (tuples.length === 0) throw new MemcachedError('empty server list');
  const types = new Set(tuples.map(([type]) => type));
  if (types.has(server_type_udp)) {
    throw new NotSupportedError(
      'udp is not spoken: a reply can be lost, or come for an earlier request',
    );
  }
  if (types.size > 1) throw new ValueError("can't mix transport types");
  return tuples.map(specOf);
}

function tupleOf(server: unknown): ServerTuple {
  if (typeof server === 'string') return translate_server_spec(server);
  if (!Array.isArray(server)) {
    throw new TypeError(`a server must be a str or a tuple, not ${pythonType(server)}`);
  }
  const [type, host, port] = server as readonly unknown[];
  const isTuple = typeof type === 'number' && typeof host === 'string' && typeof port === 'number';
  if (server.length !== 3 || !isTuple) {
    throw new TypeError('expected (type, host, port) as a server');
  }
  if (![server_type_tcp, server_type_udp, server_type_unix].includes(type)) {
    throw new ValueError(`unknown server type ${type}`);
  }
  return [type, host, port, 1];
}

function specOf([type, host, port, weight]: ServerTuple): ServerSpec {
  const isSocket = type === server_type_unix;
  // An empty host is that of getaddrinfo without a name: this machine.
  const address = isSocket
    ? ({ kind: 'unix', path: host } as const)
    : ({
        kind: 'tcp',
        host: host || 'localhost',
        port: short(port),
        family: familyOf(host),
      } as const);
  const name = Buffer.from(`${host}:${isSocket ? 0 : port}`).latin1Slice();
  return { address, name, weight: short(weight) || 1 };
}

/** A name can have addresses of both. */
function familyOf(host: string): 0 | 4 | 6 {
  if (host.includes(':')) return 6;
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) ? 4 : 0;
}

function short(value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= MAX_SHORT) return value;
  throw new OverflowError('a port or a weight must be from 0 to 65535');
}

/** `str()` of a spec. */
export function shown(server: ServerArgument): string {
  if (typeof server === 'string') return server;
  const [type, host, port] = server;
  return `(${type}, '${host}', ${port})`;
}
