// URIs of servers, as ServerConnection.parse_uri reads them.

import type { ServerSpec } from '../../engine/server';
import { InvalidURI } from './errors';

const DEFAULT_PORT = 11211;
// As far as it goes: what stands behind the slash is not looked at.
const URI = /^memcached:\/\/([^:\0\r\n]+)(?::([0-9]+))?\//;

/**
 * `memcached://host[:port]/`
 * @throws {InvalidURI} anything else, IPv6 addresses and unix sockets included
 */
export function parseUri(uri: unknown): ServerSpec {
  const [, host, digits] = (typeof uri === 'string' && URI.exec(uri)) || [];
  if (host === undefined || host.includes('/')) throw new InvalidURI(`Invalid URI: ${String(uri)}`);
  const port = Number(digits ?? DEFAULT_PORT);
  // None has a weight: so the engine takes no short cut, and asks the selector even where there is one server.
  return {
    address: { kind: 'tcp', host, port, family: 4 },
    name: `${host}:${port}`,
    weight: 0,
  };
}
