// Servers that fail again and again: how often they are tried, when, and what is told.

import type { TimeSource } from '../net/clock';
import { startScripted, type Script, type ScriptedServer } from '../testing/scripted-server';
import { textWire } from '../wire/text';
import { Code, Command } from '../wire/wire';
import type { Answers } from '../net/operation';
import type { AnswersOf } from './dialect';
import { Engine } from './engine';
import type { WireKey } from './keys';
import type { ServerSpec } from './server';

const key = (text: string): WireKey => text as WireKey;
const FAMILIES: readonly AnswersOf[] = ['get', 'getMany', 'store', 'cas', 'delete', 'deleteMany', 'count', 'touch', 'flushAll', 'stats', 'version', 'verbosity', 'quit']; // prettier-ignore
const ANSWERS: Answers = {
  [Code.touched]: 'touched',
  [Code.failed]: 'failed',
  [Code.unreached]: 'unreached',
};

const servers: ScriptedServer[] = [];
const engines: Engine[] = [];
let events: string[] = [];
let now = 0;
let timers = 0;
let random = 1;

/** A clock that the test turns; no deadline passes by itself. */
const time: TimeSource = {
  now: () => now,
  every: () => {
    timers++;
    return () => timers--;
  },
  afterReads: (callback) => callback(),
};

beforeEach(() => {
  events = [];
  now = 0;
  timers = 0;
  random = 1;
});

afterEach(async () => {
  for (const engine of engines.splice(0)) engine.disconnect();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(script: Script, resend: Command[] = []) {
  const server = await startScripted(script);
  servers.push(server);
  const spec: ServerSpec = {
    address: { kind: 'tcp', host: '127.0.0.1', port: server.port, family: 4 },
    name: 's',
    weight: 1,
  };
  const engine = new Engine(
    {
      wire: textWire,
      decode: (_flags, bytes, from, to) => bytes.latin1Slice(from, to),
      failure: {
        whenDead: 'fail',
        deadFor: 30_000,
        timeout: 3000,
        flushOnReconnect: false,
        resend: new Set(resend),
      },
      placement: () => ({ start: () => 0, server: () => 0, next: () => undefined }),
      answers: Object.fromEntries(FAMILIES.map((name) => [name, ANSWERS])) as Record<
        AnswersOf,
        Answers
      >,
    },
    [spec],
    {
      observer: { happened: ({ name, until }) => void events.push(until ? `${name} until` : name) },
      time,
      random: () => random,
    },
  );
  engines.push(engine);
  return { server, engine, get: () => engine.get(key('a'), undefined, 'miss') };
}

it('a server that does nothing but lie gets pauses that double, up to the time of a dead one', async () => {
  const { server, get } = await start(() => 'NONSENSE\r\n');
  const pauses: number[] = [];
  expect(await get()).toBe('failed'); // the first lie: no pause
  for (let n = 0; n < 12; n++) {
    const accepted = server.accepted();
    expect(await get()).toBe('failed');
    expect(server.accepted()).toBe(accepted + 1);
    expect(await get()).toBe('unreached');
    // The longest pause that jitter allows: in its last moment nothing is tried, after it the next call connects.
    const pause = Math.min(50 * 2 ** n, 30_000);
    now += pause - 1;
    expect(await get()).toBe('unreached');
    now += 1;
    pauses.push(pause);
  }
  expect(pauses.at(-1)).toBe(30_000);
  expect(server.accepted()).toBe(13);
});

it('jitter shortens such a pause to any part of it', async () => {
  random = 0.5;
  const { server, get } = await start(() => 'NONSENSE\r\n');
  await get();
  await get();
  now += 24;
  expect(await get()).toBe('unreached');
  now += 1;
  expect(await get()).toBe('failed');
  expect(server.accepted()).toBe(3);
});

it('a good reply between two lies forgives the first', async () => {
  const { server, get } = await start((_received, _socket, n) =>
    n % 2 === 0 ? 'NONSENSE\r\n' : 'END\r\nNONSENSE\r\n',
  );
  for (let n = 1; n <= 6; n++) {
    expect(await get()).toBe(n % 2 === 1 ? 'failed' : 'miss');
    await until(() => events.filter((name) => name === 'protocol-error').length === n);
  }
  expect(server.accepted()).toBe(6);
  expect(events).not.toContain('dead until');
});

it('a value over the limit closes the connection, and the server is not dead', async () => {
  const { get } = await start((_received, _socket, n) =>
    n === 0 ? 'VALUE a 0 999999999\r\n' : 'END\r\n',
  );
  expect(await get()).toBe('failed');
  expect(await get()).toBe('miss');
  expect(events).toEqual(['alive', 'protocol-error', 'alive']);
});

it('a server that closes every connection is dead even where reads are sent again', async () => {
  const { server, get } = await start(
    (_received, socket) => void socket.end(),
    [Command.get],
  ); // prettier-ignore
  expect(await get()).toBe('failed');
  expect(server.accepted()).toBe(2);
  expect(events.at(-1)).toBe('dead until');
  expect(await get()).toBe('unreached');
});

it('a dead server is tried by one connection, however many call, and then serves all of them', async () => {
  let hangs = true;
  const { server, engine, get } = await start((received) =>
    hangs ? undefined : 'END\r\n'.repeat(received.split('\r\n').length - 1),
  );
  const call = get();
  await until(() => server.received.join('') !== '');
  now += 3001;
  engine.servers[0]?.disconnect(); // by us: no failure
  expect(await call).toBe('failed');
  expect(events).toEqual(['alive']);
  hangs = false;
  const answers = await Promise.all(Array.from({ length: 1000 }, get));
  expect(new Set(answers)).toEqual(new Set(['miss']));
  expect(server.accepted()).toBe(2);
});

it('a server that comes back is told as tried, then as alive', async () => {
  const { get } = await start((_received, socket, n) => {
    if (n > 0) return 'END\r\n';
    socket.resetAndDestroy();
    return undefined;
  });
  expect(await get()).toBe('failed');
  now += 29_999;
  expect(await get()).toBe('unreached');
  now += 1;
  expect(await get()).toBe('miss');
  expect(events).toEqual(['alive', 'dead until', 'reconnect', 'alive']);
});

it('an overload is told once a tick', async () => {
  const { engine } = await start(() => undefined);
  const big = { flags: 0, data: Buffer.alloc(100 * 1024 * 1024) };
  const options = { time: '0', delta: '', cas: '', noreply: false, sent: 1, tail: '' };
  const set = (): Promise<unknown> =>
    engine.change(Command.set, key('a'), undefined, options, big);
  const calls = Array.from({ length: 6 }, set);
  expect(await Promise.race(calls)).toBe('unreached');
  expect(events.filter((name) => name === 'overload')).toHaveLength(1);
  engine.disconnect();
  await Promise.all(calls);
}); // prettier-ignore

it('disconnecting settles everything, old server lists included, and leaves no timer', async () => {
  const { server, engine, get } = await start(() => undefined);
  const old = get();
  await until(() => server.received.join('') !== '');
  engine.setServers([]);
  engine.disconnect();
  expect(await old).toBe('failed');
  expect(timers).toBe(0);
  await expect(get()).resolves.toBe('unreached');
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
