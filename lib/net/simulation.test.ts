// The engine in simulated weather: each seed a history that the oracle judges.
//
// `SEEDS=50000 FIRST_SEED=1 npx jest --selectProjects unit --testPathPatterns lib/net/simulation` runs others.

import { BACKENDS, type Backend } from './testing/backends';
import { FAULTS, type Fault, type FaultName } from './testing/faults';
import { simulate, type Mode } from './testing/simulation';

const SEEDS = Number(process.env['SEEDS'] ?? 400);
const FIRST_SEED = Number(process.env['FIRST_SEED'] ?? 1_000_000);
const MODES: readonly Mode[] = ['safety', 'liveness'];

/** Seeds that once broke a rule, and what was wrong. */
const ONCE_BROKEN: readonly (readonly [number, Mode, Backend['name'], string])[] = [
  [
    5_001_006,
    'safety',
    'text',
    'a request that was sent, and was to be sent again, was told as never sent',
  ],
  [
    221,
    'liveness',
    'binary, SASL over TLS',
    'on its way through connections that each died before the clock ticked, a call outlived its deadline',
  ],
];

it.each(ONCE_BROKEN)('breaks no rule with seed %i (%s, %s): %s', async (seed, mode, name) => {
  const backend = BACKENDS.find((each) => each.name === name);
  const { violations } = await simulate(seed, mode, backend);
  expect(violations).toEqual([]);
});

/** Those that can strike there. */
function faultsOf({ hasLogin, isSecured }: Backend): string[] {
  const all = Object.entries<Fault>(FAULTS);
  return all
    .filter(([, { where }]) => (where === 'login' ? hasLogin : where !== 'handshake' || isSecured))
    .map(([name]) => name)
    .sort();
}

describe.each(BACKENDS)('$name', (backend) => {
  const struck = new Map<FaultName, number>();
  const total = { reads: 0, hits: 0, writes: 0, done: 0 };

  it.each(MODES)(`breaks no rule in ${SEEDS} histories: %s`, async (mode) => {
    const started = performance.now();
    const broken: unknown[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS && broken.length < 5; seed++) {
      const result = await simulate(seed, mode, backend);
      if (result.violations.length > 0) broken.push({ seed, ...result });
      for (const [name, times] of result.struck) struck.set(name, (struck.get(name) ?? 0) + times);
      for (const name of ['reads', 'hits', 'writes', 'done'] as const)
        total[name] += result.counts[name];
    }
    const perMinute = Math.round((SEEDS / (performance.now() - started)) * 60_000);
    process.stdout.write(`${backend.name}, ${mode}: ${perMinute} histories a minute\n`);
    expect(broken).toEqual([]);
  }, 600_000); // prettier-ignore

  it('was hit by every fault, and still read and wrote', () => {
    expect([...struck.keys()].sort()).toEqual(faultsOf(backend));
    expect(total.hits).toBeGreaterThan(total.reads / 4);
    expect(total.done).toBeGreaterThan(total.writes / 4);
  });
});

it('makes the same history of the same seed', async () => {
  const [first, second] = [await simulate(7, 'safety'), await simulate(7, 'safety')];
  expect(second).toEqual(first);
  expect(await simulate(8, 'safety')).not.toEqual(first);
});
