"""Records where a python-memcached puts keys, as rows of fixtures/placement/recorded.json.

    python3 record_placement.py "python-memcached 1.59 on Python 3" ../../../fixtures/placement/recorded.json

Replaces the rows of the client of that name, and of the same name with ", old hash", by what the `memcache` module
that this Python imports does. The keys, server lists and dead servers are those of the file. Nothing is connected:
the module runs as it is, but `_Host.connect` answers 1, or 0 for a dead server.
"""
from __future__ import print_function

import base64
import io
import json
import sys

import memcache

TRACED = ['key1', 'ob', 'foobar', (7, 'abc'), (-1, 'abc')]
HASHES = [0, 1, 7, -1, -2, 12345678901234567890, True]
MULTI = ['alpha', 'beta', 42, (5, 'gamma')]
NONE = '-'     # no server found
RAISED = '!'   # an exception: non-ASCII keys in 1.54, rehashing in 1.55 to 1.57 on Python 3


def native(text):
    """A key as every release and Python takes it: bytes where it has to be hashed."""
    return text if isinstance(text, bytes) else text.encode('ascii')


class Placement(object):
    """A client of one server list, some of them dead."""

    def __init__(self, weights, dead=()):
        servers = [('10.0.0.%d:11211' % (i + 1), weight) for i, weight in enumerate(weights)]
        self.client = memcache.Client(servers)
        self.dead = set(dead)
        self.tried = []
        for index, server in enumerate(self.client.servers):
            server.connect = self.connect_of(index)

    def connect_of(self, index):
        def connect():
            self.tried.append(index)
            return 0 if index in self.dead else 1
        return connect

    def index(self, server):
        return NONE if server is None else str(self.client.servers.index(server))

    def of(self, key):
        try:
            return self.index(self.client._get_server(key)[0])
        except (TypeError, UnicodeDecodeError):
            return RAISED


def hash_of(key):
    try:
        return memcache.serverHashFunction(key)
    except UnicodeDecodeError:
        return None


def traced(weights, key):
    """The texts hashed on a key's way past dead servers, their hashes, and the servers tried."""
    placement = Placement(weights, range(len(weights)))
    hashed = []
    function = memcache.serverHashFunction

    def trace(text):
        hashed.append([text.decode('ascii') if isinstance(text, bytes) else text, function(text)])
        return hashed[-1][1]
    memcache.serverHashFunction = trace
    try:
        place = placement.of((key[0], native(key[1])) if isinstance(key, tuple) else native(key))
    finally:
        memcache.serverHashFunction = function
    return {'hashed': hashed, 'tried': ''.join(map(str, placement.tried)), 'place': place}


def many(weights):
    """Wire keys of _map_and_prefix_keys and their servers."""
    placement = Placement(weights)
    by_server = placement.client._map_and_prefix_keys(MULTI, 'pfx_')[0]
    return sorted([key.decode('ascii'), placement.index(server)] for server, keys in by_server.items() for key in keys)


def rows(keys, lists, cases):
    yield {'kind': 'hashes'}, [hash_of(key) for key in keys]
    for case in cases:
        placement = Placement(lists[case['list']], case['dead'])
        yield dict(case, kind='places'), ''.join(placement.of(key) for key in keys)
    for name, weights in sorted(lists.items()):
        placement = Placement(weights)
        yield ({'kind': 'pairs', 'list': name, 'hashes': [str(each) for each in HASHES]},
               ''.join(placement.of((each, b'abc')) for each in HASHES))
    for name in ('L3', 'W_1_2_3'):
        yield {'kind': 'many', 'list': name, 'prefix': 'pfx_', 'keys': MULTI}, many(lists[name])
    for name in ('L3', 'L4', 'L7'):
        for key in TRACED:
            yield {'kind': 'way', 'list': name, 'key': key}, traced(lists[name], key)


def plain(value):
    """As it is after writing and reading JSON."""
    return json.loads(json.dumps(value))


def record(recorded, client):
    keys = [base64.b64decode(key) for key in recorded['keys']]
    kept = [dict(row, by=[each for each in row['by'] if each != client]) for row in recorded['rows']]
    recorded['rows'] = kept
    for about, value in rows(keys, recorded['lists'], recorded['cases']):
        mine = plain(dict(about, **{'is': value}))
        same = [row for row in kept if dict(row, by=None) == dict(mine, by=None)]
        if same:
            same[0]['by'].append(client)
        else:
            kept.append(dict(mine, by=[client]))


def read(path):
    """The file, with the clients' names in its rows."""
    with io.open(path, encoding='utf8') as source:
        recorded = json.load(source)
    for row in recorded['rows']:
        row['by'] = [recorded['clients'][index] for index in row['by']]
    return recorded


def write(recorded, path):
    rows = [row for row in recorded['rows'] if row['by']]
    clients = sorted(set(client for row in rows for client in row['by']))
    rows = [dict(row, by=sorted(map(clients.index, row['by']))) for row in rows]
    rows.sort(key=lambda row: (row['kind'], row.get('list', ''), json.dumps(row, sort_keys=True)))
    recorded = dict(recorded, clients=clients)
    head = ['%s: %s' % (json.dumps(name), json.dumps(recorded[name], sort_keys=True))
            for name in ('about', 'clients', 'keys', 'lists', 'cases')]
    lines = ',\n'.join(json.dumps(row, sort_keys=True) for row in rows)
    with io.open(path, 'w', encoding='utf8') as out:
        out.write(u'{\n%s,\n"rows": [\n%s\n]\n}\n' % (',\n'.join(head), lines))


def main(client, path):
    recorded = read(path)
    record(recorded, client)
    if hasattr(memcache, 'useOldServerHashFunction'):  # since 1.45
        memcache.useOldServerHashFunction()
        record(recorded, client + ', old hash')
    write(recorded, path)


if __name__ == '__main__':
    main(*sys.argv[1:])
