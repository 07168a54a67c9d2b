// What the tests of the matrix start from: real servers, each behind a faulty proxy, and clients that raise what fails.

import { connect } from 'node:net';
import { MemcacheError, type ClientOptions } from '../../../lib';
import type { ServerEvent } from '../../../lib/engine/events';
import type { EngineOptions } from '../../../lib/engine/engine';
import { Memcached, RawConnection, startServers, stopServers } from '../../support';
import { Authority, type Identity } from '../../transport/authority';
import { FaultProxy } from '../proxy';
import type { Backend } from './backends';
import type { Caller } from './caller';

/** What proxies show and clients trust; made once for the tests of a file. */
let authority: Authority | undefined;
let identity: Identity | undefined;

function trusted(): { ca: string; identity: Identity } {
  authority ??= new Authority();
  identity ??= authority.issue();
  return { ca: authority.root.cert, identity };
}

afterAll(() => authority?.remove());

/** Short, for tests that wait for it; `dead_retry` 0 tries a failed server again at once. */
export const HASTY: ClientOptions = { socket_timeout: 0.4, dead_retry: 0, failure: 'raise' };
/** For tests in which no time may pass. */
export const PATIENT: ClientOptions = { socket_timeout: 300, dead_retry: 30, failure: 'raise' };

/** Servers behind proxies. */
export class Lab<C extends Caller> implements AsyncDisposable {
  readonly servers: readonly Memcached[];
  readonly proxies: readonly FaultProxy[];
  /** What happened to servers, by every client. */
  readonly events: { name: string; event: ServerEvent }[] = [];
  readonly #backend: Backend<C>;
  readonly #clients: Caller[] = [];

  private constructor(backend: Backend<C>, servers: Memcached[], proxies: FaultProxy[]) {
    this.#backend = backend;
    this.servers = servers;
    this.proxies = proxies;
  }

  static async start<C extends Caller>(backend: Backend<C>, count = 1): Promise<Lab<C>> {
    const servers = await startServers(count, { args: backend.args });
    const { framing, isSecured } = backend;
    const options = { framing, identity: isSecured ? trusted().identity : undefined };
    const proxies = await Promise.all(servers.map((each) => FaultProxy.start(each, options)));
    return new Lab(backend, servers, proxies);
  }

  get server(): Memcached {
    return nth(this.servers, 0);
  }

  get proxy(): FaultProxy {
    return nth(this.proxies, 0);
  }

  /** A client, closed with the lab; of the proxies, where no other servers are named. */
  client(
    options: ClientOptions,
    injected: Partial<EngineOptions> = {},
    servers: readonly string[] = this.proxies.map(({ name }) => name),
  ): C {
    const { connect, isSecured, user } = this.#backend;
    const tls = isSecured ? { ca: trusted().ca } : undefined;
    const mc = connect(servers, options, { tls, auth: user, ...injected });
    this.#clients.push(mc);
    for (const name of ['dead', 'alive', 'timeout', 'protocol-error', 'overload'] as const) {
      mc.events.on(name, (event: ServerEvent) => this.events.push({ name, event }));
    }
    return mc;
  }

  /** Names of the events so far. */
  get happened(): string[] {
    return this.events.map(({ name }) => name);
  }

  /** What a server holds, by a way without faults; undefined where nothing. */
  async held(key: string, server = this.server): Promise<string | undefined> {
    await using raw = await RawConnection.open(server);
    const { user } = this.#backend;
    if (user !== undefined) {
      const said = `${user.username} ${user.password}`;
      await raw.ask(`set login 0 0 ${said.length}\r\n${said}\r\n`);
    }
    return (await raw.entry(key))?.data.toString('latin1');
  }

  /** One of every kind of call that tells when it failed. */
  everyCall(mc: Caller): Promise<unknown>[] {
    return [
      mc.get('a'),
      mc.gets('a'),
      ...(this.#backend.tellsOfMany ? [mc.get_multi(['a', 'b'])] : []),
      mc.set('a', 'A'),
      mc.incr('n'),
      mc.delete('gone'),
      mc.touch('a', 60),
      mc.append('c', 'C'),
    ];
  }

  /** Keys by the server that holds them, all stored with themselves as values. */
  async fill(mc: Caller, count: number): Promise<string[][]> {
    const keys = Array.from({ length: count }, (_, i) => `key${i}`);
    await mc.set_multi(Object.fromEntries(keys.map((key) => [key, key])));
    const places = this.servers.map(async (server) => {
      const held = await Promise.all(keys.map((key) => this.held(key, server)));
      return keys.filter((_, i) => held[i] !== undefined);
    });
    return Promise.all(places);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const mc of this.#clients) mc.disconnect_all();
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
    await stopServers(this.servers);
  }
}

/** The code of the error that a call ends with; 'none' for an answer. */
export function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'none',
    (error: unknown) => (error instanceof MemcacheError ? error.code : String(error)),
  );
}

/** Every call ends with this code; how many there are. */
export async function expectAll(calls: readonly Promise<unknown>[], code: string): Promise<void> {
  expect(await codesOf(calls)).toEqual({ [code]: calls.length });
}

/** How many calls ended with each code. */
export async function codesOf(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const code of await Promise.all(calls.map(codeOf))) {
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

/** Several callers and methods at once, all with their right answers: the conversation is in step. */
export async function expectInStep(mc: Caller): Promise<void> {
  await surely(() => mc.get('nothing'));
  const keys = Array.from({ length: 20 }, (_, i) => `step${i}`);
  expect(await Promise.all(keys.map((key) => mc.set(key, key)))).toEqual(keys.map(() => true));
  expect(await Promise.all(keys.map((key) => mc.get(key)))).toEqual(keys);
  expect(await mc.get_multi([...keys, 'nothing'])).toEqual(new Map(keys.map((key) => [key, key])));
  expect(await mc.get('nothing')).toBeNull();
}

/** Asks until it is answered: a busy machine may be slower than a hasty client waits. */
export async function surely(ask: () => Promise<unknown>): Promise<void> {
  await until(async () => (await codeOf(ask())) === 'none');
}

/** Tries until `test` holds; jest's own limit ends a wait that never does. */
export async function until(test: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await test())) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that stands still until it is moved; deadlines never pass by themselves. */
export class StillClock {
  ms = 0;
  readonly time = {
    now: () => this.ms,
    every: () => () => undefined,
    afterReads: (callback: () => void) => callback(),
  };
}

/** Counts the attempts to connect. */
export class Attempts {
  count = 0;
  readonly open: NonNullable<EngineOptions['open']> = (address, onread) => {
    this.count++;
    const reading = onread && { onread };
    if (address.kind === 'unix') return connect({ path: address.path, ...reading });
    return connect({ host: address.host, port: address.port, ...reading });
  };
}

export function nth<T>(items: readonly T[], at: number): T {
  const item = items[at];
  if (item === undefined) throw new RangeError(`nothing at ${at}`);
  return item;
}
