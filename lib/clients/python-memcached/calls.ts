// How often each method of a client was called.

/** A counter for each method that `stats` counts; one shape, so that counting costs nothing. */
export class Calls {
  add = 0;
  append = 0;
  cas = 0;
  decr = 0;
  delete = 0;
  delete_multi = 0;
  get = 0;
  get_multi = 0;
  gets = 0;
  incr = 0;
  prepend = 0;
  replace = 0;
  set = 0;
  set_multi = 0;
  touch = 0;
}

/** By name; methods that were never called are missing, as in Python. */
export function statsOfCalls(calls: Calls): Record<string, number> {
  const called = Object.entries(calls).filter(([, count]) => count > 0);
  return Object.assign(Object.create(null) as Record<string, number>, Object.fromEntries(called));
}
