// The pickle options in every form: which protocol is written, who writes, who reads, and who is asked for persistent ids.

import { Parser } from 'pickleparser';
import { ValueError } from '../errors';
import {
  dumps,
  PicklingError,
  Pickler,
  PyPath,
  Unpickler,
  UnpicklingError,
  type DumpOptions,
} from './pickle';
import { createPickling, type Pickling, type PicklingOptions } from './pickling';

const DEFAULTS: PicklingOptions = {
  python: 3,
  protocol: 0,
  pickler: undefined,
  unpickler: undefined,
  persistentId: undefined,
  persistentLoad: undefined,
};

function pickling(options: Partial<PicklingOptions> = {}): Pickling {
  return createPickling({ ...DEFAULTS, ...options });
}

/** The protocol of a pickle, as its PROTO opcode says; 0 and 1 have none. */
function protocolOf(bytes: Buffer): number {
  return bytes[0] === 0x80 ? (bytes[1] ?? -1) : 0;
}

describe('the protocol', () => {
  it.each([
    [2, 0, 0],
    [2, 1, 0],
    [2, 2, 2],
    [2, -1, 2],
    [2, -99, 2],
    [3, 0, 0],
    [3, 2, 2],
    [3, 3, 3],
    [3, 4, 4],
    [3, 5, 5],
    [3, -1, 5],
  ] as const)('of Python %d, asked for %d: %d', (python, protocol, written) => {
    expect(protocolOf(pickling({ python, protocol }).dumps([1]))).toBe(written);
  });

  it.each([
    [2, 3, 'pickle protocol must be <= 2'],
    [2, 99, 'pickle protocol must be <= 2'],
    [3, 6, 'pickle protocol must be <= 5'],
    [3, 99, 'pickle protocol must be <= 5'],
  ] as const)('of Python %d: %d is an error of the first value', (python, protocol, message) => {
    const { dumps, loads } = pickling({ python, protocol });
    expect(() => dumps([1])).toThrow(new ValueError(message));
    expect(loads(Buffer.from('I1\n.'))).toBe(1);
    const asked = jest.fn(() => Buffer.alloc(0));
    const own = pickling({ python, protocol, pickler: asked });
    expect(() => own.dumps([1])).toThrow(ValueError);
    expect(asked).not.toHaveBeenCalled();
  });

  it.each([1.5, NaN])('%p is no protocol', (protocol) => {
    expect(() => pickling({ protocol }).dumps(1)).toThrow(new TypeError('an integer is required'));
  });
});

describe('our own pickles', () => {
  it('are those of the Python', () => {
    expect(pickling({ python: 2 }).dumps('é').toString('latin1')).toMatch(/^V\xe9\n/);
    expect(pickling().dumps([true]).toString('latin1')).toBe('(lp0\nI01\na.');
    expect(pickling().loads(Buffer.from("(S'a'\nL5L\nt."))).toEqual(['a', 5]);
  });

  it('of a Python 2 str outside ASCII: bytes there, an error on Python 3', () => {
    const py2Date = Buffer.from("S'\\x07\\xe8'\n.");
    expect(pickling({ python: 2 }).loads(py2Date)).toEqual(Buffer.from([0x07, 0xe8]));
    expect(() => pickling().loads(py2Date)).toThrow(UnpicklingError);
  });

  it('of ints beyond 4300 digits: Python 3 neither writes nor reads them', () => {
    const great = 10n ** 4300n;
    const { dumps, loads } = pickling({ python: 2 });
    expect(loads(dumps([great]))).toEqual([great]);
    expect(() => pickling().dumps([great])).toThrow(PicklingError);
    expect(() => pickling().loads(dumps([great]))).toThrow(UnpicklingError);
  });

  it('of paths are those that every Python 3 reads', () => {
    const path = PyPath.of('PurePosixPath', '/srv', 'data.csv');
    expect(pickling({ protocol: 4 }).dumps(path)).toEqual(dumps(path, 4));
    expect(pickling().dumps(path).toString('latin1')).toMatch(/^cpathlib\nPurePosixPath\n/);
  });

  it('of what has none raise the pickler’s error', () => {
    expect(() => pickling().dumps(Symbol('x'))).toThrow(PicklingError);
    expect(() => pickling().dumps([() => 1])).toThrow(PicklingError);
  });

  it('may be read and written while another is', () => {
    const persistentId = (value: unknown): unknown => {
      if (value !== 'deeper') return null;
      return inner.dumps(['inside']).toString('latin1');
    };
    const inner: Pickling = pickling({ protocol: 2, persistentId });
    const outer = inner.dumps(['x', 'deeper', 'y']);
    const seen: unknown[] = [];
    const reader = pickling({
      persistentLoad: (id) => {
        seen.push(inner.loads(Buffer.from(id as string, 'latin1')));
        return 'found';
      },
    });
    expect(reader.loads(outer)).toEqual(['x', 'found', 'y']);
    expect(seen).toEqual([['inside']]);
  });
});

describe('persistent ids', () => {
  const user = { id: 7 };
  const persistentId = (value: unknown): unknown => (value === user ? 'user:7' : null);
  const persistentLoad = (id: unknown): unknown => (id === 'user:7' ? user : undefined);

  it.each([0, 1, 2, 3, 4, 5])('are written and read at protocol %d', (protocol) => {
    const { dumps, loads } = pickling({ protocol, persistentId, persistentLoad });
    const read = loads(dumps([user, 1])) as unknown[];
    expect(read[0]).toBe(user);
    expect(read[1]).toBe(1);
  });

  it('cannot be read without a loader', () => {
    const { dumps } = pickling({ persistentId });
    expect(() => pickling().loads(dumps([user]))).toThrow(UnpicklingError);
  });
});

describe('a pickler', () => {
  const dump = (value: unknown): Buffer => Buffer.from(`<${JSON.stringify(value)}>`);

  it('may be a function of value and protocol', () => {
    const { dumps } = pickling({
      protocol: -1,
      pickler: (value, protocol) => Buffer.from(`${JSON.stringify(value)} at ${protocol}`),
    });
    expect(dumps([1]).toString()).toBe('[1] at 5');
  });

  it('may be an object with dump, which keeps its `this`', () => {
    const pickler = {
      count: 0,
      dump(value: unknown): Buffer {
        this.count++;
        return dump(value);
      },
    };
    const { dumps } = pickling({ pickler });
    expect(dumps([1]).toString()).toBe('<[1]>');
    expect(dumps([2]).toString()).toBe('<[2]>');
    expect(pickler.count).toBe(2);
  });

  it('may be a class, made anew for each value as in Python', () => {
    const made: unknown[][] = [];
    class Own {
      constructor(protocol: number, options: DumpOptions) {
        made.push([protocol, options.python, options.persistentId]);
      }
      dump(value: unknown): Uint8Array {
        return new Uint8Array(dump(value));
      }
    }
    const persistentId = (): null => null;
    const { dumps } = pickling({ python: 2, protocol: 1, pickler: Own, persistentId });
    expect(dumps([1]).toString()).toBe('<[1]>');
    expect(dumps([2]).toString()).toBe('<[2]>');
    expect(made).toEqual([
      [1, '2.7', persistentId],
      [1, '2.7', persistentId],
    ]);
  });

  it('may be ours', () => {
    const bytes = pickling({ protocol: 2 }).dumps([1]);
    expect(pickling({ protocol: 2, pickler: Pickler }).dumps([1])).toEqual(bytes);
    expect(pickling({ pickler: new Pickler(2) }).dumps([1])).toEqual(bytes);
  });

  it('must answer bytes', () => {
    const pickler = (() => 'text') as unknown as () => Buffer;
    expect(() => pickling({ pickler }).dumps(1)).toThrow(
      new TypeError('a Buffer or Uint8Array is required, not string'),
    );
  });
});

describe('an unpickler', () => {
  const shared = Buffer.from('I1\n.');

  it('may be a function', () => {
    const { loads } = pickling({ unpickler: (bytes) => bytes.toString() });
    expect(loads(shared)).toBe('I1\n.');
  });

  it('may be an object with load, or with parse, which keeps its `this`', () => {
    const loader = { name: 'l', load: () => '' };
    loader.load = function (this: { name: string }) {
      return this.name;
    };
    const parser = {
      name: 'p',
      parse(): string {
        return this.name;
      },
    };
    expect(pickling({ unpickler: loader }).loads(shared)).toBe('l');
    expect(pickling({ unpickler: parser }).loads(shared)).toBe('p');
  });

  it('may be a class with load, or with parse, made anew for each pickle', () => {
    const made: unknown[] = [];
    class Loading {
      constructor(options: object) {
        made.push(options);
      }
      load(bytes: Buffer): string {
        return `load ${bytes.toString()}`;
      }
    }
    class Parsing {
      parse(bytes: Buffer): string {
        return `parse ${bytes.toString()}`;
      }
    }
    const persistentLoad = (): null => null;
    const { loads } = pickling({ unpickler: Loading, persistentLoad });
    expect([loads(shared), loads(shared)]).toEqual(['load I1\n.', 'load I1\n.']);
    const options = {
      python: '3.12',
      persistentLoad,
      persistentResolver: { resolve: persistentLoad },
    };
    expect(made).toEqual([options, options]);
    expect(pickling({ unpickler: Parsing }).loads(shared)).toBe('parse I1\n.');
  });

  it('may be pickleparser’s Parser, as a class and made', () => {
    const bytes = pickling({ protocol: 2 }).dumps({ a: [1, 'x', null] });
    expect(pickling({ unpickler: Parser }).loads(bytes)).toEqual({ a: [1, 'x', null] });
    expect(pickling({ unpickler: new Parser() }).loads(bytes)).toEqual({ a: [1, 'x', null] });
    const withId = pickling({ persistentId: (value) => (value === 1 ? 'one' : null) }).dumps([
      1, 2,
    ]);
    const { loads } = pickling({
      unpickler: Parser,
      persistentLoad: (id) => `found ${String(id)}`,
    });
    expect(loads(withId)).toEqual(['found one', 2]);
  });

  it('may be ours', () => {
    const bytes = pickling().dumps([1, 'é']);
    expect(pickling({ unpickler: Unpickler }).loads(bytes)).toEqual([1, 'é']);
    expect(pickling({ unpickler: new Unpickler({ exact: false }) }).loads(bytes)).toEqual([1, 'é']);
  });

  it('gets bytes that it may keep', () => {
    const kept: Buffer[] = [];
    const bytes = Buffer.from('abc');
    pickling({ unpickler: (given) => kept.push(given) }).loads(bytes);
    pickling({ unpickler: { load: (given: Buffer) => kept.push(given) } }).loads(bytes);
    bytes.fill('x');
    expect(kept.map(String)).toEqual(['abc', 'abc']);
  });
});
