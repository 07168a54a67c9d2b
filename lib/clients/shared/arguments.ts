// Python's calls in TypeScript: positional arguments, and by name in a last object whatever is left.

/** Parameters of one method that may be left out, in Python's order. */
export interface Signature {
  /** As Python's messages name it. */
  readonly method: string;
  /** How many parameters come before these, `self` included. */
  readonly required: number;
  readonly names: readonly string[];
  /** Parameters behind these that are given by name only. */
  readonly namedOnly?: readonly string[];
}

/** What every method that asks a server takes by name, beside Python's parameters. */
export interface CallOptions {
  /** Ends the call: it rejects with the signal's reason. What was not sent by then is not sent. */
  signal?: AbortSignal | null | undefined;
}

const NOTHING_GIVEN: readonly unknown[] = [];

/**
 * The arguments for `signature.names` and `namedOnly`, in this order; undefined where none was given.
 * @throws {TypeError} a name that the method does not have, a parameter given twice, or too many arguments; as Python
 */
export function bind(signature: Signature, given: readonly unknown[]): readonly unknown[] {
  if (given.length === 0) return NOTHING_GIVEN;
  const { method, required, names, namedOnly = [] } = signature;
  const last = lastGiven(given);
  const named = last >= 0 ? given[last] : undefined;
  const byName = isNamed(named) ? named : undefined;
  const positional = given.slice(0, byName === undefined ? last + 1 : last);
  if (positional.length > names.length) {
    const most = required + names.length;
    throw new TypeError(
      `${method}() takes from ${required} to ${most} positional arguments but ${required + positional.length} were given`,
    );
  }
  const all = [...names, ...namedOnly];
  const bound = all.map((_name, i) => positional[i]);
  for (const [name, value] of Object.entries(byName ?? {})) {
    const at = all.indexOf(name);
    if (at === -1) throw new TypeError(`${method}() got an unexpected keyword argument '${name}'`);
    if (positional[at] !== undefined) {
      throw new TypeError(`${method}() got multiple values for argument '${name}'`);
    }
    bound[at] = value;
  }
  return bound;
}

/**
 * As `bind`, where the last argument may also be a value that happens to be a plain object: it holds names only if it
 * holds nothing but names of this method.
 */
export function bindValues(signature: Signature, given: readonly unknown[]): readonly unknown[] {
  const at = lastGiven(given);
  const last = given[at];
  if (!isNamed(last)) return bind(signature, given);
  const { names, namedOnly = [] } = signature;
  const keys = Object.keys(last);
  const isNames = keys.length > 0 && keys.every((key) => [...names, ...namedOnly].includes(key));
  return bind(signature, isNames || at >= names.length ? given : [...given.slice(0, at + 1), {}]);
}

/** What a get answers for a miss, and its signal: `get(key, x)`, `get(key, { default: x, signal })`, `get(key, x, { signal })`. */
export function bindDefault(
  signature: Signature,
  given: readonly unknown[],
): { miss: unknown; signal: AbortSignal | undefined } {
  const [miss, signal] = bindValues({ ...signature, names: ['default'] }, given);
  return { miss: miss ?? null, signal: signalOf(signal) };
}

/**
 * The `signal` of a call, if it has one.
 * @throws {TypeError} it is no AbortSignal
 */
export function signalOf(value: unknown): AbortSignal | undefined {
  // One of another realm is no instance of ours.
  if (value === undefined || value === null || isSignal(value)) return value ?? undefined;
  throw new TypeError('signal must be an AbortSignal');
}

/** The signal among the arguments of a call, by name in the last one, whatever may be wrong with the others. */
export function signalIn(given: readonly unknown[]): AbortSignal | undefined {
  const last = given[lastGiven(given)];
  const signal = isNamed(last) ? last['signal'] : undefined;
  return typeof signal === 'object' && signal !== null && isSignal(signal) ? signal : undefined;
}

function isSignal(value: unknown): value is AbortSignal {
  return typeof (value as Partial<AbortSignal>).throwIfAborted === 'function';
}

function lastGiven(given: readonly unknown[]): number {
  for (let i = given.length - 1; i >= 0; i--) if (given[i] !== undefined) return i;
  return -1;
}

/** A plain object: arguments by name. Instances of classes (a timedelta, say) are values. */
export function isNamed(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What Python raises before any I/O rejects the promise here. */
export function refuse(error: unknown): Promise<never> {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a pickler of the user's may throw anything
  return Promise.reject(error);
}
