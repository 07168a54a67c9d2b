"""Records what each CPython writes for a table of built-in values, into fixtures/pickle/table.json.

    python3 record_table.py python2.7 python3.6 ... python3.13

Give one interpreter of each release from 2.7 and 3.6 to 3.13. Each runs this file with --one, evaluates
every expression below that it understands, and pickles it at each protocol that it has: with `pickle`,
which is the C pickler on Python 3 and pickle.py on 2.7.
"""
from __future__ import print_function

import base64
import hashlib
import json
import os
import pickle
import subprocess
import sys

ABOUT = (
    'Made by compat-tests/pickle/python/record_table.py. written[]: releases of CPython that wrote the same at every protocol '
    'that they have; bytes[protocol] is base64 of pickle.dumps(eval(value), protocol), or {length, sha256} where it is long.'
)
TARGET = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..', 'fixtures', 'pickle', 'table.json')
LONG = 1500

INTS = [0, 1, 255, 256, 65535, 65536, -1, -128, -129, 2 ** 31 - 1, 2 ** 31, -2 ** 31, -2 ** 31 - 1, 2 ** 32, 2 ** 53,
        2 ** 53 + 1, 2 ** 63 - 1, 2 ** 63, -2 ** 63, -2 ** 63 - 1, 2 ** 64, 10 ** 30, -10 ** 30]
FLOATS = ['0.0', '-0.0', '1.0', '0.1', '-2.5', '1e15', '1e16', '123456789012345680.0', '1e17', '1e21', '1e22', '1e-4', '1e-5',
          '1.5e-7', '5e-324', '1.7976931348623157e308', "float('inf')", "float('-inf')", "abs(float('nan'))"]
TEXTS = ["u''", "u'a'", "u'abc'", "u'\\xe9'", "u'\\xff\\x80'", "u'\\u20ac'", "u'\\U0001f600'", "u'\\ufeffbom'", "u'a\\nb'", "u'\\\\'",
         "u'\\\\u0041'", "u'\\x00\\r\\x1a\\x7f'", "u'\\ud800'", "u'\\u2028'", "u'x' * 255", "u'x' * 256", "u'\\xe9' * 128"]
STRS = ["'abc'", "'it\\'s'", "'\"'", "'\\'\"'", "'\\n\\t\\\\'"]
BYTES = ["b''", "b'a'", "b'abc'", "b'\\xff\\x00'", "b'\\n\\\\\\''", "b'x' * 255", "b'x' * 256", "[b'ab', b'ab']", "(lambda b: [b, b])(b'\\xe9x')"]
CONTAINERS = [
    '[]', '[1]', '[1, 2, 3]', '[[]]', '[[], [[]], [[1], [2]]]', '()', '(1,)', '(1, 2)', '(1, 2, 3)', '(1, 2, 3, 4)', '((), ((),))',
    '{}', "{u'a': 1}", "{u'a': 1, u'b': 2}", '{1: {2: {3: u"deep"}}}', '{(1, 2): u"t"}', '{None: None, True: False, 1.5: -1}',
    'set()', 'set([1])', 'set([1, 2, 3])', 'frozenset()', 'frozenset([1])', 'frozenset([1, 2])', 'set([frozenset([1])])',
    "set([u'a'])", 'bytearray()', "bytearray(b'a')", "bytearray(b'abc\\xff')", '[None, True, False]', '(True, [None, (False,)])',
    "[u'x', u'x']", "{u'x': u'x', u'y': [u'x', u'y']}", "[u'latin1', b'ab', u'latin1']", "[u'builtins', set([1]), u'set']",
    "(lambda c: [b'a', c, b'a'])(u'xa'.strip(u'x'))", '(lambda l: [l, l])([1])', '(lambda l: {1: l, 2: l})([])', '(lambda t: [t, t])((1, 2))',
    '(lambda t: [t, t])((1, 2, 3, 4))', '(lambda s: [s, s])(set([5]))', '(lambda s: [s, s])(frozenset([5]))',
    "(lambda b: [b, b])(bytearray(b'q'))", '(lambda l: (l.append(l), l)[1])([])', "(lambda d: (d.update(me=d), d)[1])({})",
    '(lambda l: (l.append((l,)), l)[1])([])', '(lambda l: (lambda t: (l.append(t), t)[1])((l,)))([])',
    '(lambda l: (lambda t: (l.append(t), t)[1])((l, 1, 2)))([])', '(lambda l: (lambda t: (l.append(t), t)[1])((l, 1, 2, 3)))([])',
    '[int, len, dict]', '[Ellipsis, NotImplemented]', 'type(None)', '[(u"k%d" % i, i, i / 2.0) for i in range(20)]',
    '[u"s%d" % i for i in range(300)]', '[u"s%d" % i for i in range(300)] + [u"s299", u"s0"]',
]
SIZED = ['list(range(%d))' % n for n in (255, 999, 1000, 1001, 1002, 2000, 2001)]
SIZED += ['dict((i, i) for i in range(%d))' % n for n in (999, 1000, 1001, 2000)]
SIZED += ['set(range(%d))' % n for n in (999, 1000, 1001)] + ['frozenset(range(1001))', 'tuple(range(1001))']
SIZED += ["u'x' * %d" % n for n in (65535, 65536, 65537)] + ["[u'x' * 65536, 1]", "b'x' * 65536", "[b'x' * 65535, b'y' * 65536, 1]",
                                                             "bytearray(b'x' * 65536)", "[u'x' * 60000, u'y' * 6000, [u'z']]",
                                                             "u'\\u20ac' * 30000", '2 ** 2039 - 1', '2 ** 2039', '-2 ** 2039', '2 ** 2047',
                                                             '-2 ** 2047', '[10 ** 700]']
ROWS = [repr(i) for i in INTS] + ['None', 'True', 'False'] + FLOATS + TEXTS + STRS + BYTES + CONTAINERS + SIZED
ROWS_27 = ['0L', '5L', '-5L', '[5L]', "[u'a', 'a']", "{'a': 'b'}", "{'a': u'a'}", "'\\xe9\\xff'", "'x' * 255", "'x' * 256", '2 ** 40']


def recorded(data):
    if len(data) <= LONG:
        return base64.b64encode(data).decode('ascii')
    return {'length': len(data), 'sha256': hashlib.sha256(data).hexdigest()}


def one():
    rows = {}
    for value in ROWS + (ROWS_27 if sys.version_info[0] == 2 else []):
        try:
            rows[value] = [recorded(pickle.dumps(eval(value), protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
        except (TypeError, pickle.PicklingError):  # Python 2.7 pickles no Ellipsis and no NoneType
            assert sys.version_info[0] == 2
    print(json.dumps({'release': '%d.%d' % sys.version_info[:2], 'version': sys.version.split()[0], 'rows': rows}))


def joined(answers, value):
    """Releases with the same bytes at every protocol that they share stand together."""
    groups = []
    for answer in answers:
        mine = answer['rows'].get(value)
        if mine is None:
            continue
        for group in groups:
            if all(a == b for a, b in zip(group['bytes'], mine)):
                group['releases'].append(answer['release'])
                group['bytes'] = max(group['bytes'], mine, key=len)
                break
        else:
            groups.append({'releases': [answer['release']], 'bytes': mine})
    return groups


def main(paths):
    environment = dict(os.environ, PYTHONHASHSEED='0')
    answers = [json.loads(subprocess.check_output([path, os.path.abspath(__file__), '--one'], env=environment).decode()) for path in paths]
    rows = [json.dumps({'value': value, 'written': joined(answers, value)}) for value in ROWS + ROWS_27]
    with open(TARGET, 'w') as out:
        out.write('{\n"about": %s,\n"versions": %s,\n"rows": [\n' % (json.dumps(ABOUT), json.dumps([a['version'] for a in answers])))
        out.write(',\n'.join(rows) + '\n]\n}\n')


if __name__ == '__main__':
    one() if sys.argv[1:] == ['--one'] else main(sys.argv[1:])
