// The engine against servers that lie, hang, vanish and come back.

import type { Socket } from 'node:net';
import {
  ClosedError,
  ConnectionError,
  MemcacheError,
  OverflowError,
  ProtocolError,
  TimeoutError,
} from '../errors';
import { MAX_QUEUED } from '../limits';
import { Raise, type Answers } from '../net/operation';
import { startScripted, type Script, type ScriptedServer } from '../testing/scripted-server';
import { textWire } from '../wire/text';
import { Code, Command } from '../wire/wire';
import type { Dialect, FailurePolicy } from './dialect';
import { ABSENT, Engine, type ChangeOptions } from './engine';
import type { WireKey } from './keys';
import type { Observer, ServerSpec } from './server';

const raise = new Raise((line, cause) => cause ?? new Error(line));
const ANSWERS: Answers = {
  [Code.stored]: 'stored',
  [Code.notFound]: 'not found',
  [Code.deleted]: 'deleted',
  [Code.touched]: 'touched',
  [Code.ok]: 'ok',
  [Code.refused]: raise,
  [Code.failed]: raise,
};
const FAILURE: FailurePolicy = {
  whenDead: 'next-server',
  deadFor: 30_000,
  timeout: 3000,
  flushOnReconnect: false,
  resend: new Set(),
};
const OPTIONS: ChangeOptions = {
  time: '0',
  delta: '1',
  cas: '',
  noreply: false,
  sent: 'sent',
  tail: '',
};
const ENTRY = { flags: 0, data: 'v' };

function dialect(failure: Partial<FailurePolicy>): Dialect {
  return {
    wire: textWire,
    decode: (_flags, bytes, from, to) => bytes.latin1Slice(from, to),
    failure: { ...FAILURE, ...failure },
    // The first character of a key names its server; a dead server's keys go to the next one.
    placement: (servers) => ({
      start: (key) => Number(key[0]),
      server: (spot) => (servers.length === 0 ? -1 : Number(spot) % servers.length),
      next: (spot, attempt) => (attempt < 9 ? Number(spot) + 1 : undefined),
    }),
    answers: {
      get: ANSWERS,
      getMany: ANSWERS,
      store: ANSWERS,
      cas: ANSWERS,
      delete: ANSWERS,
      deleteMany: ANSWERS,
      count: ANSWERS,
      touch: ANSWERS,
      flushAll: ANSWERS,
      stats: ANSWERS,
      version: ANSWERS,
      verbosity: ANSWERS,
      quit: ANSWERS,
    },
  };
}

const key = (text: string): WireKey => text as WireKey;
const servers: ScriptedServer[] = [];
const engines: Engine[] = [];
let events: string[] = [];

const observer: Observer = {
  happened: ({ name, server, cause }) =>
    void events.push(
      `${server.name} ${name}${cause === undefined ? '' : `: ${cause.constructor.name}`}`,
    ),
};

async function serve(script: Script, greeting?: string): Promise<ScriptedServer> {
  const server = await startScripted(script, greeting);
  servers.push(server);
  return server;
}

function spec(port: number, name = 's'): ServerSpec {
  return { address: { kind: 'tcp', host: '127.0.0.1', port, family: 4 }, name, weight: 1 };
}

function start(ports: readonly number[], failure: Partial<FailurePolicy> = {}): Engine {
  const engine = new Engine(
    dialect(failure),
    ports.map((port, i) => spec(port, `s${i}`)),
    { observer },
  );
  engines.push(engine);
  return engine;
}

/** A port where nothing listens: it was free a moment ago. */
async function freePort(): Promise<number> {
  const server = await startScripted(() => undefined);
  await server.close();
  return server.port;
}

/** A server that keeps entries, well enough for a test. */
function honest(): Script {
  const entries = new Map<string, string>();
  return (received) => {
    let reply = '';
    const lines = received.split('\r\n');
    for (let i = 0; i < lines.length - 1; i++) {
      const [command = '', ...args] = (lines[i] ?? '').split(' ');
      if (command === 'get') {
        for (const k of args) {
          const value = entries.get(k);
          if (value !== undefined) reply += `VALUE ${k} 0 ${value.length}\r\n${value}\r\n`;
        }
        reply += 'END\r\n';
      } else if (command === 'set') {
        entries.set(args[0] ?? '', lines[++i] ?? '');
        if (!args.includes('noreply')) reply += 'STORED\r\n';
      } else if (command === 'delete') {
        reply += entries.delete(args[0] ?? '') ? 'DELETED\r\n' : 'NOT_FOUND\r\n';
      } else if (command === 'flush_all') {
        entries.clear();
        reply += 'OK\r\n';
      } else if (command === 'version') reply += 'VERSION 1\r\n';
    }
    return reply;
  };
}

beforeEach(() => {
  events = [];
});

afterEach(async () => {
  for (const engine of engines.splice(0)) engine.disconnect();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('after a lie the engine closes the connection, answers nothing wrong, and serves the next call', () => {
  it.each<[string, string]>([
    ['an entry of another key', 'VALUE 0z 0 1\r\nz\r\nEND\r\n'],
    ['the reply of another command', 'STORED\r\n'],
    ['a malformed length', 'VALUE 0a 0 -1\r\n'],
    ['two gigabytes', 'VALUE 0a 0 2147483647\r\n'],
    ['a value without its end', 'VALUE 0a 0 1\r\nabc\r\nEND\r\n'],
    ['an unknown word', 'WHAT\r\n'],
    ['a refusal of the connection', 'ERROR Too many open connections\r\n'],
  ])('%s', async (_name, lie) => {
    let lies = 1;
    const answer = honest();
    const server = await serve((received, socket, n) =>
      lies-- > 0 ? lie : answer(received, socket, n),
    );
    const engine = start([server.port], { deadFor: 0 });
    const [first, second] = await Promise.allSettled([
      engine.get(key('0a'), undefined, null),
      engine.change(Command.touch, key('0b'), undefined, OPTIONS),
    ]);
    expect([first?.status, second?.status]).toEqual(['rejected', 'rejected']);
    expect((first as PromiseRejectedResult).reason).toBeInstanceOf(MemcacheError);
    expect(await engine.change(Command.set, key('0a'), undefined, OPTIONS, ENTRY)).toBe('stored');
    expect(await engine.get(key('0a'), undefined, null)).toBe('v');
    expect(server.accepted()).toBe(2);
  });

  it('a reply while nothing is asked', async () => {
    const answer = honest();
    let socketOfFirst: { write(text: string): void } | undefined;
    const server = await serve((received, socket, n) => {
      socketOfFirst ??= socket;
      return answer(received, socket, n);
    });
    const engine = start([server.port]);
    await engine.get(key('0a'), undefined, null);
    socketOfFirst?.write('VALUE 0a 0 3\r\nold\r\nEND\r\n');
    await until(() => events.includes('s0 protocol-error: ProtocolError'));
    expect(await engine.get(key('0a'), undefined, 'miss')).toBe('miss');
    expect(server.accepted()).toBe(2);
  });

  it('a greeting before anything was asked', async () => {
    const server = await serve(() => undefined, 'ERROR Too many open connections\r\n');
    const engine = start([server.port]);
    await expect(engine.get(key('0a'), undefined, null)).rejects.toBeInstanceOf(ConnectionError);
    expect(events.at(-1)).toBe('s0 dead: ConnectionError');
  });

  it('an answer that is cut off by the end of the connection', async () => {
    const server = await serve((_received, socket) => {
      socket.end('VALUE 0a 0 5\r\nab');
      return undefined;
    });
    const engine = start([server.port]);
    await expect(engine.get(key('0a'), undefined, null)).rejects.toBeInstanceOf(ConnectionError);
  });

  it('a late reply never reaches another call', async () => {
    const answer = honest();
    let hanging: Socket | undefined;
    const server = await serve((received, socket, n) => {
      if (n > 0) return answer(received, socket, n);
      hanging = socket;
      return undefined;
    });
    const engine = start([server.port], { timeout: 80, deadFor: 0 });
    await expect(engine.get(key('0a'), undefined, null)).rejects.toBeInstanceOf(TimeoutError);
    hanging?.write('VALUE 0a 0 4\r\nlate\r\nEND\r\n');
    for (let i = 0; i < 20; i++)
      expect(await engine.get(key('0a'), undefined, 'miss')).toBe('miss');
  });
});

describe('a server that hangs', () => {
  it('fails every call within its deadline, and the calls behind it', async () => {
    const server = await serve(() => undefined);
    const engine = start([server.port], { timeout: 60 });
    const results = await Promise.allSettled([
      engine.get(key('0a'), undefined, null),
      engine.change(Command.incr, key('0b'), undefined, OPTIONS),
      engine.getMany(0, [key('0c'), key('0d')], undefined),
    ]);
    expect(
      results.map((r) => (r as PromiseRejectedResult).reason as Error).map((e) => e.name),
    ).toEqual(['TimeoutError', 'TimeoutError', 'TimeoutError']);
    expect(events).toEqual(['s0 alive', 's0 timeout: TimeoutError', 's0 dead: TimeoutError']);
  });

  it('does not win time by dripping', async () => {
    const server = await serve((_received, socket) => {
      const timer = setInterval(() => socket.write('V'), 10);
      socket.on('close', () => clearInterval(timer));
      return undefined;
    });
    const engine = start([server.port], { timeout: 60 });
    // The expected line begins with V; what follows is nonsense, or the deadline passes: either way it ends.
    await expect(engine.get(key('0a'), undefined, null)).rejects.toBeInstanceOf(MemcacheError);
  });

  it('is not blamed when the program held the event loop', async () => {
    const server = await serve(honest());
    const engine = start([server.port], { timeout: 50 });
    await engine.get(key('0a'), undefined, null);
    const call = engine.get(key('0a'), undefined, 'miss');
    await new Promise((resolve) => setImmediate(resolve));
    const end = performance.now() + 200;
    while (performance.now() < end);
    expect(await call).toBe('miss');
  });
});

describe('a server that is down', () => {
  it('hands its keys to the next one, and is left alone', async () => {
    const up = await serve(honest());
    const engine = start([await freePort(), up.port]);
    expect(await engine.change(Command.set, key('0a'), undefined, OPTIONS, ENTRY)).toBe('stored');
    expect(await engine.get(key('0a'), undefined, null)).toBe('v');
    expect(await engine.getMany(0, [key('0a'), key('1a'), key('0b')], undefined)).toEqual([
      'v',
      ABSENT,
      ABSENT,
    ]);
    expect(events.filter((e) => e.startsWith('s0 dead'))).toHaveLength(1);
  });

  it('fails its calls at once when there is no other', async () => {
    const engine = start([await freePort()]);
    const fail = (): Promise<unknown> => engine.get(key('0a'), undefined, null);
    await expect(fail()).rejects.toBeInstanceOf(ConnectionError);
    const dead = {
      message: 'no server is available for the key',
      cause: expect.any(ConnectionError) as Error,
    };
    await expect(fail()).rejects.toMatchObject(dead);
    await expect(engine.getMany(0, [key('0a')], undefined)).rejects.toMatchObject(dead);
    await expect(engine.version()).rejects.toMatchObject(dead);
    expect(events).toEqual(['s0 dead: ConnectionError']);
  });

  it('fails its calls without asking another where the policy says so', async () => {
    const up = await serve(honest());
    const engine = start([await freePort(), up.port], { whenDead: 'fail' });
    await expect(engine.get(key('0a'), undefined, null)).rejects.toBeInstanceOf(ConnectionError);
    expect(await engine.get(key('1a'), undefined, 'miss')).toBe('miss');
    expect(up.received.join('')).toBe('get 1a\r\n');
  });

  it('is tried again when its death is forgotten', async () => {
    const port = await freePort();
    const engine = start([port]);
    await expect(engine.get(key('0a'), undefined, null)).rejects.toBeInstanceOf(ConnectionError);
    engine.forgetDead();
    await expect(engine.get(key('0a'), undefined, null)).rejects.toThrow('ECONNREFUSED');
  });

  it('takes one connection attempt for a thousand callers', async () => {
    const engine = start([await freePort()]);
    const calls = Array.from({ length: 1000 }, (_, i) => engine.get(key(`0${i}`), undefined, null));
    const results = await Promise.allSettled(calls);
    expect(results.every((r) => r.status === 'rejected')).toBe(true);
    expect(events).toHaveLength(1);
  });
});

describe('a server that closes the connection', () => {
  const closing = (times: number): Script => {
    const answer = honest();
    return (received, socket, n) => {
      if (n < times) {
        socket.end();
        return undefined;
      }
      return answer(received, socket, n);
    };
  };

  it('fails what was sent: whether it was done is unknown', async () => {
    const server = await serve(closing(1));
    const engine = start([server.port]);
    await expect(engine.change(Command.incr, key('0a'), undefined, OPTIONS)).rejects.toBeInstanceOf(
      ConnectionError,
    );
    expect(events.at(-1)).toBe('s0 dead: ConnectionError');
  });

  it('gets reads sent once more where the policy says so, and never a counter', async () => {
    const server = await serve(closing(1));
    const engine = start([server.port], { resend: new Set([Command.get]) });
    const [read, count] = await Promise.allSettled([
      engine.get(key('0a'), undefined, 'miss'),
      engine.change(Command.incr, key('0a'), undefined, OPTIONS),
    ]);
    expect(read).toEqual({ status: 'fulfilled', value: 'miss' });
    expect(count?.status).toBe('rejected');
    expect(server.received[1]).toBe('get 0a\r\n');
  });

  it('does not get a third try', async () => {
    const server = await serve(closing(9));
    const engine = start([server.port], { resend: new Set([Command.get]) });
    await expect(engine.get(key('0a'), undefined, null)).rejects.toBeInstanceOf(ConnectionError);
    expect(server.accepted()).toBe(2);
  });

  it('while nothing waits is simply connected again', async () => {
    const sockets: { end(): void }[] = [];
    const answer = honest();
    const server = await serve((received, socket, n) => {
      if (!sockets.includes(socket)) sockets.push(socket);
      return answer(received, socket, n);
    });
    const engine = start([server.port]);
    await engine.get(key('0a'), undefined, null);
    sockets[0]?.end();
    await until(() => engine.servers[0]?.connected === false);
    expect(await engine.get(key('0a'), undefined, 'miss')).toBe('miss');
    expect(events).toEqual(['s0 alive', 's0 alive']);
  });
});

describe('the engine', () => {
  it('empties a server that comes back, before anything else, where the policy says so', async () => {
    let hang = true;
    const answer = honest();
    const server = await serve((received, socket, n) =>
      hang ? undefined : answer(received, socket, n),
    );
    const engine = start([server.port], { flushOnReconnect: true, timeout: 40, deadFor: 0 });
    await expect(engine.get(key('0a'), undefined, null)).rejects.toBeInstanceOf(TimeoutError);
    hang = false;
    expect(await engine.get(key('0a'), undefined, 'miss')).toBe('miss');
    expect(server.received[1]).toBe('flush_all\r\nget 0a\r\n');
  });

  it('lets requests of an old server list finish, and closes its connections', async () => {
    let reply: (() => void) | undefined;
    const old = await serve((_received, socket) => {
      reply = () => socket.write('VALUE 0a 0 3\r\nold\r\nEND\r\n');
      return undefined;
    });
    const fresh = await serve(honest());
    const engine = start([old.port]);
    const pending = engine.get(key('0a'), undefined, null);
    await until(() => reply !== undefined);
    const [retired] = engine.servers;
    engine.setServers([spec(fresh.port)]);
    expect(await engine.get(key('0a'), undefined, 'miss')).toBe('miss');
    reply?.();
    expect(await pending).toBe('old');
    await until(() => retired?.connected === false);
  });

  it('fails what waits when it is disconnected, and connects again for the next call', async () => {
    let hang = true;
    const answer = honest();
    const server = await serve((received, socket, n) =>
      hang ? undefined : answer(received, socket, n),
    );
    const engine = start([server.port]);
    const call = engine.get(key('0a'), undefined, null);
    engine.disconnect();
    await expect(call).rejects.toBeInstanceOf(ClosedError);
    hang = false;
    expect(await engine.get(key('0a'), undefined, 'miss')).toBe('miss');
  });

  it('refuses at once what a server cannot take', async () => {
    const server = await serve(() => undefined);
    const engine = start([server.port]);
    const calls = Array.from({ length: MAX_QUEUED + 10 }, () =>
      engine
        .change(Command.touch, key('0a'), undefined, OPTIONS)
        .catch((e: MemcacheError) => e.code),
    );
    expect(await calls.at(-1)).toBe('OVERLOADED');
    engine.disconnect();
    const codes = await Promise.all(calls);
    expect(codes.filter((code) => code === 'OVERLOADED')).toHaveLength(10);
    expect(codes.filter((code) => code === 'CLOSED')).toHaveLength(MAX_QUEUED);
  });

  it('answers a silent request when it is sent, and fences it before the next reply', async () => {
    const server = await serve(honest());
    const engine = start([server.port]);
    const silent = { ...OPTIONS, noreply: true };
    expect(await engine.change(Command.set, key('0a'), undefined, silent, ENTRY)).toBe('sent');
    expect(await engine.get(key('0a'), undefined, null)).toBe('v');
    expect(server.received).toEqual(['set 0a 0 0 1 noreply\r\nv\r\nversion\r\nget 0a\r\n']);
  });

  it('does not take the error of a silent request for the answer of the next call', async () => {
    const answer = honest();
    const server = await serve((received, socket, n) =>
      n === 0 && received.includes('noreply') ? 'ERROR\r\n' : answer(received, socket, n),
    );
    const engine = start([server.port], { deadFor: 0 });
    await engine.change(Command.set, key('0a'), undefined, { ...OPTIONS, noreply: true }, ENTRY);
    const next = engine.change(Command.delete, key('0b'), undefined, { ...OPTIONS, time: '' });
    await expect(next).rejects.toBeInstanceOf(ProtocolError);
    expect(await engine.get(key('0a'), undefined, 'miss')).toBe('miss');
  });

  it('asks a server that made no sense for what it was not asked yet: no other, where nobody would read it', async () => {
    const answer = honest();
    let full: Socket | undefined;
    const server = await serve((received, socket, n) => {
      if (n > 0 || received.startsWith('get')) return answer(received, socket, n);
      full = socket.pause();
      return undefined;
    });
    const other = await serve(honest());
    const engine = start([server.port, other.port]);
    await engine.get(key('0a'), undefined, null);
    const store = (name: string, data: string | Buffer): Promise<unknown> =>
      engine.change(Command.set, key(name), undefined, OPTIONS, { flags: 0, data });
    const big = expect(store('0a', Buffer.alloc(32 * 1024 * 1024))).rejects.toThrow(ProtocolError);
    while (full === undefined) await new Promise((resolve) => setImmediate(resolve));
    const unsent = [store('0b', 'new'), engine.getMany(Command.get, [key('0c')], undefined)];
    full.write('NONSENSE\r\n');
    await big;
    expect(await Promise.all(unsent)).toEqual(['stored', [ABSENT]]);
    expect(await engine.get(key('0b'), undefined, null)).toBe('new');
    expect(other.accepted()).toBe(0);
  });

  it('raises what Python raises for a port that does not exist', async () => {
    const engine = start([99999]);
    await expect(engine.get(key('0a'), undefined, null)).rejects.toBeInstanceOf(OverflowError);
    await expect(engine.getMany(0, [key('0a')], undefined)).rejects.toBeInstanceOf(OverflowError);
  });

  it('has no server for any key when the list is empty', async () => {
    const engine = start([]);
    await expect(engine.get(key('0a'), undefined, null)).rejects.toThrow('no server is available');
    expect(await engine.flushAll()).toEqual([]);
  });
});

/** Resolves when `condition` holds; jest's own limit ends a wait that never does. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
