// The command line itself: help of every command, the version, and words that mean nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from './main';
import { patternOf } from './listing';
import { commandAt } from './options';
import { Progress } from './progress';
import { table, width } from './table';
import { Terminal } from './terminal';

const COMMANDS = [
  'get', 'set', 'add', 'replace', 'delete', 'touch', 'incr', 'decr', 'keys', 'stats', 'where', 'types', 'dump', 'restore',
  'doctor', 'django', 'flush',
]; // prettier-ignore

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const streams = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  };
  const code = await main(argv, { ...streams, env: {} });
  const text = (stream: PassThrough): string => String(stream.read() ?? '');
  return { code, stdout: text(streams.stdout), stderr: text(streams.stderr) };
}

it('names every command, and each has a help of its own', async () => {
  const { code, stdout } = await run('--help');
  expect(code).toBe(0);
  for (const name of COMMANDS) {
    expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    for (const words of [
      [name, '--help'],
      ['-h', name],
    ]) {
      const help = await run(...words);
      expect([help.code, help.stderr]).toEqual([0, '']);
      expect(help.stdout.startsWith(`usage: memcache-py ${name} `)).toBe(true);
      expect(help.stdout.split('\n').filter((line) => line.length > 132)).toEqual([]);
    }
  }
});

it('tells its version', async () => {
  const text = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  expect(await run('--version')).toEqual({
    code: 0,
    stdout: `memcache-py ${version}\n`,
    stderr: '',
  });
});

it('an unknown word is no command, not even one that every object has', async () => {
  for (const name of ['nonsense', 'constructor', '__proto__', 'toString', 'evil\x1b[2J']) {
    const { code, stderr } = await run(name);
    expect([name, code]).toEqual([name, 2]);
    expect(stderr).not.toContain('\x1b');
  }
});

it('finds the command behind options that take a value', () => {
  expect(commandAt(['-s', 'get', 'keys'])).toBe(2);
  expect(commandAt(['--servers=a', '--tls', 'get', '-s', 'b'])).toBe(2);
  expect(commandAt(['--help'])).toBe(-1);
});

it.each([
  ['user:*', 'user:1', true],
  ['user:*', 'auser:1', false],
  ['user:?', 'user:10', false],
  ['*[0-9]', 'a7', true],
  ['[!a]*', 'ab', false],
  ['a.b', 'axb', false],
  ['a[b', 'a[b', true],
  ['a\\*', 'a\\bc', true],
  ['(x)+{2}|^$', '(x)+{2}|^$', true],
  ['клю?', 'ключ', true],
  ['*', 'a\nb', true],
])('%j matches %j: %p', (glob, key, matches) => {
  expect(patternOf(glob).test(key)).toBe(matches);
});

it('a table knows how wide text is', () => {
  expect(['abc', 'é', 'e\u0301', '中文', '😀', ''].map(width)).toEqual([3, 1, 1, 4, 2, 0]);
});

it.each([
  [30, ['key  value', 'a    short', 'bb   a longer value that does…']],
  [1, ['key  value', 'a    short', 'bb   a longe…']],
  [undefined, ['key  value', 'a    short', 'bb   a longer value that does not fit in']],
])('on a terminal of %p columns a table ends where that does', (columns, lines) => {
  const stdout = Object.assign(new PassThrough(), {
    isTTY: columns !== undefined,
    columns: columns ?? 0,
  });
  const env = { NO_COLOR: '1' };
  const terminal = new Terminal({
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    env,
  });
  const titles = [{ title: 'key' }, { title: 'value' }];
  const rows = [
    ['a', 'short'],
    ['bb', ['dim', 'a longer value that does not fit in']],
  ] as const;
  expect(table(terminal, titles, rows)).toEqual(lines);
});

it('progress is written over, and cleared before anything else is said', async () => {
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  const stdout = new PassThrough();
  const terminal = new Terminal({ stdin: new PassThrough(), stdout, stderr, env: {} });
  let now = 0;
  const progress = new Progress(terminal, 'keys', 4, () => now);
  progress.add(1);
  now = 1000;
  progress.add(1);
  progress.add(1);
  now = 2000;
  progress.add(1);
  await terminal.line('data');
  terminal.note('note');
  progress.end();
  expect(String(stderr.read())).toBe(
    '\r\x1b[K[############............] 50% 2 keys\r\x1b[K[########################] 100% 4 keys\r\x1b[Knote\n',
  );
});
