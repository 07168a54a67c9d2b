// What fails keeps nothing else from being done: one server of three is down, a file is no dump, a server comes back.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startScripted } from '../../lib/testing/scripted-server';
import { Memcached, RawConnection, refusingPort, startServers, stopServers } from '../support';
import { run, type Ran } from './console';

jest.setTimeout(60_000);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function linesOf({ stdout }: Ran): string[] {
  return stdout.toString().trimEnd().split('\n');
}

function jsonOf(ran: Ran): Record<string, unknown>[] {
  return linesOf(ran).map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('one server of three is down', () => {
  let servers: Memcached[];
  let down: string;
  /** Two that are up around one that is not. */
  let at: string[];
  /** A key of each, in their order. */
  let keys: string[];
  beforeEach(async () => {
    servers = await startServers(2);
    const [first, last] = servers.map(({ name }) => name);
    down = `127.0.0.1:${await refusingPort()}`;
    at = ['-s', `${first},${down},${last}`];
    const names = Array.from({ length: 60 }, (_, i) => `key:${i}`);
    const placed = jsonOf(await run(['where', ...names, '--json', ...at])) as {
      key: string;
      clients: Record<string, string>;
    }[];
    keys = [first, down, last].map((name) => {
      return placed.find(({ clients }) => clients['python-memcached'] === name)?.key ?? '';
    });
    expect(keys).not.toContain('');
    for (const [i, server] of servers.entries()) {
      await using raw = await RawConnection.open(server);
      await raw.store(keys[i * 2] ?? '', 16, 'v');
    }
  });
  afterEach(() => stopServers(servers));

  it('get, touch and delete do what they can', async () => {
    const read = await run(['get', ...keys, ...at]);
    expect([read.code, linesOf(read)]).toEqual([3, ["'v'", "'v'"]]);
    expect(read.stderr).toMatch(new RegExp(`^memcache-py: ${down}: .*\n$`));
    const told = await run(['get', ...keys, '--json', ...at]);
    expect([told.code, told.stderr]).toEqual([3, '']);
    expect(jsonOf(told)).toMatchObject([
      { key: keys[0], found: true },
      { key: keys[1], server: down, error: expect.stringContaining('ECONNREFUSED') as string },
      { key: keys[2], found: true },
    ]);
    const touched = await run(['touch', ...keys, ...at]);
    expect([touched.code, linesOf(touched)]).toEqual([3, ['touched', 'touched']]);
    const deleted = await run(['delete', ...keys, ...at]);
    expect([deleted.code, linesOf(deleted)]).toEqual([3, ['deleted', 'deleted']]);
  });

  it('keys, dump, stats and where --find tell of the others', async () => {
    const listed = await run(['keys', ...at]);
    expect([listed.code, linesOf(listed)]).toEqual([3, [keys[0], keys[2]]]);
    const file = join(folder, 'part.jsonl');
    expect((await run(['dump', file, ...at])).code).toBe(3);
    const alive = ['-s', servers.map(({ name }) => name).join()];
    expect((await run(['dump', file, '--resume', ...alive])).stderr).toBe('2 entries dumped\n');
    const counted = await run(['stats', ...at]);
    expect([counted.code, counted.stderr]).toEqual([3, expect.stringContaining(down)]);
    expect(counted.stdout.toString()).toMatch(/^items +1 +- +1$/m);
    expect(jsonOf(await run(['stats', '--json', ...at]))).toMatchObject([
      { stats: { curr_items: '1' } },
      { server: down, error: expect.any(String) as string },
      { stats: { curr_items: '1' } },
    ]);
    const found = await run(['where', keys[2] ?? '', '--find', '--json', ...at]);
    expect([found.code, jsonOf(found)]).toEqual([3, [expect.objectContaining({ found: [servers[1]?.name] })]]);
    expect(found.stderr).toContain(down);
  }); // prettier-ignore

  it('doctor names it, and looks at the entries of the others', async () => {
    const { code, stdout } = await run(['doctor', ...at]);
    expect(code).toBe(3);
    expect(stdout.toString()).toContain(`bad   ${down}: `);
    expect(stdout.toString()).toContain('python-memcached reads 2 entries of 2 drawn');
  });
});

it('goes on watching when a server comes back', async () => {
  let asked = 0;
  const server = await startScripted((_received, socket) => {
    asked++;
    if (asked === 2) socket.destroy();
    return 'STAT cmd_get 1\r\nSTAT version 1.6.18\r\nEND\r\n';
  });
  const words = ['stats', '--watch', '--every', '0.01', '--count', '3', '--timeout', '50'];
  const { code, stdout, stderr } = await run([...words, '-s', `127.0.0.1:${server.port}`]);
  expect(
    stdout
      .toString()
      .match(/^version +\S+$/gm)
      ?.map((line) => line.slice(-6)),
  ).toEqual(['1.6.18', expect.stringMatching(/ -$/), '1.6.18']);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^memcache-py: [\d.:]+: .*\n$/)]);
  await server.close();
});

it('doctor says why there are no entries to look at', async () => {
  await using off = await Memcached.start({ args: ['-o', 'no_lru_crawler'] });
  const { code, stdout } = await run(['doctor', '-s', off.name]);
  expect([code, stdout.toString()]).toEqual([
    1,
    expect.stringContaining('with its lru_crawler off'),
  ]);
});

describe('files', () => {
  let server: Memcached;
  let at: string[];
  let file: string;
  beforeAll(async () => {
    server = await Memcached.start();
    at = ['-s', server.name];
    file = join(folder, 'whole.jsonl');
    await run(['set', 'k', 'v', ...at]);
    await run(['dump', file, ...at]);
  });
  afterAll(() => server.stop());

  it.each([['restore'], ['dump', '--resume']])(
    '%s refuses what cannot be a dump',
    async (...words) => {
      writeFileSync(join(folder, 'empty'), '');
      writeFileSync(join(folder, 'other'), 'hello\n');
      for (const name of ['nowhere', '.', 'other']) {
        const { code, stderr } = await run([...words, join(folder, name), ...at]);
        expect([name, code, stderr]).toEqual([
          name,
          2,
          expect.stringMatching(/^memcache-py: .*\n$/),
        ]);
      }
    },
  );

  it('an interrupted dump is restored as far as it goes, and that is no success', async () => {
    const part = join(folder, 'cut.jsonl');
    const [head = '', entry = ''] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(part, `${head}\n${entry}\n{"key":"half`);
    const { code, stderr } = await run(['restore', part, ...at]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('1 entry restored\n')]);
    expect(stderr).toContain('interrupted before its end');
  });

  it.each(['', 'null', '{', '{"run":1,"offset":0}', '[]'])(
    'a record of progress that says %j is told, and --restart begins again',
    async (text) => {
      writeFileSync(`${file}.progress`, text);
      for (const option of ['--resume', '--add']) {
        const { code, stderr } = await run(['restore', file, option, ...at]);
        expect([code, stderr]).toEqual([2, expect.stringContaining('--restart begins again')]);
      }
      expect((await run(['restore', file, '--restart', ...at])).code).toBe(0);
    },
  );
});
