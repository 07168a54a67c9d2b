// Classes by Python name and by JavaScript prototype: the only place where a pickle's names lead to code.
import type { KnownClass } from './contract';
import type { ClassRegistry, NameResolver } from './options';
import { carry, recall } from './slots';
import { define, PyObject, PyTuple } from './types';

/** A JavaScript class whose instances stand for a Python class's. */
export type UserClass = abstract new (...args: never[]) => object;

/** How to load and dump a class of the user's; `type` lets instances be found when writing. */
export type ClassCodec<T extends object> = Omit<KnownClass<T>, 'module' | 'name'>;

/** `module` and `name` as one Map key: neither can hold a line feed in a GLOBAL. */
function keyOf(module: string, name: string): string {
  return `${module}\n${name}`;
}

/**
 * Classes for `loads` and `dumps` (option `registry`), which know the standard ones anyway. What is
 * registered here is found first.
 */
export class Registry implements ClassRegistry {
  readonly #byName = new Map<string, KnownClass>();
  readonly #byPrototype = new Map<object, KnownClass>();

  constructor(classes: Iterable<KnownClass> = []) {
    for (const known of classes) this.add(known);
  }

  /**
   * Lets a JavaScript class stand for the Python class `module.name`.
   *
   * With a class alone, reading makes an instance without running the constructor and gives it the
   * attributes as properties, or to its `__setstate__`; writing takes its own enumerable properties, or what
   * its `__getstate__` returns. With `{ type, load, dump, ... }` that code decides.
   */
  register<T extends object>(module: string, name: string, code: UserClass | ClassCodec<T>): this {
    if (typeof code === 'function') return this.add(classByProperties(module, name, code));
    // The instances that reach this codec are those that its own `load` or `type` gave.
    return this.add({ ...(code as ClassCodec<object>), module, name });
  }

  /** Adds a class under its name and its aliases; the latest one of a name or JavaScript class wins. */
  add(known: KnownClass): this {
    this.#byName.set(keyOf(known.module, known.name), known);
    for (const [module, name] of known.aliases ?? []) this.#byName.set(keyOf(module, name), known);
    const prototype: unknown = known.type?.prototype;
    if (typeof prototype === 'object' && prototype !== null)
      this.#byPrototype.set(prototype, known);
    return this;
  }

  /** What is registered for a Python class. */
  find(module: string, name: string): KnownClass | undefined {
    return this.#byName.get(keyOf(module, name));
  }

  /** What is registered for a JavaScript class. */
  findByPrototype(prototype: object): KnownClass | undefined {
    return this.#byPrototype.get(prototype);
  }
}

/** The first registry's classes, then the second's. */
export function chain(first: ClassRegistry, second: ClassRegistry): ClassRegistry {
  return {
    find: (module, name) => first.find(module, name) ?? second.find(module, name),
    findByPrototype: (prototype) => {
      return first.findByPrototype(prototype) ?? second.findByPrototype(prototype);
    },
  };
}

// --- a JavaScript class whose properties are the attributes --------------------------------------

/** A method of the registered class's own; data from the pickle is never asked for one. */
function methodOf(type: UserClass, name: string): ((...args: unknown[]) => unknown) | undefined {
  const prototype: unknown = type.prototype;
  if (typeof prototype !== 'object' || prototype === null) return undefined;
  const method: unknown = Reflect.get(prototype, name);
  if (typeof method !== 'function') return undefined;
  return function (this: unknown, ...args) {
    return Reflect.apply(method, this, args) as unknown;
  };
}

/** What was read of an instance beside its properties: how it was made, and the names of its slots. */
interface Origin {
  form: PyObject;
  slots: Set<string> | undefined;
}

function classByProperties(module: string, name: string, type: UserClass): KnownClass {
  const origins = new WeakMap<object, Origin>();
  const setState = methodOf(type, '__setstate__');
  const getState = methodOf(type, '__getstate__');
  const prototype: unknown = type.prototype;
  return {
    module,
    name,
    type,
    load(form) {
      const instance = Object.create(prototype as object) as object;
      origins.set(instance, { form, slots: undefined });
      return instance;
    },
    build(instance, state) {
      if (setState !== undefined) {
        Reflect.apply(setState, instance, [state]);
        return true;
      }
      const origin = origins.get(instance);
      return setAttributes(instance, state, (names) => {
        if (origin !== undefined) origin.slots = new Set(names);
      });
    },
    dump(instance) {
      const origin = origins.get(instance);
      const fresh = PyObject.instance(module, name);
      const { callable, args, how, kwargs, base } = origin?.form ?? fresh;
      const copy = new PyObject(callable, args, { how, kwargs, base });
      const state: unknown =
        getState === undefined
          ? attributesOf(instance, origin?.slots)
          : Reflect.apply(getState, instance, []);
      if (state !== undefined && state !== null) copy.ops.push({ kind: 'build', state });
      return copy;
    },
  };
}

/** Sets what BUILD gives as properties; false for a state that has no attributes. */
function setAttributes(
  instance: object,
  state: unknown,
  onSlots: (names: string[]) => void,
): boolean {
  if (state instanceof PyTuple && state.length === 2) {
    const [dict, slots] = state;
    if (dict !== null && !setAttributes(instance, dict, onSlots)) return false;
    if (!setAttributes(instance, slots, onSlots)) return false;
    onSlots([...entriesOf(slots)].map(([name]) => String(name)));
    return true;
  }
  const isDict = state instanceof Map || Object.getPrototypeOf(state ?? 0) === Object.prototype;
  if (!isDict) return false;
  for (const [name, value] of entriesOf(state)) define(instance, String(name), value);
  if (recall(instance) === undefined) carry(state as object, instance);
  return true;
}

function entriesOf(state: unknown): Iterable<[unknown, unknown]> {
  if (state instanceof Map) return state;
  return Object.entries(state as object);
}

/** The state of an instance: its properties, those that were slots apart; undefined if it has none. */
function attributesOf(instance: object, slotNames: Set<string> | undefined): unknown {
  const dict: Record<string, unknown> = {};
  const slots: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(instance)) {
    define(slotNames?.has(name) === true ? slots : dict, name, value);
  }
  carry(instance, dict);
  carry(instance, slots);
  const hasDict = Object.keys(dict).length > 0;
  if (slotNames !== undefined) return PyTuple.of<unknown>(hasDict ? dict : null, slots);
  return hasDict ? dict : undefined;
}

// --- pickleparser's resolvers --------------------------------------------------------------------

/** A class or function as pickleparser's resolvers give it, with that library's rules of using it. */
export function knownFunction(code: unknown, module = '', name = ''): KnownClass | undefined {
  if (typeof code !== 'function') return undefined;
  return {
    module,
    name,
    load(form) {
      const isClass = /^class\b/.test(Function.prototype.toString.call(code));
      const make = form.how !== 'reduce' || isClass ? Reflect.construct : callPlainly;
      const instance: unknown = make(code, [...form.args]);
      if (form.how === 'newobj_ex') callMethod(instance, '__setnewargs_ex__', form.kwargs);
      // A function may give anything, a number too; the reader takes it as the value.
      return instance as object;
    },
    append: (instance, items) => items.every((item) => callMethod(instance, 'push', item)),
    add: (instance, items) => items.every((item) => callMethod(instance, 'add', item)),
    setItems(instance, pairs) {
      if (!(instance instanceof Map)) return false;
      for (let i = 0; i < pairs.length; i += 2) instance.set(pairs[i], pairs[i + 1]);
      return true;
    },
    build(instance, state) {
      if (callMethod(instance, '__setstate__', state)) return true;
      return setAttributes(instance, state, () => undefined);
    },
  };
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- a resolver may give any function
function callPlainly(code: Function, args: unknown[]): unknown {
  return Reflect.apply(code, undefined, args) as unknown;
}

/** Calls a method that the class (never the data) defines; false if there is none. */
function callMethod(instance: unknown, name: string, argument: unknown): boolean {
  if (typeof instance !== 'object' || instance === null) return false;
  const prototype: unknown = Object.getPrototypeOf(instance);
  if (typeof prototype !== 'object' || prototype === null) return false;
  const method: unknown = Reflect.get(prototype, name);
  if (typeof method !== 'function') return false;
  Reflect.apply(method, instance, [argument]);
  return true;
}

/** True for the class that pickleparser's NameRegistry makes up for a name it does not know. */
function isPlaceholder(code: unknown): boolean {
  if (typeof code !== 'function' || code.name !== 'PObject') return false;
  const prototype: unknown = code.prototype;
  return typeof prototype === 'object' && prototype !== null && '__module__' in prototype;
}

/** pickleparser's NameResolver as a registry: a name that it does not know stays a PyObject. */
export function adaptResolver(resolver: NameResolver): ClassRegistry {
  const found = new Map<string, KnownClass | undefined>();
  return {
    find(module, name) {
      const key = keyOf(module, name);
      if (found.has(key)) return found.get(key);
      const code = resolver.resolve(module, name);
      const known = isPlaceholder(code) ? undefined : knownFunction(code, module, name);
      found.set(key, known);
      return known;
    },
    findByPrototype: () => undefined,
  };
}
