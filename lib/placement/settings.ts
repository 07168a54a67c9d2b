// What a client's settings make of its layout, one row each. Order counts: libmemcached 1.1.4 keeps state between them.

import type { DistributionName, Layout } from './distributions';
import type { HashName } from './hashes';

/** A client that nothing was set on. */
export const PLAIN: Layout = {
  distribution: 'modula',
  hash: 'default',
  pointHash: 'default',
  weighted: false,
  sorted: false,
  prefix: undefined,
};

/** The layout after a setting was given a value. */
export const SETTINGS = {
  // The points of a ring stay as they are until it is built again.
  hash: (layout: Layout, hash: HashName): Layout => ({ ...layout, hash }),
  distribution: distribute,
  ketama: (layout: Layout, on: boolean): Layout =>
    distribute(layout, on ? 'consistent ketama' : 'modula'),
  // Off means ketama (behavior.cc:161).
  ketamaWeighted: (layout: Layout, on: boolean): Layout =>
    on
      ? distribute({ ...layout, hash: 'md5' }, 'consistent weighted')
      : distribute(layout, 'consistent ketama'),
  // The list itself is sorted, which nothing undoes.
  sortHosts: (layout: Layout, on: boolean): Layout =>
    built({ ...layout, sorted: layout.sorted || on }),
} as const;

/** Which of them make a ring one of weights, or of equal shares; the others leave it as it was. */
const WEIGHTED: Partial<Record<DistributionName, boolean>> = {
  consistent: false,
  'consistent ketama': false,
  'consistent weighted': true,
};

const RINGS: ReadonlySet<DistributionName> = new Set([
  'consistent',
  'consistent ketama',
  'consistent ketama spy',
  'consistent weighted',
]);

/** Whether the distribution is a ring of points, which servers can leave without moving the keys of others. */
export function isRing({ distribution }: Layout): boolean {
  return RINGS.has(distribution);
}

function distribute(layout: Layout, distribution: DistributionName): Layout {
  const weighted = WEIGHTED[distribution] ?? layout.weighted;
  return built({ ...layout, distribution, weighted });
}

/** The layout after servers were added: a weight above 1 makes a ring one of weights (hosts.cc:318). */
export function withServers(layout: Layout, weights: readonly number[]): Layout {
  const heavy = isRing(layout) && weights.some((weight) => weight > 1);
  return built({ ...layout, weighted: layout.weighted || heavy });
}

/** The layout of a clone, which looks at the weights alone to know whether its ring is one of weights (memcached.cc:268). */
export function cloned(layout: Layout, weights: readonly number[]): Layout {
  return built({ ...layout, weighted: weights.some((weight) => weight > 1) });
}

/** Points are made by the hash that is set when a ring is built. */
function built(layout: Layout): Layout {
  return { ...layout, pointHash: layout.hash };
}
