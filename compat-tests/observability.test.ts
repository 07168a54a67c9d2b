// What a client tells about its work: the tracing channel of all calls, and its counters.

import { tracingChannel } from 'node:diagnostics_channel';
import { Client, type CommandTrace } from '../lib';
import { Memcached, refusingPort } from './support';

const channel = tracingChannel<'memcache-py:command', CommandTrace>('memcache-py:command');

let server: Memcached;
let mc: Client;
let seen: string[];
let traces: CommandTrace[];

const listeners = {
  start: (trace: CommandTrace): void => void seen.push(`start ${trace.command}`),
  end: (): void => void seen.push('end'),
  asyncStart: (): void => void seen.push('asyncStart'),
  asyncEnd: (trace: CommandTrace): void => {
    seen.push(`asyncEnd ${trace.command}`);
    traces.push({ ...trace });
  },
  error: (trace: CommandTrace): void => void seen.push(`error ${trace.command}`),
};

beforeAll(async () => {
  server = await Memcached.start();
});
beforeEach(() => {
  mc = new Client([server.name], { socket_timeout: 20 });
  seen = [];
  traces = [];
});
afterEach(() => {
  channel.unsubscribe(listeners);
  mc.disconnect_all();
});
afterAll(() => server.stop());

describe('the tracing channel', () => {
  beforeEach(() => channel.subscribe(listeners));

  it('tells of each call when it is made and when it is answered', async () => {
    expect(await mc.set('k', 'text')).toBe(true);
    expect(await mc.get('k')).toBe('text');
    expect(seen).toEqual([
      ...['start set', 'end', 'asyncStart', 'asyncEnd set'],
      ...['start get', 'end', 'asyncStart', 'asyncEnd get'],
    ]);
    const { name } = server;
    expect(traces).toEqual([
      { command: 'set', keys: ['k'], server: name, hit: undefined, hits: undefined, bytes: 4 },
      { command: 'get', keys: ['k'], server: name, hit: true, hits: 1, bytes: 4 },
    ]);
  });

  it('tells misses from stored None, and answers each as ever', async () => {
    await mc.set('none', null);
    expect(await mc.get('none', 'default')).toBeNull();
    expect(await mc.get('nothing', 'default')).toBe('default');
    expect(traces.slice(1).map(({ hit, bytes }) => [hit, bytes])).toEqual([
      [true, 2],
      [false, 0],
    ]);
  });

  it('tells how many of many keys were found, and what is asked of whole servers', async () => {
    await mc.set_multi({ a: 1, b: 2 });
    expect(await mc.get_multi(['a', 'b', 'gone'])).toEqual(new Map([['a', 1], ['b', 2]])); // prettier-ignore
    expect((await mc.get_stats()).length).toBe(1);
    const figures = traces.map(({ command, keys, hit, hits }) => [command, keys, hit, hits]);
    expect(figures).toEqual([
      ['set', ['a', 'b'], undefined, undefined],
      ['get', ['a', 'b', 'gone'], false, 2],
      ['stats', [], undefined, undefined],
    ]);
  });

  it('gives gets, cas and counts what they answer without it', async () => {
    const cas = new Client([server.name], { cache_cas: true, socket_timeout: 20 });
    await cas.set('c', 1);
    expect(await cas.gets('c')).toBe(1);
    expect(await cas.cas('c', 2)).toBe(true);
    expect(await cas.incr('c')).toBe(3);
    expect(await cas.delete('c')).toBe(1);
    expect(traces.map(({ command }) => command)).toEqual(['set', 'gets', 'cas', 'incr', 'delete']);
    cas.disconnect_all();
  });

  it('tells the error of a call that rejects', async () => {
    const raising = new Client([`127.0.0.1:${await refusingPort()}`], { failure: 'raise' });
    await expect(raising.get('k')).rejects.toMatchObject({ code: 'CONNECTION' });
    expect(seen).toEqual(['start get', 'end', 'error get', 'asyncStart', 'asyncEnd get']);
    expect(traces[0]).toMatchObject({ hit: undefined, error: { code: 'CONNECTION' } });
  });

  it('does not tell values', async () => {
    await mc.set('secret', 'swordfish');
    await mc.get('secret');
    expect(JSON.stringify(traces)).not.toContain('swordfish');
  });
});

describe('counters', () => {
  it('count what was found, what was not, and what went wrong', async () => {
    await mc.set_multi({ a: 1, b: 'text' });
    await mc.get('a');
    await mc.get_multi(['a', 'b', 'gone']);
    await mc.get('gone');
    await mc.incr('b').catch(() => undefined);
    const { hits, misses, errors } = mc.counters;
    expect([hits, misses, errors]).toEqual([3, 2, 1]);
    expect(mc.stats).toEqual({ set_multi: 1, get: 2, get_multi: 1, incr: 1 });
  });

  it('count the bytes of open and of closed connections', async () => {
    await mc.set('k', 'x'.repeat(1000));
    const { bytes_read, bytes_written } = mc.counters;
    expect(bytes_read).toBe('STORED\r\n'.length);
    expect(bytes_written).toBe('set k 16 0 1000 \r\n'.length + 1002);
    mc.disconnect_all();
    expect(mc.counters).toMatchObject({ bytes_read, bytes_written });
    await mc.get('k');
    expect(mc.counters.bytes_read).toBeGreaterThan(bytes_read + 1000);
  });

  it('time the first write of a connection, and every 16th', async () => {
    for (let i = 0; i < 33; i++) await mc.get('k');
    const { count, p50, p99, max } = mc.counters.latency;
    expect(count).toBe(3);
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeGreaterThanOrEqual(p50);
    expect(max).toBeGreaterThanOrEqual(p99);
  });

  it.each(['rehash', 'miss', 'raise'] as const)(
    'count calls that no server answered: %s',
    async (failure) => {
      const lonely = new Client([`127.0.0.1:${await refusingPort()}`], { failure });
      const ignore = (): void => undefined;
      await lonely.get('k').catch(ignore); // finds the server dead
      await lonely.get_multi(['a', 'b']).catch(ignore);
      await lonely.get_stats().catch(ignore);
      expect(lonely.counters).toMatchObject({ hits: 0, misses: 0, errors: 4 });
      lonely.forget_dead_hosts();
      await lonely.get_multi(['a', 'b']).catch(ignore);
      expect(lonely.counters).toMatchObject({ errors: 6 });
    },
  );
});
