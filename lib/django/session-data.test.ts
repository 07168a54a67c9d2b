// The dict of a session is changed in place, whatever its keys are, and keeps its Python types.

import { dumps, loads } from '../value/pickle';
import * as dict from './session-data';
import type { Dict } from './session-data';

const DICTS: [string, () => Dict][] = [
  ['a plain object', () => ({ a: 1 })],
  ['an object without a prototype', () => Object.assign(Object.create(null) as Dict, { a: 1 })],
  ['a Map', () => new Map([['a', 1]])],
];

it.each(DICTS)('%s is a dict', (_name, make) => {
  const data = make();
  expect(dict.isDict(data)).toBe(true);
  dict.set(data, 'b', 2);
  dict.set(data, '__proto__', { polluted: true });
  expect(dict.entries(data)).toEqual([['a', 1], ['b', 2], ['__proto__', { polluted: true }]]); // prettier-ignore
  expect([dict.has(data, 'b'), dict.get(data, 'b')]).toEqual([true, 2]);
  dict.remove(data, 'b');
  expect([dict.has(data, 'b'), dict.get(data, 'b')]).toEqual([false, undefined]);
  for (const name of ['constructor', 'toString', 'polluted']) {
    expect([dict.has(data, name), dict.get(data, name)]).toEqual([false, undefined]);
  }
  expect(loads(dumps(data))).toEqual(new Map<string, unknown>([['a', 1], ['__proto__', { polluted: true }]])); // prettier-ignore
});

it.each([
  ['text'],
  [5],
  [null],
  [undefined],
  [[1]],
  [new Date(0)],
  [Buffer.from('x')],
  [new Set()],
])('%p is none', (value) => {
  expect(dict.isDict(value)).toBe(false);
});

it('what is set and taken out leaves the types of the rest', () => {
  // pickle.dumps({'f': 1.0, 't': (1, 2.0)}, 5)
  const bytes = Buffer.from(
    '80059523000000000000007d94288c016694473ff00000000000008c0174944b014740000000000000008694752e',
    'hex',
  );
  const data = loads(bytes) as Dict;
  dict.set(data, 'n', 1);
  dict.remove(data, 'n');
  expect(dumps(data, 5)).toEqual(bytes);
});
