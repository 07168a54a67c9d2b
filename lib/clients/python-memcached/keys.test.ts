// Keys are taken and refused as each release does it, with its exceptions (measured on 1.43 to 1.62).

import { IndexError, ValueError } from '../../errors';
import { Client } from './client';
import { serverHash } from './hash';
import { Keys, spotOf, type KeyOptions } from './keys';
import { findRelease } from './releases';

const OPTIONS: KeyOptions = {
  server_max_key_length: 250,
  check_keys: true,
  key_encoder: null,
  key_encoder_twice: false,
};

function keysOf(name = '1.62', python: 2 | 3 = 3, options: Partial<KeyOptions> = {}): Keys {
  return new Keys(findRelease(name, python), { ...OPTIONS, ...options });
}

/** `Class: message`, or the wire key. */
function outcome(action: () => string): string {
  try {
    return action();
  } catch (error) {
    const { name, message } = error as Error;
    return `${name.replace(/^Memcached(Key)?/, '')}: ${message}`;
  }
}

const wire = (keys: Keys, key: unknown): string => outcome(() => keys.wire(keys.encoded(key)));
const many = (keys: Keys, key: unknown, prefix: unknown = ''): string =>
  outcome(() => keys.many([key], prefix, 'write').wires.join());

const COLUMNS = [
  ['1.43', 2],
  ['1.44', 2],
  ['1.53', 2],
  ['1.54', 2],
  ['1.55', 2],
  ['1.59', 2],
  ['1.55', 3],
  ['1.59', 3],
  ['1.60', 3],
  ['1.62', 3],
] as const;

const convert = 'Convert your unicode strings using mystring.encode(charset)!';
const OLDEST = `StringEncodingError: Keys must be str()'s, notunicode.  ${convert}`;
const UNICODE = `StringEncodingError: Keys must be str()'s, not unicode.  ${convert}`;
const NONE = 'NoneError: Key is None';
const STR = "TypeError: Key must be str()'s";
const BINARY = 'TypeError: Key must be a binary string';
const CONTROL = 'CharacterError: Control characters not allowed';
const LENGTH = 'LengthError: Key length is > 250';
const shown = (repr: string): string =>
  `CharacterError: Control/space characters not allowed (key=${repr})`;

/** By column: 1.43; 1.44-1.53; 1.54; 1.55 on with Python 2; with Python 3. */
type Five = readonly [string, string, string, string, string];
const all = (text: string): Five => [text, text, text, text, text];
const bad = (repr: string): Five => [CONTROL, CONTROL, shown(repr), shown(repr), shown(`b${repr}`)];

function columnOf(name: string, python: 2 | 3): number {
  if (name === '1.43') return 0;
  if (name < '1.54') return 1;
  if (name === '1.54') return 2;
  return python === 2 ? 3 : 4;
}

const bytes = (latin1: string): Buffer => Buffer.from(latin1, 'latin1');

const SINGLE: readonly (readonly [name: string, key: unknown, outcomes: Five])[] = [
  ['text', 'abc', all('abc')],
  ['bytes', bytes('abc'), all('abc')],
  ['a Uint8Array', new Uint8Array([97, 98]), all('ab')],
  ['None', null, [OLDEST, NONE, NONE, NONE, NONE]],
  ['undefined', undefined, [OLDEST, NONE, NONE, NONE, NONE]],
  // 1.43 sends `get ` and a line end: never here.
  ['empty text', '', [CONTROL, NONE, NONE, 'NoneError: Key is empty', shown("b''")]],
  ['empty bytes', bytes(''), [CONTROL, NONE, NONE, 'NoneError: Key is empty', shown("b''")]],
  ['42', 42, [OLDEST, STR, STR, BINARY, BINARY]],
  ['0', 0, [OLDEST, NONE, NONE, BINARY, BINARY]],
  ['0n', 0n, [OLDEST, NONE, NONE, BINARY, BINARY]],
  ['false', false, [OLDEST, NONE, NONE, BINARY, BINARY]],
  ['true', true, [OLDEST, STR, STR, BINARY, BINARY]],
  ['1.5', 1.5, [OLDEST, STR, STR, BINARY, BINARY]],
  ['NaN', NaN, [OLDEST, STR, STR, BINARY, BINARY]],
  ['an object', {}, [OLDEST, STR, STR, BINARY, BINARY]],
  ['text outside ASCII', 'é€', [OLDEST, UNICODE, UNICODE, '\xc3\xa9\xe2\x82\xac', '\xc3\xa9\xe2\x82\xac']],
  // 1.54 cannot hash these: UnicodeDecodeError. Here they go where the other releases put them.
  ['bytes outside ASCII', bytes('\x80\xff'), all('\x80\xff')],
  ['a space', 'a b', bad("'a b'")],
  ['a tab', 'a\tb', bad("'a\\tb'")],
  ['CR', 'a\rb', bad("'a\\rb'")],
  ['LF inside', 'a\nb', bad("'a\\nb'")],
  // 1.52 and later let this through, and shift every later reply.
  ['LF at the end', 'a\n', bad("'a\\n'")],
  ['NUL', 'a\0', bad("'a\\x00'")],
  ['DEL', 'a\x7f', bad("'a\\x7f'")],
  ['a quote', "a' b", bad('"a\' b"')],
  ['both quotes', "a'\" \\", bad("'a\\'\" \\\\'")],
  ['high bytes beside a bad one', bytes('\xe9 '), bad("'\\xe9 '")],
  ['an injected command', 'a 0 0 1\r\nx\r\nflush_all', bad("'a 0 0 1\\r\\nx\\r\\nflush_all'")],
  ['250 bytes', 'k'.repeat(250), all('k'.repeat(250))],
  ['251 bytes', 'k'.repeat(251), all(LENGTH)],
  ['126 characters of two bytes', 'é'.repeat(126), [OLDEST, UNICODE, UNICODE, LENGTH, LENGTH]],
  ['a pair', [7, 'abc'], all('abc')],
  ['a pair with None', [7, null], [OLDEST, NONE, NONE, NONE, NONE]],
  ['a pair with a number', [7, 42], [OLDEST, STR, STR, BINARY, BINARY]],
  ['a pair with a bad key', [7, 'a b'], bad("'a b'")],
  ['no pair: empty', [], all('IndexError: tuple index out of range')],
  ['no pair: one', [7], all('IndexError: tuple index out of range')],
  ['no pair: three with bytes', [7, bytes('a'), 9], all('ValueError: too many values to unpack (expected 2)')],
  ['no pair: three with text', [7, 'a', 9],
    ['ValueError: too many values to unpack (expected 2)', 'ValueError: too many values to unpack (expected 2)', 'ValueError: too many values to unpack (expected 2)', 'a', 'a']],
]; // prettier-ignore

describe.each(COLUMNS)('a key of %s on Python %d', (name, python) => {
  it.each(SINGLE)('%s', (_what, key, outcomes) => {
    expect(wire(keysOf(name, python), key)).toBe(outcomes[columnOf(name, python)]);
  });
});

const ARITY = 'ValueError: too many values to unpack (expected 2)';
const MANY: readonly (readonly [name: string, key: unknown, prefix: unknown, outcomes: Five])[] = [
  ['text', 'abc', 'p_', all('p_abc')],
  ['bytes behind bytes', bytes('\xff'), bytes('p\xfe'), all('p\xfe\xff')],
  ['no prefix', 'abc', '', all('abc')],
  ['no prefix in bytes', 'abc', bytes(''), all('abc')],
  ['42', 42, '', all('42')],
  ['0', 0, 'p_', all('p_0')],
  ['1.5', 1.5, '', all('1.5')],
  ['true', true, '', all('True')],
  ['a bigint', 2n ** 70n, '', all(String(2n ** 70n))],
  ['None', null, '', ['None', 'None', 'None', NONE, NONE]],
  ['undefined', undefined, '', ['None', 'None', 'None', NONE, NONE]],
  ['a pair', [7, 'abc'], 'p_', all('p_abc')],
  ['a pair with a number', [7, 42], 'p_', all('p_42')],
  ['empty behind a prefix', '', 'p_', ['p_', NONE, NONE, 'p_', shown("b''")]],
  ['empty alone', '', '', [CONTROL, NONE, NONE, 'NoneError: Key is empty', shown("b''")]],
  ['a space', 'a b', 'p_', bad("'a b'")],
  ['LF at the end', 'a\n', 'p_', bad("'a\\n'")],
  ['a space in the prefix', 'a', 'p ', bad("'p '")],
  ['250 bytes with the prefix', 'k'.repeat(248), 'p_', all(`p_${'k'.repeat(248)}`)],
  ['251 bytes with the prefix', 'k'.repeat(249), 'p_', all(LENGTH)],
  ['text outside ASCII', 'é', 'p_', [OLDEST, UNICODE, UNICODE, 'p_\xc3\xa9', 'p_\xc3\xa9']],
  ['a prefix outside ASCII', 'a', 'é', [OLDEST, UNICODE, UNICODE, '\xc3\xa9a', '\xc3\xa9a']],
  ['a prefix of None', 'a', null, all("TypeError: object of type 'NoneType' has no len()")],
  ['a prefix that is a number', 'a', 5, all("TypeError: object of type 'int' has no len()")],
  ['no pair: one', [7], '', ['IndexError: tuple index out of range', 'IndexError: tuple index out of range', 'IndexError: tuple index out of range', 'ValueError: not enough values to unpack (expected 2, got 1)', 'ValueError: not enough values to unpack (expected 2, got 1)']],
  ['no pair: three', [7, 'a', 9], '', ['a', 'a', 'a', ARITY, ARITY]],
]; // prettier-ignore

describe.each(COLUMNS)('one of many keys of %s on Python %d', (name, python) => {
  it.each(MANY)('%s', (_what, key, prefix, outcomes) => {
    expect(many(keysOf(name, python), key, prefix)).toBe(outcomes[columnOf(name, python)]);
  });

  it('a pair with None', () => {
    const isRefused = name === '1.55' || name === '1.59';
    expect(many(keysOf(name, python), [7, null])).toBe(isRefused ? NONE : 'None');
  });

  it('names what was found by the caller’s own keys; 1.55 to 1.59 forget the hash', () => {
    const pair = [7, 'tk'];
    const given = ['a', bytes('a'), 42, pair, true];
    const { wires, spots, originals } = keysOf(name, python).many(given, 'p_', 'read');
    expect(wires).toEqual(['p_a', 'p_a', 'p_42', 'p_tk', 'p_True']);
    expect(spots).toEqual([undefined, undefined, undefined, 7, undefined]);
    const isBare = name === '1.55' || name === '1.59';
    expect(originals).toEqual(['a', bytes('a'), 42, isBare ? 'tk' : pair, true]);
    expect(originals[3] === (pair as unknown)).toBe(!isBare);
  });
});

describe('many keys', () => {
  it('of which none is a pair have no given hashes', () => {
    expect(keysOf().many(['a', 42], '', 'read').spots).toBeUndefined();
    expect(keysOf().many([], 'p', 'read')).toEqual({ wires: [], spots: undefined, originals: [] });
  });

  it('are all checked before any is sent', () => {
    const seen: unknown[] = [];
    function* keys(): Generator<unknown> {
      for (const key of ['a', 'b c', 'd']) {
        seen.push(key);
        yield key;
      }
    }
    expect(() => keysOf().many(keys(), '', 'write')).toThrow(Client.MemcachedKeyCharacterError);
    expect(seen).toEqual(['a', 'b c']);
  });

  it('None is refused even unchecked, since 1.55', () => {
    expect(many(keysOf('1.62', 3, { check_keys: false }), null)).toBe(NONE);
    expect(many(keysOf('1.54', 2, { check_keys: false }), null)).toBe('None');
  });
});

describe('server_max_key_length', () => {
  it.each([
    [10, 'k'.repeat(10), 'k'.repeat(10)],
    [10, 'k'.repeat(11), 'LengthError: Key length is > 10'],
    [10, 'é'.repeat(5), '\xc3\xa9'.repeat(5)],
    [10, `${'é'.repeat(5)}x`, 'LengthError: Key length is > 10'],
    [0, 'k'.repeat(1000), 'k'.repeat(1000)],
    [1000, 'k'.repeat(1000), 'k'.repeat(1000)],
  ])('%d', (server_max_key_length, key, expected) => {
    expect(wire(keysOf('1.62', 3, { server_max_key_length }), key)).toBe(expected);
    expect(many(keysOf('1.62', 3, { server_max_key_length }), key.slice(1), key[0])).toBe(expected);
  });
});

describe('check_keys: false', () => {
  const unchecked = keysOf('1.62', 3, { check_keys: false });

  it.each<[string, unknown, string]>([
    ['a long key is refused', 'k'.repeat(251), 'LengthError: Key length is > 250'],
    ['control characters that split nothing', 'a\tb\x7f', 'a\tb\x7f'],
    ['text', 'é', '\xc3\xa9'],
    ['a space is refused', 'a b', shown("b'a b'")],
    ['CR is refused', 'a\r', shown("b'a\\r'")],
    ['LF is refused', 'a\n', shown("b'a\\n'")],
    ['NUL is refused', '\0', shown("b'\\x00'")],
    ['an empty key is refused', '', shown("b''")],
    ['42 cannot be hashed', 42, "TypeError: a bytes-like object is required, not 'int'"],
    ['None cannot be hashed', null, "TypeError: a bytes-like object is required, not 'NoneType'"],
    [
      'of a pair it is joined',
      [1, 42],
      'TypeError: sequence item 2: expected a bytes-like object, int found',
    ],
  ])('%s', (_name, key, expected) => {
    expect(wire(unchecked, key)).toBe(expected);
  });

  it('on Python 2 hashing says it in other words', () => {
    const old = keysOf('1.59', 2, { check_keys: false });
    const message = 'TypeError: crc32() argument 1 must be string or buffer, not';
    expect(wire(old, 42)).toBe(`${message} int`);
    expect(wire(old, null)).toBe(`${message} None`);
  });

  it('sends an empty key behind a prefix', () => {
    expect(many(unchecked, '', 'p_')).toBe('p_');
    expect(many(unchecked, 'a b', 'p_')).toBe(shown("b'p_a b'"));
  });
});

describe('key_encoder', () => {
  /** Shows how often it was applied, and to what. */
  const enclose = (key: unknown): Buffer => {
    if (typeof key === 'string') return Buffer.from(`E(${key})`);
    if (key instanceof Uint8Array) return Buffer.from(`E(${Buffer.from(key).toString()})`);
    return Buffer.from(`E<${JSON.stringify(key)}>`);
  };
  const once = keysOf('1.62', 3, { key_encoder: enclose });
  const twice = keysOf('1.62', 3, { key_encoder: enclose, key_encoder_twice: true });

  it('is applied once to a key, and to a pair as a whole', () => {
    expect(wire(once, 'k')).toBe('E(k)');
    expect(wire(twice, 'k')).toBe('E(k)');
    expect(wire(once, [7, 'k'])).toBe('E<[7,"k"]>');
  });

  it('is applied before the checks', () => {
    const encoder = (key: unknown): unknown => String(key).replaceAll(' ', '_');
    expect(wire(keysOf('1.62', 3, { key_encoder: encoder }), 'a b')).toBe('a_b');
    expect(wire(keysOf('1.62', 3, { key_encoder: encoder }), 42)).toBe('42');
    expect(wire(keysOf('1.62', 3, { key_encoder: () => 'a b' }), 'k')).toBe(shown("b'a b'"));
    expect(wire(keysOf('1.62', 3, { key_encoder: () => 5 }), 'k')).toBe(BINARY);
    expect(many(keysOf('1.62', 3, { key_encoder: () => 5 }), 'k')).toBe('5');
  });

  it('decides about the server too: what it answers is the key', () => {
    const pair = keysOf('1.62', 3, { key_encoder: (key) => [3, key] }).encoded('k');
    expect(spotOf(pair)).toBe(3);
    expect(spotOf(once.encoded([7, 'k']))).toBeUndefined();
  });

  it('is applied once to each of many keys, behind the prefix', () => {
    for (const purpose of ['read', 'write'] as const) {
      const { wires, spots, originals } = once.many(['k', [7, 'j']], 'p_', purpose);
      expect(wires).toEqual(['p_E(k)', 'p_E(j)']);
      expect(spots).toEqual([undefined, 7]);
      expect(originals).toEqual(['k', [7, 'j']]);
    }
  });

  it('may be applied twice as 1.60 to 1.62 do: what set_multi stored, get_multi does not find', () => {
    expect(twice.many(['k'], 'p_', 'read').wires).toEqual(['p_E(E(k))']);
    const written = twice.many(['k', [7, 'j']], 'p_', 'write');
    expect(written.wires).toEqual(['E(p_E(k))', 'E(p_E(j))']);
    // The server is that of the key before it was encoded again.
    expect(written.spots).toEqual([serverHash(findRelease('1.62', 3))('p_E(k)'), 7]);
  });

  it('applied twice to a pair: get_multi gives it whole first', () => {
    const seen: unknown[] = [];
    const key_encoder = (key: unknown): unknown => {
      seen.push(key);
      return key;
    };
    const same = keysOf('1.62', 3, { key_encoder, key_encoder_twice: true });
    const { wires, spots } = same.many([[7, 'j']], 'p_', 'read');
    expect([wires, spots]).toEqual([['p_j'], [7]]);
    expect(seen).toEqual([[7, 'j'], 'j']);
  });

  it('applied twice must answer bytes to the methods that write', () => {
    const text = keysOf('1.62', 3, { key_encoder: String, key_encoder_twice: true });
    expect(many(text, 'k', 'p_')).toBe(
      'TypeError: sequence item 2: expected a bytes-like object, str found',
    );
    const unsafe = keysOf('1.62', 3, {
      key_encoder: (key) => (typeof key === 'string' ? key : bytes('a b')),
      key_encoder_twice: true,
    });
    expect(many(unsafe, 'k', 'p_')).toBe(shown("b'a b'"));
  });
});

describe('the hash of a pair', () => {
  it.each<[unknown, unknown]>([
    ['abc', undefined],
    [[7, 'a'], 7],
    [[-1, 'a'], -1],
    [[true, 'a'], 1],
    [[false, 'a'], 0],
    [[2n ** 70n, 'a'], 2n ** 70n],
    [[1e21, 'a'], 10n ** 21n],
  ])('%p', (key, spot) => {
    expect(spotOf(key)).toBe(spot);
  });

  it.each<[string, unknown, string]>([
    ['a float', 1.5, 'list indices must be integers or slices, not float'],
    ['NaN', NaN, 'list indices must be integers or slices, not float'],
    ['text', '7', 'not all arguments converted during string formatting'],
    ['bytes', bytes('7'), 'not all arguments converted during bytes formatting'],
    ['None', null, "unsupported operand type(s) for %: 'NoneType' and 'int'"],
    ['a list', [1], "unsupported operand type(s) for %: 'list' and 'int'"],
  ])('%s is none', (_name, hash, message) => {
    expect(() => spotOf([hash, 'a'])).toThrow(new TypeError(message));
    expect(() => keysOf().many([[hash, 'a']], '', 'read')).toThrow(new TypeError(message));
  });
});

describe('check_key', () => {
  const check = (key: unknown, extra = 0, name = '1.62', python: 2 | 3 = 3): string =>
    outcome(() => {
      keysOf(name, python).check(key, extra);
      return 'ok';
    });

  it.each<[string, string, unknown, number]>([
    ['ok', 'a key', 'abc', 0],
    ['ok', 'a pair', [7, 'abc'], 0],
    ['ok', 'a pair of three', [7, 'abc', 9], 0],
    ['ok', '250 with the prefix', 'k'.repeat(240), 10],
    [LENGTH, '251 with the prefix', 'k'.repeat(241), 10],
    ['IndexError: tuple index out of range', 'no pair', [7], 0],
    [NONE, 'None', null, 0],
    [BINARY, '42', 42, 0],
    [shown("b'a b'"), 'a space', 'a b', 0],
    [shown("b'a\\n'"), 'LF', 'a\n', 0],
    [shown("b''"), 'an empty key', '', 5],
  ])('%s: %s', (expected, _name, key, extra) => {
    expect(check(key, extra)).toBe(expected);
  });

  it('of an empty key by release', () => {
    expect(check('', 0, '1.43', 2)).toBe('ok');
    expect(check('', 5, '1.54', 2)).toBe(NONE);
    expect(check('', 0, '1.59', 2)).toBe('NoneError: Key is empty');
    expect(check('', 5, '1.59', 2)).toBe('ok');
  });
});

it('exceptions have Python’s classes', () => {
  const caught = (key: unknown, name = '1.62', python: 2 | 3 = 3): unknown => {
    try {
      keysOf(name, python).wire(key);
    } catch (error) {
      return error;
    }
    return undefined;
  };
  for (const [key, Class] of [
    [null, Client.MemcachedKeyNoneError],
    [42, Client.MemcachedKeyTypeError],
    ['a b', Client.MemcachedKeyCharacterError],
    ['k'.repeat(251), Client.MemcachedKeyLengthError],
  ] as const) {
    expect(caught(key)).toBeInstanceOf(Class);
    expect(caught(key)).toBeInstanceOf(Client.MemcachedKeyError);
    expect(caught(key)).toMatchObject({ name: Class.name });
  }
  const encoding = caught('é', '1.54', 2);
  expect(encoding).toBeInstanceOf(Client.MemcachedStringEncodingError);
  expect(encoding).not.toBeInstanceOf(Client.MemcachedKeyError);
  expect(caught([])).toBeInstanceOf(IndexError);
  expect(caught([1, bytes('a'), 2])).toBeInstanceOf(ValueError);
});
