// `memcache-py types`: a census of what is stored, over a sample.

import type { Census, Group } from '../census';
import { Exit, UsageError } from '../errors';
import { FILTERS } from '../listing';
import { census, draw } from '../sample';
import type { Command, Session } from '../session';
import { table, type Cell } from '../table';
import { escaped, keyText, plural, shownBytes, shownCount, shownKey } from '../text';

/** Enough that a share of 1 % is seen, little enough to be there at once. */
const SAMPLE = 1000;
const MAX_SAMPLE = 1_000_000;

export const types: Command = {
  usage: '[--sample N] [--prefix TEXT] [--match GLOB]',
  about: [
    'Draws entries by chance and counts their flags, formats and Python types as the client reads them, and the classes',
    'inside their pickles. Names entries that the client cannot read, and who may have written them.',
  ],
  options: {
    ...FILTERS,
    sample: { type: 'string', value: 'N', help: `how many entries to look at (${SAMPLE})` },
    json: { type: 'boolean', help: 'one line of JSON' },
  },
  run,
};

async function run(session: Session): Promise<Exit> {
  const { args, terminal } = session;
  if (args.positionals.length > 0)
    throw new UsageError('types takes no argument: --prefix, --match');
  const size = args.number('sample', SAMPLE);
  if (size < 1 || size > MAX_SAMPLE) throw new UsageError(`--sample is 1 to ${MAX_SAMPLE}`);
  const { keys, drawn } = await draw(session, session.servers, size);
  const taken = await census(session, drawn);
  if (args.has('json')) await terminal.json(jsonOf(taken, keys));
  else await terminal.lines(linesOf(session, taken, keys));
  return taken.count > 0 ? Exit.hit : Exit.miss;
}

const COLUMNS = [
  { title: 'flags', right: true },
  { title: 'format' },
  { title: 'type' },
  { title: 'entries', right: true },
  { title: 'share', right: true },
  { title: 'bytes', right: true },
  { title: 'such as' },
];

function linesOf(session: Session, census: Census, keys: number): string[] {
  const { terminal, chosen } = session;
  const { groups, classes, count } = census;
  const { name } = chosen.family;
  const lines = table(
    terminal,
    COLUMNS,
    groups.map((group) => rowOf(group, count)),
  );
  lines.push('', `${plural(count, 'entry', 'entries')} of ${plural(keys, 'key')}, read as ${name}`);
  if (classes.size > 0) lines.push(`classes: ${shownClasses(classes)}`);
  for (const { raised, writer, count: many, example } of groups) {
    if (raised === undefined) continue;
    const guess = writer === undefined ? '' : `; perhaps written by ${writer}`;
    const what = `${name} cannot read ${plural(many, 'entry', 'entries')} such as ${shownKey(example)}`;
    lines.push(terminal.paint('yellow', `! ${what}: ${escaped(raised)}${guess}`));
  }
  return lines;
}

function rowOf({ flags, format, type, count, bytes, example, raised }: Group, all: number): Cell[] {
  return [
    String(flags),
    format,
    raised === undefined ? escaped(type) : ['yellow', type],
    shownCount(count),
    `${((count / all) * 100).toFixed(1)} %`,
    shownBytes(bytes),
    ['dim', shownKey(example)],
  ];
}

function shownClasses(classes: ReadonlyMap<string, number>): string {
  const most = [...classes].sort(([, a], [, b]) => b - a);
  return most.map(([name, count]) => `${escaped(name)} (${shownCount(count)})`).join(', ');
}

function jsonOf({ groups, classes, count }: Census, keys: number): string {
  return JSON.stringify({
    keys,
    entries: count,
    groups: groups.map(({ example, ...group }) => ({
      ...group,
      example: keyText(example) ?? example,
    })),
    classes: Object.fromEntries(classes),
  });
}
