// --tls and --username: how the commands reach servers, and who they say they are.

import { readFileSync } from 'node:fs';
import { ValueError } from '../errors';
import { openSocket } from '../net/address';
import { overTls } from '../net/tls';
import { textLogin } from '../wire/text-login';
import type { Access } from './admin';
import { UsageError } from './errors';
import type { Transport } from './fronts/front';
import type { Arguments } from './options';
import type { ServerList } from './servers';

export const NO_TRANSPORT: Transport = { tls: undefined, username: undefined, password: undefined };

/** Options of Node's tls.connect, by the option that names their file. */
const FILES = { 'tls-ca': 'ca', 'tls-cert': 'cert', 'tls-key': 'key' } as const;

/** @throws {UsageError} a file that cannot be read, or half a login */
export function transportOf(args: Arguments, list: ServerList): Transport {
  const username = args.text('username', 'MEMCACHE_PY_USERNAME') ?? list.username;
  // Never on the command line, which every user of the machine can read.
  const password = args.variable('MEMCACHE_PY_PASSWORD') ?? list.password;
  if (username !== undefined && password === undefined) {
    throw new UsageError('--username needs a password in MEMCACHE_PY_PASSWORD');
  }
  return {
    tls: tlsOf(args, list),
    username,
    password: username === undefined ? undefined : password,
  };
}

function tlsOf(args: Arguments, list: ServerList): Transport['tls'] {
  const options: Record<string, string | Buffer> = {};
  for (const [option, name] of Object.entries(FILES)) {
    const path = args.text(option);
    if (path !== undefined) options[name] = fileOf(path);
  }
  const servername = args.text('tls-servername');
  if (servername !== undefined) options['servername'] = servername;
  const isAsked = args.has('tls') || list.tls === true || args.variable('MEMCACHE_PY_TLS') === '1';
  return isAsked || Object.keys(options).length > 0 ? options : undefined;
}

function fileOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** What the same transport is to a plain conversation. */
export function accessOf({ tls, username, password = '' }: Transport, timeout: number): Access {
  try {
    return {
      open: tls === undefined || tls === null ? openSocket : overTls(openSocket, tls),
      login: username === undefined ? undefined : textLogin({ username, password }),
      timeout,
    };
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError(error.message);
    throw error;
  }
}
