// One call on an object of Python's, or on ours: what it came to, in one form.

import { ConnectionError, TimeoutError } from '../../lib/errors';
import type { PythonObject } from '../support';
import { comparable, toJavaScript, type Call } from './pair';

/** What a call came to; of what was raised the class, where all errors of sockets are one. */
export interface Outcome {
  readonly returned?: unknown;
  readonly raised?: string;
}

export async function askPython(
  object: PythonObject,
  { method, args, kwargs }: Call,
): Promise<Outcome> {
  const outcome = await object.outcome(method, args, kwargs);
  if (!('raised' in outcome)) return { returned: comparable(outcome.returned) };
  const { type, bases } = outcome.raised;
  return { raised: type === 'OSError' || bases.includes('OSError') ? 'OSError' : type };
}

export async function askOurs(object: object, { method, args, kwargs }: Call): Promise<Outcome> {
  const named = Object.keys(kwargs).length > 0 ? [toJavaScript(kwargs)] : [];
  const made: unknown = Reflect.get(object, method);
  if (typeof made !== 'function') return { raised: 'AttributeError' };
  try {
    const result: unknown = Reflect.apply(made, object, [...args.map(toJavaScript), ...named]);
    return { returned: comparable(await result) };
  } catch (error) {
    const isOfSocket = error instanceof ConnectionError || error instanceof TimeoutError;
    return { raised: isOfSocket ? 'OSError' : (error as Error).name };
  }
}
