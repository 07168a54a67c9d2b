// Python's repr and str of any value. Iterative, and cut at a limit: a small pickle can have an endless repr.
import { floatRepr, intText } from './numbers';
import { bytesRepr, REPR_LIMIT, strRepr } from './quoted';
import { pyRepr, Shown, type Part, type Repr, type Representable } from './shown';
import { exactItems, recall, restore, restoreKey } from './slots';

export * from './quoted';
export * from './shown';

/**
 * Python's repr of a value. Longer ones end in `...` after about `limit` characters.
 *
 * A PyObject, whose class is not known here, is shown as `<module.Name object ...>` with what its pickle
 * gives; a PyGlobal as a class, or as a function where its name starts in lower case. Reprs of the classes
 * of this package are made by their method `pyRepr`: this file knows JavaScript's own types only.
 */
export function repr(value: unknown, limit = REPR_LIMIT): string {
  const out: string[] = [];
  let left = limit;
  const seen: Seen = { reprs: new Map(), open: new Set() };
  const stack: (Part | Leave)[] = [new Shown(value)];
  while (stack.length > 0) {
    const part = stack.pop();
    if (part instanceof Leave) seen.open.delete(part.value);
    else if (part instanceof Shown) pushRepr(stack, part.value, seen, left);
    else if (part !== undefined) {
      out.push(part);
      left -= part.length;
      if (left < 0) return `${out.join('').slice(0, limit)}...`;
    }
  }
  return out.join('');
}

/**
 * Python's str of a value: text itself, what a class says, else its repr. Cut as repr is.
 */
export function str(value: unknown, limit = REPR_LIMIT): string {
  if (typeof value === 'string') return value;
  const hasOwn = isRepresentable(value) && value[pyRepr]().isStr !== true;
  return hasOwn ? value.toString() : repr(value, limit);
}

/** The end of a value that may be inside itself. */
class Leave {
  constructor(readonly value: object) {}
}

/** What one repr has come by. */
interface Seen {
  /** Each object's own is made once: a value may be thousands of times in another, or in itself. */
  readonly reprs: Map<object, Repr>;
  /** Those that are being shown. */
  readonly open: Set<object>;
}

function pushRepr(
  stack: (Part | Leave)[],
  value: unknown,
  { reprs, open }: Seen,
  limit: number,
): void {
  if (typeof value !== 'object' || value === null) {
    stack.push(primitiveRepr(value, limit));
    return;
  }
  let own = reprs.get(value);
  if (own === undefined) reprs.set(value, (own = objectRepr(value, limit)));
  const { parts, again = '...' } = own;
  if (open.has(value)) {
    stack.push(again);
    return;
  }
  open.add(value);
  stack.push(new Leave(value));
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i];
    if (part !== undefined) stack.push(part);
  }
}

function isRepresentable(value: unknown): value is Representable {
  return typeof value === 'object' && value !== null && pyRepr in value;
}

// --- primitives ----------------------------------------------------------------------------------

function primitiveRepr(value: unknown, limit: number): string {
  switch (typeof value) {
    case 'string':
      return strRepr(value.length > limit ? value.slice(0, limit + 1) : value);
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? String(value)
        : floatRepr(value);
    case 'bigint':
      return intText(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'function':
      return `<function ${value.name}>`;
    case 'symbol':
      return `<${String(value)}>`;
    default:
      return 'None';
  }
}

// --- objects -------------------------------------------------------------------------------------

function objectRepr(value: object, limit: number): Repr {
  if (isRepresentable(value)) return value[pyRepr]();
  if (Array.isArray(value)) return listRepr('[', value, ']', limit);
  if (value instanceof Map) return dictRepr(value, limit);
  if (value instanceof Set) return setRepr('set', value, limit);
  if (value instanceof Uint8Array) return { parts: [`b${bytesRepr(value, limit)}`] };
  if (value instanceof Date) return { parts: [dateRepr(value)] };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return dictRepr(value, limit);
  return { parts: [`<${value.constructor.name} object>`] };
}

/** Names of `builtins` in lower case that are classes. */
const BUILTIN_CLASSES: ReadonlySet<string> = new Set(
  (
    'bool bytearray bytes classmethod complex dict enumerate filter float frozenset int list map ' +
    'memoryview object property range reversed set slice staticmethod str super tuple type zip'
  ).split(' '),
);

/** A class or function by its name alone: `<class 'int'>`, `<function shop.views.cart>`. */
export function globalRepr(module: string, name: string): string {
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (module === 'builtins') {
    if (name === 'Ellipsis' || name === 'NotImplemented') return name;
    const isClass = BUILTIN_CLASSES.has(name) || /^[A-Z]/.test(name);
    return isClass ? `<class '${name}'>` : `<built-in function ${name}>`;
  }
  const full = `${module}.${name}`;
  return /^_*[A-Z]/.test(last) || LOWER_CLASSES.has(full)
    ? `<class '${full}'>`
    : `<function ${full}>`;
}

/** Classes of the standard library in lower case. */
const LOWER_CLASSES: ReadonlySet<string> = new Set([
  'array.array',
  'collections.defaultdict',
  'collections.deque',
  'datetime.date',
  'datetime.datetime',
  'datetime.time',
  'datetime.timedelta',
  'datetime.timezone',
  'datetime.tzinfo',
  'functools.partial',
]);

/** A Date is written as an aware datetime in UTC. */
function dateRepr(date: Date): string {
  if (Number.isNaN(date.getTime())) return '<invalid Date>';
  const fields = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
  ];
  const [second, microsecond] = [date.getUTCSeconds(), date.getUTCMilliseconds() * 1000];
  if (second !== 0 || microsecond !== 0) fields.push(second);
  if (microsecond !== 0) fields.push(microsecond);
  return `datetime.datetime(${fields.join(', ')}, tzinfo=datetime.timezone.utc)`;
}

// --- containers ----------------------------------------------------------------------------------

/** Values in brackets, as far as the limit lets them show. */
export function listRepr(
  start: string,
  items: Iterable<unknown>,
  end: string,
  limit = REPR_LIMIT,
): Repr {
  const parts: Part[] = [start];
  const exact = Array.isArray(items) ? exactItems(items) : items;
  for (const item of exact) {
    if (parts.length > 1) parts.push(', ');
    parts.push(new Shown(item));
    if (parts.length > limit) break;
  }
  parts.push(end);
  return { parts, again: `${start}...${end}` };
}

/** `(1, 2)`, `(1,)`. */
export function tupleRepr(tuple: readonly unknown[], limit = REPR_LIMIT): Repr {
  const { parts } = listRepr('(', tuple, tuple.length === 1 ? ',)' : ')', limit);
  return { parts, again: '(...)' };
}

/** `{key: value, ...}` of a Map or plain object, with what it remembers. */
export function dictRepr(dict: object, limit = REPR_LIMIT): Repr {
  const slots = recall(dict);
  const parts: Part[] = ['{'];
  for (const [key, value] of dict instanceof Map ? dict : Object.entries(dict)) {
    if (parts.length > 1) parts.push(', ');
    parts.push(new Shown(restoreKey(slots, key)), ': ');
    parts.push(new Shown(restore(slots?.values?.find(key), value)));
    if (parts.length > limit) break;
  }
  parts.push('}');
  return { parts, again: '{...}' };
}

/** `{1, 2}`, `set()`, `frozenset({1, 2})`. */
export function setRepr(
  name: 'set' | 'frozenset',
  set: ReadonlySet<unknown>,
  limit = REPR_LIMIT,
): Repr {
  if (set.size === 0) return { parts: [`${name}()`] };
  const slots = recall(set);
  const items = Array.from(set, (item) => restoreKey(slots, item));
  const [start, end] = name === 'set' ? ['{', '}'] : ['frozenset({', '})'];
  return { parts: listRepr(start, items, end, limit).parts, again: `${name}(...)` };
}
