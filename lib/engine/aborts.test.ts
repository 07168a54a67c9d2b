// Calls that their callers gave up: they end at once, send nothing more, and shift nobody's reply.

import { getEventListeners } from 'node:events';
import { startScripted, type ScriptedServer, type Script } from '../testing/scripted-server';
import { textWire } from '../wire/text';
import { Code, Command } from '../wire/wire';
import type { Answers } from '../net/operation';
import { Engine, type Change, type ChangeOptions } from './engine';
import type { WireKey } from './keys';
import type { Happening, ServerSpec } from './server';

const key = (text: string): WireKey => text as WireKey;
const OPTIONS: ChangeOptions = {
  time: '0',
  delta: '1',
  cas: '',
  noreply: false,
  sent: 'sent',
  tail: '',
};
const SILENT = { ...OPTIONS, noreply: true };
const ENTRY = { flags: 0, data: 'v' };
const ANSWERS: Answers = {
  [Code.stored]: 'stored',
  [Code.touched]: 'touched',
  [Code.ok]: 'ok',
  [Code.refused]: 'refused',
  [Code.failed]: 'failed',
}; // prettier-ignore

const servers: ScriptedServer[] = [];
const engines: Engine[] = [];
let happenings: Happening[] = [];

afterEach(async () => {
  for (const engine of engines.splice(0)) engine.disconnect();
  await Promise.all(servers.splice(0).map((server) => server.close()));
  happenings = [];
});

async function serve(script: Script): Promise<ScriptedServer> {
  const server = await startScripted(script);
  servers.push(server);
  return server;
}

function start(server: ScriptedServer, timeout = 3000): Engine {
  const names = ['get', 'getMany', 'store', 'cas', 'delete', 'deleteMany', 'count', 'touch'] as const;
  const rest = ['flushAll', 'stats', 'version', 'verbosity', 'quit'] as const;
  const answers = Object.fromEntries([...names, ...rest].map((name) => [name, ANSWERS]));
  const spec: ServerSpec = {
    address: { kind: 'tcp', host: '127.0.0.1', port: server.port, family: 4 },
    name: 's',
    weight: 1,
  };
  const engine = new Engine(
    {
      wire: textWire,
      decode: (_flags, bytes, from, to) => bytes.latin1Slice(from, to),
      failure: { whenDead: 'fail', deadFor: 0, timeout, flushOnReconnect: false, resend: new Set() },
      placement: () => ({ start: () => 0, server: () => 0, next: () => undefined }),
      answers: answers as Record<(typeof names | typeof rest)[number], Answers>,
    },
    [spec],
    { observer: { happened: (happening) => void happenings.push(happening) } },
  );
  engines.push(engine);
  return engine;
} // prettier-ignore

/** Keeps what it receives, and answers when the test says so. */
async function holding() {
  let socketOf: { write(text: string): void } | undefined;
  const server = await serve((_received, socket) => {
    socketOf = socket;
    return undefined;
  });
  const received = (text: string): Promise<void> =>
    until(() => server.received.join('').includes(text));
  return { server, received, reply: (text: string) => socketOf?.write(text) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Every way to ask, by name. */
const ASKS: Readonly<Record<string, (engine: Engine, signal: AbortSignal) => Promise<unknown>>> = {
  get: (e, signal) => e.get(key('a'), undefined, null, signal),
  gets: (e, signal) => e.gets(key('a'), undefined, null, signal),
  getMany: (e, signal) => e.getMany(0, [key('a'), key('b')], undefined, signal),
  change: (e, signal) => e.change(Command.set, key('a'), undefined, OPTIONS, ENTRY, signal),
  changeMany: (e, signal) =>
    e.changeMany(Command.touch, { wires: [key('a'), key('b')], spots: undefined }, OPTIONS, signal),
  flushAll: (e, signal) => e.flushAll('', signal),
  stats: (e, signal) => e.stats('', signal),
  version: (e, signal) => e.version(signal),
  verbosity: (e, signal) => e.verbosity(1, signal),
};

describe.each(Object.entries(ASKS))('%s', (_name, ask) => {
  it('with a signal that has fired sends nothing', async () => {
    const { server } = await holding();
    const engine = start(server);
    const reason = new Error('enough');
    await expect(ask(engine, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(engine.servers[0]?.connected).toBe(false);
  });

  it('that is aborted before it is sent, is not sent', async () => {
    const { server, received, reply } = await holding();
    const engine = start(server);
    const controller = new AbortController();
    const { signal } = controller;
    const call = ask(engine, signal);
    const other = engine.get(key('other'), undefined, null);
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await received('\r\n');
    expect(server.received).toEqual(['get other\r\n']);
    reply('VALUE other 0 1\r\nx\r\nEND\r\n');
    expect(await other).toBe('x');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

it('an aborted call that was sent ends at once, and its late reply reaches nobody', async () => {
  const { server, received, reply } = await holding();
  const engine = start(server);
  const controller = new AbortController();
  const { signal } = controller;
  const first = engine.get(key('a'), undefined, null, signal);
  await received('get a\r\n');
  const second = engine.change(Command.touch, key('b'), undefined, OPTIONS, undefined, signal);
  const third = engine.get(key('c'), undefined, null);
  await received('get c\r\n');
  controller.abort();
  await expect(first).rejects.toBe(signal.reason);
  await expect(second).rejects.toBe(signal.reason);
  reply('VALUE a 0 4\r\nlate\r\nEND\r\nTOUCHED\r\nVALUE c 0 1\r\nC\r\nEND\r\n');
  expect(await third).toBe('C');
  const fourth = engine.get(key('a'), undefined, 'miss');
  await until(() => server.received.join('').endsWith('get a\r\n'));
  reply('END\r\n');
  expect(await fourth).toBe('miss');
  expect(server.accepted()).toBe(1);
});

it('an aborted get in the middle of a joined line is read past: hit or miss', async () => {
  for (const entryOfB of ['VALUE b 0 1\r\nB\r\n', '']) {
    const { server, received, reply } = await holding();
    const engine = start(server);
    const controller = new AbortController();
    const { signal } = controller;
    const calls = ['a', 'b', 'c'].map((k) =>
      engine.get(key(k), undefined, 'miss', k === 'b' ? signal : undefined),
    );
    await received('get a b c\r\n');
    controller.abort(new Error('enough'));
    reply(`${entryOfB}VALUE c 0 1\r\nC\r\nEND\r\n`);
    const results = await Promise.allSettled(calls);
    expect(results).toMatchObject([
      { value: 'miss' },
      { reason: { message: 'enough' } },
      { value: 'C' },
    ]);
    expect(server.accepted()).toBe(1);
  }
  expect(new Set(happenings.map(({ name }) => name))).toEqual(new Set(['alive']));
});

it('what waits for a connection is sent in its order, without what was aborted', async () => {
  const { server, received } = await holding();
  const engine = start(server);
  const controller = new AbortController();
  const { signal } = controller;
  const change = (command: Change, k: string, options: ChangeOptions, mine?: AbortSignal): void =>
    void engine.change(command, key(k), undefined, options, ENTRY, mine).catch(() => undefined);
  change(Command.set, 'a', OPTIONS);
  change(Command.set, 'b', SILENT);
  change(Command.set, 'c', OPTIONS, signal);
  change(Command.set, 'd', SILENT, signal);
  void engine.get(key('a'), undefined, null);
  change(Command.touch, 'a', OPTIONS);
  controller.abort();
  change(Command.set, 'e', OPTIONS);
  await received('set e');
  expect(server.received).toEqual([
    'set a 0 0 1\r\nv\r\nset b 0 0 1 noreply\r\nv\r\nversion\r\nget a\r\ntouch a 0\r\nset e 0 0 1\r\nv\r\n',
  ]);
});

it('a server that never answers an aborted call is found by the deadline', async () => {
  const { server, received } = await holding();
  const engine = start(server, 50);
  const controller = new AbortController();
  const call = engine.get(key('a'), undefined, null, controller.signal);
  await received('get a\r\n');
  controller.abort();
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  await until(() => happenings.some(({ name }) => name === 'timeout'));
});

it('without a deadline the connection is closed when nobody waits any more', async () => {
  const { server, received, reply } = await holding();
  const engine = start(server, Infinity);
  const [one, two] = [new AbortController(), new AbortController()];
  const calls = [one, two].map(({ signal }) => engine.get(key('a'), undefined, null, signal));
  const settled = Promise.allSettled(calls);
  await received('get a a\r\n');
  one.abort();
  expect(engine.servers[0]?.connected).toBe(true);
  two.abort();
  expect(engine.servers[0]?.connected).toBe(false);
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(happenings.map(({ name }) => name)).toEqual(['alive']);
  const next = engine.get(key('b'), undefined, 'miss');
  await received('get b\r\n');
  reply('END\r\n');
  expect(await next).toBe('miss');
});

it('ten thousand calls share one listener, and leave none', async () => {
  const { server, received, reply } = await holding();
  const engine = start(server);
  const { signal } = new AbortController();
  const calls = Array.from({ length: 10_000 }, () =>
    engine.change(Command.touch, key('a'), undefined, OPTIONS, undefined, signal),
  );
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await received('touch a 0\r\n');
  reply('TOUCHED\r\n'.repeat(10_000));
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['touched']));
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

it('ten thousand aborted calls that were not sent leave nothing to send', async () => {
  const { server, received } = await holding();
  const engine = start(server);
  const controllers = Array.from({ length: 10_000 }, () => new AbortController());
  const calls = controllers.map(({ signal }) =>
    engine.change(Command.set, key('a'), undefined, OPTIONS, ENTRY, signal),
  );
  const settled = Promise.allSettled(calls);
  for (const controller of controllers) controller.abort();
  expect((await settled).every(({ status }) => status === 'rejected')).toBe(true);
  void engine.get(key('b'), undefined, null);
  await received('get');
  expect(server.received).toEqual(['get b\r\n']);
});
