// The file of `dump` and `restore`: a line of JSON for each entry, so that a file cut anywhere is good up to there.

import { createReadStream } from 'node:fs';
import { UsageError } from './errors';
import { keyText, safeJson } from './text';

/** An entry in the file. */
export interface Dumped {
  readonly wire: string;
  readonly flags: number;
  /** Unix time in seconds, by the clock of the machine that dumped; 0: never. */
  readonly expires: number;
  readonly data: Buffer;
}

/** What a line says, and where the next one begins. */
export interface Line {
  /** undefined: the header, or the end. */
  readonly entry: Dumped | undefined;
  readonly isEnd: boolean;
  /** Offset in bytes behind the line. */
  readonly next: number;
}

const VERSION = 1;
const UINT32 = 0xffffffff;
const NEWLINE = 0x0a;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function headerLine(servers: readonly string[]): string {
  return `${JSON.stringify({ memcache_py_dump: VERSION, at: new Date().toISOString(), servers })}\n`;
}

/** A key that is no utf-8 is given in base64, as all data is. */
export function entryLine({ wire, flags, expires, data }: Dumped): string {
  const text = keyText(wire);
  const key =
    text === undefined
      ? { key_base64: Buffer.from(wire, 'latin1').toString('base64') }
      : { key: text };
  const line = JSON.stringify({ ...key, flags, expires, data: data.toString('base64') });
  return `${safeJson(line)}\n`;
}

export function endLine(entries: number): string {
  return `${JSON.stringify({ end: true, entries })}\n`;
}

/**
 * The whole lines of a dump from an offset on; a line that was cut off at the end of the file is left out.
 * @throws {UsageError} a line that `dump` did not write
 */
export async function* readLines(path: string, from: number): AsyncGenerator<Line, void, void> {
  let at = from;
  let parts: Buffer[] = [];
  for await (const chunk of chunksOf(path, from)) {
    let begin = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, begin);
      if (end < 0) break;
      const line = Buffer.concat([...parts, chunk.subarray(begin, end)]);
      parts = [];
      const isFirst = at === 0;
      at += line.length + 1;
      begin = end + 1;
      yield { ...parseLine(line.toString('utf8'), isFirst, path), next: at };
    }
    if (begin < chunk.length) parts.push(chunk.subarray(begin));
  }
}

/** @throws {UsageError} there is no such file, or it cannot be read */
async function* chunksOf(path: string, start: number): AsyncGenerator<Buffer, void, void> {
  try {
    yield* createReadStream(path, { start }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function parseLine(text: string, isFirst: boolean, path: string): Pick<Line, 'entry' | 'isEnd'> {
  const fields = objectOf(text);
  if (isFirst) {
    if (fields?.['memcache_py_dump'] === VERSION) return { entry: undefined, isEnd: false };
    throw new UsageError(`${path} is no dump of this command`);
  }
  if (fields?.['end'] === true) return { entry: undefined, isEnd: true };
  const entry = fields === undefined ? undefined : entryOf(fields);
  if (entry === undefined) throw new UsageError(`${path} has a line that is no entry`);
  return { entry, isEnd: false };
}

/** The members of a JSON object; undefined where the text is none. */
export function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // JSON.parse makes plain objects: names are only looked up, never set.
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function entryOf({
  key,
  key_base64,
  flags,
  expires,
  data,
}: Record<string, unknown>): Dumped | undefined {
  const bytes = typeof key === 'string' ? Buffer.from(key) : bytesOf(key_base64);
  const content = bytesOf(data);
  if (bytes === undefined || content === undefined) return undefined;
  if (!isCount(flags, UINT32) || !isCount(expires, UINT32)) return undefined;
  return { wire: bytes.latin1Slice(), flags, expires, data: content };
}

function bytesOf(value: unknown): Buffer | undefined {
  return typeof value === 'string' && BASE64.test(value) ? Buffer.from(value, 'base64') : undefined;
}

export function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}
