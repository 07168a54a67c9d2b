// Servers that die, freeze, refuse and come back, over TCP v4, v6 and unix sockets: what every method answers then.

import { spawnSync } from 'node:child_process';
import { Client, TimeoutError, type ClientOptions } from '../../lib';
import { Memcached, Python, refusingPort, type PythonObject } from '../support';

/** Every method once, with what it answers without a server (facts of 1.62; the real 1.59 beside it). */
const WITHOUT_SERVER: readonly [
  name: string,
  python: string,
  ask: (mc: Client) => Promise<unknown>,
  answer: unknown,
][] = [
  ['get', "get('k')", (mc) => mc.get('k'), null],
  ['gets', "gets('k')", (mc) => mc.gets('k'), null],
  ['set', "set('k', 1)", (mc) => mc.set('k', 1), 0],
  ['add', "add('k', 1)", (mc) => mc.add('k', 1), 0],
  ['replace', "replace('k', 1)", (mc) => mc.replace('k', 1), 0],
  ['append', "append('k', 'x')", (mc) => mc.append('k', 'x'), 0],
  ['prepend', "prepend('k', 'x')", (mc) => mc.prepend('k', 'x'), 0],
  ['cas', "cas('k', 1)", (mc) => mc.cas('k', 1), 0],
  ['delete', "delete('k')", (mc) => mc.delete('k'), 0],
  ['touch', "touch('k', 5)", (mc) => mc.touch('k', 5), 0],
  ['incr', "incr('k')", (mc) => mc.incr('k'), null],
  ['decr', "decr('k')", (mc) => mc.decr('k'), null],
  ['get_multi', "get_multi(['a', 'b'])", (mc) => mc.get_multi(['a', 'b']), new Map()],
  ['set_multi', "set_multi({'a': 1, 'b': 2})", (mc) => mc.set_multi({ a: 1, b: 2 }), ['a', 'b']],
  ['delete_multi', "delete_multi(['a', 'b'])", (mc) => mc.delete_multi(['a', 'b']), 1],
  ['get_stats', 'get_stats()', (mc) => mc.get_stats(), []],
  ['flush_all', 'flush_all()', (mc) => mc.flush_all(), null],
];

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

  it.each(WITHOUT_SERVER)('%s answers as Python does', async (_name, source, ask, answer) => {
    expect(await ask(open([name]))).toEqual(answer);
    expect(await python.eval(`${theirs.name}.${source}`)).toEqual(answer);
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

describe.each(['127.0.0.1', '::1', 'unix'] as const)('a server on %s', (on) => {
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

  it('holds no process that has nothing to wait for, and every one that has', () => {
    const script = (body: string): string =>
      `const { Client } = require(${JSON.stringify(require.resolve('../../dist/index.js'))});
       const mc = new Client([${JSON.stringify(server.name)}]);
       ${body}`;
    const run = (body: string): string =>
      spawnSync(process.execPath, ['-e', script(body)], { timeout: 20_000 }).stdout.toString();
    expect(
      run("mc.set('p', 1).then(() => mc.get('p')).then((v) => process.stdout.write('got ' + v));"),
    ).toBe('got 1');
    expect(
      run(
        "mc.set('q', 1, { noreply: true }); process.on('exit', () => process.stdout.write('end'));",
      ),
    ).toBe('end');
  });
});

it('gives a clear error class to those who look below the client', () => {
  expect(new TimeoutError('x').code).toBe('TIMEOUT');
});

/** Tries until `condition` holds; jest's own limit ends a wait that never does. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
