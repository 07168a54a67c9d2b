// Which servers: `host:port*weight`, unix sockets and memcached:// URLs, to the engine's form.

import type { ServerSpec } from '../engine/server';
import { UsageError } from './errors';

const DEFAULT_PORT = 11211;
const MAX_PORT = 65_535;
/** As python-memcached's front: a table of a billion places is not made. */
const MAX_WEIGHT = 100_000;

/** What a list of servers can say beside the servers. */
export interface ServerList {
  readonly servers: readonly ServerSpec[];
  /** From a URL. */
  readonly username?: string;
  readonly password?: string;
  readonly tls?: true;
}

/**
 * `a:11211,b:11211*2`, `unix:/run/memcached.sock`, `[::1]:11211`, `memcached://user:password@a,b:11212`.
 * @throws {UsageError} anything else
 */
export function parseServers(texts: readonly string[]): ServerList {
  const lists = texts.map((text) =>
    /^memcacheds?:\/\//.test(text) ? parseUrl(text) : parseList(text),
  );
  const servers = lists.flatMap((list) => list.servers);
  if (servers.length === 0) throw new UsageError('no server is named');
  return Object.assign({}, ...lists, { servers }) as ServerList;
}

function parseList(text: string): ServerList {
  const items = text.split(/[\s,]+/).filter((item) => item !== '');
  return { servers: items.map(parseServer) };
}

// memcached[s]://[user[:password]@]host[:port][*weight][,host[:port][*weight]]...[/]   memcached:///path
function parseUrl(text: string): ServerList {
  const match = /^memcached(s?):\/\/(?:([^@/]*)@)?([^/?#]*)(\/[^?#]*)?$/.exec(text);
  if (match === null) throw new UsageError(`not a memcached:// URL: ${redacted(text)}`);
  const [, tls, login, hosts = '', path = ''] = match;
  if (hosts !== '' && path.length > 1) {
    throw new UsageError('a memcached:// URL has either hosts or the path of a unix socket');
  }
  const { servers } = parseList(hosts === '' && path.length > 1 ? path : hosts);
  return { servers, ...parseLogin(login), ...(tls === 's' ? { tls: true } : {}) };
}

function parseLogin(login: string | undefined): Pick<ServerList, 'username' | 'password'> {
  if (login === undefined) return {};
  const colon = login.indexOf(':');
  if (colon < 0) return { username: unquoted(login) };
  return { username: unquoted(login.slice(0, colon)), password: unquoted(login.slice(colon + 1)) };
}

function unquoted(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError('the user or password of a memcached:// URL is not percent-encoded');
  }
}

function redacted(url: string): string {
  return url.replace(/[^/]*@/, '...@');
}

function parseServer(text: string): ServerSpec {
  const [, place = '', weight = '1'] = /^(.*?)(?:\*(\d+))?$/s.exec(text) ?? [];
  const number = Number(weight);
  if (number < 1 || number > MAX_WEIGHT) {
    throw new UsageError(`a weight is from 1 to ${MAX_WEIGHT}: ${redacted(text)}`);
  }
  return { ...parsePlace(place), weight: number };
}

function parsePlace(text: string): Omit<ServerSpec, 'weight'> {
  const path = /^(?:unix:)?(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) return { address: { kind: 'unix', path }, name: `unix:${path}` };
  const six = /^(?:inet6:)?\[([0-9a-f:.]+(?:%\w+)?)\](?::(\d+))?$/i.exec(text);
  if (six !== null) {
    const [, host = '', digits] = six;
    const port = parsePort(digits, text);
    return { address: { kind: 'tcp', host, port, family: 6 }, name: `[${host}]:${port}` };
  }
  const match = /^(?:inet:)?([^:/@[\]*]+)(?::(\d+))?$/.exec(text);
  if (match === null) throw new UsageError(`not a server: ${redacted(text)}`);
  const [, host = '', digits] = match;
  const port = parsePort(digits, text);
  return { address: { kind: 'tcp', host, port, family: 4 }, name: `${host}:${port}` };
}

function parsePort(digits: string | undefined, text: string): number {
  const port = Number(digits ?? DEFAULT_PORT);
  if (port < 1 || port > MAX_PORT) throw new UsageError(`a port is from 1 to ${MAX_PORT}: ${text}`);
  return port;
}
