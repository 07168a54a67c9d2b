// Servers of every kind: TLS, a login, a unix socket, IPv6, a proxy, an old one, one that lists keys for somebody else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startScripted } from '../../lib/testing/scripted-server';
import { Memcached, Python, RawConnection } from '../support';
import { Twemproxy } from '../pylibmc/twemproxy';
import { Authority, tlsArgs } from '../transport/authority';
import { Users } from '../transport/users';
import { run } from './console';

jest.setTimeout(30_000);

/** Stores, reads, lists and counts: what any server must bear. */
async function use(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  const told: [string, number][] = [];
  for (const line of ['flush --yes', 'set k v', 'get k', 'keys', 'types', 'stats', 'delete k', 'get k']) {
    const { code, stderr } = await run([...line.split(' '), ...words], { env });
    told.push([`${line}: ${code === 0 ? '' : stderr}`, code]);
  }
  const [last] = told.splice(-1);
  expect(told.filter(([, code]) => code !== 0)).toEqual([]);
  expect(last?.[1]).toBe(1);
} // prettier-ignore

it('speaks TLS, and to no server whose certificate is not good', async () => {
  const authority = new Authority();
  await using server = await Memcached.start({ args: tlsArgs(authority.issue()) });
  await use(['-s', server.name, '--tls-ca', authority.root.certFile]);
  await use(['-s', `memcacheds://localhost:${server.port}`, '--tls-ca', authority.root.certFile]);
  const { code, stderr } = await run(['get', 'k', '-s', server.name, '--tls']);
  expect([code, stderr]).toEqual([3, expect.stringContaining('certificate')]);
  const plain = await run(['get', 'k', '-s', server.name, '--timeout', '5']);
  expect(plain.code).toBe(3);
  const none = await run(['get', 'k', '-s', server.name, '--tls-ca', '/nowhere']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('ENOENT')]);
  authority.remove();
});

it('logs in, with a password that no command line and no message shows', async () => {
  const users = new Users();
  const ada = { username: 'ada', password: 'enchantress:of@numbers' };
  await using server = await Memcached.start(users.text(ada));
  const env = { MEMCACHE_PY_USERNAME: ada.username, MEMCACHE_PY_PASSWORD: ada.password };
  await use(['-s', server.name], env);
  await use(['-s', `memcached://ada:${encodeURIComponent(ada.password)}@${server.name}`]);
  for (const [words, password, code] of [
    [['--username', 'ada'], 'wrong-secret', 3],
    [['--username', 'ada'], '', 2],
    [[], '', 3],
  ] as const) {
    const given = { MEMCACHE_PY_PASSWORD: password };
    for (const line of ['get k', 'set k v', 'keys']) {
      const ran = await run([...line.split(' '), '-s', server.name, ...words], { env: given });
      expect([line, words, ran.code]).toEqual([line, words, code]);
      expect(ran.output).not.toMatch(/secret|enchantress/);
    }
  }
  users.remove();
});

it.each(['unix', '::1'] as const)('reaches a server on %s', async (on) => {
  await using server = await Memcached.start({ on });
  await use(['-s', on === 'unix' ? server.path : `[::1]:${server.port}`]);
  if (on === 'unix') await use(['-s', `memcached://${server.path}`, '-c', 'pylibmc']);
  await use(['-s', server.name]);
});

it('reads through a proxy that has neither meta commands nor a list of keys', async () => {
  await using server = await Memcached.start();
  const pool = { hash: 'md5', distribution: 'modula', servers: [`${server.name}:1`] };
  await using proxy = await Twemproxy.start(pool);
  const at = ['-s', proxy.path];
  expect((await run(['set', 'k', 'v', '--ttl', '60', ...at])).code).toBe(0);
  const { code, output } = await run(['get', 'k', ...at], { terminal: true, env: { NO_COLOR: '1' } });
  expect([code, output]).toEqual([0, expect.stringContaining('1 byte, ttl unknown')]);
  expect((await run(['get', 'none', ...at])).code).toBe(1);
  expect((await run(['keys', ...at])).code).toBe(3);
}); // prettier-ignore

/** memcached 1.4: no meta commands, and no list of keys by hash. */
async function oldServer(): Promise<{ name: string; close: () => Promise<void> }> {
  const replies: readonly (readonly [RegExp, string])[] = [
    [/^lru_crawler metadump hash/, 'BADCLASS invalid class id\r\n'],
    [/^lru_crawler metadump all/, 'key=k exp=-1 la=1 cas=1 fetch=no cls=1 size=60\nEND\r\n'],
    [/^get k none?\r\n|^get k\r\n/, 'VALUE k 16 1\r\nv\r\nEND\r\n'],
    [/^get /, 'END\r\n'],
    [/^stats settings/, 'STAT item_size_max 1048576\r\nEND\r\n'],
    [/^stats/, `STAT version 1.4.39\r\nSTAT time ${Math.floor(Date.now() / 1000)}\r\nEND\r\n`],
  ];
  const server = await startScripted((received) => {
    return replies.find(([line]) => line.test(received))?.[1] ?? 'ERROR\r\n';
  });
  return { name: `127.0.0.1:${server.port}`, close: () => server.close() };
}

it('takes a server before 1.6 as it is', async () => {
  const { name, close } = await oldServer();
  const at = ['-s', name];
  expect((await run(['get', 'k', ...at])).output).toBe("'v'\n");
  expect((await run(['get', 'none', ...at])).code).toBe(1);
  expect((await run(['keys', ...at])).output).toBe('k\n');
  expect((await run(['types', '--json', ...at])).output).toContain('"type":"str"');
  const { code, output } = await run(['doctor', ...at]);
  expect([code, output]).toEqual([1, expect.stringContaining('memcached 1.4.39 tells no time to live')]);
  await close();
}); // prettier-ignore

it('says who is being listed for, and what to do', async () => {
  const busy = await startScripted(() => 'BUSY currently processing crawler request\r\n');
  const { code, stderr } = await run(['keys', '--timeout', '0.1', '-s', `127.0.0.1:${busy.port}`]);
  expect([code, stderr]).toEqual([3, expect.stringContaining('for somebody else: try again')]);
  await busy.close();
  await using off = await Memcached.start({ args: ['-o', 'no_lru_crawler'] });
  expect((await run(['keys', '-s', off.name])).stderr).toContain('with its lru_crawler off');
});

it('ends a listing early, and the server lists again at once', async () => {
  await using server = await Memcached.start();
  await using raw = await RawConnection.open(server);
  raw.write(Array.from({ length: 30_000 }, (_, i) => `set key:${i} 0 0 1 noreply\r\nv\r\n`).join(''));
  expect(await raw.ask('mn\r\n')).toBe('MN');
  const { stdout } = await run(['keys', '--limit', '3', '-s', server.name]);
  expect(stdout.toString().trim().split('\n')).toHaveLength(3);
  const again = await run(['keys', '--limit', '5', '-s', server.name]);
  expect(again.stdout.toString().trim().split('\n')).toHaveLength(5);
  expect((await run(['keys', '--limit', '0', '-s', server.name])).code).toBe(1);
}); // prettier-ignore

it('never lets a server wait for whoever reads its keys: entries are locked meanwhile', async () => {
  let listed: Promise<void> | undefined;
  const list = Array.from({ length: 100_000 }, (_, i) => {
    return `key=some:longer:key:${i} exp=-1 la=1 cas=${i} fetch=no cls=1 size=60\n`;
  }).join('');
  const server = await startScripted((received, socket) => {
    const asked = received.match(/^mg .*\r\n/gm)?.length ?? 0;
    if (/^lru_crawler/.test(received)) {
      listed = new Promise((resolve) => socket.write(`${list}END\r\n`, () => resolve()));
    } else if (received.startsWith('mg memcache-py')) return 'EN\r\n';
    // Whoever has the list has it whole, or nobody gets an answer.
    else void listed?.then(() => socket.write('VA 1 f0 t-1\r\nv\r\n'.repeat(asked)));
    return undefined;
  });
  const file = join(mkdtempSync(join(tmpdir(), 'cli-')), 'dump.jsonl');
  const at = ['-s', `127.0.0.1:${server.port}`, '--timeout', '20'];
  const { code, stderr } = await run(['dump', file, ...at]);
  expect([code, stderr]).toEqual([0, '100,000 entries dumped\n']);
  rmSync(join(file, '..'), { recursive: true });
  await server.close();
});

it('reads keys that no command line can hold where the server can, and says which it cannot', async () => {
  await using python = await Python.start({ modules: ['pylibmc'] });
  await using server = await Memcached.start();
  await python.exec('import pylibmc');
  const keys = ['a b', 'tab\there', `long ${'x'.repeat(180)}`, `long ${'x'.repeat(200)}`];
  const stored = '[pylibmc.Client([name], binary=True).set(key, "v") for key in keys]';
  expect(await python.eval(stored, { keys, name: server.name })).toEqual([true, true, true, true]);
  const at = ['-s', server.name];
  const { code, stdout, stderr } = await run(['dump', '-', ...at]);
  const dumped = stdout.toString().trim().split('\n').slice(1, -1);
  expect(dumped.map((line) => (JSON.parse(line) as { key: string }).key).sort()).toEqual(
    keys.slice(0, 3).sort(),
  );
  expect([code, stderr]).toEqual([
    1,
    `memcache-py: ${keys[3]}: the text protocol cannot ask for this key\n3 entries dumped\n`,
  ]);
  expect((await run(['types', '--json', ...at])).stdout.toString()).toContain(
    '"keys":4,"entries":3',
  );
  expect((await run(['doctor', ...at])).code).toBe(0);
});

it('doctor measures a server by what the chosen client sends', async () => {
  await using large = await Memcached.start({ args: ['-I', '4m'] });
  await using small = await Memcached.start({ args: ['-I', '512k'] });
  const told = async (name: string, client: string): Promise<[number, string]> => {
    const { code, stdout } = await run(['doctor', '-s', name, '-c', client]);
    return [code, stdout.toString()];
  };
  expect(await told(large.name, 'django-memcached')).toEqual([
    1,
    expect.stringContaining('server_max_value_length=4194304'),
  ]);
  expect(await told(large.name, 'pymemcache')).toEqual([0, expect.stringContaining('all is well')]);
  expect(await told(small.name, 'pymemcache')).toEqual([1, expect.stringContaining('-I 1m')]);
});

it('finds entries where another list of servers put them', async () => {
  await using one = await Memcached.start();
  await using other = await Memcached.start();
  await run(['set', 'k', 'v', '-s', other.name]);
  const words = ['k', '--find', '-s', `${one.name},${other.name}`];
  const { code, stdout } = await run(['where', ...words]);
  expect([code, stdout.toString()]).toEqual([0, expect.stringContaining(`found on ${other.name}`)]);
  await run(['delete', 'k', '-s', other.name]);
  expect((await run(['where', ...words])).code).toBe(1);
});

it('watches what servers count, and stops after so many looks', async () => {
  await using server = await Memcached.start();
  const words = ['stats', '--watch', '--every', '0.01', '--count', '3', '-s', server.name];
  const { code, stdout } = await run(words);
  expect(code).toBe(0);
  expect(stdout.toString().match(/^version/gm)).toHaveLength(3);
  expect(stdout.toString()).toMatch(/^gets +0 \(0\/s\)$/m);
  for (const kind of ['items', 'slabs', 'settings', 'sizes', 'conns']) {
    expect((await run(['stats', kind, '-s', server.name])).code).toBe(0);
  }
  const { stdout: all } = await run(['stats', '--all', '-s', server.name]);
  expect(all.toString()).toContain('curr_connections');
});

it('empties servers only when told to, and none when one is not there', async () => {
  await using server = await Memcached.start();
  await run(['set', 'k', 'v', '-s', server.name]);
  for (const terminal of [false, true]) {
    expect((await run(['flush', '-s', server.name], { terminal, stdin: 'yes\n' })).code).toBe(2);
  }
  expect((await run(['flush', '--yes', '-s', `${server.name},127.0.0.1:1`])).code).toBe(3);
  expect((await run(['get', 'k', '-s', server.name])).code).toBe(0);
});

it('shows colours on a terminal alone, and none where NO_COLOR says so', async () => {
  await using server = await Memcached.start();
  await run(['set', 'k', 'v', '-s', server.name]);
  const words = ['get', 'k', '-s', server.name];
  const colour = /\x1b\[\d+m/;
  expect((await run(words, { terminal: true })).output).toMatch(colour);
  expect((await run(words, { terminal: true, env: { NO_COLOR: '1' } })).output).not.toMatch(colour);
  expect((await run(words, { terminal: true, env: { NO_COLOR: '' } })).output).toMatch(colour);
  expect((await run(words, { terminal: true, env: { TERM: 'dumb' } })).output).not.toMatch(colour);
  expect((await run(words)).output).toBe("'v'\n");
});

it('looking changes nothing: neither the place of an entry nor that nobody has fetched it', async () => {
  await using server = await Memcached.start();
  await using raw = await RawConnection.open(server);
  await raw.store('k', 0, 'v');
  const before = await raw.ask('me k\r\n');
  expect(before).toContain('fetch=no');
  for (const line of ['get k', 'types', 'doctor', 'dump -', 'where k --find', 'keys']) {
    expect((await run([...line.split(' '), '-s', server.name])).code).toBe(0);
  }
  expect((await raw.ask('me k\r\n')).replace(/la=\d+/, '')).toBe(before.replace(/la=\d+/, ''));
});

it('takes a server of 1.6 that cannot look without touching', async () => {
  const server = await startScripted((received) => {
    const answers = received.match(/^mg .*\r\n/gm)?.map((line) => {
      if (/ u\r/.test(line)) return 'CLIENT_ERROR invalid flag\r\n';
      return line.startsWith('mg k ') ? 'VA 1 f16 t-1\r\nv\r\n' : 'EN\r\n';
    });
    return answers?.join('');
  });
  const { code, stdout } = await run(['get', 'k', 'none', 'k', '-s', `127.0.0.1:${server.port}`]);
  expect([code, stdout.toString()]).toEqual([1, "'v'\n'v'\n"]);
  await server.close();
});
