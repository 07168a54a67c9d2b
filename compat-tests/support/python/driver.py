"""Runs real Python clients for the compat tests: one JSON request a line in, one JSON reply a line out.

    {"op": "create", "name": "mc", "type": "memcache.Client", "args": [...], "kwargs": {...}}
    {"op": "call", "name": "mc", "method": "set", "args": [...], "kwargs": {...}}
    {"op": "eval", "source": "mc.cas_ids", "names": {...}}
    {"op": "exec", "source": "for i in range(9): mc.incr('n')", "names": {...}}
        -> {"returned": value, "stderr": text} | {"raised": {...}, "stderr": text}

Values travel as codec.py writes them. `create`, `eval` and `exec` share one set of names. What the
client prints (its debug lines) comes back as "stderr".
"""
import contextlib
import importlib
import io
import json
import os
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import codec  # noqa: E402

NAMES = {'__builtins__': __builtins__}


def find(dotted):
    """The object that a dotted name means: memcache.Client, pylibmc.pools.ThreadMappedPool."""
    parts = dotted.split('.')
    for count in range(len(parts), 0, -1):
        try:
            found = importlib.import_module('.'.join(parts[:count]))
        except ImportError:
            continue
        for part in parts[count:]:
            found = getattr(found, part)
        return found
    raise ImportError('no module for %s' % dotted)


def arguments(request):
    kwargs = {name: codec.decode(value, NAMES) for name, value in request['kwargs'].items()}
    return [codec.decode(value, NAMES) for value in request['args']], kwargs


def create(request):
    args, kwargs = arguments(request)
    NAMES[request['name']] = find(request['type'])(*args, **kwargs)


def call(request):
    args, kwargs = arguments(request)
    return getattr(NAMES[request['name']], request['method'])(*args, **kwargs)


def bind(request):
    for name, value in request['names'].items():
        NAMES[name] = codec.decode(value, NAMES)


def evaluate(request):
    bind(request)
    return eval(request['source'], NAMES)


def execute(request):
    bind(request)
    exec(request['source'], NAMES)


OPERATIONS = {'create': create, 'call': call, 'eval': evaluate, 'exec': execute}


def describe_error(error):
    kind = type(error)
    return {
        'type': kind.__name__,
        'module': kind.__module__,
        'bases': [base.__name__ for base in kind.__mro__[1:-1]],
        'message': str(error),
        'args': codec.encode(list(error.args)),
        'trace': ''.join(traceback.format_exception(kind, error, error.__traceback__)),
    }


def answer(request):
    printed = io.StringIO()
    with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(printed):
        try:
            reply = {'returned': codec.encode(OPERATIONS[request['op']](request))}
        except (Exception, SystemExit) as error:
            reply = {'raised': describe_error(error)}
    reply['stderr'] = printed.getvalue()
    return reply


def main():
    for line in iter(sys.stdin.readline, ''):
        # ASCII only: an odd locale changes nothing.
        sys.stdout.write(json.dumps(answer(json.loads(line))) + '\n')
        sys.stdout.flush()


if __name__ == '__main__':
    main()
