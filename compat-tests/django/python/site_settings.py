"""A Django site without files: caches over memcached, sessions in them, users in a database in memory.

The tests import it with SITE in the environment, as JSON: {"servers": [...], "backend": "PyLibMCCache", ...}.
"""
import json
import os

import django
from django.conf import settings

SITE = json.loads(os.environ['SITE'])
MEMCACHED = 'django.core.cache.backends.memcached.' + SITE['backend']


def shop_key(key, prefix, version):
    return '/'.join([str(version), prefix, str(key).upper()])


def cache(**more):
    return {'BACKEND': MEMCACHED, 'LOCATION': SITE['servers'], **more}


settings.configure(
    SECRET_KEY='cats-and-dogs',
    DEBUG=True,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD='django.db.models.AutoField',
    CACHES={
        'default': cache(),
        'shop': cache(KEY_PREFIX='shop', VERSION=3, TIMEOUT=60),
        'custom': cache(KEY_PREFIX='c', KEY_FUNCTION=shop_key),
        'forever': cache(TIMEOUT=None),
    },
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}},
    INSTALLED_APPS=[
        'django.contrib.auth',
        'django.contrib.contenttypes',
        'django.contrib.sessions',
    ],
    MIDDLEWARE=[
        'django.contrib.sessions.middleware.SessionMiddleware',
        'django.contrib.auth.middleware.AuthenticationMiddleware',
    ],
    ROOT_URLCONF='site_urls',
    ALLOWED_HOSTS=['*'],
    PASSWORD_HASHERS=['django.contrib.auth.hashers.MD5PasswordHasher'],
    SESSION_ENGINE=SITE.get('session_engine', 'django.contrib.sessions.backends.cache'),
    SESSION_CACHE_ALIAS=SITE.get('session_cache', 'default'),
)
django.setup()


def ask(alias, method, args, kwargs):
    from django.core.cache import caches
    return getattr(caches[alias], method)(*args, **kwargs)
