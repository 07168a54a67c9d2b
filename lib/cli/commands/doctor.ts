// `memcache-py doctor`: looks over servers, placement and entries, and says what is wrong and what helps.

import type { ServerSpec } from '../../engine/server';
import { checkAlike, checkServer, type Checked, type Finding, type Grade } from '../checks';
import { Exit, UsageError } from '../errors';
import { FILTERS, type Listed } from '../listing';
import { PLACEMENTS } from '../placements';
import { census, draw } from '../sample';
import type { Command, Session } from '../session';
import type { Style } from '../terminal';
import { escaped, plural, shownKey } from '../text';

/** Enough to see what one program in a hundred does. */
const SAMPLE = 500;
const MAX_SAMPLE = 100_000;

export const doctor: Command = {
  usage: '[--sample N]',
  about: [
    'Asks every server for its version, clock, limits and counters; draws entries by chance and looks whether they lie',
    'where the client looks for them, and whether it can read them. Exit code 0: all is well; 1: there are warnings;',
    '3: a server cannot be used.',
  ],
  options: {
    ...FILTERS,
    sample: { type: 'string', value: 'N', help: `how many entries to look at (${SAMPLE})` },
    json: { type: 'boolean', help: 'a line of JSON for each finding' },
  },
  run,
};

async function run(session: Session): Promise<Exit> {
  const { args, terminal, servers } = session;
  if (args.positionals.length > 0) throw new UsageError('doctor takes no argument');
  const size = args.number('sample', SAMPLE);
  if (size > MAX_SAMPLE) throw new UsageError(`--sample is 0 to ${MAX_SAMPLE}`);
  const worst = { grade: 'ok' as Grade };
  const tell = async (finding: Finding): Promise<void> => {
    if (ORDER[finding.grade] > ORDER[worst.grade]) worst.grade = finding.grade;
    await show(session, finding);
  };
  const reached: Checked[] = [];
  for (const server of servers) {
    const checked = await check(session, server);
    if ('grade' in checked) await tell(checked);
    else {
      reached.push(checked);
      for (const finding of checkServer(checked)) await tell(finding);
    }
  }
  for (const finding of checkAlike(reached)) await tell(finding);
  for await (const finding of examine(session, reached, size)) await tell(finding);
  if (!args.has('json')) await terminal.line(VERDICTS[worst.grade]);
  return EXITS[worst.grade];
}

const ORDER: Readonly<Record<Grade, number>> = { ok: 0, warn: 1, bad: 2 };
const STYLES: Readonly<Record<Grade, Style>> = { ok: 'green', warn: 'yellow', bad: 'red' };
const EXITS: Readonly<Record<Grade, Exit>> = { ok: Exit.hit, warn: Exit.miss, bad: Exit.server };
const VERDICTS: Readonly<Record<Grade, string>> = {
  ok: 'all is well',
  warn: 'there are warnings',
  bad: 'a server cannot be used',
};

async function show({ args, terminal }: Session, finding: Finding): Promise<void> {
  if (args.has('json')) return terminal.json(JSON.stringify(finding));
  const { grade, about, what, advice } = finding;
  const mark = terminal.paint(STYLES[grade], grade.padEnd(4));
  await terminal.line(`${mark}  ${terminal.paint('bold', escaped(about))}: ${escaped(what)}`);
  if (advice !== undefined) await terminal.line(terminal.paint('dim', `      ${escaped(advice)}`));
}

/** What a server tells, or why it does not. */
async function check(session: Session, server: ServerSpec): Promise<Checked | Finding> {
  try {
    const admin = await session.admin(server);
    const before = Date.now();
    const stats = await admin.stats();
    const after = Date.now();
    const settings = await admin.stats('settings');
    const here = (before + after) / 2000;
    // Its clock has whole seconds: half of one is the best guess.
    const skew = Number(stats.get('time') ?? here - 0.5) + 0.5 - here;
    const { maxValue } = session.chosen.family;
    return { server, stats, settings, maxValue, skew, doubt: (after - before) / 2000 };
  } catch (error) {
    return {
      grade: 'bad',
      about: server.name,
      what: reasonOf(error),
      advice: 'its keys are missed, or go to other servers, until it is back',
    };
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Of entries drawn by chance. */
async function* examine(
  session: Session,
  reached: readonly Checked[],
  size: number,
): AsyncGenerator<Finding, void, void> {
  if (size === 0 || reached.length === 0) return;
  const names = reached.map(({ server }) => server);
  const sample = await draw(session, names, size).catch(reasonOf);
  if (typeof sample === 'string') {
    yield { grade: 'warn', about: 'entries', what: `not looked at: ${sample}` };
    return;
  }
  const { drawn } = sample;
  if (session.servers.length > 1) yield* placementOf(session, drawn);
  yield* entriesOf(session, drawn);
}

/** Where the entries lie, and where clients look for them. */
function* placementOf(session: Session, drawn: readonly Listed[]): Generator<Finding, void, void> {
  const { servers, chosen } = session;
  if (drawn.length === 0) return;
  const shares = Object.entries(PLACEMENTS).map(([name, { title, build }]) => {
    const locate = build(servers);
    const there = drawn.filter(({ wire, server }) => servers[locate(wire)] === server);
    return { name, title, share: there.length / drawn.length };
  });
  const own = shares.find(({ name }) => name === chosen.placement) ?? { title: '', share: 0 };
  const best = shares.reduce((a, b) => (b.share > a.share ? b : a));
  const found = `${percent(own.share)} of ${plural(drawn.length, 'key')} lie where ${own.title} looks`;
  if (own.share === 1) yield { grade: 'ok', about: 'placement', what: found };
  else {
    const fit = `${best.title} finds ${percent(best.share)}`;
    const advice =
      best.share > own.share
        ? `they were stored by another client, or by other servers or weights: ${fit}`
        : 'the others were stored with another list of servers, in another order or weight, or by another client';
    yield { grade: 'warn', about: 'placement', what: found, advice };
  }
  const strangers = shares.filter(({ share }) => share < 1 - Number.EPSILON && own.share === 1);
  if (strangers.length === 0) return;
  const list = strangers.map(({ title, share }) => `${title} ${percent(share)}`).join(', ');
  yield { grade: 'ok', about: 'placement', what: `other clients would find: ${list}` };
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

/** Entries that the client cannot read. */
async function* entriesOf(
  session: Session,
  drawn: readonly Listed[],
): AsyncGenerator<Finding, void, void> {
  const { groups, count } = await census(session, drawn);
  const bad = groups.filter(({ raised }) => raised !== undefined);
  const unread = bad.reduce((sum, { count }) => sum + count, 0);
  const readable = `${session.chosen.family.name} reads ${plural(count - unread, 'entry', 'entries')}`;
  yield { grade: 'ok', about: 'entries', what: `${readable} of ${count} drawn` };
  for (const { raised = '', writer, example, count: many } of bad) {
    const which = `${plural(many, 'entry', 'entries')} such as ${shownKey(example)}`;
    const guess = writer === undefined ? '' : `perhaps written by ${writer}: `;
    const advice = guess + adviceOn(raised);
    yield { grade: 'warn', about: 'entries', what: `${which} cannot be read: ${raised}`, advice };
  }
}

/** What helps, by the words of the error. */
const ADVICE: readonly (readonly [error: RegExp, advice: string])[] = [
  [/unknown (memcached key )?flags/i, 'give that program keys or servers of its own, or flags that Python knows'],
  [/invalid literal for int/, 'flag 2 says int: the other program means something else by it'],
  [/decompress/i, 'flag 8 says zlib: the other program means something else by it, or cut the value'],
  [/unsupported pickle protocol/, 'a newer Python wrote it: set its pickle protocol lower'],
  [/'ascii' codec can't decode/, 'a str of Python 2: --python 2 reads it'],
  [/codec can't decode/, 'flag 16 says text: this is compressed, or text of another encoding'],
  [/Unpickl/, 'the bytes are no pickle, or were cut: --hex shows them, delete ends it'],
]; // prettier-ignore

function adviceOn(raised: string): string {
  return ADVICE.find(([error]) => error.test(raised))?.[1] ?? '--hex shows it';
}
