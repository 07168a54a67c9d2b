"""Records which servers python-memcached2's selectors ask for a key while all are down, into fixtures/memcached2/ways.json.

    python3.6 record_ways.py ../../../fixtures/memcached2/ways.json

Runs the unmodified `memcached2` module (HEAD) that this Python imports. Nothing is connected: the pool says that no
server is available, and writes down which one it was asked for.
"""
import json
import sys

import memcached2

KEYS = ['key%d' % i for i in range(30)] + ['ob', 'kjf', 'a', '', '\xe9\xff', 'k' * 250]
COUNTS = [1, 2, 3, 5, 10]
SELECTORS = ['SelectorFirst', 'SelectorRehashDownServers', 'SelectorConsistentHashing']


class Pool(object):
    def __init__(self):
        self.asked = []

    def is_available(self, uri):
        self.asked.append(int(uri))
        return False


def way(selector, count, key):
    pool = Pool()
    try:
        selector.select([str(i) for i in range(count)], memcached2.HasherCMemcache().hash, key, pool)
    except memcached2.NoAvailableServers:
        return pool.asked


def main(path):
    rows = []
    for name in SELECTORS:
        for count in COUNTS:
            selector = getattr(memcached2, name)()
            rows.append({'selector': name, 'servers': count, 'ways': [way(selector, count, key) for key in KEYS]})
    about = 'Servers by index that selectors of python-memcached2 (HEAD, d3ab4d3, CPython 3.6.15) ask for each of `keys` while all are down: made by compat-tests/memcached2/python/record_ways.py.'
    with open(path, 'w') as file:
        file.write('{\n"about": %s,\n"keys": %s,\n"rows": [\n' % (json.dumps(about), json.dumps(KEYS)))
        file.write(',\n'.join(json.dumps(row) for row in rows) + '\n]\n}\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
