"""The real clients of the cross table: all of them store every value, and read every key."""
import hashlib
import warnings
import zlib
from datetime import datetime  # noqa: F401 (values name it)

import django.conf
import memcache
import pylibmc
from django.core.cache import caches
from pymemcache import serde
from pymemcache.client.base import Client as PymemcacheClient

warnings.simplefilter('ignore')

BACKENDS = ['MemcachedCache', 'PyLibMCCache', 'PyMemcacheCache']


class Inflating:
    """compressed_serde of pymemcache 4.0.0, as far as it reads; 3.5.2 has none."""

    def serialize(self, key, value):
        raise NotImplementedError

    def deserialize(self, key, value, flags):
        if flags & serde.FLAG_COMPRESSED:
            value = zlib.decompress(value)
        return serde.pickle_serde.deserialize(key, value, flags)


class Pair:
    """How one client stores and reads."""

    def __init__(self, client, **kwargs):
        self.set = lambda key, value: client.set(key, value, **kwargs)
        self.get = client.get


def pymemcache(port, **kwargs):
    return Pair(PymemcacheClient(('127.0.0.1', port), default_noreply=False, **kwargs))


def clients(port):
    name = '127.0.0.1:%d' % port
    django.conf.settings.configure(CACHES=dict(
        {'default': {'BACKEND': 'django.core.cache.backends.dummy.DummyCache'}},
        **{each: {
            'BACKEND': 'django.core.cache.backends.memcached.' + each,
            'LOCATION': name,
            'KEY_FUNCTION': lambda key, prefix, version: key,
        } for each in BACKENDS}))
    legacy = {'serializer': serde.python_memcache_serializer, 'deserializer': serde.python_memcache_deserializer}
    return dict({
        'python-memcached 1.59': Pair(memcache.Client([name])),
        'python-memcached 1.59 min_compress_len=1': Pair(memcache.Client([name]), min_compress_len=1),
        'pylibmc 1.6.3': Pair(pylibmc.Client([name])),
        'pylibmc 1.6.3 min_compress_len=1': Pair(pylibmc.Client([name]), min_compress_len=1),
        'pylibmc 1.6.3 binary': Pair(pylibmc.Client([name], binary=True)),
        'pymemcache 3.5.2 default': pymemcache(port),
        'pymemcache 3.5.2 pickle_serde': pymemcache(port, serde=serde.pickle_serde),
        'pymemcache 3.5.2 python_memcache_(de)serializer': pymemcache(port, **legacy),
        'pymemcache 4.0.0 compressed_serde': pymemcache(port, serde=Inflating()),
    }, **{'django 3.2 ' + each: Pair(caches[each]) for each in BACKENDS})


def shown(text):
    """Long ones by their beginning, length and hash."""
    if len(text) <= 120:
        return text
    return '%s...(%d chars, sha1 %s)' % (text[:60], len(text), hashlib.sha1(text.encode()).hexdigest())


def told(call, *args):
    """Type and repr of what a call answers, or what it raises."""
    try:
        answer = call(*args)
    except Exception as error:
        return 'raises %s: %s' % (type(error).__name__, error)
    return '%s %s' % (type(answer).__name__, shown(repr(answer)))


class Table:
    def __init__(self, port):
        self.clients = clients(port)

    def write(self, sources):
        """What each client says of storing each value, under the key `theirs/<client>/<number>` without spaces."""
        values = [eval(source) for source in sources]
        return {kind: [told(pair.set, 'theirs/%s/%d' % (kind.replace(' ', '_'), i), value) for i, value in enumerate(values)]
                for kind, pair in self.clients.items() if 'compressed_serde' not in kind}

    def read(self, keys):
        return {kind: [told(pair.get, key) for key in keys] for kind, pair in self.clients.items()}
