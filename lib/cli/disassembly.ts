// The listing of a pickle, line for line as Python's pickletools.dis prints it.

import { ValueError } from '../errors';
import { bytesRepr, repr } from '../value/pickle/repr';
import { opcodes, type Opcode } from './pickletools';

const INDENT = '    ';
/** Marks inside marks that are shown by indenting: a hostile pickle has a million. */
const MAX_INDENTS = 100;
const STORES = new Set(['PUT', 'BINPUT', 'LONG_BINPUT', 'MEMOIZE']);
const FETCHES = new Set(['GET', 'BINGET', 'LONG_BINGET']);

/** The unpickler's stack and memo as far as marks need them: what lies there is a mark or not. */
class Emulation {
  readonly #stack: boolean[] = [];
  /** Offsets of the marks that are open. */
  readonly #marks: number[] = [];
  readonly #memo = new Set<string>();
  /** What is wrong, told behind the line of the opcode that shows it. */
  wrong: string | undefined;

  get depth(): number {
    return this.#marks.length;
  }

  get left(): number {
    return this.#stack.length;
  }

  /** What stands behind an opcode that takes a mark, or stores into the memo. */
  remark({ name, row, argument }: Opcode): string | undefined {
    let remark: string | undefined;
    if (row.popsMark || (name === 'POP' && this.#stack.at(-1) === true)) remark = this.#popMark();
    if (STORES.has(name)) return this.#store(name === 'MEMOIZE', argument) ?? remark;
    if (FETCHES.has(name) && !this.#memo.has(String(argument))) {
      this.wrong = `memo key ${String(argument)} has never been stored into`;
    }
    return remark;
  }

  /** Does to the stack what the opcode does. */
  step({ name, row, at }: Opcode, isMarkPopped: boolean): void {
    const pops = name === 'POP' && isMarkPopped ? 0 : row.pops;
    if (this.#stack.length < pops) {
      const { length } = this.#stack;
      throw new ValueError(`tries to pop ${pops} items from stack with only ${length} items`);
    }
    this.#stack.length -= pops;
    if (name === 'MARK') this.#marks.push(at);
    for (let i = 0; i < row.pushes; i++) this.#stack.push(name === 'MARK');
  }

  #popMark(): string {
    const at = this.#marks.pop();
    if (at === undefined) return (this.wrong = 'no MARK exists on stack');
    this.#stack.length = this.#stack.lastIndexOf(true);
    return `(MARK at ${at})`;
  }

  #store(isNext: boolean, argument: unknown): string | undefined {
    const index = isNext ? String(this.#memo.size) : String(argument);
    if (this.#memo.has(index)) this.wrong = `memo key ${repr(argument)} already defined`;
    else if (this.#stack.length === 0) this.wrong = "stack is empty -- can't store into memo";
    else if (this.#stack.at(-1) === true) this.wrong = "can't store markobject in the memo";
    else this.#memo.add(index);
    return isNext ? `(as ${index})` : undefined;
  }
}

/**
 * The lines of the listing.
 * @throws {ValueError} the bytes are no pickle, from where the lines end
 */
export function* disassemble(pickle: Buffer): Generator<string, void, void> {
  const emulation = new Emulation();
  let highest = -1;
  for (const opcode of opcodes(pickle)) {
    highest = Math.max(highest, opcode.row.protocol);
    const indent = INDENT.repeat(Math.min(emulation.depth, MAX_INDENTS));
    const { depth } = emulation;
    const remark = emulation.remark(opcode);
    yield lineOf(opcode, indent, remark);
    if (emulation.wrong !== undefined) throw new ValueError(emulation.wrong);
    emulation.step(opcode, emulation.depth < depth);
  }
  yield `highest protocol among opcodes = ${highest}`;
  if (emulation.left > 0) {
    throw new ValueError(`stack not empty after STOP: ${emulation.left} items`);
  }
}

function lineOf(opcode: Opcode, indent: string, remark: string | undefined): string {
  const { at, code, name, argument } = opcode;
  const shown = code === 0x5c ? '\\\\' : bytesRepr(Buffer.of(code)).slice(1, -1);
  const line = `${String(at).padStart(5)}: ${shown.padEnd(4)} ${indent}${name}`;
  if (argument === undefined && remark === undefined) return line;
  const parts = [argument === undefined ? [] : [repr(argument)], remark ?? []].flat();
  return `${line}${' '.repeat(Math.max(0, 10 - name.length))} ${parts.join(' ')}`;
}
