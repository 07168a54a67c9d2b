// Only what a server can read as a number is sent: it would take the value behind another one for a command.

import { MemcacheIllegalInputError } from './exceptions';
import { casText, countText, deltaText, expireText, flagsOf } from './numbers';
import { ascii, utf8 } from './text';

const cas = (value: unknown): string => casText(value, ascii);

it.each<[string, () => unknown, unknown]>([
  ['expire 0', () => expireText(0), '0'],
  ['expire -0', () => expireText(-0), '0'],
  ['expire -1', () => expireText(-1n), '-1'],
  ['expire 2^63 - 1', () => expireText(2n ** 63n - 1n), '9223372036854775807'],
  ['delta 2^64 - 1', () => deltaText(2n ** 64n - 1n), '18446744073709551615'],
  ['delta -1', () => deltaText(-1), '-1'],
  ['count 64', () => countText(64, 'memlimit'), '64'],
  ['flags 2^32 - 1', () => flagsOf(2 ** 32 - 1), 2 ** 32 - 1],
  ['flags 5n', () => flagsOf(5n), 5],
  ['cas 5', () => cas(5), '5'],
  ['cas 2^64 - 1', () => cas(2n ** 64n - 1n), '18446744073709551615'],
  ["cas '007'", () => cas('007'), '007'],
  ["cas b'12'", () => cas(Buffer.from('12')), '12'],
])('%s', (_name, make, made) => {
  expect(make()).toBe(made);
});

it.each<[string, () => unknown, string]>([
  ['expire 1.5', () => expireText(1.5), 'expire must be integer, got bad value: 1.5'],
  ['expire None', () => expireText(null), 'expire must be integer, got bad value: None'],
  ["expire '60'", () => expireText('60'), "expire must be integer, got bad value: '60'"],
  ['expire True', () => expireText(true), 'expire must be integer, got bad value: True'],
  ['expire NaN', () => expireText(NaN), 'expire must be integer, got bad value: nan'],
  ['expire 2^53', () => expireText(2 ** 53), 'expire must be integer, got bad value: 9007'],
  ['expire 2^63', () => expireText(2n ** 63n), 'expire must be from -9223372036854775808 to'],
  ['expire -2^63 - 1', () => expireText(-(2n ** 63n) - 1n), 'expire must be from'],
  ['delta 2^64', () => deltaText(2n ** 64n), 'value must be from'],
  ['count -1', () => countText(-1, 'memlimit'), 'memlimit must be from 0 to'],
  ['flags -1', () => flagsOf(-1), 'flags must be from 0 to 4294967295'],
  ['flags 2^32', () => flagsOf(2 ** 32), 'flags must be from 0 to 4294967295'],
  ["flags '0 0 1\\r\\nx'", () => flagsOf('0 0 1\r\nx'), 'flags must be integer'],
  ['cas -1', () => cas(-1), "cas must only contain values in 0-9, got bad value: b'-1'"],
  ["cas ''", () => cas(''), "cas must only contain values in 0-9, got bad value: b''"],
  ["cas '1 noreply'", () => cas('1 noreply'), "bad value: b'1 noreply'"],
  ["cas '1\\n'", () => cas('1\n'), "bad value: b'1\\n'"],
  ['cas 2^64', () => cas(2n ** 64n), 'cas must only contain values in 0-9'],
  ['cas True', () => cas(true), "cas must only contain values in 0-9, got bad value: b'True'"],
  ['cas 1.5', () => cas(1.5), 'cas must be integer, string, or bytes, got bad value: 1.5'],
  ["cas '\u0661'", () => cas('\u0661'), "non-ASCII cas value: '\u0661'"],
  ["cas '\xb2', as utf-8", () => casText('\xb2', utf8), "0-9, got bad value: b'\\xc2\\xb2'"],
])('%s is illegal', (_name, make, message) => {
  expect(make).toThrow(MemcacheIllegalInputError);
  expect(make).toThrow(message);
});
