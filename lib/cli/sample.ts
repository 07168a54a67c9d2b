// Entries drawn from all keys, each with the same chance, and fetched many at a time.

import type { ServerSpec } from '../engine/server';
import type { Admin, StoredEntry } from './admin';
import { Census } from './census';
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

/** What became of some keys; what is neither is gone meanwhile. */
interface Batch {
  readonly found: readonly Sampled[];
  /** Keys that the text protocol cannot ask for. */
  readonly refused: readonly Listed[];
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

/** What the client makes of entries that were drawn; one that is gone meanwhile is left out. */
export async function census(session: Session, drawn: readonly Listed[]): Promise<Census> {
  const census = new Census(session.useFront(), session.chosen.family);
  const byServer = [...drawn].sort((a, b) => (a.server.name < b.server.name ? -1 : 1));
  for await (const { found } of fetched(session, byServer)) {
    for (const { key, entry } of found) census.add(key.wire, entry);
  }
  return census;
}

/** The entries of keys, batch by batch, while these are listed. */
export async function* fetched(
  session: Session,
  keys: AsyncIterable<Listed> | Iterable<Listed>,
): AsyncGenerator<Batch, void, void> {
  let batch: Listed[] = [];
  let bytes = 0;
  for await (const key of keys) {
    bytes += key.size;
    const isFull = batch.length === BATCH || bytes > BATCH_BYTES;
    if (batch[0] !== undefined && (isFull || batch[0].server !== key.server)) {
      yield await fetch(await session.admin(batch[0].server), batch);
      batch = [];
      bytes = key.size;
    }
    batch.push(key);
  }
  if (batch[0] !== undefined) yield await fetch(await session.admin(batch[0].server), batch);
}

async function fetch(admin: Admin, keys: readonly Listed[]): Promise<Batch> {
  const entries = await admin.entries(keys.map(({ wire }) => wire));
  const found = keys.flatMap((key, i) => {
    const entry = entries[i];
    return entry === undefined ? [] : [{ key, entry }];
  });
  return { found, refused: keys.filter(({ wire }) => !admin.canAsk(wire)) };
}
