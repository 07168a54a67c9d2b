// Node's fast Buffer methods, which its type declarations leave out.

/** A Buffer by its methods of one encoding each: toString and write spend a third of their time choosing. */
export interface Bytes extends Buffer {
  latin1Slice(from: number, to: number): string;
  utf8Slice(from: number, to: number): string;
  latin1Write(text: string, at: number): number;
  utf8Write(text: string, at: number): number;
}

/** A view of the same bytes. Every Buffer of Node has these methods. */
export function asBytes(bytes: Uint8Array): Bytes {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as Bytes;
}
