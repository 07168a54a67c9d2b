// Server strings, as _Host.__init__ reads them (memcache.py 1.62:1336-1367).

import { ValueError } from '../../errors';
import type { ServerSpec } from '../../engine/server';
import { pythonType } from './numbers';
import type { Release } from './releases';

/** `"host:port"`, `"inet:host:port"`, `"inet6:[ip]:port"`, `"unix:path"`, or one of these with a weight. */
export type ServerArgument = string | readonly [server: string, weight: number];

const DEFAULT_PORT = 11211;
const MAX_WEIGHT = 100_000;

// Python's $ lets one final newline through; it is not part of the address.
const UNIX = /^unix:([^\n]*)\n?$/;
const INET6 = /^inet6:\[([^[\]]+)\](?::([0-9]+))?\n?$/;
const INET = /^(?:inet:)?([^:]+?)(?::([0-9]+))?\n?$/;

/**
 * The servers of a list.
 * @throws {ValueError} a string that is no server
 * @throws {TypeError} neither a string nor a pair of string and whole weight
 */
export function parseServers(servers: Iterable<ServerArgument>, release: Release): ServerSpec[] {
  return Array.from(servers, (server) => parseServer(server, release));
}

function parseServer(argument: unknown, release: Release): ServerSpec {
  const [text, weight] = splitWeight(argument);
  if (typeof text !== 'string') {
    throw new TypeError(`expected string or bytes-like object, got '${pythonType(text)}'`);
  }
  const bad = (): ValueError => new ValueError(`Unable to parse connection string: "${text}"`);

  const unix = UNIX.exec(text);
  if (unix !== null) {
    const [, path = ''] = unix;
    return { address: { kind: 'unix', path }, name: `unix:${path}`, weight };
  }
  const inet6 = release.servers.inet6 ? INET6.exec(text) : null;
  const match = inet6 ?? INET.exec(text);
  if (match === null) throw bad();
  const [, host = '', digits] = match;
  if (!release.servers.defaultPort && digits === undefined) throw bad();
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  return inet6 === null
    ? { address: { kind: 'tcp', host, port, family: 4 }, name: `${host}:${port}`, weight }
    : { address: { kind: 'tcp', host, port, family: 6 }, name: `[${host}]:${port}`, weight };
}

function splitWeight(argument: unknown): [server: unknown, weight: number] {
  if (!Array.isArray(argument)) return [argument, 1];
  const pair = argument as unknown[];
  if (pair.length > 2) throw new ValueError('too many values to unpack (expected 2)');
  if (pair.length < 2) {
    throw new ValueError(`not enough values to unpack (expected 2, got ${pair.length})`);
  }
  const [server, weight] = pair;
  if (typeof weight === 'boolean') return [server, weight ? 1 : 0];
  if (typeof weight !== 'number' || !Number.isInteger(weight)) {
    throw new TypeError(`'${pythonType(weight)}' object cannot be interpreted as an integer`);
  }
  // A port given as a weight, ("host", 11211), is legal; a table of a billion places is not made.
  if (weight > MAX_WEIGHT) throw new ValueError(`a weight over ${MAX_WEIGHT}`);
  return [server, weight];
}
