// Beside pickleparser 0.2.1: equal where it is right, and where it is not, each difference shown.
import { fc } from '../../lib/testing/random';
import { NameRegistry, Parser } from 'pickleparser';
import { dumps, loads, PyObject, PyTuple, Unpickler } from '../../lib/value/pickle';

const text = (pickle: string): Buffer => Buffer.from(pickle, 'latin1');

/** Tuples as arrays, bytes as plain Uint8Arrays: what pickleparser cannot tell either. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return Array.from(value, plain);
  if (value instanceof Set) return new Set([...(value as Set<unknown>)].map(plain));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

/** The JavaScript class of each item. */
function shapeOf(list: unknown): string[] {
  return (list as object[]).map((each) => each.constructor.name);
}

/** Text that pickleparser reads right at every protocol: no escapes, no byte order mark. */
const word = fc.string({ unit: fc.constantFrom(...'abcxyzABC_- .,:/é€日'), maxLength: 12 });
const ascii = fc.string({ unit: fc.constantFrom(...'abcxyzABC_- .,:/'), maxLength: 12 });
const key = ascii.map((each) => `k${each}`);

function values(text: fc.Arbitrary<string>, bytes: boolean, sets: boolean): fc.Arbitrary<unknown> {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(null, true, false),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
      text,
      ...(bytes ? [fc.uint8Array({ maxLength: 20 }).map((each) => Buffer.from(each))] : []),
      ...(sets ? [fc.array(fc.integer(), { maxLength: 5 }).map((items) => new Set(items))] : []),
      fc.array(tie('value'), { maxLength: 6 }),
      fc.array(tie('value'), { maxLength: 5 }).map((items) => PyTuple.from(items)),
      fc.dictionary(key, tie('value'), { maxKeys: 6, noNullPrototype: true }),
    ),
  }));
  return value;
}

describe('where pickleparser is right', () => {
  it.each([0, 1, 2, 3, 4, 5])('we read the same, protocol %i', (protocol) => {
    const arbitrary = values(protocol === 0 ? ascii : word, protocol >= 3, protocol >= 4);
    const parser = new Parser({ unpicklingTypeOfSet: 'Set' });
    fc.assert(
      fc.property(arbitrary, (value) => {
        const pickle = dumps(value, protocol);
        expect(plain(loads(pickle))).toEqual(plain(parser.parse(pickle)));
        expect(plain(loads(pickle))).toEqual(plain(value));
      }),
      { numRuns: 500 },
    );
  });
});

describe('where pickleparser is wrong', () => {
  const THROWS = Symbol('throws');

  /** The pickle as CPython writes it, what Python and we read, and what pickleparser makes of it. */
  const rows: readonly (readonly [name: string, pickle: Buffer, ours: unknown, theirs: unknown])[] =
    [
      [
        'LONG1 is signed',
        text('\x80\x02\x8a\x05\xff\xff\xff\x7f\xff.'),
        -2147483649,
        1097364144127,
      ],
      [
        'LONG1 may have more than 8 bytes',
        text('\x80\x02\x8a\x09\0\0\0\0\0\0\0\0\x01.'),
        2n ** 64n,
        THROWS,
      ],
      [
        'LONG1 beyond 2^53 is exact',
        text('\x80\x02\x8a\x07\x01\0\0\0\0\0\x20.'),
        9007199254740993n,
        9007199254740992,
      ],
      ['LONG4 is signed', text('\x80\x02\x8b\x01\0\0\0\xfb.'), -5, 251n],
      [
        'LONG text beyond 2^53 is exact',
        text('L9007199254740993L\n.'),
        9007199254740993n,
        9007199254740992,
      ],
      ['FLOAT text inf', text('Finf\n.'), Infinity, NaN],
      ['FLOAT text -inf', text('F-inf\n.'), -Infinity, NaN],
      ['UNICODE escapes are decoded', text('V\\u20ac\n.'), '\u20ac', '\\u20ac'],
      ['UNICODE line feeds are decoded', text('Va\\u000ab\n.'), 'a\nb', 'a\\u000ab'],
      ['STRING escapes are decoded', text("S'a\\nb'\n."), 'a\nb', 'a\\nb'],
      ['a byte order mark stays', text('\x80\x04\x8c\x04\xef\xbb\xbfa.'), '\ufeffa', 'a'],
      [
        'lone surrogates stay',
        text('\x80\x04\x8c\x03\xed\xa0\x80.'),
        '\ud800',
        '\ufffd\ufffd\ufffd',
      ],
      [
        'keys 1 and "1" are two',
        text('}(K\x01VA\nV1\nVB\nu.'),
        new Map<unknown, string>([
          [1, 'A'],
          ['1', 'B'],
        ]),
        { '1': 'B' },
      ],
      [
        'integer-like keys keep their order',
        text('}(V2\nNV1\nNu.'),
        new Map([
          ['2', null],
          ['1', null],
        ]),
        { '1': null, '2': null },
      ],
      [
        'set below protocol 4',
        text('c__builtin__\nset\n((lI1\natR.'),
        new Set([1]),
        expect.not.objectContaining({ size: 1 }),
      ],
      [
        'bytes below protocol 3',
        text('c_codecs\nencode\n(Vab\nVlatin1\ntR.'),
        Buffer.from('ab'),
        expect.not.objectContaining({ length: 2 }),
      ],
    ];

  it.each(rows)('%s', (_, pickle, ours, theirs) => {
    const parse = (): unknown => new Parser().parse(pickle);
    if (theirs === THROWS) expect(parse).toThrow();
    else expect(parse()).toEqual(theirs);
    expect(loads(pickle)).toEqual(ours);
  });

  it('LONG4 of a small number is a number', () => {
    const pickle = text('\x80\x02\x8b\x01\0\0\0\x05.');
    expect(new Parser().parse(pickle)).toBe(5n);
    expect(loads(pickle)).toBe(5);
  });

  it.each([
    ['INT', 'Iabc\n.', NaN],
    ['INT', 'I0x10\n.', 0],
    ['INT', 'I1_000\n.', 1],
    ['LONG', 'LabcL\n.', NaN],
    ['FLOAT', 'F1.5x\n.', 1.5],
  ])('%s junk is refused: %j', (_, pickle, theirs) => {
    expect(new Parser().parse(text(pickle))).toEqual(theirs);
    expect(() => loads(text(pickle))).toThrow();
  });

  it('malformed UTF-8 is refused', () => {
    const pickle = text('\x80\x04\x8c\x01\xff.');
    expect(new Parser().parse(pickle)).toBe('\ufffd');
    expect(() => loads(pickle)).toThrow();
  });

  it('the key __proto__ is a key, and no prototype', () => {
    const pickle = text('}V__proto__\n}VisAdmin\nI01\nss.');
    expect(new Parser().parse<{ isAdmin: boolean }>(pickle).isAdmin).toBe(true);
    expect((loads(pickle) as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(loads(pickle)).toEqual(new Map([['__proto__', { isAdmin: true }]]));
  });

  it('a dict of protocol 0 keeps its entries as a Map too', () => {
    const pickle = text('(Va\nI1\ndp0\n.');
    expect(
      new Parser({ unpicklingTypeOfDictionary: 'Map' }).parse<Map<string, number>>(pickle).size,
    ).toBe(0);
    expect([...(loads(pickle, { exact: true }) as Map<string, number>)]).toEqual([['a', 1]]);
  });

  it('dict subclasses can be read where dicts are Maps', () => {
    const pickle = text('\x80\x02ccollections\nOrderedDict\n)RU\x01aK\x01s.');
    expect(() => new Parser({ unpicklingTypeOfDictionary: 'Map' }).parse(pickle)).toThrow(
      'is not a function',
    );
    expect(() => loads(pickle)).not.toThrow();
  });

  it('equal tuples are one key in the exact view', () => {
    const pickle = text('\x80\x02}(K\x01\x85VA\nK\x01\x85VB\nu.');
    expect(
      new Parser({ unpicklingTypeOfDictionary: 'Map' }).parse<Map<unknown, string>>(pickle).size,
    ).toBe(2);
    const dict = loads(pickle, { exact: true }) as Map<unknown, string>;
    expect([dict.size, dict.get(PyTuple.of(1))]).toEqual([1, 'B']);
  });

  it('1, 1.0 and True are one key in the exact view: the first key, the last value', () => {
    const pickle = text('\x80\x02}(K\x01VA\nG\x3f\xf0\0\0\0\0\0\0VB\n\x88VC\nu.');
    expect(
      new Parser({ unpicklingTypeOfDictionary: 'Map' }).parse<Map<unknown, string>>(pickle).size,
    ).toBe(2);
    expect([...(loads(pickle, { exact: true }) as Map<unknown, string>)]).toEqual([[1, 'C']]);
  });

  it('tuple, list, bytes, bytearray, 1 and 1.0 can be told apart', () => {
    const pickle = text(
      '\x80\x05](K\x01\x85]K\x01aC\x01a\x96\x01\0\0\0\0\0\0\0aK\x01G\x3f\xf0\0\0\0\0\0\0e.',
    );
    const [tuple, list, bytes, bytearray, int, float] = new Parser().parse<unknown[]>(pickle);
    expect([tuple, bytes, int]).toEqual([list, bytearray, float]);
    expect(shapeOf(loads(dumps(loads(pickle), 5), { exact: true }))).toEqual(
      shapeOf(loads(pickle, { exact: true })),
    );
    expect(shapeOf(loads(pickle, { exact: true }))).toEqual([
      'PyTuple',
      'Array',
      'Buffer',
      'PyByteArray',
      'Number',
      'PyFloat',
    ]);
  });

  it('OBJ takes the class from below its arguments', () => {
    const pickle = text('\x80\x02(cshop\nOld\nK\x05o.');
    expect(() => new Parser().parse(pickle)).toThrow();
    const made = loads(pickle);
    expect(made).toBeInstanceOf(PyObject);
    expect(String((made as PyObject).callable)).toBe('shop.Old');
    expect([...(made as PyObject).args]).toEqual([5]);
  });

  it('state of __slots__ gives attributes', () => {
    const pickle = text('\x80\x02cshop\nSlots\n)\x81N}X\x01\0\0\0xK\x01s\x86b.');
    expect(Object.keys(new Parser().parse(pickle))).toEqual(expect.arrayContaining(['0', '1']));
    expect((loads(pickle) as PyObject).getAttr('x')).toBe(1);
  });

  it('bytes are a copy of the input', () => {
    const pickle = text('\x80\x03C\x03abc.');
    const [ours, theirs] = [loads(pickle) as Buffer, new Parser().parse<Uint8Array>(pickle)];
    pickle.fill(0x78);
    expect([ours.toString(), Buffer.from(theirs).toString()]).toEqual(['abc', 'xxx']);
  });

  it('200,000 items at once are read', () => {
    const pickle = Buffer.concat([
      text('\x80\x02]('),
      Buffer.alloc(400_000, 'K\x01', 'latin1'),
      text('e.'),
    ]);
    expect(() => new Parser().parse(pickle)).toThrow(RangeError);
    expect((loads(pickle) as unknown[]).length).toBe(200_000);
  });

  it.each([
    ['a memo entry that is missing', 'h\x05.'],
    ['an odd number of dict items', '}(K\x01u.'],
    ['an item set in a list', ']Vlength\nI0\ns.'],
    ['STOP on an empty stack', '.'],
  ])('%s is refused', (_, pickle) => {
    expect(() => new Parser().parse(text(pickle))).not.toThrow();
    expect(() => loads(text(pickle))).toThrow();
  });
});

describe('using both', () => {
  class Cart {
    total = 0;
  }
  const pickle = text('\x80\x02cshop\nCart\n)\x81}X\x05\0\0\0totalK\x07sb.');

  it('its Parser has the shape that an unpickler needs, and ours has the shape of its Parser', () => {
    const unpicklers: { parse(bytes: Uint8Array): unknown }[] = [new Parser(), new Unpickler()];
    for (const unpickler of unpicklers)
      expect(plain(unpickler.parse(dumps([1, { a: 'b' }])))).toEqual([1, { a: 'b' }]);
  });

  it('its NameRegistry registers classes here as there', () => {
    const registry = new NameRegistry().register('shop', 'Cart', Cart);
    const theirs = new Parser({ nameResolver: registry }).parse(pickle);
    for (const ours of [loads(pickle, { registry }), loads(pickle, { nameResolver: registry })]) {
      expect(ours).toBeInstanceOf(Cart);
      expect(ours).toEqual(theirs);
    }
  });

  it('its resolvers of persistent ids and extension codes are taken', () => {
    const persistentResolver = { resolve: (pid: string) => `object ${pid}` };
    const extensionResolver = { resolve: (code: number) => (code === 5 ? Cart : undefined) };
    expect(loads(text('Pp1\n.'), { persistentResolver })).toBe('object p1');
    expect(new Parser({ persistentResolver }).parse(text('Pp1\n.'))).toBe('object p1');
    expect(loads(text('\x80\x02\x82\x05)\x81.'), { extensionResolver })).toBeInstanceOf(Cart);
  });
});
