// A short storm over every backend, on one server and on three; `npm run storm` makes long ones.

import { SEED } from '../../../lib/testing/random';
import { BACKENDS } from './backends';
import { storm } from './storm';

const SECONDS = 1.3;

describe.each([1, 3])('on %i servers', (servers) => {
  it.each(BACKENDS)(
    'breaks no promise: $name',
    async (backend) => {
      const report = await storm(backend, { seed: SEED, seconds: SECONDS, servers });
      expect(report.violations).toEqual([]);
      expect(report.counts.hits).toBeGreaterThan(0);
      expect(report.counts.done).toBeGreaterThan(0);
      expect(report.troubles.size).toBeGreaterThan(0);
    },
    60_000,
  );
});
