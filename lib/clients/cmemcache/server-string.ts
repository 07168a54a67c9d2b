// Server strings, as set_servers takes them (_cmemcache.c, do_set_servers).

import { ValueError } from '../../errors';
import type { ServerSpec } from '../../engine/server';
import { pythonType } from '../shared/numbers';

/** `"host:port"`, or this with a weight. */
export type ServerArgument = string | readonly [server: string, weight: number];

const DEFAULT_PORT = 11211;
// The port may be empty.
const SERVER = /^([^:\0]+):(\d*)$/;

/**
 * The servers of a list.
 * @throws {TypeError} neither a string with a colon nor a pair of that and a whole weight
 * @throws {ValueError} a string that names no host and port; cmemcache drops it from the list, which moves keys
 */
export function parseServers(servers: Iterable<ServerArgument>): ServerSpec[] {
  return Array.from(servers, parseServer);
}

function parseServer(argument: unknown): ServerSpec {
  const [text, weight] = Array.isArray(argument) ? pairOf(argument) : [argument, 1];
  if (typeof text !== 'string') throw new TypeError(`expected string, ${pythonType(text)} found`);
  if (!text.includes(':')) throw new TypeError(`expected "server:port" but "${text}" found`);
  const [, host, digits] = SERVER.exec(text) ?? [];
  if (host === undefined) throw new ValueError(`"${text}" names no host and port`);
  const port = Number(digits || DEFAULT_PORT);
  return {
    address: { kind: 'tcp', host, port, family: 4 },
    name: `${host}:${port}`,
    weight: weightOf(weight),
  };
}

function pairOf(pair: readonly unknown[]): readonly unknown[] {
  if (pair.length === 2) return pair;
  throw new TypeError(`function takes exactly 2 arguments (${pair.length} given)`);
}

function weightOf(weight: unknown): number {
  if (typeof weight === 'number' && Number.isInteger(weight)) return weight;
  throw new TypeError(`an integer is required, not ${pythonType(weight)}`);
}
