// The table of what the matrix is run over: one row a wire over a transport.

import { join } from 'node:path';
import { Client, type ClientOptions } from '../../../lib';
import type { EngineOptions } from '../../../lib/engine/engine';
import type { ProxyOptions } from '../proxy';
import { BinaryCaller, type Caller } from './caller';

export interface Backend<C extends Caller = Caller> {
  readonly name: string;
  readonly framing: NonNullable<ProxyOptions['framing']>;
  /** More arguments of memcached. */
  readonly args: readonly string[];
  /** Of who may ask; undefined: anybody. */
  readonly user: { readonly username: string; readonly password: string } | undefined;
  /** Between client and proxy all goes through TLS. */
  readonly isSecured: boolean;
  /** Only a server that cannot be connected is left alone: a lost connection is made again by the next call. */
  readonly losesLightly: boolean;
  /** A get of many keys raises when a server fails it; else it answers what came. */
  readonly tellsOfMany: boolean;
  readonly connect: (
    servers: readonly string[],
    options: ClientOptions,
    injected: Partial<EngineOptions>,
  ) => C;
}

/** Of the file `users`. */
const USER = { username: 'ada', password: 'enchantress' };

/** python-memcached's client. */
const TEXT: Backend<Client> = {
  name: 'text over TCP',
  framing: 'text',
  args: [],
  user: undefined,
  isSecured: false,
  losesLightly: false,
  tellsOfMany: true,
  connect: (servers, options, injected) =>
    new Client(servers, { ...options, injected } as ClientOptions),
};

export const TEXT_BACKENDS: readonly Backend<Client>[] = [
  TEXT,
  {
    ...TEXT,
    name: 'text over TLS, with a login',
    args: ['-Y', join(__dirname, '..', 'users')],
    user: USER,
    isSecured: true,
  },
];

const BINARY: Backend<BinaryCaller> = {
  ...TEXT,
  name: 'binary over TCP',
  framing: 'binary',
  losesLightly: true,
  tellsOfMany: false,
  connect: (servers, options, injected) => new BinaryCaller(servers, options, injected),
};

export const BINARY_BACKENDS: readonly Backend<BinaryCaller>[] = [BINARY];

export const BACKENDS: readonly Backend[] = [...TEXT_BACKENDS, ...BINARY_BACKENDS];

/** Those where connecting is one step, and clients reach servers without a proxy too. */
export const PLAIN_BACKENDS = BACKENDS.filter(({ isSecured }) => !isSecured);
