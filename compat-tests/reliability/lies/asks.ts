// What the tests ask of a lying server: every command, by the engine that tells every error, and by the client as Python does.

import { parseServers } from '../../../lib/clients/python-memcached/server-string';
import { createCodec, createDialect } from '../../../lib/clients/python-memcached/dialect';
import { DebugLog } from '../../../lib/clients/python-memcached/debug-log';
import { resolveOptions, type ClientOptions } from '../../../lib/clients/python-memcached/options';
import type { AnswersOf } from '../../../lib/engine/dialect';
import { Command, Engine, NO_OPTIONS, type ChangeOptions } from '../../../lib/engine/engine';
import type { WireKey } from '../../../lib/engine/keys';
import { ServerError, type Client } from '../../../lib';
import { Raise, type Answers } from '../../../lib/net/operation';
import { Code, type Wire } from '../../../lib/wire/wire';

/** What the honest server holds before the lie. */
export const ENTRIES = { a: 'A', b: 'B', d: 'D', n: '5', m: '7' } as const;

/** One call, both ways, and what it answers. */
export interface Ask {
  readonly engine: (engine: Engine) => Promise<unknown>;
  /** The client's method; undefined where Python has none. */
  readonly client: ((mc: Client) => Promise<unknown>) | undefined;
  /** The right answer: the engine's, and the client's where it differs. */
  readonly right: unknown;
  readonly clientRight?: unknown;
  /** The client's answer when no reply or no sound one came. */
  readonly failed: unknown;
  /** The client's answer to an error line, if not that; a string: the message of a ValueError begins so. */
  readonly refused?: unknown;
}

const raise = new Raise((line, cause) => cause ?? new ServerError(line));
const TELLING: Answers = {
  [Code.stored]: 'stored',
  [Code.notStored]: 'not stored',
  [Code.exists]: 'exists',
  [Code.notFound]: 'not found',
  [Code.deleted]: 'deleted',
  [Code.touched]: 'touched',
  [Code.ok]: 'ok',
  [Code.refused]: raise,
  [Code.failed]: raise,
};
const FAMILIES: readonly AnswersOf[] = [
  'get', 'getMany', 'store', 'cas', 'delete', 'deleteMany', 'count', 'touch', 'flushAll', 'stats',
  'version', 'verbosity', 'quit',
]; // prettier-ignore

/** The client's engine, except that it raises every error and names every reply. */
export function tellingEngine(server: string, wire: Wire, options: ClientOptions): Engine {
  const resolved = resolveOptions([options]);
  const log = new DebugLog(() => false, resolved.log, true);
  const dialect = createDialect(resolved, createCodec(resolved, log), log);
  const answers = Object.fromEntries(FAMILIES.map((family) => [family, TELLING])) as Record<
    AnswersOf,
    Answers
  >;
  const specs = parseServers([server], resolved.release);
  return new Engine({ ...dialect, wire, answers }, specs, { ...resolved.injected, observer: log });
}

const key = (text: string): WireKey => text as WireKey;
const OPTIONS: ChangeOptions = { ...NO_OPTIONS, time: '0', delta: '1', sent: 'sent' };
const CAS: ChangeOptions = { ...OPTIONS, cas: '7' };
const ENTRY = { flags: 16, data: 'new' };

type Storage = 'set' | 'add' | 'replace' | 'append' | 'prepend';

function storage(name: Storage, k: string): Ask {
  return {
    engine: (e) => e.change(Command[name], key(k), undefined, OPTIONS, ENTRY),
    client: (mc) => mc[name](k, 'new'),
    right: 'stored',
    clientRight: true,
    failed: 0,
    refused: false,
  };
}

function counter(name: 'incr' | 'decr', k: string, right: number): Ask {
  return {
    engine: (e) => e.change(Command[name], key(k), undefined, OPTIONS),
    client: (mc) => mc[name](k),
    right,
    failed: null,
    refused: 'invalid literal for int() with base 10',
  };
}

/** The calls that are lied to. */
export const ASKS = {
  get: {
    engine: (e) => e.get(key('a'), undefined, null),
    client: (mc) => mc.get('a'),
    right: 'A',
    failed: null,
  },
  gets: {
    engine: (e) => e.gets(key('a'), undefined, null),
    client: (mc) => mc.gets('a'),
    right: { value: 'A', flags: 16, cas: '7', bytes: 1 },
    clientRight: 'A',
    failed: null,
  },
  get_multi: {
    engine: (e) => e.getMany(Command.get, [key('a'), key('d')], undefined),
    client: (mc) => mc.get_multi(['a', 'd']),
    right: ['A', 'D'],
    clientRight: new Map([
      ['a', 'A'],
      ['d', 'D'],
    ]),
    failed: new Map(),
  },
  set: storage('set', 'a'),
  add: storage('add', 'fresh'),
  replace: storage('replace', 'a'),
  append: storage('append', 'a'),
  prepend: storage('prepend', 'a'),
  cas: {
    engine: (e) => e.change(Command.cas, key('a'), undefined, CAS, ENTRY),
    client: (mc) => {
      mc.cas_ids.set('a', '7');
      return mc.cas('a', 'new');
    },
    right: 'stored',
    clientRight: true,
    failed: 0,
    refused: false,
  },
  incr: counter('incr', 'm', 8),
  decr: counter('decr', 'm', 6),
  delete: {
    engine: (e) => e.change(Command.delete, key('a'), undefined, { ...OPTIONS, time: '' }),
    client: (mc) => mc.delete('a'),
    right: 'deleted',
    clientRight: 1,
    failed: 0,
  },
  touch: {
    engine: (e) => e.change(Command.touch, key('a'), undefined, OPTIONS),
    client: (mc) => mc.touch('a', 60),
    right: 'touched',
    clientRight: 1,
    failed: 0,
  },
  stats: {
    engine: (e) => e.stats('').then(([each]) => each?.answer),
    client: (mc) => mc.get_stats().then((all) => all.map(([, stats]) => ({ ...stats }))),
    right: [
      ['pid', '1'],
      ['version', '1.6.18'],
    ],
    clientRight: [{ pid: '1', version: '1.6.18' }],
    failed: [],
  },
  flush_all: {
    engine: (e) => e.flushAll().then(([each]) => each?.answer),
    client: (mc) => mc.flush_all(),
    right: 'ok',
    clientRight: null,
    failed: null,
  },
  version: {
    engine: (e) => e.version().then(([each]) => each?.answer),
    client: undefined,
    right: '1.6.18',
    failed: undefined,
  },
  verbosity: {
    engine: (e) => e.verbosity(1).then(([each]) => each?.answer),
    client: undefined,
    right: 'ok',
    failed: undefined,
  },
} as const satisfies Record<string, Ask>;
export type AskName = keyof typeof ASKS;

/** The call before the lie and after it. */
export const NEXT = {
  engine: (e) => e.get(key('b'), undefined, null),
  client: (mc) => mc.get('b'),
  right: 'B',
  failed: null,
} as const satisfies Ask;

/** Calls of others that are in flight behind the one that is lied to; none of them reads what that one changes. The first on the wire is a get. */
export const OTHERS: readonly Ask[] = [
  {
    engine: (e) => e.getMany(Command.get, [key('b'), key('x')], undefined).then(([b]) => [b]),
    client: (mc) => mc.get_multi(['b', 'x']),
    right: ['B'],
    clientRight: new Map([['b', 'B']]),
    failed: new Map(),
  },
  counter('incr', 'n', 6),
  storage('set', 'other'),
  NEXT,
];
