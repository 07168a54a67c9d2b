// The recorded placements of fixtures/placement, by client.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place, Placement, Spot } from '../placement';

type List = string;

interface File {
  readonly clients: readonly string[];
  /** Base64. */
  readonly keys: readonly string[];
  readonly lists: Readonly<Record<List, readonly number[]>>;
  readonly rows: readonly (Row & { readonly by: readonly number[] })[];
}

/** For each key the index of its server, as one character: `-` where no server was found, `!` where Python raised. */
export interface PlacesRow {
  readonly kind: 'places';
  readonly list: List;
  readonly dead: readonly number[];
  readonly is: string;
}

/** For each key its hash; null where Python raised. */
export interface HashesRow {
  readonly kind: 'hashes';
  readonly is: readonly (number | null)[];
}

/** Where `(hash, key)` goes, for each of `hashes`. */
export interface PairsRow {
  readonly kind: 'pairs';
  readonly list: List;
  readonly hashes: readonly string[];
  readonly is: string;
}

/** Wire keys and servers of the methods of many keys. */
export interface ManyRow {
  readonly kind: 'many';
  readonly list: List;
  readonly prefix: string;
  readonly keys: readonly (string | number | [number, string])[];
  readonly is: readonly (readonly [wire: string, server: string])[];
}

/** What was hashed and tried for one key while every server was down. */
export interface WayRow {
  readonly kind: 'way';
  readonly list: List;
  readonly key: string | readonly [hash: number, key: string];
  readonly is: {
    readonly hashed: readonly (readonly [text: string, hash: number])[];
    readonly tried: string;
    readonly place: string;
  };
}

export type Row = PlacesRow | HashesRow | PairsRow | ManyRow | WayRow;

// The file is our own: fixtures/README.md says how it was made.
const FILE = JSON.parse(
  readFileSync(join(__dirname, '../../../fixtures/placement/recorded.json'), 'utf8'),
) as File;

/** The clients whose placements were recorded: `python-memcached 1.59 on Python 3, old hash`. */
export const CLIENTS = FILE.clients;

/** 200 keys, as char codes that are bytes. */
export const KEYS: readonly string[] = FILE.keys.map((key) =>
  Buffer.from(key, 'base64').toString('latin1'),
);

/** The rows of one kind that a client gave. */
export function rowsOf<K extends Row['kind']>(
  client: string,
  kind: K,
): readonly Extract<Row, { kind: K }>[] {
  const index = FILE.clients.indexOf(client);
  if (index === -1) throw new Error(`no placements of ${client} are recorded`);
  const rows = FILE.rows.filter((row) => row.kind === kind && row.by.includes(index));
  return rows as readonly Row[] as readonly Extract<Row, { kind: K }>[];
}

/** The servers of a recorded list. */
export function placesOf(list: List): readonly Place[] {
  const weights = FILE.lists[list];
  if (weights === undefined) throw new Error(`no list ${list}`);
  return weights.map((weight, index) => ({ name: `10.0.0.${index + 1}:11211`, weight }));
}

/** The server that a key ends at when some are dead, and those tried on its way. */
export function walk(
  placement: Placement,
  start: Spot,
  dead: readonly number[] = [],
): { readonly place: string; readonly tried: string } {
  let tried = '';
  let spot: Spot | undefined = start;
  for (let attempt = 0; spot !== undefined; attempt++) {
    const server = placement.server(spot);
    tried += server;
    if (server !== -1 && !dead.includes(server)) return { place: String(server), tried };
    spot = placement.next(spot, attempt);
  }
  return { place: '-', tried };
}
