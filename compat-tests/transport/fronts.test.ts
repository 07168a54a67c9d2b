// Every client over TLS and with a login: none speaks to a server that is not who it should be, none shows a password.

import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { inspect } from 'node:util';
import { Client } from '../../lib';
import * as cmemcache from '../../lib/clients/cmemcache';
import * as memcached2 from '../../lib/clients/memcached2';
import * as pylibmc from '../../lib/clients/pylibmc';
import * as pymemcache from '../../lib/clients/pymemcache';
import type { ServerEvent } from '../../lib/engine/events';
import { Memcached } from '../support';
import { Authority, tlsArgs, type Identity } from './authority';
import { Users, type User } from './users';

jest.setTimeout(60_000);

const ADA: User = { username: 'ada', password: 'enchantress=of:numbers' };

/** What all clients have in common. */
interface Asked {
  readonly client: object;
  get: (key: string) => Promise<unknown>;
  set: (key: string, value: string) => Promise<unknown>;
  close: () => void;
}

interface Options extends Partial<User> {
  readonly tls?: object;
  /** Takes debug lines, where the client has any. */
  readonly log?: (line: string) => void;
}

type Open = (server: string, options: Options) => Asked;

const patient = { socket_timeout: 30, dead_retry: 0, debug: 1, log: () => undefined } as const;

/** With `disconnect_all`, and arguments that all of these take. */
function plain(client: object): Asked {
  const mc = client as Client;
  return {
    client,
    get: async (key) => String(await mc.get(key)),
    set: (key, value) => mc.set(key, value),
    close: () => mc.disconnect_all(),
  };
}

function ofPymemcache(client: pymemcache.AnyClient | pymemcache.HashClient): Asked {
  const set = (key: string, value: string): Promise<unknown> =>
    client.set(key, value, { noreply: false });
  return { ...plain(client), set };
}

function ofMemcached2(Class: new (uris: string[], options: object) => memcached2.Memcache): Open {
  return (server, { log: _log, ...options }) => {
    const all = { ...options, socket_timeout: 30, failure: 'raise' };
    const client = new Class([`memcached://${server}/`], all);
    return { ...plain(client), close: () => client.close() };
  };
}

/** pymemcache has no debug lines. */
const silent = ({ log: _log, ...options }: Options): Omit<Options, 'log'> => options;

/** Those that log in by the text protocol. */
const FRONTS: readonly (readonly [name: string, open: Open])[] = [
  ['python-memcached', (server, options) => plain(new Client([server], { ...patient, ...options }))],
  ['StringClient', (server, options) => plain(new cmemcache.StringClient([server], { ...patient, ...options }))],
  ['cmemcache', (server, options) => plain(new cmemcache.Client([server], { ...patient, ...options }))],
  ['pymemcache', (server, options) => ofPymemcache(new pymemcache.Client(server, silent(options)))],
  ['PooledClient', (server, options) => ofPymemcache(new pymemcache.PooledClient(server, silent(options)))],
  ['HashClient', (server, options) => ofPymemcache(new pymemcache.HashClient([server], { ...silent(options), retry_timeout: 0 }))],
  ['HashClient with pools', (server, options) => ofPymemcache(new pymemcache.HashClient([server], { ...silent(options), retry_timeout: 0, use_pooling: true }))],
  ['RetryingClient', (server, options) => ofPymemcache(new pymemcache.RetryingClient(new pymemcache.Client(server, silent(options))))],
  ['Memcache', ofMemcached2(memcached2.Memcache)],
  ['ExceptionsAreMissesMemcache', ofMemcached2(memcached2.ExceptionsAreMissesMemcache as never)],
]; // prettier-ignore
/** pylibmc logs in by SASL only: sasl.test.ts. */
const SECURED = [
  ...FRONTS,
  ['pylibmc', (server, { tls = {} }) => plain(new pylibmc.Client([server], { tls }))],
  ['pylibmc, binary', (server, { tls = {} }) => plain(new pylibmc.Client([server], { tls, binary: true }))],
] as readonly (readonly [string, Open])[]; // prettier-ignore

let authority: Authority;
let users: Users;
let server: Memcached;
/** Each says who it is not. */
let impostors: readonly Impostor[];
let asked: Asked | undefined;

beforeAll(async () => {
  [authority, users] = [new Authority(), new Users()];
  const good = authority.issue();
  const old = {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  } as const;
  const other = 'DNS:other.example,IP:10.0.0.1';
  impostors = await Promise.all([
    Impostor.start('expired', keys(authority.issue({ days: -1 }))),
    Impostor.start('another name', keys(authority.issue({ subjectAltName: other }))),
    Impostor.start('unknown authority', keys(new Authority('stranger').issue())),
    Impostor.start('TLS 1.1 only', { ...keys(good), ...old }),
  ]); // prettier-ignore
  server = await Memcached.start({ args: tlsArgs(good) });
});
afterEach(() => asked?.close());
afterAll(async () => {
  await Promise.all(impostors.map((each) => each.stop()));
  await server.stop();
  users.remove();
  authority.remove();
});

/** An Identity has its files too, which no option of TLS is. */
const keys = ({ cert, key }: Identity): TlsOptions => ({ cert, key });

/** A TLS server that keeps what it hears. */
class Impostor {
  heard = '';
  private constructor(
    readonly name: string,
    readonly port: number,
    readonly stop: () => Promise<unknown>,
  ) {}

  static async start(name: string, identity: TlsOptions): Promise<Impostor> {
    const listener = createServer(identity, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => (impostor.heard += bytes.toString('latin1')));
    });
    listener.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const impostor: Impostor = new Impostor(name, port, async () => {
      listener.close();
      await once(listener, 'close');
    });
    return impostor;
  }
}

/** What is told of failures while `call` is made: what it rejects with, events, traces, debug lines, the client itself. */
async function toldOf(
  client: Asked,
  lines: readonly string[],
  call: () => Promise<unknown>,
): Promise<{ code: unknown; shown: string }> {
  const told: unknown[] = [];
  let cause: unknown;
  const onDead = (event: unknown): void => {
    cause = (event as ServerEvent).cause;
    told.push(event, cause);
  };
  const traces = tracingChannel('memcache-py:command');
  const onTrace = { start: (each: object) => void told.push({ ...each }), error: (each: object) => void told.push({ ...each }) }; // prettier-ignore
  subscribe('memcache-py:dead', onDead);
  traces.subscribe(onTrace as never);
  const thrown: unknown = await call().catch((error: unknown) => error);
  // Events come when the code in which they happen has ended.
  await new Promise(setImmediate);
  traces.unsubscribe(onTrace as never);
  unsubscribe('memcache-py:dead', onDead);
  const { stack, cause: why } = thrown instanceof Error ? thrown : new Error('answered');
  told.push(JSON.stringify(thrown), thrown, stack, why, client.client);
  const shown = told.map((each) => inspect(each, { depth: 12, showHidden: true })).join('\n');
  return { code: (cause as { code?: unknown } | undefined)?.code, shown: shown + lines.join('') };
}

describe.each(SECURED)('%s', (_name, open) => {
  it('speaks TLS', async () => {
    asked = open(`127.0.0.1:${server.port}`, { tls: { ca: authority.root.cert } });
    await asked.set('k', 'v');
    asked.close();
    expect(await asked.get('k')).toBe('v');
    expect((asked.client as Client).counters).toMatchObject({ hits: 1, misses: 0, errors: 0 });
  });

  it('fails, and says nothing, with whom it does not know', async () => {
    await using plainServer = await Memcached.start();
    const tls = { ca: authority.root.cert };
    for (const { name, port } of [...impostors, { name: 'plain', port: plainServer.port }]) {
      asked = open(`127.0.0.1:${port}`, { tls });
      const mc = asked;
      expect([name, (await toldOf(mc, [], () => mc.get('k'))).code]).toEqual([name, 'TLS']);
      mc.close();
    }
    expect(impostors.map(({ heard }) => heard)).toEqual(['', '', '', '']);
  });
});

describe.each(FRONTS)('%s', (_name, open) => {
  const SECRET = /enchantress|of:numbers/;

  it('logs in after every connect, and fails where the password is another one', async () => {
    await using closed = await Memcached.start(users.text(ADA));
    const lines: string[] = [];
    asked = open(closed.name, { ...ADA, log: (line) => void lines.push(line) });
    const mc = asked;
    await mc.set('k', 'v');
    mc.close();
    expect(await mc.get('k')).toBe('v');
    users.text({ ...ADA, password: 'changed' });
    await closed.restart();
    await mc.get('k').catch(() => undefined); // where the old connection was still thought to live
    const { code, shown } = await toldOf(mc, lines, () => mc.get('k'));
    expect(code).toBe('AUTH');
    expect(shown).not.toMatch(SECRET);
    users.text(ADA);
    await closed.restart();
    await mc.get('k').catch(() => undefined);
    await mc.set('k', 'again');
    expect(await mc.get('k')).toBe('again');
  });

  it.each(['', 'two words', 'line\r', 'line\n', 'nul\0'])('refuses the name %j', (username) => {
    expect(() => open(server.name, { ...ADA, username })).toThrow('username must not be empty');
  });

  it('keeps a password of any bytes and length in one command', async () => {
    await using closed = await Memcached.start(users.text(ADA));
    for (const password of ['of:numbers\r\nget k\r\n', 'of:numbers\0', 'of:numbers'.repeat(1000)]) {
      asked = open(closed.name, { ...ADA, password });
      const mc = asked;
      const { code, shown } = await toldOf(mc, [], () => mc.get('k'));
      expect(code).toBe('AUTH');
      expect(shown).not.toMatch(SECRET);
      mc.close();
    }
  });
});
