"""Records what frameworks store in memcached: run with a server of its own, prints fixtures/frameworks/entries.json.

    python3 record_frameworks.py 127.0.0.1:11299

Needs Flask-Caching, Flask-Session, dogpile.cache, Beaker, Celery, python-memcached, pylibmc and pymemcache.
"""
import base64
import datetime
import importlib.metadata
import json
import platform
import re
import socket
import sys
import urllib.parse
import warnings

warnings.simplefilter('ignore')
SERVER = sys.argv[1]
HOST, PORT = SERVER.split(':')
VALUES = {'text': 't\u00e9xt', 'int': 7, 'dict': {'a': [1, 2.0], 't': (1, None)}}


def ask(line, end):
    with socket.create_connection((HOST, int(PORT))) as connection:
        connection.sendall(line + b'\r\n')
        data = b''
        while not data.endswith(end):
            data += connection.recv(65536)
        return data


def entries():
    """Every entry of the server: key, flags, data."""
    dump = ask(b'lru_crawler metadump all', b'END\r\n').decode()
    for quoted in re.findall(r'^key=(\S+)', dump, re.M):
        key = urllib.parse.unquote(quoted)
        reply = ask(b'get ' + key.encode(), b'END\r\n')
        if reply == b'END\r\n':
            continue  # flushed, and still listed
        head, _, rest = reply.partition(b'\r\n')
        _, _, flags, size = head.split(b' ')
        yield {'key': key, 'flags': int(flags), 'data': base64.b64encode(rest[:int(size)]).decode()}


RECORDED = []


def record(library, client):
    def run(scene):
        ask(b'flush_all', b'OK\r\n')
        about = scene()
        found = sorted(entries(), key=lambda entry: entry['key'])
        RECORDED.append({
            'library': library,
            'version': importlib.metadata.version(library),
            'client': client,
            'scene': scene.__doc__,
            'about': about,
            'entries': found,
        })
        return scene
    return run


def flask_caching(module):
    from flask import Flask
    from flask_caching import Cache
    from cachelib import MemcachedCache
    import memcache
    import pylibmc
    client = {'python-memcached': memcache, 'pylibmc': pylibmc}[module].Client([SERVER])
    app = Flask('shop')
    cache = Cache(app, config={'CACHE_TYPE': 'MemcachedCache', 'CACHE_MEMCACHED_SERVERS': client, 'CACHE_KEY_PREFIX': 'flask_cache_'})

    @record('Flask-Caching', module)
    def values():
        """cache.set of a text, an int and a dict"""
        with app.app_context():
            for name, value in VALUES.items():
                cache.set(name, value, timeout=1000)

    @record('Flask-Caching', module)
    def view():
        """a cached view, /catalogue"""
        @app.route('/catalogue')
        @cache.cached(timeout=1000)
        def catalogue():
            return '<h1>catalogue</h1>'
        app.test_client().get('/catalogue')

    @record('Flask-Caching', module)
    def memoized():
        """a memoized function, add(1, 2), with the keys of its versions"""
        def add(a, b):
            return {'sum': a + b}
        add.__module__, add.__qualname__ = 'shop', 'add'
        add = cache.memoize(1000)(add)
        with app.test_request_context():
            add(1, 2)
            return {'key': cache._memoize_make_cache_key()(add, 1, 2)}


def flask_session():
    from flask import Flask, session
    from flask_session import Session
    import memcache
    app = Flask('shop')
    app.config.update(SESSION_TYPE='memcached', SESSION_MEMCACHED=memcache.Client([SERVER]))
    Session(app)

    @app.route('/')
    def put():
        session['user'] = 7
        session['cart'] = [{'id': 1}]
        return ''

    @record('Flask-Session', 'python-memcached')
    def kept():
        """a session with user and cart"""
        response = app.test_client().get('/')
        return {'cookie': response.headers['Set-Cookie'].split(';')[0]}


def dogpile(backend, library, **arguments):
    from dogpile.cache import make_region
    region = make_region().configure('dogpile.cache.' + backend, expiration_time=1000, arguments={'url': SERVER, **arguments})

    @record('dogpile.cache', library)
    def values():
        """region.set of a text, an int and a dict"""
        for name, value in VALUES.items():
            region.set(name, value)

    @record('dogpile.cache', library)
    def decorated():
        """a function with @region.cache_on_arguments(), load(5)"""
        def load(key):
            return {'key': key, 'at': datetime.date(2020, 1, 2)}
        load.__module__ = 'shop.catalogue'
        region.cache_on_arguments()(load)(5)


def dogpile_lock():
    from dogpile.cache import make_region
    region = make_region().configure('dogpile.cache.memcached', arguments={'url': SERVER, 'distributed_lock': True, 'lock_timeout': 30})

    @record('dogpile.cache', 'python-memcached')
    def locked():
        """the distributed lock of the key catalogue, held"""
        region.backend.get_mutex('catalogue').acquire(False)


def beaker(module, library):
    from beaker.cache import CacheManager
    from beaker.session import Session as BeakerSession
    options = {'cache.type': 'ext:memcached', 'cache.url': SERVER, 'cache.memcache_module': module, 'cache.lock_dir': '/tmp/beaker-locks'}
    manager = CacheManager(**{'cache_regions': {}, **{name.split('.')[1]: value for name, value in options.items()}})

    @record('Beaker', library)
    def values():
        """cache.put of a text, an int and a dict, in the namespace shop items"""
        cache = manager.get_cache('shop items', expire=1000)
        for name, value in VALUES.items():
            cache.put(name, value)

    @record('Beaker', library)
    def long_key():
        """a key that is too long for memcached"""
        cache = manager.get_cache('shop', expire=1000)
        cache.put('x' * 300, 'long')
        return {'key': 'shop_' + 'x' * 300}

    @record('Beaker', library)
    def session():
        """a session with user and cart, and its cookie"""
        kept = BeakerSession({}, use_cookies=True, type='ext:memcached', url=SERVER, memcache_module=module, lock_dir='/tmp/beaker-locks', secret='secret')
        kept['user'] = 7
        kept['cart'] = [{'id': 1}]
        kept.save()
        return {'id': kept.id, 'cookie': kept.cookie[kept.key].coded_value}


def celery():
    from celery import Celery
    app = Celery('shop', backend='cache+memcached://%s/' % SERVER)

    @record('celery', 'pylibmc')
    def results():
        """a result and a failure"""
        app.backend.store_result('11111111-1111-1111-1111-111111111111', {'sum': 3}, 'SUCCESS')
        app.backend.store_result('22222222-2222-2222-2222-222222222222', ValueError('no such thing'), 'FAILURE', traceback='Traceback')


flask_caching('python-memcached')
flask_caching('pylibmc')
flask_session()
dogpile('memcached', 'python-memcached')
dogpile('pylibmc', 'pylibmc')
dogpile('pymemcache', 'pymemcache')
dogpile_lock()
beaker('memcache', 'python-memcached')
beaker('pylibmc', 'pylibmc')
celery()

print(json.dumps({
    'about': 'Entries that frameworks stored in memcached, raw; made by compat-tests/patterns/python/record_frameworks.py.',
    'python': platform.python_version(),
    'recorded': RECORDED,
}, indent=1, ensure_ascii=False))
