// Random calls of many callers at once on a real memcached: every answer is what a simple model says.

import { inspect, isDeepStrictEqual } from 'node:util';
import { Client } from '../lib';
import { SEED } from '../lib/testing/random';
import { Game, type Call } from './model/game';
import { Memcached, startServers, stopServers } from './support';

/** Keys read in each run. */
const READS = 200_000;
/** Ticks whose calls are under way at once. */
const UNDER_WAY = 3;
/** Answers are compared so many ticks after they came: what is read later must not change them. */
const KEPT = 2;
/** Longer than any run; a hang fails. */
const RUN_MS = 60_000;

/** Every method and every kind of call that the game knows. */
const CALLS = 18;

let servers: Memcached[];

// Nothing may be evicted: the values stay far below this.
beforeAll(async () => (servers = await startServers(3, { args: ['-m', '1024'] })));
afterAll(() => stopServers(servers));
beforeEach(() => Promise.all(servers.map((server) => server.restart())));

/** The calls of one tick with what they answered. */
interface Answered {
  readonly calls: readonly Call[];
  readonly answers: readonly PromiseSettledResult<unknown>[];
}

/** Plays until so many keys were read. Rejects at the first answer that is not the model's. */
async function play(mc: Client, seed: number, reads: number): Promise<Game> {
  const game = new Game(mc, seed);
  const underWay: Call[][] = [];
  const kept: Answered[] = [];
  while (game.reads < reads || underWay.length > 0) {
    if (game.reads < reads) underWay.push(game.tick());
    if (game.reads < reads && underWay.length <= UNDER_WAY) continue;
    const calls = underWay.shift() ?? [];
    kept.push({ calls, answers: await Promise.allSettled(calls.map(({ answer }) => answer)) });
    for (const { over } of calls) over?.();
    if (kept.length > KEPT) compare(kept.shift(), seed);
  }
  for (const answered of kept) compare(answered, seed);
  return game;
}

function compare(answered: Answered | undefined, seed: number): void {
  answered?.calls.forEach(({ what, expected }, i) => {
    const settled = answered.answers[i];
    const answer: unknown = settled?.status === 'fulfilled' ? settled.value : settled?.reason;
    if (settled?.status === 'fulfilled' && isSame(answer, expected)) return;
    const [said, should] = [answer, expected].map((value) => inspect(value).slice(0, 200));
    throw new Error(`${what} answered ${said}; the model says ${should}; SEED=${seed}`);
  });
}

/** In type and content; the order of a dict's keys is the servers' affair. */
function isSame(answer: unknown, expected: unknown): boolean {
  if (Buffer.isBuffer(expected)) return Buffer.isBuffer(answer) && answer.equals(expected);
  if (typeof expected !== 'object' || expected === null) return Object.is(answer, expected);
  if (!(expected instanceof Map)) return isDeepStrictEqual(answer, expected);
  if (!(answer instanceof Map) || answer.size !== expected.size) return false;
  return [...expected].every(([key, value]) => answer.has(key) && isSame(answer.get(key), value));
}

it.each([1, 3])(
  'answers as a model does, over %i server(s)',
  async (count) => {
    const names = servers.slice(0, count).map(({ name }) => name);
    await using mc = new Client(names, { cache_cas: true });
    const game = await play(mc, SEED, READS);
    expect(game.reads).toBeGreaterThanOrEqual(READS);
    expect(game.calls.size).toBe(CALLS);
  },
  RUN_MS,
);

describe('the comparison notices', () => {
  class Wrong extends Client {
    readonly #change: (value: unknown) => unknown;

    constructor(change: (value: unknown) => unknown) {
      super([servers[0]?.name ?? ''], { cache_cas: true });
      this.#change = change;
    }

    override async get(...asked: Parameters<Client['get']>): Promise<unknown> {
      return this.#change(await super.get(...asked));
    }
  }

  it.each<[string, (value: unknown) => unknown]>([
    ['a byte', (value) => (Buffer.isBuffer(value) ? Buffer.concat([value, Buffer.of(0)]) : value)],
    ['text for a number', (value) => (typeof value === 'number' ? String(value) : value)],
    ['a hit that is a miss', (value) => (typeof value === 'string' ? null : value)],
    ['an error', (value) => (typeof value === 'bigint' ? Promise.reject(new Error('no')) : value)],
  ])('%s', async (_what, change) => {
    await using mc = new Wrong(change);
    await expect(play(mc, SEED, 20_000)).rejects.toThrow(`SEED=${SEED}`);
  });
});
