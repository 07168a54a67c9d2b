// memcached -S: the real pylibmc and ours log in, share entries, and say the same of a wrong password.

import { inspect } from 'node:util';
import { Client } from '../../lib/clients/pylibmc';
import {
  call,
  LoggingProxy,
  Memcached,
  Python,
  startServers,
  stopServers,
  type Call,
  type PythonObject,
  type Said,
} from '../support';
import { Users } from '../transport/users';
import { askOurs, askTheirs, commandsOf } from './pair';

jest.setTimeout(30_000);

const ADA = { username: 'ada', password: 'enchantress:of=numbers' };
const KEYS = Array.from({ length: 40 }, (_, i) => `user:${i * 7919}`);

const users = new Users();
let python: Python;
const clients: Client[] = [];
beforeAll(async () => {
  python = await Python.start({ modules: ['pylibmc'] });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect_all();
});
afterAll(async () => {
  await python.stop();
  users.remove();
});

interface Login {
  readonly username?: string;
  readonly password?: string;
}

function ours(names: readonly string[], login: Login): Client {
  const mc = new Client(names, { binary: true, behaviors: { retry_timeout: 60 }, ...login });
  clients.push(mc);
  return mc;
}

function theirs(names: readonly string[], login: Login): Promise<PythonObject> {
  const behaviors = new Map([['retry_timeout', 60]]);
  return python.create('pylibmc.Client', [names], { binary: true, behaviors, ...login });
}

it.each(['plain', 'plain scram-sha-1 scram-sha-256'])(
  'where the server offers %s, each reads what the other stored, on every server',
  async (offered) => {
    const servers = await startServers(2, users.sasl(offered, ADA));
    const names = servers.map(({ name }) => name);
    const [mc, real] = [ours(names, ADA), await theirs(names, ADA)];
    const pairs = new Map(KEYS.map((key) => [key, key]));
    expect(await mc.set_multi(pairs)).toEqual([]);
    expect(await real.call('get_multi', [KEYS])).toEqual(pairs);
    expect(await real.call('set_multi', [new Map(KEYS.map((key, i) => [key, i]))])).toEqual([]);
    expect(await mc.get_multi(KEYS)).toEqual(new Map(KEYS.map((key, i) => [key, i])));
    const copy = mc.clone();
    clients.push(copy);
    expect(await copy.incr(KEYS[0] ?? '')).toBe(1);
    expect(await real.call('clone')).toBeDefined();
    await stopServers(servers);
  },
);

/** The same calls on both, one after the other. */
async function say(names: readonly string[], login: Login, calls: readonly Call[]) {
  const [mc, real] = [ours(names, login), await theirs(names, login)];
  const said = { ours: [] as Said[], theirs: [] as Said[] };
  for (const each of calls) {
    said.theirs.push(await askTheirs(real, each));
    said.ours.push(await askOurs(mc, each));
  }
  return { ...said, mc };
}

it('a wrong password: the first call says so, the next ones find the server left alone', async () => {
  await using server = await Memcached.start(users.sasl('plain scram-sha-256', ADA));
  for (const wrong of [
    { ...ADA, password: 'enchantress' },
    { ...ADA, username: 'eve' },
  ]) {
    for (const first of [call('get', ['k']), call('set', ['k', 'v']), call('delete', ['k'])]) {
      const said = await say([server.name], wrong, [first, call('get', ['k']), call('set', ['k', 1])]); // prettier-ignore
      expect(said.ours).toEqual(said.theirs);
      expect(said.ours[0]?.raised).toMatch(/^Error: error 41 /);
      const error = await said.mc.get('k').catch((thrown: unknown) => thrown);
      expect(inspect([error, said.mc], { depth: 10, showHidden: true })).not.toContain(wrong.password); // prettier-ignore
    }
  }
});

it('the same packets, from the first question to the first answer', async () => {
  await using server = await Memcached.start(users.sasl('plain', ADA));
  await using asked = await LoggingProxy.start(server);
  await using said = await LoggingProxy.start(server);
  const real = await theirs([asked.name], ADA);
  expect(await real.call('set', ['k', 'v'])).toBe(true);
  expect(await ours([said.name], ADA).set('k', 'v')).toBe(true);
  const [there, here] = [commandsOf(asked, true), commandsOf(said, true)];
  // SASL list mechs, SASL auth, set
  expect(here.map((packet) => packet.slice(2, 4))).toEqual(['20', '21', '01']);
  expect([here[0], here[2]]).toEqual([there[0], there[2]]);
  // libsasl also says as whom the user logs in, which is the user himself where nothing is said (RFC 4616).
  const credentials = Buffer.from(`\0${ADA.username}\0${ADA.password}`).toString('hex');
  const mechanism = Buffer.from('PLAIN').toString('hex');
  const asHimself = Buffer.from(ADA.username).toString('hex');
  expect(here[1]).toMatch(new RegExp(`${mechanism}${credentials}$`));
  expect(there[1]).toMatch(new RegExp(`${mechanism}${asHimself}${credentials}$`));
});

it('no login where one is needed', async () => {
  await using server = await Memcached.start(users.sasl('plain', ADA));
  for (const each of [call('set', ['k', 'v']), call('delete', ['k'])]) {
    const said = await say([server.name], {}, [each]);
    expect(said.ours).toEqual(said.theirs);
  }
});

it('after a restart both log in again', async () => {
  await using server = await Memcached.start(users.sasl('plain scram-sha-256', ADA));
  const [mc, real] = [ours([server.name], ADA), await theirs([server.name], ADA)];
  expect([await mc.set('k', 1), await real.call('get', ['k'])]).toEqual([true, 1]);
  await server.restart();
  const isBack = async (ask: () => Promise<Said>): Promise<void> => {
    while ((await ask()).returned !== true);
  };
  await isBack(() => askOurs(mc, call('set', ['k', 2])));
  await isBack(() => askTheirs(real, call('set', ['k', 3])));
  expect(await mc.get('k')).toBe(3);
});
