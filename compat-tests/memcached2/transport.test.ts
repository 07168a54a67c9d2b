// TLS and a login for Memcache and the mapping, and what a server that is not who it should be comes to.

import {
  ExceptionsAreMissesMapping,
  Memcache,
  MemcachedException,
  type MemcacheOptions,
} from '../../lib/clients/memcached2';
import { AuthError, TlsError } from '../../lib/errors';
import { Memcached } from '../support';
import { Authority, tlsArgs } from '../transport/authority';
import { Users } from '../transport/users';

jest.setTimeout(30_000);

const ADA = { username: 'ada', password: 'enchantress' };

let authority: Authority;
let users: Users;
let server: Memcached;
let uris: string[];
const clients: Memcache[] = [];

beforeAll(async () => {
  authority = new Authority();
  users = new Users();
  const { args = [] } = users.text(ADA);
  server = await Memcached.start({ args: [...args, ...tlsArgs(authority.issue())] });
  uris = [`memcached://127.0.0.1:${server.port}/`];
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await server.stop();
  users.remove();
  authority.remove();
});

function open(options: MemcacheOptions<string>): Memcache {
  const client = new Memcache(uris, { socket_timeout: 20, ...options });
  clients.push(client);
  return client;
}

it('speaks TLS and logs in, after every connect', async () => {
  const mc = open({ tls: { ca: authority.root.cert }, ...ADA });
  await mc.set('k', 'v');
  mc.close();
  await expect(mc.get('k')).resolves.toBe('v');
  expect(mc.counters).toMatchObject({ hits: 1, misses: 0, errors: 0 });
});

it('is an option of the mapping too', async () => {
  const tls = { ca: authority.root.cert };
  await using mapping = new ExceptionsAreMissesMapping(uris, { tls, ...ADA, socket_timeout: 20 });
  await mapping.set('k', 'w');
  await expect(mapping.getitem('k')).resolves.toBe('w');
});

it.each([
  ['an unknown authority', {}, ADA, TlsError],
  ['a wrong password', undefined, { ...ADA, password: 'wrong' }, AuthError],
] as const)(
  'raises an exception of its own for %s, with the cause',
  async (_what, tls, user, type) => {
    const mc = open({ tls: tls ?? { ca: authority.root.cert }, ...user });
    const error: unknown = await mc.get('k').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MemcachedException);
    expect((error as Error).cause).toBeInstanceOf(type);
  },
);
