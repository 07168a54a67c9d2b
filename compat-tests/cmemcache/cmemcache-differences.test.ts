// The rows of docs/compatibility.md about cmemcache: what it does was measured (0.96), what ours does is shown here.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ValueError } from '../../lib';
import { Client, StringClient, type Bytes, type ClientOptions } from '../../lib/clients/cmemcache';
import { startScripted } from '../../lib/testing/scripted-server';
import { PyObject } from '../../lib/value/pickle';
import { LoggingProxy, Memcached, RawConnection, refusingPort } from '../support';

let server: Memcached;
let raw: RawConnection;
const clients: (Client | StringClient)[] = [];

function open(options: ClientOptions = {}, names = [server.name]): Client {
  const client = new Client(names, options);
  clients.push(client);
  return client;
}

function openStrings(names = [server.name]): StringClient {
  const client = new StringClient(names);
  clients.push(client);
  return client;
}

beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
});
beforeEach(() => raw.flush());
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect_all();
});
afterAll(async () => {
  await raw.close();
  await server.stop();
});

it('C1: delete answers 1 for deleted and 0 for all else; cmemcache’s own codes by option', async () => {
  const refusing = await startScripted(() => 'SERVER_ERROR out of memory\r\n');
  const names = [`127.0.0.1:${refusing.port}`];
  const nobody = [`127.0.0.1:${await refusingPort()}`];
  for (const [options, codes] of [
    [{}, [1, 0, 0, 0]],
    [{ inverted_delete: true }, [0, 1, -5, -1]],
  ] as const) {
    await raw.store('k', 0, 'v');
    const mc = open(options);
    const answers = [await mc.delete('k'), await mc.delete('k')];
    answers.push(await open(options, names).delete('k'), await open(options, nobody).delete('k'));
    expect(answers).toEqual(codes);
  }
  await refusing.close();
});

it('C2: counters are exact, not 32 bits with a sign', async () => {
  const mc = open();
  await mc.set('n', 3_000_000_000);
  expect(await mc.incr('n')).toBe(3_000_000_001);
  await mc.set('n', 2n ** 53n);
  expect(await mc.incr('n', 2n ** 32n + 1n)).toBe(2n ** 53n + 2n ** 32n + 1n);
});

it('C3: a counter that cannot be told is null, not 0', async () => {
  const mc = open();
  await mc.set('k', Buffer.from('abc'));
  expect(await mc.incr('k')).toBeNull();
  expect(await open({}, [`127.0.0.1:${await refusingPort()}`]).decr('k')).toBeNull();
});

it('C4: a key that would split a command, or is too long, is refused by every method', async () => {
  const proxy = await LoggingProxy.start(server);
  const [mc, strings] = [open({}, [proxy.name]), openStrings([proxy.name])];
  for (const key of ['a b', 'a\r\nset x 0 0 1', 'a\0', '', 'k'.repeat(251)]) {
    const calls = [
      mc.set(key, 1),
      strings.add(key, 'v'),
      mc.replace(key, 1),
      mc.get(key),
      mc.getflags(key),
      mc.get_multi(['k', key]),
      strings.get_multi([key]),
      mc.delete(key),
      mc.incr(key),
      mc.decr(key),
    ];
    for (const call of calls) await expect(call).rejects.toThrow(ValueError);
  }
  expect(proxy.sent).toBe('');
  await proxy.stop();
});

it('C5: a key of get_multi that is no text raises TypeError', async () => {
  await expect(open().get_multi(['k', 42 as unknown as Bytes])).rejects.toThrow(
    new TypeError('argument 1 must be string or read-only buffer, not int'),
  );
});

it('C6: get_multi reads ints as get does, of any size; what is none is missing, and raises in get', async () => {
  const ints = { eight: '010', spaced: '9 ', big: '123456789012345678901234567890' };
  for (const [key, digits] of Object.entries(ints)) await raw.store(key, 2, digits);
  await raw.store('hex', 2, '0x10');
  await raw.store('long', 4, '12L');
  const mc = open();
  const values = { eight: 10, spaced: 9, big: 123456789012345678901234567890n, long: 12 };
  const found = await mc.get_multi([...Object.keys(values), 'hex']);
  expect(found).toEqual(new Map<string, unknown>(Object.entries(values)));
  for (const [key, value] of Object.entries(values)) expect(await mc.get(key)).toBe(value);
  await expect(mc.get('hex')).rejects.toThrow("invalid literal for int() with base 10: '0x10'");
});

it('C7: a server that failed is asked again; calls of many keys answer what was found', async () => {
  const other = await Memcached.start();
  const mc = open({ dead_retry: 0 }, [server.name, other.name]);
  const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
  await Promise.all(keys.map((key) => mc.set(key, key)));
  await other.kill();
  const left = await mc.get_multi(keys);
  expect(left.size).toBeGreaterThan(0);
  expect(left.size).toBeLessThan(keys.length);
  await other.restart();
  expect(await Promise.all(keys.map((key) => mc.set(key, key)))).toEqual(keys.map(() => 1));
  const moved = await RawConnection.open(other);
  const home = keys.find((key) => !left.has(key)) ?? '';
  expect((await moved.entry(home))?.flags).toBe(1);
  await moved.close();
  await other.stop();
});

it('C8: a host that cannot be found keeps its place in the list, so that no other key moves', async () => {
  const other = await Memcached.start();
  const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
  const names = (host: string): string[] => [server.name, host, other.name];
  const [found, lost] = [open({}, names(server.name)), open({}, names('nowhere.invalid:11211'))];
  await Promise.all(keys.map((key) => lost.set(key, 1)));
  const second = await RawConnection.open(other);
  const place = async (key: string): Promise<number> =>
    (await raw.entry(key)) !== undefined ? 0 : (await second.entry(key)) !== undefined ? 2 : -1;
  const before: number[] = [];
  for (const key of keys) before.push(await place(key));
  expect(new Set(before)).toEqual(new Set([0, 2]));
  await Promise.all([raw.flush(), second.flush()]);
  await Promise.all(keys.map((key) => found.set(key, 1)));
  // With the second host up, at the first one's address, only its own keys are elsewhere.
  for (const [i, key] of keys.entries()) {
    const now = await place(key);
    if (before[i] === 0) expect(now).toBe(0);
    if (now === 2) expect(before[i]).toBe(2);
  }
  await second.close();
  await other.stop();
});

it('C9: flags have 32 bits', async () => {
  const strings = openStrings();
  await strings.set('k', 'v', 0, 65539);
  expect((await raw.entry('k'))?.flags).toBe(65539);
  expect(await strings.getflags('k')).toEqual([Buffer.from('v'), 65539]);
});

it('C10: delete does not send its time', async () => {
  const proxy = await LoggingProxy.start(server);
  const mc = open({}, [proxy.name]);
  await raw.store('k', 0, 'v');
  const { result, sent } = await proxy.record(() => mc.delete('k', 5));
  expect([result, sent]).toEqual([1, 'delete k\r\n']);
  await expect(mc.delete('k', 1.5)).rejects.toThrow('an integer is required, not float');
  await proxy.stop();
});

it('C11: get_stats answers all that today’s memcached tells', async () => {
  const [[name, stats] = ['', {}]] = await open().get_stats();
  expect(name).toBe(server.name);
  expect(Object.keys(stats)).toEqual(
    expect.arrayContaining(['pid', 'threads', 'lru_crawler_running']),
  );
});

it('C12: a negative time is 0 for every release', async () => {
  const proxy = await LoggingProxy.start(server);
  const mc = open({ release: '0.94' }, [proxy.name]);
  const { sent } = await proxy.record(() => mc.set('k', 5, -1));
  expect(sent).toBe('set k 2 0 1\r\n5\r\n');
  await proxy.stop();
});

it('C13: unpickling runs nothing', async () => {
  await raw.store('k', 1, "cos\nsystem\n(S'exit 1'\ntR.");
  const value = await open().get('k');
  expect(value).toBeInstanceOf(PyObject);
  expect(value).toMatchObject({ module: 'os', name: 'system' });
});

it('C14: a server that is silent ends the whole call by socket_timeout', async () => {
  const silent = await startScripted(() => undefined);
  const mc = open({ socket_timeout: 0.05 }, [`127.0.0.1:${silent.port}`]);
  expect([await mc.get('k'), await mc.set('k', 1)]).toEqual([null, 0]);
  expect(await mc.get_multi(['k', 'l'])).toEqual(new Map());
  await silent.close();
});

it('every row of the page about cmemcache is shown here, and there are no others', () => {
  const page = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8');
  const rows = Array.from(
    page.matchAll(/^\| (C\d+) \|.*`cmemcache-differences\.test\.ts`/gm),
    ([, row]) => row,
  );
  const titles = Array.from(
    readFileSync(__filename, 'utf8').matchAll(/^it\('(C\d+): /gm),
    ([, row]) => row,
  );
  expect(rows).toEqual(titles);
  expect(rows.length).toBeGreaterThan(0);
});
