// AWSElastiCacheHashClient over a scripted configuration endpoint and real servers: nodes that come, go and answer nonsense.

import {
  AWSElastiCacheHashClient,
  MemcacheUnknownCommandError,
  MemcacheUnknownError,
  type AWSElastiCacheHashClientArguments,
} from '../../lib/clients/pymemcache';
import { ClosedError, ConnectionError, TimeoutError, TlsError, ValueError } from '../../lib/errors';
import { startScripted, type ScriptedServer } from '../../lib/testing/scripted-server';
import { secured } from '../reliability/proxy/fault-proxy';
import { Authority, tlsArgs } from '../transport/authority';
import { bytes, Memcached, Python, RawConnection, startServers, stopServers } from '../support';

let servers: [Memcached, Memcached, Memcached];
let endpoint: ScriptedServer;
/** What the endpoint answers; undefined: nothing. */
let reply: string | undefined;
const clients: AWSElastiCacheHashClient[] = [];

beforeAll(async () => {
  servers = (await startServers(3)) as typeof servers;
});
beforeEach(async () => {
  endpoint = await startScripted(() => reply);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await endpoint.close();
});
afterAll(() => stopServers(servers));

/** As ElastiCache answers: each node by its name, which leads nowhere, its address and its port. */
function configuration(nodes: readonly Memcached[], version = 1): string {
  const list = nodes.map(({ port }, i) => `node${i}.invalid|127.0.0.1|${port}`).join(' ');
  return configured(`${version}\n${list}\n`);
}

function configured(text: string): string {
  return `CONFIG cluster 0 ${text.length}\r\n${text}\r\nEND\r\n`;
}

function open(...rest: AWSElastiCacheHashClientArguments): AWSElastiCacheHashClient {
  const client = new AWSElastiCacheHashClient(`127.0.0.1:${endpoint.port}`, ...rest);
  clients.push(client);
  return client;
}

const KEYS = Array.from({ length: 60 }, (_, i) => `k${i}`);
const ENTRIES = new Map(KEYS.map((key) => [key, `of ${key}`]));
const no = { noreply: false } as const;

it('asks the endpoint with the first call, once, for all that wait', async () => {
  reply = configuration(servers);
  const client = open();
  expect(await Promise.all([client.set_many(ENTRIES, no), client.get('none')])).toEqual([[], null]);
  expect((await client.get_many(KEYS)).size).toBe(KEYS.length);
  expect(endpoint.received).toEqual(['config get cluster\r\n']);
});

it('places keys as the real client of the same nodes', async () => {
  reply = configuration(servers);
  await using python = await Python.start({ modules: ['pymemcache'] });
  const names = servers.map(({ port }) => `127.0.0.1:${port}`);
  const theirs = await python.create('pymemcache.client.hash.HashClient', [names]);
  await theirs.call('set_many', [ENTRIES], no);
  const found = await open().get_many(KEYS);
  expect(KEYS.map((key) => found.get(key))).toEqual(KEYS.map((key) => bytes(`of ${key}`)));
});

it('connects to names where it is told to', async () => {
  const [{ port }] = servers;
  reply = configured(`1\nlocalhost|192.0.2.1|${port}\n`);
  const client = open({ use_vpc: false });
  expect(await client.set('k', 'v', no)).toBe(true);
  expect(client.hasher.get_node('k')).toBe(`localhost:${port}`);
});

it('speaks TLS with the endpoint and with its nodes, whose certificates hold names alone', async () => {
  const authority = new Authority();
  const tls = { ca: authority.root.cert };
  const own = authority.issue();
  const secure = await startScripted(
    () => reply,
    '',
    (socket) => secured(socket, own),
  );
  const args = tlsArgs(authority.issue({ subjectAltName: 'DNS:localhost' }));
  await using node = await Memcached.start({ args });
  reply = configured(`1\nlocalhost|127.0.0.1|${node.port}\n`);
  const options = { tls, timeout: 20 };
  const name = `127.0.0.1:${secure.port}`;
  const byName = new AWSElastiCacheHashClient(name, { ...options, use_vpc: false });
  const byAddress = new AWSElastiCacheHashClient(name, options);
  clients.push(byName, byAddress);
  expect(await byName.set('k', 'v', no)).toBe(true);
  expect(await byName.get('k')).toEqual(bytes('v'));
  await expect(byAddress.get('k')).rejects.toThrow(TlsError);
  await secure.close();
  authority.remove();
});

it('connects to the name of a node that has no address', async () => {
  const [{ port }] = servers;
  reply = configured(`1\nlocalhost||${port}\n`);
  expect(await open().set('k', 'v', no)).toBe(true);
});

it('takes the nodes that were added, gives up those that were removed, and keeps the connections of the rest', async () => {
  const [stays, goes, comes] = servers;
  reply = configuration([stays, goes]);
  const client = open();
  await client.set_many(ENTRIES, no);
  await using raw = await RawConnection.open(stays);
  const connections = async (): Promise<number> => {
    raw.write('stats\r\n');
    const text = (await raw.readUntil('END\r\n')).toString();
    return Number(/total_connections (\d+)/.exec(text)?.[1]);
  };
  const before = await connections();

  reply = configuration([stays, comes], 2);
  expect(await client.reconfigure_nodes()).toBeNull();
  expect(await client.set_many(ENTRIES, no)).toEqual([]);
  expect((await client.get_many(KEYS)).size).toBe(KEYS.length);
  const homes = new Set(KEYS.map((key) => client.hasher.get_node(key)));
  expect(homes).toEqual(new Set([stays, comes].map(({ port }) => `127.0.0.1:${port}`)));
  expect(await connections()).toBe(before);

  reply = configuration([comes], 3);
  await Promise.all([client.reconfigure_nodes(), client.reconfigure_nodes()]);
  expect(await client.set_many(ENTRIES, no)).toEqual([]);
  expect(endpoint.accepted()).toBe(3);
});

describe('an answer that is no configuration', () => {
  const MALFORMED: readonly (readonly [string, string])[] = [
    ['nothing', 'END\r\n'],
    ['another command’s', 'VALUE k 0 1\r\nv\r\nEND\r\n'],
    ['no version', configured('node|127.0.0.1|1\n')],
    ['no nodes', configured('1\n\n')],
    ['a node without a port', configured('1\nnode|127.0.0.1\n')],
    ['a port that is none', configured('1\nnode|127.0.0.1|port\n')],
    ['a port of too many digits', configured('1\nnode|127.0.0.1|112110\n')],
    ['a node without a name', configured('1\n|127.0.0.1|1\n')],
    ['two spaces', configured('1\na|127.0.0.1|1  b|127.0.0.1|2\n')],
    ['a command in a name', configured('1\na\tflush_all|127.0.0.1|1\n')],
    ['a fourth part', configured('1\na|127.0.0.1|1|2\n')],
  ];
  it.each(MALFORMED)('is refused: %s', async (_name, answer) => {
    reply = answer;
    await expect(open({ ignore_exc: true }).get('k')).rejects.toThrow(MemcacheUnknownError);
  });

  it.each(MALFORMED)('leaves the servers as they were: %s', async (_name, answer) => {
    reply = configuration(servers);
    const client = open();
    await client.set_many(ENTRIES, no);
    reply = answer;
    await expect(client.reconfigure_nodes()).rejects.toThrow(MemcacheUnknownError);
    expect((await client.get_many(KEYS)).size).toBe(KEYS.length);
  });

  it('of a server that is no ElastiCache says so', async () => {
    reply = 'ERROR\r\n';
    await expect(open().get('k')).rejects.toThrow(MemcacheUnknownCommandError);
    const memcached = new AWSElastiCacheHashClient(servers[0].name);
    await expect(memcached.get('k')).rejects.toThrow('has no cluster configuration');
  });
});

describe('an endpoint that fails', () => {
  it('fails the call, and is asked again by the next', async () => {
    reply = configuration(servers);
    const { port } = endpoint;
    await endpoint.close();
    const client = new AWSElastiCacheHashClient(`127.0.0.1:${port}`);
    clients.push(client);
    await expect(client.get('k')).rejects.toThrow(ConnectionError);
    await expect(client.stats()).rejects.toThrow(ConnectionError);
  });

  it('leaves the servers as they were', async () => {
    reply = configuration(servers);
    const client = open();
    await client.set_many(ENTRIES, no);
    await endpoint.close();
    await expect(client.reconfigure_nodes()).rejects.toThrow(ConnectionError);
    expect((await client.get_many(KEYS)).size).toBe(KEYS.length);
  });

  it('that breaks off in the middle is asked again by the next call', async () => {
    reply = undefined;
    const broken = await startScripted((_received, socket, connection) => {
      if (connection > 0) return configuration(servers);
      socket.write('CONFIG cluster 0 100\r\n1\nnode');
      socket.end();
      return undefined;
    });
    const client = new AWSElastiCacheHashClient(`127.0.0.1:${broken.port}`);
    clients.push(client);
    await expect(client.get('k')).rejects.toThrow('closed by the server');
    expect(await client.set('k', 'v', no)).toBe(true);
    await broken.close();
  });

  it('that is silent is given up after `timeout`, by a signal, and by close', async () => {
    reply = undefined;
    await expect(open({ timeout: 0.1 }).get('k')).rejects.toThrow(TimeoutError);
    const client = open();
    const abort = new AbortController();
    const reason = new Error('enough');
    const calls = [
      client.get('k', { signal: abort.signal }),
      client.reconfigure_nodes({ signal: abort.signal }),
    ];
    abort.abort(reason);
    for (const call of calls) await expect(call).rejects.toBe(reason);
    const waiting = client.get('k');
    client.close();
    await expect(waiting).rejects.toThrow(ClosedError);
    reply = configuration(servers);
    expect(await client.set('k', 'v', no)).toBe(true);
  });
});

it.each(['cluster.abcxyz.cfg.use1.cache.amazonaws.com:11211', '1.1.1.1:11211', '[1.1.1.1]:11211'])(
  'takes the endpoint %s',
  (name) => {
    expect(() => new AWSElastiCacheHashClient(name).close()).not.toThrow();
  },
);

it.each([
  'cluster.abcxyz.cfg.use1.cache.amazonaws.com:abc',
  'cluster.abcxyz.cfg.use1.cache.amazonaws.com',
  'cluster.abcxyz.cfg.use1.cache.amazonaws.com:123123',
  '1.1..1:11211',
  'localhost:11211',
  'a.b:11211\n',
  '/socket',
])('refuses the endpoint %j', (name) => {
  expect(() => new AWSElastiCacheHashClient(name)).toThrow(ValueError);
});

it('takes HashClient’s parameters, and no others', async () => {
  reply = configuration(servers);
  const client = open({
    use_vpc: true,
    use_pooling: true,
    key_prefix: 'aws:',
    default_noreply: false,
  });
  expect(await client.set('k', 'v')).toBe(true);
  expect(() => open({ nope: true } as object)).toThrow(TypeError);
});
