// The values of stats get Python's types, by name.

import { statsOf } from './stats';

it.each<[string, string, unknown]>([
  ['pid', '5', 5],
  ['limit_maxbytes', '18446744073709551615', 18446744073709551615n],
  ['version', '1.6.18', Buffer.from('1.6.18')],
  ['version', '16', Buffer.from('16')],
  ['libevent', '2.1.12-stable', Buffer.from('2.1.12-stable')],
  ['rusage_user', '0.012345', 0.012345],
  ['rusage_system', '1:500000', 1.5],
  ['growth_factor', '1.25', 1.25],
  ['rusage_user', 'x', Buffer.from('x')],
  ['umask', '700', 0o700],
  ['umask', '9', Buffer.from('9')],
  ['slab_reassign', '1', true],
  ['hash_is_expanding', '0', false],
  ['cas_enabled', 'yes', Buffer.from('yes')],
  ['auth_enabled_sasl', 'yes', true],
  ['auth_enabled_sasl', 'no', false],
  ['domain_socket', '', Buffer.from('')],
  ['words', 'one two', Buffer.from('one')],
])('%s of %j', (name, text, value) => {
  expect(statsOf([[name, text]], false)[name]).toEqual(value);
});

it('a dump keeps all words', () => {
  expect(statsOf([['k', '[1 b;  0 s]']], true)['k']).toEqual(Buffer.from('[1 b; 0 s]'));
});

it('names that every object has are names', () => {
  const stats = statsOf(
    [
      ['__proto__', '1'],
      ['constructor', '2'],
    ],
    false,
  );
  expect(Object.keys(stats)).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(stats)).toBeNull();
});
