// `memcache-py stats`: what servers count, a column each.

import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerSpec } from '../../engine/server';
import { Exit, messageOf, UsageError } from '../errors';
import type { Command, Session } from '../session';
import { table, type Column } from '../table';
import { escaped, safeJson, shownBytes, shownCount, shownSeconds } from '../text';

type Stats = ReadonlyMap<string, string>;

/** What is asked for by name. */
const KINDS = ['items', 'slabs', 'settings', 'conns', 'sizes'] as const;
const MAX_WATCH_S = 86_400;

export const stats: Command = {
  usage: `[${KINDS.join(' | ')}] [--all] [--watch [--every SECONDS]]`,
  about: [
    'Shows what the servers count: an overview, or with --all everything. items and slabs show a line for each slab',
    'class. --watch shows the overview again and again, with what changed per second.',
  ],
  options: {
    all: { type: 'boolean', help: 'everything that the server tells, by its own names' },
    watch: { type: 'boolean', short: 'w', help: 'go on until interrupted' },
    every: { type: 'string', value: 'SECONDS', help: 'between two looks (1)' },
    count: { type: 'string', value: 'N', help: 'with --watch: stop after so many looks' },
    json: { type: 'boolean', help: 'a line of JSON for each server, of all it tells' },
  },
  run,
};

async function run(session: Session): Promise<Exit> {
  const { args } = session;
  const [kind = '', ...more] = args.positionals;
  if (more.length > 0 || (kind !== '' && !KINDS.some((each) => each === kind))) {
    throw new UsageError(`stats takes one of ${KINDS.join(', ')}`);
  }
  if (args.has('watch')) return watch(session, kind);
  return show(session, kind, await ask(session, kind), undefined);
}

interface Answer {
  readonly server: ServerSpec;
  /** Empty where there is an error. */
  readonly stats: Stats;
  readonly error?: string;
}

/** All servers at once: one that fails keeps nobody from the others'. */
function ask(session: Session, kind: string): Promise<Answer[]> {
  return Promise.all(
    session.servers.map(async (server): Promise<Answer> => {
      try {
        return { server, stats: await (await session.admin(server)).stats(kind) };
      } catch (error) {
        if (error instanceof UsageError) throw error;
        await session.forget(server);
        return { server, stats: new Map(), error: messageOf(error) };
      }
    }),
  );
}

async function watch(session: Session, kind: string): Promise<Exit> {
  const { args, terminal } = session;
  const every = args.number('every', 1, false);
  if (every <= 0 || every > MAX_WATCH_S) throw new UsageError('--every is a number of seconds');
  const count = args.number('count', Infinity);
  const stop = new AbortController();
  const interrupted = (): void => stop.abort();
  process.once('SIGINT', interrupted);
  let past: Past | undefined;
  let exit: Exit = Exit.hit;
  try {
    for (let looks = 0; looks < count && !stop.signal.aborted; looks++) {
      if (looks > 0)
        await sleep(every * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
      if (stop.signal.aborted) break;
      const at = performance.now();
      const answers = await ask(session, kind);
      if (terminal.isTerminal && !args.has('json')) await terminal.write('\x1b[H\x1b[2J');
      exit = await show(session, kind, answers, past);
      past = { answers, at };
    }
    return exit;
  } finally {
    process.off('SIGINT', interrupted);
  }
}

/** Servers' answers before, and when that was in milliseconds. */
interface Past {
  readonly answers: readonly Answer[];
  readonly at: number;
}

async function show(
  session: Session,
  kind: string,
  answers: readonly Answer[],
  past: Past | undefined,
): Promise<Exit> {
  const { args, terminal } = session;
  const lines = args.has('json') ? answers.map(jsonOf) : tableOf(session, kind, answers, past);
  await terminal.lines(lines);
  const errors = answers.flatMap(({ error }) => error ?? []);
  for (const error of errors) await session.complain(error);
  return errors.length > 0 ? Exit.server : Exit.hit;
}

function jsonOf({ server: { name }, stats, error }: Answer): string {
  const told = error === undefined ? { stats: Object.fromEntries(stats) } : { error };
  return safeJson(JSON.stringify({ server: name, ...told }));
}

function tableOf(
  session: Session,
  kind: string,
  answers: readonly Answer[],
  past: Past | undefined,
): string[] {
  const isWhole = session.args.has('all');
  const classes = isWhole ? undefined : CLASS_FIELDS[kind];
  if (classes !== undefined) return classTable(session, answers, classes);
  return serverTable(session, answers, isWhole || kind !== '' ? all(answers) : overview(past));
}

/** What one row of a table by servers shows of each. */
interface Row {
  readonly title: string;
  readonly cell: (stats: Stats, server: number) => string;
}

function serverTable(
  { terminal }: Session,
  answers: readonly Answer[],
  rows: readonly Row[],
): string[] {
  const columns: Column[] = [
    { title: '' },
    ...answers.map(({ server: { name } }) => ({ title: name, right: true })),
  ];
  const cells = rows.map(({ title, cell }) => [
    title,
    ...answers.map(({ stats }, i) => escaped(cell(stats, i))),
  ]);
  return table(terminal, columns, cells);
}

function all(answers: readonly Answer[]): Row[] {
  const names = new Set(answers.flatMap(({ stats }) => [...stats.keys()]));
  return Array.from(names, (name) => ({
    title: escaped(name),
    cell: (stats) => stats.get(name) ?? '-',
  }));
}

function numberOf(stats: Stats, name: string): number {
  return Number(stats.get(name) ?? NaN);
}

function counted(number: number, show: (number: number) => string = shownCount): string {
  return Number.isFinite(number) ? show(number) : '-';
}

/** A counter, and how fast it grew. */
function rate(title: string, name: string, past: Past | undefined): Row {
  const seconds = past === undefined ? NaN : (performance.now() - past.at) / 1000;
  return {
    title,
    cell: (stats, server) => {
      const now = numberOf(stats, name);
      const growth = now - numberOf(past?.answers[server]?.stats ?? new Map(), name);
      // A server that was started again counts anew.
      const perSecond = Math.max(0, Math.round(growth / seconds));
      return Number.isFinite(perSecond)
        ? `${counted(now)} (${counted(perSecond)}/s)`
        : counted(now);
    },
  };
}

function share(stats: Stats, part: string, whole: string): string {
  const ratio = numberOf(stats, part) / numberOf(stats, whole);
  return Number.isFinite(ratio) ? `${(ratio * 100).toFixed(1)} %` : '-';
}

function overview(past: Past | undefined): Row[] {
  return [
    { title: 'version', cell: (stats) => stats.get('version') ?? '-' },
    { title: 'up for', cell: (stats) => counted(numberOf(stats, 'uptime'), shownSeconds) },
    { title: 'items', cell: (stats) => counted(numberOf(stats, 'curr_items')) },
    { title: 'bytes', cell: (stats) => counted(numberOf(stats, 'bytes'), shownBytes) },
    { title: 'of', cell: (stats) => counted(numberOf(stats, 'limit_maxbytes'), shownBytes) },
    { title: 'full', cell: (stats) => share(stats, 'bytes', 'limit_maxbytes') },
    { title: 'hit ratio', cell: (stats) => share(stats, 'get_hits', 'cmd_get') },
    rate('gets', 'cmd_get', past),
    rate('sets', 'cmd_set', past),
    rate('evictions', 'evictions', past),
    rate('bytes read', 'bytes_read', past),
    rate('bytes written', 'bytes_written', past),
    { title: 'connections', cell: (stats) => counted(numberOf(stats, 'curr_connections')) },
  ];
}

/** Of slab classes: the fields that are shown of each. */
const CLASS_FIELDS: Readonly<Record<string, readonly string[]>> = {
  items: ['number', 'age', 'mem_requested', 'evicted', 'expired_unfetched', 'outofmemory'],
  slabs: ['chunk_size', 'total_pages', 'used_chunks', 'free_chunks', 'get_hits', 'cmd_set'],
};

/** `items:<class>:<field>` and `<class>:<field>`, a line for each class of each server. */
function classTable(
  { terminal }: Session,
  answers: readonly Answer[],
  fields: readonly string[],
): string[] {
  const columns: Column[] = [
    { title: 'server' },
    ...['class', ...fields].map((title) => ({ title, right: true })),
  ];
  const rows = answers.flatMap(({ server: { name }, stats }) =>
    Array.from(classesOf(stats), ([id, values]) => [
      name,
      id,
      ...fields.map((field) => counted(numberOf(values, field))),
    ]),
  );
  return table(terminal, columns, rows);
}

function classesOf(stats: Stats): Map<string, Map<string, string>> {
  const classes = new Map<string, Map<string, string>>();
  for (const [name, value] of stats) {
    const [, id, field] = /^(?:items:)?(\d+):(\w+)$/.exec(name) ?? [];
    if (id === undefined || field === undefined) continue;
    const values = classes.get(id) ?? new Map<string, string>();
    classes.set(id, values.set(field, value));
  }
  return classes;
}
