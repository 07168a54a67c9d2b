// The support itself: a helper that lies would make every compat test lie.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  bytearray,
  bytes,
  CodePoints,
  Cycle,
  float,
  frozenset,
  LoggingProxy,
  Memcached,
  New,
  Other,
  py,
  Python,
  PythonRaised,
  RawConnection,
  refusingPort,
  set,
  startServers,
  stopServers,
  tuple,
  type PythonValue,
} from '.';

describe('the Python driver', () => {
  let python: Python;
  beforeAll(async () => {
    python = await Python.start({ modules: ['memcache'] });
    await python.exec('import datetime, decimal, collections, enum, fractions, uuid');
  });
  afterAll(() => python.stop());

  const utc = new New('datetime.timezone', [new New('datetime.timedelta', [0, 0, 0])]);
  const VALUES: readonly (readonly [string, PythonValue])[] = [
    ['None', null],
    ['True', true],
    ['1', 1],
    ['-(2**53 - 1)', -(2 ** 53 - 1)],
    ['2**53', 2n ** 53n],
    ['-2**200', -(2n ** 200n)],
    ['1.0', float(1)],
    ['-0.0', float(-0)],
    ['0.1', float(0.1)],
    ['5e-324', float(5e-324)],
    ['float("nan")', float(NaN)],
    ['float("-inf")', float(-Infinity)],
    ['float("inf")', float(Infinity)],
    ['"h\\xe9 \\u4e2d \\U0001f600 \\x00"', 'hé 中 😀 \0'],
    ['"a\\ud800"', new CodePoints([0x61, 0xd800])],
    ['"\\ud83d\\ude00"', new CodePoints([0xd83d, 0xde00])],
    ['b"\\x00\\xff"', bytes('\0\xff')],
    ['bytearray(b"ab")', bytearray('ab')],
    ['(1, (), [])', tuple(1, tuple(), [])],
    ['{3, 1, 2}', set(1, 2, 3)],
    ['frozenset(["b", "a"])', frozenset('a', 'b')],
    [
      '{"a": 1, 2: [None], (1,): b""}',
      new Map<PythonValue, PythonValue>([
        ['a', 1],
        [2, [null]],
        [tuple(1), bytes('')],
      ]),
    ],
    ['datetime.date(2020, 1, 2)', new New('datetime.date', [2020, 1, 2])],
    [
      'datetime.datetime(2020, 1, 2, 3, 4, 5, 678, tzinfo=datetime.timezone.utc, fold=1)',
      new New('datetime.datetime', [2020, 1, 2, 3, 4, 5, 678], { tzinfo: utc, fold: 1 }),
    ],
    ['datetime.timedelta(-1, 2, 3)', new New('datetime.timedelta', [-1, 2, 3])],
    ['decimal.Decimal("1.50")', new New('decimal.Decimal', ['1.50'])],
    ['fractions.Fraction(1, 3)', new New('fractions.Fraction', [1, 3])],
    ['complex(1, -0.0)', new New('builtins.complex', [float(1), float(-0)])],
    ['uuid.UUID(int=1)', new New('uuid.UUID', ['00000000-0000-0000-0000-000000000001'])],
    ['collections.deque([1], 2)', new New('collections.deque', [[1]], { maxlen: 2 })],
  ];

  it.each(VALUES)('carries %s both ways, type for type', async (source, value) => {
    expect(await python.eval(source)).toEqual(value);
    expect(await python.eval('value', { value })).toEqual(value);
    // NaN is equal to nothing, so the reprs are compared too, which tell types apart. A set's has no order of its own.
    const shown = (of: string): string => `sorted(repr(${of}))`;
    const isSame = `${shown('value')} == ${shown(source)} and type(value)`;
    expect(await python.eval(isSame, { value })).toEqual(await python.eval(`type(${source})`));
  });

  it('tells what it has no form for, and containers inside themselves', async () => {
    await python.exec('class Colour(enum.IntEnum): RED = 1\nnested = []\nnested.append((nested,))');
    const red = await python.eval('Colour.RED');
    expect(red).toBeInstanceOf(Other);
    expect(red).not.toEqual(1);
    expect(await python.eval('nested')).toEqual([tuple(new Cycle(2))]);
  });

  it('evaluates expressions as arguments', async () => {
    expect(await python.eval('value', { value: [py`2 ** 3`] })).toEqual([8]);
  });

  it('refuses what would silently become another value', async () => {
    const undefinedValue = undefined as unknown as PythonValue;
    await expect(python.eval('value', { value: undefinedValue })).rejects.toThrow(TypeError);
  });

  it('tells which exception was raised, and goes on', async () => {
    const mc = await python.create('memcache.Client', [[]]);
    const outcome = await mc.outcome('set', ['a b', 1]);
    expect(outcome).toMatchObject({
      raised: {
        type: 'MemcachedKeyCharacterError',
        module: 'memcache',
        bases: ['MemcachedKeyError', 'Exception', 'BaseException'],
      },
    });
    await expect(mc.call('get', ['a b'])).rejects.toThrow(PythonRaised);
    await expect(python.exec('raise SystemExit(3)')).rejects.toThrow('3');
    expect(await python.eval('1')).toBe(1);
  });

  it('returns what the client prints', async () => {
    const mc = await python.create('memcache.Client', [['127.0.0.1:1']], { debug: 1 });
    const outcome = await mc.outcome('get', ['k']);
    expect(outcome).toMatchObject({ returned: null });
    expect(outcome.stderr).toMatch(/^MemCached: .*refused/);
    await python.exec('print("to the client, not into the protocol")');
  });

  it('rejects what waits when Python ends', async () => {
    const doomed = await Python.start();
    const call = doomed.eval('__import__("os").abort()');
    await expect(call).rejects.toThrow('ended');
    await expect(doomed.eval('1')).rejects.toThrow('ended');
  });
});

describe('the servers', () => {
  it.each(['127.0.0.1', '::1', 'unix'] as const)(
    'listen on %s, and start again there',
    async (on) => {
      await using server = await Memcached.start({ on, args: ['-I', '2m'] });
      await using raw = await RawConnection.open(server);
      await raw.store('k', 5, bytes('\xff\r\n'));
      expect(await raw.entry('k')).toMatchObject({ flags: 5, data: bytes('\xff\r\n') });
      const { name } = server;
      await server.restart();
      expect(server.name).toBe(name);
      await expect(raw.ask('version\r\n')).rejects.toThrow();
      await using again = await RawConnection.open(server);
      expect(await again.entry('k')).toBeUndefined();
    },
  );

  it('answer nothing while frozen', async () => {
    await using server = await Memcached.start();
    await using raw = await RawConnection.open(server);
    await server.freeze();
    let answered = false;
    const answer = raw.ask('version\r\n').then((line) => ((answered = true), line));
    await using other = await RawConnection.open(server);
    expect(other).toBeDefined();
    expect(answered).toBe(false);
    server.thaw();
    expect(await answer).toMatch(/^VERSION /);
  });

  it('tell why they do not start', async () => {
    await expect(Memcached.start({ args: ['--no-such-option'] })).rejects.toThrow(
      /memcached ended/,
    );
    await using server = await Memcached.start();
    await expect(Memcached.start({ port: server.port })).rejects.toThrow(/in use/);
    await expect(startServers(2, { port: server.port })).rejects.toThrow(/in use/);
  });

  it('listen on ports of their own, and a refusing port refuses', async () => {
    const servers = await startServers(3);
    expect(new Set(servers.map((server) => server.port)).size).toBe(3);
    await stopServers(servers);
    const address = { host: '127.0.0.1', port: await refusingPort() };
    await expect(RawConnection.open({ address })).rejects.toThrow('ECONNREFUSED');
  });

  it('end when the process that started them is killed', async () => {
    // A process that adopts a child as this one does, and is then killed without a chance to clean up.
    const script = `
      const source = require('node:fs').readFileSync(process.argv[1], 'utf8');
      const exports = {};
      const options = { module: 'commonjs', target: 'es2022' };
      new Function('exports', 'require', require('typescript').transpile(source, options))(exports, require);
      const child = require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' });
      exports.adopt(child);
      console.log(child.pid);
      setInterval(() => {}, 1e6);
    `;
    const adopter = require.resolve('./children.ts');
    const parent = spawn(process.execPath, ['-e', script, adopter], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    parent.kill('SIGKILL');
    await untilGone(pid);
  });
});

describe('the proxy', () => {
  it('records what each connection sent and got', async () => {
    await using server = await Memcached.start();
    await using proxy = await LoggingProxy.start(server);
    await using first = await RawConnection.open(proxy);
    await using second = await RawConnection.open(proxy);
    const { result, sent, received } = await proxy.record(() =>
      first.ask('set k 0 0 1\r\n\xff\r\n'),
    );
    expect([result, sent, received]).toEqual(['STORED', 'set k 0 0 1\r\n\xff\r\n', 'STORED\r\n']);
    second.write('set k 0 0 1 noreply\r\n1\r\n');
    await proxy.until(({ sent }) => sent.endsWith('1\r\n'));
    expect(proxy.connections.map((each) => each.sent.toString())).toHaveLength(2);
    proxy.cut();
    await expect(second.readLine()).rejects.toThrow();
  });
});

/** There is no event for the end of a process that is not our child. */
async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise(setImmediate);
  }
}
