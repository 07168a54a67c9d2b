// Wire keys: the bytes of a key as a string of char codes 0-255, which can go into a command line and nothing else.

/** A key whose char codes are its bytes, known to hold no byte that could end or split a command. */
export type WireKey = string & { readonly [wireKey]: true };
declare const wireKey: unique symbol;

// Never sent, whatever a client's own rules: these bytes end or split a command line (CWE-93).
const UNSAFE = /[\0\r\n ]/;

/** Text as utf-8, bytes as they are; not checked yet. */
export function bytesOf(key: string | Uint8Array): string {
  if (typeof key !== 'string')
    return Buffer.from(key.buffer, key.byteOffset, key.length).latin1Slice();
  return Buffer.byteLength(key) === key.length ? key : Buffer.from(key, 'utf8').latin1Slice();
}

/** Whether these bytes may be sent as a key at all: not empty, and nothing that could end or split a command. */
export function isWireKey(bytes: string): bytes is WireKey {
  return bytes !== '' && !UNSAFE.test(bytes);
}
