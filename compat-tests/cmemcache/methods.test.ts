// What every method answers and sends, as measured from cmemcache 0.96, on a real memcached.

import {
  Client,
  StringClient,
  type Bytes,
  type StringStoreArguments,
  type TimeArguments,
} from '../../lib/clients/cmemcache';
import { startScripted } from '../../lib/testing/scripted-server';
import { LoggingProxy, Memcached, RawConnection, refusingPort } from '../support';

let server: Memcached;
let proxy: LoggingProxy;
let raw: RawConnection;
let mc: Client;
let strings: StringClient;

beforeAll(async () => {
  server = await Memcached.start();
  proxy = await LoggingProxy.start(server);
  raw = await RawConnection.open(server);
  mc = new Client([proxy.name]);
  strings = new StringClient([proxy.name]);
});
beforeEach(() => raw.flush());
afterAll(async () => {
  mc.disconnect_all();
  strings.disconnect_all();
  await raw.close();
  await proxy.stop();
  await server.stop();
});

/** What a call came to, and the bytes it sent. */
async function told(call: () => Promise<unknown>): Promise<[result: unknown, sent: string]> {
  const { result, sent } = await proxy.record(call);
  return [result, sent];
}

describe('StringClient stores bytes with flags', () => {
  type Row = [value: Bytes, rest: StringStoreArguments, line: string];
  it.each<Row>([
    ['abc', [], 'set k 0 0 3\r\nabc\r\n'],
    ['', [], 'set k 0 0 0\r\n\r\n'],
    [Buffer.from([0, 0xff, 0x0d, 0x0a]), [], 'set k 0 0 4\r\n\0\xff\r\n\r\n'],
    [new Uint8Array([97]).subarray(0), [60], 'set k 0 60 1\r\na\r\n'],
    ['v', [0, 12], 'set k 12 0 1\r\nv\r\n'],
    ['v', [{ flags: 12, time: 5 }], 'set k 12 5 1\r\nv\r\n'],
    ['v', [5, { flags: 7 }], 'set k 7 5 1\r\nv\r\n'],
    ['v', [2 ** 40], 'set k 0 2147483647 1\r\nv\r\n'],
  ])('set(k, %j, ...%j)', async (value, rest, line) => {
    expect(await told(() => strings.set('k', value, ...rest))).toEqual([1, line]);
    const flags = Number(line.split(' ')[2]);
    expect(await strings.getflags('k')).toEqual([Buffer.from(value as string, 'latin1'), flags]);
    expect(await strings.get('k')).toEqual(Buffer.from(value as string, 'latin1'));
  });

  it.each<[unknown, string]>([
    [5, 'argument 2 must be string or read-only buffer, not int'],
    [null, 'argument 2 must be string or read-only buffer, not None'],
    [
      '\xe9',
      "'ascii' codec can't encode character u'\\xe9' in position 0: ordinal not in range(128)",
    ],
  ])('but not %p', async (value, message) => {
    proxy.clear();
    await expect(strings.set('k', value as Bytes)).rejects.toThrow(message);
    expect(proxy.sent).toBe('');
  });
});

describe('Client stores values', () => {
  type Row = [value: unknown, rest: TimeArguments, line: string];
  it.each<Row>([
    [Buffer.from('abc'), [], 'set k 0 0 3\r\nabc\r\n'],
    [5, [], 'set k 2 0 1\r\n5\r\n'],
    [-5, [60], 'set k 2 60 2\r\n-5\r\n'],
    [true, [], 'set k 2 0 1\r\n1\r\n'],
    [2n ** 63n, [], 'set k 4 0 19\r\n9223372036854775808\r\n'],
    [null, [], 'set k 1 0 4\r\n\x80\x02N.\r\n'],
    [[1], [{ time: 5 }], 'set k 1 5 9\r\n\x80\x02]q\0K\x01a.\r\n'],
    ['abc', [], 'set k 1 0 13\r\n\x80\x02X\x03\0\0\0abcq\0.\r\n'],
  ])('set(k, %p, ...%j)', async (value, rest, line) => {
    expect(await told(() => mc.set('k', value, ...rest))).toEqual([1, line]);
    // True is stored, and read, as the int that it is.
    const [read, sent] = await told(() => mc.get('k'));
    expect([read, sent]).toEqual([value === true ? 1 : value, 'get k\r\n']);
  });

  it('and not what cannot be pickled', async () => {
    proxy.clear();
    await expect(mc.set('k', () => undefined)).rejects.toThrow();
    expect(proxy.sent).toBe('');
  });

  it('and reads them one by one or together, by the keys that were asked for', async () => {
    await mc.set('n', 5);
    await mc.set('none', null);
    await mc.set(Buffer.from('\xff', 'latin1'), [1, 'a']);
    const own = Buffer.from('\xff', 'latin1');
    const keys = ['n', 'none', own, 'missing'];
    const [found, sent] = await told(() => mc.get_multi(keys));
    expect(sent).toBe('get n none \xff missing\r\n');
    expect(found).toEqual(
      new Map<unknown, unknown>([
        ['n', 5],
        ['none', null],
        [own, [1, 'a']],
      ]),
    );
    expect(await mc.get_multiflags(keys)).toEqual(found);
    expect(await strings.get_multiflags(['n', 'missing'])).toEqual(new Map([['n', 5]]));
    expect(await strings.get_multi(['n', 'missing'])).toEqual(new Map([['n', Buffer.from('5')]]));
    expect(await told(() => mc.get_multi([]))).toEqual([new Map(), '']);
  });
});

it('add and replace look whether the key exists', async () => {
  expect(await told(() => strings.replace('k', 'a'))).toEqual([0, 'replace k 0 0 1\r\na\r\n']);
  expect(await told(() => strings.add('k', 'a', 9, 3))).toEqual([1, 'add k 3 9 1\r\na\r\n']);
  expect(await told(() => mc.add('k', 2))).toEqual([0, 'add k 2 0 1\r\n2\r\n']);
  expect(await told(() => mc.replace('k', 2, 9))).toEqual([1, 'replace k 2 9 1\r\n2\r\n']);
  expect(await mc.get('k')).toBe(2);
});

it('a miss is null', async () => {
  expect(await told(() => mc.get('k'))).toEqual([null, 'get k\r\n']);
  expect(await told(() => strings.get('k'))).toEqual([null, 'get k\r\n']);
  expect(await told(() => mc.getflags('k'))).toEqual([null, 'get k\r\n']);
});

it('incr and decr answer the new value', async () => {
  expect(await told(() => mc.incr('n'))).toEqual([null, 'incr n 1\r\n']);
  await strings.set('n', '5');
  expect(await told(() => mc.incr('n', 3))).toEqual([8, 'incr n 3\r\n']);
  expect(await told(() => mc.decr('n', { delta: 2 }))).toEqual([6, 'decr n 2\r\n']);
  expect(await told(() => strings.decr('n', 10))).toEqual([0, 'decr n 10\r\n']);
  await mc.set('ten', 10);
  await mc.decr('ten');
  // memcached leaves a space behind the 9.
  expect([await strings.get('ten'), await mc.get('ten')]).toEqual([Buffer.from('9 '), 9]);
});

it('servers are asked for stats, emptied, disconnected and replaced', async () => {
  await mc.set('k', 1);
  const [stats, sent] = await told(() => mc.get_stats());
  expect(sent).toBe('stats\r\n');
  const [[name, values] = ['', {}]] = stats as [string, Record<string, string>][];
  expect([name, values['pid']]).toEqual([proxy.name, String(server.pid)]);
  expect(await told(() => mc.flush_all())).toEqual([null, 'flush_all\r\n']);
  expect(await mc.get('k')).toBeNull();
  expect(mc.disconnect_all()).toBeUndefined();
  expect(await mc.set('k', 2)).toBe(1);
  expect(mc.set_servers([])).toBeUndefined();
  expect([await mc.set('k', 3), await mc.get('k'), await mc.get_stats()]).toEqual([0, null, []]);
  mc.set_servers([[proxy.name, 2]]);
  expect(await mc.get('k')).toBe(2);
});

it('an error reply is a failure, and a server that is not there is too', async () => {
  const liar = await startScripted(() => 'SERVER_ERROR out of memory\r\n');
  for (const port of [liar.port, await refusingPort()]) {
    const names = [`127.0.0.1:${port}`];
    const [broken, plain] = [new Client(names), new StringClient(names)];
    expect([
      await broken.set('k', 1),
      await plain.add('k', 'v'),
      await broken.replace('k', 1),
    ]).toEqual([0, 0, 0]);
    expect([await broken.get('k'), await plain.get('k'), await plain.getflags('k')]).toEqual([
      null,
      null,
      null,
    ]);
    expect([await broken.get_multi(['k', 'l']), await plain.get_multi(['k'])]).toEqual([
      new Map(),
      new Map(),
    ]);
    expect([await broken.get_stats(), await broken.flush_all()]).toEqual([[], null]);
    broken.disconnect_all();
    plain.disconnect_all();
  }
  await liar.close();
});
