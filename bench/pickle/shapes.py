"""The values of the pickle bench, and CPython as a contender.

    python3 shapes.py FOLDER       writes FOLDER/<shape>.json and FOLDER/<shape>.<protocol>.pickle
    python3 shapes.py --contend FOLDER
        answers lines of {"shape", "protocol", "task": "decode" | "encode" | "check", "ms"} with
        {"nanos": nanoseconds a call} after calling the C pickler for `ms` milliseconds; "check" with
        {"same": bool}: does the file at "path" hold a pickle of the shape's value?

Only types that JSON has too: every contender can then be held to the same value.
"""
import json
import os
import pickle
import random
import resource
import sys

PROTOCOLS = (0, 2, 4, 5)


def session():
    return {
        '_auth_user_id': '42', '_auth_user_backend': 'django.contrib.auth.backends.ModelBackend', 'cart': [101, 205, 309],
        'language': 'en', 'visits': 17, 'last': 1700000000.25, 'flags': {'beta': True, 'staff': False, 'ref': None},
        'csrf': 'f' * 32, 'name': 'Zo\u00eb',
    }


def rows():
    return [{'id': i, 'name': 'user %d' % i, 'email': 'user%d@example.com' % i, 'score': i / 8 + 0.0625, 'active': i % 3 == 0,
             'created': 1700000000 + i * 60, 'group': 'group%d' % (i % 5), 'manager': None, 'tags': ['a', 'b%d' % (i % 7)]}
            for i in range(100)]


def nested(depth, rand):
    if depth == 0:
        return rand.choice([rand.randrange(10 ** 6), rand.random() + 0.1, 'text %d' % rand.randrange(10 ** 5), None, True])
    if depth % 2:
        return [nested(depth - 1, rand) for _ in range(7)]
    return {'key%d' % i: nested(depth - 1, rand) for i in range(7)}


def shapes():
    rand = random.Random(1)
    return {
        'session': session(),
        'rows': rows(),
        'nested': [nested(5, rand) for _ in range(5)],
        'string': ''.join(rand.choice('abcdefghijklmnopqrstuvwxyz ,.-') for _ in range(1000000)),
        'ints': [rand.choice([rand.randrange(256), rand.randrange(65536), rand.randrange(-2 ** 31, 2 ** 31)]) for _ in range(100000)],
        'floats': [rand.random() * 1000 + 1e-9 for _ in range(100000)],
        'whole floats': [float(rand.randrange(10 ** 6)) for _ in range(100000)],
        'mixed floats': [rand.randrange(4000) / 4 for _ in range(100000)],
    }


def write(folder):
    for name, value in shapes().items():
        with open(os.path.join(folder, name + '.json'), 'w') as out:
            json.dump(value, out, separators=(',', ':'), ensure_ascii=False)
        for protocol in PROTOCOLS:
            with open(os.path.join(folder, '%s.%d.pickle' % (name, protocol)), 'wb') as out:
                pickle.dump(value, out, protocol)


def user_nanos():
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_utime * 1e9)


def timed(call, ms):
    clock, calls, spent, batch = user_nanos, 0, 0, 1
    while spent < ms * 1000000:
        start = clock()
        for _ in range(batch):
            call()
        took = clock() - start
        spent += took
        calls += batch
        if took < 2000000:
            batch *= 2
    return spent / calls


def contend(folder):
    values = shapes()
    for line in sys.stdin:
        request = json.loads(line)
        value = values[request['shape']]
        if request['task'] == 'check':
            with open(request['path'], 'rb') as file:
                answer = {'same': pickle.load(file) == value}
        else:
            data = pickle.dumps(value, request['protocol'])
            call = (lambda: pickle.loads(data)) if request['task'] == 'decode' else (lambda: pickle.dumps(value, request['protocol']))
            answer = {'nanos': timed(call, request['ms'])}
        print(json.dumps(answer), flush=True)


if __name__ == '__main__':
    contend(sys.argv[2]) if sys.argv[1] == '--contend' else write(sys.argv[1])
