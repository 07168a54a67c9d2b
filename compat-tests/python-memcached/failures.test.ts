// Servers that die, freeze, refuse and come back, over TCP v4, v6 and unix sockets: what every method answers then.

import { networkInterfaces } from 'node:os';
import { Client, TimeoutError, type ClientOptions } from '../../lib';
import {
  LoggingProxy,
  Memcached,
  Python,
  refusingPort,
  tuple,
  type Outcome,
  type PythonObject,
} from '../support';

/** One call of a method, on both sides. */
interface Ask {
  readonly name: string;
  readonly python: string;
  readonly ours: (mc: Client) => Promise<unknown>;
  /** What both answer when the server refuses. */
  readonly refused: unknown;
  /** What ours answers when a request was sent and no reply comes, if not that. */
  readonly silent?: unknown;
  /** What Python says where it says something else: to a timeout, and to a closed connection. */
  readonly theirs?: { readonly timeout?: unknown; readonly closed?: unknown };
}

/** An exception on Python's side; docs/compatibility.md tells where ours answers instead. */
const raised = (type: string): unknown => ({ raised: type });

const ASKS: readonly Ask[] = [
  { name: 'get', python: "get('k')", ours: (mc) => mc.get('k'), refused: null },
  { name: 'gets', python: "gets('k')", ours: (mc) => mc.gets('k'), refused: null },
  { name: 'set', python: "set('k', 1)", ours: (mc) => mc.set('k', 1), refused: 0 },
  { name: 'add', python: "add('k', 1)", ours: (mc) => mc.add('k', 1), refused: 0 },
  { name: 'replace', python: "replace('k', 1)", ours: (mc) => mc.replace('k', 1), refused: 0 },
  { name: 'append', python: "append('k', 'x')", ours: (mc) => mc.append('k', 'x'), refused: 0 },
  { name: 'prepend', python: "prepend('k', 'x')", ours: (mc) => mc.prepend('k', 'x'), refused: 0 },
  { name: 'cas', python: "cas('k', 1)", ours: (mc) => mc.cas('k', 1), refused: 0 },
  { name: 'delete', python: "delete('k')", ours: (mc) => mc.delete('k'), refused: 0 },
  { name: 'touch', python: "touch('k', 5)", ours: (mc) => mc.touch('k', 5), refused: 0 },
  {
    name: 'incr',
    python: "incr('k')",
    ours: (mc) => mc.incr('k'),
    refused: null,
    theirs: { closed: raised('ValueError') },
  },
  {
    name: 'decr',
    python: "decr('k', 2)",
    ours: (mc) => mc.decr('k', 2),
    refused: null,
    theirs: { closed: raised('ValueError') },
  },
  {
    name: 'get_multi',
    python: "get_multi(['a', 'b'])",
    ours: (mc) => mc.get_multi(['a', 'b']),
    refused: new Map(),
  },
  {
    name: 'set_multi',
    python: "set_multi({'a': 1, 'b': 2})",
    ours: (mc) => mc.set_multi({ a: 1, b: 2 }),
    refused: ['a', 'b'],
    theirs: { timeout: [] },
  },
  {
    name: 'delete_multi',
    python: "delete_multi(['a', 'b'])",
    ours: (mc) => mc.delete_multi(['a', 'b']),
    refused: 1,
    silent: 0,
    theirs: { closed: 1 },
  },
  {
    name: 'get_stats',
    python: 'get_stats()',
    ours: (mc) => mc.get_stats(),
    refused: [],
    theirs: {
      timeout: raised('TimeoutError'),
      closed: [tuple(expect.any(String) as string, new Map())],
    },
  },
  {
    name: 'flush_all',
    python: 'flush_all()',
    ours: (mc) => mc.flush_all(),
    refused: null,
    theirs: { timeout: raised('TimeoutError') },
  },
];

function outcomeOf(outcome: Outcome): unknown {
  return 'raised' in outcome ? raised(outcome.raised.type) : outcome.returned;
}

const clients: Client[] = [];
function open(names: string[], options: ClientOptions = {}): Client {
  const client = new Client(names, options);
  clients.push(client);
  return client;
}
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect_all();
});

describe('with the only server refusing', () => {
  let python: Python;
  let theirs: PythonObject;
  let name: string;
  beforeAll(async () => {
    name = `127.0.0.1:${await refusingPort()}`;
    python = await Python.start({ modules: ['memcache'] });
    theirs = await python.create('memcache.Client', [[name]]);
  });
  afterAll(() => python.stop());

  it.each(ASKS)('$name answers as Python does', async ({ python: source, ours, refused }) => {
    expect(await ours(open([name]))).toEqual(refused);
    expect(await python.eval(`${theirs.name}.${source}`)).toEqual(refused);
  });

  it.each(ASKS)('$name answers the same where there is no server', async (ask) => {
    const nobody = await python.create('memcache.Client', [[]]);
    const answer = await python.eval(`${nobody.name}.${ask.python}`);
    expect(answer).toEqual(ask.refused);
    expect(await ask.ours(open([]))).toEqual(answer);
  });

  it('says so when debug is on, in the words of Python', async () => {
    const lines: string[] = [];
    const mc = open([name], { debug: 1, log: (line) => lines.push(line) });
    await mc.get('k');
    const logged = await python.create('memcache.Client', [[name]], { debug: 1 });
    const { stderr } = await logged.outcome('get', ['k']);
    expect(lines.join('')).toBe(stderr);
  });

  it('answers null even where get was given a default (1.60 on)', async () => {
    expect(await open([name]).get('k', { default: 7 })).toBeNull();
  });
});

describe('with a server that is asked and does not answer', () => {
  let python: Python;
  let server: Memcached;
  let proxy: LoggingProxy;
  beforeAll(async () => {
    server = await Memcached.start();
    proxy = await LoggingProxy.start(server);
    python = await Python.start({ modules: ['memcache'] });
    await server.freeze();
  });
  afterAll(async () => {
    await python.stop();
    await proxy.stop();
    await server.stop();
  });

  const options = { socket_timeout: 0.1, dead_retry: 0 };

  it.each(ASKS)('$name gives up after socket_timeout', async (ask) => {
    const theirs = await python.create('memcache.Client', [[server.name]], options);
    const said = await python.evalOutcome(`${theirs.name}.${ask.python}`);
    const quiet = ask.silent === undefined ? ask.refused : ask.silent;
    expect(outcomeOf(said)).toEqual(ask.theirs?.timeout === undefined ? quiet : ask.theirs.timeout);
    expect(await ask.ours(open([server.name], options))).toEqual(quiet);
  });

  it.each(ASKS)('$name gives up when the connection is closed', async (ask) => {
    const quiet = ask.silent === undefined ? ask.refused : ask.silent;
    const theirs = await python.create('memcache.Client', [[proxy.name]], { dead_retry: 30 });
    const said = await cutWhenAsked(() => python.evalOutcome(`${theirs.name}.${ask.python}`));
    expect(outcomeOf(said)).toEqual(ask.theirs?.closed === undefined ? quiet : ask.theirs.closed);
    expect(await cutWhenAsked(() => ask.ours(open([proxy.name])))).toEqual(quiet);
  });

  /** Calls, waits until the request has passed the proxy, and breaks the connection. */
  async function cutWhenAsked<T>(action: () => Promise<T>): Promise<T> {
    proxy.clear();
    const result = action();
    await proxy.until(() => proxy.sent.endsWith('\r\n'));
    proxy.cut();
    return result;
  }
});

/** A container may have no IPv6. */
const hasV6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);
const PLACES = hasV6 ? (['127.0.0.1', '::1', 'unix'] as const) : (['127.0.0.1', 'unix'] as const);

describe.each(PLACES)('a server on %s', (on) => {
  let server: Memcached;
  beforeEach(async () => {
    server = await Memcached.start({ on });
  });
  afterEach(() => server.stop());

  it('is shared with Python', async () => {
    const python = await Python.start({ modules: ['memcache'] });
    const theirs = await python.create('memcache.Client', [[server.name]]);
    const mc = open([server.name]);
    expect(await theirs.call('set', ['k', 'from Python'])).toBe(true);
    expect(await mc.get('k')).toBe('from Python');
    const [[name] = []] = await mc.get_stats();
    const theirStats = (await python.eval(
      `[s[0] for s in ${theirs.name}.get_stats()]`,
    )) as string[];
    expect(name).toBe(theirStats[0]);
    await python.stop();
  });

  it('that is killed fails the calls, and serves again after forget_dead_hosts', async () => {
    const mc = open([server.name]);
    await mc.set('k', 1);
    await server.kill();
    expect(await mc.get('k')).toBeNull();
    expect(await mc.set('k', 2)).toBe(0);
    await server.restart();
    expect(await mc.set('k', 2)).toBe(0); // left alone for dead_retry seconds
    mc.forget_dead_hosts();
    expect(await mc.set('k', 3)).toBe(true);
    expect(await mc.get('k')).toBe(3);
  });
});

describe('a server', () => {
  let server: Memcached;
  beforeEach(async () => {
    server = await Memcached.start();
  });
  afterEach(() => server.stop());

  it('that restarts while nothing waits is used again at once', async () => {
    const mc = open([server.name]);
    await mc.set('k', 1);
    await server.restart();
    await until(async () => (await mc.get('k')) === null && (await mc.set('k', 2)) === true);
    expect(await mc.get('k')).toBe(2);
  });

  it('that freezes is given up after socket_timeout, and its late answers reach nobody', async () => {
    const mc = open([server.name], { socket_timeout: 0.1, dead_retry: 0 });
    await mc.set('a', 'A');
    await mc.set('b', 'B');
    await server.freeze();
    expect(await mc.get('a')).toBeNull();
    server.thaw();
    await until(async () => (await mc.get('b')) === 'B');
    for (let i = 0; i < 50; i++) expect(await mc.get('b')).toBe('B');
  });

  it('is tried again after dead_retry seconds', async () => {
    let now = 0;
    const time = {
      now: () => now,
      every: () => () => undefined,
      afterReads: (callback: () => void) => callback(),
    };
    const options = { dead_retry: 30, injected: { time } } as ClientOptions;
    const mc = open([server.name], options);
    await mc.set('k', 1);
    await server.kill();
    await until(async () => (await mc.set('k', 2)) === 0);
    await server.restart();
    now += 29_999;
    expect(await mc.set('k', 3)).toBe(0);
    now += 2;
    expect(await mc.set('k', 4)).toBe(true);
  });

  it('that comes back is emptied first with flush_on_reconnect', async () => {
    const mc = open([server.name], { flush_on_reconnect: 1, socket_timeout: 0.1, dead_retry: 0 });
    await mc.set('stale', 1);
    await server.freeze();
    expect(await mc.get('stale')).toBeNull();
    server.thaw();
    await until(async () => (await mc.set('fresh', 1)) === true);
    expect(await mc.get('stale')).toBeNull();
  });

  it('closes the connections that quit_all ends, and serves again', async () => {
    const mc = open([server.name]);
    await mc.set('k', 1);
    expect(await mc.quit_all()).toBeNull();
    expect(await mc.get('k')).toBe(1);
  });

  it('answers before and after a quit_all that nobody has waited for', async () => {
    const mc = open([server.name]);
    await mc.set('k', 1);
    const calls = [mc.incr('k'), mc.quit_all(), mc.incr('k'), mc.get('k'), mc.quit_all()];
    expect(await Promise.all(calls)).toEqual([2, null, 3, 3, null]);
    expect(await mc.get('k')).toBe(3);
  });

  it('of an old list finishes what it was asked', async () => {
    const other = await Memcached.start();
    const mc = open([server.name]);
    await mc.set('k', 'old');
    const pending = Promise.all(Array.from({ length: 100 }, () => mc.get('k')));
    mc.set_servers([other.name]);
    expect(await mc.get('k')).toBeNull();
    expect(await pending).toEqual(new Array(100).fill('old'));
    await other.stop();
  });
});

it('gives a clear error class to those who look below the client', () => {
  expect(new TimeoutError('x').code).toBe('TIMEOUT');
});

/** Tries until `condition` holds; jest's own limit ends a wait that never does. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
