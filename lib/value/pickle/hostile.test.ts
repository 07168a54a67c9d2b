// What hostile bytes can do to a reader: nothing but UnpicklingError, in bounded time and memory.
import { fc } from '../../testing/random';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dumps, loads, PicklingError, PyObject, PyTuple, UnpicklingError } from '.';
import { THEMES } from './testing/corpus';
import { bounded } from './testing/growth';
import { mutated, mutations } from './testing/mutate';
import { prototypesNow, strangePrototype } from './testing/prototypes';

const VIEWS = [{ exact: false }, { exact: true }] as const;
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const text = (pickle: string): Buffer => Buffer.from(pickle, 'latin1');

/**
 * Reads in both views and writes back; each of the four within the bounds. Anything but UnpicklingError
 * and PicklingError is thrown on.
 */
function survive(pickle: Uint8Array, name: string): void {
  for (const view of VIEWS) {
    try {
      const value = bounded(() => loads(pickle, view), name);
      expect(strangePrototype(value)).toBeUndefined();
      bounded(() => dumps(value), `writing ${name}`, 2);
    } catch (error) {
      if (!(error instanceof UnpicklingError) && !(error instanceof PicklingError)) throw error;
    }
  }
}

function repeat(hex: string, times: number): Buffer {
  return Buffer.concat(Array<Buffer>(times).fill(bytes(hex)));
}

describe('malformed and hostile pickles', () => {
  it('are at least 300', () => {
    const all = THEMES.flatMap((theme) => theme.pickles);
    expect(new Set(all).size).toBeGreaterThan(300);
    expect(all.filter((each) => !/^(?:[0-9a-f]{2})*$/.test(each))).toEqual([]);
  });

  it.each(THEMES)('$name: $outcome', ({ outcome, pickles }) => {
    const prototypes = prototypesNow();
    for (const hex of pickles) {
      for (const view of VIEWS) {
        bounded(() => {
          const outcomes = outcome === 'refused' ? ['refused'] : ['refused', 'inert'];
          expect([hex.slice(0, 200), outcomes]).toEqual([
            hex.slice(0, 200),
            expect.arrayContaining([outcomeOf(bytes(hex), view)]),
          ]);
        }, hex);
      }
    }
    expect(prototypesNow()).toBe(prototypes);
  });
});

/** 'refused', or 'inert' where the value was read. Throws on any other error. */
function outcomeOf(pickle: Uint8Array, view: { exact: boolean }): string {
  try {
    expect(strangePrototype(loads(pickle, view))).toBeUndefined();
    return 'inert';
  } catch (error) {
    if (!(error instanceof UnpicklingError)) throw error;
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset).toBeLessThanOrEqual(pickle.length);
    return 'refused';
  }
}

describe('what CPython reads although no pickler writes it', () => {
  const rows: readonly (readonly [name: string, pickle: Buffer, value: unknown])[] = [
    ['bytes after the end', bytes('4b012e4b022e'), 1],
    ['items left under the value', bytes('4b014b022e'), 2],
    ['marks left under the value', bytes('28284b022e'), 2],
    ['POP on a mark', bytes('4b0128302e'), 1],
    ['a protocol in the middle', bytes('4b0180022e'), 1],
    ['a protocol twice', bytes('800280024b012e'), 1],
    ['leading zeros and signs', text('(lI007\naI+5\naI-0012\na.'), [7, 5, -12]],
    ['a long without its L', text('L12\n.'), 12],
    [
      'a tuple taken from the memo before its list',
      bytes('28284b647470300a68006c2e2929'),
      [PyTuple.of(100), PyTuple.of(100)],
    ],
    ['a memo index of 32 bits', bytes('80024b0572ffffffff306affffffff2e'), 5],
    // The entry is stored at the number of entries (1), not behind the highest index (10).
    ['MEMOIZE after a PUT', bytes('80048c0161710a8c01629468012e'), 'b'],
    ['frames inside frames', bytes('80049503000000000000009501000000000000004e2e'), null],
  ];

  it.each(rows)('%s', (_, pickle, value) => {
    expect(loads(pickle)).toEqual(value);
  });
});

describe('names of JavaScript that a pickle may use as data', () => {
  const names = [
    '__proto__',
    'constructor',
    'prototype',
    '__setstate__',
    'then',
    'toJSON',
    'length',
    'valueOf',
    'toString',
    'hasOwnProperty',
  ];

  it.each(names)('%s is an ordinary dict key in both views', (name) => {
    const prototypes = prototypesNow();
    const pickle = text(`}V${name}\n}Visadmin\nI01\nss.`);
    for (const view of VIEWS) {
      const value = loads(pickle, view);
      expect((value as { isadmin?: unknown }).isadmin).toBeUndefined();
      expect(strangePrototype(value)).toBeUndefined();
      expect(dumps(value, 0)).toEqual(dumps(new Map([[name, { isadmin: true }]]), 0));
    }
    expect(prototypesNow()).toBe(prototypes);
  });

  it.each(names)(
    '%s is an ordinary attribute of an instance, from __dict__ and from __slots__',
    (name) => {
      const prototypes = prototypesNow();
      const made = 'cshop\nCart\n)\x81';
      for (const state of [`}V${name}\nI5\ns`, `N}V${name}\nI5\ns\x86`]) {
        for (const view of VIEWS) {
          const cart = loads(text(`\x80\x02${made}${state}b.`), view);
          expect(cart).toBeInstanceOf(PyObject);
          expect((cart as PyObject).getAttr(name)).toBe(5);
          expect(strangePrototype(cart)).toBeUndefined();
        }
      }
      expect(prototypesNow()).toBe(prototypes);
    },
  );

  it.each(names)('%s is an ordinary class name', (name) => {
    const prototypes = prototypesNow();
    const cart = loads(text(`c${name}\n${name}\n(VI\ntR}V${name}\nI5\nsb.`));
    expect(cart).toBeInstanceOf(PyObject);
    expect(prototypesNow()).toBe(prototypes);
  });
});

describe('pickles that would take the process', () => {
  const DEEP = 200_000;
  const bombs: readonly (readonly [name: string, pickle: Buffer])[] = [
    [
      '200,000 nested lists',
      Buffer.concat([repeat('5d', DEEP), repeat('61', DEEP - 1), bytes('2e')]),
    ],
    ['200,000 nested tuples', Buffer.concat([bytes('80024e'), repeat('85', DEEP), bytes('2e')])],
    [
      '200,000 nested dicts',
      Buffer.concat([repeat('7d4e', DEEP), bytes('4e'), repeat('73', DEEP), bytes('2e')]),
    ],
    [
      '100,000 nested calls',
      Buffer.concat([
        bytes('800263610a620a710030'),
        repeat('6800', DEEP / 2),
        bytes('29'),
        repeat('5285', DEEP / 2),
        bytes('2e'),
      ]),
    ],
    ['a million marks', Buffer.concat([repeat('28', 1_000_000), bytes('2e')])],
    [
      '200,000 items at once',
      Buffer.concat([bytes('5d28'), repeat('4b01', 200_000), bytes('652e')]),
    ],
    ['a million backslashes', text(`S'${'\\\\'.repeat(500_000)}'\n.`)],
    ['a million escapes of text', text(`V${'\\u005c'.repeat(200_000)}\n.`)],
    ['31 lists of ten references to the one before', laughs(']', 'e', 31)],
    ['31 tuples of ten references to the one before', laughs('', 't', 31)],
    ['a tuple doubled 60 times, as a dict key', doubledKey(60)],
    ['a frozenset doubled 60 times, as a set member', doubledFrozenset(60)],
    ['3,000 keys with one hash in CPython', collidingKeys(3000)],
    ['a list inside itself, as JSON would not end', text('(lp0\ng0\na.')],
  ];

  it.each(bombs)('%s', (name, pickle) => {
    survive(pickle, name);
  });
});

/** x = []; then 30 times x = [x] * 10: 10^30 leaves as a tree, 31 objects as a graph. */
function laughs(open: string, close: string, levels: number): Buffer {
  let pickle = `${open}(I1\n${close}p0\n0`;
  for (let level = 1; level < levels; level++) {
    pickle += `${open}(${`g${level - 1}\n`.repeat(10)}${close}p${level}\n0`;
  }
  return text(`\x80\x02${pickle}g${levels - 1}\n.`);
}

function doubledKey(levels: number): Buffer {
  return Buffer.concat([bytes('80027d4b0185'), repeat('3286', levels), bytes('4e732e')]);
}

/** Level n + 1 is frozenset([(level n, 0), (level n, 1)]). */
function doubledFrozenset(levels: number): Buffer {
  const pickle = [bytes('80048f284b0185')];
  for (let level = 0; level < levels; level++) {
    const [put, get] = [Buffer.of(0x71, level), Buffer.of(0x68, level)];
    pickle.push(put, bytes('3028'), get, bytes('4b0086'), get, bytes('4b018691'));
  }
  return Buffer.concat([...pickle, bytes('902e')]);
}

/** Whole multiples of 2^61 - 1, where CPython's int hash is 0. */
function collidingKeys(count: number): Buffer {
  const pickle = ['}('];
  for (let i = 1n; i <= BigInt(count); i++)
    pickle.push(`L${(i * (2n ** 61n - 1n)).toString()}L\nN`);
  return text(`${pickle.join('')}u.`);
}

describe('good pickles cut or changed', () => {
  const seeds = seedPickles();

  it('are refused at every cut: no pickle is the beginning of another', () => {
    for (const seed of seeds) {
      const cuts = Math.min(seed.length, 200);
      for (let at = 0; at < cuts; at++) {
        expect(() => loads(seed.subarray(0, at))).toThrow(UnpicklingError);
      }
    }
  });

  it('never crash, hang, take memory, throw another error or change a prototype', () => {
    const prototypes = prototypesNow();
    fc.assert(
      fc.property(
        fc.nat(seeds.length - 1),
        fc.nat(seeds.length - 1),
        mutations(),
        (first, second, edits) => {
          const pickle = mutated(
            seeds[first] ?? Buffer.alloc(0),
            seeds[second] ?? Buffer.alloc(0),
            edits,
          );
          survive(pickle, pickle.toString('hex').slice(0, 4000));
        },
      ),
      { numRuns: 15_000 },
    );
    expect(prototypesNow()).toBe(prototypes);
  });

  it('so do random opcodes with random arguments', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.array(fc.constantFrom(...OPCODES), { maxLength: 60 }),
        (noise, ops) => {
          const pickle = Buffer.from(
            ops.flatMap((op, i) => [
              op,
              ...((noise[i] ?? 0) % 3 === 0 ? noise.subarray(i, i + 2) : []),
            ]),
          );
          survive(Buffer.concat([pickle, bytes('2e')]), pickle.toString('hex'));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

const OPCODES = [
  ...Buffer.from('()012BCFGIJKLMNPQRSTUVX]abcdeghijlopqrstu}'),
  ...Array.from({ length: 25 }, (_, i) => 0x80 + i),
];

/** Pickles of the recorded table: every builtin type at every protocol. */
function seedPickles(): Buffer[] {
  const path = join(__dirname, '../../../fixtures/pickle/table.json');
  const table = JSON.parse(readFileSync(path, 'utf8')) as {
    rows: { written: { bytes: unknown[] }[] }[];
  };
  const all = table.rows.flatMap((row) => row.written.flatMap((written) => written.bytes));
  const short = all.filter((each): each is string => typeof each === 'string' && each.length < 400);
  return [...new Set(short)].map((each) => Buffer.from(each, 'base64'));
}
