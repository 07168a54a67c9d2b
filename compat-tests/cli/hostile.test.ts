// Entries made to harm who looks at them: nothing of a key, a value, a class name or a reply reaches the terminal as it is.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startScripted } from '../../lib/testing/scripted-server';
import { Memcached, RawConnection } from '../support';
import { run } from './console';

const ESCAPE = '\x1b[2J\x1b]0;owned\x07';
/** Keys with a terminal's commands, another direction of text, bytes that are no utf-8, a backslash, quotes. */
const KEYS = [
  `evil${ESCAPE}`,
  Buffer.from('rtl\u202ecod').toString('latin1'),
  'raw\xff\xfe',
  'back\\slash',
  `quo'te"d`,
  Buffer.from('ключ').toString('latin1'),
];
/** Pickles whose module, class, text and error would speak to a terminal. */
const PICKLES = [
  `cmod${ESCAPE}\nCls${ESCAPE}\n.`,
  `cmod${ESCAPE}\nCls${ESCAPE}\n)\x81.`,
  `(imod${ESCAPE}\nCls\n.`,
  `V${ESCAPE}\u202e\n.`,
  `P${ESCAPE}\n.`,
  `I${ESCAPE}\n.`,
];

let server: Memcached;
let raw: RawConnection;
beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
  for (const key of KEYS) await raw.store(key, 0, `value${ESCAPE}`);
  for (const [i, pickle] of PICKLES.entries()) await raw.store(`p${i}`, 1, pickle);
  await raw.store('text', 16, `text${ESCAPE}\u009b31m`);
});
afterAll(async () => {
  await raw.close();
  await server.stop();
});

/** What a terminal, told to show no colours, gets; every control character but line ends is one too many. */
async function shown(words: readonly string[]): Promise<string> {
  const env = { NO_COLOR: '1', MEMCACHE_PY_SERVERS: server.name };
  const { output } = await run(words, { terminal: true, env });
  // The line of progress is our own.
  const rest = output.replace(/\r\x1b\[K(\[[#.]+\] )?(\d+% )?([\d,]+ keys seen)?/g, '');
  expect(rest).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  return rest;
}

it('lists, counts and shows them escaped', async () => {
  const keys = await shown(['keys']);
  for (const line of ['evil\\x1b[2J\\x1b]0;owned\\x07', 'rtl\\u202ecod', 'raw\\xff\\xfe', 'back\\\\slash', 'ключ']) {
    expect(keys.split('\n')).toContain(line);
  }
  await shown(['keys', '--long']);
  await shown(['keys', '--json']);
  await shown(['types']);
  await shown(['types', '--json']);
  await shown(['doctor']);
  for (const key of [...KEYS.slice(0, 2), ...PICKLES.map((_, i) => `p${i}`), 'text']) {
    const text = Buffer.from(key, 'latin1').toString();
    await shown(['get', text]);
    await shown(['get', text, '--json']);
    await shown(['get', text, '--disassemble']);
    await shown(['get', text, '--hex']);
    await shown(['where', text, '--find']);
  }
}, 30_000); // prettier-ignore

it('gives keys to programs as they are: NUL between them, or JSON', async () => {
  const at = ['-s', server.name];
  const { stdout } = await run(['keys', '-0', ...at]);
  const names = stdout.toString('latin1').split('\0');
  for (const key of KEYS) expect(names).toContain(key);
  const lines = (await run(['keys', '--json', ...at])).stdout.toString().trim().split('\n');
  const read = lines.map((line) => JSON.parse(line) as { key?: string; key_base64?: string });
  const wires = read.map(({ key, key_base64 }) => {
    return Buffer.from(key ?? key_base64 ?? '', key === undefined ? 'base64' : 'utf8').toString('latin1');
  });
  for (const key of KEYS) expect(wires).toContain(key);
}); // prettier-ignore

it('a line with a control character in a key of the command line is never two commands', async () => {
  for (const key of ['a\r\nflush_all', 'a b', 'a\0b', 'a\nb', '']) {
    for (const name of ['get', 'set', 'delete', 'where', 'touch', 'incr']) {
      const words = name === 'set' ? [name, key, 'v'] : [name, key];
      const { code, stderr } = await run([...words, '-s', server.name]);
      expect([name, key, code]).toEqual([name, key, 2]);
      expect(stderr).not.toMatch(/[\0-\x09\x0b-\x1f]/);
    }
  }
});

it('dumps and restores every one of them, and refuses what a dump never has', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  const file = join(folder, 'dump.jsonl');
  const at = ['-s', server.name];
  try {
    expect((await run(['dump', file, ...at])).code).toBe(0);
    await raw.flush();
    expect((await run(['restore', file, ...at])).stderr).toBe('13 entries restored\n');
    for (const key of KEYS) expect((await raw.entry(key))?.data.toString()).toBe(`value${ESCAPE}`);
    // A key that would be a command: the binary protocol stores such, the text protocol cannot.
    const [head = '', first = ''] = readFileSync(file, 'utf8').split('\n');
    const evil = JSON.stringify({ ...(JSON.parse(first) as object), key: 'a\r\nflush_all\r\n', key_base64: undefined });
    writeFileSync(file, `${head}\n${evil}\n{"end":true,"entries":1}\n`);
    const { code, stderr } = await run(['restore', file, ...at]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('the text protocol has no such key')]);
    expect((await raw.entry(KEYS[0] ?? ''))?.flags).toBe(0);
    for (const line of ['{}', '[]', 'null', 'x', '{"key":"k","flags":-1,"expires":0,"data":""}', '{"key":"k","flags":0,"expires":0,"data":"!"}']) {
      writeFileSync(file, `${head}\n${line}\n`);
      expect((await run(['restore', file, ...at])).code).toBe(2);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}); // prettier-ignore

describe('a server that lies', () => {
  const REPLIES: readonly (readonly [how: string, words: string, reply: string])[] = [
    ['no time to live', 'get k', 'EN\r\nVA 5 f1\r\n'],
    ['a size that nobody has', 'get k', 'EN\r\nVA 99999999999 f0 t-1\r\n'],
    ['more data than announced', 'get k', 'EN\r\nVA 1 f0 t-1\r\nabc\r\n'],
    ['an error that is a command', 'get k', `EN\r\nSERVER_ERROR ${ESCAPE}\r\n`],
    ['a line without an end', 'get k', `EN\r\n${'x'.repeat(10_000)}`],
    ['a line that is no statistic', 'stats', `STAT ${ESCAPE} 1\r\nWHAT\r\n`],
    ['a statistic that is a command', 'stats', `STAT version ${ESCAPE}\r\nEND\r\n`],
    ['a line that is no key', 'keys', 'key=%1b%5b2J exp=-1 la=1 cas=1 fetch=no cls=1 size=1\nno\r\n'],
    ['an error in place of keys', 'keys', `ERROR ${ESCAPE}\r\n`],
    ['a version that is a command', 'doctor', `STAT version ${ESCAPE}\r\nEND\r\n`],
  ]; // prettier-ignore

  it.each(REPLIES)('%s, asked to %s: it ends, in words that a terminal can show', async (_how, words, reply) => {
    const liar = await startScripted(() => reply);
    const ran = await run([...words.split(' '), '--timeout', '0.2', '-s', `127.0.0.1:${liar.port}`], {
      terminal: true,
      env: { NO_COLOR: '1' },
    });
    expect(ran.output.replace(/\r\x1b\[K/g, '')).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]/);
    expect([0, 1, 3]).toContain(ran.code);
    await liar.close();
  }); // prettier-ignore
});
