// Every lie of a server ends in an error or the right answer, on a connection that we close, and hurts nobody else.

import { setImmediate as turn } from 'node:timers/promises';
import { Client, MemcacheError, ValueError, type ClientOptions } from '../../../lib';
import { ASKS, NEXT, OTHERS, tellingEngine, type Ask } from './asks';
import { BACKENDS, type Backend } from './backends';
import { startLiar, type Cut, type Liar } from './liar';
import type { Lie } from './lie';
import { ManualTime } from './manual-time';

type Outcome = PromiseSettledResult<unknown>;

/** Who asks: the engine, or the client above it. */
interface Door {
  readonly call: (ask: Ask) => Promise<unknown>;
  readonly right: (ask: Ask) => unknown;
  /** Throws unless the call came to that kind of error, or to any where no kind is given. */
  readonly expectError: (ask: Ask, outcome: Outcome, kind?: Lie['then']) => void;
  readonly close: () => void;
}

/** Of the doors' own time, which passes only where a server is silent. */
const TIMEOUT_MS = 20_000;
const optionsOf = (time: ManualTime): ClientOptions =>
  ({ socket_timeout: TIMEOUT_MS / 1000, dead_retry: 0, injected: { time } }) as ClientOptions;

/** The engine tells every error. */
function openEngine(backend: Backend, port: number, time: ManualTime): Door {
  const options = { ...optionsOf(time), ...backend.options() };
  const engine = tellingEngine(backend.server(port), backend.wire, options);
  return {
    call: (ask) => ask.engine(engine),
    right: ({ right }) => right,
    expectError: (_ask, outcome, kind) => {
      const reason: unknown = (outcome as PromiseRejectedResult).reason;
      expect(reason).toBeInstanceOf(MemcacheError);
      if (kind !== undefined) expect((reason as MemcacheError).code).toBe(kind);
    },
    close: () => engine.disconnect(),
  };
}

/** The client answers as Python. */
function openClient(backend: Backend, port: number, time: ManualTime): Door {
  const mc = new Client([backend.server(port)], { ...optionsOf(time), ...backend.options() });
  return {
    call: ({ client }) => client?.(mc) ?? Promise.reject(new Error('Python has no such method')),
    right: clientRightOf,
    expectError: (ask, outcome, kind) => {
      const { failed, refused = failed } = ask;
      const answer = kind === 'SERVER' ? refused : failed;
      if (answer instanceof Map) {
        expectPart(outcome, clientRightOf(ask));
        return;
      }
      if (typeof answer !== 'string') {
        expect(outcome).toEqual({ status: 'fulfilled', value: answer });
        return;
      }
      const reason: unknown = (outcome as PromiseRejectedResult).reason;
      expect(reason).toBeInstanceOf(ValueError);
      expect((reason as Error).message).toContain(answer);
    },
    close: () => mc.disconnect_all(),
  };
}

function clientRightOf({ right, clientRight = right }: Ask): unknown {
  return clientRight;
}

/** Of many keys those count that came whole before the lie. */
function expectPart(outcome: Outcome, right: unknown): void {
  expect(outcome.status).toBe('fulfilled');
  const { value } = outcome as PromiseFulfilledResult<Map<string, unknown>>;
  for (const [key, each] of value) expect(each).toBe((right as Map<string, unknown>).get(key));
}

const DOORS = [
  {
    name: 'the engine tells what kind of error it was',
    open: openEngine,
    asks: () => true,
    needsClient: false,
  },
  {
    name: 'the client answers as Python answers a failure',
    open: openClient,
    asks: (ask: Ask) => ask.client !== undefined,
    needsClient: true,
  },
] as const;

let liar: Liar | undefined;
let door: Door | undefined;

afterEach(async () => {
  door?.close();
  await liar?.server.close();
});

/** Lies to one call while others wait, then looks at all of them, at the connection, and at the next call. */
async function judge(door: Door, liar: Liar, lie: Lie, time: ManualTime): Promise<void> {
  const { ask, behind, goesOn = false } = lie;
  expect(await door.call(NEXT)).toBe(NEXT.right);
  const calls = [door.call(ASKS[ask])];
  await turn();
  calls.push(...OTHERS.map((other) => door.call(other)));
  const settling = Promise.allSettled(calls);
  if (behind === 'silence') {
    await liar.said;
    time.pass(TIMEOUT_MS + 1000);
  }
  const [outcome, ...others] = await settling;
  expectAnswer(door, ASKS[ask], outcome, lie.then);
  for (const [i, other] of OTHERS.entries()) {
    if (goesOn) expectAnswer(door, other, others[i], 'right');
    else expectAnswer(door, other, others[i], undefined);
  }
  if (!goesOn) await liar.closed;
  expect(await door.call(NEXT)).toBe(NEXT.right);
  expect(liar.server.accepted()).toBe(goesOn ? 1 : 2);
  expect(liar.unexpected()).toEqual([]);
}

/** The right answer, an error of that kind, or, where nothing is asked for, either. */
function expectAnswer(
  door: Door,
  ask: Ask,
  outcome: Outcome | undefined,
  then: Lie['then'] | undefined,
): void {
  if (outcome === undefined) throw new Error('no outcome');
  const right = { status: 'fulfilled', value: door.right(ask) };
  if (then === 'right') expect(outcome).toEqual(right);
  else if (then !== undefined) door.expectError(ask, outcome, then);
  else if (!isEqual(outcome, right)) door.expectError(ask, outcome);
}

function isEqual(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}

type Case = readonly [title: string, lie: Lie, cut: Cut];

function casesOf(lies: readonly Lie[], cuts: readonly Cut[]): Case[] {
  return cuts.flatMap((cut) =>
    lies
      .filter(({ says }) => cut === 'whole' || says.length > 1)
      .map((lie) => [`row ${lie.row}: ${lie.name}, to ${lie.ask}, ${cut}`, lie, cut] as const),
  );
}

describe.each(BACKENDS)('a server that lies in $name', (backend) => {
  const doors = DOORS.filter(({ needsClient }) => backend.hasClient || !needsClient);
  describe.each(doors)('$name', ({ open, asks }) => {
    const lies = backend.lies.filter(({ ask }) => asks(ASKS[ask]));
    it.each(casesOf(lies, backend.cuts))('%s', async (_title, lie, cut) => {
      liar = await startLiar(backend, lie, cut);
      const time = new ManualTime();
      door = open(backend, liar.server.port, time);
      await judge(door, liar, lie, time);
    });
  });
});
