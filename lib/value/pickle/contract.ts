// How a class that JavaScript knows (datetime, Decimal, a user's Cart) is read and written.
import type { KeyBudget } from './equality';
import type { PythonRelease } from './options';
import type { PyObject } from './types';

/** What a class may need to know when it is read. */
export interface LoadContext {
  readonly protocol: number;
  readonly exact: boolean;
  /** What comparing keys may still cost in this load: for `PyDict.setWithin` and its like. */
  readonly budget: KeyBudget;
}

/** What a class may need to know when it is written. */
export interface DumpContext {
  readonly protocol: number;
  readonly python: PythonRelease;
}

/**
 * A Python class (or factory function) with a JavaScript class of its own.
 *
 * Reading: when REDUCE, NEWOBJ, NEWOBJ_EX, INST or OBJ calls `module.name`, `load` gets the call as a
 * PyObject (callable, how, args, kwargs; no ops yet) and gives the instance. The instance is memoized at
 * once, so it may turn up inside its own items and state. Later opcodes go to `append` (APPEND, APPENDS),
 * `add` (ADDITEMS), `setItems` (SETITEM, SETITEMS) and `build` (BUILD). An operation without a method, or
 * whose method returns false, is kept beside the instance and replayed after what `dump` gives.
 *
 * Values arrive in the view of the load: in the default view plain values, and what they cannot tell is
 * remembered beside `form.args` (slots.ts: `recall`, `carry`) and, for items, beside the instance itself,
 * where the writer finds it again. In the exact view they may be PyFloat, Py2Str, Py2Long... : use `plain`
 * and `bytesOf` from types.ts. Throwing makes the load fail with UnpicklingError.
 *
 * Writing: `dump` gives the PyObject to write, ops included. To be written back exactly as read, hold the
 * form and return it while nothing changed.
 */
export interface KnownClass<T extends object = object> {
  /** Python 3's current name; Python 2's name is found through fix_imports. */
  readonly module: string;
  readonly name: string;
  /** Other homes of the same class (`pathlib._local`, `dateutil.tz.tz`), read alike. */
  readonly aliases?: ReadonlyArray<readonly [module: string, name: string]>;
  /** The JavaScript class of the instances: found by prototype when writing. */
  readonly type?: abstract new (...args: never[]) => T;
  /** The instance for this call, or undefined to leave it a PyObject. */
  load?(form: PyObject, context: LoadContext): T | undefined;
  /** Takes the items of APPEND and APPENDS; false: they are kept beside the instance. */
  append?(instance: T, items: readonly unknown[], context: LoadContext): boolean | void;
  /** Takes the items of ADDITEMS; false: they are kept beside the instance. */
  add?(instance: T, items: readonly unknown[], context: LoadContext): boolean | void;
  /** `pairs`: keys and values in turn. */
  setItems?(instance: T, pairs: readonly unknown[], context: LoadContext): boolean | void;
  /** Takes the state of BUILD; false: it is kept beside the instance. */
  build?(instance: T, state: unknown, context: LoadContext): boolean | void;
  /** What is written for an instance. */
  dump?(instance: T, context: DumpContext): PyObject;
}
