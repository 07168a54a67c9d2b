"""Describes a value so that two descriptions are equal exactly when the values are, type for type.

A description is plain JSON: lists that begin with the name of the node. Mutable and composed values
carry a number in order of first visit, and a second visit is ["ref", number]: so sharing and cycles
are part of the description. Floats are their 8 bytes in hex (every NaN is "nan"). Sets, and Python 2's
dicts, are sorted by the text of their keys, because their order is no property of the value.

A class that is not named here is described by what its own `__reduce_ex__` gives for the protocol of
the pickle: that is all that a pickle says of it (not that it is an Enum, or a state that protocol 0 drops).

Runs on CPython 2.7 and 3.6 to 3.13. `describe.ts` gives the same JSON for the exact view.
"""
from __future__ import print_function

import array
import binascii
import collections
import datetime
import decimal
import functools
import json
import struct
import sys
import types
import uuid

PY3 = sys.version_info[0] >= 3
# Of a description that no pickle's protocol is known for.
PROTOCOL = 4 if PY3 else 2
text_type = str if PY3 else unicode  # noqa: F821
long_type = int if PY3 else long  # noqa: F821
range_type = range if PY3 else xrange  # noqa: F821
GLOBALS = (type, types.FunctionType, types.BuiltinFunctionType)
if not PY3:
    GLOBALS += (types.ClassType,)
# Named here, not by the module that holds them: it moved between releases, the class did not.
MOVED = {
    '__builtin__': 'builtins',
    'copy_reg': 'copyreg',
    'exceptions': 'builtins',
    'pathlib._local': 'pathlib',
    '_io': 'io',
}


def hexed(data):
    return binascii.hexlify(bytes(data)).decode('ascii')


def double(number):
    return 'nan' if number != number else hexed(struct.pack('>d', number))


def has_surrogate_pair(text):
    """Two code points that UTF-16 would join into one: no JSON string can tell them apart."""
    high = False
    for char in text:
        code = ord(char)
        if high and 0xDC00 <= code <= 0xDFFF:
            return True
        high = 0xD800 <= code <= 0xDBFF
    return False


def describe_text(text):
    text = text_type(text)
    if has_surrogate_pair(text):
        return ['str', [ord(char) for char in text]]
    return ['str', text]


class Description(object):
    """One walk over one value; holds the numbers of the objects seen."""

    def __init__(self, protocol):
        self.protocol = protocol
        self.numbers = {}
        self.alive = []

    def number(self, value):
        self.numbers[id(value)] = len(self.numbers) + 1
        self.alive.append(value)
        return len(self.numbers)

    def many(self, values):
        return [self.value(each) for each in values]

    def pairs(self, pairs):
        pairs = list(pairs)
        if not PY3:
            pairs.sort(key=lambda pair: key_text(pair[0]))
        return [[self.value(key), self.value(value)] for key, value in pairs]

    def sorted(self, values):
        return self.many(sorted(values, key=key_text))

    def value(self, value):
        atom = ATOMS.get(type(value))
        if atom is not None:
            return atom(value)
        if isinstance(value, GLOBALS):
            return describe_global(value)
        if (type(value) is tuple or type(value) is frozenset) and not value:
            return [type(value).__name__, 0, []]
        if id(value) in self.numbers:
            return ['ref', self.numbers[id(value)]]
        known = KNOWN.get(type(value))
        if known is None:
            known = BY_MODULE.get(type(value).__module__)
        if known is None and type(value).__module__ in EXCEPTIONS and isinstance(value, BaseException):
            known = describe_exception
        if known is None and not PY3 and isinstance(value, types.InstanceType):
            known = describe_classic
        if known is not None:
            return known(self, self.number(value), value)
        reduced = value.__reduce_ex__(self.protocol)
        return global_of(value, reduced) or describe_object(self, self.number(value), reduced)


def key_text(value):
    return json.dumps(Description(PROTOCOL).value(value), separators=(',', ':'))


def name_of(value):
    module = getattr(value, '__module__', None) or 'builtins'
    name = getattr(value, '__qualname__', None) or value.__name__
    return [MOVED.get(module, module), name]


def describe_global(value):
    if value is type(None):
        return ['type', 'NoneType']
    return ['global'] + name_of(value)


def global_of(value, reduced):
    """An object that is pickled as a name, such as a member of some Enums."""
    if not isinstance(reduced, tuple):
        return ['global'] + name_of(type(value))[:1] + [reduced]
    func, args = reduced[:2]
    if func is getattr and isinstance(args[0], type):
        module, name = name_of(args[0])
        return ['global', module, name + '.' + args[1]]
    return None


def describe_object(walk, number, reduced):
    func, args, state, items, pairs = (tuple(reduced) + (None,) * 3)[:5]
    # What the reduce made for this walk must keep its identity for as long as the walk.
    walk.alive.append((args, state))
    if func.__name__ == '_reconstructor':
        made, items, pairs = describe_reconstructed(walk, *args)
    elif func.__name__ == '__newobj__':
        made = ['new'] + name_of(args[0]) + [walk.many(args[1:])]
    elif func.__name__ == '__newobj_ex__':
        named = sorted(args[2].items())
        made = ['newex'] + name_of(args[0]) + [walk.many(args[1]), [[k, walk.value(v)] for k, v in named]]
    else:
        made = ['call'] + name_of(func) + [walk.many(args)]
    return ['object', number, made,
            walk.many(items or ()), walk.pairs(pairs or ()),
            walk.value(state) if state is not None else ['none']]


def describe_reconstructed(walk, cls, base, value):
    """Protocols 0 and 1 have this in place of NEWOBJ; a list's and a dict's items are their own."""
    if base is tuple:
        return ['reconstruct'] + name_of(cls) + [[walk.value(value)]], (), ()
    args = () if base in (object, list, dict) else (value,)
    made = ['new'] + name_of(cls) + [walk.many(args)]
    return made, value if base is list else (), value.items() if base is dict else ()


def describe_classic(walk, number, value):
    args = value.__getinitargs__() if hasattr(value, '__getinitargs__') else ()
    state = value.__getstate__() if hasattr(value, '__getstate__') else value.__dict__
    made = ['classic'] + name_of(value.__class__) + [walk.many(args)]
    return ['object', number, made, [], [], walk.value(state)]


def describe_exception(walk, number, value):
    args = value.__reduce__()[1]
    return ['exception', number] + name_of(type(value)) + [walk.many(args), walk.pairs(sorted(vars(value).items()))]


def describe_by_text(walk, number, value):
    return ['text', number] + name_of(type(value)) + [text_type(value)]


def describe_datetime(walk, number, it):
    fields = [it.year, it.month, it.day, it.hour, it.minute, it.second, it.microsecond]
    return ['datetime', number, fields, getattr(it, 'fold', 0), walk.value(it.tzinfo)]


def describe_time(walk, number, it):
    fields = [it.hour, it.minute, it.second, it.microsecond]
    return ['time', number, fields, getattr(it, 'fold', 0), walk.value(it.tzinfo)]


def describe_ordered(walk, number, it):
    state = {} if PY3 and not vars(it) else dict(vars(it)) if PY3 else {}
    return ['OrderedDict', number, [[walk.value(k), walk.value(v)] for k, v in it.items()],
            walk.pairs(sorted(state.items()))]


def describe_regex(walk, number, it):
    return ['regex', number, walk.value(it.pattern), it.flags]


ATOMS = {
    type(None): lambda it: ['none'],
    bool: lambda it: ['bool', it],
    int: lambda it: ['int', integer_text(it)],
    float: lambda it: ['float', double(it)],
    text_type: describe_text,
    bytes: lambda it: ['bytes' if PY3 else 'str2', hexed(it)],
    type(Ellipsis): lambda it: ['global', 'builtins', 'Ellipsis'],
    type(NotImplemented): lambda it: ['global', 'builtins', 'NotImplemented'],
}


def integer_text(number):
    """Decimal when short; hex beyond, where newer Pythons refuse decimal."""
    return str(number) if abs(number) < 1 << 4096 else hex(number).rstrip('L')


if not PY3:
    ATOMS[long] = lambda it: ['long', integer_text(it)]  # noqa: F821

KNOWN = {
    list: lambda walk, n, it: ['list', n, walk.many(it)],
    tuple: lambda walk, n, it: ['tuple', n, walk.many(it)],
    dict: lambda walk, n, it: ['dict', n, walk.pairs(it.items())],
    set: lambda walk, n, it: ['set', n, walk.sorted(it)],
    frozenset: lambda walk, n, it: ['frozenset', n, walk.sorted(it)],
    bytearray: lambda walk, n, it: ['bytearray', n, hexed(it)],
    datetime.datetime: describe_datetime,
    datetime.date: lambda walk, n, it: ['date', n, [it.year, it.month, it.day]],
    datetime.time: describe_time,
    datetime.timedelta: lambda walk, n, it: ['timedelta', n, [it.days, it.seconds, it.microseconds]],
    decimal.Decimal: lambda walk, n, it: ['Decimal', n, str(it)],
    complex: lambda walk, n, it: ['complex', n, double(it.real), double(it.imag)],
    uuid.UUID: lambda walk, n, it: ['UUID', n, it.hex],
    slice: lambda walk, n, it: ['slice', n, walk.many([it.start, it.stop, it.step])],
    array.array: lambda walk, n, it: ['array', n, str(it.typecode), walk.many(it)],
    collections.OrderedDict: describe_ordered,
    collections.defaultdict: lambda walk, n, it: [
        'defaultdict', n, walk.value(it.default_factory), walk.pairs(it.items())],
    collections.Counter: lambda walk, n, it: ['Counter', n, walk.pairs(it.items())],
    collections.deque: lambda walk, n, it: ['deque', n, walk.many(it), it.maxlen],
    functools.partial: lambda walk, n, it: [
        'partial', n, walk.value(it.func), walk.many(it.args), walk.pairs(sorted((it.keywords or {}).items())),
        walk.pairs(sorted(vars(it).items()))],
}


def describe_range(walk, number, it):
    if PY3:
        return ['range', number, walk.many([it.start, it.stop, it.step])]
    return ['range', number, walk.many(it.__reduce__()[1])]


KNOWN[range_type] = describe_range
EXCEPTIONS = ('builtins', 'exceptions')
BY_MODULE = {
    'ipaddress': describe_by_text,
    'pathlib': describe_by_text,
    'pathlib._local': describe_by_text,
}

import fractions  # noqa: E402
import re  # noqa: E402

KNOWN[fractions.Fraction] = lambda walk, n, it: ['Fraction', n, str(it.numerator), str(it.denominator)]
KNOWN[type(re.compile(''))] = describe_regex
if PY3:
    KNOWN[datetime.timezone] = lambda walk, n, it: ['timezone', n, walk.many(it.__getinitargs__())]
    KNOWN[types.SimpleNamespace] = lambda walk, n, it: [
        'namespace', n, [[walk.value(k), walk.value(v)] for k, v in vars(it).items()]]
if sys.version_info >= (3, 9):
    import zoneinfo

    KNOWN[zoneinfo.ZoneInfo] = lambda walk, n, it: ['ZoneInfo', n, it.key]


def describe(value, protocol=PROTOCOL):
    return Description(protocol).value(value)


def protocol_of(data):
    """Of a pickle; 1 is described as 0 is."""
    return bytearray(data)[1] if data[:1] == b'\x80' else 0
