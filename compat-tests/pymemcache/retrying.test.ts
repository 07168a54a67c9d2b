// RetryingClient beside the real one: how often each method is sent to a server that refuses, and what it answers.

import {
  Client,
  HashClient,
  MemcacheClientError,
  MemcacheServerError,
  PooledClient,
  RetryingClient,
  type RetryingOptions,
} from '../../lib/clients/pymemcache';
import { startScripted, type ScriptedServer } from '../../lib/testing/scripted-server';
import {
  call,
  Python,
  PythonObject,
  show,
  Source,
  type Call,
  type PythonValue,
  type Said,
} from '../support';
import { RELEASE } from './pair';
import { askOurs, askPython } from './told';

let python: Python;

beforeAll(async () => {
  python = await Python.start({ modules: ['pymemcache'] });
  await python.exec(`
from pymemcache.client.base import Client, PooledClient
from pymemcache.client.hash import HashClient
from pymemcache.client.retrying import RetryingClient
from pymemcache.exceptions import MemcacheClientError, MemcacheServerError
`);
});
afterAll(() => python.stop());

/** Refuses so many requests, then answers each as its method wants it. */
async function refusing(times: number, line: string): Promise<ScriptedServer & { asked: number }> {
  let asked = 0;
  const server = await startScripted((received) => {
    const command = /^(\w+) /.exec(received)?.[1] ?? received.trim();
    asked++;
    return asked <= times ? line : ANSWERS[command];
  });
  return Object.defineProperty({ ...server, asked: 0 }, 'asked', { get: () => asked });
}

const ANSWERS: Readonly<Record<string, string>> = {
  get: 'VALUE k 0 1\r\nv\r\nEND\r\n',
  gets: 'VALUE k 0 1 7\r\nv\r\nEND\r\n',
  set: 'STORED\r\n',
  add: 'NOT_STORED\r\n',
  replace: 'STORED\r\n',
  append: 'STORED\r\n',
  prepend: 'STORED\r\n',
  cas: 'EXISTS\r\n',
  delete: 'DELETED\r\n',
  incr: '5\r\n',
  decr: '5\r\n',
  touch: 'TOUCHED\r\n',
  version: 'VERSION 1\r\n',
  stats: 'STAT pid 5\r\nEND\r\n',
  flush_all: 'OK\r\n',
};

const no = { noreply: false } as const;
const CALLS: readonly Call[] = [
  call('get', ['k']),
  call('get_many', [['k']]),
  call('gets', ['k']),
  call('set', ['k', 'v'], no),
  call('set_many', [new Map([['k', 'v']])], no),
  call('add', ['k', 'v'], no),
  call('replace', ['k', 'v'], no),
  call('append', ['k', 'v'], no),
  call('prepend', ['k', 'v'], no),
  call('cas', ['k', 'v', 7]),
  call('delete', ['k'], no),
  call('delete_many', [['k']], no),
  call('incr', ['k', 1]),
  call('decr', ['k', 1]),
  call('touch', ['k', 5], no),
  call('stats'),
  call('version'),
  call('flush_all', [], no),
  call('get', ['a b']),
  call('nope'),
];

const TYPES = { Client, PooledClient, HashClient } as const;
type Type = keyof typeof TYPES;

/** What one side makes of a call to a server that refuses first, and how often the server is asked. */
async function theirs(type: Type, refusals: number, line: string, options: Theirs, each: Call) {
  const server = await refusing(refusals, line);
  const spec = `'127.0.0.1:${server.port}'`;
  await python.exec(
    `inner = ${type}(${type === 'HashClient' ? `[${spec}]` : spec})\n` +
      'client = RetryingClient(inner, **options)',
    { options: new Map(Object.entries(options)) },
  );
  const told = await askPython(new PythonObject(python, 'client'), each);
  await python.exec('inner.close()');
  await server.close();
  return { told, asked: server.asked };
}

async function ours(
  type: Type,
  refusals: number,
  line: string,
  options: RetryingOptions,
  each: Call,
): Promise<{ told: Said; asked: number }> {
  const server = await refusing(refusals, line);
  const name = `127.0.0.1:${server.port}`;
  const given = { release: RELEASE } as const;
  const inner =
    type === 'HashClient' ? new HashClient([name], given) : new TYPES[type](name, given);
  const told = await askOurs(new RetryingClient(inner, options), each);
  inner.close();
  await server.close();
  return { told, asked: server.asked };
}

type Theirs = Readonly<Record<string, PythonValue>>;

const classes = (...names: string[]): PythonValue => new Source(`[${names.join(', ')}]`);
const OPTIONS: readonly (readonly [name: string, theirs: Theirs, ours: RetryingOptions])[] = [
  ['by default', {}, {}],
  ['three times', { attempts: 3 }, { attempts: 3 }],
  [
    'for one exception',
    { attempts: 3, retry_for: classes('MemcacheServerError') },
    { attempts: 3, retry_for: [MemcacheServerError] },
  ],
  [
    'not for one exception',
    { attempts: 3, do_not_retry_for: classes('MemcacheClientError') },
    { attempts: 3, do_not_retry_for: [MemcacheClientError] },
  ],
];

describe.each(['Client', 'PooledClient', 'HashClient'] as const)('of %s', (type) => {
  // HashClient has no stats in 3.5.2.
  const calls = CALLS.filter(({ method }) => type !== 'HashClient' || method !== 'stats');
  it.each(calls.map((each) => [show(each), each] as const))('%s', async (_shown, each) => {
    for (const [name, their, our] of type === 'Client' ? OPTIONS : OPTIONS.slice(1, 2)) {
      for (const [refusals, line] of [
        [1, 'SERVER_ERROR busy\r\n'],
        [2, 'CLIENT_ERROR no\r\n'],
        [9, 'SERVER_ERROR busy\r\n'],
      ] as const) {
        const expected = await theirs(type, refusals, line, their, each);
        expect({ name, line, ...(await ours(type, refusals, line, our, each)) }).toEqual({
          name,
          line,
          ...expected,
        });
      }
    }
  });
});
