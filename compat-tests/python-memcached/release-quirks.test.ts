// Quirks of single releases that are not emulated: rows 20 on of docs/compatibility.md.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Client, cmemcache_hash, type ClientOptions, type ReleaseName } from '../../lib';
import { dumps } from '../../lib/value/pickle';
import { startScripted } from '../../lib/testing/scripted-server';
import { Memcached, Python, RawConnection, refusingPort, tuple } from '../support';
import { RELEASE } from './pair';

let server: Memcached;
let python: Python;
let raw: RawConnection;
const clients: Client[] = [];

function open(options: ClientOptions = {}, names = [server.name]): Client {
  const client = new Client(names, options);
  clients.push(client);
  return client;
}

/** A release that there is on Python 2 alone. */
const old = (release: ReleaseName): Client => open({ release, python: 2 });

beforeAll(async () => {
  server = await Memcached.start();
  python = await Python.start({ modules: ['memcache'] });
  raw = await RawConnection.open(server);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect_all();
  await raw.flush();
});
afterAll(async () => {
  await raw.close();
  await python.stop();
  await server.stop();
});

it('20: 1.43 stores what is short enough once it is compressed', async () => {
  const long = Buffer.alloc(2 * 1024 * 1024, 'a');
  expect(await old('1.43').set('k', long, 0, 1)).toBe(true);
  const read = await old('1.43').get('k');
  expect(long.equals(read as Buffer)).toBe(true);
  expect(await old('1.43').set('k', long)).toBe(0);
});

it('21: 1.44 refuses a space in a key', async () => {
  await expect(old('1.44').get('a b')).rejects.toBeInstanceOf(Client.MemcachedKeyCharacterError);
});

it('22: 1.54 takes keys of bytes beyond ASCII', async () => {
  const key = Buffer.from([0x6b, 0xe9]);
  const client = old('1.54');
  expect(await client.set(key, 1)).toBe(true);
  expect(await client.get(key)).toBe(1);
});

it.each(['1.55', '1.56', '1.57'] as const)('23: %s on Python 3 rehashes', async (release) => {
  const closed = `127.0.0.1:${await refusingPort()}`;
  const client = open({ release, python: 3 }, [closed, server.name]);
  for (let i = 0; i < 10; i++) expect(await client.set(`k${i}`, i)).toBe(true);
  expect(await client.get_multi(['k0', 'k9'])).toEqual(
    new Map([
      ['k0', 0],
      ['k9', 9],
    ]),
  );
});

it('24: set_multi takes pairs, which 1.55 to 1.59 cannot name', async () => {
  const theirs = await python.create('memcache.Client', [[server.name]]);
  expect(await theirs.outcome('set_multi', [new Map([[tuple(1, 'p'), 1]])])).toHaveProperty(
    'raised.type',
    'KeyError',
  );
  const ours = open({ release: RELEASE });
  expect(await ours.set_multi([[[1, 'p'], 2]])).toEqual([]);
  expect(await ours.get_multi([[1, 'p']])).toEqual(new Map([['p', 2]])); // named as by 1.59
  const pair = [1, 'p'] as const;
  expect(await open({ release: '1.62' }).get_multi([pair])).toEqual(new Map([[pair, 2]]));
});

it('25: the hash `true` of a dead server is rehashed as 1', async () => {
  const other = await Memcached.start();
  const rawOther = await RawConnection.open(other);
  const closed = `127.0.0.1:${await refusingPort()}`;
  const place = (text: string, count: number): number => cmemcache_hash(text) % count;
  // So many servers that `True0` and `10` lead to two live ones, neither of them the dead second.
  const count = [3, 4, 5, 6, 7, 8, 9].find((n) => {
    const places = [place('True0', n), place('10', n)];
    return places[0] !== places[1] && !places.includes(1);
  });
  const names = Array.from({ length: count ?? 0 }, () => other.name);
  names[1] = closed;
  names[place('10', names.length)] = server.name;
  const theirs = await python.create('memcache.Client', [names]);
  await theirs.call('set', [tuple(true, 'theirs'), 1]);
  await open({ release: RELEASE }, names).set([true, 'ours'], 1);
  expect((await rawOther.entry('theirs'))?.data.toString()).toBe('1');
  expect((await raw.entry('ours'))?.data.toString()).toBe('1');
  await rawOther.close();
  await other.stop();
});

it('26: a pickle of a protocol that the old Python lacks is read', async () => {
  await raw.store('new', 1, dumps({ a: [1] }, 5));
  expect(await old('1.53').get('new')).toEqual({ a: [1] });
});

describe('27: a connection that does not come about in time', () => {
  /** Listens, and takes no connection: those that wait are so many that the system answers no more. */
  const FULL = `
import socket, sys
server = socket.socket()
server.bind(('127.0.0.1', 0))
server.listen(0)
waiting = [socket.socket() for _ in range(2)]
for each in waiting:
    each.setblocking(False)
    each.connect_ex(server.getsockname())
print(server.getsockname()[1], flush=True)
sys.stdin.read()
`;
  /** The real client's own words. */
  const THEIRS = `
import memcache, sys
memcache.Client([sys.argv[1]], debug=1, socket_timeout=0.2).get('k')
`;
  let full: ChildProcess;
  let name: string;
  beforeAll(async () => {
    full = spawn(python.path, ['-c', FULL], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (full.stdout === null) throw new Error('no stdout');
    const [port] = (await once(full.stdout, 'data')) as [Buffer];
    name = `127.0.0.1:${port.toString().trim()}`;
  });
  afterAll(async () => {
    const closed = once(full, 'close');
    full.stdin?.end();
    await closed;
  });

  it('is told without `connect: `', async () => {
    const theirs = execFileSync('sh', ['-c', '"$@" 2>&1', 'sh', python.path, '-c', THEIRS, name]);
    expect(theirs.toString()).toContain(': connect: timed out.  Marking dead.');
    let printed = '';
    const log = (text: string): void => void (printed += text);
    expect(await open({ debug: 1, log, socket_timeout: 0.2 }, [name]).get('k')).toBeNull();
    expect(printed).toContain(`MemCached: MemCache: inet:${name}: timed out.  Marking dead.`);
  });
});

it('28: before 1.55 a text key is the str of Python 2 while it is ASCII', async () => {
  const client = old('1.53');
  expect(await client.set('k', 1)).toBe(true);
  expect(await client.get('k')).toBe(1);
  await expect(client.get('é')).rejects.toBeInstanceOf(Client.MemcachedStringEncodingError);
});

it('29: methods of many keys of 1.48 answer for a connection that closed, and raise nothing', async () => {
  const closing = await startScripted((_received, socket) => void socket.destroy());
  const names = [`127.0.0.1:${closing.port}`];
  for (const release of ['1.48', '1.49'] as const) {
    const client = open({ release, python: 2, dead_retry: 0 }, names);
    expect(await client.get_multi(['a', 'b'])).toEqual(new Map());
    expect(await client.set_multi({ a: 1, b: 2 })).toEqual(['a', 'b']);
    expect(await client.delete_multi(['a'])).toBe(0);
  }
  await closing.close();
});
