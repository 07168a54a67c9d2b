// One run of a command: what it was given, and the servers and the client it works on, opened when first asked for.

import type { ServerSpec } from '../engine/server';
import { bytesOf, isWireKey } from '../engine/keys';
import { PythonError } from '../errors';
import { MAX_KEY_LENGTH } from '../limits';
import { Admin, type Access } from './admin';
import { Exit, messageOf, ReaderGone, UsageError, worse } from './errors';
import { choose, type Chosen } from './families';
import type { Front, Transport } from './fronts/front';
import type { Arguments, Options } from './options';
import { PLACEMENTS, type Locate, type PlacementName } from './placements';
import { parseServers, type ServerList } from './servers';
import type { Terminal } from './terminal';
import { escaped } from './text';
import { accessOf, NO_TRANSPORT, transportOf } from './transport';

/** A command: a file of `commands/`. */
export interface Command {
  /** What stands behind its name: `KEY...`. */
  readonly usage: string;
  /** Lines of its help. */
  readonly about: readonly string[];
  readonly options: Options;
  run(session: Session): Promise<Exit>;
}

/** A key of the command line. */
export interface Key {
  /** With the prefix, as the client is given it. */
  readonly key: string;
  /** As it is sent. */
  readonly wire: string;
}

const MS = 1000;
/** A timer cannot be longer. */
const MAX_TIMEOUT_S = 2_000_000;

export class Session {
  readonly terminal: Terminal;
  readonly args: Arguments;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: NodeJS.ProcessEnv;
  readonly #admins = new Map<ServerSpec, Promise<Admin>>();
  #list: ServerList | undefined;
  #chosen: Chosen | undefined;
  #locate: Locate | undefined;
  #front: Front | undefined;
  #access: Access | undefined;
  #transport: Transport | undefined;

  constructor(
    terminal: Terminal,
    args: Arguments,
    stdin: NodeJS.ReadableStream,
    env: NodeJS.ProcessEnv,
  ) {
    this.terminal = terminal;
    this.args = args;
    this.stdin = stdin;
    this.env = env;
  }

  /** What --servers says. */
  get list(): ServerList {
    const texts = this.args.texts('servers', 'MEMCACHE_PY_SERVERS');
    return (this.#list ??= parseServers(texts.length === 0 ? ['127.0.0.1:11211'] : texts));
  }

  get servers(): readonly ServerSpec[] {
    return this.list.servers;
  }

  /** What --client says. */
  get chosen(): Chosen {
    const name = this.args.text('client', 'MEMCACHE_PY_CLIENT') ?? 'python-memcached';
    return (this.#chosen ??= choose(name));
  }

  /** How the client places keys. @throws {UsageError} a release that there is not: which there are, the client knows */
  get placement(): PlacementName {
    const { release, placement } = this.chosen;
    if (release !== undefined) this.makeFront(this.servers, undefined, NO_TRANSPORT).close();
    return placement;
  }

  /**
   * The client that --client says.
   * @param protocol of pickles, where one was named
   */
  useFront(protocol?: number): Front {
    return (this.#front ??= this.makeFront(this.servers, protocol));
  }

  /** In milliseconds. */
  get timeout(): number {
    const seconds = this.args.number('timeout', 3, false, 'MEMCACHE_PY_TIMEOUT');
    if (seconds > 0 && seconds <= MAX_TIMEOUT_S) return seconds * MS;
    throw new UsageError('--timeout is a number of seconds above 0');
  }

  /** How servers are reached. */
  get access(): Access {
    return (this.#access ??= accessOf(this.transport, this.timeout));
  }

  get transport(): Transport {
    return (this.#transport ??= transportOf(this.args, this.list));
  }

  /** A key of the command line, as the client names it. @throws {UsageError} memcached takes no such key */
  keyOf(given: string): Key {
    const prefix = this.args.text('key-prefix', 'MEMCACHE_PY_KEY_PREFIX');
    const key = (prefix ?? this.chosen.family.keyPrefix) + given;
    return { key, wire: wireOf(key) };
  }

  /** All keys of the command line. @throws {UsageError} there is none, or one that memcached does not take */
  keysFor(command: string): readonly Key[] {
    const { positionals } = this.args;
    if (positionals.length === 0) throw new UsageError(`${command} needs a key`);
    return positionals.map((given) => this.keyOf(given));
  }

  /** A client like it, over these servers. */
  makeFront(
    servers: readonly ServerSpec[],
    protocol?: number,
    transport: Transport = this.transport,
  ): Front {
    const { family, release } = this.chosen;
    const python = this.args.text('python', 'MEMCACHE_PY_PYTHON');
    if (python !== undefined && python !== '2' && python !== '3') {
      throw new UsageError(`--python is 2 or 3: not ${python}`);
    }
    const { timeout } = this;
    const version = python === undefined ? undefined : python === '2' ? 2 : 3;
    try {
      return family.make({ ...transport, servers, release, python: version, protocol, timeout });
    } catch (error) {
      // The client's own words: of releases, Pythons and servers that it does not know.
      throw error instanceof PythonError ? new UsageError(error.message) : error;
    }
  }

  /** The connection to one server. */
  admin(server: ServerSpec): Promise<Admin> {
    let admin = this.#admins.get(server);
    if (admin === undefined) {
      admin = Admin.connect(server, this.access);
      this.#admins.set(server, admin);
    }
    return admin;
  }

  /** Closes the connection to a server: the next call makes a new one. */
  async forget(server: ServerSpec): Promise<void> {
    const admin = this.#admins.get(server);
    this.#admins.delete(server);
    await admin?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  /** The server where the client looks for a key. */
  home(wire: string): ServerSpec {
    this.#locate ??= PLACEMENTS[this.placement].build(this.servers);
    const server = this.servers[this.#locate(wire)];
    if (server === undefined) throw new UsageError('the client places this key on no server');
    return server;
  }

  /**
   * Does something with each, and answers the worst of the exit codes: a server that fails keeps no other from its turn.
   * @param tell says what went wrong with one; default on stderr
   */
  async each<T>(
    all: readonly T[],
    act: (one: T) => Promise<Exit>,
    tell: (one: T, what: string) => Promise<void> = (_, what) => this.complain(what),
  ): Promise<Exit> {
    let worst: Exit = Exit.hit;
    for (const one of all) {
      const exit = await act(one).catch(async (error: unknown) => {
        if (error instanceof UsageError || error instanceof ReaderGone) throw error;
        await tell(one, messageOf(error));
        return Exit.server;
      });
      worst = worse(worst, exit);
    }
    return worst;
  }

  /** Says on stderr what went wrong. */
  complain(what: string): Promise<void> {
    this.terminal.note(`memcache-py: ${what}`);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#front?.close();
    await Promise.all(Array.from(this.#admins.keys(), (server) => this.forget(server)));
  }
}

/**
 * A key of the command line as it is sent: utf-8.
 * @throws {UsageError} memcached takes no such key
 */
export function wireOf(key: string): string {
  const wire = bytesOf(key);
  if (isWireKey(wire) && wire.length <= MAX_KEY_LENGTH) return wire;
  throw new UsageError(
    `a key is 1 to ${MAX_KEY_LENGTH} bytes without space, CR, LF and NUL: ${escaped(key)}`,
  );
}
