// Writes values as CPython's pickler would. THE HOT PATH of writing: scalars, text and the memo; containers are
// tasks on a stack (save-containers.ts), so that no depth of nesting can overflow JavaScript's own.
import { checkHashable } from './equality';
import { PicklingError } from './errors';
import type { WriteSettings } from './settings';
import { persistentTask, saveObject } from './save';
import { Scalars } from './scalars';
import { TextMemo } from './text-memo';
import { Exact, PyFloat, Py2Int, Py2Long, Py2Str } from './exact';

/** A value in work: `step` writes until it has saved all of it (true) or a child task must come first. */
export interface Task {
  step(w: Writer): boolean;
}

/** Longest text that is copied character by character. */
const SHORT_TEXT = 48;
/** Places of a dict whose latest key is kept. */
const ROW_KEYS = 64;
/** Depth from which on it is looked for objects that are made of themselves; CPython's own stack ends at some 1000. */
const RECURSION = 10_000;
/** An object may be begun anew by each object in its arguments that holds it. */
const MAX_BEGUN = 1000;
/** BINUNICODE and its 4-byte length; the most that stands around a text. */
const TEXT_FRAME = 5;
/** By ASCII code: 1 for a character that protocol 0 never escapes, in any release. */
const PLAIN_UNITS = Uint8Array.from({ length: 128 }, (_, unit) => {
  return [0x5c, 0x0a, 0, 0x0d, 0x1a].includes(unit) ? 0 : 1;
});

/** Which memo entries a first run fetched, for `optimize`. */
interface MemoPlan {
  readonly fetched: ReadonlySet<number> | undefined;
}

export class Writer extends Scalars {
  readonly #tasks: Task[] = [];
  /** Memo numbers of strings, by value: sharing them is never wrong, and dict keys come again. */
  readonly #texts = new Map<string, number>();
  /** The same for short ASCII texts, where the protocol writes their characters as they are. */
  readonly #shortTexts = new TextMemo();
  readonly #simpleTexts: boolean;
  readonly #textHeaderSize: number;
  /** The same for Python 2's str; made at the first one. */
  #strs: Map<string, number> | undefined = undefined;
  readonly #objects = new Map<object | string, number>();
  /** The latest string key at each place of a dict, and its memo number. */
  readonly #rowKeys: string[] = [];
  readonly #rowEntries: number[] = [];
  /** Keys that Python can hash. */
  #hashable: Set<object> | undefined = undefined;
  /** How often objects were begun at a great depth. */
  #begun: Map<object, number> | undefined = undefined;
  #entries = 0;
  #nodes = 0;
  readonly #maxDepth: number;
  readonly #maxNodes: number;
  readonly #persistentId: ((value: unknown) => unknown) | undefined;
  /** For `optimize`: entries that were fetched, and the numbers of those that a first run fetched. */
  readonly fetched: Set<number> | undefined;
  readonly #numbers: number[] | undefined;
  readonly #plan: MemoPlan | undefined;

  constructor(settings: WriteSettings, protocol: number, plan?: MemoPlan) {
    super(settings, protocol);
    this.#plan = plan;
    this.#numbers = plan && [];
    this.#simpleTexts = protocol >= 3 || !settings.py2Str;
    this.#textHeaderSize = protocol === 0 ? 1 : protocol < 4 ? 5 : 2;
    this.#maxDepth = settings.limits.depth;
    this.#maxNodes = settings.limits.nodes;
    this.#persistentId = settings.persistentId;
    this.fetched = settings.optimize ? new Set<number>() : undefined;
  }

  /** Writes the whole pickle. */
  write(value: unknown): Buffer {
    const { protocol } = this;
    try {
      if (protocol >= 2) {
        this.byte(0x80);
        this.byte(protocol);
      }
      if (protocol >= 4) this.openFrame();
      this.save(value);
      this.#run();
      this.byte(0x2e);
      if (protocol >= 4) this.closeFrame();
      return this.finish();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  #run(): void {
    const tasks = this.#tasks;
    for (;;) {
      const task = tasks[tasks.length - 1];
      if (task === undefined) return;
      if (task.step(this)) tasks.pop();
    }
  }

  /** Writes the opcode of an empty list or dict and memoizes it. Protocol 0 has none: a mark and LIST or DICT. */
  open(container: object, opcode: number, oldOpcode: number): void {
    this.ensure(3);
    if (this.protocol > 0) this.buffer[this.pos++] = opcode;
    else {
      this.buffer[this.pos++] = 0x28;
      this.buffer[this.pos++] = oldOpcode;
    }
    this.memoize(container);
  }

  /** Counts a container or object against the limit. */
  count(): void {
    if (++this.#nodes > this.#maxNodes) {
      throw new PicklingError('more containers and objects than the limit allows');
    }
  }

  /**
   * Throws TypeError for a key or member that Python cannot hash. Values that a persistent id may take the place of
   * are left to the reader.
   */
  checkKeys(keys: Iterable<unknown>): void {
    if (this.#persistentId !== undefined) return;
    for (const key of keys) {
      if (typeof key === 'object' && key !== null) {
        checkHashable(key, (this.#hashable ??= new Set()));
      }
    }
  }

  /**
   * Throws PicklingError for an object that is made of itself: of Python 2's deque([itself]) each level would begin
   * another, up to the limit of depth.
   */
  checkRecursion(object: object): void {
    if (this.#tasks.length < RECURSION) return;
    const begun = this.#begun?.get(object) ?? 0;
    if (begun > MAX_BEGUN)
      throw new PicklingError('cannot pickle an object that is made of itself');
    (this.#begun ??= new Map()).set(object, begun + 1);
  }

  /** Puts a container or object in work. False, for `save` to give on. */
  begin(task: Task): false {
    if (this.#tasks.length >= this.#maxDepth) {
      throw new PicklingError('nested deeper than the limit allows');
    }
    this.#tasks.push(task);
    return false;
  }

  /** Saves a value: true if it is written, false if a task was begun that must run first. */
  save(value: unknown): boolean {
    if (this.pos >= this.frameEnd) {
      this.closeFrame();
      this.openFrame();
    }
    if (this.#persistentId !== undefined) {
      const pid = this.#persistentId(value);
      if (pid !== undefined && pid !== null) return this.#persistent(pid);
    }
    return this.saveValue(value);
  }

  /**
   * Saves a dict's key. The keys of rows come again in the same places, where comparing with the last row's
   * key saves the look into the memo.
   */
  saveKey(key: unknown, index: number): boolean {
    if (typeof key !== 'string' || this.#persistentId !== undefined) return this.save(key);
    if (this.pos >= this.frameEnd) {
      this.closeFrame();
      this.openFrame();
    }
    if (this.#rowKeys[index] === key) this.get(this.#rowEntries[index] as number);
    else {
      const entry = this.text(key);
      if (index >= ROW_KEYS || entry < 0) return true;
      this.#rowKeys[index] = key;
      this.#rowEntries[index] = entry;
    }
    return true;
  }

  /** Saves a number that was read as a float. */
  saveFloat(value: number): boolean {
    if (this.#persistentId !== undefined) return this.save(new PyFloat(value));
    if (this.pos >= this.frameEnd) {
      this.closeFrame();
      this.openFrame();
    }
    this.float(value);
    return true;
  }

  /** As `save`, for a value that has no persistent id. */
  saveValue(value: unknown): boolean {
    switch (typeof value) {
      case 'string':
        this.text(value);
        return true;
      case 'number':
        this.number(value);
        return true;
      case 'boolean':
        this.bool(value);
        return true;
      case 'object':
        if (value === null) break;
        if (value instanceof Exact) {
          this.#exact(value);
          return true;
        }
        return saveObject(this, value);
      case 'bigint':
        this.bigint(value);
        return true;
      case 'undefined':
        break;
      default:
        throw new PicklingError(`cannot pickle a ${typeof value}`);
    }
    this.byte(0x4e);
    return true;
  }

  #persistent(pid: unknown): boolean {
    if (this.protocol > 0) {
      return this.begin(persistentTask(pid));
    }
    const text = typeof pid === 'string' || typeof pid === 'number' ? String(pid) : '';
    if (!/^[\x20-\x7e]+$/.test(text)) {
      throw new PicklingError('persistent ids in protocol 0 must be ASCII text');
    }
    this.latin1(`P${text}\n`);
    return true;
  }

  // --- memo ----------------------------------------------------------------------------------------

  /** Gives the value just written the next memo number. */
  memoize(value: object | string): void {
    this.#objects.set(value, this.put());
  }

  /** Writes PUT, or what the protocol has for it; the number. */
  put(): number {
    const entry = this.#entries++;
    if (this.#plan !== undefined && this.#plan.fetched?.has(entry) !== true) return entry;
    const number = this.#numbers === undefined ? entry : this.#renumber(entry);
    if (this.protocol >= 4) this.byte(0x94);
    else if (this.protocol === 0) this.numberLine(0x70, number);
    else if (number < 256) {
      this.byte(0x71);
      this.byte(number);
    } else {
      this.byte(0x72);
      this.uint32(number);
    }
    return entry;
  }

  #next = 0;

  #renumber(entry: number): number {
    if (this.#numbers !== undefined) this.#numbers[entry] = this.#next;
    return this.#next++;
  }

  /** Writes GET if the value has a memo number. */
  fetch(value: object | string): boolean {
    const entry = this.#objects.get(value);
    if (entry === undefined) return false;
    this.get(entry);
    return true;
  }

  /** True if the value has a memo number. */
  has(value: object | string): boolean {
    return this.#objects.has(value);
  }

  get(entry: number): void {
    this.fetched?.add(entry);
    const number = this.#numbers?.[entry] ?? entry;
    if (this.protocol === 0) this.numberLine(0x67, number);
    else if (number < 256) {
      this.ensure(2);
      this.buffer[this.pos++] = 0x68;
      this.buffer[this.pos++] = number;
    } else {
      this.byte(0x6a);
      this.uint32(number);
    }
  }

  // --- Python 2 and exact scalars ------------------------------------------------------------------

  #pyFloat({ value, bits }: PyFloat): void {
    this.float(value);
    if (bits !== undefined && this.protocol > 0) this.view.setBigUint64(this.pos - 8, bits);
  }

  #exact(value: Exact): void {
    if (value instanceof PyFloat) this.#pyFloat(value);
    else if (value instanceof Py2Str) this.#py2Str(value);
    else if (this.protocol < 3 && value instanceof Py2Long) this.long(BigInt(value.value));
    else if (this.protocol < 3 && value instanceof Py2Int) this.#py2Int(value);
    else this.saveValue(value.plain());
  }

  #py2Int({ value }: Py2Int): void {
    if (BigInt.asIntN(32, BigInt(value)) === BigInt(value)) this.int32(Number(value));
    else this.latin1(`I${value}\n`);
  }

  /** A Python 2 str; from protocol 3 on the text or bytes that it was read as. */
  #py2Str(value: Py2Str): void {
    if (this.protocol < 3) this.str(value.latin1);
    else this.saveValue(value.plain());
  }

  /** Python 2's `str`, given as Latin-1 characters; shared by value. */
  str(latin1: string): void {
    const entry = this.#strs?.get(latin1);
    if (entry !== undefined) this.get(entry);
    else {
      this.strBytes(Buffer.from(latin1, 'latin1'));
      (this.#strs ??= new Map<string, number>()).set(latin1, this.put());
    }
  }

  // --- text --------------------------------------------------------------------------------------------

  /** Saves text; its memo number, or -1 where it has none of its own. */
  text(value: string): number {
    if (value.length <= SHORT_TEXT && this.#simpleTexts) {
      const entry = this.#asciiText(value);
      if (entry >= 0) return entry;
    }
    const entry = this.#texts.get(value);
    if (entry !== undefined) {
      this.get(entry);
      return entry;
    }
    if (this.settings.py2Str && this.protocol < 3 && /^[\0-\x7f]*$/.test(value)) {
      this.str(value);
      return -1;
    }
    this.newText(value);
    const number = this.put();
    // pickle.py memoizes the escaped copy of the text, which no other reference will find.
    const isCopy = this.rules.python2 && this.protocol === 0 && /[\\\n]/.test(value);
    if (isCopy) return -1;
    this.#texts.set(value, number);
    return number;
  }

  /**
   * Saves short ASCII text; -1, and nothing written, if it is not ASCII. The characters are copied and hashed in
   * one go: when the memo knows the text, GET takes the place of the copy.
   */
  #asciiText(value: string): number {
    const { length } = value;
    this.ensure(length + TEXT_FRAME);
    const { buffer } = this;
    const header = this.#textHeaderSize;
    const isLine = header === 1;
    const start = this.pos + header;
    let hash = length;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80 || (isLine && PLAIN_UNITS[unit] === 0)) return -1;
      buffer[start + i] = unit;
      hash = (Math.imul(hash, 31) + unit) | 0;
    }
    const known = this.#shortTexts.find(value, hash);
    if (known >= 0) {
      this.get(known);
      return known;
    }
    let { pos } = this;
    buffer[pos++] = header === 2 ? 0x8c : header === 5 ? 0x58 : 0x56;
    if (header > 1) buffer[pos++] = length;
    while (pos < start) buffer[pos++] = 0;
    this.pos = start + length;
    if (isLine) buffer[this.pos++] = 0x0a;
    const entry = this.put();
    this.#shortTexts.add(value, hash, entry);
    return entry;
  }
}
