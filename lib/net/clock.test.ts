// When waiting is judged: never before replies are read, and never by time that the program itself held.

import { Clock, type TimeSource } from './clock';

/** Time that stands still until a test moves it; one timer. */
class HandTime implements TimeSource {
  ms = 0;
  #callback: (() => void) | undefined;
  readonly now = (): number => this.ms;

  every(_ms: number, callback: () => void): () => void {
    this.#callback = callback;
    return () => (this.#callback = undefined);
  }

  afterReads(callback: () => void): void {
    callback();
  }

  get runs(): boolean {
    return this.#callback !== undefined;
  }

  /** A tick that comes `ms` after the one before. */
  tick(ms: number): void {
    this.ms += ms;
    this.#callback?.();
  }
}

const TICK = 10;
const TIMEOUT = 80;

/** A clock with one connection that waits, and the times by which it was judged. */
function setUp() {
  const time = new HandTime();
  const clock = new Clock(TIMEOUT, time);
  const judged: number[] = [];
  const watched = { busy: true, expire: (now: number) => void judged.push(now) };
  clock.watch(watched);
  clock.run();
  return { time, judged, watched };
}

it('judges each tick by its own time', () => {
  const { time, judged } = setUp();
  for (let i = 0; i < 3; i++) time.tick(TICK);
  expect(judged).toEqual([10, 20, 30]);
});

it('does not count the time that a program held the event loop, however often it does', () => {
  const { time, judged } = setUp();
  const deadlines: number[] = [];
  for (let round = 0; round < 4; round++) {
    deadlines.push(time.ms + TIMEOUT); // a call, sent now
    time.tick(600);
  }
  judged.forEach((now, round) => expect(now).toBeLessThan(deadlines[round] ?? 0));
  expect(judged).toHaveLength(4);
});

it('counts it at the next tick: a program that blocks again and again still hears of a dead server', () => {
  const { time, judged } = setUp();
  time.tick(600);
  time.tick(600);
  expect(judged[1]).toBeGreaterThan(TIMEOUT);
});

it('stops when nothing waits', () => {
  const { time, judged, watched } = setUp();
  watched.busy = false;
  time.tick(TICK);
  expect([time.runs, judged]).toEqual([false, []]);
});
