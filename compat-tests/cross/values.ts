// The values of the cross table: one of every type, as Python writes it and as JavaScript has it.

import { PyDateTime } from '../../lib/value/pickle';

export const VALUES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["'ascii'", 'ascii'],
  ["u'caf\\xe9'", 'caf\xe9'],
  ["'\\u4e2d\\U0001f600'", '\u4e2d\u{1f600}'],
  ["''", ''],
  ["b'bytes'", Buffer.from('bytes')],
  ["b'\\xff\\x00'", Buffer.from([0xff, 0])],
  ["b''", Buffer.alloc(0)],
  ['42', 42],
  ['-5', -5],
  ['2**70', 2n ** 70n],
  ['-2**70', -(2n ** 70n)],
  ['True', true],
  ['False', false],
  ['None', null],
  ['1.5', 1.5],
  ["float('-inf')", -Infinity],
  ["[1, 'a']", [1, 'a']],
  ["{'a': 1}", { a: 1 }],
  [
    "{'k': [1.5, None, {'x': b'y'}], 'u': '\\xe9'}",
    { k: [1.5, null, { x: Buffer.from('y') }], u: '\xe9' },
  ],
  ['datetime(2020, 1, 2, 3, 4, 5, 678901)', new PyDateTime(2020, 1, 2, 3, 4, 5, 678901)],
  ["'a' * 1000", 'a'.repeat(1000)],
  ["u'\\xe9' * 1000", '\xe9'.repeat(1000)],
  ["b'b' * 1000", Buffer.alloc(1000, 'b')],
  ["['item'] * 500", new Array<string>(500).fill('item')],
  ["'short'", 'short'],
]);
