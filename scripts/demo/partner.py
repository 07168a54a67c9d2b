"""The Python half of the demonstration: an ordinary program that uses python-memcached.

Reads one JSON request a line, answers one JSON object a line; partner.mjs writes the requests.
"""
import datetime  # noqa: F401  the stored expressions name these
import decimal  # noqa: F401
import json
import platform
import signal
import sys
import traceback

import memcache

COMPRESS_FROM = 1000

mc = None


def hello():
    return {'python': platform.python_version(), 'release': release()}


def release():
    """1.59 says that it is 1.58; it was the first to have a flag for text."""
    version = memcache.__version__
    return '1.59' if version == '1.58' and hasattr(memcache.Client, '_FLAG_TEXT') else version


def open_client(servers):
    global mc
    mc = memcache.Client([server if isinstance(server, str) else tuple(server) for server in servers], cache_cas=True)
    return {}


def store(key, source):
    return {'stored': mc.set(key, eval(source), min_compress_len=COMPRESS_FROM)}


def same(one, other):
    """Equal, and of the same types all the way down: 1 is not 1.0, a list is not a tuple."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and all(same(one[key], other[key]) for key in one)
    return one == other


def read(key, source):
    """What is stored, and whether it is what the expression gives, type for type."""
    value = mc.get(key)
    return {'repr': repr(value), 'same': same(value, eval(source))}


def count(key, times):
    return {'answers': [mc.incr(key) for _ in range(times)]}


def add_by_cas(key, times):
    """Adds one `times` times; when somebody else was faster, reads again."""
    retries = 0
    for _ in range(times):
        while not mc.cas(key, mc.gets(key) + 1):
            retries += 1
    return {'retries': retries}


def store_many(values):
    return {'failed': mc.set_multi(values)}


def read_many(keys):
    return {'found': mc.get_multi(keys)}


OPERATIONS = {
    'hello': hello,
    'open': open_client,
    'store': store,
    'read': read,
    'count': count,
    'add_by_cas': add_by_cas,
    'store_many': store_many,
    'read_many': read_many,
}


def main():
    # Ctrl-C reaches both processes; this one ends when its input does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in iter(sys.stdin.readline, ''):
        request = json.loads(line)
        try:
            reply = OPERATIONS[request.pop('op')](**request)
        except Exception:
            reply = {'error': traceback.format_exc()}
        print(json.dumps(reply), flush=True)


if __name__ == '__main__':
    main()
