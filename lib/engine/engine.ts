// The one engine under all clients: takes calls with checked keys, finds their servers, and settles them.

import { MemcacheError } from '../errors';
import { openSocket, type OpenSocket } from '../net/address';
import { Clock, systemTime, type TimeSource } from '../net/clock';
import { ABSENT, Operation, type Answers } from '../net/operation';
import { Command, NO_ENTRY, NO_OPTIONS, type Entry, type RequestOptions } from '../wire/wire';
import type { Spot } from '../placement/placement';
import { Aborts } from './aborts';
import type { AnswersOf, Dialect } from './dialect';
import { Gather, ManyGets, sendTo } from './gather';
import type { WireKey } from './keys';
import { Router } from './router';
import type { Observer, Server, ServerContext, ServerSpec } from './server';

export { ABSENT, Command, NO_ENTRY, NO_OPTIONS };

export type { Entry };

/** What a changing command sends beside its key, and what it answers when it asked for no reply. */
export interface ChangeOptions extends RequestOptions {
  readonly sent: unknown;
}

/** Keys that one command changes. */
export interface Batch {
  readonly wires: readonly WireKey[];
  /** The spot that was given for each; undefined where none was. */
  readonly spots: readonly (Spot | undefined)[] | undefined;
  /** Of storage commands, the entry of each. */
  readonly entries?: readonly Entry[];
}

export interface EngineOptions {
  readonly observer: Observer;
  readonly random?: () => number;
  readonly time?: TimeSource;
  readonly open?: OpenSocket;
}

/** One server's answer to a command that all servers get. */
export interface ServerAnswer {
  readonly server: ServerSpec;
  readonly answer: unknown;
}

/** Commands that change one key, and whose replies a client answers alike. */
const CHANGES = {
  [Command.set]: 'store',
  [Command.add]: 'store',
  [Command.replace]: 'store',
  [Command.append]: 'store',
  [Command.prepend]: 'store',
  [Command.cas]: 'cas',
  [Command.delete]: 'delete',
  [Command.incr]: 'count',
  [Command.decr]: 'count',
  [Command.touch]: 'touch',
} as const satisfies Partial<Record<Command, AnswersOf>>;
export type Change = keyof typeof CHANGES;

export class Engine {
  readonly #dialect: Dialect;
  readonly #context: ServerContext;
  readonly #router: Router;
  readonly #manyGets: ManyGets;
  readonly #aborts = new Aborts(() => {
    for (const server of this.#context.live) server.recall();
  });

  constructor(dialect: Dialect, specs: readonly ServerSpec[], options: EngineOptions) {
    const { wire, decode, failure, placement, answers } = dialect;
    this.#dialect = dialect;
    this.#router = new Router(placement, failure.whenDead);
    this.#manyGets = new ManyGets(this.#router, answers.getMany);
    this.#context = {
      wire,
      decode,
      failure,
      clock: new Clock(failure.timeout, options.time ?? systemTime),
      open: options.open ?? openSocket,
      observer: options.observer,
      random: options.random ?? Math.random,
      live: new Set(),
      reroute: (op, cause) => this.#reroute(op, cause),
    };
    this.setServers(specs);
  }

  get servers(): readonly Server[] {
    return this.#router.servers;
  }

  /** Takes a new list at any time; servers of the old one finish, then close, unless their very spec is in the new one. */
  setServers(specs: readonly ServerSpec[]): void {
    this.#router.setServers(specs, this.#context);
  }

  /** The server where a key is tried first; undefined when there is none. */
  home(key: WireKey, spot?: Spot): ServerSpec | undefined {
    return this.#router.home(key, spot)?.spec;
  }

  /** One key's value; a miss answers `miss`. In all methods, `signal` ends the call with its reason. */
  get(key: WireKey, spot: Spot | undefined, miss: unknown, signal?: AbortSignal): Promise<unknown> {
    const op = new Operation(Command.get, key, this.#dialect.answers.get);
    op.miss = miss;
    return this.#call(op, spot, signal);
  }

  /** One key's value with flags and cas id, as a Hit; a miss answers `miss`. */
  gets(
    key: WireKey,
    spot: Spot | undefined,
    miss: unknown,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const op = new Operation(Command.gets, key, this.#dialect.answers.get);
    op.miss = miss;
    op.full = true;
    return this.#call(op, spot, signal);
  }

  /** Values (for `gets`: Hits) in the order asked, ABSENT where none came; every server is asked before one answers. */
  getMany(
    command: 0 | 1,
    keys: readonly WireKey[],
    spots: readonly (Spot | undefined)[] | undefined,
    signal?: AbortSignal,
  ): Promise<unknown[]> {
    if (signal === undefined) return this.#manyGets.get(command, keys, spots);
    return this.#aborts.run(signal, (ops) => this.#manyGets.get(command, keys, spots, ops));
  }

  /** Changes one key. */
  change(
    command: Change,
    key: WireKey,
    spot: Spot | undefined,
    options: ChangeOptions,
    entry = NO_ENTRY,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const answers = this.#dialect.answers[CHANGES[command]];
    return this.#call(this.#changing(command, key, options, entry, answers), spot, signal);
  }

  /** Changes many keys, all of a server in one write; the answers in the order of the keys. */
  changeMany(
    command: Change,
    batch: Batch,
    options: ChangeOptions,
    signal?: AbortSignal,
  ): Promise<unknown[]> {
    if (signal === undefined) return this.#changeAll(command, batch, options);
    return this.#aborts.run(signal, (ops) => this.#changeAll(command, batch, options, ops));
  }

  #changeAll(
    command: Change,
    { wires, spots, entries }: Batch,
    options: ChangeOptions,
    ops?: Operation[],
  ): Promise<unknown[]> {
    const gather = new Gather(wires.length, undefined, ops);
    const family = command === Command.delete ? 'deleteMany' : CHANGES[command];
    const answers = this.#dialect.answers[family];
    for (let i = 0; i < wires.length; i++) {
      const entry = entries?.[i] ?? NO_ENTRY;
      const op = this.#changing(command, wires[i] as WireKey, options, entry, answers);
      this.#send(gather.answerAt(op, i), spots?.[i]);
    }
    gather.done();
    return gather.promise;
  }

  /** Empties every server that can be reached. */
  flushAll(time = '', signal?: AbortSignal): Promise<ServerAnswer[]> {
    return this.#everywhere(Command.flushAll, 'flushAll', '', signal, time);
  }

  /** `stats` of every server; `args` is checked by the client. */
  stats(args: string, signal?: AbortSignal): Promise<ServerAnswer[]> {
    return this.#everywhere(Command.stats, 'stats', args, signal);
  }

  version(signal?: AbortSignal): Promise<ServerAnswer[]> {
    return this.#everywhere(Command.version, 'version', '', signal);
  }

  verbosity(level: number, signal?: AbortSignal): Promise<ServerAnswer[]> {
    return this.#everywhere(Command.verbosity, 'verbosity', String(level), signal);
  }

  /** Asks every connected server to close; settles when all have. */
  quit(signal?: AbortSignal): Promise<ServerAnswer[]> {
    return this.#everywhere(Command.quit, 'quit', '', signal, '', (server) => server.connected);
  }

  /** Closes all connections, those of old server lists too; what waits fails. Later calls connect again. */
  disconnect(): void {
    for (const server of [...this.#context.live]) server.disconnect();
  }

  /** Forgets which servers were dead. */
  forgetDead(): void {
    for (const server of this.servers) server.revive();
  }

  #changing(
    command: Change,
    key: WireKey,
    options: ChangeOptions,
    entry: Entry,
    answers: Answers,
  ): Operation {
    const op = new Operation(command, key, answers);
    op.options = options;
    op.entry = entry;
    op.miss = options.sent;
    return op;
  }

  #call(op: Operation, spot: Spot | undefined, signal: AbortSignal | undefined): Promise<unknown> {
    if (signal !== undefined) return this.#aborts.run(signal, (ops) => this.#start(op, spot, ops));
    const promise = op.promise();
    this.#send(op, spot);
    return promise;
  }

  #start(op: Operation, spot: Spot | undefined, ops: Operation[]): Promise<unknown> {
    ops.push(op);
    const promise = op.promise();
    this.#send(op, spot);
    return promise;
  }

  #send(op: Operation, spot: Spot | undefined): void {
    op.spot = spot;
    try {
      this.#router.send(op);
    } catch (error) {
      op.reject(error); // a port that does not exist
    }
  }

  #everywhere(
    command: Command,
    answers: AnswersOf,
    key: string,
    signal: AbortSignal | undefined,
    time = '',
    which: (server: Server) => boolean = () => true,
  ): Promise<ServerAnswer[]> {
    const ask = (ops: Operation[]): Promise<ServerAnswer[]> =>
      Promise.all(
        this.servers.filter(which).map(async (server) => {
          const op = new Operation(command, key, this.#dialect.answers[answers]);
          ops.push(op);
          op.pinned = true;
          if (time !== '') op.options = { ...NO_OPTIONS, time };
          const answer = op.promise();
          sendTo(server, op);
          return { server: server.spec, answer: await answer };
        }),
      );
    return signal === undefined ? ask([]) : this.#aborts.run(signal, ask);
  }

  /** Takes back a request whose server failed before a byte of it was sent, or that may be sent a second time. */
  #reroute(op: Operation, cause: MemcacheError): void {
    if (op.settled || op.abandoned) return;
    if (op.many !== undefined) return this.#manyGets.reroute(op, op.many, cause);
    try {
      if (op.resent) this.#router.send(op, cause);
      else if (op.pinned || !this.#router.sendOn(op, cause)) op.giveUp(cause);
    } catch (error) {
      op.reject(error);
    }
  }
}
