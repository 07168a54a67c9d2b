// Values that prove where they come from: each carries its key, a number and a checksum.

import { crc32 } from 'node:zlib';

/** Between values that look like the protocol itself, a reader that lost its step finds plausible replies. */
const FILLER = 'END\r\nVALUE v0 0 3\r\nxyz\r\nSTORED\r\n7\r\n'.repeat(300);

/** What a sealed value says about itself. */
export interface Sealed {
  readonly key: string;
  readonly number: number;
}

/** A value of `key`, the `number`th that was written, with up to 10,000 bytes of filler. */
export function seal(key: string, number: number, size: number): string {
  const body = `${key} ${number} ${FILLER.slice(0, size)}`;
  return `${body} ${checksum(body)}`;
}

/** Who sealed `text`; undefined when it is not, bit for bit, what `seal` made. */
export function unseal(text: string): Sealed | undefined {
  const end = text.length - 9;
  const body = text.slice(0, Math.max(end, 0));
  const [, key, number] = /^([^ ]+) (\d+) /.exec(body) ?? [];
  if (key === undefined || number === undefined || text[end] !== ' ') return undefined;
  return text.slice(end + 1) === checksum(body) ? { key, number: Number(number) } : undefined;
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
