// Objects of any class: read without running anything, edited, and written back as they were made.
import { inspect } from 'node:util';
import { NameRegistry, Parser } from 'pickleparser';
import {
  dumps,
  loads,
  PyFloat,
  PyFrozenSet,
  PyGlobal,
  PyObject,
  PyPickleBuffer,
  PyTuple,
  Py2Str,
  Registry,
  Unpickler,
  UnpicklingError,
  Pickler,
} from './index';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Pickles by CPython 3.11 (2.7 for classic classes), all of module `shop`. */
const PICKLES: [what: string, pickle: string][] = [
  ['an instance', '\x80\x02cshop\nCart\nq\x00)\x81q\x01}q\x02X\x01\x00\x00\x00nq\x03K\x01sb.'],
  [
    'an instance at protocol 0',
    'ccopy_reg\n_reconstructor\np0\n(cshop\nCart\np1\nc__builtin__\nobject\np2\nNtp3\nRp4\n(dp5\nVn\np6\nI1\nsb.',
  ],
  ['slots', '\x80\x02cshop\nSlots\nq\x00)\x81q\x01N}q\x02X\x01\x00\x00\x00xq\x03K\x01s\x86q\x04b.'],
  [
    'a dict subclass',
    '\x80\x02cshop\nD\nq\x00)\x81q\x01(K\x01K\x02K\x03K\x04u}q\x02X\x01\x00\x00\x00aq\x03K\x05sb.',
  ],
  ['a list subclass', '\x80\x02cshop\nL\nq\x00)\x81q\x01(K\x01K\x02e.'],
  [
    'a list subclass at protocol 0',
    'ccopy_reg\n_reconstructor\np0\n(cshop\nL\np1\nc__builtin__\nlist\np2\n(lp3\nI1\natp4\nRp5\n.',
  ],
  [
    'a dict subclass at protocol 1',
    'ccopy_reg\n_reconstructor\nq\x00(cshop\nD\nq\x01c__builtin__\ndict\nq\x02}q\x03K\x01K\x02stq\x04Rq\x05.',
  ],
  [
    'an int subclass',
    'ccopy_reg\n_reconstructor\np0\n(cshop\nI\np1\nc__builtin__\nlong\np2\nI5\ntp3\nRp4\n.',
  ],
  [
    'a reduction with items and state',
    '\x80\x02cshop\nmake\nq\x00K\x01\x85q\x01Rq\x02K\x02aK\x03K\x04s}q\x03b.',
  ],
  [
    'a state setter',
    '\x80\x04\x95\x20\x00\x00\x00\x00\x00\x00\x00\x8c\x04shop\x94\x8c\x01C\x94\x93\x94)\x81\x94h\x00\x8c\x01s\x94\x93\x94h\x03K\x01\x86R0.',
  ],
  [
    'a tuple subclass at protocol 0',
    'ccopy_reg\n_reconstructor\np0\n(cshop\nP\np1\nc__builtin__\ntuple\np2\n(I1\nI2\ntp3\ntp4\nRp5\n.',
  ],
  [
    'keyword arguments',
    '\x80\x04\x95\x1a\x00\x00\x00\x00\x00\x00\x00\x8c\x04shop\x94\x8c\x01K\x94\x93\x94)}\x94\x8c\x01a\x94K\x01s\x92\x94.',
  ],
  ['a classic instance', '(ishop\nOld\np0\n(dp1\nVa\np2\nI1\nsb.'],
  ['a classic instance with arguments', '(I1\nishop\nOld\np0\n(dp1\nb.'],
  ['a classic instance at protocol 2', '\x80\x02(cshop\nOld\nq\x00K\x01oq\x01}q\x02b.'],
  [
    'a nested class',
    '\x80\x04\x95\x14\x00\x00\x00\x00\x00\x00\x00\x8c\x04shop\x94\x8c\x07Outer.I\x94\x93\x94.'.replace(
      '\x15',
      '\x14',
    ),
  ],
  [
    'a bound method',
    '\x80\x02c__builtin__\ngetattr\nq\x00cshop\nC\nq\x01X\x01\x00\x00\x00mq\x02\x86q\x03Rq\x04.',
  ],
  ['a state that is no dict', '\x80\x02cshop\nS\nq\x00)\x81q\x01K\x05b.'],
  [
    'itself as attribute',
    '\x80\x02cshop\nC\nq\x00)\x81q\x01}q\x02X\x02\x00\x00\x00meq\x03h\x01sb.',
  ],
];

describe.each(PICKLES)('%s', (_, pickle) => {
  it.each([false, true])('is written back as it was read (exact: %s)', (exact) => {
    const value = loads(latin1(pickle), { exact });
    expect(text(dumps(value))).toBe(pickle);
  });

  it.each([0, 1, 2, 3, 4, 5])('survives a detour over protocol %i', (protocol) => {
    const value = loads(latin1(pickle));
    const detour = loads(dumps(value, protocol));
    const direct = dumps(loads(latin1(pickle)), 4);
    expect(text(dumps(detour, 4)).slice(0, 40)).toBe(text(direct).slice(0, 40));
  });
});

describe('a PyObject', () => {
  const cart = () => loads(latin1(PICKLES[0]?.[1] ?? '')) as PyObject;

  it('tells its class and attributes', () => {
    const object = cart();
    expect([object.module, object.name, object.how]).toEqual(['shop', 'Cart', 'newobj']);
    expect(object.state).toEqual({ n: 1 });
    expect(object.getAttr('n')).toBe(1);
    expect(object.getAttr('constructor')).toBeUndefined();
    expect(object.attrs()).toEqual(new Map([['n', 1]]));
  });

  it('lets attributes be set and removed', () => {
    const object = cart();
    object.setAttr('n', 2).setAttr('__proto__', 3);
    expect(object.deleteAttr('missing')).toBe(false);
    const back = loads(dumps(object)) as PyObject;
    expect(back.attrs()).toEqual(
      new Map([
        ['n', 2],
        ['__proto__', 3],
      ]),
    );
    expect(back.deleteAttr('n')).toBe(true);
    expect(back.getAttr('n')).toBeUndefined();
  });

  it('sets attributes where they are: in slots or in the dict', () => {
    const object = loads(latin1(PICKLES[2]?.[1] ?? '')) as PyObject;
    object.setAttr('x', 2).setAttr('y', 3);
    expect(object.state).toEqual(PyTuple.of<unknown>({ y: 3 }, { x: 2 }));
  });

  it('gets a dict with its first attribute', () => {
    const object = new PyObject(new PyGlobal('shop', 'Cart'), [], { how: 'newobj' });
    expect(object.setAttr('n', 1).state).toEqual({ n: 1 });
  });

  it('refuses attributes where the state has none', () => {
    const object = new PyObject(new PyGlobal('shop', 'S'), [], {
      ops: [{ kind: 'build', state: 5 }],
    });
    expect(() => object.setAttr('n', 1)).toThrow(TypeError);
  });

  it('tells the items of subclasses of dict and list', () => {
    const dict = loads(latin1(PICKLES[3]?.[1] ?? '')) as PyObject;
    expect(dict.dictItems()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const list = loads(latin1(PICKLES[5]?.[1] ?? '')) as PyObject;
    expect([list.name, list.listItems(), list.base?.name]).toEqual(['L', [1], 'list']);
  });

  it('is made in JavaScript as Python makes it', () => {
    const object = PyObject.instance('shop', 'Cart', { n: 1 });
    expect(text(dumps(object, 2))).toBe(PICKLES[0]?.[1]);
    expect(text(dumps(object, 0))).toBe(PICKLES[1]?.[1]);
    expect(dumps(PyObject.call('shop', 'make', 1), 2)).toEqual(
      latin1('\x80\x02cshop\nmake\nq\x00K\x01\x85q\x01Rq\x02.'),
    );
  });

  it('needs no base to be written at protocol 0', () => {
    const object = loads(latin1(PICKLES[4]?.[1] ?? ''));
    expect(text(dumps(object, 0))).toBe(
      'ccopy_reg\n__newobj__\np0\n(cshop\nL\np1\ntp2\nRp3\nI1\naI2\na.',
    );
  });
});

describe('copyreg._reconstructor', () => {
  it('stays a call at every protocol, for the class may not be made without arguments', () => {
    const pickle = latin1(
      'ccopy_reg\n_reconstructor\n(cshop\nCart\nc__builtin__\nobject\nNtR}Vn\nI1\nsb.',
    );
    const cart = loads(pickle) as PyObject;
    expect([cart.name, cart.getAttr('n')]).toEqual(['Cart', 1]);
    expect(text(dumps(cart, 2))).toBe(
      '\x80\x02ccopy_reg\n_reconstructor\nq\x00cshop\nCart\nq\x01c__builtin__\nobject\nq\x02N\x87q\x03Rq\x04}q\x05X\x01\x00\x00\x00nq\x06K\x01sb.',
    );
  });
});

describe('copyreg._reconstructor of a tuple', () => {
  it('stays a call at every protocol, for a namedtuple does not take the tuple', () => {
    const pickle = 'ccopy_reg\n_reconstructor\n(cshop\nP\nc__builtin__\ntuple\n(I1\nI2\nttR.';
    const object = loads(latin1(pickle)) as PyObject;
    expect([object.name, object.how, object.args]).toEqual(['P', 'reconstruct', [[1, 2]]]);
    expect(text(dumps(object, 2))).toBe(
      '\x80\x02ccopy_reg\n_reconstructor\nq\x00cshop\nP\nq\x01c__builtin__\ntuple\nq\x02K\x01K\x02\x86q\x03\x87q\x04Rq\x05.',
    );
    expect(loads(dumps(object, 1))).toEqual(object);
  });
});

describe('names', () => {
  it.each([
    ['__builtin__\nlong', 'builtins', 'int'],
    ['__builtin__\nunicode', 'builtins', 'str'],
    ['__builtin__\nstr', 'builtins', 'str'],
    ['copy_reg\n_reconstructor', 'copyreg', '_reconstructor'],
    ['exceptions\nKeyError', 'builtins', 'KeyError'],
    ['Queue\nQueue', 'queue', 'Queue'],
    ['itertools\nimap', 'builtins', 'map'],
    ['_functools\nreduce', '_functools', 'reduce'],
  ])('%j of protocol 2 are Python 3’s, and come back', (old, module, name) => {
    const pickle = latin1(`\x80\x02c${old}\nq\x00.`);
    const value = loads(pickle) as PyGlobal;
    expect([value.module, value.name]).toEqual([module, name]);
    expect(dumps(value)).toEqual(pickle);
    expect(text(dumps(value, 4))).toContain(name);
  });

  it('stay as they are without fixImports, and from protocol 3 on', () => {
    const pickle = latin1('\x80\x02c__builtin__\nlong\nq\x00.');
    const value = loads(pickle, { fixImports: false }) as PyGlobal;
    expect(String(value)).toBe('__builtin__.long');
    expect(dumps(value, 2, { fixImports: false })).toEqual(pickle);
    expect(String(loads(latin1('\x80\x03c__builtin__\nlong\n.')))).toBe('__builtin__.long');
  });

  it('are one object in the memo', () => {
    const [a, b] = [new PyGlobal('m', 'C'), new PyGlobal('m', 'C')];
    expect(text(dumps([a, b], 2))).toBe('\x80\x02]q\x00(cm\nC\nq\x01h\x01e.');
  });

  it('refuse what their protocol cannot hold', () => {
    expect(() => dumps(new PyGlobal('m', 'é'), 2)).toThrow('needs a higher protocol');
    expect(() => dumps(new PyGlobal('m', 'a\nb'), 3)).toThrow('needs a higher protocol');
    expect(text(dumps(new PyGlobal('m', 'é'), 3))).toBe('\x80\x03cm\n\xc3\xa9\nq\x00.');
  });

  it('of nested classes are chains of getattr, which 3.13 memoizes less', () => {
    const inner = new PyGlobal('m', 'A.B');
    expect(text(dumps([inner, inner], 2, { python: '3.13' }))).toBe(
      '\x80\x02]q\x00(c__builtin__\ngetattr\nq\x01cm\nA\nX\x01\x00\x00\x00Bq\x02\x86Rq\x03h\x03e.',
    );
    expect(text(dumps([inner, inner], 2))).toBe(
      '\x80\x02]q\x00(c__builtin__\ngetattr\nq\x01cm\nA\nq\x02X\x01\x00\x00\x00Bq\x03\x86q\x04Rq\x05h\x05e.',
    );
  });
});

describe('registered classes', () => {
  class Cart {
    n = 0;
    total(): number {
      return this.n * 2;
    }
  }

  it('give instances without running their constructor', () => {
    const registry = new Registry().register('shop', 'Cart', Cart);
    for (const [, pickle] of PICKLES.slice(0, 2)) {
      const value = loads(latin1(pickle), { registry }) as Cart;
      expect(value).toBeInstanceOf(Cart);
      expect(value.total()).toBe(2);
      expect(text(dumps(value, undefined, { registry }))).toBe(pickle);
      value.n = 7;
      expect((loads(dumps(value, 2, { registry })) as PyObject).getAttr('n')).toBe(7);
    }
    const own = new Cart();
    expect((loads(dumps(own, 0, { registry })) as PyObject).getAttr('n')).toBe(0);
  });

  it('keep slots apart', () => {
    class Slots {}
    const registry = new Registry().register('shop', 'Slots', Slots);
    const pickle = latin1(PICKLES[2]?.[1] ?? '');
    const value = loads(pickle, { registry });
    expect(value).toEqual(Object.assign(new Slots(), { x: 1 }));
    expect(dumps(value, 2, { registry })).toEqual(pickle);
  });

  it('may take and give their state themselves', () => {
    class Box {
      #inside: unknown;
      __setstate__(state: unknown): void {
        this.#inside = state;
      }
      __getstate__(): unknown {
        return this.#inside;
      }
    }
    // Object.create gives no private fields: such a class needs its own codec.
    const registry = new Registry().register<Box>('shop', 'S', {
      type: Box,
      load: () => new Box(),
      build: (box, state) => {
        box.__setstate__(state);
      },
      dump: (box) => {
        const state = box.__getstate__();
        return new PyObject(new PyGlobal('shop', 'S'), [], {
          how: 'newobj',
          ops: [{ kind: 'build', state }],
        });
      },
    });
    const pickle = latin1('\x80\x02cshop\nS\nq\x00)\x81q\x01K\x05b.');
    const box = loads(pickle, { registry }) as Box;
    expect(box.__getstate__()).toBe(5);
    expect(dumps(box, 2, { registry })).toEqual(pickle);
  });

  it('keep operations that they do not take', () => {
    const registry = new Registry().register<Cart>('shop', 'make', { load: () => new Cart() });
    const pickle = latin1(
      '\x80\x02cshop\nmake\nq\x00K\x01\x85q\x01Rq\x02K\x02aK\x03K\x04s}q\x03b.',
    );
    const value = loads(pickle, { registry });
    expect(value).toBeInstanceOf(Cart);
    expect(dumps(value, 2)).toEqual(pickle);
  });

  it('make the load fail when their code does', () => {
    const registry = new Registry().register<Cart>('shop', 'Cart', {
      load: () => {
        throw new Error('no such cart');
      },
    });
    const load = () => loads(latin1(PICKLES[0]?.[1] ?? ''), { registry });
    expect(load).toThrow(UnpicklingError);
    expect(load).toThrow('no such cart (offset 16, opcode 0x81)');
  });

  it('may come from pickleparser’s registry', () => {
    const names = new NameRegistry()
      .register('shop', 'Cart', Cart)
      .register('shop', 'make', (n: number) => [n]);
    const cart = latin1(PICKLES[0]?.[1] ?? '');
    const ours = loads(cart, { nameResolver: names });
    expect(ours).toBeInstanceOf(Cart);
    expect(ours).toEqual(new Parser({ nameResolver: names }).parse(cart));
    expect(loads(latin1('\x80\x02cshop\nmake\nK\x01\x85R.'), { registry: names })).toEqual([1]);
    // A name it does not know stays an object that can be written back.
    const other = latin1('\x80\x02cshop\nOther\nq\x00)\x81q\x01.');
    expect(dumps(loads(other, { nameResolver: names }))).toEqual(other);
    expect(new Unpickler({ nameResolver: names }).parse(cart)).toEqual(ours);
  });
});

describe('hooks', () => {
  const user = { id: 5 };
  const persistentId = (value: unknown) => (value === user ? 'user:5' : undefined);
  const persistentLoad = (pid: unknown) => (pid === 'user:5' ? user : null);

  it.each([0, 1, 2, 4])('persistent ids stand for values at protocol %i', (protocol) => {
    const pickle = dumps([user, user], protocol, { persistentId });
    expect(loads(pickle, { persistentLoad })).toEqual([user, user]);
    expect((loads(pickle, { persistentLoad }) as unknown[])[0]).toBe(user);
    expect(() => loads(pickle)).toThrow('no persistentLoad was given');
  });

  it('persistent ids are text without line feeds at protocol 0', () => {
    expect(text(dumps(user, 0, { persistentId }))).toBe('Puser:5\n.');
    expect(() => dumps(user, 0, { persistentId: () => 'a\nb' })).toThrow('must be ASCII text');
  });

  it('extension codes stand for names', () => {
    const name = new PyGlobal('shop', 'Cart');
    for (const [code, pickle] of [
      [5, '\x80\x02\x82\x05.'],
      [0x1234, '\x80\x02\x83\x34\x12.'],
      [0x12345, '\x80\x02\x84\x45\x23\x01\x00.'],
    ] as const) {
      const extensions = new Map([[code, name]]);
      expect(text(dumps(name, 2, { extensions }))).toBe(pickle);
      expect(loads(latin1(pickle), { extensions })).toBe(name);
      expect(() => loads(latin1(pickle))).toThrow(`unregistered extension code ${code}`);
      expect(text(dumps(name, 1, { extensions }))).toBe('cshop\nCart\nq\x00.');
    }
  });

  it('buffers go out of band', () => {
    const [a, b] = [
      new PyPickleBuffer(Buffer.from('a')),
      new PyPickleBuffer(Buffer.from('b'), true),
    ];
    const buffers: Uint8Array[] = [];
    const pickle = dumps([a, b], 5, { bufferCallback: (bytes) => void buffers.push(bytes) });
    expect(text(pickle).slice(11)).toBe(']\x94(\x97\x97\x98e.');
    expect(loads(pickle, { buffers })).toEqual([a, b]);
    expect(() => loads(pickle)).toThrow('no buffers were given');
    expect(() => loads(pickle, { buffers: [] })).toThrow('not enough out-of-band buffers');
    expect(text(dumps([a, b], 5)).slice(11)).toBe(
      ']\x94(\x96\x01\x00\x00\x00\x00\x00\x00\x00a\x94C\x01b\x94e.',
    );
  });

  it('are asked once for each value when optimizing', () => {
    const seen: unknown[] = [];
    const list = ['a', 'b', 'a'];
    const pickle = dumps(list, 2, {
      optimize: true,
      persistentId: (value) => {
        seen.push(value);
        return undefined;
      },
    });
    expect(text(pickle)).toBe('\x80\x02](X\x01\x00\x00\x00aq\x00X\x01\x00\x00\x00bh\x00e.');
    expect(seen).toEqual([list, 'a', 'b', 'a']);
  });
});

describe('values in a console', () => {
  it('look as in Python', () => {
    const value = PyTuple.of<unknown>(
      1,
      'a',
      PyTuple.of(null),
      new Py2Str('b'),
      new Map([[1, true]]),
    );
    expect(inspect(value)).toBe("(1, 'a', (None,), 'b', {1: True})");
    expect(inspect([new PyFloat(1), new PyFrozenSet([1])])).toBe('[ 1.0, frozenset({1}) ]');
    expect(inspect(PyObject.instance('shop', 'Cart', { n: 1 }))).toBe(
      "<shop.Cart object: {'n': 1}>",
    );
  });
});

describe('a Pickler', () => {
  it('can be used again, also from its own hooks', () => {
    const inner = new Pickler(2);
    const pickler = new Pickler(2, {
      persistentId: (value) => (value instanceof Date ? inner.dump('now') : undefined),
    });
    const pickle = pickler.dump([new Date(0), 1]);
    expect(pickler.dump([new Date(0), 1])).toEqual(pickle);
    expect(
      loads(pickle, { persistentLoad: (pid) => loads(pid as Buffer), encoding: 'latin1' }),
    ).toEqual(['now', 1]);
  });

  it('writes Python 2 str where a value holds one', () => {
    expect(text(new Pickler(0).dump(new Py2Str("it's")))).toBe('S"it\'s"\np0\n.');
  });
});
