// Seconds as Django takes them become seconds or Unix times as memcached takes them.

import { OverflowError, ValueError } from '../errors';
import { default_timeout, get_backend_timeout } from './timeouts';

/** 2000-01-01, with a fraction of a second. */
const NOW = 946684800_900;

it.each<[Parameters<typeof get_backend_timeout>[0], number]>([
  [null, 0],
  [0, -1],
  [0.9, -1],
  [-0.5, -1],
  [-7, -7],
  [1, 1],
  [59.9, 59],
  [true, 1],
  [false, -1],
  [60n, 60],
  [2_592_000, 2_592_000],
  [2_592_000.5, 2_592_000 + 946684800],
  [2_592_001, 2_592_001 + 946684800],
])('%p is sent as %p', (timeout, sent) => {
  expect(get_backend_timeout(timeout, NOW)).toBe(sent);
});

it('what is no number is refused', () => {
  expect(() => get_backend_timeout('60' as never, NOW)).toThrow(TypeError);
  expect(() => get_backend_timeout(NaN, NOW)).toThrow(ValueError);
  expect(() => get_backend_timeout(Infinity, NOW)).toThrow(OverflowError);
});

it.each([
  [undefined, 300],
  [null, null],
  [60, 60],
  [59.9, 59],
  ['60', 60],
  [' 1_000 ', 1000],
  ['soon', 300],
  ['', 300],
  [NaN, 300],
  [{}, 300],
])('TIMEOUT %p is %p', (setting, timeout) => {
  expect(default_timeout(setting)).toBe(timeout);
});

it('an endless TIMEOUT is an OverflowError, as int() raises it', () => {
  expect(() => default_timeout(Infinity)).toThrow(OverflowError);
});
