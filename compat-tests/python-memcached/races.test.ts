// Python and Node at the same counters and the same cas, at the same time: nothing is lost and nothing counts twice.

import { Client, type ClientOptions } from '../../lib';
import { Memcached, Python } from '../support';
import { RELEASE } from './pair';

/** Changes of each process and caller. */
const EACH = 400;
/** Concurrent callers in Node. */
const CALLERS = 4;

let server: Memcached;
let pythons: readonly Python[];
let clients: Client[];

beforeAll(async () => {
  server = await Memcached.start({ args: ['-t', '2'] });
  pythons = await Promise.all([1, 2].map(() => Python.start({ modules: ['memcache'] })));
  for (const python of pythons) {
    await python.exec(`import memcache\nmc = memcache.Client(['${server.name}'], cache_cas=True)`);
  }
});
beforeEach(() => (clients = []));
afterEach(() => {
  for (const client of clients) client.disconnect_all();
});
afterAll(async () => {
  await Promise.all(pythons.map((python) => python.stop()));
  await server.stop();
});

function open(options: ClientOptions = {}): Client {
  const client = new Client([server.name], { release: RELEASE, cache_cas: true, ...options });
  clients.push(client);
  return client;
}

/** Calls `change` until it has said yes EACH times. */
async function untilDone(change: () => Promise<boolean>): Promise<void> {
  for (let done = 0; done < EACH;) if (await change()) done++;
}

describe.each([
  ['up', 'incr', 0],
  ['down', 'decr', (2 + CALLERS) * EACH],
] as const)('a counter that all count %s', (_way, method, from) => {
  it('answers every caller another count, and ends where it should', async () => {
    const mc = open();
    await mc.set('n', from);
    const source = `[mc.${method}('n') for _ in range(${EACH})]`;
    const theirs = pythons.map((python) => python.eval(source));
    const ours = Array.from({ length: CALLERS }, async () => {
      const seen: unknown[] = [];
      for (let i = 0; i < EACH; i++) seen.push(await mc[method]('n'));
      return seen;
    });
    const answers = (await Promise.all([...theirs, ...ours])).flat();
    const total = (2 + CALLERS) * EACH;
    expect(new Set(answers)).toEqual(
      new Set(Array.from({ length: total }, (_, i) => (from === 0 ? i + 1 : i))),
    );
    expect(await mc.get('n')).toBe(total - from);
  });
});

it('a counter that nobody waits for counts every call', async () => {
  const mc = open();
  await mc.set('n', 0);
  const theirs = pythons.map((python) =>
    python.exec(`for _ in range(${EACH}): mc.incr('n', noreply=True)\nmc.get('n')`),
  );
  await Promise.all(Array.from({ length: EACH }, () => mc.incr('n', { noreply: true })));
  await Promise.all(theirs);
  expect(await mc.get('n')).toBe(3 * EACH);
});

it('of a gets on each side the first cas wins, and the other is told', async () => {
  const mc = open();
  const python = pythons[0] as Python;
  await mc.set('c', 'start');
  for (const [first, second] of [
    ['ours', 'theirs'],
    ['theirs', 'ours'],
  ] as const) {
    await mc.gets('c');
    await python.exec("mc.gets('c')");
    const cas = {
      ours: () => mc.cas('c', 'of ours'),
      theirs: () => python.eval("mc.cas('c', 'of theirs')"),
    };
    expect([await cas[first](), await cas[second]()]).toEqual([true, false]);
    expect(await mc.get('c')).toBe(`of ${first}`);
  }
});

it('a number that all change by gets and cas has every change', async () => {
  await open().set('c', 0);
  const source = [
    'wins = 0',
    `while wins < ${EACH}:`,
    "    value = mc.gets('c')",
    "    wins += mc.cas('c', value + 1) is True",
  ].join('\n');
  const theirs = pythons.map((python) => python.exec(source));
  // A client keeps one cas id a key: what runs at the same time has a client each, as in Python each thread has.
  const ours = Array.from({ length: CALLERS }, () => {
    const mc = open();
    return untilDone(async () => {
      const value = (await mc.gets('c')) as number;
      return (await mc.cas('c', value + 1)) === true;
    });
  });
  await Promise.all([...theirs, ...ours]);
  expect(await open().get('c')).toBe((2 + CALLERS) * EACH);
});

it('a list that all extend by gets and cas has every item once', async () => {
  const each = 40;
  await open().set('l', []);
  const source = [
    'done = 0',
    `while done < ${each}:`,
    "    value = mc.gets('l')",
    "    done += mc.cas('l', value + [(me, done)]) is True",
  ].join('\n');
  const theirs = pythons.map(async (python, me) => {
    await python.exec(`me = ${me}`);
    await python.exec(source);
  });
  const mc = open();
  let done = 0;
  const mine = async (): Promise<void> => {
    while (done < each) {
      const value = (await mc.gets('l')) as unknown[];
      if ((await mc.cas('l', [...value, ['node', done]])) === true) done++;
    }
  };
  await Promise.all([...theirs, mine()]);
  const items = (await mc.get('l')) as (readonly [unknown, number])[];
  const who = [0, 1, 'node'];
  // Of each writer all items, and in its order.
  for (const writer of who) {
    const its = items.filter(([name]) => name === writer).map(([, n]) => n);
    expect(its).toEqual(Array.from({ length: each }, (_, i) => i));
  }
  expect(items).toHaveLength(who.length * each);
});

it('of all who add one key, one has added it', async () => {
  const mc = open();
  for (let i = 0; i < 50; i++) {
    const answers = await Promise.all([
      ...pythons.map((python) => python.eval(`mc.add('once${i}', 1)`)),
      mc.add(`once${i}`, 1),
      mc.add(`once${i}`, 1),
    ]);
    expect(answers.filter((answer) => answer === true)).toHaveLength(1);
  }
});
