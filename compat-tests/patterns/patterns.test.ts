// The patterns in real races: many clients, and a Python process, on one memcached.

import {
  acquire,
  ContentionError,
  count,
  get_or_set,
  Lock,
  Namespace,
  update,
} from '../../lib/patterns';
import * as cmemcache from '../../lib/clients/cmemcache';
import * as memcache from '../../lib/clients/python-memcached';
import * as pymemcache from '../../lib/clients/pymemcache';
import { Memcached, Python, RawConnection, refusingPort } from '../support';
import { CLIENTS, type AnyClient } from './fleet';

/** As many as processes on a small machine. */
const CALLERS = 6;

let server: Memcached;
let raw: RawConnection;
let python: Python;
const open: AnyClient[] = [];

beforeAll(async () => {
  server = await Memcached.start({ args: ['-t', '2'] });
  raw = await RawConnection.open(server);
  python = await Python.start({ modules: ['memcache'] });
  await python.exec(`import memcache\nmc = memcache.Client(['${server.name}'], cache_cas=True)`);
});
beforeEach(() => raw.flush());
afterEach(() => {
  for (const client of open.splice(0)) client.disconnect_all();
});
afterAll(async () => {
  await raw.close();
  await python.stop();
  await server.stop();
});

/** Whether an entry is there. */
const isThere = async (key: string): Promise<boolean> => (await raw.entry(key)) !== undefined;

describe.each(Object.keys(CLIENTS))('%s', (name) => {
  function client(): AnyClient {
    const made = CLIENTS[name]?.(server);
    if (made === undefined) throw new Error(`no client ${name}`);
    open.push(made);
    return made;
  }
  const clients = (): AnyClient[] => Array.from({ length: CALLERS }, client);

  describe('get_or_set', () => {
    it('lets one of many make a value, and all have it', async () => {
      let made = 0;
      const make = async (): Promise<string> => {
        made++;
        // Long enough for all others to find the lock.
        await new Promise((resolve) => setTimeout(resolve, 30));
        return 'value';
      };
      const values = await Promise.all(clients().map((mc) => get_or_set(mc, 'k', make)));
      expect(values.map(String)).toEqual(Array.from({ length: CALLERS }, () => 'value'));
      expect(made).toBe(1);
      expect(await isThere('k:lock')).toBe(false);
    });

    it('shares what is under way in one process', async () => {
      const mc = client();
      let made = 0;
      const calls = Array.from({ length: 5 }, () =>
        get_or_set(mc, 'k', () => ++made, { time: 60 }),
      );
      expect(await Promise.all(calls)).toEqual([1, 1, 1, 1, 1]);
      expect(String(await get_or_set(mc, 'k', () => 9))).toBe('1');
    });

    it.each([{ lock: 0 }, { lock: 0.5 }, { lock: 2_592_001 }, { time: 0.5 }, { time: -1 }])(
      'refuses %p, with which a lock or a value would never end',
      async (options) => {
        const call = get_or_set(client(), 'k', () => 1, options);
        await expect(call).rejects.toThrow('must be a whole number of seconds');
        expect(await isThere('k:lock')).toBe(false);
      },
    );

    it('lets another begin when the one that makes it is gone', async () => {
      const mc = client();
      // A process that died: its lock ends by itself.
      await raw.store('k:lock', 0, Buffer.from('dead'), 1);
      expect(await get_or_set(mc, 'k', () => 'value', { lock: 10 })).toBe('value');
      expect(await isThere('k')).toBe(true);
    });

    it('does not wait longer than it is told to', async () => {
      await raw.store('k:lock', 0, Buffer.from('busy'));
      let now = 0;
      const waits: number[] = [];
      const pause = (ms: number): Promise<void> => {
        waits.push(ms);
        now += ms;
        return Promise.resolve();
      };
      const options = { wait: 2, now: () => now, pause };
      expect(await get_or_set(client(), 'k', () => 'mine', options)).toBe('mine');
      expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(2000);
      expect((await raw.entry('k:lock'))?.data.toString()).toBe('busy');
    });

    it('an error of the maker releases the lock, and is not stored', async () => {
      const mc = client();
      const fails = get_or_set(mc, 'k', () => Promise.reject(new Error('no database')));
      await expect(fails).rejects.toThrow('no database');
      expect(await isThere('k:lock')).toBe(false);
      expect(await get_or_set(mc, 'k', () => 'value')).toBe('value');
    });

    it('null is no value', async () => {
      const mc = client();
      expect(await get_or_set(mc, 'k', () => null)).toBeNull();
      expect(await isThere('k')).toBe(false);
    });
  });

  describe('count', () => {
    it('counts every call of all clients once, from the first', async () => {
      const each = 25;
      const answers = await Promise.all(
        clients().flatMap((mc) =>
          Array.from({ length: each }, () => count(mc, 'hits', { ttl: 60 })),
        ),
      );
      const total = CALLERS * each;
      expect(new Set(answers)).toEqual(new Set(Array.from({ length: total }, (_, i) => i + 1)));
      expect(await python.eval("mc.incr('hits', 5)")).toBe(total + 5);
    });

    it('ends with its time, whatever was counted meanwhile', async () => {
      const mc = client();
      await count(mc, 'hits', { ttl: 100, delta: 3 });
      expect(await count(mc, 'hits', { ttl: 5000 })).toBe(4);
      const ttl = Number(/^HD t(\d+)$/.exec(await raw.ask('mg hits t\r\n'))?.[1]);
      expect(ttl).toBeLessThanOrEqual(100);
      expect(ttl).toBeGreaterThan(50);
    });

    // Cut off, half a second is no time at all: the counter would live for ever.
    it.each([
      [{ ttl: 0 }],
      [{ ttl: 0.5 }],
      [{ ttl: NaN }],
      [{ ttl: Infinity }],
      [{ ttl: 5, delta: -1 }],
      [{ ttl: 5, delta: 0.5 }],
    ])('refuses %p', async (options) => {
      await expect(count(client(), 'hits', options)).rejects.toThrow('must be');
    });
  });

  describe('a lock', () => {
    it('is had by one of many, and by the next once it is released', async () => {
      let inside = 0;
      let most = 0;
      let done = 0;
      const works = clients().map(async (mc) => {
        const lock = await acquire(mc, 'job', { ttl: 60, wait: 60 });
        if (lock === null) throw new Error('no lock');
        most = Math.max(most, ++inside);
        await mc.get('other');
        inside--;
        done++;
        expect(await lock.release()).toBe(true);
      });
      await Promise.all(works);
      expect([most, done]).toEqual([1, CALLERS]);
      expect(await isThere('job')).toBe(false);
    });

    it('is not had while another has it', async () => {
      const lock = await acquire(client(), 'job', { ttl: 60 });
      expect(await acquire(client(), 'job', { ttl: 60 })).toBeNull();
      expect(await python.eval("mc.add('job', 'python', 60)")).toBe(false);
      expect(await lock?.release()).toBe(true);
      expect(await python.eval("mc.add('job', 'python', 60)")).toBe(true);
    });

    it('that ended is not taken from its next owner', async () => {
      const mc = client();
      const late = await acquire(mc, 'job', { ttl: 60 });
      await raw.ask('delete job\r\n');
      const next = await acquire(client(), 'job', { ttl: 60 });
      expect(await late?.isHeld()).toBe(false);
      expect(await late?.release()).toBe(false);
      expect(await late?.extend(60)).toBe(false);
      expect(await next?.isHeld()).toBe(true);
      expect(await new Lock(mc, 'job', next?.token ?? '').release()).toBe(true);
      expect(await next?.release()).toBe(false);
    });

    it('lives longer when it is extended', async () => {
      const lock = await acquire(client(), 'job', { ttl: 10 });
      expect(await lock?.extend(1000)).toBe(true);
      expect(Number(/^HD t(\d+)$/.exec(await raw.ask('mg job t\r\n'))?.[1])).toBeGreaterThan(900);
    });

    it.each([0, -1, 0.5, 2_592_001, NaN])('refuses to live %p seconds', async (ttl) => {
      await expect(acquire(client(), 'job', { ttl })).rejects.toThrow('ttl must be');
    });
  });

  describe('update', () => {
    it('loses no change of many clients and a Python process', async () => {
      const each = 8;
      const source = `
done = 0
while done < ${each}:
    value = mc.gets('list')
    if (mc.add('list', '0') if value is None else mc.cas('list', str(int(value) + 1))):
        done += value is not None
`;
      await raw.store('list', 16, Buffer.from('0'));
      const theirs = python.exec(source);
      const ours = clients().map(async (mc) => {
        for (let i = 0; i < each; i++) {
          await update(mc, 'list', (value) => String(Number(String(value)) + 1), {
            attempts: 1000,
          });
        }
      });
      await Promise.all([theirs, ...ours]);
      expect((await raw.entry('list'))?.data.toString()).toBe(String((CALLERS + 1) * each));
    }, 30_000);

    it('concurrent calls on one client lose nothing either', async () => {
      const mc = client();
      const append = (i: number): Promise<unknown> =>
        update(mc, 'text', (value = '') => `${String(value)}${i},`, { attempts: 1000 });
      await Promise.all(Array.from({ length: 20 }, (_, i) => append(i)));
      const parts = String(await mc.get('text'))
        .split(',')
        .slice(0, -1);
      expect(parts.map(Number).sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
    });

    it('stores nothing where the change says so', async () => {
      const mc = client();
      expect(await update(mc, 'k', () => undefined)).toBeUndefined();
      expect(await update(mc, 'k', () => 'a')).toBe('a');
      expect(String(await update(mc, 'k', () => undefined))).toBe('a');
    });

    it('gives up after its attempts, with nothing lost', async () => {
      const mc = client();
      await mc.set('k', 'a', 0);
      const pauses: number[] = [];
      const faster = async (): Promise<string> => {
        await raw.store('k', 16, Buffer.from('faster'));
        return 'mine';
      };
      const options = { attempts: 3, pause: (ms: number) => Promise.resolve(void pauses.push(ms)) };
      await expect(update(mc, 'k', faster, options)).rejects.toThrow(ContentionError);
      expect(pauses).toHaveLength(2);
      expect(String(await mc.get('k'))).toBe('faster');
    });
  });

  describe('a namespace', () => {
    it('leaves its keys behind, for every client', async () => {
      const [mine, theirs] = [new Namespace(client(), 'shop'), new Namespace(client(), 'shop')];
      const before = await mine.key('user:1');
      expect(before).toMatch(/^shop:\d{13}:user:1$/);
      expect(await theirs.key('user:1')).toBe(before);
      expect(await theirs.invalidate()).toBe(true);
      const after = await mine.key('user:1');
      expect(after).not.toBe(before);
      await python.exec("mc.incr('shop:version')");
      expect(await mine.key('user:1')).not.toBe(after);
    });

    it('begins together, and never returns to a version that was used', async () => {
      const names = clients().map((mc) => new Namespace(mc, 'shop'));
      const versions = await Promise.all(names.map((each) => each.version()));
      expect(new Set(versions.map(String)).size).toBe(1);
      const [first] = names;
      await first?.invalidate();
      await raw.ask('delete shop:version\r\n');
      const again = new Namespace(client(), 'shop', { now: () => Date.now() + 10 });
      expect(await again.invalidate()).toBe(true);
      expect(Number(await again.version())).toBeGreaterThan(Number(versions[0]) + 1);
    });
  });
});

describe('without a server', () => {
  it('values are made at once, and counters and locks say that there are none', async () => {
    const mc = new memcache.Client([`127.0.0.1:${await refusingPort()}`], { cache_cas: true });
    let now = 0;
    const pause = (ms: number): Promise<void> => Promise.resolve(void (now += ms));
    expect(await get_or_set(mc, 'k', () => 'made', { now: () => now, pause })).toBe('made');
    expect(now).toBeLessThan(1000);
    expect(await count(mc, 'n', { ttl: 5 })).toBeNull();
    expect(await acquire(mc, 'job', { ttl: 5 })).toBeNull();
    expect(await new Namespace(mc, 'shop').key('a')).toBeNull();
    expect(await new Namespace(mc, 'shop').invalidate()).toBe(false);
    await expect(update(mc, 'k', () => 1, { attempts: 2 })).rejects.toThrow(ContentionError);
    mc.disconnect_all();
  });
});

it('cmemcache, which has no cas ids, makes values once, counts and names', async () => {
  const mc = new cmemcache.Client([server.name]);
  let made = 0;
  const make = (): number => ++made;
  expect(await Promise.all([get_or_set(mc, 'k', make), get_or_set(mc, 'k', make)])).toEqual([1, 1]);
  expect([await count(mc, 'n', { ttl: 60 }), await count(mc, 'n', { ttl: 60 })]).toEqual([1, 2]);
  const names = new Namespace(mc, 'shop');
  const before = await names.key('a');
  expect([await names.invalidate(), (await names.key('a')) === before]).toEqual([true, false]);
  mc.disconnect_all();
});

describe('a client that does not suit', () => {
  it('python-memcached without cache_cas is refused, because its cas is a set', async () => {
    const mc = new memcache.Client([server.name]);
    await mc.set('k', 1);
    await expect(update(mc, 'k', () => 2)).rejects.toThrow('cache_cas');
    expect(await mc.get('k')).toBe(1);
    mc.disconnect_all();
  });

  it('python-memcached with cache_cas tells a stored None from nothing', async () => {
    const mc = new memcache.Client([server.name], { cache_cas: true });
    await mc.set('k', null);
    expect(await update(mc, 'k', (value) => [value])).toEqual([null]);
    mc.disconnect_all();
  });

  it('pymemcache that waits for no reply takes locks and counts all the same', async () => {
    const [one, other] = [1, 2].map(() => new pymemcache.Client(server.name));
    if (one === undefined || other === undefined) throw new Error('no clients');
    expect(await acquire(one, 'job', { ttl: 60 })).not.toBeNull();
    expect(await acquire(other, 'job', { ttl: 60 })).toBeNull();
    expect(
      await Promise.all([count(one, 'n', { ttl: 60 }), count(other, 'n', { ttl: 60 })]),
    ).toEqual(expect.arrayContaining([1, 2]));
    one.close();
    other.close();
  });
});
