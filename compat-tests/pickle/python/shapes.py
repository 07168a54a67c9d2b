"""Classes of every shape that pickle knows, for the generator. Pickles name this module: "shapes"."""
from __future__ import print_function

import array
import collections
import datetime
import sys

Point = collections.namedtuple('Point', 'x y')


class Classic:
    """Old-style on Python 2, ordinary on 3."""

    def __init__(self):
        self.a = 1


class ClassicWithArgs:
    def __init__(self, x):
        self.x = x

    def __getinitargs__(self):
        return (self.x,)


class Plain(object):
    pass


class Slots(object):
    __slots__ = ('x', 'y')


class SlotsAndDict(Slots):
    __slots__ = ('z', '__dict__')


class AnyState(object):
    """State that is no dict."""

    state = None  # protocols 0 and 1 drop a state that is false

    def __init__(self, state):
        self.state = state

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


class WithArgs(object):
    args = ()  # protocols 0 and 1 ignore __getnewargs__

    def __new__(cls, *args):
        self = object.__new__(cls)
        self.args = args
        return self

    def __getnewargs__(self):
        return self.args


class Needing(object):
    """Not to be made without its argument, which protocols 0 and 1 do not give."""

    def __new__(cls, needed):
        self = object.__new__(cls)
        self.needed = needed
        return self

    def __getnewargs__(self):
        return (self.needed,)


class WithNamedArgs(object):
    args = ()
    named = {}

    def __new__(cls, *args, **named):
        self = object.__new__(cls)
        self.args = args
        self.named = named
        return self

    def __getnewargs_ex__(self):
        return self.args, self.named

    def __getstate__(self):
        return None


class Reduced(object):
    """Reduce with arguments, state, list items and dict items: everything at once."""

    state = None

    def __init__(self, *args):
        self.args = args
        self.items = []
        self.pairs = []

    def append(self, item):
        self.items.append(item)

    def extend(self, items):
        self.items.extend(items)

    def __setitem__(self, key, value):
        self.pairs.append((key, value))

    def __setstate__(self, state):
        self.state = state

    def __reduce__(self):
        return (Reduced, self.args, self.state, iter(self.items), iter(self.pairs))


class MyError(Exception):
    pass


class Text(str):
    pass


class Number(int):
    pass


class Real(float):
    pass


class Items(list):
    pass


class Mapping(dict):
    pass


class Row(tuple):
    pass


class Members(set):
    pass


class Frozen(frozenset):
    pass


class Octets(bytearray):
    pass


class Prices(array.array):
    pass


class Zone(datetime.tzinfo):
    """A tzinfo of one's own, as pytz and Django's have been."""

    def utcoffset(self, when):
        return datetime.timedelta(0)

    def dst(self, when):
        return datetime.timedelta(0)

    def tzname(self, when):
        return 'UTC'


if sys.version_info[0] >= 3:
    import enum

    class Colour(enum.Enum):
        RED = 1
        GREEN = 'g'
        PAIR = (1, 'two')

    class Level(enum.IntEnum):
        LOW = 1
        HIGH = 2

    class Perm(enum.Flag):
        R = 4
        W = 2
        X = 1

    class Outer(object):
        """A name with a dot."""

        class Inner(object):
            pass


def function(*args):
    return list(args)
