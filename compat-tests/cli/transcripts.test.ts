// docs/cli.md is what the command prints: every console block is run on a terminal, on entries of the real Python clients.
// `UPDATE_TRANSCRIPTS=1 npx jest --selectProjects compat --testPathPatterns cli/transcripts` writes them anew.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServers, stopServers, type Memcached } from '../support';
import { run, seed, wordsOf } from './console';

const PAGE = join(__dirname, '..', '..', 'docs', 'cli.md');
const text = readFileSync(PAGE, 'utf8');
/** As the page names the servers. */
const NAMES = ['127.0.0.1:11211', '127.0.0.1:11212', '127.0.0.1:11213'];

/** What differs from run to run, and from one memcached or Python to another. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/memcached \d+\.\d+\.\d+/g, 'memcached 1.6.18'],
  [/up for (\d+[dhms] ?)+/g, 'up for 3d 4h'],
  [/expires in (\d+[dhms] ?)+/g, 'expires in 59m 59s'],
  [/"ttl":\d+/g, '"ttl":3599'],
  [/\b\d+ % of (\d+ keys lie)/g, '51 % of $1'],
  [/(finds) \d+ %/g, '$1 100 %'],
  [/"size":\d+,"expires"/g, '"size":119,"expires"'],
  // Which rows place some keys alike depends on ports.
  [/(would find:).*/g, '$1 python-memcached 1.60+ 48 %, ...'],
];

/** Of the overview of `stats`: numbers that vary, in the width that they have. */
const COUNTED: Readonly<Record<string, string>> = {
  version: '1.6.18',
  'up for': '3d 4h',
  bytes: '9.8 kB',
  'hit ratio': '66.7 %',
  gets: '18',
  'bytes read': '21,345',
  'bytes written': '23,456',
  connections: '2',
};
const STATS = new RegExp(`^(${Object.keys(COUNTED).join('|')})( {2,}\\S.*)$`, 'gm');

function counted(_line: string, name: string, rest: string): string {
  return name + (COUNTED[name] ?? '').padStart(rest.length);
}

interface Block {
  readonly line: number;
  readonly commands: readonly string[];
  readonly expected: string;
}

const BLOCKS: readonly Block[] = Array.from(
  text.matchAll(/^```console\n([^]*?)^```$/gm),
  (match) => {
    const expected = match[1] ?? '';
    const commands = expected.match(/^\$ .*$/gm) ?? [];
    return { line: text.slice(0, match.index).split('\n').length, commands, expected };
  },
);

let servers: Memcached[];
let folder: string;
beforeAll(async () => {
  servers = await startServers(3);
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
  seed([servers[0]?.name ?? '']);
  seed(servers.slice(1).map(({ name }) => name));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await stopServers(servers);
});

/** What a terminal shows of a block, with the names of the page. */
async function transcript({ commands }: Block): Promise<string> {
  let shown = '';
  for (const command of commands) {
    const here = NAMES.reduce(
      (line, name, i) => line.replaceAll(name, servers[i]?.name ?? ''),
      command,
    );
    const [, , ...words] = wordsOf(here);
    const placed = words.map((word) => (word === 'backup.jsonl' ? join(folder, word) : word));
    const env = { MEMCACHE_PY_SERVERS: servers[0]?.name ?? '', NO_COLOR: '1' };
    const { output } = await run(placed, { env, terminal: true });
    shown += `${command}\n${output.replace(/\r[^\n]*\x1b\[K/g, '')}`;
  }
  const named = NAMES.reduce((all, name, i) => all.replaceAll(servers[i]?.name ?? '', name), shown);
  const masked = VARIABLE.reduce((all, [pattern, with_]) => all.replace(pattern, with_), named);
  return masked.replace(STATS, counted);
}

it('every block of docs/cli.md is what the command prints', async () => {
  let page = text;
  for (const block of BLOCKS) {
    const shown = await transcript(block);
    page = page.replace(
      `\`\`\`console\n${block.expected}\`\`\``,
      () => `\`\`\`console\n${shown}\`\`\``,
    );
  }
  if (process.env['UPDATE_TRANSCRIPTS'] === '1') writeFileSync(PAGE, page);
  expect(text).toBe(page);
}, 60_000);

it('the page has a transcript of every command', () => {
  const shown = new Set(
    BLOCKS.flatMap(({ commands }) => commands.map((line) => line.split(' ')[2])),
  );
  const named = ['get', 'set', 'add', 'delete', 'touch', 'incr', 'decr', 'keys', 'types', 'where'];
  for (const name of [...named, 'doctor', 'stats', 'dump', 'restore', 'django', 'flush']) {
    expect(shown).toContain(name);
  }
});
