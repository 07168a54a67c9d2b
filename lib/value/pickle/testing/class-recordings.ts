// The recorded pickles of fixtures/pickle/classes.json.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PythonRelease } from '../options';

/** base64, or what tells a long one; null where Python cannot pickle the value. */
export type Recorded = string | { length: number; sha256: string } | null;

export interface Row {
  /** The Python expression. */
  readonly value: string;
  readonly repr: string | null;
  readonly str: string | null;
  readonly written: readonly { releases: PythonRelease[]; bytes: Recorded[] }[];
}

const PATH = join(__dirname, '../../../../fixtures/pickle/classes.json');

export const ROWS = (JSON.parse(readFileSync(PATH, 'utf8')) as { rows: Row[] }).rows;

/** The pickle of a row's value as the newest release wrote it. */
export function recorded(value: string, protocol: number): Buffer {
  const bytes = ROWS.find((row) => row.value === value)?.written.at(-1)?.bytes[protocol];
  if (typeof bytes !== 'string') throw new Error(`not recorded: ${value}`);
  return Buffer.from(bytes, 'base64');
}
