// The engine behaves alike on both wires over a real memcached; where memcached does not, a row of the table says so.

import { fc } from '../../lib/testing/random';
import { ABSENT, Command, NO_OPTIONS, type Change, type Engine } from '../../lib/engine/engine';
import type { WireKey } from '../../lib/engine/keys';
import { ServerError } from '../../lib/errors';
import { Computed, type Hit } from '../../lib/net/operation';
import { Code } from '../../lib/wire/wire';
import { tellingEngine } from '../reliability/lies/asks';
import { Memcached, RawConnection } from '../support';
import { BACKENDS, BINARY, TEXT, type Backend } from './backends';

/** Flag of text entries. */
const TEXT_FLAG = 16;
/** A time that was over in 1970. */
const LONG_AGO = String(30 * 24 * 3600 + 1);

const key = (text: string): WireKey => text as WireKey;

/** An engine with short calls: `mc.change('set', 'k', { data: 'v' })`. */
class Caller {
  readonly engine: Engine;

  constructor(server: Memcached, { wire }: Backend) {
    this.engine = tellingEngine(server.name, wire, { socket_timeout: 20 });
  }

  change(
    name: keyof typeof Command,
    k: string,
    given: { data?: string | Buffer; time?: string; delta?: string; cas?: string; silent?: true } = {},
  ): Promise<unknown> {
    const { data = '', time = '0', delta = '1', cas = '', silent = false } = given;
    const command = Command[name] as Change;
    const options = { ...NO_OPTIONS, time, delta, cas, noreply: silent, sent: 'sent' };
    if (command === Command.delete) options.time = '';
    const entry = { flags: TEXT_FLAG, data };
    return this.engine.change(command, key(k), undefined, options, entry);
  }

  get(k: string): Promise<unknown> {
    return this.engine.get(key(k), undefined, null);
  }

  gets(k: string): Promise<Hit | null> {
    return this.engine.gets(key(k), undefined, null) as Promise<Hit | null>;
  }

  getMany(...keys: string[]): Promise<unknown[]> {
    return this.engine.getMany(Command.get, keys.map(key), undefined);
  }

  async stats(args = ''): Promise<Map<string, string>> {
    const [only] = await this.engine.stats(args);
    return new Map(only?.answer as [string, string][]);
  }

  /** How many connections the server has had. */
  async connections(): Promise<number> {
    return Number((await this.stats()).get('total_connections'));
  }
} // prettier-ignore

let server: Memcached;
const callers: Caller[] = [];

beforeAll(async () => {
  server = await Memcached.start();
});

afterEach(() => {
  for (const { engine } of callers.splice(0)) engine.disconnect();
});

afterAll(async () => {
  await server.stop();
});

async function start(backend: Backend): Promise<Caller> {
  const caller = new Caller(server, backend);
  callers.push(caller);
  await caller.engine.flushAll();
  return caller;
}

describe.each(BACKENDS)('over the $name wire', (backend) => {
  it.each<[string, string | Buffer]>([
    ['text', 'value'],
    ['nothing', ''],
    ['what looks like replies', 'END\r\nVALUE k 0 1\r\n\x01\x0c\0\0'],
    ['a string that is just not small', 'x'.repeat(2049)],
    ['a big buffer', Buffer.alloc(900_000, 'big ')],
  ])('stores %s and reads it', async (_name, data) => {
    const mc = await start(backend);
    expect(await mc.change('set', 'k', { data })).toBe('stored');
    expect(await mc.get('k')).toBe(data.toString('latin1'));
    expect(await mc.gets('k')).toMatchObject({ value: data.toString('latin1'), flags: TEXT_FLAG });
    expect(await mc.getMany('none', 'k')).toEqual([ABSENT, data.toString('latin1')]);
  });

  it('reads keys of every byte that memcached takes, up to 250 of them', async () => {
    const mc = await start(backend);
    for (const k of ['\xc3\xa9', '\x7f\xff', 'k'.repeat(250)]) {
      expect(await mc.change('set', k, { data: 'v' })).toBe('stored');
      expect(await mc.get(k)).toBe('v');
    }
  });

  it('stores by add, replace, append and prepend where it should', async () => {
    const mc = await start(backend);
    expect(await mc.change('replace', 'k', { data: 'b' })).toBe(backend.replaceOfNothing);
    expect(await mc.change('append', 'k', { data: 'b' })).toBe('not stored');
    expect(await mc.change('prepend', 'k', { data: 'b' })).toBe('not stored');
    expect(await mc.change('add', 'k', { data: 'b' })).toBe('stored');
    expect(await mc.change('add', 'k', { data: 'x' })).toBe(backend.addToExisting);
    expect(await mc.change('append', 'k', { data: 'c' })).toBe('stored');
    expect(await mc.change('prepend', 'k', { data: 'a' })).toBe('stored');
    expect(await mc.get('k')).toBe('abc');
    expect(await mc.change('replace', 'k', { data: 'z' })).toBe('stored');
    expect(await mc.get('k')).toBe('z');
  });

  it('stores by cas what nobody changed', async () => {
    const mc = await start(backend);
    await mc.change('set', 'k', { data: '1' });
    const { cas } = (await mc.gets('k')) ?? { cas: '' };
    expect(cas).toMatch(/^[1-9]\d*$/);
    expect(await mc.change('cas', 'k', { data: '2', cas })).toBe('stored');
    expect(await mc.change('cas', 'k', { data: '3', cas })).toBe('exists');
    expect(await mc.change('cas', 'k', { data: '3', cas: '0' })).toBe('exists');
    expect(await mc.get('k')).toBe('2');
    expect(await mc.change('cas', 'none', { data: '3', cas })).toBe('not found');
    expect(await mc.gets('none')).toBeNull();
  });

  it('counts in 64 bits', async () => {
    const mc = await start(backend);
    expect(await mc.change('incr', 'n')).toBe('not found');
    await mc.change('set', 'n', { data: '9' });
    expect(await mc.change('incr', 'n')).toBe(10);
    expect(await mc.change('decr', 'n', { delta: '3' })).toBe(7);
    expect(await mc.change('decr', 'n', { delta: '30' })).toBe(0);
    expect(await mc.change('incr', 'n', { delta: '9007199254740993' })).toBe(2n ** 53n + 1n);
    expect(await mc.change('incr', 'n', { delta: '18437736874454810622' })).toBe(2n ** 64n - 1n);
    expect(await mc.change('incr', 'n', { delta: '5' })).toBe(4);
    await mc.change('set', 'text', { data: 'a' });
    await expect(mc.change('incr', 'text')).rejects.toEqual(new ServerError(backend.notANumber));
  });

  it('deletes, and touches with a new time', async () => {
    const mc = await start(backend);
    await mc.change('set', 'k', { data: 'v' });
    expect(await mc.change('touch', 'k', { time: '60' })).toBe('touched');
    expect(await mc.get('k')).toBe('v');
    expect(await mc.change('touch', 'k', { time: LONG_AGO })).toBe('touched');
    expect(await mc.get('k')).toBeNull();
    expect(await mc.change('touch', 'k')).toBe('not found');
    await mc.change('set', 'k', { data: 'v' });
    expect(await mc.change('delete', 'k')).toBe('deleted');
    expect(await mc.change('delete', 'k')).toBe('not found');
    await mc.change('set', 'k', { data: 'v', time: LONG_AGO });
    expect(await mc.get('k')).toBeNull();
  });

  it('answers many calls of one tick each with its own', async () => {
    const mc = await start(backend);
    const keys = Array.from({ length: 200 }, (_, i) => `key${i}`);
    const stored = keys.filter((_, i) => i % 3 > 0);
    await Promise.all(stored.map((k) => mc.change('set', k, { data: k })));
    const held = keys.map((k, i) => (i % 3 > 0 ? k : null));
    expect(await Promise.all(keys.map((k) => mc.get(k)))).toEqual(held);
    expect(await mc.getMany(...keys)).toEqual(held.map((value) => value ?? ABSENT));
    expect(
      await Promise.all([
        mc.get('key1'),
        mc.change('set', 'key1', { data: 'new' }),
        mc.get('key1'),
        mc.getMany('key1', 'key2'),
        mc.change('delete', 'key1'),
        mc.get('key1'),
      ]),
    ).toEqual(['key1', 'stored', 'new', ['new', 'key2'], 'deleted', null]);
  });

  it('reads thousands of keys, more than a line may have', async () => {
    const mc = await start(backend);
    const keys = Array.from({ length: 3000 }, (_, i) => `many${i}`);
    await Promise.all(keys.map((k) => mc.change('set', k, { data: k })));
    expect(await mc.getMany(...keys)).toEqual(keys);
  });

  it('stays on its connection whatever a server objects to silent requests', async () => {
    const mc = await start(backend);
    const before = await mc.connections();
    await mc.change('set', 'k', { data: 'v' });
    const tooLarge = Buffer.alloc(2_000_000);
    const silent = [
      mc.change('add', 'k', { data: 'x', silent: true }),
      mc.change('set', 'large', { data: tooLarge, silent: true }),
      mc.change('replace', 'none', { data: 'x', silent: true }),
      mc.change('append', 'none', { data: 'x', silent: true }),
      mc.change('cas', 'k', { data: 'x', cas: '0', silent: true }),
      mc.change('delete', 'none', { silent: true }),
      mc.change('incr', 'none', { silent: true }),
      mc.change('touch', 'k', { silent: true }),
      mc.change('touch', 'none', { silent: true }),
      mc.change('set', 'other', { data: 'o', silent: true }),
    ];
    const loud = [mc.get('k'), mc.change('touch', 'k'), mc.getMany('k', 'other', 'large')];
    expect(await Promise.all(silent)).toEqual(silent.map(() => 'sent'));
    expect(await Promise.all(loud)).toEqual(['v', 'touched', ['v', 'o', ABSENT]]);
    expect(await mc.connections()).toBe(before);
  });

  it('tells that a value is too large, and goes on', async () => {
    const mc = await start(backend);
    const before = await mc.connections();
    const calls = [
      mc.change('set', 'k', { data: Buffer.alloc(2_000_000) }),
      mc.change('set', 'other', { data: 'o' }),
      mc.get('other'),
    ];
    await expect(calls[0]).rejects.toEqual(new ServerError(backend.tooLarge));
    expect(await Promise.all(calls.slice(1))).toEqual(['stored', 'o']);
    expect(await mc.connections()).toBe(before);
  });

  it('asks the server about itself', async () => {
    const mc = await start(backend);
    const stats = await mc.stats();
    expect(stats.get('pid')).toBe(String(server.pid));
    const [version] = await mc.engine.version();
    expect(version?.answer).toBe(stats.get('version'));
    expect((await mc.stats('settings')).get('maxconns')).toBe('1024');
    expect(await mc.stats('reset')).toEqual(new Map());
    await expect(mc.stats('nothing')).rejects.toEqual(new ServerError(backend.unknownStats));
  });

  it('asks for what memcached understands on this wire alone, and says so of the rest', async () => {
    const mc = await start(backend);
    const before = await mc.connections();
    const unsupported = { code: 'UNSUPPORTED' };
    const { verbosity, initial, raw } = backend.offers;
    const made = { delta: '2', initial: '10', time: '100' };
    const loud = mc.engine.verbosity(0).then(([each]) => each?.answer);
    const counted = mc.engine.count(Command.incr, key('new'), undefined, made);
    const said = mc.engine.raw(nth(mc.engine.servers), { command: 'mn', end: '\r\n' }, RAW);
    if (verbosity) expect(await loud).toBe('ok');
    else await expect(loud).rejects.toMatchObject(unsupported);
    if (initial) expect(await counted).toBe(10);
    else await expect(counted).rejects.toMatchObject(unsupported);
    if (raw) expect(await said).toBe('MN');
    else await expect(said).rejects.toMatchObject(unsupported);
    expect(await mc.connections()).toBe(before + (raw ? 1 : 0));
  });

  it('empties the server, now or later, and quits', async () => {
    const mc = await start(backend);
    await mc.change('set', 'k', { data: 'v' });
    expect((await mc.engine.flushAll('100'))[0]?.answer).toBe('ok');
    expect(await mc.get('k')).toBe('v');
    expect((await mc.engine.flushAll())[0]?.answer).toBe('ok');
    expect(await mc.get('k')).toBeNull();
    expect((await mc.engine.quit())[0]?.answer).toBe('ok');
    expect(await mc.get('k')).toBeNull(); // on a new connection
  });

  it('reads and touches at once, one key or many', async () => {
    const mc = await start(backend);
    const { engine } = mc;
    for (const k of ['a', 'b', 'k']) await mc.change('set', k, { data: k });
    const gat = (k: string, time: string): Promise<unknown> =>
      engine.getAndTouch(Command.gat, key(k), undefined, time, 'miss');
    expect(await gat('k', '60')).toBe('k');
    expect(await gat('none', '60')).toBe('miss');
    const { cas } = (await mc.gets('k')) ?? {};
    const hit = { value: 'k', flags: TEXT_FLAG, cas };
    expect(await engine.getAndTouch(Command.gats, key('k'), undefined, '60', null)).toMatchObject(hit);
    const keys = ['a', 'none', 'b', 'k'].map(key);
    const many = engine.getAndTouchMany(Command.gats, keys, undefined, '60');
    expect(await many).toMatchObject([{ value: 'a' }, ABSENT, { value: 'b' }, hit]);
    // A get of the same tick, before: it must be asked before.
    const [before, last] = [mc.get('b'), engine.getAndTouchMany(Command.gat, keys, undefined, LONG_AGO)];
    expect([await before, await last]).toEqual(['b', ['a', ABSENT, 'b', 'k']]);
    expect(await mc.getMany('a', 'b', 'k')).toEqual([ABSENT, ABSENT, ABSENT]);
  }); // prettier-ignore

  it('counts from what it makes where nothing is, on the wire that can', async () => {
    const mc = await start(backend);
    if (!backend.offers.initial) return void expect(backend).toBe(TEXT);
    const count = (command: 11 | 12, time: string): Promise<unknown> =>
      mc.engine.count(command, key('n'), undefined, { delta: '5', initial: '100', time });
    expect([await count(Command.incr, '0'), await count(Command.incr, '0')]).toEqual([100, 105]);
    expect(await count(Command.decr, '0')).toBe(100);
    await mc.change('delete', 'n');
    expect(await count(Command.decr, LONG_AGO)).toBe(100);
    expect(await mc.get('n')).toBeNull();
  });

  it('sends silent requests whole: what is told was sent is there, also through a full socket', async () => {
    const mc = await start(backend);
    const data = Buffer.alloc(900_000, 'x');
    const keys = Array.from({ length: 20 }, (_, i) => `big${i}`);
    const told = keys.map((k) => mc.change('set', k, { data, silent: true }));
    expect(await Promise.all(told)).toEqual(keys.map(() => 'sent'));
    mc.engine.disconnect();
    await until(async () => (await mc.getMany('big19', 'big0')).every((each) => each !== ABSENT));
  });
});

/** Answers of a raw command. */
const RAW = { [Code.refused]: new Computed((line) => `refused ${line}`), [Code.failed]: 'failed' };

function nth<T>([first]: readonly T[]): T {
  if (first === undefined) throw new RangeError('nothing');
  return first;
}

async function until(test: () => Promise<boolean>): Promise<void> {
  while (!(await test())) await new Promise(setImmediate);
}

describe('a raw command', () => {
  const ask = (mc: Caller, command: string, end = '\r\n'): Promise<unknown> =>
    mc.engine.raw(nth(mc.engine.servers), { command, end }, RAW);

  it('answers what comes before its end, whatever the length', async () => {
    const mc = await start(TEXT);
    const long = 'l'.repeat(500_000);
    expect(await ask(mc, `set k 5 0 ${long.length}\r\n${long}`)).toBe('STORED');
    expect(await ask(mc, 'get k', '\r\nEND\r\n')).toBe(`VALUE k 5 ${long.length}\r\n${long}`);
    expect(await ask(mc, 'cache_memlimit 100')).toBe('OK');
    expect(await ask(mc, 'stats', 'END\r\n')).toMatch(/^STAT pid \d+\r\n/);
  });

  it('answers an error line at once, whatever end it waits for', async () => {
    const mc = await start(TEXT);
    expect(await ask(mc, 'nonsense', 'never')).toBe('refused ERROR');
    expect(await ask(mc, 'shutdown', 'never')).toBe('refused ERROR: shutdown not enabled');
    expect(await ask(mc, 'incr')).toMatch(/^refused ERROR/);
  });

  it('leaves nothing of its reply to anybody: other calls keep their connection', async () => {
    const mc = await start(TEXT);
    await mc.change('set', 'k', { data: 'v' });
    const before = await mc.connections();
    const said = ask(mc, 'get k'); // ends after its first line of three
    expect(await Promise.all([mc.get('k'), said, mc.get('k')])).toEqual(['v', 'VALUE k 16 1', 'v']);
    expect(await mc.get('k')).toBe('v');
    expect(await mc.connections()).toBe(before + 1);
  });
});

describe('what one wire stored', () => {
  it.each([
    { first: 'text', one: TEXT, other: BINARY },
    { first: 'binary', one: BINARY, other: TEXT },
  ])('the other reads and changes, $first first', async ({ one, other }) => {
    const [writer, reader] = [await start(one), await start(other)];
    await writer.change('set', 'k', { data: 'v' });
    await writer.change('set', 'n', { data: '41' });
    expect(await reader.gets('k')).toEqual(await writer.gets('k'));
    expect(await reader.change('incr', 'n')).toBe(42);
    const { cas } = (await writer.gets('k')) ?? { cas: '' };
    expect(await reader.change('cas', 'k', { data: 'w', cas })).toBe('stored');
    expect(await writer.change('cas', 'k', { data: 'x', cas })).toBe('exists');
    await using raw = await RawConnection.open(server);
    expect(await raw.entry('k')).toMatchObject({ flags: TEXT_FLAG, data: Buffer.from('w') });
  });
});

/** One call of a random history, on a few keys. */
const call = fc.record({
  name: fc.constantFrom(
    'get', 'gets', 'set', 'add', 'replace', 'append', 'prepend', 'delete', 'incr', 'decr', 'touch',
  ),
  k: fc.constantFrom('a', 'b', 'c'),
  data: fc.constantFrom('', '1', '22', 'text', 'x'.repeat(3000)),
  silent: fc.boolean(),
}); // prettier-ignore
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

/** All calls of a tick at once, tick after tick, and what is left; in the words of the text protocol. */
async function play(backend: Backend, ticks: readonly (readonly Call[])[]): Promise<unknown[]> {
  const mc = await start(backend);
  const answers: unknown[] = [];
  for (const calls of ticks) {
    const asked = calls.map(async ({ name, k, data, silent }) => {
      if (name === 'get') return mc.get(k);
      if (name === 'gets') return (await mc.gets(k))?.value;
      const answer = await mc.change(name, k, { data, ...(silent && { silent }) });
      if (name === 'add' && answer === backend.addToExisting) return 'not stored';
      return name === 'replace' && answer === backend.replaceOfNothing ? 'not stored' : answer;
    });
    answers.push(...(await Promise.all(asked.map((each) => each.catch(() => 'refused')))));
  }
  return [...answers, ...(await mc.getMany('a', 'b', 'c'))];
}

it('both wires answer any history alike', async () => {
  const ticks = fc.array(fc.array(call, { maxLength: 12 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(ticks, async (history) => {
      expect(await play(BINARY, history)).toEqual(await play(TEXT, history));
    }),
    { numRuns: 300 },
  );
});
