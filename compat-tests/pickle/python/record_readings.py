"""Records what Python reads from every pickled entry, into fixtures/entries/readings.jsonl.

    python3 record_readings.py python2.7 python3

Entries written by Python 2 are read by the first interpreter, those written by Python 3 by the second,
which needs Django 3.2 for its page cache entries. Each runs this file with --one.
"""
from __future__ import print_function

import base64
import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, '..', '..', '..', 'fixtures', 'entries')
sys.path[:0] = [HERE, FOLDER]
PICKLED, DEFLATED = 1, 8


def load(data):
    unpickler = pickle.Unpickler(io.BytesIO(data))
    # The entries with persistent ids have 'p1' and 'p2': two numbers stand for them.
    unpickler.persistent_load = lambda pid: int(pid[1:]) + 1000000
    return unpickler.load()


def digest(data):
    return hashlib.sha256(data).hexdigest()[:32]


def reading(data):
    from describe import describe

    try:
        value = load(data)
    except Exception as error:
        return {'error': '%s: %s' % (type(error).__name__, error)}
    about = json.dumps(describe(value), separators=(',', ':'))
    return {'type': type(value).__name__, 'about': digest(about.encode('ascii'))}


def one():
    with open(os.path.join(FOLDER, 'writers.json')) as file:
        writers = json.load(file)
    seen = {}
    with open(os.path.join(FOLDER, 'entries.jsonl')) as file:
        for entry in map(json.loads, file):
            mine = any(writers[by]['python'].startswith('%d.' % sys.version_info[0]) for by in entry['by'])
            if mine and entry.get('flags', 0) & PICKLED:
                data = base64.b64decode(entry['data'])
                seen.setdefault(zlib.decompress(data) if entry['flags'] & DEFLATED else data, entry)
    for data, entry in seen.items():
        answer = {'pickle': digest(data), 'python': '%d.%d' % sys.version_info[:2], 'value': entry.get('value', entry.get('kind'))}
        answer.update(reading(data))
        print(json.dumps(answer, sort_keys=True))


def main(paths):
    environment = dict(os.environ, PYTHONHASHSEED='0')
    answers = [subprocess.check_output([path, os.path.abspath(__file__), '--one'], env=environment).decode() for path in paths]
    with open(os.path.join(FOLDER, 'readings.jsonl'), 'w') as out:
        out.write(''.join(''.join(sorted(answer.splitlines(True))) for answer in answers))


if __name__ == '__main__':
    one() if sys.argv[1:] == ['--one'] else main(sys.argv[1:])
