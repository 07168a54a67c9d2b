// The one engine under all clients: takes calls with checked keys, finds their servers, and settles them.

import { UnsupportedError, type MemcacheError } from '../errors';
import { openSocket } from '../net/address';
import { Clock, systemTime } from '../net/clock';
import { ABSENT, Operation, type Answers } from '../net/operation';
import { Tally, type Counters } from '../net/tally';
import { overTls } from '../net/tls';
import { Command, NO_ENTRY, NO_OPTIONS, type Entry } from '../wire/wire';
import type { Spot } from '../placement/placement';
import { Aborts } from './aborts';
import {
  ALL_SERVERS,
  CHANGES,
  type Batch,
  type Change,
  type ChangeOptions,
  type EngineOptions,
  type Everywhere,
  type Made,
  type Raw,
  type ServerAnswer,
} from './calls';
import type { Dialect } from './dialect';
import { Gather, ManyGets, type Reading } from './gather';
import type { WireKey } from './keys';
import { Router } from './router';
import { Server, type ServerContext, type ServerSpec } from './server';
import { isTraced, traceMany, traceOne } from './tracing';

export { ABSENT, Command, NO_ENTRY, NO_OPTIONS };

export type { Batch, Change, ChangeOptions, EngineOptions, Entry, Made, Raw, ServerAnswer };

export class Engine {
  readonly #dialect: Dialect;
  readonly #context: ServerContext;
  readonly #router: Router;
  readonly #manyGets: ManyGets;
  readonly #tally: Tally;
  readonly #aborts = new Aborts(() => {
    for (const server of this.#context.live) server.recall();
  });

  /**
   * @throws {ValueError} credentials that the wire cannot say, or a TLS before 1.2
   * @throws {Error} Node's, of certificates and keys that cannot be used
   */
  constructor(dialect: Dialect, specs: readonly ServerSpec[], options: EngineOptions) {
    const { wire, decode, failure, placement, answers } = dialect;
    const { open = openSocket, tls, auth } = options;
    this.#dialect = dialect;
    this.#tally = options.tally ?? new Tally();
    this.#router = new Router(placement, failure.whenDead, this.#tally);
    this.#manyGets = new ManyGets(this.#router, answers.getMany);
    this.#context = {
      wire,
      decode,
      failure,
      clock: new Clock(
        Math.min(failure.timeout, failure.connectTimeout ?? Infinity),
        options.time ?? systemTime,
      ),
      open: tls === undefined ? open : overTls(open, tls),
      login: auth === undefined ? undefined : wire.createLogin(auth),
      observer: options.observer,
      tally: this.#tally,
      random: options.random ?? Math.random,
      live: new Set(),
      reroute: (op, cause, isAlive) => this.#reroute(op, cause, isAlive),
    };
    this.setServers(specs);
  }

  /** What this client has done since it was made. */
  get counters(): Counters {
    return this.#tally.counters(Array.from(this.#context.live, (server) => server.traffic));
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

  /** As `get` (gat) or `gets` (gats), and gives the entry a new expiry `time`. */
  getAndTouch(
    command: 2 | 3,
    key: WireKey,
    spot: Spot | undefined,
    time: string,
    miss: unknown,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const op = new Operation(command, key, this.#dialect.answers.get);
    op.options = { ...NO_OPTIONS, time };
    op.miss = miss;
    op.full = command === Command.gats;
    return this.#call(op, spot, signal);
  }

  /** Values (for `gets`: Hits) in the order asked, ABSENT where none came; every server is asked before one answers. */
  getMany(
    command: 0 | 1,
    keys: readonly WireKey[],
    spots: readonly (Spot | undefined)[] | undefined,
    signal?: AbortSignal,
  ): Promise<unknown[]> {
    return this.#readMany({ command, options: NO_OPTIONS }, keys, spots, signal);
  }

  /** As getMany, and gives the entries a new expiry `time`. */
  getAndTouchMany(
    command: 2 | 3,
    keys: readonly WireKey[],
    spots: readonly (Spot | undefined)[] | undefined,
    time: string,
    signal?: AbortSignal,
  ): Promise<unknown[]> {
    return this.#readMany({ command, options: { ...NO_OPTIONS, time } }, keys, spots, signal);
  }

  #readMany(
    reading: Reading,
    keys: readonly WireKey[],
    spots: readonly (Spot | undefined)[] | undefined,
    signal: AbortSignal | undefined,
  ): Promise<unknown[]> {
    const run = (): Promise<unknown[]> =>
      this.#abortable(signal, (ops) => this.#manyGets.get(reading, keys, spots, ops));
    if (!isTraced()) return run();
    return traceMany(reading.command, keys, this.#homeOfAll(keys, spots), run);
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

  /**
   * As `change` of incr or decr, where a counter that is not there begins with `initial`.
   * Rejects with an UnsupportedError over the text protocol, which cannot do both at once.
   */
  count(
    command: 11 | 12,
    key: WireKey,
    spot: Spot | undefined,
    made: Made,
    signal?: AbortSignal,
  ): Promise<unknown> {
    if (!this.#dialect.wire.offers.initial) return this.#unsupported('counters that it makes');
    const op = new Operation(command, key, this.#dialect.answers.count);
    op.options = { ...NO_OPTIONS, ...made };
    return this.#call(op, spot, signal);
  }

  /** Changes many keys, all of a server in one write; the answers in the order of the keys. */
  changeMany(
    command: Change,
    batch: Batch,
    options: ChangeOptions,
    signal?: AbortSignal,
  ): Promise<unknown[]> {
    const run = (): Promise<unknown[]> =>
      this.#abortable(signal, (ops) => this.#changeAll(command, batch, options, ops));
    if (!isTraced()) return run();
    return traceMany(command, batch.wires, this.#homeOfAll(batch.wires, batch.spots), run);
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

  /** Empties every server that can be reached, or that of a spot; with `noreply` it answers null when that was sent. */
  flushAll(time = '', signal?: AbortSignal, spot?: Spot, noreply = false): Promise<ServerAnswer[]> {
    const options = { ...NO_OPTIONS, time, noreply };
    return this.#everywhere({ ...ALL_SERVERS.flushAll, options }, this.#at(spot), signal);
  }

  /** `stats` of every server, or of that of a spot; `args` is checked by the client. */
  stats(args: string, signal?: AbortSignal, spot?: Spot): Promise<ServerAnswer[]> {
    return this.#everywhere({ ...ALL_SERVERS.stats, key: args }, this.#at(spot), signal);
  }

  version(signal?: AbortSignal): Promise<ServerAnswer[]> {
    return this.#everywhere(ALL_SERVERS.version, this.servers, signal);
  }

  /** Rejects with an UnsupportedError over the binary protocol, where memcached loses step. */
  verbosity(level: number, signal?: AbortSignal): Promise<ServerAnswer[]> {
    if (!this.#dialect.wire.offers.verbosity) return this.#unsupported('verbosity');
    return this.#everywhere({ ...ALL_SERVERS.verbosity, key: String(level) }, this.servers, signal);
  }

  /**
   * Sends bytes of the caller's to one server, and answers what comes before `end`, its char codes being bytes; an error
   * line that comes first is `refused`. Nobody can know whether such a reply is over: so it has a connection of its
   * own, which ends with it. Rejects with an UnsupportedError over the binary protocol.
   * @param answers of the codes `refused`, `failed` and `unreached`
   */
  raw(
    server: Server,
    { command, end }: Raw,
    answers: Answers,
    signal?: AbortSignal,
  ): Promise<unknown> {
    if (!this.#dialect.wire.offers.raw) return this.#unsupported('raw commands');
    return this.#abortable(signal, (ops) => {
      const op = new Operation(Command.raw, end, answers);
      op.pinned = true;
      op.entry = { flags: 0, data: command };
      ops?.push(op);
      const answer = op.promise();
      const alone = new Server(server.spec, this.#context);
      alone.ask(op);
      alone.retire();
      return answer;
    });
  }

  /** Asks every connected server to close; settles when all have. */
  quit(signal?: AbortSignal): Promise<ServerAnswer[]> {
    const connected = this.servers.filter((server) => server.connected);
    return this.#everywhere(ALL_SERVERS.quit, connected, signal);
  }

  /** Closes all connections, those of old server lists too; what waits fails. Later calls connect again. */
  disconnect(): void {
    for (const server of [...this.#context.live]) server.disconnect();
  }

  /** Forgets which servers were dead. */
  forgetDead(): void {
    for (const server of this.servers) server.revive();
  }

  #unsupported(what: string): Promise<never> {
    const { name } = this.#dialect.wire;
    return Promise.reject(new UnsupportedError(`the ${name} protocol has no ${what}`));
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
    if (isTraced()) {
      const server = this.#router.home(op.key, spot)?.spec.name;
      return traceOne(op, server, () => this.#run(op, spot, signal));
    }
    return this.#run(op, spot, signal);
  }

  #run(op: Operation, spot: Spot | undefined, signal: AbortSignal | undefined): Promise<unknown> {
    if (signal !== undefined) return this.#aborts.run(signal, (ops) => this.#start(op, spot, ops));
    return this.#start(op, spot);
  }

  #start(op: Operation, spot: Spot | undefined, ops?: Operation[]): Promise<unknown> {
    ops?.push(op);
    const promise = op.promise();
    this.#send(op, spot);
    return promise;
  }

  /** Makes requests, which go into `ops` where their caller may give them up. */
  #abortable<Answer>(
    signal: AbortSignal | undefined,
    make: (ops?: Operation[]) => Promise<Answer>,
  ): Promise<Answer> {
    return signal === undefined ? make() : this.#aborts.run(signal, make);
  }

  #send(op: Operation, spot: Spot | undefined): void {
    op.spot = spot;
    try {
      this.#router.send(op);
    } catch (error) {
      op.reject(error); // a port that does not exist
    }
  }

  /** The one server where all these keys are placed; undefined where there are more. */
  #homeOfAll(
    keys: readonly WireKey[],
    spots: readonly (Spot | undefined)[] | undefined,
  ): string | undefined {
    const homes = new Set(keys.map((key, i) => this.#router.home(key, spots?.[i])?.spec.name));
    return homes.size === 1 ? [...homes][0] : undefined;
  }

  /** The server of a spot; all where none is given. */
  #at(spot: Spot | undefined): readonly Server[] {
    if (spot === undefined) return this.servers;
    const server = this.#router.home('', spot);
    return server === undefined ? [] : [server];
  }

  #everywhere(
    { command, answers, key = '', options = NO_OPTIONS }: Everywhere,
    servers: readonly Server[],
    signal: AbortSignal | undefined,
  ): Promise<ServerAnswer[]> {
    return this.#abortable(signal, (ops) =>
      Promise.all(
        servers.map(async (server) => {
          const op = new Operation(command, key, this.#dialect.answers[answers]);
          ops?.push(op);
          op.pinned = true;
          op.options = options;
          const run = (): Promise<unknown> => {
            const answer = op.promise();
            server.ask(op);
            return answer;
          };
          const answer = isTraced() ? traceOne(op, server.spec.name, run) : run();
          return { server: server.spec, answer: await answer };
        }),
      ),
    );
  }

  /** Takes back a request whose server failed before a byte of it was sent, or that may be sent a second time. */
  #reroute(op: Operation, cause: MemcacheError, isAlive: boolean): void {
    if (op.settled || op.abandoned) return;
    if (op.many !== undefined) return this.#manyGets.reroute(op, op.many, cause, isAlive);
    try {
      if (isAlive && !op.pinned) this.#router.send(op, cause);
      else if (op.pinned || !this.#router.sendOn(op, cause)) op.giveUp(cause, this.#tally);
    } catch (error) {
      op.reject(error);
    }
  }
}
