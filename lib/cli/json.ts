// Python values as JSON text: ints keep all their digits, and what JSON cannot hold is named rather than lost.

import { floatRepr } from '../value/pickle/numbers';
import { Exact, Py2Str, PyFloat, PyText } from '../value/pickle/exact';
import { repr } from '../value/pickle/repr';

/** Containers inside containers; deeper ones, and those inside themselves, are shown by their repr. */
const MAX_DEPTH = 200;

/**
 * JSON of a value of the exact view. Bytes are `{"base64": ...}`, nan and inf text, sets and tuples lists; a dict whose
 * keys are not all text is a list of pairs; an object of a class is what it says of itself.
 */
export function jsonOf(value: unknown, depth = 0): string {
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
      return value === null ? 'null' : objectJson(value, depth + 1);
    default:
      return 'null';
  }
}

function numberJson(value: number): string {
  if (!Number.isFinite(value)) return JSON.stringify(floatRepr(value));
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatRepr(value);
}

function objectJson(value: object, depth: number): string {
  if (value instanceof PyFloat) {
    return Number.isFinite(value.value) ? floatRepr(value.value) : numberJson(value.value);
  }
  if (value instanceof Py2Str) return jsonOf(value.plain(), depth);
  if (value instanceof PyText) return JSON.stringify(String(value));
  if (value instanceof Exact) return jsonOf(value.plain(), depth);
  if (value instanceof Uint8Array) return bytesJson(value);
  if (value instanceof Map) return dictJson([...value], depth);
  if (Array.isArray(value) || value instanceof Set) return listJson(value, depth);
  if (saysItself(value)) return jsonOf(value.toJSON(), depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  return isPlain ? dictJson(Object.entries(value), depth) : JSON.stringify(repr(value));
}

function saysItself(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function bytesJson(bytes: Uint8Array): string {
  return `{"base64":${JSON.stringify(Buffer.from(bytes).toString('base64'))}}`;
}

function listJson(items: Iterable<unknown>, depth: number): string {
  return `[${Array.from(items, (item) => jsonOf(item, depth)).join(',')}]`;
}

function dictJson(pairs: readonly (readonly [unknown, unknown])[], depth: number): string {
  const named = pairs.map(([key, value]) => [nameOf(key), value] as const);
  if (named.some(([name]) => name === undefined)) return listJson(pairs, depth);
  const members = named.map(([name, value]) => `${JSON.stringify(name)}:${jsonOf(value, depth)}`);
  return `{${members.join(',')}}`;
}

/** Text as a name of a JSON object; two spellings of one name do not come from one dict of Python 3. */
function nameOf(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  const plain: unknown = key instanceof Py2Str ? key.plain() : undefined;
  return typeof plain === 'string' ? plain : undefined;
}
