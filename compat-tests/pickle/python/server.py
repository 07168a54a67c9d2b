"""Answers requests of the compat tests: one JSON object a line in, one JSON object a line out.

    {"op": "make", "seed": 1, "start": 0, "count": 50, "kind": "all", "protocol": 2}
        -> [{"pickle": base64, "about": description}, ...]
    {"op": "identity", "seed": 1, "start": 0, "count": 50, "protocols": [0, 2]}
        -> [{"pickles": [base64, ...]}, ...]            the same value at every protocol
    {"op": "describe", "pickles": [base64, ...]}
        -> [{"about": description} | {"error": text}, ...]
    {"op": "compare", "pairs": [[base64, base64], ...]}
        -> [null | {"first": description, "second": description} | {"error": text}, ...]
    {"op": "change", "cases": [{"before": base64, "after": base64, "path": [...], "how": "set" | "delete" | "push", "value": base64}]}
        -> as compare: the first pickle, changed here in the same way, against the second
    {"op": "read", "pickles": [base64, ...]}
        -> [{"type": name, "repr": text} | {"error": text}, ...]

Runs on CPython 2.7 and 3.6 to 3.13. Set PYTHONHASHSEED to make the order of sets repeatable.
"""
from __future__ import print_function

import base64
import json
import os
import pickle
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', '..', '..', 'fixtures', 'entries')]

from describe import describe, protocol_of  # noqa: E402
import values  # noqa: E402

PY3 = sys.version_info[0] >= 3


def encoded(data):
    return base64.b64encode(data).decode('ascii')


def load(text):
    return pickle.loads(base64.b64decode(text))


def errors(function):
    """One bad case must not hide the others."""
    def guarded(case):
        try:
            return function(case)
        except Exception as error:
            return {'error': '%s: %s' % (type(error).__name__, error), 'trace': traceback.format_exc()}
    return guarded


def make(request):
    made = []
    for index in range(request['start'], request['start'] + request['count']):
        value = values.make(request['seed'], index, request['kind'], request['protocol'])
        data = pickle.dumps(value, request['protocol'])
        made.append({'pickle': encoded(data), 'about': describe(pickle.loads(data), request['protocol'])})
    return made


def identity(request):
    made = []
    for index in range(request['start'], request['start'] + request['count']):
        value = values.make(request['seed'], index, 'builtin', 2)
        made.append({'pickles': [encoded(pickle.dumps(value, protocol)) for protocol in request['protocols']]})
    return made


def described(text):
    return {'about': describe(load(text), protocol_of(base64.b64decode(text)))}


def compared(first, second):
    first, second = describe(first), describe(second)
    return None if first == second else {'first': first, 'second': second}


def compare(pair):
    return compared(load(pair[0]), load(pair[1]))


def step(value, name):
    """One step of a path: an index of a list, the n-th entry of a dict (Python 2: by key), or an attribute."""
    kind, what = name
    if kind == 'index':
        return value[what]
    if kind == 'attribute':
        return value.__dict__[str(what)]
    return value[entry_key(value, kind, what)]


def entry_key(value, kind, what):
    return list(value)[what] if kind == 'entry' else load(what)


def change(case):
    root = [load(case['before'])]
    target = root
    path = [['index', 0]] + case['path']
    for name in path[:-1]:
        target = step(target, name)
    kind, what = path[-1]
    value = load(case['value'])
    if case['how'] == 'push':
        step(target, path[-1]).append(value)
    elif kind == 'attribute':
        target.__dict__[str(what)] = value
    else:
        key = what if kind == 'index' else entry_key(target, kind, what)
        if case['how'] == 'set':
            target[key] = value
        else:
            del target[key]
    return compared(root[0], load(case['after']))


def read(text):
    value = load(text)
    return {'type': type(value).__name__, 'repr': repr(value)}


def each(function, name):
    return lambda request: [errors(function)(case) for case in request[name]]


OPERATIONS = {
    'make': make,
    'identity': identity,
    'describe': each(described, 'pickles'),
    'compare': each(compare, 'pairs'),
    'change': each(change, 'cases'),
    'read': each(read, 'pickles'),
    'hello': lambda request: {'version': list(sys.version_info[:3]), 'protocols': pickle.HIGHEST_PROTOCOL},
}


def main():
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        request = json.loads(line)
        try:
            answer = {'answer': OPERATIONS[request['op']](request)}
        except Exception:
            answer = {'failed': traceback.format_exc()}
        print(json.dumps(answer))
        sys.stdout.flush()


if __name__ == '__main__':
    main()
