// Ints are read and refused as int() and long() of each Python do, with CPython's words (recorded from 2.7.18 and 3.11.2).

import { fc } from '../testing/random';
import { ValueError } from '../errors';
import { integerText, MAX_DIGITS_PYTHON_2, parseInteger, type IntegerRules } from './integer';

const INT_3: IntegerRules = { python: 3, type: 'int' };
const INT_2: IntegerRules = { python: 2, type: 'int' };
const LONG_2: IntegerRules = { python: 2, type: 'long' };

function parse(text: string, rules: IntegerRules): number | bigint {
  // As the values of a reply lie: digits before and after are not its own.
  const bytes = Buffer.from(`7${text}7`, 'latin1');
  return parseInteger(bytes, 1, bytes.length - 1, rules);
}

const literal = (type: string, shown: string): string =>
  `invalid literal for ${type}() with base 10: ${shown}`;

describe('an int that all Pythons read', () => {
  it.each<[string, number | bigint]>([
    ['5', 5],
    [' 5 ', 5],
    ['9 ', 9],
    ['+5', 5],
    ['-5', -5],
    ['007', 7],
    ['-0', 0],
    ['\t\n\v\f\r 5\r\n\v\f\t ', 5],
    ['999999999999999', 999999999999999],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740992', 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['9223372036854775808', 2n ** 63n],
    ['123456789012345678901', 123456789012345678901n],
  ])('%j is %p', (text, value) => {
    for (const rules of [INT_3, INT_2, LONG_2]) expect(parse(text, rules)).toBe(value);
  });
});

/** Where Pythons differ: a value, or what stands behind "with base 10: ", or a whole message. */
type Outcome = number | bigint | string;
const ROWS: readonly (readonly [text: string, int3: Outcome, int2: Outcome, long2: Outcome])[] = [
  ['', "b''", "''", "''"],
  [' ', "b' '", "''", "' '"],
  ['abc', "b'abc'", "'abc'", "'abc'"],
  ['- 5', "b'- 5'", -5, -5],
  ['+ 5', "b'+ 5'", 5, 5],
  ['+-5', "b'+-5'", "'+-5'", "'+-5'"],
  ['--5', "b'--5'", "'--5'", "'--5'"],
  ['1_0', 10, "'1_0'", "'1_0'"],
  ['-1_0', -10, "'-1_0'", "'-1_0'"],
  ['1__0', "b'1__0'", "'1__0'", "'1__0'"],
  ['_1', "b'_1'", "'_1'", "'_1'"],
  ['1_', "b'1_'", "'1_'", "'1_'"],
  ['0x10', "b'0x10'", "'0x10'", "'0x10'"],
  ['0o17', "b'0o17'", "'0o17'", "'0o17'"],
  ['1.5', "b'1.5'", "'1.5'", "'1.5'"],
  ['1e5', "b'1e5'", "'1e5'", "'1e5'"],
  ['True', "b'True'", "'True'", "'True'"],
  ['1 2', "b'1 2'", "'1 2'", "'1 2'"],
  ['12L', "b'12L'", "'12L'", 12],
  ['12l', "b'12l'", "'12l'", 12],
  ['0L', "b'0L'", "'0L'", 0],
  ['12L ', "b'12L '", "'12L '", 12],
  ['12LL', "b'12LL'", "'12LL'", "'12LL'"],
  ['5 L', "b'5 L'", "'5 L'", "'5 L'"],
  ['L', "b'L'", "'L'", "'L'"],
  ['5_0L', "b'5_0L'", "'5_0L'", "'5_0L'"],
  ['99999999999999999999L', "b'99999999999999999999L'", "'99999999999999999999L'", 99999999999999999999n],
  ['5\0', "b'5\\x00'", 'null byte in argument for int()', 'null byte in argument for long()'],
  ['5 \0', "b'5 \\x00'", 'null byte in argument for int()', 'null byte in argument for long()'],
  ['\x005', "b'\\x005'", "''", "''"],
  ['4 5\0', "b'4 5\\x00'", "'4 5'", "'4 5'"],
  ['\xc2\xa05', "b'\\xc2\\xa05'", "'\\xc2\\xa05'", "'\\xc2\\xa05'"],
  ['\xd9\xa1', "b'\\xd9\\xa1'", "'\\xd9\\xa1'", "'\\xd9\\xa1'"],
  ['5\x1c', "b'5\\x1c'", "'5\\x1c'", "'5\\x1c'"],
  ['5\x85', "b'5\\x85'", "'5\\x85'", "'5\\x85'"],
  ["it's", 'b"it\'s"', '"it\'s"', '"it\'s"'],
  ['a"\'b', "b'a\"\\'b'", "'a\"\\'b'", "'a\"\\'b'"],
  ['\n\t\\x', "b'\\n\\t\\\\x'", "'\\\\x'", "'\\n\\t\\\\x'"],
  ['x'.repeat(300), `b'${'x'.repeat(198)}`, `'${'x'.repeat(200)}'`, `'${'x'.repeat(200)}'`],
  ['\xff'.repeat(60), `b'${'\\xff'.repeat(49)}\\x`, `'${'\\xff'.repeat(60)}'`, `'${'\\xff'.repeat(60)}'`],
]; // prettier-ignore

describe.each(ROWS)('%j', (text, int3, int2, long2) => {
  it.each([
    ['int() of Python 3', INT_3, int3],
    ['int() of Python 2', INT_2, int2],
    ['long() of Python 2', LONG_2, long2],
  ] as const)('for %s', (_name, rules, outcome) => {
    if (typeof outcome !== 'string') {
      expect(parse(text, rules)).toBe(outcome);
      return;
    }
    const message = outcome.startsWith('null') ? outcome : literal(rules.type, outcome);
    expect(() => parse(text, rules)).toThrow(new ValueError(message));
  });
});

describe('digits without end', () => {
  const exceeds = (digits: number): ValueError =>
    new ValueError(
      `Exceeds the limit (4300 digits) for integer string conversion: value has ${digits} digits; use sys.set_int_max_str_digits() to increase the limit`,
    );

  it('4300 are read', () => {
    expect(parse('9'.repeat(4300), INT_3)).toBe(10n ** 4300n - 1n);
    expect(parse(`-${'9'.repeat(4300)}`, INT_3)).toBe(1n - 10n ** 4300n);
  });

  it.each([
    ['4301', '9'.repeat(4301)],
    ['with a sign', `-${'9'.repeat(4301)}`],
    ['zeros', '0'.repeat(4301)],
    ['with underscores', `${'1_'.repeat(4300)}1`],
    ['and text behind', `${'9'.repeat(4301)}x`],
    ['and white space before', `     ${'9'.repeat(4301)}`],
  ])('%s: refused by Python 3', (_name, text) => {
    expect(() => parse(text, INT_3)).toThrow(exceeds(4301));
  });

  it('Python 2 reads more, up to a bound of ours', () => {
    expect(parse('9'.repeat(4301), INT_2)).toBe(10n ** 4301n - 1n);
    expect(parse('9'.repeat(4301), LONG_2)).toBe(10n ** 4301n - 1n);
    const most = '9'.repeat(MAX_DIGITS_PYTHON_2 + 1);
    expect(() => parse(most, LONG_2)).toThrow(ValueError);
  });

  it('megabytes of anything are refused without ado', () => {
    for (const text of ['1_'.repeat(2 ** 20), ' '.repeat(2 ** 20), `5${' '.repeat(2 ** 20)}x`]) {
      for (const rules of [INT_3, INT_2, LONG_2])
        expect(() => parse(text, rules)).toThrow(ValueError);
    }
  });

  it('are written as far as each Python does', () => {
    const exceedsToo =
      'Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit';
    expect(integerText(10n ** 4299n, 3)).toHaveLength(4300);
    expect(integerText(-(10n ** 4299n), 3)).toHaveLength(4301);
    expect(() => integerText(10n ** 4300n, 3)).toThrow(new ValueError(exceedsToo));
    expect(() => integerText(-(10n ** 4300n), 3)).toThrow(new ValueError(exceedsToo));
    expect(integerText(10n ** 5000n, 2)).toHaveLength(5001);
  });
});

it('every int comes back, as a number exactly where it is safe', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (value) => {
      const read = parse(integerText(value, 3), INT_3);
      expect(BigInt(read)).toBe(value);
      expect(typeof read).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint');
    }),
  );
});
