// Every release has the behaviour that was measured of it, on both Pythons; others do not exist.

import { ValueError } from '../../errors';
import { findRelease, type Release } from './releases';

const NAMES = Array.from({ length: 20 }, (_each, at) => `1.${43 + at}`);
const runsOn = (python: 2 | 3): string[] =>
  NAMES.filter((name) => (python === 2 ? name <= '1.59' : name >= '1.55'));

type Fields = Release & { [K in keyof Release['keys'] as `keys.${K}`]: Release['keys'][K] } & {
  [K in keyof Release['servers'] as `servers.${K}`]: Release['servers'][K];
};

function fieldOf(release: Release, field: keyof Fields): unknown {
  const [part, name] = field.split('.');
  if (name === undefined) return release[field as keyof Release];
  return new Map(Object.entries(part === 'keys' ? release.keys : release.servers)).get(name);
}

/** Since which release there is which value. */
type Since = Readonly<Record<string, unknown>>;

/** A field on Python 2, and on Python 3 where that differs. */
const FIELDS: readonly (readonly [field: keyof Fields, since: Since, onPython3?: Since])[] = [
  ['text', { '1.43': 'pickle', '1.55': 'unflagged', '1.59': 'flagged' }],
  ['bool', { '1.43': 'digit', '1.55': 'word', '1.57': 'digit', '1.59': 'pickle' }],
  ['long', { '1.43': true }, { '1.55': false }],
  ['unflagged', { '1.43': 'bytes' }, { '1.55': 'text', '1.59': 'bytes' }],
  ['unknownFlags', { '1.43': 'UnboundLocalError', '1.54': 'ValueError' }],
  ['fullLength', { '1.43': false, '1.48': true }],
  ['hash', { '1.43': 'crc32', '1.45': 'cmemcache or 1', '1.60': 'cmemcache' }],
  ['oldHash', { '1.43': 'crc32', '1.45': 'cmemcache or 1', '1.47': 'crc32' }],
  ['keys.text', { '1.43': 'refused', '1.55': 'encoded' }],
  ['keys.noneError', { '1.43': false, '1.44': true }],
  ['keys.empty', { '1.43': 'passed', '1.44': 'none', '1.55': 'refused' }],
  ['keys.namesKey', { '1.43': false, '1.54': true }],
  ['keys.noneIsText', { '1.43': true, '1.55': false }],
  ['keys.pairs', { '1.43': 'pair', '1.55': 'key', '1.60': 'pair' }],
  ['servers.noPort', { '1.43': 'refused', '1.46': 'TypeError', '1.49': 'default' }],
  ['servers.inet6', { '1.43': false, '1.49': true }],
  ['tail', { '1.43': '', '1.55': ' ' }],
  ['deleteManyTail', { '1.43': '', '1.58': ' ' }],
  ['deleteNames', { '1.43': ['time'], '1.55': ['time', 'noreply'], '1.60': ['noreply'] }],
  ['deleteTime', { '1.43': 'always 0', '1.48': 'never', '1.59': '0 if given', '1.60': 'never' }],
  ['deleteManyTime', { '1.43': 'always 0', '1.58': '0 if given' }],
  ['deleteMissing', { '1.43': 1, '1.62': 0 }],
  ['deleteRefused', { '1.43': 1, '1.46': 0 }],
  [
    'deleteLog',
    {
      '1.43': "while expecting 'DELETED', got unexpected response '%s'",
      '1.46': 'Delete expected DELETED or NOT_FOUND, got: %r',
      '1.54': 'delete expected DELETED or NOT_FOUND, got: %r',
    },
    {
      '1.55': "delete expected b'DELETED or NOT_FOUND', got: %r",
      '1.60': 'delete expected DELETED or NOT_FOUND, got: %r',
      '1.62': 'delete expected DELETED, got: %r',
    },
  ],
  [
    'touchLog',
    { '1.43': 'touch expected TOUCHED, got: %r' },
    {
      '1.55': "touch expected b'TOUCHED', got: %r",
      '1.60': 'touch expected TOUCHED, got: %r',
    },
  ],
  ['connectErrno', { '1.43': false, '1.54': true }],
  ['delta', { '1.43': 'int', '1.55': 'text' }],
  ['countMissing', { '1.43': 'ValueError', '1.45': 'None' }],
  ['countWithoutServer', { '1.43': 0, '1.49': null }],
  ['touchZero', { '1.43': 'refused', '1.59': 'sent' }],
  ['timedelta', { '1.43': false, '1.60': true }],
  ['alwaysCachesCas', { '1.43': true, '1.48': false }],
  ['retryOnce', { '1.43': false, '1.48': true, '1.53': false }],
];

const ROWS = FIELDS.map(([field, since, onPython3 = since]) => ({ field, since, onPython3 }));

describe.each(ROWS)('$field', ({ field, since, onPython3 }) => {
  const rows = ([2, 3] as const).flatMap((python) =>
    runsOn(python).map((name) => {
      const changes = Object.entries(python === 2 ? since : onPython3);
      const value = changes.findLast(([first]) => first <= name)?.[1];
      return { name, python, value };
    }),
  );

  it.each(rows)('$name on Python $python: $value', ({ name, python, value }) => {
    expect(fieldOf(findRelease(name, python), field)).toEqual(value);
  });
});

it.each([2, 3] as const)('a release on Python %d knows its name', (python) => {
  for (const name of runsOn(python))
    expect(findRelease(name, python)).toMatchObject({ name, python });
});

it('rows do not run into each other: asking for one changes no other', () => {
  const before = JSON.stringify(findRelease('1.59', 2));
  for (const name of runsOn(3)) findRelease(name, 3);
  expect(JSON.stringify(findRelease('1.59', 2))).toBe(before);
});

describe('a release that never existed', () => {
  it.each([
    '1.42',
    '1.63',
    '2.0',
    '1.6',
    '1.620',
    '1.062',
    '',
    'latest',
    '1.62 ',
    ' 1.62',
    '1.6a',
    'constructor',
  ])('%j', (name) => {
    expect(() => findRelease(name, 3)).toThrow(
      new ValueError(`no such release of python-memcached: ${JSON.stringify(name)} (1.43 to 1.62)`),
    );
  });

  it.each<[string, number]>([
    ['1.60', 2],
    ['1.61', 2],
    ['1.62', 2],
    ['1.43', 3],
    ['1.54', 3],
    ['1.62', 1],
    ['1.62', 4],
    ['1.59', 2.7],
    ['1.62', 3.11],
    ['1.62', NaN],
  ])('%s on Python %p', (name, python) => {
    expect(() => findRelease(name, python)).toThrow(
      new ValueError(
        `python-memcached ${name} does not run on Python ${python} (Python 2: to 1.59, Python 3: from 1.55)`,
      ),
    );
  });
});
