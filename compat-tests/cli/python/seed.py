"""Fills servers for the transcripts of the command: seed.py HOST:PORT [HOST:PORT ...], entries by the real clients."""
import datetime
import decimal
import socket
import sys

import memcache
import pylibmc
from pymemcache.client.base import Client as Pymemcache
from pymemcache.serde import pickle_serde

# Node's and Java's own clients, as they store: bytes and flags that no Python client writes.
STRANGERS = [(b'node:cart', 2, b'{"items":[1,2]}'), (b'java:name', 32, b'Ada')]


def store_raw(server, key, flags, data):
    host, port = server.rsplit(':', 1)
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b'set %s %d 0 %d\r\n%s\r\n' % (key, flags, len(data), data))
        assert connection.recv(100) == b'STORED\r\n'


def seed(servers):
    first = servers[0]
    legacy = memcache.Client(servers)
    legacy.set('greeting', 'héllo wörld')
    legacy.set('hits', 41)
    legacy.set('blob', b'\x00\xff\x10')
    for i in range(1, 31):
        user = {'name': 'Ada', 'joined': datetime.date(2024, 1, i), 'credit': decimal.Decimal('9.50')}
        legacy.set('user:%d' % i, user, 3600)
    for i in range(1, 11):
        legacy.set('page:%d' % i, '<p>Hello</p>' * 500, min_compress_len=1000)
    session = {
        '_auth_user_id': '42',
        '_auth_user_backend': 'django.contrib.auth.backends.ModelBackend',
        '_auth_user_hash': 'f00d',
        'cart': [7, 9],
    }
    django = memcache.Client(servers, pickleProtocol=-1)
    django.set(':1:django.contrib.sessions.cache0123456789abcdefghijklmnopqrstuv', session, 1209600)
    if len(servers) == 1:
        pylibmc.Client(servers).set('scores', [('ada', 1.0), ('bob', 2.5)])
        host, port = first.rsplit(':', 1)
        Pymemcache((host, int(port)), serde=pickle_serde).set('tags', {'a'})
        for key, flags, data in STRANGERS:
            store_raw(first, key, flags, data)


seed(sys.argv[1:])
