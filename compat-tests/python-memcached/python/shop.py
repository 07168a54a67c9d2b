"""Classes of an application, for values that Python and Node share; and `shape`, by which tests compare such values."""
import collections
import enum


class Cart:
    def __init__(self, items, owner):
        self.items, self.owner = items, owner


Point = collections.namedtuple('Point', 'x y')


class Slots:
    __slots__ = ('a',)

    def __init__(self, a):
        self.a = a


class Colour(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    HIGH = 9


class Tag(str):
    pass


class Table(dict):
    pass


class Reduced:
    def __init__(self, n):
        self.n = n

    def __reduce__(self):
        return Reduced, (self.n,)


def shape(v):
    """The type and the content of a value, whatever its class defines as equal."""
    if isinstance(v, type) or callable(v):
        return v
    if isinstance(v, float):
        return type(v), v.hex()
    state = state_of(v)
    if isinstance(v, dict):
        return type(v), [(shape(k), shape(x)) for k, x in v.items()], state
    if isinstance(v, (set, frozenset)):
        return type(v), sorted(repr(shape(x)) for x in v)
    if isinstance(v, (list, tuple, collections.deque)):
        return type(v), [shape(x) for x in v], getattr(v, 'maxlen', None)
    # Of an own class without a repr the state is all that there is; addresses differ.
    return type(v), None if type(v).__repr__ is object.__repr__ else repr(v), state


def state_of(v):
    state = getattr(v, '__dict__', None)
    if state is None:
        state = {name: getattr(v, name) for name in getattr(type(v), '__slots__', ())}
    # Caches come and go.
    return {name: shape(x) for name, x in state.items() if not name.startswith('_hash')}
