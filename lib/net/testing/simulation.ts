// One history from one seed: a load on the engine over a network that fails, in memory and in no time.

import { crc32 } from 'node:zlib';
import type { FailurePolicy } from '../../engine/dialect';
import { Engine } from '../../engine/engine';
import { MAX_TICK_MS, MIN_TICK_MS, TICKS_PER_TIMEOUT } from '../../limits';
import { Command } from '../../wire/wire';
import { BACKENDS, type Backend } from './backends';
import { EngineTarget, simulatedDialect } from './engine-target';
import { FakeNetwork } from './fake-network';
import { FakeTime } from './fake-time';
import { FAULTS, type FaultName } from './faults';
import { History, type Violation } from './history';
import { Load } from './load';
import { seal } from './payload';
import { Random } from './random';
import { USER } from './speech';

/** `safety`: faults to the end, then everything is closed. `liveness`: they stop, and everything must work again. */
export type Mode = 'safety' | 'liveness';

const TIMEOUT = 100;
const DEAD_FOR = 300;
const TICK = Math.min(Math.max(TIMEOUT / TICKS_PER_TIMEOUT, MIN_TICK_MS), MAX_TICK_MS);
/** A deadline is seen at the next tick of the clock, and one later after the program held the event loop. */
const LIMIT = TIMEOUT + 2 * TICK + 1;
/** Short: the faults of one history should meet, and a short one is read through when it fails. */
const LOAD_MS = 60;

/** With what makes a fault's draw its own. */
const NAMES = (Object.keys(FAULTS) as FaultName[]).map((name) => [name, crc32(name)] as const);
const RESENDS = [
  [],
  [Command.get, Command.gets, Command.set, Command.delete, Command.touch],
] as const;

export interface Result {
  readonly violations: readonly Violation[];
  readonly counts: History['counts'];
  readonly struck: ReadonlyMap<FaultName, number>;
}

export async function simulate(
  seed: number,
  mode: Mode,
  backend: Backend = BACKENDS[0],
): Promise<Result> {
  // A quarter of the time went into stacks of errors that are expected.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await new Simulation(seed, backend).run(mode);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

class Simulation {
  readonly #random: Random;
  readonly #time = new FakeTime();
  readonly #history = new History({
    now: () => this.#time.now() - this.#time.blocked,
    limit: LIMIT,
  });
  readonly #network: FakeNetwork;
  readonly #failure: FailurePolicy;
  readonly #engine: Engine;
  readonly #target: EngineTarget;
  readonly #keys: readonly string[];

  constructor(seed: number, backend: Backend) {
    const random = new Random(seed);
    this.#random = random;
    const servers = random.pick([1, 1, 2, 3]);
    this.#network = new FakeNetwork(
      this.#time,
      random,
      this.#history,
      backend,
      servers,
      someFaults(seed),
    );
    this.#failure = {
      whenDead: random.pick(['fail', 'next-server']),
      deadFor: DEAD_FOR,
      timeout: TIMEOUT,
      flushOnReconnect: random.chance(0.2),
      resend: new Set(random.pick(RESENDS)),
    };
    // Keys that live on one server and then on another are older there, as the policy says.
    if (this.#failure.whenDead === 'next-server' && servers > 1)
      this.#history.waive(['stale', 'lost']);
    if (this.#failure.flushOnReconnect) this.#history.waive(['lost']);
    this.#engine = new Engine(simulatedDialect(backend.wire, this.#failure), this.#specs(), {
      observer: { happened: () => undefined },
      time: this.#time,
      open: this.#network.connect,
      auth: backend.hasLogin ? USER : undefined,
      random: () => random.next(),
    });
    this.#target = new EngineTarget(this.#engine, this.#history, random, (abort) =>
      this.#time.after(random.next() * random.pick([3, 120]), abort),
    );
    this.#target.resends = this.#failure.resend.size > 0;
    this.#target.aborts = random.chance(0.3) ? 0.1 : 0;
    this.#keys = ['v0', 'v1', 'v2'].slice(0, random.int(3) + 1);
  }

  async run(mode: Mode): Promise<Result> {
    const { intervals } = this.#time;
    this.#disturb();
    const work = this.#load();
    if (mode === 'liveness') {
      await this.#settled(work);
      await this.#settled(this.#recover());
      await this.#settled(this.#compare());
    } else {
      await this.#time.run(() => this.#time.now() > LOAD_MS, LOAD_MS);
      this.#network.calm();
      this.#engine.disconnect();
      await this.#settled(work);
    }
    this.#engine.disconnect();
    await this.#time.run(() => false, LIMIT);
    this.#findLeaks(intervals);
    const { counts } = this.#history;
    return { violations: this.#history.verdict(), counts, struck: this.#network.struck };
  }

  #specs(): ConstructorParameters<typeof Engine>[1] {
    return this.#network.hosts.map((_host, port) => ({
      address: { kind: 'tcp', host: 'fake', port, family: 4 },
      name: `s${port}`,
      weight: 1,
    }));
  }

  /** The load until faults end; it stops by itself. */
  #load(): Promise<void> {
    const random = this.#random;
    const load = new Load({
      history: this.#history,
      target: this.#target,
      random,
      keys: this.#keys,
      pause: () => this.#time.sleep(random.next() * 30),
      goesOn: () => this.#time.now() < LOAD_MS,
    });
    return load.run(2);
  }

  /** Lets time pass until `work` is over; what hangs stays open, and the oracle tells. */
  async #settled(work: Promise<void>): Promise<void> {
    let isOver = false;
    const done = (): void => void (isOver = true);
    work.then(done, (error: unknown) => {
      this.#history.accuse('crash', '', String(error));
      done();
    });
    await this.#time.run(() => isOver, 20 * DEAD_FOR);
  }

  /** What the program itself does in the midst of it. */
  #disturb(): void {
    const random = this.#random;
    const acts = [
      () => this.#engine.disconnect(),
      () => this.#engine.setServers(this.#specs()),
      () => this.#time.block(random.next() * 150),
      () => this.#engine.forgetDead(),
    ] as const;
    for (const act of acts) if (random.chance(0.1)) this.#time.after(random.next() * LOAD_MS, act);
  }

  /** After the last fault: one round finds what is broken, and the next, `DEAD_FOR` later, must find all well. */
  async #recover(): Promise<void> {
    this.#network.calm();
    this.#target.aborts = 0;
    let failures: string[] = [];
    for (let round = 0; round < 3; round++) {
      await this.#time.sleep(DEAD_FOR + LIMIT);
      failures = [];
      await Promise.all(this.#keys.map((key) => this.#isWell(key, failures)));
      if (round > 0 && failures.length === 0) return;
    }
    for (const key of failures) this.#history.accuse('unrecovered', key, 'fails without a fault');
  }

  async #isWell(key: string, failures: string[]): Promise<void> {
    const write = this.#history.write(key, 'value');
    const text = seal(key, write.number, 10);
    const { outcome } = await this.#target.set(key, text);
    this.#history.wrote(write, outcome);
    const read = this.#history.read([key]);
    try {
      const found = await this.#target.get(key);
      this.#history.found(read, [found]);
      if (outcome === 'done' && found === text) return;
    } catch {
      this.#history.failed(read);
    }
    failures.push(key);
  }

  /** The servers themselves are asked what every key holds in the end. */
  #compare(): Promise<void> {
    for (const { server } of this.#network.hosts) {
      for (const [key, { data }] of server.entries) {
        const read = this.#history.read([key]);
        this.#history.found(read, [data]);
      }
    }
    return Promise.resolve();
  }

  #findLeaks(intervals: number): void {
    for (const [port, sockets] of this.#network.open.entries())
      if (sockets.size > 0) this.#history.accuse('crash', `s${port}`, 'a socket was left open');
    if (this.#time.intervals > intervals) this.#history.accuse('crash', '', 'a timer was left');
  }
}

/**
 * Few faults or many, rare or often: each history has a weather of its own. Each fault is drawn by its name, so that
 * a new row of the table changes only the histories that it strikes.
 */
function someFaults(seed: number): (readonly [FaultName, number])[] {
  const share = new Random(seed).pick([0.05, 0.15, 0.5]);
  return NAMES.flatMap(([name, own]) => {
    const random = new Random(seed ^ own);
    return random.chance(share) ? [[name, random.pick([0.02, 0.1, 0.3])] as const] : [];
  });
}
