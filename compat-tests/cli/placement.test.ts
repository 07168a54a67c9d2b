// The rows of `where` beside the real clients: each key lies on the server that the row names, after the client stored it.
import { Admin } from '../../lib/cli/admin';
import { PLACEMENTS, type PlacementName } from '../../lib/cli/placements';
import { parseServers } from '../../lib/cli/servers';
import { openSocket } from '../../lib/net/address';
import { Python, RawConnection, startServers, stopServers, type Memcached } from '../support';

const KEYS = [...Array.from({ length: 150 }, (_, i) => `user:${i}`), 'clé', 'ключ:1', '键', ':1:x'];

/** A client, as Python makes it; `servers` is the list of `host:port`. */
const CLIENTS: readonly (readonly [PlacementName, weights: readonly number[], source: string])[] = [
  ['python-memcached-1.59', [1, 1, 1], 'memcache.Client(servers)'],
  ['python-memcached-1.59', [3, 1, 2], 'memcache.Client(list(zip(servers, weights)))'],
  ['pylibmc', [1, 1, 1], 'pylibmc.Client(servers)'],
  ['pylibmc-crc', [1, 1, 1], "pylibmc.Client(servers, behaviors={'hash': 'crc'})"],
  ['pylibmc-ketama', [1, 1, 1], "pylibmc.Client(servers, behaviors={'ketama': True})"],
  ['pylibmc-ketama', [3, 1, 2], "pylibmc.Client(heavy, behaviors={'ketama': True})"],
  ['pylibmc-ketama-weighted', [1, 1, 1], "pylibmc.Client(servers, behaviors={'ketama_weighted': True})"],
  ['pylibmc-ketama-weighted', [3, 1, 2], "pylibmc.Client(heavy, behaviors={'ketama_weighted': True})"],
  ['pymemcache', [1, 1, 1], 'HashClient(pairs, allow_unicode_keys=True)'],
  ['pymemcache-bytes', [1, 1, 1], 'Bytes(HashClient(pairs))'],
]; // prettier-ignore

const SET_UP = `
import memcache, pylibmc
from pymemcache.client.hash import HashClient

class Bytes:
    def __init__(self, client):
        self.client = client
    def set(self, key, value):
        self.client.set(key.encode(), value)

def store(make, servers, weights, keys):
    pairs = [(host, int(port)) for host, port in (server.split(':') for server in servers)]
    heavy = ['%s:%d' % pair for pair in zip(servers, weights)]
    client = eval(make, {**globals(), **locals()})
    for key in keys:
        client.set(key, 'v')
`;

let python: Python;
let servers: Memcached[];
beforeAll(async () => {
  python = await Python.start({ modules: ['memcache', 'pylibmc', 'pymemcache'] });
  await python.exec(SET_UP);
  servers = await startServers(3);
}, 30_000);
afterAll(async () => {
  await stopServers(servers);
  await python.stop();
});

it.each(CLIENTS)('%s, weights %p: %s', async (name, weights, make) => {
  for (const server of servers) {
    await using raw = await RawConnection.open(server);
    await raw.flush();
  }
  const names = servers.map((server) => server.name);
  await python.exec('store(make, servers, weights, keys)', { make, servers: names, weights, keys: KEYS });
  const list = parseServers(names.map((each, i) => `${each}*${weights[i] ?? 1}`)).servers;
  const locate = PLACEMENTS[name].build(list);
  const found = new Map<string, string>();
  for (const server of list) {
    const admin = await Admin.connect(server, { open: openSocket, login: undefined, timeout: 20_000 });
    const wires = KEYS.map((key) => Buffer.from(key).toString('latin1'));
    const entries = await admin.entries(wires);
    for (const [i, key] of KEYS.entries()) if (entries[i] !== undefined) found.set(key, server.name);
    admin.close();
  }
  const expected = KEYS.map((key) => [key, list[locate(Buffer.from(key).toString('latin1'))]?.name]);
  expect([...found]).toHaveLength(KEYS.length);
  expect(KEYS.map((key) => [key, found.get(key)])).toEqual(expected);
}, 30_000); // prettier-ignore
