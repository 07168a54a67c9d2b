// The bytes of every command, as the real python-memcached 1.59 sends them and as ours does; and what only ours sends.

import { Client, type ClientOptions } from '../../lib';
import {
  bytes,
  call,
  LoggingProxy,
  Memcached,
  show,
  tuple,
  type Call,
  type PythonValue,
} from '../support';
import { Pair } from './pair';

/** Calls in order, and what each sends; latin1. A cas id stands as `<id>`. */
const LINES: readonly (readonly [Call, string])[] = [
  // <command> <key> <flags> <time> <bytes>[ noreply] \r\n: with a blank before the end (1.55 on)
  [call('set', ['k', 'text']), 'set k 16 0 4 \r\ntext\r\n'],
  [call('set', ['k', bytes('\xff\r\n')]), 'set k 0 0 3 \r\n\xff\r\n\r\n'],
  [call('set', ['k', '']), 'set k 16 0 0 \r\n\r\n'],
  [call('set', ['k', '\u20ac']), 'set k 16 0 3 \r\n\xe2\x82\xac\r\n'],
  [call('set', ['k', -5]), 'set k 2 0 2 \r\n-5\r\n'],
  [call('set', ['k', 10n ** 30n]), `set k 2 0 31 \r\n1${'0'.repeat(30)}\r\n`],
  [call('set', ['k', null]), 'set k 1 0 2 \r\nN.\r\n'],
  [call('set', ['k', true]), 'set k 1 0 5 \r\nI01\n.\r\n'],
  [call('set', ['k', [1]]), 'set k 1 0 10 \r\n(lp0\nI1\na.\r\n'],
  [call('set', ['k', 'v', 60]), 'set k 16 60 1 \r\nv\r\n'],
  [call('set', ['k', 'v'], { time: 1.9 }), 'set k 16 1 1 \r\nv\r\n'],
  [call('set', ['k', 'v'], { time: -1 }), 'set k 16 -1 1 \r\nv\r\n'],
  [call('set', ['k', 'v'], { time: 2n ** 31n }), 'set k 16 2147483648 1 \r\nv\r\n'],
  [call('set', ['k', 'v', 0, 0], { noreply: true }), 'set k 16 0 1 noreply \r\nv\r\n'],
  [call('set', ['\xe9', 'v']), 'set \xc3\xa9 16 0 1 \r\nv\r\n'],
  [call('set', [bytes('\xe9'), 'v']), 'set \xe9 16 0 1 \r\nv\r\n'],
  [call('set', [tuple(7, 'k'), 'v']), 'set k 16 0 1 \r\nv\r\n'],
  [call('add', ['n', 1]), 'add n 2 0 1 \r\n1\r\n'],
  [call('replace', ['n', 2], { time: 5 }), 'replace n 2 5 1 \r\n2\r\n'],
  [call('append', ['n', 3]), 'append n 2 0 1 \r\n3\r\n'],
  [call('prepend', ['n', 4], { noreply: true }), 'prepend n 2 0 1 noreply \r\n4\r\n'],
  [call('cas', ['c', 'v']), 'set c 16 0 1 \r\nv\r\n'],
  [call('cas', ['c', 'v'], { noreply: true }), 'set c 16 0 1 noreply \r\nv\r\n'],
  [call('gets', ['c']), 'gets c\r\n'],
  [call('cas', ['c', 'v', 9]), 'cas c 16 9 1 <id> \r\nv\r\n'],
  [call('cas', ['c', 'w'], { noreply: true }), 'cas c 16 0 1 <id> noreply \r\nw\r\n'],
  [call('gets', [tuple(3, 'c')]), 'gets c\r\n'],
  [call('cas', [tuple(3, 'c'), bytes('b')]), 'cas c 0 0 1 <id> \r\nb\r\n'],
  [call('reset_cas'), ''],
  [call('cas', ['c', 'v']), 'set c 16 0 1 \r\nv\r\n'],
  // The other commands have no blank there, but for delete_multi.
  [call('get', ['k']), 'get k\r\n'],
  [call('get', [tuple(-1, '\xe9')]), 'get \xc3\xa9\r\n'],
  [call('set', ['n', 10]), 'set n 2 0 2 \r\n10\r\n'],
  [call('incr', ['n']), 'incr n 1\r\n'],
  [call('incr', ['n', 2n ** 63n]), 'incr n 9223372036854775808\r\n'],
  [call('incr', ['n', '5']), 'incr n 5\r\n'],
  [call('decr', ['n', 3], { noreply: true }), 'decr n 3 noreply\r\n'],
  [call('decr', [tuple(2, 'n')]), 'decr n 1\r\n'],
  [call('touch', ['n']), 'touch n 0\r\n'],
  [call('touch', ['n', 60]), 'touch n 60\r\n'],
  [call('touch', ['n', -1], { noreply: true }), 'touch n -1 noreply\r\n'],
  [call('delete', ['n']), 'delete n\r\n'],
  [call('delete', ['n', 0]), 'delete n 0\r\n'],
  [call('delete', ['n'], { noreply: true }), 'delete n noreply\r\n'],
  [call('delete', [tuple(9, 'n')]), 'delete n\r\n'],
  // Many keys: one line, or all lines at once; the prefix is part of the key, a number is its text.
  [call('get_multi', [['a', 'b', 3]]), 'get a b 3\r\n'],
  [call('get_multi', [['a', tuple(5, 'b'), tuple(6, 7)], 'p:']), 'get p:a p:b p:7\r\n'],
  [call('get_multi', [['a'], bytes('\xff')]), 'get \xffa\r\n'],
  [call('get_multi', [[]]), ''],
  [
    call('set_multi', [
      new Map<PythonValue, PythonValue>([
        ['a', 'A'],
        [2, 3],
      ]),
    ]),
    'set a 16 0 1 \r\nA\r\nset 2 2 0 1 \r\n3\r\n',
  ],
  [
    call('set_multi', [new Map([['a', 'A']]), 30, 'p:', 0], { noreply: true }),
    'set p:a 16 30 1 noreply \r\nA\r\n',
  ],
  [call('set_multi', [new Map()]), ''],
  [call('delete_multi', [['a', 2]]), 'delete a \r\ndelete 2 \r\n'],
  [call('delete_multi', [['a', 'b']], { time: 0 }), 'delete a 0 \r\ndelete b 0 \r\n'],
  [
    call('delete_multi', [[tuple(1, 'a'), 'b']], { key_prefix: 'p:', noreply: true }),
    'delete p:a noreply \r\ndelete p:b noreply \r\n',
  ],
  // Nothing is sent for what is refused, or too long, or only of this side.
  [call('set', ['a b', 'v']), ''],
  [call('set', ['k', 'v'.repeat(2 ** 20 + 1)]), ''],
  [call('incr', ['k'.repeat(251)]), ''],
  [call('get_multi', [['a', 'a b']]), ''],
  [call('check_key', [bytes('k')]), ''],
  [call('forget_dead_hosts'), ''],
  // Whole servers.
  [call('get_stats', ['settings']), 'stats settings\r\n'],
  [call('get_stats'), 'stats\r\n'],
  [call('get_stats', ['']), 'stats\r\n'],
  [call('flush_all'), 'flush_all\r\n'],
  [call('disconnect_all'), ''],
  [call('get', ['k']), 'get k\r\n'],
];

describe('python-memcached 1.59 and ours', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.start({ cache_cas: true }, { cache_cas: true });
  });
  afterAll(() => pair.stop());

  it.each(LINES.map(([each, sent]) => [show(each), each, sent] as const))(
    '%s',
    async (_shown, each, sent) => {
      const { theirs, ours } = await pair.both(each);
      expect([hideIds(theirs.sent), hideIds(ours.sent)]).toEqual([sent, sent]);
      // The servers are told the same calls from the start, so that even cas ids agree.
      expect(ours.sent).toBe(theirs.sent);
    },
  );

  it.each([
    ['get_slabs', 'stats items\r\n'],
    ['get_slab_stats', 'stats slabs\r\n'],
  ])('%s', async (method, sent) => {
    // 1.59 raises TypeError on the reply and leaves it unread (docs/compatibility.md, row 8).
    const { theirs, ours } = await pair.both(call(method));
    expect([theirs.sent, ours.sent]).toEqual([sent, sent]);
    await pair.both(call('disconnect_all'));
  });
});

it('a server that failed is emptied before anything else is asked, with flush_on_reconnect', async () => {
  const options = { flush_on_reconnect: 1, socket_timeout: 0.2, dead_retry: 0 };
  const pair = await Pair.start(options, options);
  const get = call('get', ['k']);
  const sides = [pair.theirSide, pair.ourSide];
  await pair.both(get);
  await Promise.all(sides.map(({ server }) => server.freeze()));
  await pair.both(get);
  for (const { server } of sides) server.thaw();
  const { theirs, ours } = await pair.both(get);
  expect([theirs.sent, ours.sent]).toEqual(new Array(2).fill('flush_all\r\nget k\r\n'));
  const again = await pair.both(get);
  expect([again.theirs.sent, again.ours.sent]).toEqual(['get k\r\n', 'get k\r\n']);
  await pair.stop();
});

describe('ours alone', () => {
  let server: Memcached;
  let proxy: LoggingProxy;
  const clients: Client[] = [];

  function open(options: ClientOptions = {}): Client {
    const client = new Client([proxy.name], options);
    clients.push(client);
    return client;
  }

  beforeAll(async () => {
    server = await Memcached.start();
    proxy = await LoggingProxy.start(server);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect_all();
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });

  it('asks for the version after commands without reply, before it trusts the next reply', async () => {
    const mc = open();
    const { sent } = await proxy.record(async () => {
      await mc.set('k', 1, { noreply: true });
      await mc.incr('k', 2, { noreply: true });
      await mc.get('k');
      await mc.get('k');
    });
    expect(sent).toBe(
      'set k 2 0 1 noreply \r\n1\r\nincr k 2 noreply\r\nversion\r\nget k\r\nget k\r\n',
    );
  });

  it('joins the gets of one tick into lines of up to 32 keys', async () => {
    const mc = open();
    const keys = Array.from({ length: 70 }, (_, i) => `k${i}`);
    const { sent } = await proxy.record(() => Promise.all(keys.map((key) => mc.get(key))));
    const lines = [keys.slice(0, 32), keys.slice(32, 64), keys.slice(64)];
    expect(sent).toBe(lines.map((line) => `get ${line.join(' ')}\r\n`).join(''));
  });

  it('keeps the order of the calls of one tick that concern one key', async () => {
    const mc = open();
    const { result, sent } = await proxy.record(() =>
      Promise.all([mc.set('k', 1), mc.get('k'), mc.get('l'), mc.set('k', 2), mc.get('k')]),
    );
    expect(sent).toBe('set k 2 0 1 \r\n1\r\nget k l\r\nset k 2 0 1 \r\n2\r\nget k\r\n');
    expect(result).toEqual([true, 1, null, true, 2]);
  });

  it('sends quit and waits for the end of the connection (1.60)', async () => {
    const mc = open();
    await mc.get('k');
    const { sent } = await proxy.record(() => mc.quit_all());
    expect(sent).toBe('quit\r\n');
  });

  it('never splits what one call sends, however many keys it has', async () => {
    const mc = open();
    const keys = Array.from({ length: 3000 }, (_, i) => `key:${i}`);
    const { sent } = await proxy.record(() => mc.get_multi(keys));
    const lines = sent.trimEnd().split('\r\n');
    expect(lines.flatMap((line) => line.replace(/^get /, '').split(' '))).toEqual(keys);
    expect(Math.max(...lines.map((line) => line.split(' ').length))).toBeLessThanOrEqual(1025);
  });

  /** What a release sends for set, delete, delete with a time of 0, delete_multi and touch. */
  it.each<[ClientOptions, string[]]>([
    [{ release: '1.43', python: 2 }, ['set k 1 0 2\r\nN.\r\n', 'delete k 0\r\n', 'delete k 0\r\n']],
    [{ release: '1.48', python: 2 }, ['set k 1 0 2\r\nN.\r\n', 'delete k\r\n', 'delete k 0\r\n']],
    [{ release: '1.54', python: 2 }, ['set k 1 0 2\r\nN.\r\n', 'delete k\r\n', 'delete k 0\r\n']],
    [{ release: '1.55', python: 2 }, ['set k 1 0 2 \r\nN.\r\n', 'delete k\r\n', 'delete k 0\r\n']],
    [{ release: '1.58', python: 3 }, ['set k 1 0 2 \r\nN.\r\n', 'delete k\r\n', 'delete k \r\n']],
    [{ release: '1.62', python: 3 }, ['set k 1 0 2 \r\nN.\r\n', 'delete k\r\n', 'delete k \r\n']],
  ])('writes the lines of %j', async (options, expected) => {
    const mc = open(options);
    const sent: string[] = [];
    for (const ask of [
      () => mc.set('k', null),
      () => mc.delete('k'),
      () => mc.delete_multi(['k']),
    ]) {
      sent.push((await proxy.record<unknown>(ask)).sent);
    }
    expect(sent).toEqual(expected);
  });

  it('sends no time with a delete, whatever it was given', async () => {
    const mc = open({ release: '1.58', python: 3 });
    const { sent } = await proxy.record(async () => {
      await mc.delete('k', 5);
      await mc.delete_multi(['k'], 5);
    });
    expect(sent).toBe('delete k\r\ndelete k \r\n');
  });
});

/** `cas c 16 9 1 1234 ` */
function hideIds(sent: string): string {
  return sent.replace(/^(cas \S+ \d+ \d+ \d+) \d+/, '$1 <id>');
}
