"""Python values as JSON and back, exact to the type. codec.ts is its other half.

    None, bool, str, list        as in JSON
    int                          a JSON integer up to 2**53 - 1, else {"$": "int", "v": decimal}
    float                        {"$": "float", "v": repr}
    str with surrogates          {"$": "points", "v": [code point, ...]}
    bytes, bytearray             {"$": "bytes" | "bytearray", "v": base64}
    tuple, set, frozenset        {"$": "tuple" | "set" | "frozenset", "v": [...]}; sets sorted
    dict                         {"$": "dict", "v": [[key, value], ...]} in order
    datetime, Decimal, ...       {"$": "new", "type": "datetime.date", "args": [...], "kwargs": {...}}
    a container inside itself    {"$": "cycle", "up": levels}                       from Python only
    anything else                {"$": "other", "type": dotted name, "repr": text}  from Python only
    a Python expression          {"$": "source", "v": text}                         to Python only

Types are compared by identity: an IntEnum is no int here, and True is no 1.
"""
import base64
import collections
import datetime
import decimal
import fractions
import importlib
import json
import uuid

SAFE = 2 ** 53 - 1


def tag(name, value):
    return {'$': name, 'v': value}


def in_order(items):
    """Sets have no order: give them one, so that equal sets are equal JSON."""
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def encode_int(value):
    return value if -SAFE <= value <= SAFE else tag('int', str(value))


def encode_str(value):
    if any(0xD800 <= ord(char) <= 0xDFFF for char in value):
        return tag('points', [ord(char) for char in value])
    return value


def encode_bytes(name):
    return lambda value: tag(name, base64.b64encode(value).decode('ascii'))


def set_fields(*names):
    """Keyword arguments for the attributes that are not None or 0."""
    return lambda value: {name: getattr(value, name) for name in names if getattr(value, name) not in (None, 0)}


def attributes(*names):
    return lambda value: [getattr(value, name) for name in names]


def nothing(value):
    return {}


def zone_arguments(value):
    # A timezone pickles as what it was made from; that keeps a given name.
    return list(value.__getinitargs__())


DATE = ('year', 'month', 'day')
TIME = ('hour', 'minute', 'second', 'microsecond')

# type: (positional arguments, keyword arguments)
CONSTRUCTED = {
    datetime.date: (attributes(*DATE), nothing),
    datetime.time: (attributes(*TIME), set_fields('tzinfo', 'fold')),
    datetime.datetime: (attributes(*DATE + TIME), set_fields('tzinfo', 'fold')),
    datetime.timedelta: (attributes('days', 'seconds', 'microseconds'), nothing),
    datetime.timezone: (zone_arguments, nothing),
    decimal.Decimal: (lambda value: [str(value)], nothing),
    fractions.Fraction: (attributes('numerator', 'denominator'), nothing),
    uuid.UUID: (lambda value: [str(value)], nothing),
    complex: (attributes('real', 'imag'), nothing),
    range: (attributes('start', 'stop', 'step'), nothing),
    collections.OrderedDict: (lambda value: [list(value.items())], nothing),
    collections.Counter: (lambda value: [dict(value)], nothing),
    collections.deque: (lambda value: [list(value)], set_fields('maxlen')),
}

ATOMS = {
    type(None): lambda value: value,
    bool: lambda value: value,
    int: encode_int,
    float: lambda value: tag('float', repr(value)),
    str: encode_str,
    bytes: encode_bytes('bytes'),
    bytearray: encode_bytes('bytearray'),
}

CONTAINERS = {
    list: lambda value, inner: [inner(item) for item in value],
    tuple: lambda value, inner: tag('tuple', [inner(item) for item in value]),
    set: lambda value, inner: tag('set', in_order([inner(item) for item in value])),
    frozenset: lambda value, inner: tag('frozenset', in_order([inner(item) for item in value])),
    dict: lambda value, inner: tag('dict', [[inner(key), inner(item)] for key, item in value.items()]),
}


def dotted(kind):
    return '%s.%s' % (kind.__module__, kind.__qualname__)


def encode(value, around=()):
    """`around` holds the containers that `value` is in, innermost last."""
    kind = type(value)
    if kind in ATOMS:
        return ATOMS[kind](value)
    for up, container in enumerate(reversed(around), 1):
        if container is value:
            return {'$': 'cycle', 'up': up}

    def inner(item):
        return encode(item, around + (value,))

    if kind in CONTAINERS:
        return CONTAINERS[kind](value, inner)
    if kind in CONSTRUCTED:
        positional, named = CONSTRUCTED[kind]
        kwargs = {name: inner(item) for name, item in named(value).items()}
        return {'$': 'new', 'type': dotted(kind), 'args': [inner(item) for item in positional(value)], 'kwargs': kwargs}
    return {'$': 'other', 'type': dotted(kind), 'repr': repr(value)}


def find_type(name):
    module, _, kind = name.rpartition('.')
    return getattr(importlib.import_module(module), kind)


def construct(data, inner):
    kwargs = {name: inner(value) for name, value in data['kwargs'].items()}
    return find_type(data['type'])(*[inner(value) for value in data['args']], **kwargs)


DECODERS = {
    'int': lambda data, inner: int(data['v']),
    'float': lambda data, inner: float(data['v']),
    'points': lambda data, inner: ''.join(chr(point) for point in data['v']),
    'bytes': lambda data, inner: base64.b64decode(data['v']),
    'bytearray': lambda data, inner: bytearray(base64.b64decode(data['v'])),
    'tuple': lambda data, inner: tuple(inner(item) for item in data['v']),
    'set': lambda data, inner: set(inner(item) for item in data['v']),
    'frozenset': lambda data, inner: frozenset(inner(item) for item in data['v']),
    'dict': lambda data, inner: {inner(key): inner(value) for key, value in data['v']},
    'new': construct,
}


def decode(data, names):
    """`names` are what a source expression can see."""
    def inner(item):
        return decode(item, names)

    if isinstance(data, list):
        return [inner(item) for item in data]
    if not isinstance(data, dict):
        return data
    if data['$'] == 'source':
        return eval(data['v'], names)
    return DECODERS[data['$']](data, inner)
