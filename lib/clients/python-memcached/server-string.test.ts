// Server strings are read as _Host.__init__ of each release reads them (measured on 1.43, 1.45, 1.46, 1.48, 1.49 and 1.62).

import type { ServerSpec } from '../../engine/server';
import { ValueError } from '../../errors';
import { findRelease } from './releases';
import { parseServers, type ServerArgument } from './server-string';

function parse(server: unknown, name = '1.62'): ServerSpec {
  const release = findRelease(name, name < '1.55' ? 2 : 3);
  const [spec] = parseServers([server as ServerArgument], release);
  if (spec === undefined) throw new Error('no server');
  return spec;
}

describe('a server', () => {
  const tcp = (host: string, port: number, family: 4 | 6 = 4): ServerSpec['address'] => ({
    kind: 'tcp',
    host,
    port,
    family,
  });
  const unix = (path: string): ServerSpec['address'] => ({ kind: 'unix', path });

  it.each<[string, ServerSpec['address'], string]>([
    ['h:1', tcp('h', 1), 'h:1'],
    ['inet:h:1', tcp('h', 1), 'h:1'],
    ['h', tcp('h', 11211), 'h:11211'],
    ['inet:h', tcp('h', 11211), 'h:11211'],
    ['unix:/p', unix('/p'), 'unix:/p'],
    ['unix:11211', unix('11211'), 'unix:11211'],
    ['unix:', unix(''), 'unix:'],
    ['unix:a:b', unix('a:b'), 'unix:a:b'],
    ['unix:/p\n', unix('/p'), 'unix:/p'],
    ['inet:unix:11211', tcp('unix', 11211), 'unix:11211'],
    ['inet6:[::1]', tcp('::1', 11211, 6), '[::1]:11211'],
    ['inet6:[::1]:5', tcp('::1', 5, 6), '[::1]:5'],
    ['inet6:[::1]\n', tcp('::1', 11211, 6), '[::1]:11211'],
    ['inet6:[fe80::1%eth0]:5', tcp('fe80::1%eth0', 5, 6), '[fe80::1%eth0]:5'],
    ['inet6:5', tcp('inet6', 5), 'inet6:5'],
    ['inet:5', tcp('5', 11211), '5:11211'],
    ['INET:5', tcp('INET', 5), 'INET:5'],
    ['/tmp/x.sock', tcp('/tmp/x.sock', 11211), '/tmp/x.sock:11211'],
    [' h:1', tcp(' h', 1), ' h:1'],
    ['h h:1', tcp('h h', 1), 'h h:1'],
    ['h:0', tcp('h', 0), 'h:0'],
    ['h:0011', tcp('h', 11), 'h:11'],
    ['h:99999', tcp('h', 99999), 'h:99999'],
    ['h:1\n', tcp('h', 1), 'h:1'],
  ])('%j', (text, address, name) => {
    expect(parse(text)).toEqual({ address, name, weight: 1 });
  });

  it.each([
    '', ':1', 'h:', 'h:x', 'h:-1', 'h:+1', 'h:1_0', 'h:1 ', 'h:1\n\n', 'a:b:c', '::1', '[::1]:5', 'inet6:::1', 'inet6:[]',
    'inet6:[::1]x', 'inet6:[[::1]]', 'inet:', 'inet:h:', 'inet::5', 'tcp://h:1', 'INET:h', 'UNIX:/p', 'unix:/a\nb',
  ])('%j is none', (text) => {
    const error = new ValueError(`Unable to parse connection string: "${text}"`);
    expect(() => parse(text)).toThrow(error);
    expect(() => parse([text, 1])).toThrow(error);
  }); // prettier-ignore
});

describe('a weight', () => {
  it.each<[unknown, number]>([
    [3, 3],
    [0, 0],
    [-1, -1],
    [true, 1],
    [false, 0],
    [2n, 2],
    [11211, 11211],
  ])('%p', (weight, expected) => {
    expect(parse(['h:1', weight])).toMatchObject({ name: 'h:1', weight: expected });
  });

  it.each<[unknown, string]>([
    ['3', "'str' object cannot be interpreted as an integer"],
    [1.5, "'float' object cannot be interpreted as an integer"],
    [null, "'NoneType' object cannot be interpreted as an integer"],
  ])('%p is none', (weight, message) => {
    expect(() => parse(['h', weight])).toThrow(new TypeError(message));
  });

  it('of a billion is refused: its table would take all memory', () => {
    expect(() => parse(['h', 1e9])).toThrow(ValueError);
    expect(() => parse(['h', 10n ** 30n])).toThrow(ValueError);
  });
});

it.each<[unknown, new (message: string) => Error, string]>([
  [[], ValueError, 'not enough values to unpack (expected 2, got 0)'],
  [['h'], ValueError, 'not enough values to unpack (expected 2, got 1)'],
  [['h', 1, 2], ValueError, 'too many values to unpack (expected 2)'],
  [null, TypeError, "expected string or bytes-like object, got 'NoneType'"],
  [undefined, TypeError, "expected string or bytes-like object, got 'NoneType'"],
  [5, TypeError, "expected string or bytes-like object, got 'int'"],
  [[null, 1], TypeError, "expected string or bytes-like object, got 'NoneType'"],
  [[['h', 1], 1], TypeError, "expected string or bytes-like object, got 'list'"],
  [Buffer.from('h:1'), TypeError, 'cannot use a string pattern on a bytes-like object'],
])('%p is no server', (argument, Class, message) => {
  expect(() => parse(argument)).toThrow(new Class(message));
});

it('a string in place of a list is taken for its characters', () => {
  const release = findRelease('1.62', 3);
  const parseText = (): unknown => parseServers('h:1' as Iterable<ServerArgument>, release);
  expect(parseText).toThrow(new ValueError('Unable to parse connection string: ":"'));
});

it('a list keeps its order; none is a list too', () => {
  const release = findRelease('1.62', 3);
  const names = parseServers(['b:1', ['a:1', 2], 'unix:/c'], release).map(({ name }) => name);
  expect(names).toEqual(['b:1', 'a:1', 'unix:/c']);
  expect(parseServers([], release)).toEqual([]);
  expect(parseServers(new Set(['a:1']), release)).toHaveLength(1);
});

describe('without a port', () => {
  const VALUE = 'ValueError';
  const TYPE = 'TypeError';

  it.each([
    ['1.43', VALUE, TYPE],
    ['1.45', VALUE, TYPE],
    ['1.46', TYPE, TYPE],
    ['1.48', TYPE, TYPE],
    ['1.49', 'h:11211', 'h:11211'],
    ['1.62', 'h:11211', 'h:11211'],
  ])('%s: `h` %s, `inet:h` %s', (name, bare, inet) => {
    const outcome = (text: string): string => {
      try {
        return parse(text, name).name;
      } catch (error) {
        return (error as Error).name;
      }
    };
    expect([outcome('h'), outcome('inet:h')]).toEqual([bare, inet]);
    expect(outcome('h:1')).toBe('h:1');
  });

  it('says what int() says', () => {
    expect(() => parse('h', '1.46')).toThrow(
      new TypeError("int() argument must be a string or a number, not 'NoneType'"),
    );
  });
});

it.each(['inet6:[::1]', 'inet6:[::1]:5'])('%s is none before 1.49', (text) => {
  expect(() => parse(text, '1.48')).toThrow(
    new ValueError(`Unable to parse connection string: "${text}"`),
  );
  expect(parse(text, '1.49').address).toMatchObject({ family: 6, host: '::1' });
});
