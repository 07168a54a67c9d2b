// SASL against a real memcached -S, PLAIN and SCRAM; entries shared with pylibmc; and servers that lie about it.

import { inspect } from 'node:util';
import { AuthError, MemcacheError } from '../../lib/errors';
import { Command, type Engine, NO_OPTIONS } from '../../lib/engine/engine';
import type { WireKey } from '../../lib/engine/keys';
import { startScripted } from '../../lib/testing/scripted-server';
import { binaryWire } from '../../lib/wire/binary';
import type { Credentials } from '../../lib/wire/login';
import { packet } from '../../lib/wire/testing/packets';
import { tellingEngine } from '../reliability/lies/asks';
import { LoggingProxy, Memcached, Python } from '../support';
import { Users, type User } from './users';

jest.setTimeout(30_000);

const ADA: User = { username: 'ada', password: 'enchantress:of=numbers' };
/** With all that SCRAM escapes, and bytes beyond ASCII. */
const NOE: User = { username: 'n=o,é', password: 'pässwörd, ünd=mehr 😀' };

let users: Users;
const engines: Engine[] = [];
beforeEach(() => {
  users = new Users();
});
afterEach(() => {
  for (const engine of engines.splice(0)) engine.disconnect();
  users.remove();
});

const key = 'k' as WireKey;
/** Flag of text. */
const TEXT = 16;

function engineOf(name: string, auth: Credentials | undefined, socket_timeout = 20): Engine {
  const options = { socket_timeout, dead_retry: 0, failure: 'raise' as const, injected: { auth } };
  const engine = tellingEngine(name, binaryWire, options); // a parameter for tests
  engines.push(engine);
  return engine;
}

function get(engine: Engine): Promise<unknown> {
  return engine.get(key, undefined, null);
}

function set(engine: Engine, data: string): Promise<unknown> {
  const options = { ...NO_OPTIONS, time: '0', sent: 'sent' };
  return engine.change(Command.set, key, undefined, options, { flags: TEXT, data });
}

/** What a call ends with; everything that a program could print of it holds no password. */
async function failure(call: Promise<unknown>): Promise<MemcacheError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (!(error instanceof MemcacheError)) throw new Error(`answered ${String(error)}`);
  const shown = inspect(error, { depth: 10, showHidden: true }) + String(error.stack);
  expect(shown).not.toMatch(/enchantress|of=numbers|mehr/);
  return error;
}

const SASL_AUTH = 0x21;

/** The mechanisms by which clients logged in. */
function mechanisms(proxy: LoggingProxy): string[] {
  return proxy.connections.flatMap(({ sent }) => {
    const at = sent.indexOf(Buffer.from([0x80, SASL_AUTH]));
    return at === -1 ? [] : [sent.toString('latin1', at + 24, at + 24 + sent.readUInt16BE(at + 2))];
  });
}

describe.each([
  ['PLAIN', 'plain'],
  ['SCRAM-SHA-1', 'plain cram-md5 scram-sha-1'],
  ['SCRAM-SHA-256', 'plain cram-md5 scram-sha-1 scram-sha-256'],
])('%s, where the server offers %s', (mechanism, offered) => {
  it('logs in, serves, and logs in again after every reconnect', async () => {
    await using server = await Memcached.start(users.sasl(offered, ADA, NOE));
    await using proxy = await LoggingProxy.start(server);
    for (const user of [ADA, NOE]) {
      const engine = engineOf(proxy.name, user);
      const calls = [set(engine, 'v'), get(engine), get(engine)];
      expect(await Promise.all(calls)).toEqual(['stored', 'v', 'v']);
      engine.disconnect();
      expect(await get(engine)).toBe('v');
    }
    expect(mechanisms(proxy)).toEqual(Array(4).fill(mechanism));
  });

  it('row 55: a wrong name or password is an AUTH error for every call', async () => {
    await using server = await Memcached.start(users.sasl(offered, ADA));
    for (const wrong of [{ password: 'enchantress' }, { username: 'eve' }]) {
      const engine = engineOf(server.name, { ...ADA, ...wrong });
      for (const call of [get(engine), set(engine, 'x')]) {
        const error = await failure(call);
        expect(error).toBeInstanceOf(AuthError);
        expect(error.server).toBe(server.name);
      }
    }
  });

  it('shares entries with pylibmc, which picks the same mechanism', async () => {
    await using server = await Memcached.start(users.sasl(offered, ADA));
    await using proxy = await LoggingProxy.start(server);
    await using python = await Python.start({ modules: ['pylibmc'] });
    const kwargs = { ...ADA, binary: true };
    const mc = await python.create('pylibmc.Client', [[`127.0.0.1:${proxy.port}`]], kwargs);
    expect(await mc.call('set', ['k', Buffer.from('theirs')])).toBe(true);
    const engine = engineOf(proxy.name, ADA);
    expect(await get(engine)).toEqual(Buffer.from('theirs'));
    await set(engine, 'ours');
    expect(await mc.call('get', ['k'])).toBe('ours');
    expect(new Set(mechanisms(proxy))).toEqual(new Set([mechanism]));
  });
});

it('row 55: no login where one is needed: the server’s own error', async () => {
  await using server = await Memcached.start(users.sasl('plain', ADA));
  const error = await failure(get(engineOf(server.name, undefined)));
  expect(error).toMatchObject({ code: 'SERVER', message: 'server answered 0x20 Auth failure.' });
});

it('a server without SASL, or without a mechanism that may be used, is an AUTH error, and hears no password', async () => {
  await using open = await Memcached.start();
  expect((await failure(get(engineOf(open.name, ADA)))).message).toBe('the server offers no SASL');
  await using server = await Memcached.start(users.sasl('plain cram-md5', ADA));
  await using proxy = await LoggingProxy.start(server);
  const careful = engineOf(proxy.name, { ...ADA, mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-1'] });
  const error = await failure(get(careful));
  expect(error.message).toBe('the server offers no SASL mechanism that may be used');
  expect(proxy.sent).not.toContain(ADA.password);
}); // prettier-ignore

it('row 55: a server restarted with another password refuses, and with the old one serves again', async () => {
  await using server = await Memcached.start(users.sasl('scram-sha-256', ADA));
  const engine = engineOf(server.name, ADA);
  await set(engine, 'v');
  users.sasl('scram-sha-256', { ...ADA, password: 'changed' });
  await server.restart();
  await get(engine).catch(() => undefined); // where the old connection was still thought to live
  expect((await failure(get(engine))).code).toBe('AUTH');
  users.sasl('scram-sha-256', ADA);
  await server.restart();
  expect(await get(engine).catch(() => null)).toBeNull();
  expect(await set(engine, 'v')).toBe('stored');
});

describe('a server that lies about SASL', () => {
  const opaque = (said: string): number => Buffer.from(said, 'latin1').readUInt32BE(12);
  /** Replies to the questions of one login, in order. */
  const script = (...replies: ((said: string) => string | undefined)[]) => {
    let next = 0;
    return startScripted((said) => replies[next++]?.(said));
  };
  const list = (mechanisms: string) => (said: string) =>
    packet({ opcode: 0x20, opaque: opaque(said), value: mechanisms });
  const auth = (status: number, value: string) => (said: string) =>
    packet({ opcode: 0x21, opaque: opaque(said), status, value });
  const step = (status: number, value: string) => (said: string) =>
    packet({ opcode: 0x22, opaque: opaque(said), status, value });
  /** The challenge that takes up the client's nonce. */
  const challenge = (rest: string) => (said: string) =>
    auth(0x21, `r=${/r=(.*)$/.exec(said)?.[1] ?? ''}${rest}`)(said);
  const SCRAM = list('SCRAM-SHA-256');
  const SALT = 's=W22ZaJ0SNY7soEsUEjb6gQ==';

  type Answering = [
    what: string,
    replies: ((said: string) => string)[],
    code: string,
    message: RegExp,
  ];
  it.each<Answering>([
    ['a reply to another question', [() => packet({ opcode: 0x20, opaque: 77, value: 'PLAIN' })], 'PROTOCOL', /no reply to the login/],
    ['text in place of packets', [() => 'ERROR\r\n'], 'PROTOCOL', /no reply/],
    ['what it was told', [list('PLAIN'), (said) => said], 'PROTOCOL', /no reply/],
    ['success at once, without a proof', [SCRAM, auth(0, 'Authenticated')], 'AUTH', /asked for no proof/],
    ['a challenge of another exchange', [SCRAM, auth(0x21, `r=other,${SALT},i=4096`)], 'AUTH', /malformed/],
    ['a challenge without a nonce of its own', [SCRAM, challenge(`,${SALT},i=4096`)], 'AUTH', /malformed/],
    ['a challenge with a mandatory extension', [SCRAM, (said) => auth(0x21, `m=x,r=1,${SALT},i=4096`)(said)], 'AUTH', /malformed/],
    ['too few rounds', [SCRAM, challenge(`X,${SALT},i=1`)], 'AUTH', /wants 1 rounds/],
    ['too many rounds', [SCRAM, challenge(`X,${SALT},i=2000000000`)], 'AUTH', /wants 2000000000 rounds/],
    ['success without knowing the password', [SCRAM, challenge(`X,${SALT},i=4096`), step(0, 'Authenticated')], 'AUTH', /did not prove/],
    ['a proof of nothing', [SCRAM, challenge(`X,${SALT},i=4096`), step(0x21, 'v=')], 'AUTH', /did not prove/],
    ['a proof that is wrong', [SCRAM, challenge(`X,${SALT},i=4096`), step(0x21, `v=${Buffer.alloc(32).toString('base64')}`)], 'AUTH', /did not prove/],
    ['an error in SCRAM’s words', [SCRAM, challenge(`X,${SALT},i=4096`), step(0x21, 'e=invalid-proof')], 'AUTH', /did not prove/],
    ['a refusal', [SCRAM, challenge(`X,${SALT},i=4096`), step(0x20, 'enchantress:of=numbers')], 'AUTH', /refused the user/],
    ['a refusal of PLAIN', [list('PLAIN'), auth(0x20, 'enchantress:of=numbers')], 'AUTH', /refused the user/],
    ['a question after PLAIN', [list('PLAIN'), auth(0x21, 'more?')], 'AUTH', /refused the user/],
    ['more than was asked', [(said) => list('PLAIN')(said) + list('PLAIN')(said)], 'PROTOCOL', /more than/],
  ])('answering %s', async (_what, replies, code, message) => {
    const liar = await script(...replies);
    const error = await failure(get(engineOf(`127.0.0.1:${liar.port}`, ADA)));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(liar.received).toHaveLength(1);
    await liar.close();
  }); // prettier-ignore

  it('row 55: in silence: the call ends in time', async () => {
    const liar = await script(SCRAM, () => undefined);
    const engine = engineOf(`127.0.0.1:${liar.port}`, ADA, 0.1);
    expect((await failure(get(engine))).code).toBe('TIMEOUT');
    await liar.close();
  });
});

it('is refused with what SASL cannot say', () => {
  expect(() => engineOf('127.0.0.1:1', { ...ADA, mechanisms: ['CRAM-MD5'] })).toThrow('mechanisms must be some of');
  expect(() => engineOf('127.0.0.1:1', { ...ADA, mechanisms: [] })).toThrow('mechanisms must be some of');
  expect(() => engineOf('127.0.0.1:1', { ...ADA, username: '' })).toThrow('username must not be empty');
  expect(() => engineOf('127.0.0.1:1', { ...ADA, password: 'a\0b' })).toThrow('no NUL');
}); // prettier-ignore
