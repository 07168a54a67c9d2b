// Who may have written an entry that the chosen client cannot read, by flags and bytes: other languages number types in other ways.

import { isUtf8 } from 'node:buffer';

interface Writer {
  readonly flags: (flags: number) => boolean;
  readonly data: (data: Buffer) => boolean;
  readonly writer: string;
}

function exactly(...flags: number[]): Writer['flags'] {
  return (given) => flags.includes(given);
}

function text(pattern: RegExp): Writer['data'] {
  return (data) => isUtf8(data) && pattern.test(data.toString('utf8'));
}

function begins(...bytes: number[]): Writer['data'] {
  return (data) => bytes.every((byte, i) => data[i] === byte);
}

const anything = (): boolean => true;

function isJson(data: Buffer): boolean {
  try {
    JSON.parse(data.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** The first row that matches holds; a guess, and said as one. */
const WRITERS: readonly Writer[] = [
  { flags: exactly(1), data: begins(0x04, 0x08), writer: 'Ruby (dalli: Marshal)' },
  { flags: exactly(1), data: begins(0xac, 0xed), writer: 'Java (spymemcached: serialized)' },
  { flags: exactly(1), data: text(/^-?\d+$/), writer: 'PHP (memcached: int)' },
  { flags: exactly(2), data: text(/^-?\d+\.\d+([eE][+-]?\d+)?$/), writer: 'PHP (memcached: float)' },
  { flags: exactly(2), data: isJson, writer: 'Node (memcached: JSON)' },
  { flags: exactly(3), data: text(/^1?$/), writer: 'PHP (memcached: bool)' },
  { flags: exactly(4), data: text(/^([aOC]:\d+:|s:\d+:"|[ibd]:[^;]+;|N;)/), writer: 'PHP (memcached: serialize)' },
  { flags: exactly(4), data: anything, writer: 'Node (memcached: Buffer)' },
  { flags: exactly(8), data: text(/^[01]$/), writer: 'pylibmc 0.7 to 0.9 (bool)' },
  { flags: exactly(8), data: text(/^-?[\d.]+(e[+-]?\d+)?$/), writer: 'Node (memcached: number)' },
  { flags: exactly(32), data: anything, writer: 'Java (gwhalin: string)' },
  {
    flags: exactly(256, 512, 768, 1024, 1280, 1536, 1792, 2048),
    data: anything,
    writer: 'Java (spymemcached: number, bool or date)',
  },
]; // prettier-ignore

/** `Node (memcached: JSON)`; undefined where nothing is known that writes so. */
export function writerOf(flags: number, data: Buffer): string | undefined {
  return WRITERS.find((row) => row.flags(flags) && row.data(data))?.writer;
}
