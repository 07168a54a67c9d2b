// Servers that are dead, silent, gone or back again: what the real pylibmc raises and answers, and what ours does on the same.

import { once } from 'node:events';
import { connect } from 'node:net';
import { Client } from '../../lib/clients/pylibmc';
import { startScripted, type ScriptedServer } from '../../lib/testing/scripted-server';
import {
  call,
  Memcached,
  Python,
  refusingPort,
  show,
  startServers,
  stopServers,
  type Call,
  type PythonObject,
  type PythonValue,
  type Said,
} from '../support';
import { askOurs, askTheirs, toPython, type Made } from './pair';

jest.setTimeout(30_000);

const KEYS = Array.from({ length: 40 }, (_, i) => `user:${i * 7919}`);

let python: Python;
beforeAll(async () => {
  python = await Python.start({ modules: ['pylibmc'] });
  await python.exec('import socket');
});
afterAll(() => python.stop());

/** Both clients on the same servers. */
class Both implements AsyncDisposable {
  private constructor(
    readonly theirs: PythonObject,
    readonly ours: Client,
  ) {}

  static async on(
    servers: readonly string[],
    { binary, behaviors = {} }: Made = { binary: false },
  ): Promise<Both> {
    const kwargs = { binary, behaviors: toPython(behaviors) };
    const theirs = await python.create('pylibmc.Client', [servers], kwargs);
    return new Both(theirs, new Client(servers, { binary, behaviors }));
  }

  /** The same calls on both, one after the other. */
  async say(...calls: readonly Call[]): Promise<{ theirs: Said[]; ours: Said[] }> {
    const said = { theirs: [] as Said[], ours: [] as Said[] };
    for (const each of calls) {
      said.theirs.push(await askTheirs(this.theirs, each));
      said.ours.push(await askOurs(this.ours, each));
    }
    return said;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.ours.disconnect_all();
    return Promise.resolve();
  }
}

const pairs = (keys: readonly string[]): ReadonlyMap<PythonValue, PythonValue> =>
  new Map(keys.map((key) => [key, key]));

/** Each is the first call of a client, and then once more. */
const CALLS: readonly Call[] = [
  call('get', ['k']),
  call('get', ['k', 'default']),
  call('gets', ['k']),
  call('set', ['k', 'v']),
  call('add', ['k', 'v']),
  call('replace', ['k', 'v']),
  call('append', ['k', 'v']),
  call('prepend', ['k', 'v']),
  call('cas', ['k', 'v', 5]),
  call('delete', ['k']),
  call('incr', ['k']),
  call('decr', ['k']),
  call('incr_multi', [['k', 'l']]),
  call('touch', ['k', 5]),
  call('get_multi', [['k']]),
  call('get_multi', [['k', 'l']]),
  call('set_multi', [pairs(['k', 'l'])]),
  call('add_multi', [pairs(['k', 'l'])]),
  call('delete_multi', [['k', 'l']]),
  call('get_stats'),
  call('flush_all'),
  call('hash', ['k']),
  call('disconnect_all'),
];

const WIRES = [
  ['text', false],
  ['binary', true],
] as const;

describe.each(WIRES)('over the %s protocol', (_wire, binary) => {
  it.each(CALLS.map((each) => [show(each), each] as const))(
    '%s of a server that refuses, and again while it is left alone',
    async (_shown, each) => {
      const behaviors = { cas: true, retry_timeout: 60 };
      const servers = [`127.0.0.1:${await refusingPort()}`];
      await using both = await Both.on(servers, { binary, behaviors });
      const { theirs, ours } = await both.say(each, each, call('get', ['k']));
      expect(ours).toEqual(theirs);
    },
  );

  it('a get of many keys answers those of the servers that are up; all others raise', async () => {
    await using server = await Memcached.start();
    const servers = [server.name, `127.0.0.1:${await refusingPort()}`];
    const behaviors = { retry_timeout: 60 };
    await using both = await Both.on(servers, { binary, behaviors });
    const [up = '', down = ''] = [0, 1].map((at) => KEYS.find((key) => both.ours.hash(key) === at));
    // The real client raises in the binary protocol: pylibmc-differences.test.ts.
    const spanning = binary ? [] : [[up, down], [down, up]]; // prettier-ignore
    const { theirs, ours } = await both.say(
      call('set', [up, 'v']),
      ...spanning.map((keys) => call('get_multi', [keys])),
      call('set_multi', [pairs([up, down])]),
      call('delete_multi', [[up, down]]),
      call('get', [up]),
      call('get', [down]),
      call('get_stats'),
      call('flush_all'),
    );
    expect(ours).toEqual(theirs);
  });

  describe('a server that is silent', () => {
    let silent: ScriptedServer;
    beforeAll(async () => (silent = await startScripted(() => undefined)));
    afterAll(() => silent.close());

    // The real flush_all of the binary protocol does not wait: pylibmc-differences.test.ts.
    const alone = ['hash', 'disconnect_all', ...(binary ? ['flush_all'] : [])];
    const silences = CALLS.filter(({ method }) => !alone.includes(method));
    it.each(silences.map((each) => [show(each), each] as const))(
      '%s ends with _poll_timeout',
      async (_shown, each) => {
        const behaviors = { cas: true, _poll_timeout: 50 };
        const servers = [`127.0.0.1:${silent.port}`];
        await using both = await Both.on(servers, { binary, behaviors });
        const { theirs, ours } = await both.say(each);
        expect(ours).toEqual(theirs);
      },
    );
  });

  it('a connection that cannot be made ends with connect_timeout; then the server is left alone', async () => {
    // A full queue of connections: the kernel answers no more of them.
    await python.exec("l = socket.socket()\nl.bind(('127.0.0.1', 0))\nl.listen(0)");
    const port = Number(await python.eval('l.getsockname()[1]'));
    const held = Array.from({ length: 8 }, () => connect({ host: '127.0.0.1', port }));
    for (const socket of held) socket.on('error', () => undefined);
    await Promise.race(held.map((socket) => once(socket, 'connect')));
    const behaviors = { connect_timeout: 200, retry_timeout: 60 };
    await using both = await Both.on([`127.0.0.1:${port}`], { binary, behaviors });
    const { theirs, ours } = await both.say(call('set', ['k', 'v']), call('get', ['k']));
    expect(ours).toEqual(theirs);
    expect(ours[0]?.raised).toBe('Error: error 31 from memcached_set');
    for (const socket of held) socket.destroy();
    await python.exec('l.close()');
  });

  it('a unix socket that is not there', async () => {
    await using both = await Both.on(['/nowhere/memcached.sock'], { binary });
    const { theirs, ours } = await both.say(call('get', ['k']), call('set', ['k', 1]));
    expect(ours).toEqual(theirs);
  });

  it('a name that nobody has', async () => {
    await using both = await Both.on(['nowhere.invalid'], { binary });
    const { theirs, ours } = await both.say(call('get', ['k']), call('get', ['k']));
    expect(ours).toEqual(theirs);
  });

  it('a server that comes back is asked again after retry_timeout, by both', async () => {
    await using server = await Memcached.start();
    await using both = await Both.on([server.name], { binary, behaviors: { retry_timeout: 1 } });
    await both.say(call('set', ['k', 'v']));
    await server.kill();
    const down = await both.say(...Array.from({ length: 4 }, () => call('get', ['k'])));
    const last = { raised: expect.stringMatching(/^ServerDown: error 47 /) as string };
    expect([down.theirs.at(-1), down.ours.at(-1)]).toEqual([last, last]);
    await server.restart();
    const isBack = async (ask: () => Promise<Said>): Promise<void> => {
      for (;;) if ((await ask()).returned === null) return;
    };
    await isBack(() => askTheirs(both.theirs, call('get', ['k'])));
    await isBack(() => askOurs(both.ours, call('get', ['k'])));
    const back = await both.say(call('set', ['k', 'new']), call('get', ['k']));
    expect(back.ours).toEqual(back.theirs);
    expect(back.ours).toEqual([{ returned: true }, { returned: 'new' }]);
  });
});

/** What a server can say instead of an answer. */
const REPLIES = [
  'ERROR',
  'CLIENT_ERROR bad',
  'SERVER_ERROR busy',
  'SERVER_ERROR out of memory storing object',
  'SERVER_ERROR object too large for cache',
];
const ANSWERED = ['get', 'set', 'add', 'replace', 'append', 'delete', 'incr', 'touch', 'get_multi'];

describe.each(REPLIES)('a server that says %s', (reply) => {
  let liar: ScriptedServer;
  beforeAll(async () => (liar = await startScripted(() => `${reply}\r\n`)));
  afterAll(() => liar.close());

  it.each(ANSWERED)('to %s', async (method) => {
    await using both = await Both.on([`127.0.0.1:${liar.port}`]);
    const each = CALLS.find((one) => one.method === method) ?? call(method);
    const { theirs, ours } = await both.say(each);
    expect(ours).toEqual(theirs);
  });
});

describe('auto_eject on a ring', () => {
  let servers: readonly Memcached[];
  beforeAll(async () => (servers = await startServers(3)));
  afterAll(() => stopServers(servers));

  it('keys of a dead server go to the others, no other key moves, and they come back with it', async () => {
    const behaviors = {
      ketama: true,
      auto_eject: 1,
      failure_limit: 1,
      dead_timeout: 1,
      retry_timeout: 1,
    };
    await using both = await Both.on(
      servers.map(({ name }) => name),
      { binary: false, behaviors },
    );
    const { ours: mc } = both;
    const homes = KEYS.map((key) => mc.hash(key));
    expect(new Set(homes)).toEqual(new Set([0, 1, 2]));
    await servers[1]?.kill();
    const lost = KEYS.filter((_key, i) => homes[i] === 1);
    // Each client meets the dead server in its own way first; then both know.
    const isMoved = async (ask: (each: Call) => Promise<Said>): Promise<void> => {
      for (;;) if ((await ask(call('get', [lost[0] ?? '']))).raised === undefined) return;
    };
    await isMoved((each) => askTheirs(both.theirs, each));
    await isMoved((each) => askOurs(mc, each));
    expect(
      KEYS.map((key) => mc.hash(key)).every((at, i) =>
        homes[i] === 1 ? at !== 1 : at === homes[i],
      ),
    ).toBe(true);
    await servers[1]?.restart();
    const isHome = async (): Promise<void> => {
      for (;;) {
        await askOurs(mc, call('get', [lost[0] ?? '']));
        if (
          mc.hash(lost[0] ?? '') === 1 &&
          (await askOurs(mc, call('set', [lost[0] ?? '', 'v']))).returned === true
        )
          return;
      }
    };
    await isHome();
    expect(KEYS.map((key) => mc.hash(key))).toEqual(homes);
  });
});
