// What a placement is: keys to servers, as pure functions over tables that are built once per server list.

/** A token from which a key's server follows: a hash, the index of a server, or a key. A caller's own hash is one. */
export type Spot = number | bigint | string;

/** One server, as far as placement sees it. */
export interface Place {
  readonly name: string;
  /** Its share of the keys; 0 and less: none. */
  readonly weight: number;
}

export interface Placement {
  /** Where a wire key is tried first. */
  start(key: string): Spot;
  /** Index into the server list; -1 when no server can be named. */
  server(spot: Spot): number;
  /** Where to go on when the server of `spot` was down for the `attempt`-th time (from 0); undefined: give up. */
  next(spot: Spot, attempt: number): Spot | undefined;
}

export type PlacementFactory = (servers: readonly Place[]) => Placement;
