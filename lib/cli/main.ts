#!/usr/bin/env node
// The `memcache-py` command: finds the subcommand, runs it, and turns what went wrong into an exit code.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Exit, messageOf, ReaderGone, UsageError } from './errors';
import { Arguments, COMMON, commandAt, helpOf } from './options';
import type { Command } from './session';
import { Terminal, type Streams } from './terminal';
import { escaped } from './text';

interface Row {
  readonly summary: string;
  readonly load: () => Command;
}

/* eslint-disable @typescript-eslint/no-require-imports -- a command's code is loaded when it is run: a quick start */
const loadSession = (): typeof import('./session') => require('./session') as never;
const store = (): typeof import('./commands/store') => require('./commands/store') as never;
const change = (): typeof import('./commands/change') => require('./commands/change') as never;

const COMMANDS: Readonly<Record<string, Row>> = {
  get: {
    summary: 'show entries as Python reads them',
    load: () => (require('./commands/get') as typeof import('./commands/get')).get,
  },
  set: { summary: 'store a value as a Python client does', load: () => store().set },
  add: { summary: 'store it if the key does not exist', load: () => store().add },
  replace: { summary: 'store it if the key exists', load: () => store().replace },
  delete: { summary: 'delete entries', load: () => change().remove },
  touch: { summary: 'give entries a new time to live', load: () => change().touch },
  incr: { summary: 'count up', load: () => change().incr },
  decr: { summary: 'count down', load: () => change().decr },
  keys: {
    summary: 'list keys',
    load: () => (require('./commands/keys') as typeof import('./commands/keys')).keys,
  },
  stats: {
    summary: 'show what servers count',
    load: () => (require('./commands/stats') as typeof import('./commands/stats')).stats,
  },
  where: {
    summary: 'show the server of a key under every client',
    load: () => (require('./commands/where') as typeof import('./commands/where')).where,
  },
  types: {
    summary: 'count flags, formats and Python types',
    load: () => (require('./commands/types') as typeof import('./commands/types')).types,
  },
  dump: {
    summary: 'write entries into a file',
    load: () => (require('./commands/dump') as typeof import('./commands/dump')).dump,
  },
  restore: {
    summary: 'store the entries of a dump',
    load: () => (require('./commands/restore') as typeof import('./commands/restore')).restore,
  },
  doctor: {
    summary: 'look for what is wrong, and say what helps',
    load: () => (require('./commands/doctor') as typeof import('./commands/doctor')).doctor,
  },
  django: {
    summary: "name Django's keys, read its sessions",
    load: () => (require('./commands/django') as typeof import('./commands/django')).django,
  },
  flush: {
    summary: 'empty all servers',
    load: () => (require('./commands/flush') as typeof import('./commands/flush')).flush,
  },
};
/* eslint-enable @typescript-eslint/no-require-imports */

/** Runs a command line and answers its exit code; what fails is told on stderr, and nothing is thrown. */
export async function main(argv: readonly string[], streams: Streams): Promise<Exit> {
  const terminal = new Terminal(streams);
  try {
    return await dispatch(argv, streams, terminal);
  } catch (error) {
    terminal.progress('');
    if (error instanceof ReaderGone) return Exit.hit;
    terminal.note(`memcache-py: ${messageOf(error)}`);
    return error instanceof UsageError ? Exit.usage : Exit.server;
  }
}

async function dispatch(
  argv: readonly string[],
  streams: Streams,
  terminal: Terminal,
): Promise<Exit> {
  const at = commandAt(argv);
  const name = argv[at];
  if (name === undefined) return withoutCommand(argv, streams, terminal);
  const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (row === undefined)
    throw new UsageError(`no such command: ${escaped(name)} (memcache-py --help)`);
  const command = row.load();
  const args = new Arguments(argv.toSpliced(at, 1), command.options, streams.env);
  if (args.has('help')) {
    await terminal.line(helpFor(name, command).join('\n'));
    return Exit.hit;
  }
  const { Session } = loadSession();
  const session = new Session(terminal, args, streams.stdin, streams.env);
  try {
    return await command.run(session);
  } finally {
    await session.close();
  }
}

async function withoutCommand(
  argv: readonly string[],
  streams: Streams,
  terminal: Terminal,
): Promise<Exit> {
  const args = new Arguments(argv, VERSION, streams.env);
  if (args.has('version')) {
    await terminal.line(`memcache-py ${versionOf()}`);
    return Exit.hit;
  }
  if (args.has('help')) {
    await terminal.line(overview().join('\n'));
    return Exit.hit;
  }
  throw new UsageError(`no command is given\n\n${overview().join('\n')}`);
}

const VERSION = { version: { type: 'boolean', help: 'show the version' } } as const;

function overview(): string[] {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  return [
    'memcache-py: look into a memcached that Python programs use, and write into it as they do',
    '',
    'usage: memcache-py COMMAND [OPTIONS] ...',
    '',
    ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'options of all commands (memcache-py COMMAND --help shows its own):',
    ...helpOf({ ...COMMON, ...VERSION }),
    '',
    EXIT_CODES,
  ];
}

function helpFor(name: string, { usage, about, options }: Command): string[] {
  return [
    `usage: memcache-py ${name} ${usage}`.trimEnd(),
    '',
    ...about,
    '',
    ...(Object.keys(options).length === 0 ? [] : [...helpOf(options), '']),
    'options of all commands:',
    ...helpOf(COMMON),
    '',
    EXIT_CODES,
  ];
}

const EXIT_CODES =
  'exit codes: 0 done; 1 no such key, or not stored; 2 bad command line; 3 a server or an entry failed';

function versionOf(): string {
  const text = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version; // the file is our own
}

if (require.main === module) {
  void main(process.argv.slice(2), process).then((code) => {
    process.exitCode = code;
  });
}
