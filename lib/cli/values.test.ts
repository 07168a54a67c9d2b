// What --type takes: Python's literals and JSON, whole or not at all, ints of any size.
import { loads, dumps, PyFloat, PyTuple, repr } from '../value/pickle';
import { UsageError } from './errors';
import { jsonOf } from './json';
import { parseLiteral } from './literal';
import { parseValue, type TypeName } from './values';

const parse = (type: TypeName, text: string): unknown => parseValue(type, Buffer.from(text));

it.each([
  ['None', 'None'],
  ['True', 'True'],
  ['-5', '-5'],
  ['1_000', '1000'],
  ['000', '0'],
  ['01.5', '1.5'],
  ["{(1, 'a'): [2], frozenset({3}): b'4'}", "{(1, 'a'): [2], frozenset({3}): b'4'}"],
  ['0xff', '255'],
  ['12345678901234567890123', '12345678901234567890123'],
  ['1.0', '1.0'],
  ['-1.5e-7', '-1.5e-07'],
  ['-0.0', '-0.0'],
  ['1e400', 'inf'],
  ['-inf', '-inf'],
  ['nan', 'nan'],
  [`'it\\'s'`, `"it's"`],
  [`"a\\x41\\u00e9\\n\\101"`, `'aAé\\nA'`],
  [`b'\\x00\\xff\\u0041'`, `b'\\x00\\xff\\\\u0041'`],
  ['[1, [2], ]', '[1, [2]]'],
  ['[]', '[]'],
  ['()', '()'],
  ['(1)', '1'],
  ['(1,)', '(1,)'],
  ['(1, 2)', '(1, 2)'],
  ['{}', '{}'],
  ["{'a': 1, 2: (3,)}", "{'a': 1, 2: (3,)}"],
  ['{1, 2}', '{1, 2}'],
  ['set()', 'set()'],
  ['frozenset({1})', 'frozenset({1})'],
  ["bytearray(b'a')", "bytearray(b'a')"],
  [' [ 1 ,2 ] ', '[1, 2]'],
])('Python: %s', (text, shown) => {
  const value = parse('python', text);
  expect(repr(value)).toBe(shown);
  // What get prints, set takes.
  expect(repr(parse('python', shown))).toBe(shown);
  expect(repr(loads(dumps(value, 2), { exact: true, python: '3.13' }))).toBe(shown);
});

it.each([
  '', '[', '[1', '[1 2]', '[,]', '{1: }', '{:1}', "{'a': 1, 2}", 'true', 'null', "'", "'a", '"\\U00110000"', '1 2', '--1', '01', '[1, 007]', '{[1]: 2}', '{[1]}', '{1: 2, {}: 3}', '{(1, [2])}', '{{1}}', "{bytearray(b'a')}", 'frozenset([{1}])',
  '1__0', 'set(1)', 'frozenset(1)', "b'é'", 'os.system', '__import__("os")', '(1', '{1,,2}', '[1]]', '0x', '.', '+', 'e5',
])('%j is no Python literal', (text) => {
  expect(() => parse('python', text)).toThrow(UsageError);
}); // prettier-ignore

it.each([
  ['{"a": [1, 2.0, null, true, "\\u00e9\\ud83d\\ude00"]}', "{'a': [1, 2.0, None, True, 'é😀']}"],
  ['12345678901234567890', '12345678901234567890'],
  ['[]', '[]'],
  ['{}', '{}'],
  ['"\\/"', "'/'"],
])('JSON: %s', (text, shown) => {
  expect(repr(parse('json', text))).toBe(shown);
});

it.each([
  '01', '+1', '0x10', '.5', '5.', '1_000', '+Infinity', "{'a': 1}", '[1,]', '{"a": 1,}', '{1: 2}', '(1)', 'None', 'b"x"', '{"a"}', '"\\x41"', '"\n"', '[1]x', 'set()', '',
])('%j is no JSON', (text) => {
  expect(() => parse('json', text)).toThrow(UsageError);
}); // prettier-ignore

it('a value is not as deep as a hostile file makes it', () => {
  expect(() => parseLiteral('['.repeat(100_000), 'json')).toThrow('containers deep');
});

it.each<[TypeName, string, string]>([
  ['str', ' a\n', "' a\\n'"],
  ['int', '42\n', '42'],
  ['float', '1', '1.0'],
  ['float', '-2.5\n', '-2.5'],
  ['bool', 'true', 'True'],
  ['bool', '0', 'False'],
  ['none', '', 'None'],
  ['none', 'None\n', 'None'],
  ['bytes', 'é', "b'\\xc3\\xa9'"],
  ['hex', '00 FF\n', "b'\\x00\\xff'"],
])('%s: %j', (type, text, shown) => {
  expect(repr(parse(type, text))).toBe(shown);
});

it.each<[TypeName, string]>([
  ['int', '1.0'],
  ['int', ''],
  ['float', 'x'],
  ['float', '[1]'],
  ['bool', 'yes'],
  ['bool', 'constructor'],
  ['bool', '__proto__'],
  ['none', 'anything'],
  ['hex', 'abc'],
  ['hex', 'zz'],
])('%s refuses %j', (type, text) => {
  expect(() => parse(type, text)).toThrow(UsageError);
});

it('JSON of values keeps digits, and names what JSON cannot hold', () => {
  const value = parse(
    'python',
    "{'i': 12345678901234567890, 'f': 1.0, 'n': nan, 'b': b'\\x00', 't': (1, {2}), 'd': {1: 'x'}, 'e': {}}",
  );
  expect(jsonOf(value)).toBe(
    '{"i":12345678901234567890,"f":1.0,"n":"nan","b":{"base64":"AA=="},"t":[1,[2]],"d":[[1,"x"]],"e":{}}',
  );
  const loop: unknown[] = [];
  loop.push(loop);
  expect(jsonOf(loop)).toContain('[[...]]');
  expect(jsonOf(PyTuple.of<unknown>(new PyFloat(-0), 1.5, null))).toBe('[-0.0,1.5,null]');
  let bomb: unknown = [];
  for (let i = 0; i < 40; i++) bomb = [bomb, bomb];
  expect(() => jsonOf(bomb)).toThrow(RangeError);
});
