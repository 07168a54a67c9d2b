// The rows L of docs/compatibility.md beside the real pylibmc 1.6.3, where it can be made to show: what it does, and what ours does.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Client,
  NotFound,
  NotSupportedError,
  SomeErrors,
  TooBig,
  type ClientOptions,
} from '../../lib/clients/pylibmc';
import { OverflowError, ValueError } from '../../lib/errors';
import { startScripted } from '../../lib/testing/scripted-server';
import { PyObject } from '../../lib/value/pickle';
import {
  LoggingProxy,
  Memcached,
  Python,
  RawConnection,
  refusingPort,
  startServers,
  stopServers,
  type PythonObject,
  type PythonValue,
} from '../support';
import { Users } from '../transport/users';
import { toPython, type Made } from './pair';

jest.setTimeout(60_000);

let server: Memcached;
let raw: RawConnection;
let python: Python;
const clients: Client[] = [];

beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
  python = await Python.start({ modules: ['pylibmc'] });
});
beforeEach(() => raw.flush());
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect_all();
});
afterAll(async () => {
  await python.stop();
  await raw.close();
  await server.stop();
});

function ours(names: readonly string[], options: ClientOptions = {}): Client {
  const mc = new Client(names, options);
  clients.push(mc);
  return mc;
}

function theirs(
  names: readonly string[],
  { binary, behaviors = {} }: Made = { binary: false },
): Promise<PythonObject> {
  return python.create('pylibmc.Client', [names], { binary, behaviors: toPython(behaviors) });
}

/** The name of what a call throws. */
async function thrownBy(call: Promise<unknown>): Promise<string> {
  return call.then(
    (value) => `answered ${String(value)}`,
    (error: unknown) => (error as Error).name,
  );
}

/** Its process has ended while it did that; others go on with the next one. */
async function expectAbort(call: Promise<unknown>): Promise<void> {
  await expect(call).rejects.toThrow(/python\S* ended/);
  python = await Python.start({ modules: ['pylibmc'] });
}

const pairs = (entries: Readonly<Record<string, PythonValue>>): Map<PythonValue, PythonValue> =>
  new Map(Object.entries(entries));

it.each([
  ['L1: a key that would be a command', {}, 'a b'],
  ['L2: a key that is too long behind its namespace', { namespace: 'n'.repeat(100) }, 'k'.repeat(200)],
])('%s is sent there, and refused here', async (_row, behaviors, key) => {
  for (const [side, set] of [
    ['theirs', async (name: string) => (await theirs([name], { binary: false, behaviors })).outcome('set', [key, 'v'])],
    ['ours', (name: string) => ours([name], { behaviors }).set(key, 'v')],
  ] as const) {
    await using proxy = await LoggingProxy.start(server);
    const said: unknown = await set(proxy.name);
    if (side === 'theirs') expect(proxy.sent).toContain(key);
    else expect([proxy.sent, said]).toEqual(['', false]);
  }
}); // prettier-ignore

it('L3: with _noreply incr answers no count there, and the count here', async () => {
  const behaviors = { _noreply: true };
  const [mc, real] = [ours([server.name], { behaviors }), await theirs([server.name], { binary: false, behaviors })]; // prettier-ignore
  await raw.store('n', 4, '5');
  expect(await real.call('incr', ['n'])).toBe(2n ** 64n - 1n);
  expect(await real.call('get', ['n'])).toBe(6);
  expect(await mc.incr('n')).toBe(7);
});

it('L4: copies wait there until their server is asked next, and are made at once here', async () => {
  const servers = await startServers(2);
  const raws = await Promise.all(servers.map((each) => RawConnection.open(each)));
  const made = { binary: true, behaviors: { num_replicas: 1 } };
  const names = servers.map(({ name }) => name);
  const held = (key: string) => Promise.all(raws.map(async (each) => (await each.entry(key)) !== undefined)); // prettier-ignore
  const [mc, real] = [ours(names, made), await theirs(names, made)];
  await real.call('set', ['theirs', 'v']);
  expect((await held('theirs')).filter(Boolean)).toHaveLength(1);
  await mc.set('ours', 'v');
  // Nothing more is asked of that server: what was sent arrives.
  while ((await held('ours')).filter(Boolean).length < 2);
  await Promise.all(raws.map((each) => each.close()));
  await stopServers(servers);
});

it('L6: END to a set aborts there, and is UnknownReadFailure here', async () => {
  const liar = await startScripted(() => 'END\r\n');
  const names = [`127.0.0.1:${liar.port}`];
  await expectAbort((await theirs(names)).call('set', ['k', 'v']));
  expect(await thrownBy(ours(names).set('k', 'v'))).toBe('UnknownReadFailure');
  await liar.close();
});

it('L7: incr without a login aborts there, and is Error 41 here; get misses in both', async () => {
  const users = new Users();
  await using guarded = await Memcached.start(
    users.sasl('plain', { username: 'u', password: 'p' }),
  );
  const [mc, real] = [ours([guarded.name], { binary: true }), await theirs([guarded.name], { binary: true })]; // prettier-ignore
  expect([await mc.get('k'), await real.call('get', ['k'])]).toEqual([null, null]);
  await expect(mc.incr('n')).rejects.toMatchObject({ name: 'Error', retcode: 41 });
  await expectAbort((await theirs([guarded.name], { binary: true })).call('incr', ['n']));
  users.remove();
});

it.each([
  ['L8: a ring with remove_failed', { ketama: true, remove_failed: 1 }],
  ['L9: auto_eject without a ring', { auto_eject: 1 }],
])('%s keeps a server dead that is back there, and not here', async (_row, more) => {
  const servers = await startServers(2);
  const names = servers.map(({ name }) => name);
  const behaviors = { failure_limit: 1, retry_timeout: 1, ...more };
  const [mc, real] = [ours(names, { behaviors }), await theirs(names, { binary: false, behaviors })]; // prettier-ignore
  let key = 'k';
  while (mc.hash(key) !== 1) key += 'k';
  await servers[1]?.kill();
  while ((await thrownBy(real.call('get', [key]))) !== 'ServerDead');
  await mc.get(key).catch(() => undefined);
  await servers[1]?.restart();
  const isHome = async (): Promise<boolean> => mc.hash(key) === 1 && (await mc.set(key, 'v').catch(() => false)); // prettier-ignore
  while (!(await isHome()));
  const there = await RawConnection.open(servers[1] ?? server);
  expect(await there.entry(key)).toMatchObject({ data: Buffer.from('v') });
  await there.close();
  // There the key goes elsewhere for a moment, if at all; then its own server is asked, and is dead.
  while ((await thrownBy(real.call('get', [key]))) !== 'ServerDead');
  expect(await thrownBy(real.call('get', [key]))).toBe('ServerDead');
  await stopServers(servers);
});

it('L10: more than 100 servers on a ring abort there, and work here', async () => {
  const names = Array.from({ length: 101 }, (_, i) => `10.0.0.${i}`);
  const behaviors = { ketama: true };
  const mc = ours(names, { behaviors });
  const found = new Set(Array.from({ length: 5000 }, (_, i) => mc.hash(`k${i}`)));
  expect(found.size).toBe(101);
  await expectAbort(theirs(names, { binary: false, behaviors }));
});

it('L11: a connection that the server closed fails the next call there, and not here', async () => {
  await using other = await Memcached.start();
  const [mc, real] = [ours([other.name]), await theirs([other.name])];
  expect([await mc.set('k', 1), await real.call('get', ['k'])]).toEqual([true, 1]);
  await other.restart();
  expect(await thrownBy(real.call('get', ['k']))).toBe('ConnectionError');
  expect(await mc.get('k')).toBeNull();
});

it('L12: flush_all over the binary protocol does not wait for an answer there, and does here', async () => {
  const silent = await startScripted(() => undefined);
  const names = [`127.0.0.1:${silent.port}`];
  const made = { binary: true, behaviors: { _poll_timeout: 100 } };
  expect(await (await theirs(names, made)).call('flush_all')).toBe(true);
  await expect(ours(names, made).flush_all()).rejects.toThrow(SomeErrors);
  await silent.close();
});

it('L13: a negative time over the binary protocol never expires there, and at once here', async () => {
  const [mc, real] = [ours([server.name], { binary: true }), await theirs([server.name], { binary: true })]; // prettier-ignore
  await real.call('set', ['theirs', 'v', -1]);
  await mc.set('ours', 'v', -1);
  expect(await mc.get_multi(['theirs', 'ours'])).toEqual(new Map([['theirs', 'v']]));
  expect(await real.call('set', ['theirs', 'w', 2n ** 32n])).toBe(true);
  await expect(mc.set('ours', 'w', 2n ** 32n)).rejects.toThrow(OverflowError);
});

it('L14: cas with the id 0 is no command there, and a comparison here', async () => {
  const behaviors = { cas: true };
  const [mc, real] = [ours([server.name], { behaviors }), await theirs([server.name], { binary: false, behaviors })]; // prettier-ignore
  await raw.store('k', 16, 'v');
  expect(await thrownBy(real.call('cas', ['k', 'w', 0]))).toBe('SocketCreateError');
  expect([await mc.cas('k', 'w', 0), await mc.get('k')]).toEqual([false, 'v']);
  await expect(mc.cas('missing', 'w', 0)).rejects.toThrow(NotFound);
  const fresh = await theirs([server.name], { binary: false, behaviors });
  expect(await thrownBy(fresh.call('cas', ['k', 'w', -1]))).toBe('AllocationError');
  expect(await thrownBy(mc.cas('k', 'w', -1))).toBe('OverflowError');
});

it('L15: incr_multi takes a negative delta for a large one there, and refuses it here', async () => {
  await raw.store('n', 4, '5');
  await (await theirs([server.name])).call('incr_multi', [['n']], { delta: -1 });
  expect(Number((await raw.entry('n'))?.data)).not.toBe(5);
  await raw.store('n', 4, '5');
  await expect(ours([server.name]).incr_multi(['n'], { delta: -1 })).rejects.toThrow(ValueError);
  expect((await raw.entry('n'))?.data.toString()).toBe('5');
});

it('L16: set_multi stops at a value that is too big there, and stores all others here', async () => {
  const large = 'x'.repeat(2 ** 20 + 1);
  const entries = { a: 1, large, z: 26 };
  const [mc, real] = [ours([server.name]), await theirs([server.name])];
  expect(await thrownBy(real.call('set_multi', [pairs(entries)]))).toBe('TooBig');
  expect(await mc.get_multi(['a', 'z'])).toEqual(new Map([['a', 1]]));
  await expect(mc.set_multi(entries)).rejects.toThrow(TooBig);
  expect(await mc.get_multi(['a', 'z'])).toEqual(new Map(Object.entries({ a: 1, z: 26 })));
  // delete_multi
  const keys = ['a', 'k'.repeat(251)];
  await expect(mc.delete_multi(keys)).rejects.toThrow(ValueError);
  expect(await mc.get('a')).toBe(1);
  expect(await thrownBy(real.call('delete_multi', [keys]))).toBe('ValueError');
  expect(await mc.get('a')).toBeNull();
});

it('L17: over the binary protocol get_multi raises where the last key’s server is dead there, and answers the others here', async () => {
  const names = [server.name, `127.0.0.1:${await refusingPort()}`];
  const made = { binary: true, behaviors: { retry_timeout: 60 } };
  const [mc, real] = [ours(names, made), await theirs(names, made)];
  const keys = [0, 1].map((at) => {
    let key = 'k';
    while (mc.hash(key) !== at) key += 'k';
    return key;
  });
  expect(await mc.set(keys[0] ?? '', 'v')).toBe(true);
  expect(await thrownBy(real.call('get_multi', [keys]))).toBe('ConnectionError');
  expect(await mc.get_multi(keys)).toEqual(new Map([[keys[0], 'v']]));
  expect(await real.call('get_multi', [[...keys].reverse()])).toEqual(new Map([[keys[0], 'v']]));
});

it('L18: get_stats of settings tells nothing there, and what the server tells here', async () => {
  const source = `all(v in (b'0', b'-1', b'', b'0.0') for v in ${(await theirs([server.name])).name}.get_stats('settings')[0][1].values())`;
  expect(await python.eval(source)).toBe(true);
  const reset = theirs([server.name]).then((mc) => mc.call('get_stats', ['reset']));
  await expect(reset).rejects.toMatchObject({ name: 'SomeErrors' });
  expect(await ours([server.name]).get_stats('reset')).toEqual([[`${server.name} (0)`, {}]]);
  const [[name, stats] = ['', {}]] = await ours([server.name]).get_stats('settings');
  expect([name, stats['maxbytes']]).toEqual([`${server.name} (0)`, Buffer.from('67108864')]);
});

it('L19: a namespace of text is its bytes', async () => {
  await ours([server.name], { behaviors: { namespace: 'ns:' } }).set('k', 'v');
  const real = await theirs([server.name], { binary: false, behaviors: { namespace: 'ns:' } });
  expect(await real.call('get', ['k'])).toBe('v');
  expect(await raw.entry('ns:k')).toMatchObject({ data: Buffer.from('v') });
});

it('L20: buffer_requests makes every set raise there, and is refused with the reason here', async () => {
  const made = { binary: false, behaviors: { buffer_requests: true } };
  const real = await theirs([server.name], made);
  await expect(real.call('set', ['k', 'v'])).rejects.toThrow('error 32');
  expect(() => ours([server.name], made)).toThrow(NotSupportedError);
});

it('L21: udp says that it has stored there, and is refused here', async () => {
  const names = [`udp:127.0.0.1:${await refusingPort()}`];
  expect(await (await theirs(names)).call('set', ['k', 'v'])).toBe(true);
  expect(() => ours(names)).toThrow(NotSupportedError);
});

it('L22: a port beyond 65535 is another one there, and refused here', async () => {
  const name = `127.0.0.1:${server.port + 65536}`;
  expect(await (await theirs([name])).call('set', ['k', 'v'])).toBe(true);
  expect((await raw.entry('k'))?.data.toString()).toBe('v');
  expect(() => ours([name])).toThrow(OverflowError);
  const [mc, real] = [ours([server.name]), await theirs([server.name])];
  const half = { tcp_nodelay: 1, retry_timeout: 'soon' };
  expect(await thrownBy(real.call('set_behaviors', [pairs(half)]))).toBe('TypeError');
  expect(() => mc.behaviors.update(half as object)).toThrow(TypeError);
  expect(await python.eval(`${real.name}.behaviors['tcp_nodelay']`)).toBe(1);
  expect(mc.behaviors.tcp_nodelay).toBe(0);
});

it('L23: the hash hsieh is there', () => {
  const names = [server.name, '127.0.0.1:1', '127.0.0.1:2'];
  const mc = ours(names, { behaviors: { hash: 'hsieh' } });
  const found = new Set(Array.from({ length: 50 }, (_, i) => mc.hash(`k${i}`)));
  expect([mc.behaviors.hash, found]).toEqual(['hsieh', new Set([0, 1, 2])]);
});

it('L24: unpickling runs what the entry says there, and nothing here', async () => {
  await raw.store('k', 1, 'cos\ngetpid\n(tR.');
  expect(await (await theirs([server.name])).call('get', ['k'])).toEqual(await python.eval("__import__('os').getpid()")); // prettier-ignore
  const value = await ours([server.name]).get('k');
  expect(value).toBeInstanceOf(PyObject);
  expect(value).toMatchObject({ name: 'getpid' });
  await raw.store('k', 1, ']');
  const errors = [(await theirs([server.name])).call('get', ['k']), ours([server.name]).get('k')];
  expect(await Promise.all(errors.map(thrownBy))).toEqual(['EOFError', 'UnpicklingError']);
});

it('L25: the empty text, compressed, aborts there, and is read here', async () => {
  await raw.store('k', 24, Buffer.from('789c030000000001', 'hex'));
  expect(await ours([server.name]).get('k')).toBe('');
  await expectAbort((await theirs([server.name])).call('get', ['k']));
});

it('L26: messages name an address in memory and a line of source there, and the server in both', async () => {
  const names = [`127.0.0.1:${await refusingPort()}`];
  const messageOf = (call: Promise<unknown>): Promise<string> =>
    call.then(String, (error: unknown) => (error as Error).message);
  const messages = [
    await messageOf((await theirs(names)).call('get', ['k'])),
    await messageOf(ours(names).get('k')),
  ];
  for (const message of messages) expect(message).toContain(`host: ${names[0]}`);
  const inside = /\(0x[0-9a-f]+\).*\.cc:\d+$/;
  expect(messages.map((message) => inside.test(message))).toEqual([true, false]);
});

it('L28: a server without SASL is UnknownReadFailure there, and Error 41 here', async () => {
  const login = { username: 'u', password: 'p' };
  const kwargs = { binary: true, ...login };
  const real = await python.create('pylibmc.Client', [[server.name]], kwargs);
  const mc = ours([server.name], { binary: true, ...login });
  expect(await thrownBy(real.call('get', ['k']))).toBe('UnknownReadFailure');
  await expect(mc.get('k')).rejects.toMatchObject({ name: 'Error', retcode: 41 });
  const next = [real.call('get', ['k']), mc.get('k')];
  expect(await Promise.all(next.map(thrownBy))).toEqual(['ServerDown', 'ServerDown']);
});

it('L29: keys behind a prefix end at NUL there, and a text and its bytes are one key', async () => {
  const [mc, real] = [ours([server.name], { binary: true }), await theirs([server.name], { binary: true })]; // prettier-ignore
  expect(await real.call('set_multi', [pairs({ 'a\0b': 1 })], { key_prefix: 'p' })).toEqual([]);
  expect(await mc.set_multi({ 'c\0d': 2 }, { key_prefix: 'p' })).toEqual([]);
  expect(await mc.get_multi(['pa', 'pa\0b', 'pc', 'pc\0d'])).toEqual(new Map([['pa', 1], ['pc\0d', 2]])); // prettier-ignore
  const both = ['pa', Buffer.from('pa')];
  expect(await real.call('get_multi', [both])).toEqual(new Map([['pa', 1]]));
  expect(await mc.get_multi(both)).toEqual(new Map(both.map((key) => [key, 1])));
});

it('every row of the page about pylibmc is shown, here or beside the source', () => {
  const root = join(__dirname, '../..');
  const page = readFileSync(join(root, 'docs/compatibility.md'), 'utf8');
  const rows = Array.from(page.matchAll(/^\| (L\d+) \|.*`pylibmc-differences\.test\.ts`/gm), ([, row]) => row); // prettier-ignore
  const shown = [__filename, join(root, 'lib/clients/pylibmc/pylibmc-differences.test.ts')].flatMap(
    (file) => Array.from(readFileSync(file, 'utf8').matchAll(/'(L\d+): /g), ([, row]) => row),
  );
  expect(rows.length).toBeGreaterThan(20);
  expect(rows).toEqual(rows.map((_, i) => `L${i + 1}`));
  expect(new Set(shown)).toEqual(new Set(rows));
});
