"""Records what python-memcached2 answers, into fixtures/memcached2/answers.json.

    memcached -p 11299 & python3.6 record_answers.py 0.3 11299 ../../../fixtures/memcached2/answers.json

Plays the scenes of the file with the `memcached2` module that this Python (3.6: later ones cannot import it) has, and puts down what came of each
step under the client's name. A scene has an empty server and new clients:

    mc      Memcache                                        words   the same with ValueSuperStr
    misses  ExceptionsAreMissesMemcache                     dicts   the same with ValueDictionary
    map     ExceptionsAreMissesMapping                      two     Memcache of the same server twice

`held` is the last ValueSuperStr that a step of the scene answered.
"""
import json
import sys

import memcached2

memcached2.debug = lambda message: None   # HEAD prints each connection


def clients(uri):
    def pool():
        return {'server_pool': memcached2.ServerPool()} if hasattr(memcached2, 'ServerPool') else {}
    return {
        'mc': memcached2.Memcache([uri], **pool()),
        'misses': memcached2.ExceptionsAreMissesMemcache([uri], **pool()),
        'words': memcached2.Memcache([uri], value_wrapper=memcached2.ValueSuperStr, **pool()),
        'dicts': memcached2.Memcache([uri], value_wrapper=memcached2.ValueDictionary, **pool()),
        'two': memcached2.Memcache([uri, uri], **pool()),
        'map': memcached2.ExceptionsAreMissesMapping([uri]),
    }


def compute(key, *args):
    return 'computed:' + ','.join((key,) + args)


MAPPING = {
    'has': lambda mapping, key: key in mapping,
    'size': lambda mapping: len(mapping),
    'set': lambda mapping, key, value: mapping.__setitem__(key, value),
    'delete': lambda mapping, key: mapping.__delitem__(key),
    'getitem': lambda mapping, key: mapping[key],
    'keys': lambda mapping: list(mapping.keys()),
    'iterate': lambda mapping: list(mapping),
}


def perform(actor, do, args, named):
    if isinstance(actor, memcached2.ExceptionsAreMissesMapping) and do in MAPPING:
        return MAPPING[do](actor, *args)
    if do == 'cache':
        args = [args[0], compute] + args[1:]
    return getattr(actor, do)(*args, **named)


def plain(value):
    """As JSON can hold it; of a cas id, only whether there is one."""
    if isinstance(value, memcached2.ValueSuperStr):
        return {'text': str(value), 'key': value.key, 'flags': value.flags, 'cas': value.cas_unique is not None,
                'used': value.cas_unavailable}
    if isinstance(value, memcached2.ValueDictionary):
        return dict(value, cas_unique=value['cas_unique'] is not None)
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value


def outcome(actors, step):
    try:
        answer = perform(actors[step['on']], step['do'], step.get('args', []), step.get('named', {}))
    except Exception as error:
        told = {'raises': type(error).__name__, 'says': str(error)}
        if isinstance(error, memcached2.MultiStorageException):
            told.update(says=error.message, results=error.results)
        return told
    if isinstance(answer, memcached2.ValueSuperStr):
        actors['held'] = answer
    return {'is': plain(answer)}


def play(scene, uri):
    actors = clients(uri)
    actors['mc'].flush_all()
    return [outcome(actors, step) for step in scene]


def main(client, port, path):
    with open(path, encoding='utf-8') as file:
        recorded = json.load(file)
    uri = 'memcached://127.0.0.1:%s/' % port
    for scene in recorded['scenes']:
        for step, came in zip(scene['steps'], play(scene['steps'], uri)):
            outcomes = [each for each in step.get('outcomes', []) if each['by'] != [client]]
            for each in outcomes:
                each['by'] = [name for name in each['by'] if name != client]
            came = json.loads(json.dumps(came))
            same = [each for each in outcomes if dict(each, by=None) == dict(came, by=None)]
            if same:
                same[0]['by'].append(client)
            else:
                outcomes.append(dict(came, by=[client]))
            step['outcomes'] = outcomes
    text = json.dumps(recorded, indent=1, sort_keys=True, ensure_ascii=True, separators=(',', ': '))
    with open(path, 'w', encoding='utf-8') as file:
        file.write('%s\n' % text)


if __name__ == '__main__':
    main(*sys.argv[1:])
