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


def create_user(name, password):
    """The row of a new user: primary key and password hash."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    call_command('migrate', verbosity=0)
    user = User.objects.create_user(name, password=password)
    return [user.pk, user.password]


def visit(url, cookie=None):
    """What a view answers to a browser with this session cookie, and the cookie that it has then."""
    from django.test import Client
    browser = Client()
    if cookie is not None:
        browser.cookies['sessionid'] = cookie
    response = browser.get(url)
    morsel = response.cookies.get('sessionid')
    return {
        'status': response.status_code,
        'body': response.json() if response.status_code == 200 else None,
        'cookie': None if morsel is None else morsel.value,
        'max_age': None if morsel is None else morsel['max-age'],
    }


def session(key=None):
    """A session of the site's engine."""
    from importlib import import_module
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


def keep():
    """A stored session that holds more types than JavaScript tells apart: its key and its pickle."""
    import pickle
    kept = session()
    kept.update({'t': (1, 2.0), 'f': 3.0, 'b': b'bytes', 's': {1, 2}, 'd': {1: 'a'}, 'n': 1})
    kept.save()
    return [kept.session_key, pickle.dumps(kept._session, pickle.HIGHEST_PROTOCOL)]
