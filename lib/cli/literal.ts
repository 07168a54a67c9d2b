// Values as people type them: Python's literals, as `get` prints them, and JSON with ints of any size.

import { PyByteArray, PyDict, PyFloat, PyFrozenSet, PySet, PyTuple } from '../value/pickle';
import { UsageError } from './errors';

/** Nobody types more containers inside containers. */
const MAX_DEPTH = 200;

const WORDS = {
  python: [
    ['None', null],
    ['True', true],
    ['False', false],
    ['nan', NaN],
    ['inf', Infinity],
  ],
  json: [
    ['null', null],
    ['true', true],
    ['false', false],
    ['NaN', NaN],
    ['Infinity', Infinity],
  ],
} as const;

type Grammar = keyof typeof WORDS;

const NUMBERS = {
  python: /[+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y,
  json: /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y,
} as const;
/** What Python 2 took for octal, and Python 3 for a mistake. */
const OCTAL = /^[+-]?0+[1-9]\d*$/;
const WORD = /-?[A-Za-z_]+/y;
const JSON_STRING = /"(?:[^"\\\0-\x1f]|\\.)*"/y;
const PYTHON_STRING = /(b?)(?:'((?:[^'\\\n]|\\[^])*)'|"((?:[^"\\\n]|\\[^])*)")/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([^]))/g;
const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\', "'": "'", '"': '"', n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v', '\n': '',
}; // prettier-ignore

/**
 * The value of a literal.
 * @throws {UsageError} it is none
 */
export function parseLiteral(text: string, grammar: Grammar): unknown {
  const reader = new Reader(text, grammar);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** `42`, of any size. */
export function parseInt10(text: string): number | bigint | undefined {
  if (!/^[+-]?\d+(_\d+)*$/.test(text)) return undefined;
  const value = BigInt(text.replaceAll('_', '').replace('+', ''));
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

class Reader {
  readonly #text: string;
  readonly #grammar: Grammar;
  #at = 0;

  constructor(text: string, grammar: Grammar) {
    this.#text = text;
    this.#grammar = grammar;
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) this.#wrong();
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new UsageError(`a value over ${MAX_DEPTH} containers deep`);
    this.#space();
    const isPython = this.#grammar === 'python';
    if (this.#take('[')) return this.#items(']', depth);
    if (this.#take('{')) return this.#braces(depth);
    if (isPython && this.#take('(')) return this.#parentheses(depth);
    return (
      (isPython ? this.#pythonString() : this.#jsonString()) ?? this.#number() ?? this.#word(depth)
    );
  }

  /** Values up to the closing bracket; Python allows a comma behind the last. */
  #items(close: string, depth: number): unknown[] {
    const items: unknown[] = [];
    for (;;) {
      if (this.#closes(close, items.length)) return items;
      items.push(this.value(depth + 1));
      if (!this.#comma(close)) return items;
    }
  }

  #closes(close: string, count: number): boolean {
    return (count === 0 || this.#grammar === 'python') && this.#take(close);
  }

  /** Behind an item: true when another may follow. */
  #comma(close: string): boolean {
    if (this.#take(',')) return true;
    return this.#take(close) ? false : this.#wrong();
  }

  #parentheses(depth: number): unknown {
    const from = this.#at;
    const items = this.#items(')', depth);
    const isAlone = items.length === 1 && !/,\s*\)$/.test(this.#text.slice(from, this.#at));
    return isAlone ? items[0] : PyTuple.from(items);
  }

  #braces(depth: number): unknown {
    const dict = new PyDict();
    if (this.#take('}')) return dict;
    const first = this.value(depth + 1);
    if (this.#grammar === 'python' && !this.#sees(':')) {
      const items = [first, ...(this.#comma('}') ? this.#items('}', depth) : [])];
      return items.every(isHashable) ? new PySet(items) : this.#wrong();
    }
    let key = first;
    for (;;) {
      if (this.#grammar === 'json' ? typeof key !== 'string' : !isHashable(key)) this.#wrong();
      if (!this.#take(':')) this.#wrong();
      dict.set(key, this.value(depth + 1));
      if (!this.#comma('}') || this.#closes('}', dict.size)) return dict;
      key = this.value(depth + 1);
    }
  }

  #jsonString(): string | undefined {
    const text = this.#match(JSON_STRING)?.[0];
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as string; // the pattern lets through nothing else
    } catch {
      return this.#wrong();
    }
  }

  #pythonString(): string | Buffer | undefined {
    const match = this.#match(PYTHON_STRING);
    if (match === undefined) return undefined;
    const [, prefix, single, double = ''] = match;
    const isBytes = prefix !== '';
    const text = unescaped(single ?? double, isBytes) ?? this.#wrong();
    if (!isBytes) return text;
    // Python's bytes literals are ASCII, with escapes for the rest.
    return /[^\0-\x7f]/.test(match[0]) ? this.#wrong() : Buffer.from(text, 'latin1');
  }

  #number(): unknown {
    const text = this.#match(NUMBERS[this.#grammar])?.[0].replaceAll('_', '');
    if (text === undefined) return undefined;
    if (OCTAL.test(text)) return this.#wrong();
    if (/^[+-]?0[xX]/.test(text)) {
      const size = BigInt(text.replace(/^[+-]/, ''));
      return parseInt10(String(text.startsWith('-') ? -size : size));
    }
    return parseInt10(text) ?? new PyFloat(Number(text));
  }

  #word(depth: number): unknown {
    const text = this.#match(WORD)?.[0] ?? this.#wrong();
    const name = text.replace(/^-/, '');
    const call = CALLS.get(name);
    if (this.#grammar === 'python' && call !== undefined && name === text && this.#take('(')) {
      const items = this.#items(')', depth);
      return items.length <= 1 ? (call(items[0]) ?? this.#wrong()) : this.#wrong();
    }
    const row = WORDS[this.#grammar].find(([word]) => word === name);
    if (row === undefined) return this.#wrong();
    const [, value] = row;
    if (typeof value === 'number') return text.startsWith('-') ? -value : value;
    return name === text ? value : this.#wrong();
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? undefined;
    if (match !== undefined) this.#at = pattern.lastIndex;
    return match;
  }

  #sees(char: string): boolean {
    this.#space();
    return this.#text[this.#at] === char;
  }

  #take(char: string): boolean {
    const sees = this.#sees(char);
    if (sees) this.#at++;
    return sees;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #wrong(): never {
    const kind = this.#grammar === 'json' ? 'JSON' : 'Python literal';
    throw new UsageError(`not a ${kind}, from character ${this.#at + 1} on`);
  }
}

/** What repr writes as a call. */
const CALLS = new Map<string, (argument: unknown) => unknown>([
  ['set', (items: unknown) => (items === undefined ? new PySet() : undefined)],
  ['frozenset', (items: unknown) => frozenOf(items)],
  ['bytearray', (bytes: unknown) => byteArrayOf(bytes)],
]);

function frozenOf(items: unknown): PyFrozenSet | undefined {
  if (items === undefined) return new PyFrozenSet();
  const isGood = items instanceof Set || (Array.isArray(items) && items.every(isHashable));
  return isGood ? new PyFrozenSet(items as Iterable<unknown>) : undefined;
}

/** Whether Python takes it for a key: a pickle with another one is written, and can never be read. */
function isHashable(value: unknown): boolean {
  if (value instanceof PyTuple) return value.every(isHashable);
  if (value instanceof PyFrozenSet) return true;
  return ![PyDict, PySet, PyByteArray, Array].some((type) => value instanceof type);
}

function byteArrayOf(bytes: unknown): PyByteArray | undefined {
  if (bytes === undefined) return new PyByteArray();
  return bytes instanceof Uint8Array ? new PyByteArray(bytes) : undefined;
}

/** What stands between the quotes; undefined where a code point does not exist. */
function unescaped(text: string, isBytes: boolean): string | undefined {
  let isGood = true;
  const value = text.replace(
    ESCAPE,
    (all: string, x?: string, u?: string, U?: string, octal?: string, other?: string) => {
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
      if (other !== undefined) return NAMED[other] ?? all;
      if (isBytes && x === undefined) return all;
      const point = parseInt(x ?? u ?? U ?? '', 16);
      if (point > 0x10ffff) isGood = false;
      return isGood ? String.fromCodePoint(point) : '';
    },
  );
  return isGood ? value : undefined;
}
