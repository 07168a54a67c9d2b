// The contenders of the pickle bench: how each decodes and encodes, and at which protocols.
import { deserialize, serialize } from 'node:v8';
import { Parser } from 'pickleparser';

type Decode = (bytes: Buffer) => unknown;
type Encode = (value: unknown, protocol: number) => Buffer;

export interface Contender {
  /** Protocols that it reads; undefined for formats that have none. */
  readonly protocols?: readonly number[];
  /** What it is given to decode: the pickle, or the value in a format of its own. */
  readonly prepare: (pickle: Buffer, value: unknown) => Buffer;
  readonly decode?: Decode;
  readonly encode?: Encode;
}

interface Pickle {
  readonly loads: (bytes: Uint8Array, options?: { exact?: boolean }) => unknown;
  readonly dumps: (value: unknown, protocol: number) => Buffer;
}

const ALL = [0, 2, 4, 5];
const given = (pickle: Buffer): Buffer => pickle;

/** The built package, as a user gets it. */
function ours(exact: boolean): Contender {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- built after this file is compiled
  const { loads, dumps } = require('../../../dist/value/pickle') as Pickle;
  if (exact)
    return { protocols: ALL, prepare: given, decode: (bytes) => loads(bytes, { exact: true }) };
  return { protocols: ALL, prepare: given, decode: (bytes) => loads(bytes), encode: dumps };
}

/** Reads text: the conversion counts. */
function jpickle(): Contender {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- has no types
  const { loads } = require('jpickle') as { readonly loads: (text: string) => unknown };
  return {
    protocols: [0, 2],
    prepare: given,
    decode: (bytes) => loads(bytes.toString('latin1')),
  };
}

/** Made by name in a process of their own, so that no contender warms another's code. */
export const CONTENDERS: Readonly<Record<string, () => Contender>> = {
  'memcache-py': () => ours(false),
  'memcache-py exact': () => ours(true),
  pickleparser: () => {
    const parser = new Parser();
    return { protocols: ALL, prepare: given, decode: (bytes) => parser.parse(bytes) };
  },
  jpickle,
  JSON: () => ({
    prepare: (_pickle, value) => Buffer.from(JSON.stringify(value)),
    decode: (bytes): unknown => JSON.parse(bytes.toString()),
    encode: (value) => Buffer.from(JSON.stringify(value)),
  }),
  v8: () => ({
    prepare: (_pickle, value) => serialize(value),
    decode: (bytes): unknown => deserialize(bytes),
    encode: (value) => serialize(value),
  }),
};
