// TLS, ASCII authentication, unix sockets and IPv6 with the real pymemcache 3.5.2 beside ours.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AuthError,
  Client,
  MemcacheClientError,
  PooledClient,
  TlsError,
  type AnyClient,
  type ClientOptions,
} from '../../lib/clients/pymemcache';
import { LoggingProxy, Memcached, Python } from '../support';
import { Authority, tlsArgs } from '../transport/authority';

jest.setTimeout(30_000);

let python: Python;
const clients: AnyClient[] = [];

beforeAll(async () => {
  python = await Python.start({ modules: ['pymemcache'] });
  await python.exec('import pymemcache, ssl');
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => python.stop());

function open(server: string, options: ClientOptions = {}): Client {
  const client = new Client(server, { default_noreply: false, ...options });
  clients.push(client);
  return client;
}

describe('TLS', () => {
  let authority: Authority;
  let server: Memcached;
  beforeAll(async () => {
    authority = new Authority();
    server = await Memcached.start({ args: tlsArgs(authority.issue()) });
  });
  afterAll(async () => {
    await server.stop();
    authority.remove();
  });

  it('shares entries with Python', async () => {
    const { cert, certFile } = authority.root;
    const context = `ssl.create_default_context(cafile='${certFile}')`;
    const address = `('localhost', ${server.port})`;
    await python.exec(`c = pymemcache.Client(${address}, tls_context=${context})`);
    expect(await python.eval("c.set('p', 'theirs', noreply=False)")).toBe(true);
    const ours = new PooledClient(server.name, { tls: { ca: cert }, connect_timeout: 20 });
    clients.push(ours);
    expect(await ours.get('p')).toEqual(Buffer.from('theirs'));
    expect(await ours.set('j', 'ours', { noreply: false })).toBe(true);
    expect(await python.eval("c.get('j')")).toEqual(Buffer.from('ours'));
    expect(await ours.raw_command('get j', 'END\r\n')).toEqual(
      Buffer.from('VALUE j 0 4\r\nours\r\n'),
    );
  });

  it('talks to nobody whom it does not know, and to none without TLS', async () => {
    await expect(open(server.name, { tls: {} }).get('k')).rejects.toThrow(TlsError);
    await expect(open(server.name).get('k')).rejects.toThrow();
    await using plain = await Memcached.start();
    await expect(open(plain.name, { tls: {} }).set('k', 'v')).rejects.toThrow(TlsError);
  });
});

describe('a server that asks for a login', () => {
  let folder: string;
  let server: Memcached;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'auth-'));
    writeFileSync(join(folder, 'users'), 'ada:secret\n', { mode: 0o644 });
    server = await Memcached.start({ args: ['-Y', join(folder, 'users')] });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('lets in who has the password, again after each reconnect', async () => {
    await using proxy = await LoggingProxy.start(server);
    const client = open(proxy.name, { username: 'ada', password: 'secret' });
    expect(await client.set('k', 'v')).toBe(true);
    client.close();
    expect(await client.get('k')).toEqual(Buffer.from('v'));
    expect(proxy.connections).toHaveLength(2);
    // Python has to do it by hand, and sees what ours has stored.
    await python.exec('c = pymemcache.Client(name)', { name: server.name });
    expect(await python.eval("c.set('any', 'ada secret', noreply=False)")).toBe(true);
    expect(await python.eval("c.get('k')")).toEqual(Buffer.from('v'));
  });

  it('lets in nobody else', async () => {
    const wrong = open(server.name, { username: 'ada', password: 'guess' });
    await expect(wrong.get('k')).rejects.toThrow(AuthError);
    await expect(wrong.get('k')).rejects.not.toThrow(/guess/);
    const nobody = open(server.name);
    await expect(nobody.get('k')).rejects.toThrow(new MemcacheClientError('unauthenticated'));
    expect(await nobody.set('any', 'ada secret')).toBe(true);
    expect(await nobody.get('k')).not.toBeUndefined();
  });
});

it.each(['unix', '::1'] as const)('a server on %s', async (on) => {
  await using server = await Memcached.start({ on });
  const name = on === 'unix' ? `unix:${server.path}` : `[::1]:${server.port}`;
  await python.exec('c = pymemcache.Client(name)', { name });
  expect(await python.eval("c.set('p', 'theirs', noreply=False)")).toBe(true);
  const client = open(name);
  expect(await client.get('p')).toEqual(Buffer.from('theirs'));
  expect(await client.set('j', 'ours')).toBe(true);
  expect(await python.eval("c.get('j')")).toEqual(Buffer.from('ours'));
});
