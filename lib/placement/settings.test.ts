// What was set, in which order, and when the servers came, make the layout that the real library has.

import type { Layout } from './distributions';
import { cloned, PLAIN, SETTINGS, withServers } from './settings';

const { hash, distribution, ketama, ketamaWeighted, sortHosts } = SETTINGS;
const EQUAL = [1, 1];
const HEAVY = [1, 2];

type Step = (layout: Layout) => Layout;
const add =
  (weights: readonly number[]): Step =>
  (layout) =>
    withServers(layout, weights);
const clone =
  (weights: readonly number[]): Step =>
  (layout) =>
    cloned(layout, weights);

const CASES: readonly (readonly [what: string, steps: readonly Step[], is: Partial<Layout>])[] = [
  ['nothing', [add(HEAVY)], {}],
  [
    'a ring before servers of weight: by weight',
    [(l) => ketama(l, true), add(HEAVY)],
    { distribution: 'consistent ketama', weighted: true },
  ],
  [
    'a ring after them: even',
    [add(HEAVY), (l) => ketama(l, true)],
    { distribution: 'consistent ketama' },
  ],
  ['and off again', [(l) => ketama(l, true), (l) => ketama(l, false)], {}],
  [
    'a weighted ring has its own hash',
    [(l) => hash(l, 'crc'), (l) => ketamaWeighted(l, true), add(EQUAL)],
    { distribution: 'consistent weighted', hash: 'md5', pointHash: 'md5', weighted: true },
  ],
  [
    'no weighted ring is an even one, with the hash that was set',
    [(l) => hash(l, 'crc'), (l) => ketamaWeighted(l, false)],
    { distribution: 'consistent ketama', hash: 'crc', pointHash: 'crc' },
  ],
  [
    'a hash alone leaves the points',
    [(l) => ketama(l, true), add(EQUAL), (l) => hash(l, 'md5')],
    { distribution: 'consistent ketama', hash: 'md5' },
  ],
  [
    'and the next ring has it',
    [add(EQUAL), (l) => hash(l, 'md5'), (l) => ketama(l, true)],
    { distribution: 'consistent ketama', hash: 'md5', pointHash: 'md5' },
  ],
  [
    'the ring of spy stays as it was: by weight',
    [
      (l) => distribution(l, 'consistent weighted'),
      (l) => distribution(l, 'consistent ketama spy'),
    ],
    { distribution: 'consistent ketama spy', weighted: true },
  ],
  [
    'a clone of equal servers: even, though the distribution is weighted',
    [(l) => distribution(l, 'consistent weighted'), add(EQUAL), clone(EQUAL)],
    { distribution: 'consistent weighted' },
  ],
  [
    'a clone of servers of weight: by weight, though the ring was even',
    [add(HEAVY), (l) => ketama(l, true), clone(HEAVY)],
    { distribution: 'consistent ketama', weighted: true },
  ],
  [
    'sorted hosts stay sorted',
    [(l) => sortHosts(l, true), (l) => sortHosts(l, false)],
    { sorted: true },
  ],
];

it.each(CASES)('%s', (_what, steps, is) => {
  expect(steps.reduce((layout, step) => step(layout), PLAIN)).toEqual({ ...PLAIN, ...is });
});
