// The constructor's parameters are bound, defaulted and refused.

import { ValueError } from '../../errors';
import { Client } from './client';
import {
  resolveOptions,
  SERVER_MAX_KEY_LENGTH,
  SERVER_MAX_VALUE_LENGTH,
  type Options,
} from './options';

const resolve = (...given: unknown[]): Options => resolveOptions(given);

it('defaults are those of 1.62 on Python 3', () => {
  expect(resolve()).toEqual({
    release: expect.objectContaining({ name: '1.62', python: 3 }) as unknown,
    debug: false,
    pickleProtocol: 0,
    pickler: undefined,
    unpickler: undefined,
    compressor: undefined,
    decompressor: undefined,
    pload: undefined,
    pid: undefined,
    server_max_key_length: 250,
    server_max_value_length: 1048576,
    dead_retry: 30,
    socket_timeout: 3,
    cache_cas: false,
    flush_on_reconnect: false,
    check_keys: true,
    key_encoder: null,
    failure: { whenDead: 'next-server', raises: false },
    key_encoder_twice: false,
    log: expect.any(Function) as unknown,
    injected: {},
  });
  expect([SERVER_MAX_KEY_LENGTH, SERVER_MAX_VALUE_LENGTH]).toEqual([250, 1048576]);
});

it('an empty object, undefined and None where it has no meaning give the defaults too', () => {
  const names = Object.keys(resolve()).filter((name) => name !== 'socket_timeout');
  const nothing = Object.fromEntries(names.map((name) => [name, null]));
  const plain = { ...resolve(), log: undefined };
  expect({ ...resolve({}), log: undefined }).toEqual(plain);
  expect({ ...resolve(undefined, undefined), log: undefined }).toEqual(plain);
  expect({ ...resolve(nothing), log: undefined }).toEqual(plain);
});

describe('by position, in Python’s order', () => {
  it('debug and pickleProtocol', () => {
    expect(resolve(1, 2)).toMatchObject({ debug: true, pickleProtocol: 2 });
    expect(resolve(1, { pickleProtocol: -1 })).toMatchObject({ debug: true, pickleProtocol: -1 });
  });

  it('all of them', () => {
    const pickler = (): Buffer => Buffer.alloc(0);
    const unpickler = (): number => 1;
    const compressor = (data: Buffer): Buffer => data;
    const decompressor = (data: Buffer): Buffer => data;
    const pload = (): number => 2;
    const pid = (): null => null;
    const encoder = (key: unknown): unknown => key;
    const given = [0, 2, pickler, unpickler, compressor, decompressor, pload, pid, 100, 2000, 5, 1.5, 1, 1, 0, encoder];
    expect(resolve(...given)).toMatchObject({
      debug: false, pickleProtocol: 2, pickler, unpickler, compressor, decompressor, pload, pid,
      server_max_key_length: 100, server_max_value_length: 2000, dead_retry: 5, socket_timeout: 1.5,
      cache_cas: true, flush_on_reconnect: true, check_keys: false, key_encoder: encoder,
    });
  }); // prettier-ignore
});

describe('values', () => {
  it('of no limit', () => {
    expect(resolve({ socket_timeout: null }).socket_timeout).toBeNull();
    expect(resolve({ socket_timeout: 0 }).socket_timeout).toBe(0);
    expect(resolve({ server_max_value_length: 0 }).server_max_value_length).toBe(0);
    expect(resolve({ server_max_key_length: 0 }).server_max_key_length).toBe(0);
  });

  it('of a release: 1.45 to 1.47 keep cas ids without being asked', () => {
    expect(resolve({ release: '1.47', python: 2 })).toMatchObject({ cache_cas: true });
    expect(resolve({ release: '1.48', python: 2 })).toMatchObject({ cache_cas: false });
    expect(resolve({ release: '1.48', python: 2, cache_cas: true }).cache_cas).toBe(true);
    expect(resolve({ release: '1.55' }).release).toMatchObject({ name: '1.55', python: 3 });
  });

  it('a pickleProtocol that does not exist is an error of the first value only', () => {
    expect(resolve({ pickleProtocol: 99 }).pickleProtocol).toBe(99);
  });

  it('the log goes to stderr', () => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      resolve().log('line\n');
      expect(write).toHaveBeenCalledWith('line\n');
    } finally {
      write.mockRestore();
    }
  });
});

describe('refused', () => {
  it.each<[string, unknown[], string]>([
    ['an unknown name', [{ nope: 1 }], "__init__() got an unexpected keyword argument 'nope'"],
    ['a name of every object', [{ constructor: 1 }], "__init__() got an unexpected keyword argument 'constructor'"],
    ['given twice', [1, { debug: 1 }], "__init__() got multiple values for argument 'debug'"],
    ['no number', [{ dead_retry: '5' }], 'dead_retry must be a number'],
    ['no number', [{ socket_timeout: '5' }], 'socket_timeout must be a number'],
    ['no number', [{ server_max_key_length: [] }], 'server_max_key_length must be a number'],
    ['no function', [{ compressor: 5 }], 'compressor must be a function'],
    ['no function', [{ decompressor: {} }], 'decompressor must be a function'],
    ['no function', [{ pload: 'x' }], 'pload must be a function'],
    ['no function', [{ pid: 'x' }], 'pid must be a function'],
    ['no function', [{ key_encoder: 'x' }], 'key_encoder must be a function'],
    ['no function', [{ log: 'x' }], 'log must be a function'],
    ['no text', [{ release: 1.62 }], 'release must be a string such as "1.62"'],
    ['no number', [{ python: '3' }], 'python must be a number'],
  ])('%s: %j', (_name, given, message) => {
    expect(() => resolve(...given)).toThrow(new TypeError(message));
  }); // prettier-ignore

  it('too many', () => {
    const given = Array.from({ length: 23 }, () => 0);
    expect(() => resolve(...given)).toThrow(
      new TypeError('__init__() takes from 2 to 24 positional arguments but 25 were given'),
    );
  });

  it.each(['dead_retry', 'socket_timeout', 'server_max_key_length', 'server_max_value_length'])(
    '%s below 0, or NaN',
    (name) => {
      for (const value of [-1, NaN]) {
        expect(() => resolve({ [name]: value })).toThrow(
          new ValueError(`${name} must not be negative`),
        );
      }
    },
  );

  it.each(['nope', 'constructor', 5, {}])('failure: %j', (failure) => {
    expect(() => resolve({ failure })).toThrow(
      new ValueError('failure must be one of rehash, miss, raise'),
    );
  });

  it('an impossible release', () => {
    expect(() => resolve({ release: '1.62', python: 2 })).toThrow(ValueError);
    expect(() => resolve({ release: '1.54' })).toThrow(ValueError);
  });

  it('by the Client’s constructor', () => {
    expect(() => new Client([], { release: '9.9' as '1.62' })).toThrow(ValueError);
    expect(() => new Client([':'])).toThrow('Unable to parse connection string: ":"');
    expect(() => new Client([], { nope: 1 } as object)).toThrow(TypeError);
  });
});
