// Python values as JSON text: ints keep all their digits, and what JSON cannot hold is named rather than lost.

import { floatRepr } from '../value/pickle/numbers';
import { Exact, Py2Str, PyFloat, PyText } from '../value/pickle/exact';
import { repr } from '../value/pickle/repr';

/** Containers inside containers; deeper ones, and those inside themselves, are shown by their repr. */
const MAX_DEPTH = 200;
/** Values in one text: a small pickle can hold one list a million times. */
const MAX_PARTS = 1_000_000;

/**
 * JSON of a value of the exact view. Bytes are `{"base64": ...}`, nan and inf text, sets and tuples lists; a dict whose
 * keys are not all text is a list of pairs; an object of a class is what it says of itself.
 * @throws {RangeError} it would be endless
 */
export function jsonOf(value: unknown): string {
  return new Writer().text(value, 0);
}

class Writer {
  #left = MAX_PARTS;

  text(value: unknown, depth: number): string {
    if (--this.#left < 0) throw new RangeError('a value of too many parts for JSON');
    if (depth > MAX_DEPTH) return JSON.stringify(repr(value));
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return JSON.stringify(value);
      case 'number':
        return numberJson(value);
      case 'bigint':
        return String(value);
      case 'object':
        return value === null ? 'null' : this.#object(value, depth + 1);
      default:
        return 'null';
    }
  }

  #object(value: object, depth: number): string {
    if (value instanceof PyFloat) return floatJson(value.value);
    if (value instanceof Exact) return this.text(value.plain(), depth);
    if (value instanceof PyText) return JSON.stringify(String(value));
    if (value instanceof Uint8Array) return bytesJson(value);
    if (value instanceof Map) return this.#dict([...value], depth);
    if (Array.isArray(value) || value instanceof Set) return this.#list(value, depth);
    if (saysItself(value)) return this.text(value.toJSON(), depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = prototype === Object.prototype || prototype === null;
    return isPlain ? this.#dict(Object.entries(value), depth) : JSON.stringify(repr(value));
  }

  #list(items: Iterable<unknown>, depth: number): string {
    return `[${Array.from(items, (item) => this.text(item, depth)).join(',')}]`;
  }

  #dict(pairs: readonly (readonly [unknown, unknown])[], depth: number): string {
    const named = pairs.map(([key, value]) => [nameOf(key), value] as const);
    if (named.some(([name]) => name === undefined)) return this.#list(pairs, depth);
    const members = named.map(([name, value]) => {
      return `${JSON.stringify(name)}:${this.text(value, depth)}`;
    });
    return `{${members.join(',')}}`;
  }
}

function numberJson(value: number): string {
  const isInt = Number.isSafeInteger(value) && !Object.is(value, -0);
  return isInt ? String(value) : floatJson(value);
}

/** nan and inf are no JSON: text. */
function floatJson(value: number): string {
  return Number.isFinite(value) ? floatRepr(value) : JSON.stringify(floatRepr(value));
}

function saysItself(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function bytesJson(bytes: Uint8Array): string {
  return `{"base64":${JSON.stringify(Buffer.from(bytes).toString('base64'))}}`;
}

/** Text as a name of a JSON object; two spellings of one name do not come from one dict of Python 3. */
function nameOf(key: unknown): string | undefined {
  const plain: unknown = key instanceof Py2Str ? key.plain() : key;
  return typeof plain === 'string' ? plain : undefined;
}
