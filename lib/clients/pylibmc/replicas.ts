// num_replicas: copies of an entry on the servers behind its own, as libmemcached's binary protocol has them.

import { Command, type ChangeOptions, type Engine, type Entry } from '../../engine/engine';
import type { WireKey } from '../../engine/keys';
import { MemcacheError, ServerError } from '../../errors';
import { Unreached } from './dialect';
import { MemcachedError } from './errors';

/** Indexes of the servers of a key: its own first, then those of its copies. */
export type Homes = readonly number[];

/** @param copies besides the entry itself; not more than there are other servers */
export function homesOf(home: number, copies: number, servers: number): Homes {
  const length = Math.min(copies, servers - 1) + 1;
  return Array.from({ length }, (_, i) => (home + i) % servers);
}

/** Asks the servers of a key one after the other, until one can be reached and answers: a miss is an answer. */
export async function askInTurn<T>(homes: Homes, ask: (home: number) => Promise<T>): Promise<T> {
  const [home = 0, ...copies] = homes;
  try {
    return await ask(home);
  } catch (error) {
    if (!isLoss(error) || copies.length === 0) throw error;
    return askInTurn(copies, ask);
  }
}

/** No answer came, not even an error line. */
function isLoss(error: unknown): boolean {
  const { cause } = error instanceof MemcachedError ? error : {};
  return cause instanceof MemcacheError && !(cause instanceof ServerError);
}

/** The values of many keys; those whose server could not be reached come from their copies. */
export async function askManyInTurn(
  engine: Engine,
  wires: readonly WireKey[],
  homes: readonly Homes[],
  signal: AbortSignal | undefined,
): Promise<unknown[]> {
  const spots = homes.map(([home]) => home);
  const values = await engine.getMany(Command.get, wires, spots, signal);
  const lost = [...values.keys()].filter(
    (i) => values[i] instanceof Unreached && (homes[i]?.length ?? 0) > 1,
  );
  if (lost.length === 0) return values;
  const rest = await askManyInTurn(
    engine,
    lost.map((i) => wires[i] as WireKey),
    lost.map((i) => homes[i]?.slice(1) ?? []),
    signal,
  );
  for (const [at, i] of lost.entries()) values[i] = rest[at];
  return values;
}

/** Sends the same to the servers of a key's copies. That a copy was not made is not told: it only stands in for a lost entry. */
export function changeCopies(
  engine: Engine,
  command: typeof Command.set | typeof Command.delete,
  wire: WireKey,
  homes: Homes,
  options: ChangeOptions,
  entry: Entry,
  signal: AbortSignal | undefined,
): void {
  for (const home of homes.slice(1)) {
    const silently = { ...options, noreply: true };
    engine.change(command, wire, home, silently, entry, signal).catch(() => undefined);
  }
}
