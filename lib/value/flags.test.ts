// What is stored for each type, and what each flag reads as, by the rules of every generation of releases.

import { deflateSync } from 'node:zlib';
import { UnboundLocalError, UnicodeDecodeError, UnicodeEncodeError, ValueError } from '../errors';
import { type Codec } from './codec';
import { zlibCompress, zlibDecompress } from './compression';
import { createFlagCodec, FLAG, type FlagRules } from './flags';
import { Py2Int, Py2Long, Py2Str, PyByteArray, PyFloat, PyText } from './pickle';

type Differences = Pick<
  FlagRules,
  'python' | 'text' | 'bool' | 'long' | 'unflagged' | 'unknownFlags'
>;

const TO_1_53: Differences = {
  python: 2,
  text: 'pickle',
  bool: 'digit',
  long: true,
  unflagged: 'bytes',
  unknownFlags: 'UnboundLocalError',
};
const PY2_1_54: Differences = { ...TO_1_53, unknownFlags: 'ValueError' };
const PY2_1_56: Differences = { ...PY2_1_54, text: 'unflagged', bool: 'word' };
const PY2_1_58: Differences = { ...PY2_1_56, bool: 'digit' };
const PY2_1_59: Differences = { ...PY2_1_58, text: 'flagged', bool: 'pickle' };
const PY3_1_56: Differences = { ...PY2_1_56, python: 3, long: false, unflagged: 'text' };
const PY3_1_58: Differences = { ...PY3_1_56, bool: 'digit' };
const PY3_1_62: Differences = { ...PY3_1_58, text: 'flagged', bool: 'pickle', unflagged: 'bytes' };

const COLUMNS = {
  'py2 <=1.53': TO_1_53,
  'py2 1.54': PY2_1_54,
  'py2 1.55-1.56': PY2_1_56,
  'py2 1.57-1.58': PY2_1_58,
  'py2 1.59': PY2_1_59,
  'py3 1.55-1.56': PY3_1_56,
  'py3 1.57-1.58': PY3_1_58,
  'py3 1.59-1.62': PY3_1_62,
} as const;
type Column = keyof typeof COLUMNS;
const ALL = Object.entries(COLUMNS) as [Column, Differences][];

/** Pickles are shown as what was pickled. */
function codecOf(differences: Differences, unknown: number[] = []): Codec {
  return createFlagCodec({
    ...differences,
    dumps: (value) => Buffer.from(`pickle of ${typeof value}`),
    loads: (bytes) => ({ unpickled: bytes.toString('latin1') }),
    compression: {
      flag: FLAG.compressed,
      compress: zlibCompress,
      decompress: (data) => zlibDecompress(data, 1 << 20),
    },
    onUnknown: (flags) => unknown.push(flags),
  });
}

function written(codec: Codec, value: unknown, min = 0): string {
  const { flags, data } = codec.encode(value, min);
  return `${flags}:${Buffer.from(data as string, 'latin1').toString('latin1')}`;
}

function read(codec: Codec, flags: number, stored: string | Buffer): unknown {
  const data = Buffer.from(stored as string, 'latin1');
  // As the values of a reply lie: inside a buffer of other bytes.
  const bytes = Buffer.concat([Buffer.from('99'), data, Buffer.from('99')]);
  return codec.decode(flags, bytes, 2, 2 + data.length, false);
}

/** One outcome for each column, in the order of COLUMNS. */
type Outcomes = readonly [string, string, string, string, string, string, string, string];
const same = (outcome: string): Outcomes => [outcome, outcome, outcome, outcome, outcome, outcome, outcome, outcome]; // prettier-ignore
const byPython = (two: string, three: string): Outcomes => [two, two, two, two, two, three, three, three]; // prettier-ignore

const P = (type: string): string => `1:pickle of ${type}`;
const PO = P('object');

const WRITES: readonly (readonly [name: string, value: unknown, outcomes: Outcomes])[] = [
  ['bytes', Buffer.from('ab\xff', 'latin1'), same('0:ab\xff')],
  ['a Uint8Array', new Uint8Array([97, 0, 255]), same('0:a\0\xff')],
  ['a view', new Uint8Array([1, 97, 98, 2]).subarray(1, 3), same('0:ab')],
  ['no bytes', Buffer.alloc(0), same('0:')],
  ['text', 'é', [P('string'), P('string'), '0:\xc3\xa9', '0:\xc3\xa9', '16:\xc3\xa9', '0:\xc3\xa9', '0:\xc3\xa9', '16:\xc3\xa9']],
  ['no text', '', [P('string'), P('string'), '0:', '0:', '16:', '0:', '0:', '16:']],
  ['0', 0, same('2:0')],
  ['-5', -5, same('2:-5')],
  ['the greatest safe int', Number.MAX_SAFE_INTEGER, same('2:9007199254740991')],
  ['a small bigint', 5n, same('2:5')],
  ['2^63-1', 2n ** 63n - 1n, same('2:9223372036854775807')],
  ['2^63', 2n ** 63n, byPython('4:9223372036854775808', '2:9223372036854775808')],
  ['-2^63', -(2n ** 63n), same('2:-9223372036854775808')],
  ['-2^63-1', -(2n ** 63n) - 1n, byPython('4:-9223372036854775809', '2:-9223372036854775809')],
  ['a long', new Py2Long(5), byPython('4:5', '2:5')],
  ['a great long', new Py2Long(2n ** 70n), byPython(`4:${2n ** 70n}`, `2:${2n ** 70n}`)],
  ['an int of 64 bits', new Py2Int(2n ** 40n), same('2:1099511627776')],
  ['true', true, ['2:1', '2:1', '2:True', '2:1', P('boolean'), '2:True', '2:1', P('boolean')]],
  ['false', false, ['2:0', '2:0', '2:False', '2:0', P('boolean'), '2:False', '2:0', P('boolean')]],
  ['a str of Python 2', new Py2Str('a\xe9'), byPython('0:a\xe9', PO)],
  ['two surrogates that are no pair', new PyText(Buffer.from('\xed\xa0\x80\xed\xb0\x80', 'latin1')),
    [PO, PO, '0:\xed\xa0\x80\xed\xb0\x80', '0:\xed\xa0\x80\xed\xb0\x80', '16:\xed\xa0\x80\xed\xb0\x80', 'UnicodeEncodeError', 'UnicodeEncodeError', 'UnicodeEncodeError']],
  ['a lone surrogate', '\ud800', [P('string'), P('string'), '0:\xed\xa0\x80', '0:\xed\xa0\x80', '16:\xed\xa0\x80', 'UnicodeEncodeError', 'UnicodeEncodeError', 'UnicodeEncodeError']],
  ['null', null, same(PO)],
  ['undefined', undefined, same(P('undefined'))],
  ['1.5', 1.5, same(P('number'))],
  ['-0', -0, same(P('number'))],
  ['NaN', NaN, same(P('number'))],
  ['Infinity', Infinity, same(P('number'))],
  ['2^53, which a number cannot tell from others', 2 ** 53, same(P('number'))],
  ['1e21', 1e21, same(P('number'))],
  ['a float', new PyFloat(1), same(PO)],
  ['a bytearray', new PyByteArray([1]), same(PO)],
  ['a list', [1], same(PO)],
  ['an object', { a: 1 }, same(PO)],
  ['a Date', new Date(0), same(PO)],
  ['other numbers in an array', new Uint16Array(1), same(PO)],
  ['a symbol', Symbol('x'), same(P('symbol'))],
]; // prettier-ignore

describe.each(ALL)('written by %s', (column, differences) => {
  const codec = codecOf(differences);
  const place = ALL.findIndex(([name]) => name === column);

  it.each(WRITES)('%s', (_name, value, outcomes) => {
    const outcome = outcomes[place] ?? '';
    if (outcome === 'UnicodeEncodeError') {
      expect(() => codec.encode(value, 0)).toThrow(UnicodeEncodeError);
    } else {
      expect(written(codec, value)).toBe(outcome);
    }
  });

  it.each([
    ['digits', 10n ** 4300n],
    ['digits of a negative', -(10n ** 4300n)],
  ])('4301 %s are refused by Python 3', (_name, value) => {
    if (differences.python === 3) {
      expect(() => codec.encode(value, 0)).toThrow(/^Exceeds the limit \(4300 digits\)/);
    } else {
      expect(written(codec, value)).toBe(`4:${value}`);
    }
  });

  it('ints are never compressed, all else may be', () => {
    const long = 'a'.repeat(1000);
    expect(written(codec, 10n ** 2000n, 1)).toBe(`${differences.long ? 4 : 2}:${10n ** 2000n}`);
    expect(codec.encode(Buffer.from(long), 1).flags).toBe(FLAG.compressed);
    expect(codec.encode(long, 100).flags & FLAG.compressed).toBe(
      differences.text === 'pickle' ? 0 : FLAG.compressed,
    );
    expect(codec.encode(true, 1).flags & FLAG.compressed).toBe(0);
  });
});

/** `u...` a text, `b...` bytes, `i...` an int, `p...` a pickle, else an exception. */
const READS: readonly (readonly [flags: number, data: string, outcomes: Outcomes])[] = [
  [0, 'ab', ['bab', 'bab', 'bab', 'bab', 'bab', 'uab', 'uab', 'bab']],
  [0, '\xc3\xa9', ['b\xc3\xa9', 'b\xc3\xa9', 'b\xc3\xa9', 'b\xc3\xa9', 'b\xc3\xa9', 'ué', 'ué', 'b\xc3\xa9']],
  [0, '\xff', ['b\xff', 'b\xff', 'b\xff', 'b\xff', 'b\xff', 'decode', 'decode', 'b\xff']],
  [0, '', ['b', 'b', 'b', 'b', 'b', 'u', 'u', 'b']],
  [16, '\xc3\xa9', ['unbound', 'unknown 10', 'unknown 10', 'unknown 10', 'ué', 'unknown 10', 'unknown 10', 'ué']],
  [16, '\xff', ['unbound', 'unknown 10', 'unknown 10', 'unknown 10', 'decode', 'unknown 10', 'unknown 10', 'decode']],
  [2, '5 ', same('i5')],
  [2, '-9223372036854775809', same('i-9223372036854775809')],
  [2, '12L', byPython("'12L'", "b'12L'")],
  [2, '1_0', byPython("'1_0'", 'i10')],
  [2, 'True', byPython("'True'", "b'True'")],
  [2, '', byPython("''", "b''")],
  [4, '5', same('i5')],
  [4, '12L', byPython('i12', "b'12L'")],
  [4, 'x', byPython("'x'", "b'x'")],
  [1, 'N.', same('pN.')],
  // The first row that matches decides: text, int, long, pickle. What else is set does not matter.
  [3, '5', same('i5')],
  [5, '5', same('i5')],
  [6, '5', same('i5')],
  [7, '5', same('i5')],
  [17, 'ab', ['pab', 'pab', 'pab', 'pab', 'uab', 'pab', 'pab', 'uab']],
  [18, '5', ['i5', 'i5', 'i5', 'i5', 'u5', 'i5', 'i5', 'u5']],
  [20, '5', ['i5', 'i5', 'i5', 'i5', 'u5', 'i5', 'i5', 'u5']],
  [33, 'N.', same('pN.')],
  [34, '5', same('i5')],
  [36, '5', same('i5')],
  [48, 'ab', ['unbound', 'unknown 30', 'unknown 30', 'unknown 30', 'uab', 'unknown 30', 'unknown 30', 'uab']],
  [65537, 'N.', same('pN.')],
  ...[32, 64, 65536, 0x80000000, 0xffffffe0].map(
    (flags) => [flags, 'ab', ['unbound', ...Array.from({ length: 7 }, () => `unknown ${flags.toString(16)}`)] as unknown as Outcomes] as const,
  ),
]; // prettier-ignore

function outcomeOf(codec: Codec, flags: number, data: string | Buffer): string {
  let value: unknown;
  try {
    value = read(codec, flags, data);
  } catch (error) {
    if (error instanceof UnicodeDecodeError) return 'decode';
    if (error instanceof UnboundLocalError) return 'unbound';
    const { message } = error as ValueError;
    return message
      .replace(/^Unknown flags on get: /, 'unknown ')
      .replace(/^invalid literal for (int|long)\(\) with base 10: /, '');
  }
  if (typeof value === 'string') return `u${value}`;
  if (Buffer.isBuffer(value)) return `b${value.toString('latin1')}`;
  if (typeof value === 'number' || typeof value === 'bigint') return `i${value}`;
  return `p${(value as { unpickled: string }).unpickled}`;
}

describe.each(ALL)('read by %s', (column, differences) => {
  const place = ALL.findIndex(([name]) => name === column);

  it.each(READS)('flags %d of %j', (flags, data, outcomes) => {
    const unknown: number[] = [];
    const outcome = outcomes[place] ?? '';
    expect(outcomeOf(codecOf(differences, unknown), flags, data)).toBe(outcome);
    const isUnknown = outcome === 'unbound' || outcome.startsWith('unknown');
    expect(unknown).toEqual(isUnknown ? [flags] : []);
  });

  // The bit is taken away first: 40 is 32 by the time it is unknown, 8 alone is no flag at all.
  it.each(READS)('flags %d of %j, compressed', (flags, data, outcomes) => {
    if ((flags & FLAG.compressed) !== 0) return;
    const packed = deflateSync(Buffer.from(data, 'latin1'));
    const outcome = outcomeOf(codecOf(differences), (flags | FLAG.compressed) >>> 0, packed);
    expect(outcome).toBe(outcomes[place]);
  });

  it('exceptions have their classes', () => {
    const codec = codecOf(differences);
    const isOld = differences.unknownFlags === 'UnboundLocalError';
    expect(() => read(codec, 32, 'x')).toThrow(
      isOld
        ? new UnboundLocalError("local variable 'val' referenced before assignment")
        : new ValueError('Unknown flags on get: 20'),
    );
    expect(() => read(codec, 2, 'x')).toThrow(ValueError);
    expect(() => read(codec, 8, 'not zlib')).toThrow(
      'Error -3 while decompressing data: incorrect header check',
    );
    expect(() => read(codec, 8, '')).toThrow(
      'Error -5 while decompressing data: incomplete or truncated stream',
    );
  });
});

it('unknown flags may have an answer instead of an exception', () => {
  const unknown: number[] = [];
  const codec = codecOf({ ...TO_1_53, unknownFlags: 'onUnknown' }, unknown);
  expect(read(codec, 64, 'x')).toBe(1); // what pushing answers
  expect(unknown).toEqual([64]);
});

describe('bytes that were read', () => {
  it('are a copy, unless they were nobody else’s', () => {
    const codec = codecOf(PY3_1_62);
    const shared = Buffer.from('abc');
    const copy = codec.decode(0, shared, 0, 3, false) as Buffer;
    const own = codec.decode(0, shared, 1, 3, true) as Buffer;
    shared.fill('x');
    expect(copy.toString()).toBe('abc');
    expect(own.toString()).toBe('xx');
  });
});
