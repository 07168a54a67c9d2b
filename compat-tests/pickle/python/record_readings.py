"""Records what Python reads from every pickled entry, into fixtures/entries/readings.jsonl.

    python3 record_readings.py python2.7 python3.6 python3.11 /usr/bin/python3

An entry is read by the interpreter that wrote it, where that is given, else by the last one of its generation,
which needs Django 3.2 for its page cache entries. Each runs this file with --one and the versions of all.
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


class Unpickler(pickle.Unpickler):
    def persistent_load(self, pid):
        """The entries with persistent ids have 'p1' and 'p2': two numbers stand for them."""
        return int(pid[1:]) + 1000000


def load(data):
    return Unpickler(io.BytesIO(data)).load()


def digest(data):
    return hashlib.sha256(data).hexdigest()[:32]


def reading(data):
    from describe import describe, protocol_of

    try:
        value = load(data)
    except Exception as error:
        return {'error': '%s: %s' % (type(error).__name__, error)}
    about = json.dumps(describe(value, protocol_of(data)), separators=(',', ':'))
    return {'type': type(value).__name__, 'about': digest(about.encode('ascii'))}


def reader(writers, available):
    """The version that reads what these versions wrote."""
    mine = [version for version in available if version[0] == writers[0][0]]
    return next((version for version in mine if version in writers), mine[-1] if mine else None)


def one(available):
    version = '%d.%d.%d' % sys.version_info[:3]
    with open(os.path.join(FOLDER, 'writers.json')) as file:
        writers = json.load(file)
    seen = {}
    with open(os.path.join(FOLDER, 'entries.jsonl')) as file:
        for entry in map(json.loads, file):
            if entry.get('flags', 0) & PICKLED:
                data = base64.b64decode(entry['data'])
                pickled = zlib.decompress(data) if entry['flags'] & DEFLATED else data
                for generation in '23':
                    by = [writers[each]['python'] for each in entry['by'] if writers[each]['python'][0] == generation]
                    if by:
                        seen.setdefault((generation, pickled), (entry, []))[1].extend(by)
    for (_, data), (entry, by) in seen.items():
        if reader(by, available) != version:
            continue
        answer = {'pickle': digest(data), 'python': '%d.%d' % sys.version_info[:2], 'value': entry.get('value', entry.get('kind'))}
        answer.update(reading(data))
        print(json.dumps(answer, sort_keys=True))


def main(paths):
    environment = dict(os.environ, PYTHONHASHSEED='0')
    ask = 'import sys; sys.stdout.write("%d.%d.%d" % sys.version_info[:3])'
    versions = [subprocess.check_output([path, '-c', ask]).decode() for path in paths]
    answers = ''
    for path in paths:
        answers += subprocess.check_output([path, os.path.abspath(__file__), '--one'] + versions, env=environment).decode()
    with open(os.path.join(FOLDER, 'readings.jsonl'), 'w') as out:
        # By generation, then by pickle.
        out.write(''.join(sorted(answers.splitlines(True), key=lambda line: (json.loads(line)['python'][0], line))))


if __name__ == '__main__':
    one(sys.argv[2:]) if sys.argv[1] == '--one' else main(sys.argv[1:])
