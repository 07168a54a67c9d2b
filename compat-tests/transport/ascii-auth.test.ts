// The text protocol's authentication against a real memcached -Y: right, wrong, missing, changed, hanging.

import { inspect } from 'node:util';
import { AuthError, Client, MemcacheError, type ClientOptions } from '../../lib';
import { startScripted } from '../../lib/testing/scripted-server';
import { Memcached, Python, RawConnection } from '../support';
import { Authority, tlsArgs } from './authority';
import { Users, type User } from './users';

jest.setTimeout(30_000);

const ADA: User = { username: 'ada', password: 'enchantress:of=numbers' };
const LOGIN = `set memcache-py.login 0 -1 26\r\n${ADA.username} ${ADA.password}\r\n`;

let users: Users;
let server: Memcached;
const clients: Client[] = [];

beforeAll(async () => {
  users = new Users();
  server = await Memcached.start(users.text(ADA));
});
afterEach(() => {
  for (const mc of clients.splice(0)) mc.disconnect_all();
});
afterAll(async () => {
  await server.stop();
  users.remove();
});

function client(name: string, options: ClientOptions): Client {
  const mc = new Client([name], {
    socket_timeout: 20,
    failure: 'raise',
    dead_retry: 0,
    ...options,
  });
  clients.push(mc);
  return mc;
}

/** What a call ends with; everything that a program could print of it holds no password. */
async function failure(call: Promise<unknown>): Promise<MemcacheError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (!(error instanceof MemcacheError)) throw new Error(`answered ${String(error)}`);
  const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error) + String(error.stack);
  expect(shown).not.toMatch(/enchantress|of=numbers/);
  return error;
} // prettier-ignore

it('logs in before the first of many calls, and after every reconnect', async () => {
  const mc = client(server.name, ADA);
  const calls = [mc.set('a', 1), mc.get('a'), mc.set('s', 's', { noreply: true }), mc.get_multi(['a', 's'])];
  expect(await Promise.all(calls)).toEqual([true, 1, true, new Map<string, unknown>([['a', 1], ['s', 's']])]);
  for (let i = 0; i < 3; i++) {
    mc.disconnect_all();
    expect(await mc.get('a')).toBe(1);
  }
}); // prettier-ignore

it('shares entries with pymemcache, which logs in by a set', async () => {
  await using python = await Python.start({ modules: ['pymemcache'] });
  await python.exec(
    "import pymemcache; mc = pymemcache.Client(('127.0.0.1', port)); mc.set('x', login, noreply=False)",
    { port: server.port, login: Buffer.from(`${ADA.username} ${ADA.password}`) },
  );
  const ours = client(server.name, ADA);
  expect(await ours.set('k', 'v')).toBe(true);
  expect(await python.eval("mc.get('k')")).toEqual(Buffer.from('v'));
});

it.each<[string, Partial<User>]>([
  ['a wrong password', { password: 'enchantress:of=number' }],
  ['a wrong name', { username: 'eve' }],
  ['no password', { password: '' }],
  ['one that is longer than any', { password: 'enchantress'.repeat(1000) }],
])('row 55: %s: an AUTH error for every call, and no more', async (_what, wrong) => {
  const mc = client(server.name, { ...ADA, ...wrong });
  for (const call of [mc.get('a'), mc.set('a', 2), mc.get_multi(['a', 'b']), mc.incr('a')]) {
    const error = await failure(call);
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ code: 'AUTH', server: server.name });
  }
});

it('row 55: no login where one is needed: the server’s own error', async () => {
  const mc = client(server.name, {});
  expect(await failure(mc.get('a'))).toMatchObject({ code: 'SERVER' });
  expect((await failure(mc.get('a'))).message).toContain('CLIENT_ERROR unauthenticated');
  expect((await failure(mc.set('a', 'not a login'))).message).toContain('CLIENT_ERROR');
});

it('answers as Python’s client by default, and tells why by an event', async () => {
  const causes: unknown[] = [];
  const debug: string[] = [];
  const log = (line: string): void => void debug.push(line);
  const wrong = { ...ADA, password: 'enchantress' };
  const mc = client(server.name, { ...wrong, failure: 'rehash', dead_retry: 30, debug: 1, log });
  mc.events.on('dead', ({ cause }) => causes.push(cause));
  expect([await mc.get('a'), await mc.set('a', 1)]).toEqual([null, 0]);
  await new Promise(setImmediate); // events come when the code in which they happen has ended
  expect(causes).toMatchObject([{ code: 'AUTH', server: server.name }]);
  expect(debug.join('')).toContain('refused the user name or password');
  expect(debug.join('') + inspect(mc, { depth: 10, showHidden: true })).not.toContain(
    'enchantress',
  );
});

it('row 55: a server restarted with another password refuses, and with the old one serves again', async () => {
  await using other = await Memcached.start(users.text(ADA));
  const mc = client(other.name, ADA);
  await mc.set('a', 1);
  users.text({ ...ADA, password: 'changed' });
  await other.restart();
  await mc.get('a').catch(() => undefined); // where the old connection was still thought to live
  expect((await failure(mc.get('a'))).code).toBe('AUTH');
  users.text(ADA);
  await other.restart();
  expect(await mc.get('a').catch(() => null)).toBeNull();
  expect(await mc.set('a', 2)).toBe(true);
});

it('a server that needs no login keeps nothing of one', async () => {
  await using open = await Memcached.start();
  expect(await client(open.name, ADA).set('k', 1)).toBe(true);
  await using raw = await RawConnection.open(open);
  expect(await raw.entry('memcache-py.login')).toBeUndefined();
});

it('goes under TLS, and never to who cannot show that it is the server', async () => {
  const authority = new Authority();
  const args = [...tlsArgs(authority.issue()), ...(users.text(ADA).args ?? [])];
  await using secured = await Memcached.start({ args });
  expect(await client(secured.name, { ...ADA, tls: { ca: authority.root.cert } }).set('k', 1)).toBe(true);
  const thief = await startScripted(() => 'STORED\r\n');
  expect((await failure(client(`127.0.0.1:${thief.port}`, { ...ADA, tls: {} }).get('k'))).code).toBe('TLS');
  expect(thief.received.join('')).not.toContain(ADA.password);
  await thief.close();
  authority.remove();
}); // prettier-ignore

describe('a server that lies about logins', () => {
  it.each<[string, string, string]>([
    ['says nothing that is a reply', 'HELLO\r\n', 'PROTOCOL'],
    ['repeats what it was told', LOGIN, 'PROTOCOL'],
    ['repeats the password alone', `${ADA.username} ${ADA.password}\r\n`, 'PROTOCOL'],
    ['repeats it as an error', `CLIENT_ERROR ${ADA.username} ${ADA.password}\r\n`, 'AUTH'],
    ['repeats it as a refusal of connections', `ERROR ${ADA.password}\r\n`, 'CONNECTION'],
    ['says more than was asked', 'STORED\r\nSTORED\r\n', 'PROTOCOL'],
    ['says the reply to a get at once', 'STORED\r\nVALUE k 0 1\r\nx\r\nEND\r\n', 'PROTOCOL'],
    ['did not store it', 'NOT_STORED\r\n', 'AUTH'],
    ['knows no set', 'ERROR\r\n', 'AUTH'],
    ['is out of memory', 'SERVER_ERROR out of memory\r\n', 'AUTH'],
    ['never ends its line', 'S'.repeat(9000), 'PROTOCOL'],
  ])('that %s', async (_what, reply, code) => {
    const liar = await startScripted((said) => (said === LOGIN ? reply : 'VALUE k 0 1\r\nx\r\nEND\r\n'));
    const mc = client(`127.0.0.1:${liar.port}`, ADA);
    expect((await failure(mc.get('k'))).code).toBe(code);
    expect(liar.received).toEqual([LOGIN]);
    await liar.close();
  }); // prettier-ignore

  it('row 55: that is silent: the call ends in time, and sends nothing more', async () => {
    const liar = await startScripted(() => undefined);
    const mc = client(`127.0.0.1:${liar.port}`, { ...ADA, socket_timeout: 0.1 });
    expect(await failure(mc.get('k'))).toMatchObject({ code: 'TIMEOUT' });
    expect(liar.received).toEqual([LOGIN]);
    await liar.close();
  });

  it('that closes: the call fails at once', async () => {
    const liar = await startScripted((_said, socket) => void socket.destroy());
    const mc = client(`127.0.0.1:${liar.port}`, ADA);
    expect((await failure(mc.get('k'))).code).toBe('CONNECTION');
    await liar.close();
  });

  it('one byte at a time is no lie', async () => {
    const slow = await startScripted((said, socket) => {
      const reply = said === LOGIN ? 'STORED\r\n' : 'END\r\n';
      for (const byte of reply) socket.write(byte);
      return undefined;
    });
    expect(await client(`127.0.0.1:${slow.port}`, ADA).get('k')).toBeNull();
    await slow.close();
  });
});

it('a call that is given up while the server thinks about the login takes nobody else along', async () => {
  let answer: () => void = () => undefined;
  const slow = await startScripted((said, socket) => {
    if (said !== LOGIN) return 'END\r\n';
    answer = () => void socket.write('STORED\r\n');
    asked();
    return undefined;
  });
  let asked: () => void = () => undefined;
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const mc = client(`127.0.0.1:${slow.port}`, ADA);
  const given = new AbortController();
  const [one, other] = [mc.get('one', null, { signal: given.signal }), mc.get('other')];
  await isAsked;
  given.abort(new Error('enough'));
  await expect(one).rejects.toThrow('enough');
  answer();
  expect(await other).toBeNull();
  expect(slow.received[0]).toBe(`${LOGIN}get other\r\n`);
  await slow.close();
});

it('is refused with names that the server would read another way', () => {
  for (const username of ['', 'two words', 'line\r\n', 'nul\0']) {
    expect(() => client(server.name, { ...ADA, username })).toThrow('username must not be empty');
  }
  expect(() => client(server.name, { username: 'ada' })).toThrow('together');
});
