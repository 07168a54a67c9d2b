# One process, one Python client, one workload: the same as worker.ts, for blocking clients.
#
# Reads a job as one line of JSON from standard input: client, workload, servers, keys, values,
# warmUpMs, runMs; the CPU to bind to, or nothing, is the argument. `worker.py --versions` prints
# which of the clients can be imported.
import json
import os
import random
import resource
import sys
import time


def python_memcached(servers):
    import memcache

    client = memcache.Client(servers, server_max_value_length=4 << 20)
    return client.get, client.set, client.get_multi, client.set_multi


def pylibmc(servers):
    import pylibmc

    client = pylibmc.Client(servers, behaviors={'tcp_nodelay': True})
    return client.get, client.set, client.get_multi, client.set_multi


def pymemcache(servers):
    from pymemcache import serde
    from pymemcache.client.base import Client

    host, port = servers[0].split(':')
    # The default of not waiting for the answers of sets would measure something else.
    client = Client(
        (host, int(port)), serde=serde.pickle_serde, no_delay=True, default_noreply=False
    )
    return client.get, client.set, client.get_multi, client.set_multi


CLIENTS = {
    'python-memcached': (python_memcached, 'memcache', 'python-memcached'),
    'pylibmc': (pylibmc, 'pylibmc', 'pylibmc'),
    'pymemcache': (pymemcache, 'pymemcache', 'pymemcache'),
}


def versions():
    from importlib import import_module, metadata

    found = {}
    for name, (_, module, package) in CLIENTS.items():
        try:
            imported = import_module(module)
        except ImportError:
            continue
        try:
            found[name] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[name] = str(getattr(imported, '__version__', 'unknown'))
    return {'python': sys.version.split()[0], 'clients': found}


def expect(answer, expected, what):
    if answer != expected or type(answer) is not type(expected):
        raise SystemExit('%s answered %.100r' % (what, answer))


def verify(calls, keys, values):
    get, set_, get_multi, set_multi = calls
    for key, value in zip(keys, values):
        set_(key, value)
    for key, value in zip(keys, values):
        expect(get(key), value, 'get ' + key)
    expect(get('bench:missing'), None, 'a miss')
    part = dict(zip(keys[:50], values))
    set_multi(part)
    found = get_multi(list(part) + ['bench:missing:%d' % i for i in range(50)])
    expect(dict(found), part, 'get_multi')


def step_of(workload, calls, keys, values):
    """A function that makes one call."""
    get, set_, get_multi, set_multi = calls
    pairs = list(zip(keys, values))
    size = workload.get('batch', len(keys))
    parts = [pairs[i : i + size] for i in range(0, len(pairs), size)]
    keys_of = [[key for key, _ in part] for part in parts]
    dict_of = [dict(part) for part in parts]
    share = workload.get('setShare', 0)
    count, batches = len(keys), len(parts)
    at = 0

    def one_get():
        nonlocal at
        at = (at + 1) % count
        get(keys[at])

    def one_set():
        nonlocal at
        at = (at + 1) % count
        set_(keys[at], values[at])

    def mixed(rand=random.random):
        one_set() if rand() < share else one_get()

    def many(call, batch):
        def step():
            nonlocal at
            at = (at + 1) % batches
            call(batch[at])

        return step

    return {
        'get': one_get,
        'set': one_set,
        'mixed': mixed,
        'get_multi': many(get_multi, keys_of),
        'set_multi': many(set_multi, dict_of),
    }[workload['op']]


def run(step, seconds):
    """Seconds taken, CPU seconds, and the seconds of each call."""
    clock, times = time.perf_counter, []
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = now = clock()
    while now - start < seconds:
        step()
        after = clock()
        times.append(after - now)
        now = after
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime - before.ru_utime + used.ru_stime - before.ru_stime
    return now - start, cpu, times


def main():
    job = json.loads(sys.stdin.read())
    workload, keys, values = job['workload'], job['keys'], job['values']
    if workload.get('oneCpu') and sys.argv[1]:
        os.sched_setaffinity(0, {int(sys.argv[1])})
    if workload['material'] == 'bytes':
        values = [value.encode('latin1') for value in values]
    calls = CLIENTS[job['client']][0](job['servers'])
    verify(calls, keys, values)
    step = step_of(workload, calls, keys, values)
    run(step, job['warmUpMs'] / 1000)
    took, cpu, times = run(step, job['runMs'] / 1000)
    times.sort()
    count = len(times)
    print(
        json.dumps(
            {
                'rate': count / took,
                'cpu': cpu / count * 1e6,
                'p50': times[(count + 1) // 2 - 1] * 1e6,
                'p99': times[max(0, -(-count * 99 // 100) - 1)] * 1e6,
                'rss': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


if __name__ == '__main__':
    if sys.argv[1:] == ['--versions']:
        print(json.dumps(versions()))
    else:
        main()
