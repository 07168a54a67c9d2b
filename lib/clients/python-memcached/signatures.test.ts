// Stats arguments as the methods take them, and the parameters' names and order.

import { ValueError } from '../../errors';
import { bind } from '../shared/arguments';
import { statArguments } from './requests';
import { SIGNATURES } from './signatures';

describe('arguments of stats', () => {
  it.each([
    [null, ''],
    ['', ''],
    ['items', 'items'],
    ['cachedump 1 10', 'cachedump 1 10'],
  ])('%j', (given, sent) => {
    expect(statArguments(given)).toBe(sent);
  });

  it.each(['items\r\nflush_all', 'a\n', '\0', 'é', '\x7f'])(
    '%j could be another command',
    (given) => {
      expect(() => statArguments(given)).toThrow(ValueError);
    },
  );
});

/** From inspect.signature of 1.62: what may be left out, in order, behind how many that may not (self included). */
const PYTHON: Readonly<Record<keyof typeof SIGNATURES, [required: number, ...names: string[]]>> = {
  set: [3, 'time', 'min_compress_len', 'noreply'],
  add: [3, 'time', 'min_compress_len', 'noreply'],
  replace: [3, 'time', 'min_compress_len', 'noreply'],
  append: [3, 'time', 'min_compress_len', 'noreply'],
  prepend: [3, 'time', 'min_compress_len', 'noreply'],
  cas: [3, 'time', 'min_compress_len', 'noreply'],
  touch: [2, 'time', 'noreply'],
  incr: [2, 'delta', 'noreply'],
  decr: [2, 'delta', 'noreply'],
  check_key: [2, 'key_extra_len'],
  get: [2, 'default'],
  gets: [2],
  get_multi: [2, 'key_prefix'],
  set_multi: [2, 'time', 'key_prefix', 'min_compress_len', 'noreply'],
  delete_multi: [2, 'time', 'key_prefix', 'noreply'],
  flush_all: [1],
  get_slabs: [1],
  get_slab_stats: [1],
  get_stats: [1, 'stat_args'],
  quit_all: [1],
};

it.each(Object.values(SIGNATURES).filter(({ method }) => method !== 'check_key'))(
  '$method takes a signal, by name only',
  (signature) => {
    const { signal } = new AbortController();
    const { names } = signature;
    expect(bind(signature, [{ signal }])).toEqual([...names.map(() => undefined), signal]);
    expect(() => bind(signature, [...names.map(() => 1), signal])).toThrow('positional arguments');
  },
);

describe.each(Object.entries(SIGNATURES))('%s', (name, signature) => {
  it('has Python’s parameters', () => {
    const [required, ...names] = PYTHON[name as keyof typeof SIGNATURES];
    expect(signature).toMatchObject({ method: name, required, names });
  });

  it('takes them by position and by name', () => {
    const values = signature.names.map((_each, at) => at + 1);
    const named = Object.fromEntries(signature.names.map((each, at) => [each, at + 1]));
    expect(bind(signature, values).slice(0, values.length)).toEqual(values);
    expect(bind(signature, [named]).slice(0, values.length)).toEqual(values);
    expect(() => bind(signature, [{ ...named, nope: 1 }])).toThrow(
      `${name}() got an unexpected keyword argument 'nope'`,
    );
  });
});
