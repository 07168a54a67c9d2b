"""Records what each CPython writes for values of the standard classes, into fixtures/pickle/classes.json.

    python3 record_classes.py python2.7 python3.6 ... python3.13 [a Python with numpy, Django...]

Give one interpreter of each release from 2.7 and 3.6 to 3.13, and then any that have the libraries. Each runs
this file with --one, evaluates every expression below that it understands, and pickles it at each protocol that
it has: with `pickle`, which is the C pickler on Python 3 and pickle.py on 2.7. What the libraries' values are
is recorded from the first interpreter that has the library.
"""
from __future__ import print_function

import base64
import hashlib
import json
import os
import pickle
import subprocess
import sys
import types

ABOUT = (
    'Made by compat-tests/pickle/python/record_classes.py. written[]: releases of CPython that wrote the same at every protocol '
    'that they have; bytes[protocol] is base64 of pickle.dumps(eval(value), protocol). repr and str are those of the newest release.'
)
TARGET = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..', 'fixtures', 'pickle', 'classes.json')

LONG = 3000

SHOP = '''
import collections, enum
Point = collections.namedtuple('Point', ['x', 'y'])
CachedValue = collections.namedtuple('CachedValue', ['payload', 'metadata'])
class Color(enum.Enum):
    RED = 1
    GREEN = 'green'
    PAIR = (1, 2)
class Level(enum.IntEnum):
    LOW = 1
    HIGH = 10
class Access(enum.Flag):
    READ = 1
    WRITE = 2
    EXEC = 4
class Bits(enum.IntFlag):
    A = 1
    B = 2
class Cart(object):
    pass
class Broken(Exception):
    pass
'''
SHOP_27 = '''
import collections
Point = collections.namedtuple('Point', ['x', 'y'])
CachedValue = collections.namedtuple('CachedValue', ['payload', 'metadata'])
class Cart(object):
    pass
class Broken(Exception):
    pass
'''

NUMBERS = [
    "decimal.Decimal('%s')" % text for text in
    ('0', '-0', '1', '-1.50', '1E+3', '1E-7', '0.000001', '0E-10', '123456789.123456789', '1E+1000', 'NaN', '-NaN', 'NaN123', 'sNaN', 'Infinity', '-Infinity')
] + [
    'fractions.Fraction(1, 3)', 'fractions.Fraction(-7, 2)', 'fractions.Fraction(5)', 'fractions.Fraction(0)', 'fractions.Fraction(2 ** 70, 3)',
    'complex(1, 2)', 'complex(0.5, -1.5)', 'complex(-0.0, -0.0)', "complex(float('inf'), 1e16)", 'complex(0, 1)', 'complex(0, -0.0)',
    "uuid.UUID('12345678-1234-5678-1234-567812345678')", 'uuid.UUID(int=0)', "uuid.UUID('ffffffff-ffff-ffff-ffff-ffffffffffff')",
    "uuid.UUID(int=7, is_safe=uuid.SafeUUID.safe)", "uuid.UUID(int=7, is_safe=uuid.SafeUUID.unsafe)",
    'range(0)', 'range(1, 10)', 'range(0, 10, 3)', 'range(5, -5, -2)', 'range(2 ** 70)', 'slice(None)', 'slice(1, 2)', 'slice(1, None, -1)', "slice('a', 2.0)",
    'Ellipsis', 'NotImplemented', 'type(None)', 'type(Ellipsis)', 'type(NotImplemented)', '[type(None), type(None)]', 'xrange(1, 10, 2)',
]
COLLECTIONS = [
    'collections.OrderedDict()', "collections.OrderedDict([('a', 1)])", "collections.OrderedDict([('b', 1.0), ('a', 'x')])", "collections.OrderedDict([(1, 2), ((1, 2), None)])",
    'collections.OrderedDict((i, i) for i in range(1001))', "(lambda d: (setattr(d, 'note', 1), d)[1])(collections.OrderedDict([('a', 1)]))",
    '(lambda d: (d.update(me=d), d)[1])(collections.OrderedDict())',
    'collections.defaultdict()', 'collections.defaultdict(int)', "collections.defaultdict(int, {'a': 1})", "collections.defaultdict(list, [('a', [1]), ('b', [])])",
    "(lambda d: (d.update(me=d), d)[1])(collections.defaultdict(dict))",
    'collections.Counter()', "collections.Counter({'a': 2})", "collections.Counter([('x', 1), ('y', 2.0)])",
    'collections.deque()', 'collections.deque([1])', 'collections.deque([1, 2.0, 3], 5)', 'collections.deque([], 0)', "collections.deque(['a', 'b'])",
    '(lambda d: (d.append(d), d)[1])(collections.deque())', 'collections.deque(range(1001))',
    "array.array('i')", "array.array('i', [1, -2, 3])", "array.array('b', [-1, 0, 1])", "array.array('B', [0, 255])", "array.array('h', [-300, 300])", "array.array('H', [300])",
    "array.array('I', [4294967295])", "array.array('l', [-2 ** 40, 7])", "array.array('L', [2 ** 40])", "array.array('q', [-2 ** 62])", "array.array('Q', [2 ** 63])",
    "array.array('f', [1.0, 0.5])", "array.array('d', [1.0, 0.1, -0.0])", "array.array('u', u'a\\u20ac')", "array.array('u', u'\\U0001f600')", "array.array('w', u'a\\U0001f600')",
    "array.array('c', 'abc')",
    "types.SimpleNamespace()", "types.SimpleNamespace(a=1, b=2.0)", '(lambda n: (setattr(n, "me", n), n)[1])(types.SimpleNamespace())',
    'functools.partial(int)', "functools.partial(int, base=2)", "functools.partial(max, 1, 2)", '(lambda p: (setattr(p, "note", 1), p)[1])(functools.partial(int, 1))',
]
DT = 'datetime.datetime(2024, 1, 2, 3, 4, 5, 6%s)'
DATES = [
    'datetime.datetime(2024, 1, 2)', 'datetime.datetime(1, 1, 1)', 'datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)', 'datetime.datetime(2024, 1, 2, 3, 4, 5)', DT % '',
    DT % ', tzinfo=datetime.timezone.utc', DT % ', tzinfo=datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))', DT % ', fold=1',
    'datetime.date(2024, 2, 29)', 'datetime.time()', 'datetime.time(1, 2, 3, 4)', 'datetime.time(1, 2, tzinfo=datetime.timezone.utc)', 'datetime.time(1, fold=1)',
    'datetime.timedelta()', 'datetime.timedelta(1, 2, 3)', 'datetime.timedelta(microseconds=-1)', 'datetime.timedelta(999999999)', 'datetime.timedelta(days=-5)',
    'datetime.timezone.utc', "datetime.timezone(datetime.timedelta(hours=5, minutes=30), 'IST')", 'datetime.timezone(datetime.timedelta(seconds=1))', "datetime.timezone(datetime.timedelta(0), 'Z')",
    '(lambda d: [d, d])(datetime.date(2024, 1, 1))', '[datetime.timezone.utc, datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)]',
    "zoneinfo.ZoneInfo('Europe/Berlin')", "zoneinfo.ZoneInfo.no_cache('Europe/Berlin')", "datetime.datetime(2024, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
    "datetime.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))", "datetime.time(1, 2, tzinfo=zoneinfo.ZoneInfo('Asia/Tokyo'))",
]
ZONES = [
    'pytz.utc', "pytz.timezone('Europe/Berlin')", "pytz.timezone('Europe/Berlin').localize(datetime.datetime(2024, 7, 1, 12))", "pytz.timezone('Etc/GMT+3')", 'pytz.FixedOffset(90)',
    "datetime.datetime(2024, 1, 2, tzinfo=pytz.utc)", "pytz.timezone('America/New_York').localize(datetime.datetime(2024, 1, 1))",
    'tz.tzutc()', "tz.tzoffset('X', 3600)", 'tz.tzoffset(None, -5400)', 'tz.tzlocal()', "datetime.datetime(2024, 1, 2, tzinfo=tz.tzutc())", "tz.gettz('Europe/Berlin')",
]
SHAPES = [
    'shop.Point(1, 2)', "shop.Point(1.0, 'y')", "[shop.Point(1, 2), shop.Point(3, 4)]", "shop.CachedValue({'a': 1}, {'ct': 1700000000.5, 'v': 1})",
    'shop.Color.RED', 'shop.Color.GREEN', 'shop.Color.PAIR', '[shop.Color.RED, shop.Color.RED]', 'shop.Level.HIGH', 'shop.Access.READ', 'shop.Access.READ | shop.Access.EXEC',
    'shop.Access(0)', 'shop.Bits.A | shop.Bits.B', "shop.Broken('a', 1)",
]
ERRORS = [
    'Exception()', "ValueError('bad')", "ValueError('bad', 1.0)", "KeyError('k')", "TypeError(1, 2)", 'StopIteration(5)', "SystemExit(3)", 'KeyboardInterrupt()', 'GeneratorExit()',
    "OSError('x')", "OSError(2, 'No such file')", "OSError(2, 'No such file', 'a.txt')", "OSError(2, 'No', 'a', None, 'b')", "PermissionError(13, 'no')", "ConnectionResetError(104, 'reset')",
    "FileNotFoundError('x')", "TimeoutError('slow')", "BlockingIOError(11, 'again')", "IOError(2, 'No such file')", "EnvironmentError(5, 'io')", "StandardError('x')",
    "ImportError('no')", "ImportError('no', name='m', path='p')", "ModuleNotFoundError('no', name='m')", "UnicodeDecodeError('ascii', b'\\xff', 0, 1, 'bad')",
    "UnicodeEncodeError('ascii', u'\\xff', 0, 1, 'bad')", "SyntaxError('bad', ('f.py', 1, 2, 'text'))", "NameError('x')", "NameError('x', name='n')", "AttributeError('x')",
    "AttributeError('x', name='n', obj=None)", 'ZeroDivisionError(u"\\xe9")', "(lambda e: (setattr(e, 'code', 5), e)[1])(ValueError('bad'))", "(lambda e: (e.add_note('n'), e)[1])(ValueError('bad'))",
    "ExceptionGroup('g', [ValueError(1), KeyError(2)])", 'UserWarning("w")', 'RecursionError("r")', 'AssertionError()', 'NotImplementedError("n")',
]
NETWORK = [
    "ipaddress.ip_address('127.0.0.1')", "ipaddress.ip_address('::1')", "ipaddress.ip_address('fe80::1%eth0')", "ipaddress.ip_address('::ffff:1.2.3.4')", "ipaddress.ip_address('2001:db8:0:0:1:0:0:1')",
    "ipaddress.ip_network('10.0.0.0/8')", "ipaddress.ip_network('2001:db8::/32')", "ipaddress.ip_interface('10.0.0.1/24')", "ipaddress.ip_interface('2001:db8::1/64')", "ipaddress.ip_interface('fe80::1%eth0/64')",
    "ipaddress.ip_network('0.0.0.0/0')",
    "pathlib.PurePosixPath()", "pathlib.PurePosixPath('/a/b.txt')", "pathlib.PurePosixPath('a', 'b')", "pathlib.PurePosixPath('/')", "pathlib.PurePosixPath('//a/b')", "pathlib.PosixPath('/tmp')",
    "pathlib.PureWindowsPath('C:/a/b')", "pathlib.PureWindowsPath('a\\\\b')", "pathlib.PureWindowsPath('//host/share/x')", "pathlib.PureWindowsPath('C:')", "pathlib.PureWindowsPath('/a')", "pathlib.PurePosixPath('a//b/./c/')",
]
DJANGO = [
    "safestring.SafeString('<b>')", "safestring.mark_safe('')", "gettext_lazy('hello')", "User(id=1, username='ann')", 'User.objects.filter(id=1)',
]
NUMPY = [
    'numpy.int64(3)', 'numpy.float64(1.0)', 'numpy.float32(0.5)', 'numpy.bool_(True)', "numpy.str_('ab')", "numpy.bytes_(b'ab')", 'numpy.uint8(255)', 'numpy.complex128(1+2j)',
    "numpy.datetime64('2024-01-02')", "numpy.array([1, 2, 3])", 'numpy.array([[1.5, 2.5], [3.5, 4.5]])', "numpy.array([[1, 2], [3, 4]], order='F')", "numpy.array([True, False])",
    "numpy.array(['a', 'bc'])", "numpy.array([1, 'x', None], dtype=object)", "numpy.array([1, 2], dtype='>i4')", "numpy.array([], dtype='u1')", 'numpy.array(5.0)', "numpy.dtype('f8')",
    "numpy.array([(1, 2.0)], dtype=[('id', 'i4'), ('price', 'f8')])", "numpy.array([1, 2], dtype='i8')[::-1]",
]
ROWS = NUMBERS + COLLECTIONS + DATES + SHAPES + ERRORS + NETWORK
LIBRARY_ROWS = NUMPY + DJANGO + ZONES
MODULES = ['array', 'collections', 'datetime', 'decimal', 'fractions', 'functools', 'ipaddress', 'numpy', 'pathlib', 'pytz', 'types', 'uuid',
           'zoneinfo']


def settings_of_django(names):
    try:
        import django
        from django.conf import settings
    except ImportError:
        return
    settings.configure(INSTALLED_APPS=['django.contrib.contenttypes', 'django.contrib.auth'], USE_TZ=True,
                       DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}})
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.utils import safestring
    from django.utils.translation import gettext_lazy
    call_command('migrate', verbosity=0)
    names.update(safestring=safestring, gettext_lazy=gettext_lazy, User=User)


def names_of_rows():
    names = {}
    for module in MODULES:
        try:
            names[module] = __import__(module)
        except ImportError:
            pass
    try:
        from dateutil import tz
        names['tz'] = tz
    except ImportError:
        pass
    shop = types.ModuleType('shop')
    exec(SHOP if sys.version_info[0] > 2 else SHOP_27, shop.__dict__)
    sys.modules['shop'] = names['shop'] = shop
    settings_of_django(names)
    return names


def pickled(value, protocol):
    try:
        data = pickle.dumps(value, protocol)
    except (TypeError, RuntimeError, pickle.PicklingError):  # SafeString has none at protocols 0 and 1
        return None
    if len(data) <= LONG:
        return base64.b64encode(data).decode('ascii')
    return {'length': len(data), 'sha256': hashlib.sha256(data).hexdigest()}


def one():
    rows = {}
    names = names_of_rows()
    for row in ROWS + LIBRARY_ROWS:
        try:
            value = eval(row, names)
            pickles = [pickled(value, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
            if not any(pickles):
                continue
        except (AttributeError, NameError, OverflowError, TypeError, ValueError) as error:  # not in this release
            print(row, repr(error)[:150], file=sys.stderr)
            continue
        try:
            shown = [repr(value), '%s' % (value,)]
        except UnicodeError:  # Python 2's str of an exception with a unicode message
            shown = [None, None]
        if any(' at 0x' in text or len(text) > LONG for text in shown if text):
            shown = [None, None]
        rows[row] = {'shown': shown, 'bytes': pickles}
    print(json.dumps({'release': '%d.%d' % sys.version_info[:2], 'version': sys.version.split()[0], 'rows': rows}))


def joined(answers, row):
    """Releases with the same bytes at every protocol that they share stand together; one answer a release."""
    groups = []
    seen = set()
    for answer in answers:
        mine = answer['rows'].get(row)
        if mine is None or answer['release'] in seen:
            continue
        seen.add(answer['release'])
        for group in groups:
            if all(a == b for a, b in zip(group['bytes'], mine['bytes'])):
                group['releases'].append(answer['release'])
                group['bytes'] = max(group['bytes'], mine['bytes'], key=len)
                break
        else:
            groups.append({'releases': [answer['release']], 'bytes': mine['bytes']})
    return groups


def line(answers, row):
    answering = [answer['rows'][row]['shown'] for answer in answers if row in answer['rows']]
    written = joined(answers, row)
    # An answer of a second interpreter of a release comes last in the list, but only has library rows.
    shown = answering[-1] if answering else [None, None]
    return json.dumps({'value': row, 'repr': shown[0], 'str': shown[1], 'written': written})


def main(paths):
    environment = dict(os.environ, PYTHONHASHSEED='0', TZ='Europe/Berlin')
    answers = [json.loads(subprocess.check_output([path, os.path.abspath(__file__), '--one'], env=environment).decode()) for path in paths]
    versions, found = [], set()
    for answer in answers:
        if answer['release'] in found:
            answer['rows'] = {row: got for row, got in answer['rows'].items() if row in LIBRARY_ROWS}
        found.add(answer['release'])
        versions.append(answer['version'])
    with open(TARGET, 'w') as out:
        out.write('{\n"about": %s,\n"versions": %s,\n"rows": [\n' % (json.dumps(ABOUT), json.dumps(versions)))
        out.write(',\n'.join(line(answers, row) for row in ROWS + LIBRARY_ROWS) + '\n]\n}\n')


if __name__ == '__main__':
    one() if sys.argv[1:] == ['--one'] else main(sys.argv[1:])
