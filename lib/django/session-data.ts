// The dict of a session, as its pickle is read: a plain object or a Map, changed in place so that it remembers its Python types.

/** What reading a Python dict gives. */
export type Dict = Record<string, unknown> | Map<unknown, unknown>;

/** Whether a value that came out of the cache is a dict. */
export function isDict(value: unknown): value is Dict {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Map) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function has(dict: Dict, key: string): boolean {
  return dict instanceof Map ? dict.has(key) : Object.hasOwn(dict, key);
}

/** undefined where there is none: no Python value reads as that. */
export function get(dict: Dict, key: string): unknown {
  if (dict instanceof Map) return dict.get(key);
  return Object.hasOwn(dict, key) ? dict[key] : undefined;
}

export function set(dict: Dict, key: string, value: unknown): void {
  if (dict instanceof Map) dict.set(key, value);
  // An assignment to `__proto__` would be none.
  else {
    Object.defineProperty(dict, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}

export function remove(dict: Dict, key: string): void {
  if (dict instanceof Map) dict.delete(key);
  else Reflect.deleteProperty(dict, key);
}

/** Keys of a dict that is a Map may be no text. */
export function entries(dict: Dict): [key: unknown, value: unknown][] {
  return dict instanceof Map ? [...dict] : Object.entries(dict);
}
