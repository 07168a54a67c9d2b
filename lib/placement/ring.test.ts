// Points have the names and numbers that libmemcached gives them.

import { HASHES } from './hashes';
import { evenRing, ketamaName, serverOn, spyName, weightedRing, type Ring } from './ring';

it.each([
  ['10.0.0.1:11211', '10.0.0.1-7', '/10.0.0.1:11211-7'],
  ['10.0.0.1:11212', '10.0.0.1:11212-7', '/10.0.0.1:11212-7'],
  ['::1:11211', '::1-7', '/::1:11211-7'],
  ['/tmp/a:0', '/tmp/a:0-7', '//tmp/a:0-7'],
  ['/tmp/a:11211:0', '/tmp/a:11211:0-7', '//tmp/a:11211:0-7'],
  ['a:112110', 'a:112110-7', '/a:112110-7'],
])('the points of %s are named %s, or %s', (server, ketama, spy) => {
  expect(ketamaName(server, 7)).toBe(ketama);
  expect(spyName(server, 7)).toBe(spy);
});

function servers(weights: readonly number[]) {
  return weights.map((weight, i) => ({ name: `10.0.0.${i + 1}:11211`, weight }));
}

function pointsOf(ring: Ring, count: number): number[] {
  return Array.from({ length: count }, (_, i) => ring.servers.filter((each) => each === i).length);
}

const equal = (count: number): number[] => new Array<number>(count).fill(1);

it.each([
  [
    [1, 1],
    [160, 160],
  ],
  [
    [1, 3],
    [80, 240],
  ],
  [
    [1, 2, 3, 4, 10],
    [40, 80, 120, 160, 400],
  ],
  [
    [1, 100],
    [0, 316],
  ],
  [
    [1, 0, 1],
    [160, 0, 160],
  ],
  // Where 64 bits would give another number.
  [
    [5, 3, 4],
    [200, 120, 160],
  ],
  ...[25, 47, 50, 55, 61, 71, 94, 100].map((n) => [equal(n), equal(n).map(() => 156)]),
  ...[31, 41, 43, 49].map((n) => [equal(n), equal(n).map(() => 160)]),
] as [number[], number[]][])('servers of weights %j have %j points', (weights, points) => {
  const ring = weightedRing(servers(weights), ketamaName);
  expect(pointsOf(ring, weights.length)).toEqual(points);
});

it('servers of an even ring have 100 points, in order of value and server', () => {
  // The last is the first once more, so that each of their values is there twice.
  const list = [...servers([1, 9, 0, 1]), ...servers([1])];
  const ring = evenRing(list, ketamaName, HASHES.crc);
  expect(pointsOf(ring, 5)).toEqual([100, 100, 0, 100, 100]);
  const points = Array.from(ring.values, (value, i) => [value, ring.servers[i] ?? -1] as const);
  expect(points).toEqual([...points].sort(([v, s], [w, t]) => v - w || s - t));
  expect(new Set(ring.values).size).toBeLessThanOrEqual(300);
});

it('a hash goes to the first point at or after it, past the last to the first', () => {
  const ring = { values: Uint32Array.of(5, 9, 0xfffffff0), servers: Uint32Array.of(2, 0, 1) };
  const hashes = [0, 5, 6, 9, 10, 0xfffffff0, 0xfffffff1, 0xffffffff];
  expect(hashes.map((hash) => serverOn(ring, hash))).toEqual([2, 2, 0, 0, 1, 1, 2, 2]);
  expect(serverOn({ values: new Uint32Array(), servers: new Uint32Array() }, 5)).toBe(-1);
});
