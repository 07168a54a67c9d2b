// Parameters of the wrong type or value are refused, with their name.

import { ValueError } from '../../errors';
import { callable, numberOf, oneOf } from './parameters';

it('a function may be left out, and nothing else may stand in its place', () => {
  const log = (): void => undefined;
  expect([callable(log, 'log'), callable(undefined, 'log')]).toEqual([log, undefined]);
  expect(() => callable('stderr', 'log')).toThrow(new TypeError('log must be a function'));
});

it('a number is not negative, and has a default', () => {
  expect([numberOf(0, 3, 'n'), numberOf(Infinity, 3, 'n'), numberOf(undefined, 3, 'n')]).toEqual([
    0,
    Infinity,
    3,
  ]);
  for (const value of [-1, NaN]) {
    expect(() => numberOf(value, 3, 'n')).toThrow(new ValueError('n must not be negative'));
  }
  expect(() => numberOf('3', 3, 'n')).toThrow(new TypeError('n must be a number'));
});

it('a name stands for its own row', () => {
  const rows = { a: 1, b: 0 };
  expect([oneOf(rows, 'a', 'mode'), oneOf(rows, 'b', 'mode')]).toEqual([1, 0]);
  for (const name of ['c', 'toString', '__proto__', 1, null]) {
    expect(() => oneOf(rows, name, 'mode')).toThrow(new ValueError('mode must be one of a, b'));
  }
});
