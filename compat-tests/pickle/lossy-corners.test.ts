// What docs/pickle.md says is lost is lost in just that way, and nothing else: each row with real pickles, shown by Python.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  dumps,
  loads,
  Py2Str,
  PyException,
  PyDateTime,
  PyDict,
  PyFloat,
  PyText,
  PyTuple,
  UnpicklingError,
} from '../../lib/value/pickle';
import { findPythons } from './pythons';

const PAGE = readFileSync(join(__dirname, '../../docs/pickle.md'), 'utf8');

function newest(): string {
  const found = findPythons().at(-1);
  if (found === undefined) throw new Error('no CPython is installed');
  return found.path;
}

const PYTHON = newest();

/** The pickle of an expression. */
function pickled(expression: string, protocol = 4): Buffer {
  const code = `import base64, pickle\nprint(base64.b64encode(pickle.dumps(${expression}, ${protocol})).decode())`;
  return Buffer.from(execFileSync(PYTHON, ['-c', code]).toString(), 'base64');
}

/** Python's repr of a pickle's value. */
function shown(pickle: Buffer): string {
  const code = `import base64, pickle\nprint(ascii(pickle.loads(base64.b64decode('${pickle.toString('base64')}'))))`;
  return execFileSync(PYTHON, ['-c', code]).toString().trim();
}

/** A value of Python, read in the default view, changed, and written again. */
function changed<T>(expression: string, change: (value: T) => unknown): string {
  const value = loads(pickled(expression)) as T;
  const result = change(value);
  return shown(dumps(result === undefined ? value : result));
}

const text = (pickle: string): Buffer => Buffer.from(pickle, 'latin1');
const again = (value: unknown): unknown => value;

interface Price {
  price: number;
}

/** By the first words of the row: what is done, and what Python has then. */
const CORNERS: Readonly<Record<string, () => void>> = {
  'a number, string or long that is the *root*'() {
    expect(changed('1.0', again)).toBe('1');
    expect(dumps(loads(text('\x80\x02U\x01a.'))).toString('latin1')).toContain('\x8c\x01a');
    expect(shown(dumps(loads(pickled('1.0'), { exact: true })))).toBe('1.0');
  },
  'a value moved to another container'() {
    expect(changed<Price>("{'price': 1.0}", ({ price }) => [price])).toBe('[1]');
    expect(changed<Price>("{'price': 1.0}", (row) => ({ ...row }))).toBe("{'price': 1}");
    expect(changed<number[]>('(1.0, 2)', (tuple) => [...tuple])).toBe('[1, 2]');
    expect(changed<number[]>('(1.0, 2)', (tuple) => tuple.map((each) => each))).toBe('[1, 2]');
    expect(changed<number[]>('(1.0, 2)', (tuple) => tuple.slice())).toBe('[1, 2]');
    expect(changed<unknown[]>("[(1.0,), b'x']", structuredClone)).toBe("[[1], b'x']");
    const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    expect(changed("[1.0, b'x']", json)).toBe("[1, {'type': 'Buffer', 'data': [120]}]");
  },
  '`reverse`, `sort`, `shift`, `splice` or `push`'() {
    const either = /^\[1(\.0)?, 1(\.0)?, 2(\.0)?\]$/;
    expect(changed<number[]>('[2, 1, 1.0]', (list) => void list.reverse())).toMatch(either);
    expect(changed<number[]>('[2, 1.0, 1]', (list) => void list.sort())).toMatch(either);
    expect(changed<number[]>('[1.0, 1]', (list) => void list.push(2))).toMatch(either);
    const exact = loads(pickled('[2, 1, 1.0]'), { exact: true }) as unknown[];
    expect(shown(dumps(exact.reverse(), 4))).toBe('[1.0, 1, 2]');
  },
  'a float field counted up'() {
    expect(changed<Price>("{'price': 1.0}", (row) => void (row.price += 1))).toBe("{'price': 2}");
    const set = (row: { price: unknown }): void => void (row.price = new PyFloat(2));
    expect(changed("{'price': 1.0}", set)).toBe("{'price': 2.0}");
  },
  'an int field of 2^53 - 1 counted up'() {
    expect(changed<number[]>('[2**53 - 1]', (list) => void (list[0] = (list[0] ?? 0) + 1))).toBe(
      '[9007199254740992.0]',
    );
    const exactly = (list: unknown[]): void => void (list[0] = BigInt(list[0] as number) + 1n);
    expect(changed('[2**53 - 1]', exactly)).toBe('[9007199254740992]');
  },
  '1 stored where 1.0 was read'() {
    expect(changed<Price>("{'price': 1.0}", (row) => void (row.price = 1))).toBe("{'price': 1.0}");
    const set = (row: { price: unknown }): void => void (row.price = 1n);
    expect(changed("{'price': 1.0}", set)).toBe("{'price': 1}");
  },
  'NaN keys of one dict'() {
    const dict = "{float('nan'): 1, -float('nan'): 2}";
    expect(changed(dict, again)).toBe('{nan: 2}');
    expect(shown(dumps(loads(pickled(dict), { exact: true })))).toBe('{nan: 1, nan: 2}');
  },
  'looking up a tuple, bytes or frozenset key'() {
    const pickle = pickled("{(1,): 'a'}");
    expect((loads(pickle) as Map<unknown, unknown>).get(PyTuple.of(1))).toBeUndefined();
    const exact = loads(pickle, { exact: true }) as Map<unknown, unknown>;
    expect(exact.get(PyTuple.of(1))).toBe('a');
  },
  'a Python 2 `str` field that gets new text'() {
    const value = loads(text('\x80\x02}U\x01aU\x01bs.')) as Record<string, unknown>;
    value['a'] = 'c';
    expect(dumps(value).toString('latin1')).toContain('X\x01\0\0\0c');
    expect(dumps(value, 2, { py2Str: true }).toString('latin1')).toContain('U\x01c');
    value['a'] = new Py2Str('d');
    expect(dumps(value).toString('latin1')).toContain('U\x01d');
  },
  'two equal strings that are two objects in Python'() {
    const pickle = pickled("[''.join(['a', 'b']), ''.join(['a', 'b'])]");
    const written = dumps(loads(pickle));
    expect(written.length).toBeLessThan(pickle.length);
    expect(shown(written)).toBe(shown(pickle));
  },
  'two lone surrogates that UTF-16 would join'() {
    const pickle = pickled(String.raw`'\ud83d' + '\ude00'`);
    expect(loads(pickle)).toBeInstanceOf(PyText);
    expect(dumps(loads(pickle), 4)).toEqual(pickle);
  },
  'a `long` of Python 2 that fits an `int`'() {
    const pickle = text('\x80\x02]q\x00\x8a\x01\x05a.');
    expect(dumps(loads(pickle))).toEqual(pickle);
    expect(dumps(loads(pickle, { python: '3.12' })).toString('latin1')).toContain('K\x05');
  },
  'ints beyond 32 bits of Python 3 at protocols 0 to 2'() {
    const kind = (options: object): unknown =>
      (loads(pickled('[2**40]', 2), { exact: true, ...options }) as object[])[0]?.constructor.name;
    expect([kind({}), kind({ python: '3.12' })]).toEqual(['Py2Long', 'Number']);
  },
  'keys whose comparing takes longer than `keyParts`'() {
    const key = (depth: number, tuple: string): Buffer =>
      text(`\x80\x02}K\x01\x85${tuple.repeat(depth)}Ns.`);
    expect(shown(key(100, '\x85'))).toMatch(/^\{\(\(/);
    expect(() => loads(key(60, '2\x86'), { exact: true })).toThrow(UnpicklingError);
    expect(() => loads(key(60_000, '\x85'), { exact: true })).toThrow(UnpicklingError);
  },
  'Fractions and small Decimals whose terms'() {
    const keys = (digits: number): number => {
      const fraction = `__import__('fractions').Fraction(2, 10**${digits})`;
      const decimal = `__import__('decimal').Decimal('2E-${digits}')`;
      expect(shown(pickled(`${fraction} == ${decimal}`))).toBe('True');
      const both = loads(pickled(`[${fraction}, ${decimal}]`)) as unknown[];
      return new PyDict(both.map((key) => [key, 0])).size;
    };
    expect([keys(90), keys(100)]).toEqual([1, 2]);
  },
  '`PickleBuffer` in the pickle'() {
    for (const [value, kind] of [
      ["b'a'", 'Buffer'],
      ["bytearray(b'a')", 'PyByteArray'],
    ] as const) {
      const pickle = pickled(`pickle.PickleBuffer(${value})`, 5);
      expect((loads(pickle) as object).constructor.name).toBe(kind);
      expect(shown(pickle)).toBe(value);
    }
  },
  'a dict that names equal keys twice'() {
    const pickle = text('}(Va\nI1\nVb\nI2\nVa\nI3\nu.');
    expect(shown(pickle)).toBe("{'a': 3, 'b': 2}");
    expect(loads(pickle)).toEqual({ a: 3, b: 2 });
  },
};

const rows = ['in the default view | becomes | instead', '| |'].flatMap((heading) => {
  const start = PAGE.indexOf(`| ${heading}`, PAGE.indexOf('## What is lost'));
  const end = PAGE.indexOf('\n\n', start);
  return PAGE.slice(start, end)
    .split('\n')
    .slice(2)
    .map((line) => line.replace(/^\| /, ''));
});

/** Left to the engine, and shown row by row in the type table. */
const NOT_SHOWN = ['the bits of a NaN', "pytz's, dateutil's, numpy's"];

describe('a corner of the page', () => {
  it.each(Object.entries(CORNERS))('%s', (_, check) => check());

  it('is each shown here', () => {
    const known = [...Object.keys(CORNERS), ...NOT_SHOWN];
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => !known.some((start) => row.startsWith(start)))).toEqual([]);
    expect(known.filter((start) => !rows.some((row) => row.startsWith(start)))).toEqual([]);
  });

  it('of Python itself is one here too', () => {
    const folded = new PyDateTime(2024, 1, 2, 0, 0, 0, 0, null, 1);
    expect(shown(dumps(folded, 3))).toBe('datetime.datetime(2024, 1, 2, 0, 0)');
    expect(shown(dumps(folded, 4))).toBe('datetime.datetime(2024, 1, 2, 0, 0, fold=1)');
    const missing = new PyException('FileNotFoundError', ['x']);
    expect([2, 3].map((protocol) => shown(dumps(missing, protocol)))).toEqual([
      "OSError('x')",
      "FileNotFoundError('x')",
    ]);
  });
});
