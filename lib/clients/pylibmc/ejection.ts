// Takes servers that failed too often off a ring for a while: their keys go to the others, nobody else's move.

import type { Happening, ServerSpec } from '../../engine/server';
import type { Place, Placement, PlacementFactory } from '../../placement/placement';

export interface EjectionRules {
  /** Failed connects in a row after which a server is off. */
  readonly limit: number;
  /** How long, in milliseconds. */
  readonly pause: number;
  /** On a monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/** Counts the failures of servers, and places keys by what it counted. */
export class Ejection {
  readonly #rules: EjectionRules;
  readonly #failures = new Map<ServerSpec, number>();
  /** Until when each is off. */
  readonly #off = new Map<ServerSpec, number>();

  constructor(rules: EjectionRules) {
    this.#rules = rules;
  }

  happened({ name, server }: Happening): void {
    if (name === 'alive') {
      this.#failures.delete(server);
      this.#off.delete(server);
    } else if (name === 'dead') {
      const failures = (this.#failures.get(server) ?? 0) + 1;
      const { limit, pause, now } = this.#rules;
      // One that comes back is taken off again by its first failure.
      this.#failures.set(server, Math.min(failures, limit - 1));
      if (failures >= limit) this.#off.set(server, now() + pause);
    }
  }

  /** The placement over the servers that are not off; over all of them when none is left. */
  over(place: PlacementFactory): PlacementFactory {
    return (places) => {
      const whole = place(places);
      let partial = { off: '', placement: whole };
      const current = (): Placement => {
        if (this.#off.size === 0) return whole;
        const off = this.#offIn(places);
        if (off.length === 0 || off.length === places.length) return whole;
        const name = off.join();
        if (partial.off !== name) {
          const left = places.map(({ name, weight }, i) => ({
            name,
            weight: off.includes(i) ? 0 : weight,
          }));
          partial = { off: name, placement: place(left) };
        }
        return partial.placement;
      };
      return {
        start: (key) => current().start(key),
        server: Number,
        next: () => undefined,
      };
    };
  }

  /** Indexes of the servers that are off; those whose time is over are not any more. */
  #offIn(places: readonly Place[]): number[] {
    const now = this.#rules.now();
    for (const [server, until] of this.#off) if (until <= now) this.#off.delete(server);
    return [...places.keys()].filter((i) => this.#off.has(places[i] as ServerSpec));
  }
}
