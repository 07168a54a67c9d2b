// `memcache-py get`: entries as Python reads them, or their bytes in any form that helps.

import { REPR_LIMIT } from '../../value/pickle/quoted';
import { repr } from '../../value/pickle/repr';
import type { ServerSpec } from '../../engine/server';
import type { StoredEntry } from '../admin';
import { disassemble } from '../disassembly';
import { format, inflated, read, shownRaise, typeOf, type Reading } from '../entry';
import { Exit, UsageError } from '../errors';
import { flagNames } from '../families';
import { jsonOf } from '../json';
import type { Command, Key, Session } from '../session';
import { escaped, plural, shownTtl } from '../text';

/** One key that is asked for, and where. */
interface Placed extends Key {
  readonly server: ServerSpec;
}

/** What is there. */
interface Found {
  readonly key: string;
  readonly server: ServerSpec;
  readonly entry: StoredEntry;
}

/** Characters of a repr in a pipe: more than any value of memcached has, but for those made to be endless. */
const MAX_REPR = 64 * 1024 * 1024;

type Show = (session: Session, found: Found) => Promise<Exit>;

/** How an entry is shown, by the option that asks for it. */
const FORMS: Readonly<Record<string, Show>> = {
  json: showJson,
  raw: showRaw,
  hex: showHex,
  disassemble: showOpcodes,
};

export const get: Command = {
  usage: 'KEY... [--json | --raw | --hex | --disassemble]',
  about: [
    "Shows each entry as Python's repr of what the client reads; on a terminal with its server, type, flags, size and",
    'time to live. Reading a pickle runs nothing. Exit code 1 when a key is missing, 3 when one cannot be read.',
  ],
  options: {
    json: { type: 'boolean', help: 'a line of JSON for each key, missing ones too' },
    raw: { type: 'boolean', help: 'the bytes as they are stored, and nothing else' },
    hex: { type: 'boolean', help: 'the bytes as they are stored, as xxd shows them' },
    disassemble: { type: 'boolean', help: "the opcodes of a pickle, as Python's pickletools.dis" },
  },
  run,
};

async function run(session: Session): Promise<Exit> {
  const { args, terminal } = session;
  const forms = Object.keys(FORMS).filter((form) => args.has(form));
  if (forms.length > 1) throw new UsageError(`--${forms.join(' and --')} exclude each other`);
  const keys = session.keysFor('get');
  const show = FORMS[forms[0] ?? ''] ?? (terminal.isTerminal ? showForPeople : showRepr);
  // A client that does not exist is told before a server is asked.
  session.useFront();
  const look = async ({ key, server, wire }: Placed): Promise<Exit> => {
    const entry = await (await session.admin(server)).entry(wire);
    return entry === undefined
      ? missing(session, key, server, forms)
      : show(session, { key, server, entry });
  };
  const placed = keys.map((each): Placed => ({ ...each, server: session.home(each.wire) }));
  if (forms[0] !== 'json') return session.each(placed, look);
  return session.each(placed, look, ({ key, server }, error) =>
    terminal.json(JSON.stringify({ key, server: server.name, error })),
  );
}

async function missing(
  { terminal }: Session,
  key: string,
  { name }: ServerSpec,
  forms: readonly string[],
): Promise<Exit> {
  if (forms[0] === 'json') {
    await terminal.json(JSON.stringify({ key, server: name, found: false }));
  } else {
    terminal.note(`memcache-py: no such key: ${escaped(key)} (on ${name})`);
  }
  return Exit.miss;
}

/** The repr; what cannot be read is told, with what helps. */
async function showRepr(session: Session, { key, entry }: Found): Promise<Exit> {
  const reading = read(session.useFront(), entry);
  if ('raised' in reading) return unreadable(session, key, reading.raised);
  const text = printable(reading.value, MAX_REPR);
  await session.terminal.line(text);
  if (text.length <= MAX_REPR) return Exit.hit;
  session.terminal.note(`memcache-py: ${escaped(key)} is longer than ${MAX_REPR} characters: cut`);
  return Exit.server;
}

/** Names inside a repr (of modules, of classes) are what the pickle says: nothing in it may reach the terminal as it is. */
function printable(value: unknown, limit: number): string {
  return repr(value, limit).replace(/\p{C}/gu, (char) => escaped(char));
}

function unreadable({ terminal, chosen }: Session, key: string, raised: unknown): Exit {
  const { name } = chosen.family;
  terminal.note(
    `memcache-py: ${name} cannot read ${escaped(key)}: ${escaped(shownRaise(raised))} (--raw, --hex and --disassemble show it)`,
  );
  return Exit.server;
}

async function showForPeople(session: Session, found: Found): Promise<Exit> {
  const { terminal, chosen } = session;
  const { key, server, entry } = found;
  const reading = read(session.useFront(), entry);
  await terminal.line(
    `${terminal.paint('bold', escaped(key))}  ${terminal.paint('dim', server.name)}`,
  );
  if ('value' in reading)
    await terminal.line(terminal.paint('green', printable(reading.value, REPR_LIMIT)));
  const facts = [
    typeOf(reading),
    `flags ${entry.flags} (${format(chosen.family, entry)})`,
    plural(entry.data.length, 'byte'),
    shownTtl(entry.ttl),
  ];
  await terminal.line(terminal.paint('dim', escaped(facts.join(', '))));
  return 'raised' in reading ? unreadable(session, key, reading.raised) : Exit.hit;
}

async function showJson(session: Session, { key, server, entry }: Found): Promise<Exit> {
  const { flags, data, ttl } = entry;
  const reading = read(session.useFront(), entry);
  const members: [string, string][] = [
    ['key', JSON.stringify(key)],
    ['server', JSON.stringify(server.name)],
    ['found', 'true'],
    ['flags', String(flags)],
    ['flag_names', JSON.stringify(flagNames(session.chosen.family, flags))],
    ['size', String(data.length)],
    ['ttl', ttl === undefined || ttl < 0 ? 'null' : String(ttl)],
    ['type', JSON.stringify(typeOf(reading))],
    ...readingJson(reading),
  ];
  const text = members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',');
  await session.terminal.json(`{${text}}`);
  return 'raised' in reading ? Exit.server : Exit.hit;
}

function readingJson(reading: Reading): [string, string][] {
  if ('raised' in reading) return [['error', JSON.stringify(shownRaise(reading.raised))]];
  const shown: [string, string] = ['repr', JSON.stringify(repr(reading.value))];
  try {
    return [shown, ['value', jsonOf(reading.value)]];
  } catch (error) {
    return [shown, ['error', JSON.stringify(shownRaise(error))]]; // endless
  }
}

async function showRaw({ terminal }: Session, { entry }: Found): Promise<Exit> {
  await terminal.write(entry.data);
  return Exit.hit;
}

const ROW = 16;

async function showHex({ terminal }: Session, { entry }: Found): Promise<Exit> {
  await terminal.lines(hexOf(entry.data));
  return Exit.hit;
}

function* hexOf(data: Buffer): Generator<string, void, void> {
  for (let at = 0; at < data.length; at += ROW) {
    const row = data.subarray(at, at + ROW);
    const hex = row.toString('hex').replace(/(.{4})(?=.)/g, '$1 ');
    const text = row.latin1Slice().replace(/[^\x20-\x7e]/g, '.');
    yield `${at.toString(16).padStart(8, '0')}: ${hex.padEnd(39)}  ${text}`;
  }
}

async function showOpcodes(session: Session, { key, entry }: Found): Promise<Exit> {
  const { terminal, chosen } = session;
  const pickle = inflated(chosen.family, entry);
  try {
    await terminal.lines(disassemble(pickle));
    return Exit.hit;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ValueError') throw error;
    terminal.note(`memcache-py: ${escaped(key)} is no pickle: ${escaped(error.message)}`);
    return Exit.server;
  }
}
