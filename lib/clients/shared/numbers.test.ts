// Numbers are formatted, and refused, as Python does.

import { OverflowError, ValueError } from '../../errors';
import { argumentText, durationSeconds, pythonText, secondsText } from './numbers';

describe('a time', () => {
  it.each<[unknown, string]>([
    [0, '0'],
    [60, '60'],
    [-1, '-1'],
    [1.9, '1'],
    [-1.9, '-1'],
    [true, '1'],
    [2n ** 70n, '1180591620717411303424'],
    [1e21, '1000000000000000000000'],
  ])('%p is sent as %s', (time, text) => {
    expect(secondsText(time)).toBe(text);
  });

  it.each<[unknown, new (m: string) => Error, string]>([
    ['5', TypeError, '%d format: a real number is required, not str'],
    [null, TypeError, '%d format: a real number is required, not NoneType'],
    [NaN, ValueError, 'cannot convert float NaN to integer'],
    [-Infinity, OverflowError, 'cannot convert float infinity to integer'],
  ])('%p is refused', (time, Class, message) => {
    expect(() => secondsText(time)).toThrow(new Class(message));
  });

  it('may be a duration', () => {
    expect(durationSeconds({ totalSeconds: () => 90.7 })).toBe(90);
    expect(durationSeconds(60)).toBeUndefined();
  });
});

describe('a delta', () => {
  it.each<[unknown, string]>([
    [1, '1'],
    [-5, '-5'],
    ['5', '5'],
    [1.5, '1.5'],
    [1e-7, '1e-07'],
    [1e21, '1000000000000000000000'],
    [true, 'True'],
    [null, 'None'],
    [2n ** 64n, '18446744073709551616'],
    [NaN, 'nan'],
    [-Infinity, '-inf'],
  ])('%p is sent as %s', (delta, text) => {
    expect(argumentText(delta)).toBe(text);
  });

  it.each(['1 noreply', '1\r\nflush_all', '', '1\n', '\0'])(
    '%p is refused: it could be another command',
    (delta) => {
      expect(() => argumentText(delta)).toThrow(ValueError);
    },
  );
});

it('text of values as keys', () => {
  expect([42, 1.5, true, null, 'a'].map(pythonText)).toEqual(['42', '1.5', 'True', 'None', 'a']);
  expect(() => pythonText({})).toThrow(TypeError);
});
