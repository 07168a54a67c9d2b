// Entries drawn from all keys, each with the same chance, and fetched many at a time.

import type { ServerSpec } from '../engine/server';
import type { StoredEntry } from './admin';
import { listing, type Listed } from './listing';
import type { Session } from './session';

/** Entries asked for in one write: enough that the way there and back is no matter, little enough to hold. */
const BATCH = 64;
/** Bytes of items that are asked for in one write, but for one item that is larger. */
const BATCH_BYTES = 4 * 1024 * 1024;

export interface Sampled {
  readonly key: Listed;
  readonly entry: StoredEntry;
}

export interface Sample {
  /** How many keys were looked at. */
  readonly keys: number;
  readonly drawn: readonly Listed[];
}

/** Draws `size` of the wanted keys: each key seen stays with the chance of size / seen (Vitter's algorithm R). */
export async function draw(
  session: Session,
  servers: readonly ServerSpec[],
  size: number,
): Promise<Sample> {
  const drawn: Listed[] = [];
  let keys = 0;
  for await (const key of listing(session, servers)) {
    keys++;
    if (drawn.length < size) {
      drawn.push(key);
      continue;
    }
    const place = Math.floor(Math.random() * keys);
    if (place < size) drawn[place] = key;
  }
  return { keys, drawn };
}

/** The entries of keys of which all are known, batch by batch; one that is gone meanwhile is left out. */
export async function* fetched(
  session: Session,
  keys: readonly Listed[],
): AsyncGenerator<Sampled[], void, void> {
  const byServer = [...keys].sort((a, b) => (a.server.name < b.server.name ? -1 : 1));
  yield* fetchedAlong(session, byServer);
}

/** The same while keys are being listed, in their order. */
export async function* fetchedAlong(
  session: Session,
  keys: AsyncIterable<Listed> | Iterable<Listed>,
): AsyncGenerator<Sampled[], void, void> {
  let batch: Listed[] = [];
  let bytes = 0;
  for await (const key of keys) {
    bytes += key.size;
    const isFull = batch.length === BATCH || bytes > BATCH_BYTES;
    if (batch[0] !== undefined && (isFull || batch[0].server !== key.server)) {
      yield await fetchBatch(session, batch);
      batch = [];
      bytes = key.size;
    }
    batch.push(key);
  }
  if (batch.length > 0) yield await fetchBatch(session, batch);
}

/** The entries of keys of one server. */
async function fetchBatch(session: Session, keys: readonly Listed[]): Promise<Sampled[]> {
  const [first] = keys;
  if (first === undefined) return [];
  const admin = await session.admin(first.server);
  const entries = await admin.entries(keys.map(({ wire }) => wire));
  return keys.flatMap((key, i) => {
    const entry = entries[i];
    return entry === undefined ? [] : [{ key, entry }];
  });
}
