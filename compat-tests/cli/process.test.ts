// The command as a process of its own: exit codes, a reader that goes away, a restore that is killed and goes on.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Memcached, RawConnection } from '../support';
import { adopt } from '../support/children';
import { Transpiled } from '../support/transpiled';

jest.setTimeout(120_000);

let library: Transpiled;
let server: Memcached;
let folder: string;
beforeAll(async () => {
  library = new Transpiled();
  server = await Memcached.start();
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
});
afterAll(async () => {
  library.remove();
  rmSync(folder, { recursive: true });
  await server.stop();
});

function start(words: readonly string[], name = server.name): ChildProcessWithoutNullStreams {
  const main = join(library.path, '..', 'cli', 'main.js');
  const child = spawn(process.execPath, [main, ...words, '-s', name, '--timeout', '50']);
  adopt(child);
  return child;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

/** Stores this many entries at once. */
async function fill(count: number, data: string): Promise<void> {
  await using raw = await RawConnection.open(server);
  const lines = Array.from({ length: count }, (_, i) => {
    return `set fill:${i} 0 0 ${data.length} noreply\r\n${data}\r\n`;
  });
  raw.write(lines.join(''));
  expect(await raw.ask('mn\r\n')).toBe('MN');
}

it('ends with the exit code, and holds the process no longer than its work takes', async () => {
  expect(await ended(start(['set', 'k', "it's", '--ttl', '100']))).toEqual({
    code: 0,
    stdout: `stored on ${server.name}\n`,
    stderr: '',
  });
  expect(await ended(start(['get', 'k']))).toEqual({ code: 0, stdout: `"it's"\n`, stderr: '' });
  expect(await ended(start(['get', 'nope']))).toEqual({
    code: 1,
    stdout: '',
    stderr: `memcache-py: no such key: nope (on ${server.name})\n`,
  });
  expect((await ended(start(['get']))).code).toBe(2);
});

it('loads no client and no pickles to show its help', async () => {
  const main = join(library.path, '..', 'cli', 'main.js');
  const script = `require(${JSON.stringify(main)}).main(['--help'], process).then(() => {
    console.error(JSON.stringify(Object.keys(require.cache)));
  })`;
  const child = spawn(process.execPath, ['-e', script]);
  adopt(child);
  const { stdout, stderr } = await ended(child);
  expect(stdout).toContain('usage: memcache-py COMMAND');
  const loaded = (JSON.parse(stderr) as string[]).map((path) =>
    path.split('/').slice(-2).join('/'),
  );
  expect(loaded).toContain('cli/main.js');
  expect(loaded.filter((path) => !/^(cli\/|[^/]*\/errors\.js$)/.test(path))).toEqual([]);
});

it('a reader that goes away ends it quietly', async () => {
  await fill(10_000, 'x');
  for (const words of [['keys'], ['keys', '--json'], ['dump', '-']]) {
    const child = start(words);
    const end = once(child, 'close');
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    await once(child.stdout, 'readable');
    child.stdout.destroy();
    const [code] = (await end) as [number | null];
    expect([words, code, complaint]).toEqual([words, 0, '']);
  }
});

/** A way to the server on which replies stop after so many bytes of them, until it is opened. */
class Gate {
  readonly #server: Server;
  readonly stalled: Promise<void>;
  isOpen = false;

  constructor(after: number) {
    let stall: () => void;
    this.stalled = new Promise((resolve) => (stall = resolve));
    this.#server = createServer((client) => {
      const behind = connect(server.address);
      let passed = 0;
      client.on('error', () => behind.destroy()).on('data', (chunk) => behind.write(chunk));
      client.on('close', () => behind.destroy());
      behind
        .on('error', () => client.destroy())
        .on('data', (chunk: Buffer) => {
          passed += chunk.length;
          if (this.isOpen || passed <= after) client.write(chunk);
          else stall();
        });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }
}

it('a restore that is killed goes on where it was, and nothing is missing', async () => {
  const file = join(folder, 'dump.jsonl');
  await using raw = await RawConnection.open(server);
  await raw.flush();
  await fill(1000, 'v'.repeat(500));
  expect((await ended(start(['dump', file]))).stderr).toBe('1,000 entries dumped\n');
  await raw.flush();

  // Four batches (of 64 kB) are answered, the fifth is not: then it is killed.
  const batch = 131;
  const gate = new Gate(batch * 'STORED\r\n'.length * 4);
  const name = await gate.listen();
  const killed = start(['restore', file], name);
  const end = ended(killed);
  await gate.stalled;
  killed.kill('SIGKILL');
  await end;
  const progress = JSON.parse(readFileSync(`${file}.progress`, 'utf8')) as { offset: number };
  expect(progress.offset).toBeGreaterThan(0);

  gate.isOpen = true;
  const refused = await ended(start(['restore', file], name));
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--resume goes on')]);
  const { code, stderr } = await ended(start(['restore', file, '--resume'], name));
  expect(code).toBe(0);
  const rest = Number(/^(\d+) entries restored\n$/.exec(stderr)?.[1]);
  expect(rest).toBeGreaterThan(1000 - batch * 6);
  expect(rest).toBeLessThan(1000);
  expect(existsSync(`${file}.progress`)).toBe(false);
  const { stdout } = await ended(start(['keys']));
  expect(stdout.trim().split('\n')).toHaveLength(1000);
  gate.close();
});

it('a dump that was cut goes on, without the entries that it has', async () => {
  const whole = join(folder, 'whole.jsonl');
  const cut = join(folder, 'cut.jsonl');
  await ended(start(['dump', whole]));
  const lines = readFileSync(whole, 'utf8').split('\n');
  writeFileSync(cut, `${lines.slice(0, 400).join('\n')}\n{"key":"fill:1","fla`);
  expect(await ended(start(['dump', cut, '--resume']))).toEqual({
    code: 0,
    stdout: '',
    stderr: '1,000 entries dumped\n',
  });
  const sorted = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(1).sort();
  expect(sorted(cut)).toEqual(sorted(whole));
  const again = await ended(start(['dump', cut, '--resume']));
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is a whole dump')]);
});
