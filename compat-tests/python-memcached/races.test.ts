// Python and Node at the same counter and the same cas, at the same time.

import { Client } from '../../lib';
import { Memcached, Python } from '../support';
import { RELEASE } from './pair';

const EACH = 504;
const CALLERS = 8;

let server: Memcached;
let pythons: Python[];
let ours: Client;

beforeAll(async () => {
  server = await Memcached.start();
  pythons = await Promise.all([1, 2].map(() => Python.start({ modules: ['memcache'] })));
  for (const python of pythons) {
    await python.exec(`import memcache\nmc = memcache.Client(['${server.name}'], cache_cas=True)`);
  }
  ours = new Client([server.name], { release: RELEASE, cache_cas: true });
});
afterAll(async () => {
  ours.disconnect_all();
  await Promise.all(pythons.map((python) => python.stop()));
  await server.stop();
});

it('counts every increment of both sides once', async () => {
  await ours.set('n', 0);
  const theirs = pythons.map((python) => python.eval(`[mc.incr('n') for _ in range(${EACH})]`));
  const mine = Array.from({ length: CALLERS }, async () => {
    const seen: unknown[] = [];
    for (let i = 0; i < EACH / CALLERS; i++) seen.push(await ours.incr('n'));
    return seen;
  });
  const answers = (await Promise.all([...theirs, ...mine])).flat();
  const total = 2 * EACH + Math.floor(EACH / CALLERS) * CALLERS;
  // Every answer is a count that no other call got.
  expect(new Set(answers).size).toBe(total);
  expect(await ours.get('n')).toBe(total);
});

it('changes a value by gets and cas exactly as often as cas said so', async () => {
  await ours.set('c', 0);
  const source = [
    'wins = 0',
    `while wins < ${EACH}:`,
    "    value = mc.gets('c')",
    "    wins += mc.cas('c', value + 1) is True",
  ].join('\n');
  const theirs = pythons.map((python) => python.exec(source));
  let lost = 0;
  const mine = async (): Promise<void> => {
    for (let wins = 0; wins < EACH;) {
      const value = (await ours.gets('c')) as number;
      if ((await ours.cas('c', value + 1)) === true) wins++;
      else lost++;
    }
  };
  await Promise.all([...theirs, mine()]);
  expect(await ours.get('c')).toBe(3 * EACH);
  expect(lost).toBeGreaterThan(0); // they did meet
});
