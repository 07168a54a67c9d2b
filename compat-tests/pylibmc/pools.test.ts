// Pools: the same steps with the real pylibmc's and with ours, and many callers over few connections.

import { Client, ClientPool, ThreadMappedPool } from '../../lib/clients/pylibmc';
import { LoggingProxy, Memcached, Python } from '../support';

const STEPS = `
import pylibmc

def named(run):
    try:
        return run()
    except Exception as error:
        return type(error).__name__

def reserve(pool, *args):
    with pool.reserve(*args) as mc:
        return mc.get('k')

def client_pool(server):
    mc = pylibmc.Client([server], behaviors={'cas': True})
    pool = pylibmc.ClientPool(mc, 2)
    seen = [[pool.qsize(), pool.full(), pool.maxsize]]
    with pool.reserve() as a:
        with pool.reserve(True) as b:
            b.behaviors['cas'] = 0
            seen.append([a is b, a.set('k', 'v'), b.get('k'), pool.qsize(), pool.empty()])
            seen.append([[each.behaviors['cas'] for each in (mc, a, b)]])
            seen.append([named(lambda: reserve(pool)), named(lambda: pool.get(True, 0.001))])
            seen.append([named(lambda: pool.get(False)), named(lambda: pool.get(True, -1))])
        seen.append([pool.qsize(), reserve(pool)])
    try:
        with pool.reserve() as a:
            raise KeyError('k')
    except KeyError:
        seen.append([pool.qsize()])
    seen.append([named(lambda: pool.put(mc, False)), named(lambda: pool.put(mc, True, 0.001))])
    pool = pylibmc.ClientPool()
    pool.fill(mc, 3)
    seen.append([pool.qsize(), pool.full(), pool.maxsize, reserve(pool)])
    seen.append([named(lambda: pylibmc.ClientPool(mc, 'x')), named(lambda: pool.fill(mc, 1.5))])
    return seen

def thread_mapped_pool(server):
    pool = pylibmc.ThreadMappedPool(pylibmc.Client([server]))
    seen = [[len(pool), pool.relinquish() is None]]
    with pool.reserve() as mc:
        seen.append([mc.set('k', 'w'), mc is pool.master, len(pool), pool.relinquish() is None])
    seen.append([len(pool), pool.current_key in pool, pool[pool.current_key] is mc, reserve(pool)])
    seen.append([pool.relinquish() is mc, len(pool)])
    return seen
`;

jest.setTimeout(30_000);

let server: Memcached;
let python: Python;
beforeAll(async () => {
  server = await Memcached.start();
  python = await Python.start({ modules: ['pylibmc'] });
  await python.exec(STEPS);
});
afterAll(async () => {
  await python.stop();
  await server.stop();
});

/** What it comes to, or the name of what it throws. */
async function named(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return (error as Error).name;
  }
}

it('ClientPool', async () => {
  const read = (mc: Client): Promise<unknown> => mc.get('k');
  const mc = new Client([server.name], { behaviors: { cas: true } });
  let pool = new ClientPool(mc, 2);
  const seen: unknown[][] = [[pool.qsize(), pool.full(), pool.maxsize]];
  await pool.reserve(async (a) => {
    await pool.reserve(async (b) => {
      b.behaviors.cas = 0;
      seen.push([a === b, await a.set('k', 'v'), await b.get('k'), pool.qsize(), pool.empty()]);
      seen.push([[mc, a, b].map((each) => each.behaviors.cas)]);
      seen.push([await named(() => pool.reserve(read)), await named(() => pool.get(true, 0.001))]);
      seen.push([await named(() => pool.get(false)), await named(() => pool.get(true, -1))]);
    }, true);
    seen.push([pool.qsize(), await pool.reserve(read)]);
  });
  const failed = pool.reserve(() => Promise.reject(new Error('k')));
  await expect(failed).rejects.toThrow('k');
  seen.push([pool.qsize()]);
  seen.push([await named(() => pool.put(mc, false)), await named(() => pool.put(mc, true, 0.001))]);
  const clients = [mc, pool.get_nowait(), pool.get_nowait()];
  pool = new ClientPool();
  await pool.fill(mc, 3);
  seen.push([pool.qsize(), pool.full(), pool.maxsize, await pool.reserve(read)]);
  seen.push([
    await named(() => new ClientPool(mc, 'x' as unknown as number)),
    await named(() => pool.fill(mc, 1.5)),
  ]);
  expect(seen).toEqual(await python.eval('client_pool(server)', { server: server.name }));
  while (!pool.empty()) clients.push(pool.get_nowait());
  for (const each of clients) each.disconnect_all();
});

it('ThreadMappedPool', async () => {
  const master = new Client([server.name]);
  const pool = new ThreadMappedPool(master);
  const seen: unknown[][] = [[pool.size, pool.relinquish() === null]];
  const client = await pool.reserve(async (mc) => {
    const isStored = await mc.set('k', 'w');
    seen.push([isStored, mc === pool.master, pool.size, pool.relinquish() === null]);
    return mc;
  });
  const key = pool.current_key;
  const read = await pool.reserve((mc) => mc.get('k'));
  seen.push([pool.size, pool.has(key), pool.get(key) === client, read]);
  seen.push([pool.relinquish() === client, pool.size]);
  expect(seen).toEqual(await python.eval('thread_mapped_pool(server)', { server: server.name }));
  client.disconnect_all();
});

it('many callers share the few clients of a pool, and their connections', async () => {
  const proxy = await LoggingProxy.start(server);
  const master = new Client([proxy.name]);
  const pool = new ClientPool(master, 3);
  await pool.reserve((mc) => mc.set('n', 0));
  const counts = Array.from({ length: 60 }, () => pool.reserve((mc) => mc.incr('n'), true));
  const counted = await Promise.all(counts);
  expect(counted.sort((a, b) => Number(a) - Number(b))).toEqual(counts.map((_, i) => i + 1));
  expect(proxy.connections).toHaveLength(3);
  while (!pool.empty()) pool.get_nowait().disconnect_all();
  await proxy.stop();
});
