// Changes one field somewhere inside a value of the default view, and says how Python can do the same.
import { dumps, loads, PyObject, PyTuple } from '../../lib/value/pickle';
import type { Change, Step } from './pythons';

/** A container that can be changed, and how to get there. */
interface Place {
  readonly container: object;
  readonly path: readonly Step[];
}

/** Small and repeatable: mulberry32. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The change made, or undefined where nothing in the value can be changed. */
export function changeOneField(pickle: string, seed: number, python: 2 | 3): Change | undefined {
  const random = randomOf(seed);
  const bytes = Buffer.from(pickle, 'base64');
  const root = loads(bytes, python === 2 ? { python: '2.7' } : {});
  const places = [...placesIn(root, python)];
  const place = places[random(places.length)];
  if (place === undefined) return undefined;
  const value = dumps('changed here', 2).toString('base64');
  const done = edit(place, random, python);
  return {
    before: pickle,
    after: dumps(root).toString('base64'),
    path: [...place.path, ...done.path],
    how: done.how,
    value,
  };
}

/** Every list, dict and attribute dict that can be reached through lists, tuples and dicts. */
function* placesIn(root: unknown, python: 2 | 3): Generator<Place> {
  const seen = new Set<object>();
  const waiting: { value: unknown; path: Step[] }[] = [{ value: root, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (isList(value) || isDict(value, python) || isPlainInstance(value))
      yield { container: value, path };
    for (const [step, part] of parts(value, python))
      waiting.push({ value: part, path: [...path, step] });
  }
}

function isList(value: object): value is unknown[] {
  return Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;
}

/** A dict in either shape of the default view, whose keys Python 2 can find by value. */
function isDict(value: object, python: 2 | 3): boolean {
  return (
    (isMap(value) || isObject(value)) &&
    (python === 3 || entriesOf(value).every(([key]) => isFindable(key)))
  );
}

function isMap(value: object): value is Map<unknown, unknown> {
  return Object.getPrototypeOf(value) === Map.prototype;
}

function isObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isFindable(key: unknown): boolean {
  return typeof key === 'string' || (typeof key === 'number' && Number.isSafeInteger(key));
}

/** An instance of the generator's plain class that has an attribute. */
function isPlainInstance(value: object): value is PyObject {
  return (
    value instanceof PyObject &&
    value.module === 'shapes' &&
    value.name === 'Plain' &&
    value.attrs().size > 0
  );
}

function entriesOf(value: object): [unknown, unknown][] {
  return isMap(value) ? [...value] : Object.entries(value);
}

function stepTo(key: unknown, index: number, python: 2 | 3): Step {
  return python === 3
    ? ['entry', index]
    : ['key', dumps(key, 2, { python: '2.7' }).toString('base64')];
}

function parts(value: object, python: 2 | 3): [Step, unknown][] {
  if (isList(value) || value instanceof PyTuple)
    return value.map((part, i) => [['index', i], part]);
  if (isPlainInstance(value))
    return [...value.attrs()].map(([name, part]) => [['attribute', name], part]);
  if (!isDict(value, python)) return [];
  return entriesOf(value).map(([key, part], i) => [stepTo(key, i, python), part]);
}

interface Edited {
  readonly path: readonly Step[];
  readonly how: Change['how'];
}

function edit({ container }: Place, random: (below: number) => number, python: 2 | 3): Edited {
  if (isPlainInstance(container)) {
    const names = [...container.attrs().keys()];
    const name = names[random(names.length)] ?? '';
    container.setAttr(name, 'changed here');
    return { path: [['attribute', name]], how: 'set' };
  }
  if (isList(container)) return editList(container, random);
  return editDict(container, random, python);
}

function editList(list: unknown[], random: (below: number) => number): Edited {
  if (list.length === 0 || random(4) === 0) {
    list.push('changed here');
    return { path: [], how: 'push' };
  }
  const index = random(list.length);
  const path: Step[] = [['index', index]];
  if (random(3) === 0) {
    list.splice(index, 1);
    return { path, how: 'delete' };
  }
  list[index] = 'changed here';
  return { path, how: 'set' };
}

function editDict(dict: object, random: (below: number) => number, python: 2 | 3): Edited {
  const entries = entriesOf(dict);
  const index = random(entries.length);
  const [key] = entries[index] ?? [];
  if (entries.length === 0) {
    put(dict, 'new key', 'changed here');
    return { path: [['key', dumps('new key', 2).toString('base64')]], how: 'set' };
  }
  const path = [stepTo(key, index, python)];
  if (random(3) === 0) {
    if (isMap(dict)) dict.delete(key);
    else Reflect.deleteProperty(dict, String(key));
    return { path, how: 'delete' };
  }
  put(dict, key, 'changed here');
  return { path, how: 'set' };
}

function put(dict: object, key: unknown, value: unknown): void {
  if (isMap(dict)) dict.set(key, value);
  else
    Object.defineProperty(dict, String(key), {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
}
