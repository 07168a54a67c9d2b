"""Makes random nested values, many of them at the edges. The same seed and index give the same value.

Equal strings of one value are one object, as CPython's own interning makes them in practice: a writer
outside Python can only share strings by value.

Runs on CPython 2.7 and 3.6 to 3.13.
"""
from __future__ import print_function

import array
import collections
import datetime
import decimal
import fractions
import functools
import random
import re
import struct
import sys
import uuid

import shapes

PY3 = sys.version_info[0] >= 3
if PY3:
    import enum
    import ipaddress
    import pathlib
    import types

    unichr, xrange, long = chr, range, int
    MIN_INT, MAX_INT = -2 ** 80, 2 ** 80
else:
    text_type = unicode  # noqa: F821
    MIN_INT, MAX_INT = -sys.maxint - 1, sys.maxint

POWERS = [7, 8, 15, 16, 31, 32, 53, 63, 64]
INTS = [0, 1, -1, 9, 10, 99] + [s * (2 ** p) + d for p in POWERS for s in (1, -1) for d in (-1, 0, 1)]
LONGS = INTS + [s * (2 ** p) + d for p in (70, 127, 128, 1000, 2039, 2040, 2048, 3000) for s in (1, -1) for d in (-1, 0, 1)]
LONGS += [10 ** 30, -10 ** 30, 10 ** 1200]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.1, 1.5, -3.14, 100.0, 1e15, 1e16, 123456789012345680.0, 9007199254740992.0,
          9007199254740993.0, 1e17, 1e20, 1e21, 1e22, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1.5e-7, 5e-324, 2.2250738585072014e-308,
          1.7976931348623157e308, float('inf'), float('-inf'), abs(float('nan')), 2.0 ** 31, 2.0 ** 63, 1 / 3.0, 1e100, 255.0]
NAN = abs(float('nan'))  # Python 2's own has its sign bit set
NAMES = [u'', u'a', u'name', u'id', u'value', u'x', u'__proto__', u'constructor', u'prototype', u'length', u'then',
         u'toJSON', u'__setstate__', u'__class__', u'hasOwnProperty', u'valueOf', u'0', u'1', u'10', u'-1', u'latin1',
         u'builtins', u'collections', u'set', u'_codecs', u'encode', u'latin-1', u'bytes']
TEXTS = [u'\xe9', u'caf\xe9', u'\xff', u'\x80', u'\u20ac', u'\u65e5\u672c\u8a9e', u'\U0001f600', u'a\U0001f600b',
         u'\ufeff', u'\ufeffbom', u'\ufffd', u'\ufffe', u'\n', u'\r', u'\r\n', u'\x00', u'\x1a', u'\\', u'\\u0041',
         u'\\\\u0041', u'\\n', u"it's", u'say "hi"', u'both \'"', u'tab\t', u'\x7f', u' ', u'a b', u'\x85', u'\u2028',
         u'\U0010ffff', u'\uffff', u'\ud7ff', u'\ue000', u'a' * 255, u'a' * 256, u'\xe9' * 127, u'\xe9' * 128, u'\u20ac' * 85,
         u'\u20ac' * 86, u'ab' * 500]
BYTES = [b'', b'a', b'abc', b'\x00', b'\xff', b'\x80', b'\xff\x00\xfe\r\n', b'\\', b"'", b'"', b'\'"', b'\n', b'\\x41',
         b'\xc3\xa9', b'\xed\xa0\x80', b'a' * 255, b'a' * 256, bytes(bytearray(range(256))), b'\x1a\r\n\x7f', b'tab\t']
SURROGATES = [u'\ud800', u'\udfff', u'a\ud83d', u'\ude00b', u'\udc80\udcff', u'\ude00\ud83d']
BIG = 65536


class Maker(object):
    """Makes one value. `kind` is 'builtin' (what is written without a class) or 'all'."""

    def __init__(self, seed, index, kind, protocol):
        self.random = random.Random(seed * 1000003 + index)
        self.kind = kind
        self.protocol = protocol
        self.depth = 0
        self.open = []
        self.pool = []
        self.texts = {}
        self.big = self.random.random() < 0.02

    def pick(self, values):
        return values[self.random.randrange(len(values))]

    def chance(self, probability):
        return self.random.random() < probability

    def value(self):
        if self.pool and self.chance(0.12):
            return self.pick(self.pool)
        if self.open and self.chance(0.03):
            return self.pick(self.open)
        if self.depth >= 4 or self.chance(0.45):
            return self.atom()
        self.depth += 1
        made = self.pick(COMPOSED[self.kind])(self)
        self.depth -= 1
        self.pool.append(made)
        return made

    def top(self):
        return self.atom() if self.chance(0.15) else self.pick(COMPOSED[self.kind])(self)

    def atom(self):
        return self.pick(ATOMS)(self)

    def size(self):
        if self.big and self.chance(0.3):
            self.big = False
            return self.pick([255, 256, 257, 999, 1000, 1001, 1002, 2000, 2001])
        return self.pick([0, 1, 1, 2, 2, 3, 3, 4, 5, 6])

    def shared(self, text):
        """One object for all equal strings."""
        if len(text) == 1 and ord(text) < 256:
            return text[0]  # the interpreter's own, which a constant may not be (3.11, 3.12)
        if PY3:
            return sys.intern(text)
        return self.texts.setdefault((type(text), text), text)

    def none(self):
        return None

    def bool(self):
        return self.chance(0.5)

    def int(self):
        number = self.pick(INTS) if self.chance(0.7) else self.random.randrange(-1000, 100000)
        if PY3 and self.chance(0.4):
            return self.pick(LONGS)
        return int(max(MIN_INT, min(MAX_INT, number)))

    def long(self):
        return long(self.pick(LONGS))

    def float(self):
        if self.chance(0.8):
            return self.pick(FLOATS)
        made = struct.unpack('>d', struct.pack('>Q', self.random.getrandbits(64)))[0]
        return made if made == made else NAN  # protocol 0 has one NaN

    def text(self):
        roll = self.random.random()
        if roll < 0.4:
            return self.shared(self.pick(NAMES))
        if roll < 0.8:
            return self.shared(self.pick(TEXTS))
        if roll < 0.85 and PY3:
            return self.shared(self.pick(SURROGATES))
        if self.big and roll < 0.9:
            self.big = False
            return self.shared(self.pick([u'a', u'\u20ac', u'\xe9']) * self.pick([BIG - 1, BIG, BIG // 2, BIG + 1]))
        codes = [self.pick([(32, 127), (32, 127), (0, 256), (0x100, 0x3000), (0x10000, 0x11000)]) for _ in range(self.size() % 300)]
        return self.shared(u''.join(unichr(self.random.randrange(*code)) for code in codes))

    def bytes(self):
        roll = self.random.random()
        if roll < 0.7:
            made = self.pick(BYTES)
        elif self.big and roll < 0.8:
            self.big = False
            made = b'x' * self.pick([BIG - 1, BIG, BIG + 1])
        else:
            made = bytes(bytearray(self.random.randrange(256) for _ in range(self.size() % 300)))
        if len(made) == 1:
            made = (made * 2)[:1]  # the interpreter's own, which a constant is not
        return made if PY3 else self.shared(made)

    def bytearray(self):
        return bytearray(self.bytes())

    def name(self):
        """A string as Python programs use for names: native str, ASCII."""
        made = self.pick(NAMES)
        return self.shared(made if PY3 else made.encode('ascii'))

    def key(self):
        roll = self.random.random()
        if roll < 0.6:
            return self.text() if PY3 or self.chance(0.3) else self.name()
        if roll < 0.95 or self.depth >= 4:
            return self.atom()
        self.depth += 1
        made = self.pick([Maker.hashable_tuple, Maker.frozenset])(self)
        self.depth -= 1
        return made

    def hashable_tuple(self):
        return tuple([self.key() for _ in range(self.size() % 7)])

    def list(self):
        made = []
        self.open.append(made)
        made.extend([self.value() for _ in range(self.size() if self.depth < 3 else self.size() % 7)])
        self.open.pop()
        return made

    def same(self):
        """Many of one kind: what caches hold most."""
        make = self.pick(ATOMS)
        return [make(self) for _ in range(self.size())]

    def tuple(self):
        return tuple([self.value() for _ in range(self.size() % 7)])

    def dict(self):
        made = {}
        self.open.append(made)
        for _ in range(self.size() if self.depth < 3 else self.size() % 7):
            made[self.key()] = self.value()
        self.open.pop()
        return made

    def session(self):
        """String keys only: what the default view shows as a plain object."""
        made = {}
        for _ in range(self.size() % 10):
            made[self.name()] = self.value()
        return made

    def numbered(self):
        return dict((i, self.atom()) for i in range(self.size()))

    def set(self):
        return set([self.key() for _ in range(self.size())])

    def frozenset(self):
        return frozenset([self.key() for _ in range(self.size() % 7)])

    def tuple_in_itself(self):
        inner = []
        made = tuple([inner] + [self.atom() for _ in range(self.random.randrange(5))])
        inner.append(made)
        return self.pick([made, inner])

    # Standard classes and instances; kind 'all'.

    def datetime(self):
        if self.chance(0.1):
            return self.pick([datetime.datetime.min, datetime.datetime.max])
        made = datetime.datetime(2024, 2, 29, 23, 59, 59, self.pick([0, 1, 999999, 123456]), tzinfo=self.zone())
        return made.replace(fold=1) if PY3 and self.chance(0.3) else made

    def zone(self):
        if self.chance(0.4):
            return None
        if not PY3:
            return shapes.Zone()
        return self.pick(ZONES)

    def date(self):
        return datetime.date(self.random.randrange(1, 9999), self.random.randrange(1, 13), self.random.randrange(1, 29))

    def time(self):
        made = datetime.time(self.random.randrange(24), 2, 3, self.pick([0, 1, 999999]), tzinfo=self.zone())
        return made.replace(fold=1) if PY3 and self.chance(0.3) else made

    def timedelta(self):
        return self.pick([datetime.timedelta(0), datetime.timedelta(-1), datetime.timedelta.min, datetime.timedelta.max,
                          datetime.timedelta(1, 2, 3)])

    def decimal(self):
        return decimal.Decimal(self.pick(['0', '-0', '1.10', '1E+100', 'NaN', 'sNaN', '-Infinity', '3.14', '123456789.123456789',
                                          '1E-7', '0.00']))

    def complex(self):
        return complex(self.float(), self.float())

    def ordered(self):
        return collections.OrderedDict((self.name(), self.value()) for _ in range(self.size() % 7))

    def default(self):
        made = collections.defaultdict(self.pick([int, list, None, set, shapes.Plain]))
        for _ in range(self.size() % 7):
            made[self.name()] = self.value()
        return made

    def counter(self):
        return collections.Counter(self.name() for _ in range(self.size() % 9))

    def deque(self):
        return collections.deque([self.value() for _ in range(self.size() % 7)], self.pick([None, 7, 20]))

    def array(self):
        code = self.pick(['b', 'B', 'h', 'H', 'i', 'I', 'l', 'L', 'f', 'd'] + (['q', 'Q'] if PY3 else []))
        return array.array(code, [self.random.randrange(100) for _ in range(self.size() % 7)])

    def plain(self):
        made = shapes.Plain()
        self.open.append(made)
        for _ in range(self.size() % 5):
            made.__dict__[self.name()] = self.value()
        self.open.pop()
        return made

    def slots(self):
        if self.protocol < 2:
            return self.plain()
        made = self.pick([shapes.Slots, shapes.SlotsAndDict])()
        made.x = self.value()
        if isinstance(made, shapes.SlotsAndDict):
            made.z = self.value()
            made.more = self.value()
        return made

    def exception(self):
        made = self.pick([ValueError, KeyError, shapes.MyError, RuntimeError])(*[self.atom() for _ in range(self.random.randrange(3))])
        if self.chance(0.3):
            made.note = self.value()
        return made

    def subclass(self):
        made = self.pick([
            lambda: shapes.Text(self.pick(NAMES) if PY3 else self.name()), lambda: shapes.Number(self.random.randrange(10 ** 6)),
            lambda: shapes.Real(self.pick([0.5, 1.0])), lambda: shapes.Items(self.list_of_values()),
            lambda: shapes.Mapping((self.name(), self.value()) for _ in range(3)), lambda: shapes.Row(self.list_of_values()),
            lambda: shapes.Members([1, 2]), lambda: shapes.Frozen([1]), lambda: shapes.Octets(b'abc'),
            lambda: shapes.Prices('d', [1.5, 2.0]),
        ])()
        if self.chance(0.4):
            made.note = self.value()
        return made

    def list_of_values(self):
        return [self.value() for _ in range(self.size() % 5)]

    def instance(self):
        return self.pick([
            lambda: shapes.AnyState(self.value()), lambda: shapes.WithArgs(self.atom(), self.value()), lambda: shapes.Needing(self.value()), lambda: self.reduced(),
            lambda: shapes.Classic(), lambda: shapes.ClassicWithArgs(self.value()), lambda: shapes.Point(self.value(), self.value()),
        ])()

    def reduced(self):
        made = shapes.Reduced(*self.list_of_values())
        made.items = self.list_of_values()
        made.pairs = [(self.name(), self.value()) for _ in range(self.size() % 3)]
        made.state = self.pick([None, {'k': 1}, [1], (1, 2)])
        return made

    def reference(self):
        return self.pick([int, list, len, shapes.Plain, shapes.function, datetime.datetime, ValueError, dict, Ellipsis if PY3 else str])

    def uuid(self):
        return uuid.UUID(int=self.random.getrandbits(128))

    def fraction(self):
        return fractions.Fraction(self.random.randrange(-100, 100), self.random.randrange(1, 100))

    def range(self):
        return self.pick([xrange(5), xrange(0), xrange(2, 20, 3), xrange(10, 0, -1)])

    def slice(self):
        return slice(*[self.pick([None, 1, -1, 5]) for _ in range(3)])

    def partial(self):
        return functools.partial(shapes.function, self.atom(), word=self.atom())

    def regex(self):
        return re.compile(self.pick(['a+b', '^$']), self.pick([0, re.I]))

    def enum(self):
        return self.pick([shapes.Colour.RED, shapes.Colour.GREEN, shapes.Colour.PAIR, shapes.Level.LOW, shapes.Level.HIGH,
                          shapes.Perm.R, shapes.Perm.R | shapes.Perm.W])

    def ip(self):
        return ipaddress.ip_interface(u'10.0.0.1/8') if self.chance(0.3) else self.pick([
            ipaddress.ip_address(u'127.0.0.1'), ipaddress.ip_address(u'::1'), ipaddress.ip_network(u'10.0.0.0/8')])

    def path(self):
        return self.pick([pathlib.PurePosixPath('/a/b'), pathlib.PurePosixPath('.'), pathlib.PureWindowsPath('C:/x')])

    def namespace(self):
        return types.SimpleNamespace(**{'a': self.value(), 'b': self.value()})

    def named_args(self):
        return shapes.WithNamedArgs(self.atom(), word=self.value())

    def inner(self):
        made = shapes.Outer.Inner()
        made.a = self.value()
        return self.pick([made, shapes.Outer.Inner])


ATOMS = [Maker.none, Maker.bool, Maker.int, Maker.int, Maker.float, Maker.float, Maker.text, Maker.text, Maker.bytes]
COMPOSED = {'builtin': [Maker.list, Maker.list, Maker.tuple, Maker.tuple, Maker.dict, Maker.dict, Maker.session, Maker.set,
                        Maker.frozenset, Maker.bytearray, Maker.same, Maker.numbered, Maker.tuple_in_itself]}
if not PY3:
    ATOMS += [Maker.long, Maker.name]

STANDARD = [Maker.datetime, Maker.date, Maker.time, Maker.timedelta, Maker.decimal, Maker.complex, Maker.ordered, Maker.default,
            Maker.counter, Maker.deque, Maker.array, Maker.uuid, Maker.fraction, Maker.range, Maker.slice, Maker.partial,
            Maker.regex, Maker.exception, Maker.reference]
INSTANCES = [Maker.plain, Maker.slots, Maker.subclass, Maker.instance, Maker.plain, Maker.subclass, Maker.instance]
ZONES = []
if PY3:
    STANDARD += [Maker.enum, Maker.ip, Maker.path, Maker.namespace]
    INSTANCES += [Maker.named_args, Maker.inner]
    ZONES += [datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=5, minutes=30)),
              datetime.timezone(datetime.timedelta(minutes=-1), 'X'), shapes.Zone()]
try:
    import zoneinfo

    ZONES += [zoneinfo.ZoneInfo('Europe/Paris'), zoneinfo.ZoneInfo('UTC')]
except Exception:  # no module before 3.9, or no time zone data
    pass
for module, names in (('pytz', ['utc', 'Europe/Paris']), ('dateutil.tz', ['Europe/Paris'])):
    try:
        library = __import__(module, fromlist=['x'])
        ZONES += [library.timezone(name) if module == 'pytz' else library.gettz(name) for name in names]
    except Exception:  # not installed
        pass
# Built-in containers hold the rest together.
COMPOSED['all'] = COMPOSED['builtin'][:8] * 2 + STANDARD + INSTANCES * 2


def make(seed, index, kind, protocol):
    return Maker(seed, index, kind, protocol).top()
