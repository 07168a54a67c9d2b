// The opcodes of a pickle with their arguments, as Python's pickletools.genops tells them. Runs nothing.

import { ValueError } from '../errors';
import { asBytes } from '../value/pickle/bytes';
import { PyFloat } from '../value/pickle/exact';
import { parseFloatText, parseInteger, readLong } from '../value/pickle/numbers';
import { OP } from '../value/pickle/opcodes';
import { bytesRepr, repr } from '../value/pickle/repr';
import { decodeLiteral, decodeRawUnicode, decodeUtf8 } from '../value/pickle/text';
import { PyByteArray } from '../value/pickle/types';

export type OpcodeName = keyof typeof OP;

/** One opcode where it stands. */
export interface Opcode {
  readonly name: OpcodeName;
  readonly code: number;
  readonly at: number;
  readonly row: OpcodeRow;
  /** undefined: it has none. */
  readonly argument: unknown;
}

/** What an opcode is. */
export interface OpcodeRow {
  readonly read: ((from: Cursor) => unknown) | undefined;
  /** The protocol that brought it. */
  readonly protocol: number;
  /** How many values it takes: of those below the mark where it takes all down to one. */
  readonly pops: number;
  readonly popsMark: boolean;
  readonly pushes: number;
}

/** CPython's limit for ints as text, in digits; and about so many bytes hold them. */
const MAX_DIGITS = 4300;
const MAX_LONG_BYTES = Math.ceil((MAX_DIGITS * Math.log2(10)) / 8);
const NEWLINE = 0x0a;

/** Reads on in a pickle. */
class Cursor {
  at = 0;

  constructor(readonly bytes: Buffer) {}

  take(count: number | bigint, what: string): Buffer {
    const left = this.bytes.length - this.at;
    if (count > left) {
      throw new ValueError(`expected ${count} bytes in a ${what}, but only ${left} remain`);
    }
    const from = this.at;
    this.at += Number(count);
    return this.bytes.subarray(from, this.at);
  }

  line(): Buffer {
    const end = this.bytes.indexOf(NEWLINE, this.at);
    if (end < 0) throw new ValueError('no newline found when trying to read stringnl');
    const line = this.bytes.subarray(this.at, end);
    this.at = end + 1;
    return line;
  }
}

type Read = (from: Cursor) => unknown;

const uint1: Read = (from) => from.take(1, 'uint1').readUInt8();
const uint2: Read = (from) => from.take(2, 'uint2').readUInt16LE();
const uint4 = (from: Cursor): number => from.take(4, 'uint4').readUInt32LE();
const int4 = (from: Cursor): number => from.take(4, 'int4').readInt32LE();
const uint8 = (from: Cursor): bigint => from.take(8, 'uint8').readBigUInt64LE();
const size1 = (from: Cursor): number => from.take(1, 'uint1').readUInt8();
const signedSize = (from: Cursor): number => {
  const size = int4(from);
  if (size < 0) throw new ValueError(`byte count < 0: ${size}`);
  return size;
};

function counted(
  size: (from: Cursor) => number | bigint,
  what: string,
  value: (bytes: Buffer) => unknown,
): Read {
  return (from) => value(from.take(size(from), what));
}

const latin1 = (bytes: Buffer): string => bytes.latin1Slice();
const utf8 = (bytes: Buffer): unknown => decodeUtf8(asBytes(bytes), 0, bytes.length);

function long(bytes: Buffer): unknown {
  if (bytes.length <= MAX_LONG_BYTES) return readLong(bytes, 0, bytes.length);
  throw new ValueError(`Exceeds the limit (${MAX_DIGITS} digits) for integer string conversion`);
}

function decimal(text: string): unknown {
  const value = text.length <= MAX_DIGITS ? parseInteger(text) : undefined;
  if (value !== undefined) return value;
  throw new ValueError(`invalid literal for int() with base 10: b${bytesRepr(Buffer.from(text))}`);
}

/** `00` and `01` are the bools of protocols 0 and 1. */
const decimalShort: Read = (from) => {
  const text = from.line().latin1Slice();
  return text === '00' ? false : text === '01' ? true : decimal(text);
};

const decimalLong: Read = (from) => decimal(from.line().latin1Slice().replace(/L$/, ''));

const quotedLine: Read = (from) => {
  const line = from.line();
  return decodeLiteral(asBytes(line), 0, line.length).latin1Slice();
};

const bareLine: Read = (from) => utf8(from.line());
const twoLines: Read = (from) => `${String(bareLine(from))} ${String(bareLine(from))}`;
const rawLine: Read = (from) => {
  const line = from.line();
  return decodeRawUnicode(asBytes(line), 0, line.length);
};

const floatLine: Read = (from) => {
  const text = from.line().latin1Slice();
  const value = parseFloatText(text);
  if (value !== undefined) return new PyFloat(value);
  throw new ValueError(`could not convert string to float: ${repr(text)}`);
};

const float8: Read = (from) => new PyFloat(from.take(8, 'float8').readDoubleBE());
const bytes = (data: Buffer): Buffer => data;
const byteArray = (data: Buffer): PyByteArray => new PyByteArray(data);

/** Name, protocol, pops (`m`: and all down to the mark), pushes, argument. */
const TABLE: readonly (readonly [OpcodeName, number, `${number}${'' | 'm'}`, number, Read?])[] = [
  ['INT', 0, '0', 1, decimalShort],
  ['BININT', 1, '0', 1, int4],
  ['BININT1', 1, '0', 1, uint1],
  ['BININT2', 1, '0', 1, uint2],
  ['LONG', 0, '0', 1, decimalLong],
  ['LONG1', 2, '0', 1, counted(size1, 'long1', long)],
  ['LONG4', 2, '0', 1, counted(signedSize, 'long4', long)],
  ['STRING', 0, '0', 1, quotedLine],
  ['BINSTRING', 1, '0', 1, counted(signedSize, 'string4', latin1)],
  ['SHORT_BINSTRING', 1, '0', 1, counted(size1, 'string1', latin1)],
  ['BINBYTES', 3, '0', 1, counted(uint4, 'bytes4', bytes)],
  ['SHORT_BINBYTES', 3, '0', 1, counted(size1, 'bytes1', bytes)],
  ['BINBYTES8', 4, '0', 1, counted(uint8, 'bytes8', bytes)],
  ['BYTEARRAY8', 5, '0', 1, counted(uint8, 'bytearray8', byteArray)],
  ['NEXT_BUFFER', 5, '0', 1],
  ['READONLY_BUFFER', 5, '1', 1],
  ['NONE', 0, '0', 1],
  ['NEWTRUE', 2, '0', 1],
  ['NEWFALSE', 2, '0', 1],
  ['UNICODE', 0, '0', 1, rawLine],
  ['SHORT_BINUNICODE', 4, '0', 1, counted(size1, 'unicodestring1', utf8)],
  ['BINUNICODE', 1, '0', 1, counted(uint4, 'unicodestring4', utf8)],
  ['BINUNICODE8', 4, '0', 1, counted(uint8, 'unicodestring8', utf8)],
  ['FLOAT', 0, '0', 1, floatLine],
  ['BINFLOAT', 1, '0', 1, float8],
  ['EMPTY_LIST', 1, '0', 1],
  ['APPEND', 0, '2', 1],
  ['APPENDS', 1, '1m', 1],
  ['LIST', 0, '0m', 1],
  ['EMPTY_TUPLE', 1, '0', 1],
  ['TUPLE', 0, '0m', 1],
  ['TUPLE1', 2, '1', 1],
  ['TUPLE2', 2, '2', 1],
  ['TUPLE3', 2, '3', 1],
  ['EMPTY_DICT', 1, '0', 1],
  ['DICT', 0, '0m', 1],
  ['SETITEM', 0, '3', 1],
  ['SETITEMS', 1, '1m', 1],
  ['EMPTY_SET', 4, '0', 1],
  ['ADDITEMS', 4, '1m', 1],
  ['FROZENSET', 4, '0m', 1],
  ['POP', 0, '1', 0],
  ['DUP', 0, '1', 2],
  ['MARK', 0, '0', 1],
  ['POP_MARK', 1, '0m', 0],
  ['GET', 0, '0', 1, decimalShort],
  ['BINGET', 1, '0', 1, uint1],
  ['LONG_BINGET', 1, '0', 1, uint4],
  ['PUT', 0, '0', 0, decimalShort],
  ['BINPUT', 1, '0', 0, uint1],
  ['LONG_BINPUT', 1, '0', 0, uint4],
  ['MEMOIZE', 4, '1', 1],
  ['EXT1', 2, '0', 1, uint1],
  ['EXT2', 2, '0', 1, uint2],
  ['EXT4', 2, '0', 1, int4],
  ['GLOBAL', 0, '0', 1, twoLines],
  ['STACK_GLOBAL', 4, '2', 1],
  ['REDUCE', 0, '2', 1],
  ['BUILD', 0, '2', 1],
  ['INST', 0, '0m', 1, twoLines],
  ['OBJ', 1, '0m', 1],
  ['NEWOBJ', 2, '2', 1],
  ['NEWOBJ_EX', 4, '3', 1],
  ['PROTO', 2, '0', 0, uint1],
  ['STOP', 0, '1', 0],
  ['FRAME', 4, '0', 0, uint8],
  ['PERSID', 0, '0', 1, bareLine],
  ['BINPERSID', 1, '1', 1],
];

const BY_CODE: ReadonlyMap<number, { readonly name: OpcodeName; readonly row: OpcodeRow }> =
  new Map(
    TABLE.map(([name, protocol, pops, pushes, read]) => {
      const row = { read, protocol, pops: parseInt(pops), popsMark: pops.endsWith('m'), pushes };
      return [OP[name], { name, row }];
    }),
  );

/**
 * Every opcode up to STOP.
 * @throws {ValueError} the bytes are no pickle, from there on
 */
export function* opcodes(pickle: Buffer): Generator<Opcode, void, void> {
  const cursor = new Cursor(pickle);
  for (;;) {
    const { at } = cursor;
    const code = pickle[at];
    if (code === undefined) throw new ValueError('pickle exhausted before seeing STOP');
    const known = BY_CODE.get(code);
    if (known === undefined) {
      throw new ValueError(`at position ${at}, opcode b${bytesRepr(Buffer.of(code))} unknown`);
    }
    cursor.at++;
    const { name, row } = known;
    yield { name, code, at, row, argument: argumentOf(row, cursor) };
    if (code === OP.STOP) return;
  }
}

function argumentOf({ read }: OpcodeRow, cursor: Cursor): unknown {
  if (read === undefined) return undefined;
  try {
    return read(cursor);
  } catch (error) {
    // The pickle reader's own Fault is no error that a caller knows.
    throw error instanceof ValueError ? error : new ValueError(String((error as Error).message));
  }
}
