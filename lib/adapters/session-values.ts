// The values of Django's session as properties of express-session's, and the changes back.

import type { Session } from '../django';

/** Of express-session itself. */
const COOKIE = 'cookie';

/** The values by name. Those whose keys are no text stay where they are. */
export function exposed(session: Session): Record<string, unknown> {
  const values = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of session.items()) {
    if (typeof key === 'string' && key !== COOKIE) values[key] = value;
  }
  return values;
}

/**
 * Stores what was set and takes out what was deleted. What is as it was keeps its Python type; a value that was changed
 * inside is the same object, and is stored with the rest.
 * @param names which names there were
 */
export function changed(session: Session, values: object, names: readonly string[]): void {
  const now = Object.entries(values).filter(
    ([name, value]) => name !== COOKIE && typeof value !== 'function',
  );
  for (const [name, value] of now)
    if (!Object.is(session.get(name, NOTHING), value)) session.set(name, value);
  const left = new Set(now.map(([name]) => name));
  for (const name of names) if (name !== COOKIE && !left.has(name)) session.pop(name, null);
}

const NOTHING = Symbol('nothing');

/**
 * Lets JSON see all of a session: express-session compares JSON to find out what changed, in which ints beyond 2^53
 * cannot be written, and Maps and Sets are empty.
 */
export function shownAsJson(values: object): void {
  Object.defineProperty(values, 'toJSON', {
    value: () => jsonOf({ ...values, [COOKIE]: undefined }, []),
    enumerable: false,
    configurable: true,
  });
}

function jsonOf(value: unknown, around: readonly object[]): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (around.includes(value)) return '...';
  const inside = [...around, value];
  const all = (items: Iterable<unknown>): unknown[] =>
    Array.from(items, (item) => jsonOf(item, inside));
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) return all(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return (value.toJSON as () => unknown)();
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, jsonOf(item, inside)]),
  );
}
