// The opcodes that are not in the reader's hot loop, one function each.
import { call, findGlobal } from './calls';
import { Fault } from './fault';
import type { Machine } from './machine';
import { OP } from './opcodes';
import {
  binaryLong,
  claim,
  copyBytes,
  float,
  index,
  int,
  long,
  nan,
  pushBinaryStr,
  pushText,
  signedSize4,
  size4,
  size8,
  string,
  unicode,
  utf8Line,
} from './slow-scalars';
import { PyByteArray, PyGlobal, PyObject, PyPickleBuffer, PyTuple } from './types';

type SlowOp = (m: Machine) => void;

// --- stack and memo ------------------------------------------------------------------------------

function pop(m: Machine): void {
  // On a mark, POP takes the mark.
  if (m.marks.length > 0 && m.sp === m.fence) {
    m.popMark();
    return;
  }
  const value = m.pop();
  const below = m.sp > m.fence ? m.stack[m.sp - 1] : undefined;
  // `setter(object, state)` whose result is dropped: the sixth item of a __reduce__ value.
  if (!(value instanceof PyObject) || value.how !== 'reduce' || value.ops.length > 0) return;
  if (typeof below !== 'object' || value.args.length !== 2 || value.args[0] !== below) return;
  m.instances.applySetter(below, value);
}

function dup(m: Machine): void {
  m.pushAny(m.reuse(m.top()));
}

function memoizeTop(m: Machine, at: number): void {
  m.memoize(at, m.top());
}

// --- containers ----------------------------------------------------------------------------------

function emptySet(m: Machine): void {
  m.count();
  m.push(m.newSet());
}

function frozenSet(m: Machine): void {
  const from = m.popMark();
  m.count();
  const set = m.newFrozenSet(m.stack.slice(from, m.sp));
  m.drop(from);
  m.push(set);
}

function list(m: Machine): void {
  m.sawText = true;
  const from = m.popMark();
  m.count();
  m.push(m.take(from));
}

function dict(m: Machine): void {
  m.sawText = true;
  const from = m.popMark();
  m.count();
  const items = m.stack.slice(from, m.sp);
  m.drop(from);
  m.push(m.newDict());
  for (const item of items) m.pushAny(item);
  m.setPairs(from + 1);
}

// --- names and objects -----------------------------------------------------------------------------

function stackGlobal(m: Machine): void {
  const name = m.pop();
  const module = m.pop();
  if (typeof name !== 'string' || typeof module !== 'string') {
    throw new Fault('STACK_GLOBAL requires str');
  }
  m.push(findGlobal(m, module, name));
}

function global(m: Machine): void {
  const module = utf8Line(m);
  m.push(findGlobal(m, module, utf8Line(m)));
}

function inst(m: Machine): void {
  m.sawText = true;
  const cls = findGlobal(m, utf8Line(m), utf8Line(m));
  const args = m.takeTuple(m.popMark());
  m.push(call(m, 'inst', cls, args));
}

function obj(m: Machine): void {
  const from = m.popMark();
  if (m.sp <= from) throw m.underflow();
  const cls = m.stack[from];
  const args = m.takeTuple(from + 1);
  m.sp = from;
  m.push(call(m, 'obj', cls, args));
}

function popTuple(m: Machine, what: string): PyTuple {
  const args = m.pop();
  if (!(args instanceof PyTuple)) throw new Fault(`${what} must be a tuple`);
  return args;
}

function reduce(m: Machine): void {
  const args = popTuple(m, 'argument list');
  m.push(call(m, 'reduce', m.pop(), args));
}

/** NEWOBJ wants a class: anything that may name one. */
function popClass(m: Machine): unknown {
  const cls = m.pop();
  if (cls instanceof PyGlobal || cls instanceof PyObject || typeof cls === 'function') return cls;
  throw new Fault('NEWOBJ class argument must be a type');
}

function newObj(m: Machine): void {
  const args = popTuple(m, 'NEWOBJ arguments');
  m.push(call(m, 'newobj', popClass(m), args));
}

function newObjEx(m: Machine): void {
  const kwargs = m.pop();
  const args = popTuple(m, 'NEWOBJ_EX arguments');
  const isDict = typeof kwargs === 'object' && kwargs !== null && m.isDict(kwargs);
  if (!isDict) throw new Fault('NEWOBJ_EX kwargs argument must be a dict');
  m.push(call(m, 'newobj_ex', popClass(m), args, kwargs));
}

function build(m: Machine): void {
  const state = m.pop();
  m.build(m.top(), state);
}

function extension(m: Machine, code: number): void {
  if (code <= 0) throw new Fault('EXT specifies code <= 0');
  const value = m.settings.extension(code);
  if (value === undefined || value === null) throw new Fault(`unregistered extension code ${code}`);
  m.push(value);
}

function persistent(m: Machine, pid: unknown): void {
  const load = m.settings.persistentLoad;
  if (load === undefined) throw new Fault('a persistent id, but no persistentLoad was given');
  m.pushAny(load(m.view(pid)) ?? null);
}

function nextBuffer(m: Machine): void {
  if (m.buffers === undefined) {
    throw new Fault('out-of-band data, but no buffers were given');
  }
  const next = m.buffers.next();
  if (next.done === true) throw new Fault('not enough out-of-band buffers');
  m.push(new PyPickleBuffer(next.value));
}

function frame(m: Machine): void {
  const size = m.bytes.readBigUInt64LE(claim(m, 8));
  if (size > BigInt(m.bytes.length - m.pos)) throw new Fault('pickle data was truncated');
}

function readonlyBuffer(m: Machine): void {
  const buffer = m.pop();
  if (!(buffer instanceof PyPickleBuffer))
    throw new Fault('READONLY_BUFFER of a value that is no buffer');
  m.push(new PyPickleBuffer(buffer.bytes, true));
}

function tuple(size: number): SlowOp {
  return (m) => {
    if (m.sp - m.fence < size) throw m.underflow();
    m.count();
    m.push(m.takeTuple(m.sp - size));
  };
}

function markedTuple(m: Machine): void {
  const from = m.popMark();
  // Only protocol 0 writes an empty tuple this way.
  if (from === m.sp) m.sawText = true;
  m.count();
  m.push(m.takeTuple(from));
}

function append(m: Machine): void {
  if (m.sp - m.fence < 2) throw m.underflow();
  m.appendItems(m.sp - 1);
}

function setItem(m: Machine): void {
  if (m.sp - m.fence < 3) throw m.underflow();
  m.setPairs(m.sp - 2);
}

function protocol(m: Machine): void {
  const version = m.bytes.readUInt8(claim(m, 1));
  if (version > 5) throw new Fault(`unsupported pickle protocol: ${version}`);
  m.protocol = version;
  m.context.protocol = version;
}

/** By opcode; undefined for the hot loop's own and for bytes that are no opcode. */
export const SLOW_OPS: readonly (SlowOp | undefined)[] = table([
  [OP.PROTO, protocol],
  [OP.FRAME, frame],
  // Only beyond the limit on nodes do these come here.
  [OP.EMPTY_LIST, (m) => m.count()],
  [OP.EMPTY_DICT, (m) => m.count()],
  [OP.POP, pop],
  [OP.POP_MARK, (m) => m.drop(m.popMark())],
  [OP.DUP, dup],
  [OP.INT, int],
  [OP.LONG, long],
  [OP.FLOAT, float],
  // Other floats are the hot loop's.
  [OP.BINFLOAT, nan],
  [OP.UNICODE, unicode],
  [OP.STRING, string],
  [OP.BINSTRING, (m) => pushBinaryStr(m, signedSize4(m))],
  [OP.SHORT_BINSTRING, (m) => pushBinaryStr(m, m.bytes.readUInt8(claim(m, 1)))],
  [OP.BINUNICODE8, (m) => pushText(m, size8(m))],
  [OP.BINBYTES, (m) => m.push(copyBytes(m, size4(m)))],
  [OP.SHORT_BINBYTES, (m) => m.push(copyBytes(m, m.bytes.readUInt8(claim(m, 1))))],
  [OP.BINBYTES8, (m) => m.push(copyBytes(m, size8(m)))],
  [OP.BYTEARRAY8, (m) => m.push(new PyByteArray(copyBytes(m, size8(m))))],
  [OP.LONG1, (m) => binaryLong(m, m.bytes.readUInt8(claim(m, 1)))],
  [OP.LONG4, (m) => binaryLong(m, signedSize4(m))],
  [OP.PUT, (m) => memoizeTop(m, index(m))],
  [OP.BINPUT, (m) => memoizeTop(m, m.bytes.readUInt8(claim(m, 1)))],
  [OP.LONG_BINPUT, (m) => memoizeTop(m, size4(m))],
  [OP.MEMOIZE, (m) => memoizeTop(m, m.memoCount)],
  [OP.GET, (m) => m.pushAny(m.fetch(index(m)))],
  [OP.BINGET, (m) => m.pushAny(m.fetch(m.bytes.readUInt8(claim(m, 1))))],
  [OP.LONG_BINGET, (m) => m.pushAny(m.fetch(size4(m)))],
  [OP.EMPTY_SET, emptySet],
  [OP.ADDITEMS, (m) => m.addItems(m.popMark())],
  [OP.FROZENSET, frozenSet],
  [OP.LIST, list],
  [OP.DICT, dict],
  [OP.TUPLE, markedTuple],
  [OP.TUPLE1, tuple(1)],
  [OP.TUPLE2, tuple(2)],
  [OP.TUPLE3, tuple(3)],
  [OP.EMPTY_TUPLE, tuple(0)],
  [OP.APPEND, append],
  [OP.APPENDS, (m) => m.appendItems(m.popMark())],
  [OP.SETITEM, setItem],
  [OP.SETITEMS, (m) => m.setPairs(m.popMark())],
  [OP.GLOBAL, global],
  [OP.STACK_GLOBAL, stackGlobal],
  [OP.INST, inst],
  [OP.OBJ, obj],
  [OP.REDUCE, reduce],
  [OP.NEWOBJ, newObj],
  [OP.NEWOBJ_EX, newObjEx],
  [OP.BUILD, build],
  [OP.EXT1, (m) => extension(m, m.bytes.readUInt8(claim(m, 1)))],
  [OP.EXT2, (m) => extension(m, m.bytes.readUInt16LE(claim(m, 2)))],
  [OP.EXT4, (m) => extension(m, m.bytes.readInt32LE(claim(m, 4)))],
  [OP.PERSID, (m) => persistent(m, utf8Line(m))],
  [OP.BINPERSID, (m) => persistent(m, m.pop())],
  [OP.NEXT_BUFFER, nextBuffer],
  [OP.READONLY_BUFFER, readonlyBuffer],
]);

function table(rows: readonly (readonly [opcode: number, op: SlowOp])[]): (SlowOp | undefined)[] {
  const ops = new Array<SlowOp | undefined>(256).fill(undefined);
  for (const [opcode, op] of rows) ops[opcode] = op;
  return ops;
}
