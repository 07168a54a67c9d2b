// Pools of stand-in clients: who gets one, who waits, and that each comes back.

import { ClientPool, ThreadMappedPool } from './pools';
import { Empty, Full } from './queue';

/** Counts its clones, and has nothing else of a client. */
class Fake {
  static made = 0;
  readonly number = Fake.made++;

  clone(): Fake {
    return new Fake();
  }
}

beforeEach(() => (Fake.made = 0));

const numbers = (pool: ClientPool<Fake>): number[] =>
  Array.from({ length: pool.qsize() }, () => pool.get_nowait().number);

describe('ClientPool', () => {
  it('is filled with clones, as many as there are slots, and holds no more', async () => {
    const pool = new ClientPool(new Fake(), 2);
    expect([pool.qsize(), pool.maxsize, pool.full()]).toEqual([2, 2, true]);
    expect(() => pool.put_nowait(new Fake())).toThrow(Full);
    await expect(pool.put(new Fake(), false)).rejects.toThrow(Full);
    expect(numbers(pool)).toEqual([1, 2]);
  });

  it.each([
    ['nothing', () => new ClientPool<Fake>(), 0, 0],
    ['a client without slots', () => new ClientPool(new Fake()), 0, 0],
    ['slots without a client', () => new ClientPool<Fake>(null, 3), 0, 3],
    ['names', () => new ClientPool({ mc: new Fake(), n_slots: 2 }), 2, 2],
    ['a negative number', () => new ClientPool(new Fake(), -1), 0, -1],
  ])('made of %s holds what Python’s does', (_what, make, size, maxsize) => {
    const pool = make();
    expect([pool.qsize(), pool.maxsize]).toEqual([size, maxsize]);
  });

  it('refuses a size that is no int, as range does', async () => {
    const message = "'float' object cannot be interpreted as an integer";
    expect(() => new ClientPool(new Fake(), 1.5)).toThrow(new TypeError(message));
    await expect(new ClientPool<Fake>().fill(new Fake(), 0.5)).rejects.toThrow(message);
  });

  it('lends to a callback, and answers what that answers', async () => {
    const pool = new ClientPool(new Fake(), 1);
    const answer = await pool.reserve((mc) => Promise.resolve([mc.number, pool.qsize()]));
    expect(answer).toEqual([1, 0]);
    expect(pool.qsize()).toBe(1);
    expect(await pool.reserve((mc) => mc.number)).toBe(1);
  });

  it('takes the client back when the callback throws, and throws that', async () => {
    const pool = new ClientPool(new Fake(), 1);
    const failed = new Error('failed');
    await expect(
      pool.reserve(() => {
        throw failed;
      }),
    ).rejects.toBe(failed);
    await expect(pool.reserve(() => Promise.reject(failed))).rejects.toBe(failed);
    expect(pool.qsize()).toBe(1);
  });

  it('lends until disposed of, and takes back once', async () => {
    const pool = new ClientPool<Fake>();
    await pool.fill(new Fake(), 2);
    {
      await using first = await pool.reserve();
      await using second = await pool.reserve(true);
      expect([first.client.number, second.client.number, pool.qsize()]).toEqual([1, 2, 0]);
    }
    const reservation = await pool.reserve();
    await reservation[Symbol.asyncDispose]();
    await reservation[Symbol.asyncDispose]();
    expect(pool.qsize()).toBe(2);
  });

  it('throws Empty when all are lent, and waits for one with block, in turn', async () => {
    const pool = new ClientPool(new Fake(), 1);
    const held = await pool.reserve();
    await expect(pool.reserve()).rejects.toThrow(Empty);
    await expect(pool.reserve(false)).rejects.toThrow(Empty);
    const order: string[] = [];
    const waiting = ['a', 'b'].map((name) => pool.reserve(() => order.push(name), true));
    await expect(pool.reserve(() => 'never')).rejects.toThrow(Empty);
    await held[Symbol.asyncDispose]();
    await Promise.all(waiting);
    expect([order, pool.qsize()]).toEqual([['a', 'b'], 1]);
  });

  it('waits no longer than timeout, or than the signal allows, and loses no client', async () => {
    const pool = new ClientPool(new Fake(), 1);
    const held = await pool.reserve();
    await expect(pool.reserve({ block: true, timeout: 0.001 })).rejects.toThrow(Empty);
    await expect(pool.reserve(true, { timeout: 0 })).rejects.toThrow(Empty);
    const control = new AbortController();
    const given = pool.reserve(() => 'never', true, { signal: control.signal });
    const reason = new Error('not wanted any more');
    control.abort(reason);
    await expect(given).rejects.toBe(reason);
    await expect(pool.reserve(true, { signal: control.signal })).rejects.toBe(reason);
    await held[Symbol.asyncDispose]();
    expect(pool.qsize()).toBe(1);
    expect(await pool.reserve((mc) => mc.number, { block: true, timeout: 10 })).toBe(1);
  });

  it('refuses arguments as Python does', async () => {
    const pool = new ClientPool(new Fake(), 1);
    const refusals: readonly (readonly [readonly unknown[], string])[] = [
      [[true, { timeout: -1 }], "'timeout' must be a non-negative number"],
      [[true, { timeout: 'soon' }], "'timeout' must be a number, not str"],
      [[{ blocks: true }], "ClientPool.reserve() got an unexpected keyword argument 'blocks'"],
      [[true, 5], 'ClientPool.reserve() takes from 1 to 2 positional arguments but 3 were given'],
    ];
    const reserve = pool.reserve.bind(pool) as (...args: readonly unknown[]) => Promise<unknown>;
    for (const [args, message] of refusals) {
      await expect(reserve(...args)).rejects.toThrow(message);
    }
    expect(pool.qsize()).toBe(1);
  });

  it('fills each slot as it comes free', async () => {
    const pool = new ClientPool<Fake>(null, 1);
    let isFilled = false;
    const filled = pool.fill(new Fake(), 3).then(() => (isFilled = true));
    const taken = [await pool.get(), await pool.get()];
    expect(isFilled).toBe(false);
    taken.push(await pool.get(true, 5));
    await filled;
    expect(taken.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(pool.empty()).toBe(true);
    expect(() => pool.get_nowait()).toThrow(Empty);
  });
});

describe('ThreadMappedPool', () => {
  it('clones its master when first asked, and keeps the clone under the thread’s key', async () => {
    const master = new Fake();
    const pool = new ThreadMappedPool(master);
    expect([pool.size, pool.master]).toEqual([0, master]);
    expect(await pool.reserve((mc) => [mc.number, pool.size])).toEqual([1, 0]);
    expect([...pool].map(([key, mc]) => [key, mc.number])).toEqual([[pool.current_key, 1]]);
    expect(await pool.reserve(({ number }) => number)).toBe(1);
  });

  it('lends one client to all tasks of the thread, and has it back when the last is done', async () => {
    const pool = new ThreadMappedPool(new Fake());
    {
      await using outer = pool.reserve();
      expect(await pool.reserve((mc) => mc)).toBe(outer.client);
      expect(pool.size).toBe(0);
    }
    expect(pool.size).toBe(1);
    const seen = await Promise.all([1, 2, 3].map(() => pool.reserve((mc) => mc.number)));
    expect([seen, Fake.made]).toEqual([[1, 1, 1], 2]);
  });

  it('has it back after an error', async () => {
    const pool = new ThreadMappedPool(new Fake());
    const failed = new Error('failed');
    await expect(pool.reserve(() => Promise.reject(failed))).rejects.toBe(failed);
    expect(pool.size).toBe(1);
  });

  it('gives a thread’s client up, and makes the next one anew', async () => {
    const pool = new ThreadMappedPool(new Fake());
    expect(pool.relinquish()).toBeNull();
    const first = await pool.reserve((mc) => {
      expect(pool.relinquish()).toBeNull();
      return mc;
    });
    expect(pool.relinquish()).toBe(first);
    expect(pool.size).toBe(0);
    expect(await pool.reserve((mc) => mc)).not.toBe(first);
  });
});
