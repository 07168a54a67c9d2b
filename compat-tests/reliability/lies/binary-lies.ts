// What a server of the binary protocol can say wrongly, command by command.

import { packet, uint32, uint64, type Packet } from '../../../lib/wire/testing/packets';
import type { AskName } from './asks';
import type { Lie } from './lie';

/** The call that is lied to is the second on its connection. */
const OPAQUE = 1;

type Row = readonly [row: number, name: string, says: string];

/** Lies about one command that all end as `rest` says. */
function about(
  ask: AskName,
  rest: Pick<Lie, 'then' | 'goesOn' | 'behind'>,
  rows: readonly Row[],
): Lie[] {
  return rows.map(([row, name, says]) => ({ row, name, ask, says, ...rest }));
}

const broken = { then: 'PROTOCOL' } as const;
const tooLarge = { then: 'TOO_LARGE' } as const;
const cut = { then: 'CONNECTION', behind: 'end' } as const;
const silent = { then: 'TIMEOUT', behind: 'silence' } as const;
/** A refusal behind which the next reply follows. */
const refusal = { then: 'SERVER', goesOn: true } as const;
/** A refusal behind which anything may follow. */
const doubtful = { then: 'SERVER' } as const;

const NOOP = packet({ opcode: 0x0a, opaque: OPAQUE });
const GREETING_ERROR = 'ERROR Too many open connections\r\n';
const entry: Omit<Packet, 'opcode'> = { extras: uint32(16), key: 'a', value: 'A', cas: 7n };

/** The right reply to each command, of which every field is spoiled in turn. */
const RIGHT: Readonly<Partial<Record<AskName, Packet>>> = {
  get: { opcode: 0x0c, ...entry },
  gets: { opcode: 0x0d, ...entry },
  get_multi: { opcode: 0x0d, ...entry },
  set: { opcode: 0x01, cas: 7n },
  add: { opcode: 0x02, cas: 7n },
  replace: { opcode: 0x03, cas: 7n },
  append: { opcode: 0x0e, cas: 7n },
  prepend: { opcode: 0x0f, cas: 7n },
  cas: { opcode: 0x03, cas: 7n },
  incr: { opcode: 0x05, value: uint64(8n) },
  decr: { opcode: 0x06, value: uint64(6n) },
  delete: { opcode: 0x04 },
  touch: { opcode: 0x1c, extras: uint32(16) },
  stats: { opcode: 0x10, key: 'pid', value: '1' },
  flush_all: { opcode: 0x08 },
  version: { opcode: 0x0b, value: '1.6.18' },
};

const ANY_LENGTH: ReadonlySet<AskName> = new Set(['get', 'gets', 'get_multi', 'stats', 'version']);

/** A length that no reply has is refused as such, or as none that the command's replies have. */
function tooMuch(ask: AskName): typeof tooLarge | typeof broken {
  return ANY_LENGTH.has(ask) ? tooLarge : broken;
}

function liesAbout(ask: AskName, right: Packet): Lie[] {
  const say = (fields: Partial<Packet>): string => packet({ opaque: OPAQUE, ...right, ...fields });
  const refuse = (status: number, value: string): string =>
    packet({ opcode: right.opcode, opaque: OPAQUE, status, value });
  // A refusal of a get in a line is told when the line ends.
  const end = right.opcode === 0x0d ? NOOP : '';
  return [
    ...about(ask, broken, [
      [37, 'bad magic', say({ magic: 0x80 })],
      [37, 'extras and key over the body', say({ keyLength: 3, extrasLength: 30, bodyLength: 32 })],
      [37, 'an unknown status', refuse(0x99, 'What')],
      [37, 'a status of another command', refuse(0x21, '')],
      [37, 'the opcode of another command', say({ opcode: 0x1e })],
      [37, 'the opcode of a quiet command', say({ opcode: 0x11 })],
      [37, 'a data type', say({ dataType: 1 })],
      [37, 'an error with extras', say({ status: 3, extras: uint32(1) })],
      [24, 'the opaque of the request behind', say({ opaque: OPAQUE + 1 })],
      [24, 'the opaque of the request before', say({ opaque: OPAQUE - 1 })],
      [24, 'an objection to a later silent request', say({ opaque: 0x80000002 })],
      [21, 'a reply of the text protocol', 'STORED\r\n'],
      [21, 'a reply of HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
      [21, 'a stray noop first', packet({ opcode: 0x0a, opaque: 99 }) + say({})],
    ]),
    ...about(ask, tooMuch(ask), [
      [30, 'two gigabytes announced', say({ bodyLength: 0x7fffffff })],
      [30, 'four gigabytes announced', say({ bodyLength: 0xffffffff })],
    ]),
    ...about(ask, tooLarge, [[30, 'two gigabytes of words', say({ status: 3, extras: '', key: '', bodyLength: 0x7fffffff })]]),
    ...about(ask, cut, [
      [14, 'the end in the middle of the header', say({}).slice(0, 10)],
      [14, 'the end before the last byte', say({}).slice(0, -1)],
      [22, 'a refusal of the connection', GREETING_ERROR],
    ]),
    ...about(ask, { then: 'CONNECTION', behind: 'reset' }, [[13, 'a reset', say({}).slice(0, 5)]]),
    ...about(ask, silent, [
      [12, 'silence', ''],
      [9, 'silence in the middle of the header', say({}).slice(0, 23)],
    ]),
    ...about(ask, refusal, [
      [33, 'too large', refuse(0x03, 'Too large.') + end],
      [32, 'out of memory', refuse(0x82, 'Out of memory') + end],
    ]),
    ...about(ask, doubtful, [
      [34, 'invalid arguments', refuse(0x04, 'Invalid arguments')],
      [35, 'an unknown command', refuse(0x81, 'Unknown command')],
      [34, 'an authentication that is missing', refuse(0x20, 'Auth failure.')],
    ]),
  ];
} // prettier-ignore

/** The reply with a payload that is not the command's. */
const SHAPES: readonly Lie[] = [
  ...(['set', 'add', 'replace', 'append', 'prepend', 'cas', 'delete', 'flush_all'] as const).flatMap(
    (ask) => about(ask, broken, [[26, 'a body', packet({ opaque: OPAQUE, opcode: RIGHT[ask]?.opcode ?? 0, value: 'x' })]]),
  ),
  ...(['incr', 'decr'] as const).flatMap((ask) =>
    about(ask, broken, [
      [26, 'a counter of four bytes', packet({ opaque: OPAQUE, opcode: RIGHT[ask]?.opcode ?? 0, value: uint32(8) })],
      [26, 'a counter in digits', packet({ opaque: OPAQUE, opcode: RIGHT[ask]?.opcode ?? 0, value: '8' })],
    ]),
  ),
  ...about('touch', broken, [[26, 'flags of eight bytes', packet({ opaque: OPAQUE, opcode: 0x1c, extras: uint64(0n) })]]),
  ...about('version', broken, [[26, 'a key', packet({ opaque: OPAQUE, opcode: 0x0b, key: 'a' })]]),
  ...about('stats', broken, [[26, 'a row without a name', packet({ opaque: OPAQUE, opcode: 0x10, value: '1' })]]),
  ...about('stats', silent, [[31, 'no end', packet({ opaque: OPAQUE, opcode: 0x10, key: 'pid', value: '1' })]]),
]; // prettier-ignore

const line = (fields: Partial<Packet>): string =>
  packet({ opaque: OPAQUE, opcode: 0x0d, ...entry, ...fields });

const WHOLE_LINE = line({}) + line({ key: 'd', value: 'D' }) + NOOP;

const ABOUT_GETS: readonly Lie[] = [
  ...about('get', broken, [
    [24, 'the key of another caller', packet({ opaque: OPAQUE, opcode: 0x0c, ...entry, key: 'b' })],
    [24, 'a longer key', packet({ opaque: OPAQUE, opcode: 0x0c, ...entry, key: 'aa' })],
    [24, 'a miss of another key', packet({ opaque: OPAQUE, opcode: 0x0c, status: 1, key: 'b' })],
    [26, 'no flags', packet({ opaque: OPAQUE, opcode: 0x0c, ...entry, extras: '' })],
    [37, 'the opcode of a line', line({})],
    [37, 'the end of a line', NOOP],
  ]),
  ...about('get', { then: 'right' }, [
    [20, 'the reply twice', packet({ opaque: OPAQUE, opcode: 0x0c, ...entry }).repeat(2)],
  ]),
  ...about('get_multi', broken, [
    [24, 'the key of another caller', line({ key: 'b' })],
    [25, 'a key twice', line({}) + line({ value: 'Z' })],
    [26, 'an entry without a key', line({ key: '' })],
    [25, 'a third entry', line({}) + line({ key: 'd', value: 'D' }) + line({ key: 'b' })],
    [37, 'the opcode of a lone get', line({ opcode: 0x0c })],
    [37, 'a miss that should be silent', line({ status: 1, extras: '', value: '' })],
    [37, 'a noop with a body', line({}) + packet({ opaque: OPAQUE, opcode: 0x0a, value: 'x' })],
    [24, 'the noop of the next line', line({}) + packet({ opaque: OPAQUE + 1, opcode: 0x0a })],
  ]),
  ...about('get_multi', { then: 'right' }, [
    [20, 'the line twice', WHOLE_LINE.repeat(2)],
    [21, 'an entry behind the noop', WHOLE_LINE + line({ key: 'd', value: 'Z' })],
    [21, 'a second noop', WHOLE_LINE + NOOP],
  ]),
  ...about('gets', { then: 'right' }, [[21, 'an entry behind the noop', line({}) + NOOP + line({ value: 'Z' })]]),
  ...about('get_multi', silent, [[31, 'no noop', line({}) + line({ key: 'd', value: 'D' })]]),
]; // prettier-ignore

export const BINARY_LIES: readonly Lie[] = [
  ...Object.entries(RIGHT).flatMap(([ask, right]) => liesAbout(ask as AskName, right)),
  ...SHAPES,
  ...ABOUT_GETS,
];
