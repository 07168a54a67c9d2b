"""Pickles values of this Python's libraries, and reads what JavaScript made of them.

One JSON object in on stdin, one out on stdout:

    {"cases": [{"value": expression, "made": [base64, ...]}, ...]}
        -> {"versions": {"numpy": "2.4.6", ...},
            "cases": [null | {"error": text} | {"pickles": [base64, ...], "value": shown, "read": [shown, ...]}, ...]}

Null stands for an expression whose library is not installed; pickles are one a protocol. Shown is the type and repr,
and the fields of a model instance, of what was read: "value" is read from this Python's own pickle.
"""
import base64
import json
import pickle
import sys
import warnings

from record_classes import names_of_rows


def names():
    found = names_of_rows()
    if 'gettext_lazy' in found:
        from django.utils.translation import pgettext_lazy
        found['pgettext_lazy'] = pgettext_lazy
    return found


def shown(value):
    text = [type(value).__name__, repr(value)]
    if hasattr(value, '_meta'):  # a model instance: its repr has no fields
        fields = {name: field for name, field in vars(value).items() if name != '_state'}
        text.append(repr((fields, vars(value._state))))
    return text


def answer(case, found):
    try:
        value = eval(case['value'], found)
    except NameError:
        return None
    try:
        read = [shown(pickle.loads(base64.b64decode(made))) for made in case['made']]
        pickles = [base64.b64encode(pickle.dumps(value, protocol)).decode('ascii') for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
        return {'pickles': pickles, 'value': shown(pickle.loads(pickle.dumps(value, 2))), 'read': read}
    except Exception as error:
        return {'error': '%s: %s' % (type(error).__name__, error)}


def version_of(found, name):
    return getattr(found.get(name) or sys.modules.get(name), '__version__', None)


def main():
    found = names()
    cases = [answer(case, found) for case in json.load(sys.stdin)['cases']]
    versions = {name: version_of(found, name) for name in ('dateutil', 'django', 'numpy', 'pytz')}
    print(json.dumps({'versions': versions, 'cases': cases}))


if __name__ == '__main__':
    warnings.simplefilter('ignore')  # numpy 2 about the names of numpy 1
    main()
