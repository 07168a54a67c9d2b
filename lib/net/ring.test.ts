// The queue keeps its order at any depth.

import { Ring } from './ring';

it('gives up its end from a position on, and goes on from there', () => {
  const ring = new Ring<number>();
  for (let i = 0; i < 100; i++) ring.push(i);
  for (let i = 0; i < 60; i++) ring.shift();
  expect(ring.cut(97)).toEqual([97, 98, 99]);
  ring.push(7);
  expect(ring.get(97)).toBe(7);
  expect(ring.cut(0)).toEqual([...Array.from({ length: 37 }, (_, i) => 60 + i), 7]);
  expect([ring.length, ring.shift()]).toEqual([0, undefined]);
});

it('gives back what was put in, in order, while it grows and wraps', () => {
  const ring = new Ring<number>();
  const model: number[] = [];
  let next = 0;
  for (let round = 0; round < 500; round++) {
    for (let i = 0; i < (round * 7) % 90; i++) {
      ring.push(next);
      model.push(next++);
    }
    for (let i = 0; i < (round * 5) % 80 && model.length > 0; i++)
      expect(ring.shift()).toBe(model.shift());
    expect(ring.length).toBe(model.length);
    expect(ring.get(ring.head)).toBe(model[0]);
    expect(ring.get(ring.tail - 1)).toBe(model.at(-1));
  }
  expect(ring.drain()).toEqual(model);
  expect([ring.shift(), ring.get(ring.head), ring.get(-1), ring.length]).toEqual([
    undefined,
    undefined,
    undefined,
    0,
  ]);
});
