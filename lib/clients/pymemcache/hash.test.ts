// HashClient's own: its options, its hashers, pairs as keys, and many calls at once on a server that fails.

import type { TimeSource } from '../../net/clock';
import { systemTime } from '../../net/clock';
import { ConnectionError, KeyError, ValueError } from '../../errors';
import { startScripted, type Script, type ScriptedServer } from '../../testing/scripted-server';
import { MemcacheError } from './exceptions';
import { HashClient } from './hash';
import type { HashClientArguments, HashClientOptions } from './hash-options';
import { RendezvousHash, type Hasher } from './rendezvous';
import type { ServerArgument } from './server-string';

const servers: ScriptedServer[] = [];
const clients: HashClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(script: Script): Promise<ScriptedServer> {
  const server = await startScripted(script);
  servers.push(server);
  return server;
}

function open(list: Iterable<ServerArgument>, ...rest: HashClientArguments): HashClient {
  const client = new HashClient(list, ...rest);
  clients.push(client);
  return client;
}

function nameOf({ port }: ScriptedServer): string {
  return `127.0.0.1:${port}`;
}

/** Answers every get with nothing, every other line with `reply`. */
function answering(reply: string): Script {
  return (received) =>
    received
      .split('\r\n')
      .slice(0, -1)
      .filter((line) => /^(get|set|delete|incr|touch|flush_all|version|stats)\b/.test(line))
      .map((line) => (line.startsWith('get') ? 'END\r\n' : reply))
      .join('');
}

/** A clock that the test turns. */
function manualTime(): TimeSource & { turn(ms: number): void } {
  let now = 0;
  return { ...systemTime, now: () => now, turn: (ms) => void (now += ms) };
}

function timed(time: TimeSource, options: HashClientOptions = {}): HashClientOptions {
  return { ...options, injected: { time } } as HashClientOptions;
}

describe('options', () => {
  it.each<[string, unknown[], new (message: string) => Error]>([
    ['an unknown name', [{ nope: 1 }], TypeError],
    ['a hasher that is none', [{ hasher: 5 }], TypeError],
    ['a hasher that lacks a method', [{ hasher: () => ({ add_node: () => null }) }], TypeError],
    ['a negative time', [{ retry_timeout: -1 }], ValueError],
    ['a time that is no number', [{ dead_timeout: '5' }], TypeError],
    ['a size that is none, of a pool', [{ use_pooling: true, max_pool_size: -1 }], ValueError],
    ['an option of the inner client', [{ encoding: 5 }], TypeError],
    ['what is given twice', [RendezvousHash, { hasher: RendezvousHash }], TypeError],
    ['another socket module', [{ socket_module: {} }], TypeError],
  ])('%s is refused', (_name, rest, error) => {
    expect(() => new HashClient(['h'], ...(rest as HashClientArguments))).toThrow(error);
  });

  it('parameters of a pool are not looked at without one', () => {
    expect(() => open(['h'], { max_pool_size: -1 })).not.toThrow();
  });

  it('take Python’s positions', () => {
    const serde = { serialize: () => ['', 0] as const, deserialize: () => null };
    const rest = [RendezvousHash, serde, null, null, 5, 5] as unknown as HashClientArguments;
    expect(() => open(['h'], ...rest)).not.toThrow();
  });

  it('a list with a server that is none is refused, and what is no list', () => {
    expect(() => open(['h', '::1'])).toThrow(ValueError);
    expect(() => open('h:1')).toThrow(TypeError);
  });
});

describe('a hasher', () => {
  class Fixed implements Hasher {
    readonly nodes: string[] = [];
    readonly asked: unknown[] = [];
    add_node(node: string): void {
      this.nodes.push(node);
    }
    remove_node(node: string): void {
      this.nodes.splice(this.nodes.indexOf(node), 1);
    }
    get_node(key: string | Uint8Array): string | null {
      this.asked.push(key);
      return this.nodes.at(-1) ?? null;
    }
  }

  it.each([
    ['class', Fixed],
    ['function', () => new Fixed()],
  ])('may be a %s', async (_kind, hasher) => {
    const [first, last] = [await serve(answering('')), await serve(answering(''))];
    const client = open([nameOf(first), nameOf(last)], { hasher });
    const key = Buffer.from('k');
    expect(await client.get(key)).toBeNull();
    expect([first.received, last.received]).toEqual([[], ['get k\r\n']]);
    expect((client.hasher as Fixed).asked).toEqual([key]);
    expect((client.hasher as Fixed).asked[0]).toBe(key);
  });

  it('that names a node it was not given is told so, even where errors are ignored', async () => {
    const hasher = (): Hasher => ({
      add_node: () => undefined,
      remove_node: () => undefined,
      get_node: () => 'x',
    });
    const client = open(['h'], hasher, { ignore_exc: true });
    await expect(client.get('k')).rejects.toThrow(new KeyError('x'));
  });
});

describe('a pair as a key', () => {
  it('goes where its first part belongs, and is stored under its second', async () => {
    const both = [await serve(answering('STORED\r\n')), await serve(answering('STORED\r\n'))];
    const client = open(both.map(nameOf), { default_noreply: false });
    const home = both.find((each) => nameOf(each) === client.hasher.get_node('home'));
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
    expect(await client.set_many(keys.map((key) => [['home', key], 'v'] as const))).toEqual([]);
    expect(await client.get_many(keys.map((key) => ['home', key] as const))).toEqual(new Map());
    await client.get(['home', 'k0']);
    expect(home?.received[0]?.match(/^set /gm)).toHaveLength(20);
    expect(home?.received[0]).toContain(`get ${keys.join(' ')}\r\nget k0\r\n`);
    expect(both.filter((each) => each.accepted() > 0)).toEqual([home]);
  });

  it.each([[['a b', 'k']], [['home', 'a b']], [['home']], [['a', 'b', 'c']]])(
    'is checked in both parts: %j',
    async (key) => {
      const client = open(['h']);
      await expect(client.get(key as unknown as string)).rejects.toThrow();
    },
  );
});

describe('many calls at once', () => {
  it('on a server that fails are one failure, and then none is asked', async () => {
    const time = manualTime();
    const server = await serve((_received, socket) => void socket.resetAndDestroy());
    const client = open([nameOf(server)], timed(time, { retry_attempts: 1 }));
    const failing = async (): Promise<unknown[]> =>
      Promise.all(
        Array.from({ length: 50 }, () => client.get('k', 'miss').catch((e: Error) => e.name)),
      );
    expect(new Set(await failing())).toEqual(new Set(['ConnectionError']));
    expect(new Set(await failing())).toEqual(new Set(['miss']));
    time.turn(1001);
    expect(new Set(await failing())).toEqual(new Set(['ConnectionError']));
    expect(server.accepted()).toBe(2);
  });

  it('that are spread all settle before the first failure is thrown', async () => {
    const bad = await serve((_received, socket) => void socket.resetAndDestroy());
    const replies: (() => void)[] = [];
    let isDead = false;
    const slow = await serve((_received, socket) => {
      replies.push(() => socket.write('END\r\n'));
      return isDead ? 'END\r\n' : undefined;
    });
    const client = open([nameOf(bad), nameOf(slow)]);
    const events: string[] = [];
    const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
    client.events.on('dead', () => {
      events.push('dead');
      isDead = true;
      replies[0]?.();
    });
    const call = client.get_many(keys).catch((error: unknown) => {
      events.push('thrown');
      return error;
    });
    expect(await call).toBeInstanceOf(ConnectionError);
    expect(events).toEqual(['dead', 'thrown']);
    expect(replies).toHaveLength(1);
  });
});

it('tells until when a server is left alone', async () => {
  const time = manualTime();
  const server = await serve((_received, socket) => void socket.resetAndDestroy());
  const options = { retry_timeout: 500, retry_attempts: 1, dead_timeout: 5000, ignore_exc: true };
  const client = open([nameOf(server)], timed(time, options));
  const told: number[] = [];
  client.events.on('dead', ({ until }) => told.push(Math.round((until ?? 0) - Date.now() / 1000)));
  for (let i = 0; i < 3; i++) {
    await client.get('k');
    time.turn(500_001);
  }
  expect(told).toEqual([500, 500, 5000]);
});

it('ends a call by its signal, even where errors are ignored', async () => {
  const server = await serve(() => undefined);
  const client = open([nameOf(server)], { ignore_exc: true });
  const reason = new Error('enough');
  for (const call of [
    (signal: AbortSignal) => client.get('k', { signal }),
    (signal: AbortSignal) => client.set('k', 'v', { noreply: false, signal }),
    (signal: AbortSignal) => client.get_many(['k', 'l'], { signal }),
    (signal: AbortSignal) => client.set_many({ k: 'v' }, { noreply: false, signal }),
    (signal: AbortSignal) => client.stats({ signal }),
  ]) {
    const abort = new AbortController();
    const pending = call(abort.signal);
    setImmediate(() => abort.abort(reason));
    await expect(pending).rejects.toBe(reason);
  }
});

it('ignores errors from the moment it is told to', async () => {
  const server = await serve(answering('SERVER_ERROR busy\r\n'));
  const client = open([nameOf(server)], { default_noreply: false });
  await expect(client.set('k', 'v')).rejects.toThrow('busy');
  client.ignore_exc = true;
  expect([client.ignore_exc, await client.set('k', 'v')]).toEqual([true, false]);
});

it('asks each server for its stats, and answers false for one that it leaves alone', async () => {
  const good = await serve(answering('STAT pid 5\r\nEND\r\n'));
  const bad = await serve((_received, socket) => void socket.resetAndDestroy());
  const client = open([nameOf(good), nameOf(bad)], { retry_timeout: 3600 });
  await expect(client.stats('items')).rejects.toThrow(ConnectionError);
  const stats = Object.assign(Object.create(null) as object, { pid: 5 });
  expect(await client.stats()).toEqual([
    [nameOf(good), stats],
    [nameOf(bad), false],
  ]);
  expect(good.received).toEqual(['stats items\r\nstats\r\n']);
});

it.each([
  ['4.0', null],
  ['3.5.2', false],
] as const)(
  'a counter of a server that is left alone, by release: %s, %p',
  async (release, told) => {
    const server = await serve((_received, socket) => void socket.resetAndDestroy());
    const client = open([nameOf(server)], { release, retry_timeout: 3600 });
    await expect(client.incr('k', 1)).rejects.toThrow(ConnectionError);
    expect([await client.incr('k', 1), await client.decr('k', 1)]).toEqual([told, told]);
  },
);

it('reads and touches, with `default` by position', async () => {
  const server = await serve((line) =>
    line.startsWith('gats') ? 'VALUE k 0 1 7\r\nv\r\nEND\r\n' : 'END\r\n',
  );
  const client = open([nameOf(server)]);
  expect(await client.gat('k', 'miss', { expire: 60 })).toBe('miss');
  expect(await client.gat('k')).toBeNull();
  expect(await client.gats('k', { expire: 5 })).toEqual([Buffer.from('v'), Buffer.from('7')]);
  expect(server.received).toEqual(['gat 60 k\r\ngat 0 k\r\ngats 5 k\r\n']);
});

it('replaces a connection that was idle for longer than the pool allows, and no other', async () => {
  const time = manualTime();
  const both = [await serve(answering('')), await serve(answering(''))];
  const pool = { use_pooling: true, pool_idle_timeout: 10 };
  const client = open(both.map(nameOf), timed(time, pool));
  const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
  const [busy = ''] = keys.filter((key) => client.hasher.get_node(key) === nameOf(both[0] as ScriptedServer)); // prettier-ignore
  await client.get_many(keys);
  time.turn(9000);
  await client.get(busy);
  time.turn(9000);
  await client.get_many(keys);
  expect(both.map((each) => each.accepted())).toEqual([1, 2]);
});

it('without servers has none to ask', async () => {
  const client = open([]);
  await expect(client.get('k')).rejects.toThrow(
    new MemcacheError('All servers seem to be down right now'),
  );
  expect([await client.stats(), await client.flush_all(), await client.quit()]).toEqual([
    [],
    null,
    null,
  ]);
});
