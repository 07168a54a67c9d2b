// Acts 3 and 4: both sides work on one key at the same time, and no step is lost or done twice.

/** Steps of each side: enough that both are at it together. */
const STEPS = 1000;

/** Both sides count up at once: every number is given out exactly once. */
export async function raceOnCounter({ python, servers: [server], open }) {
  const mc = await open([server.name]);
  await mc.set('counter', 0);
  const [theirs, ours] = await Promise.all([
    python.ask('count', { key: 'counter', times: STEPS }),
    countUp(mc, STEPS),
  ]);
  const given = [...theirs.answers, ...ours].sort((a, b) => a - b);
  const total = Number(await mc.get('counter'));
  const isExact = total === 2 * STEPS && given.every((number, at) => number === at + 1);
  const cells = [
    STEPS,
    STEPS,
    total,
    isExact ? 'every number exactly once' : 'numbers lost or doubled',
  ];
  return {
    title: 'Both count on one counter at the same time',
    columns: ['Python incr', 'Node incr', 'counter', 'answers'],
    rows: [{ ok: isExact, cells }],
  };
}

async function countUp(mc, times) {
  const answers = [];
  for (let i = 0; i < times; i++) answers.push(await mc.incr('counter'));
  return answers;
}

/** Both sides read, add one and write back by cas: who was too late reads again. */
export async function raceOnCas({ python, servers: [server], open }) {
  const mc = await open([server.name]);
  await mc.set('shared', 0);
  const [theirs, retries] = await Promise.all([
    python.ask('add_by_cas', { key: 'shared', times: STEPS }),
    addByCas(mc, STEPS),
  ]);
  const total = await mc.get('shared');
  return {
    title: 'Both race to change one value by gets and cas',
    columns: ['Python changes', 'too late', 'Node changes', 'too late', 'value'],
    rows: [{ ok: total === 2 * STEPS, cells: [STEPS, theirs.retries, STEPS, retries, total] }],
  };
}

/** How often somebody else was faster. */
async function addByCas(mc, times) {
  let retries = 0;
  for (let i = 0; i < times; i++) {
    while ((await mc.cas('shared', (await mc.gets('shared')) + 1)) !== true) retries++;
  }
  return retries;
}
