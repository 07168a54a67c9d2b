// A call that is given up while its reply is on the way leaves nothing behind for the next one (CWE-404, redis-py's bug).

import { Client, type ClientOptions } from '../../../lib';
import { Memcached } from '../../support';
import { Gate } from './gate';
import { ManualTime } from './manual-time';

/** One way to stop waiting for a reply. */
interface WayOut {
  readonly row: number;
  readonly name: string;
  /** Gives up; called when the reply is on its way. */
  readonly giveUp: (mc: Client, gate: Gate, controller: AbortController) => void;
  /** The reply of the old connection may still come: that is right too. */
  readonly mayAnswer?: true;
  /** The late reply is read and dropped, so that the connection lives on. */
  readonly livesOn?: true;
}

const WAYS_OUT: readonly WayOut[] = [
  {
    row: 6,
    name: 'the deadline passes',
    giveUp: () => time.pass(21_000),
  },
  { row: 57, name: 'disconnect_all', giveUp: (mc) => mc.disconnect_all() },
  {
    row: 58,
    name: 'set_servers',
    giveUp: (mc, gate) => mc.set_servers([gate.name]),
    mayAnswer: true,
  },
  {
    row: 58,
    name: 'set_servers and disconnect_all',
    giveUp: (mc, gate) => {
      mc.set_servers([gate.name]);
      mc.disconnect_all();
    },
  },
  {
    row: 56,
    name: 'an AbortSignal',
    giveUp: (_mc, _gate, controller) => controller.abort(),
    livesOn: true,
  },
];

/** Calls whose reply is held. */
interface Asked {
  readonly name: string;
  readonly ask: (mc: Client, signal: AbortSignal) => Promise<unknown>;
  /** The right answer, and what Python answers to a failure. */
  readonly right: unknown;
  readonly failed: unknown;
}

const ASKED: readonly Asked[] = [
  { name: 'get', ask: (mc, signal) => mc.get('a', { default: null, signal }), right: 'A', failed: null },
  { name: 'gets', ask: (mc, signal) => mc.gets('a', { signal }), right: 'A', failed: null },
  {
    name: 'get_multi',
    ask: (mc, signal) => mc.get_multi(['a', 'c'], { signal }),
    right: new Map([['a', 'A'], ['c', 'C']]),
    failed: new Map(),
  },
  { name: 'set', ask: (mc, signal) => mc.set('c', 'C', { signal }), right: true, failed: 0 },
  { name: 'incr', ask: (mc, signal) => mc.incr('n', { signal }), right: 6, failed: null },
  { name: 'delete', ask: (mc, signal) => mc.delete('gone', { signal }), right: 1, failed: 0 },
  { name: 'touch', ask: (mc, signal) => mc.touch('a', 60, { signal }), right: 1, failed: 0 },
]; // prettier-ignore

/** How much of the reply is there when the caller gives up. */
const HALVES = [
  { part: 'before the reply', bytes: 0 },
  { part: 'in the middle of the reply', bytes: 1 },
] as const;

let memcached: Memcached;
let gate: Gate;
/** No time passes unless a test says so. */
let time: ManualTime;
let mc: Client;

beforeAll(async () => {
  memcached = await Memcached.start();
});
afterAll(() => memcached.stop());

beforeEach(async () => {
  gate = await Gate.start(Number(memcached.name.split(':').at(-1)));
});
afterEach(async () => {
  mc.disconnect_all();
  await gate.stop();
});

async function connectWith(options: ClientOptions = {}): Promise<void> {
  time = new ManualTime();
  const injected = { time };
  const all = { socket_timeout: 20, dead_retry: 0, injected, ...options };
  mc = new Client([gate.name], all);
  await mc.set_multi({ a: 'A', b: 'B', c: 'C', gone: 1 });
  await mc.set('n', 5);
}

/** The next callers' answers, many at once and one after the other. */
async function expectRightAnswers(): Promise<void> {
  expect(await mc.get('b')).toBe('B');
  expect(await mc.get('absent')).toBeNull();
  const together = await Promise.all(Array.from({ length: 50 }, () => mc.get('b')));
  expect(together).toEqual(new Array(50).fill('B'));
  expect(await mc.get_multi(['b', 'absent'])).toEqual(new Map([['b', 'B']]));
  expect(await mc.gets('b')).toBe('B');
  expect(await mc.delete('absent')).toBe(0);
}

describe.each(WAYS_OUT)('row $row: after $name', ({ name, giveUp, mayAnswer, livesOn }) => {
  describe.each(HALVES)('$part', ({ bytes }) => {
    it.each(ASKED)(
      'of $name the next caller gets its own reply',
      async ({ ask, right, failed }) => {
        await connectWith();
        const controller = new AbortController();
        const held = gate.shut();
        const call = ask(mc, controller.signal);
        call.catch(() => undefined);
        await held;
        gate.drip(bytes);
        giveUp(mc, gate, controller);
        if (mayAnswer === undefined) await expectGivenUp(call, name, failed);
        // The next call is under way when the late reply comes.
        const next = mc.get('b');
        gate.open();
        const [outcome] = await Promise.allSettled([call]);
        if (mayAnswer !== undefined && outcome?.status === 'fulfilled') {
          expect([right, failed]).toContainEqual(outcome.value);
        }
        expect(await next).toBe('B');
        await expectRightAnswers();
        expect(gate.accepted).toBe(livesOn === true ? 1 : 2);
      },
    );
  });
});

async function expectGivenUp(call: Promise<unknown>, name: string, failed: unknown): Promise<void> {
  if (name === 'an AbortSignal') await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  else expect(await call).toEqual(failed);
}

it('row 56: one of many gets of a line is given up, the others get their own values', async () => {
  await connectWith();
  const controller = new AbortController();
  const held = gate.shut();
  const gets = ['a', 'b', 'c'].map((key) => mc.get(key));
  const given = mc.get('n', { default: null, signal: controller.signal });
  given.catch(() => undefined);
  await held;
  controller.abort();
  await expect(given).rejects.toMatchObject({ name: 'AbortError' });
  gate.open();
  const answers = await Promise.all(gets);
  for (const [i, answer] of answers.entries()) expect([null, 'ABC'[i]]).toContain(answer);
  await expectRightAnswers();
});

it('row 59: a decompressor that throws hurts its own call alone', async () => {
  await connectWith({
    decompressor: () => {
      throw new Error('of the user');
    },
  });
  expect(await mc.set('squeezed', 'x'.repeat(1000), { min_compress_len: 10 })).toBe(true);
  const [squeezed, b, many] = await Promise.allSettled([
    mc.get('squeezed'),
    mc.get('b'),
    mc.get_multi(['a', 'squeezed', 'c']),
  ]);
  expect(squeezed).toMatchObject({ status: 'rejected', reason: { message: 'of the user' } });
  expect(b).toEqual({ status: 'fulfilled', value: 'B' });
  expect(many).toMatchObject({ status: 'rejected', reason: { message: 'of the user' } });
  expect(await mc.get('b')).toBe('B');
  expect(gate.accepted).toBe(1);
});
