// `memcache-py django`: keys and sessions as Django names them.

import { repr } from '../../value/pickle/repr';
import type { ServerSpec } from '../../engine/server';
import { default_key_func } from '../../django/keys';
import { isDict, get as memberOf } from '../../django/session-data';
import { isSessionKey } from '../../django/session-key';
import type { StoredEntry } from '../admin';
import { read, shownRaise } from '../entry';
import { Exit, UsageError } from '../errors';
import { jsonOf } from '../json';
import { wireOf, type Command, type Session } from '../session';
import { escaped, shownTtl } from '../text';

export const django: Command = {
  usage: 'key KEY... | session COOKIE [--prefix KEY_PREFIX] [--version N]',
  about: [
    'key: the key of an entry of Django’s cache as memcached has it, for the other commands. session: the session of the',
    'cookie `sessionid`, of the engines cache and cached_db: its user, how long it lives, and its data.',
  ],
  options: {
    prefix: { type: 'string', value: 'KEY_PREFIX', help: 'as in the settings (none)' },
    version: { type: 'string', value: 'N', help: 'VERSION of the settings, or of the entry (1)' },
    json: { type: 'boolean', help: 'of session: a line of JSON' },
  },
  run,
};

type Task = (session: Session, names: readonly string[]) => Promise<Exit>;

const TASKS = new Map<string, Task>([
  ['key', showKeys],
  ['session', showSession],
]);

async function run(session: Session): Promise<Exit> {
  const [task = '', ...names] = session.args.positionals;
  const act = TASKS.get(task);
  if (act === undefined || names.length === 0) {
    throw new UsageError('django takes `key KEY...` or `session COOKIE`');
  }
  return act(session, names);
}

function keyOf({ args }: Session, key: string): string {
  return default_key_func(key, args.text('prefix') ?? '', args.text('version') ?? '1');
}

async function showKeys(session: Session, names: readonly string[]): Promise<Exit> {
  for (const name of names) {
    const key = keyOf(session, name);
    wireOf(key);
    await session.terminal.line(escaped(key));
  }
  return Exit.hit;
}

/** KEY_PREFIX of SessionStore, by engine. */
const ENGINES = {
  cache: 'django.contrib.sessions.cache',
  cached_db: 'django.contrib.sessions.cached_db',
} as const;

interface Stored {
  readonly engine: string;
  readonly key: string;
  readonly server: ServerSpec;
  readonly entry: StoredEntry;
}

async function showSession(session: Session, names: readonly string[]): Promise<Exit> {
  const { terminal } = session;
  const [cookie, ...more] = names;
  if (more.length > 0) throw new UsageError('django session takes one cookie');
  if (!isSessionKey(cookie)) {
    throw new UsageError('not a session key: 8 or more characters from a-z and 0-9');
  }
  const stored = await find(session, cookie);
  if (stored === undefined) {
    terminal.note('memcache-py: no such session');
    return Exit.miss;
  }
  const reading = read(session.useFront(), stored.entry);
  if ('raised' in reading || !isDict(reading.value)) {
    const why = 'raised' in reading ? shownRaise(reading.raised) : 'it is no dict';
    terminal.note(`memcache-py: the session cannot be read: ${escaped(why)}`);
    return Exit.server;
  }
  if (session.args.has('json')) await terminal.json(jsonLine(stored, reading.value));
  else await terminal.lines(peopleLines(session, stored, reading.value));
  return Exit.hit;
}

async function find(session: Session, cookie: string): Promise<Stored | undefined> {
  for (const [engine, prefix] of Object.entries(ENGINES)) {
    const key = keyOf(session, prefix + cookie);
    const wire = wireOf(key);
    const server = session.home(wire);
    const entry = await (await session.admin(server)).entry(wire);
    if (entry !== undefined) return { engine, key, server, entry };
  }
  return undefined;
}

type Dict = Parameters<typeof memberOf>[0];

function peopleLines(
  { terminal }: Session,
  { engine, key, server, entry }: Stored,
  data: Dict,
): string[] {
  const user = memberOf(data, '_auth_user_id');
  const backend = memberOf(data, '_auth_user_backend');
  const who = user === undefined ? 'nobody is logged in' : `user ${repr(user)} (${repr(backend)})`;
  return [
    `${terminal.paint('bold', escaped(key))}  ${terminal.paint('dim', server.name)}`,
    escaped(who),
    `engine ${engine}, ${shownTtl(entry.ttl)}`,
    terminal.paint('green', repr(data).replace(/\p{C}/gu, escaped)),
  ];
}

function jsonLine({ engine, key, server, entry }: Stored, data: Dict): string {
  const user = memberOf(data, '_auth_user_id');
  const head = { key, server: server.name, engine, ttl: entry.ttl ?? null };
  return `${JSON.stringify(head).slice(0, -1)},"user":${jsonOf(user ?? null)},"data":${jsonOf(data)}}`;
}
