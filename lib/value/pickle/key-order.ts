// Which text keys a plain object holds in their order: JavaScript moves array indices before all others.

/** An array index as property name. */
const INDEX_LIKE = /^(?:0|[1-9][0-9]{0,9})$/;
const LAST_INDEX = 0xfffffffe;

export class KeyOrder {
  /** Largest index-like key of each plain object that has some; Infinity once other keys followed. */
  readonly #last = new Map<object, number>();
  /** A plain object has index-like keys: others must then be set with care too. */
  isUsed = false;

  /** True if an object can hold this new key without moving it or losing it. */
  fits(dict: object, key: string): boolean {
    if (key === '__proto__') return false;
    const last = this.#last.get(dict);
    if (!INDEX_LIKE.test(key) || Number(key) > LAST_INDEX) {
      if (last !== undefined) this.#last.set(dict, Infinity);
      return true;
    }
    if (Object.hasOwn(dict, key)) return true;
    const index = Number(key);
    if (last === undefined ? !isEmpty(dict) : index < last) return false;
    this.#last.set(dict, index);
    this.isUsed = true;
    return true;
  }
}

/** True for an object without properties of its own or inherited ones. */
export function isEmpty(dict: object): boolean {
  for (const _ in dict) return false;
  return true;
}
