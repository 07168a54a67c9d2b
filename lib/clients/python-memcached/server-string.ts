// Server strings, as _Host.__init__ reads them (memcache.py 1.62:1336-1367).

import { ValueError } from '../../errors';
import type { ServerSpec } from '../../engine/server';
import { pythonType } from '../shared/numbers';
import type { Release } from './releases';

/** `"host:port"`, `"inet:host:port"`, `"inet6:[ip]:port"`, `"unix:path"`, or one of these with a weight. */
export type ServerArgument = string | readonly [server: string, weight: number];

const DEFAULT_PORT = 11211;
const MAX_WEIGHT = 100_000;

// Python's $ lets one final newline through; it is not part of the address.
const UNIX = /^unix:([^\n]*)\n?$/;
const INET6 = /^inet6:\[([^[\]]+)\](?::([0-9]+))?\n?$/;
const INET = /^inet:([^:]+?)(?::([0-9]+))?\n?$/;
const BARE = /^([^:]+?)(?::([0-9]+))?\n?$/;

/**
 * The servers of a list.
 * @throws {ValueError} a string that is no server
 * @throws {TypeError} neither a string nor a pair of string and whole weight
 */
export function parseServers(servers: Iterable<ServerArgument>, release: Release): ServerSpec[] {
  return Array.from(servers, (server) => parseServer(server, release));
}

function parseServer(argument: unknown, release: Release): ServerSpec {
  const [text, weight] = Array.isArray(argument) ? pairOf(argument) : [argument, 1];
  if (text instanceof Uint8Array) {
    throw new TypeError('cannot use a string pattern on a bytes-like object');
  }
  if (typeof text !== 'string') {
    throw new TypeError(`expected string or bytes-like object, got '${pythonType(text)}'`);
  }
  return { ...parseAddress(text, release), weight: weightOf(weight) };
}

function parseAddress(text: string, { servers }: Release): Pick<ServerSpec, 'address' | 'name'> {
  const unix = UNIX.exec(text);
  if (unix !== null) {
    const [, path = ''] = unix;
    return { address: { kind: 'unix', path }, name: `unix:${path}` };
  }
  const inet6 = servers.inet6 ? INET6.exec(text) : null;
  if (inet6 !== null) {
    const [, host = '', digits = DEFAULT_PORT] = inet6;
    const port = Number(digits);
    return { address: { kind: 'tcp', host, port, family: 6 }, name: `[${host}]:${port}` };
  }
  const inet = INET.exec(text);
  const match = inet ?? BARE.exec(text);
  const isRefused = match?.[2] === undefined && inet === null && servers.noPort === 'refused';
  if (match === null || isRefused) {
    throw new ValueError(`Unable to parse connection string: "${text}"`);
  }
  const [, host = '', digits] = match;
  if (digits === undefined && servers.noPort !== 'default') {
    throw new TypeError("int() argument must be a string or a number, not 'NoneType'");
  }
  const port = Number(digits ?? DEFAULT_PORT);
  return { address: { kind: 'tcp', host, port, family: 4 }, name: `${host}:${port}` };
}

function pairOf(pair: readonly unknown[]): readonly unknown[] {
  if (pair.length > 2) throw new ValueError('too many values to unpack (expected 2)');
  if (pair.length < 2) {
    throw new ValueError(`not enough values to unpack (expected 2, got ${pair.length})`);
  }
  return pair;
}

function weightOf(weight: unknown): number {
  if (typeof weight === 'boolean') return weight ? 1 : 0;
  const number = typeof weight === 'bigint' ? Number(weight) : weight;
  if (typeof number !== 'number' || !Number.isInteger(number)) {
    throw new TypeError(`'${pythonType(weight)}' object cannot be interpreted as an integer`);
  }
  // A port given as a weight, ("host", 11211), is legal; a table of a billion places is not made.
  if (number > MAX_WEIGHT) throw new ValueError(`a weight over ${MAX_WEIGHT}`);
  return number;
}
