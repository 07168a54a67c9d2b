// When a session ends, as Django stores and reads it.

import { ValueError } from '../errors';
import { PyDateTime, PyTimedelta } from '../value/pickle';
import { age, date, stored, type ExpiryRules } from './expiry';

const NOW = new Date('2030-01-01T00:00:00Z');
const RULES: ExpiryRules = {
  cookieAge: 1000,
  moments: 'iso',
  aware: true,
  now: () => NOW.getTime(),
};
const LATER = new Date('2030-01-01T00:01:40.500Z');

it('moments are stored as text since 4.1, as datetimes before', () => {
  expect(stored(LATER, RULES)).toBe('2030-01-01T00:01:40.500000+00:00');
  expect(stored(new PyTimedelta(0, 90), RULES)).toBe('2030-01-01T00:01:30+00:00');
  expect(stored(PyDateTime.fromDate(LATER), RULES)).toBe('2030-01-01T00:01:40.500000+00:00');
  const old: ExpiryRules = { ...RULES, moments: 'datetime' };
  expect(stored(LATER, old)).toEqual(PyDateTime.fromDate(LATER));
  const naive = stored(LATER, { ...old, aware: false }) as PyDateTime;
  expect(naive.tzinfo).toBeNull();
  expect(naive.toDate()).toEqual(LATER);
});

it('seconds are stored as they are, null is nothing, and all else is refused', () => {
  expect([stored(5, RULES), stored(0, RULES), stored(null, RULES)]).toEqual([5, 0, undefined]);
  expect(() => stored('5' as never, RULES)).toThrow(TypeError);
  expect(() => stored(new Date(NaN), RULES)).toThrow(RangeError);
});

it.each<[unknown, number]>([
  [null, 1000],
  [undefined, 1000],
  [0, 1000],
  [60, 60],
  [-5, -5],
  [LATER, 100],
  [PyDateTime.fromDate(LATER), 100],
  ['2030-01-01T00:01:40.500000+00:00', 100],
  ['2030-01-01T02:01:40+02:00', 100],
  ['2029-12-31T23:59:59.500000+00:00', -1],
])('%p ends in %p seconds', (expiry, seconds) => {
  expect(age(expiry, RULES, NOW)).toBe(seconds);
});

it('the date at which it ends', () => {
  expect(date(60, RULES, NOW)).toEqual(new Date('2030-01-01T00:01:00Z'));
  expect(date(null, RULES, NOW)).toEqual(new Date('2030-01-01T00:16:40Z'));
  expect(date('2030-01-01T00:01:40.500000+00:00', RULES, NOW)).toEqual(LATER);
});

it.each(['tomorrow', '2030-13-01T00:00:00', '2030', '', '2030-01-01T00:00:00+00:00; x'])(
  'the text %j is no moment',
  (text) => {
    expect(() => age(text, RULES, NOW)).toThrow(ValueError);
  },
);

it.each([[[]], [{}], [true], [5n]])('%p is no expiry', (value) => {
  expect(() => age(value, RULES, NOW)).toThrow(TypeError);
});
