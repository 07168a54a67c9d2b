// When servers leave a ring, and when they come back.

import type { ServerEventName } from '../../engine/events';
import type { ServerSpec } from '../../engine/server';
import { placementOf } from '../../placement/distributions';
import { PLAIN, SETTINGS } from '../../placement/settings';
import type { Placement } from '../../placement/placement';
import { Ejection } from './ejection';

const SERVERS: readonly ServerSpec[] = ['a:1', 'b:1', 'c:1'].map((name) => ({
  address: { kind: 'tcp', host: name, port: 1, family: 4 },
  name,
  weight: 1,
}));
const KEYS = Array.from({ length: 300 }, (_, i) => `key ${i}`);
const place = placementOf(SETTINGS.ketama(PLAIN, true), Math.random);

function start(limit: number) {
  let now = 0;
  const ejection = new Ejection({ limit, pause: 1000, now: () => now });
  const placement = ejection.over(place)(SERVERS);
  return {
    placement,
    tell: (name: ServerEventName, index: number): void => {
      const server = SERVERS[index] as ServerSpec;
      ejection.happened({ name, server, cause: undefined, until: undefined });
    },
    wait: (ms: number) => void (now += ms),
  };
}

function homes(placement: Placement): number[] {
  return KEYS.map((key) => placement.server(placement.start(key)));
}

const WHOLE = homes(place(SERVERS));

it('is the plain placement while all live', () => {
  const { placement } = start(1);
  expect(homes(placement)).toEqual(WHOLE);
  expect(new Set(WHOLE)).toEqual(new Set([0, 1, 2]));
});

it('gives the keys of a server that failed too often to the others, and moves no other key', () => {
  const { placement, tell } = start(3);
  for (let i = 0; i < 2; i++) tell('dead', 1);
  expect(homes(placement)).toEqual(WHOLE);
  tell('dead', 1);
  const left = homes(placement);
  expect(new Set(left)).toEqual(new Set([0, 2]));
  expect(left.filter((home, i) => home !== WHOLE[i] && WHOLE[i] !== 1)).toEqual([]);
});

it('counts failures in a row only', () => {
  const { placement, tell } = start(2);
  tell('dead', 1);
  tell('alive', 1);
  tell('dead', 1);
  expect(homes(placement)).toEqual(WHOLE);
});

it('gives them back after the pause, and takes them away again by one failure', () => {
  const { placement, tell, wait } = start(3);
  for (let i = 0; i < 3; i++) tell('dead', 1);
  wait(999);
  expect(homes(placement)).not.toContain(1);
  wait(1);
  expect(homes(placement)).toEqual(WHOLE);
  tell('dead', 1);
  expect(homes(placement)).not.toContain(1);
  wait(1000);
  tell('alive', 1);
  tell('dead', 1);
  expect(homes(placement)).toEqual(WHOLE);
});

it('keeps the whole ring when no server is left', () => {
  const { placement, tell } = start(1);
  for (const index of [0, 1, 2]) tell('dead', index);
  expect(homes(placement)).toEqual(WHOLE);
});

it('hears of nothing else', () => {
  const { placement, tell } = start(1);
  for (const name of ['timeout', 'protocol-error', 'reconnect', 'overload'] as const) tell(name, 1);
  expect(homes(placement)).toEqual(WHOLE);
});
