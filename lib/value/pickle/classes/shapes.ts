// Named tuples and enums: classes of the user's that JavaScript declares in one line and registers.
import { inspect } from 'node:util';
import type { DumpContext, KnownClass } from '../contract';
import { PyDict, pyKey } from '../equality';
import { pyRepr, repr, Shown, type Part, type Repr } from '../repr';
import { carry, recall, restore, share } from '../slots';
import { plain, PyObject, PyTuple, type How, type PyGlobal } from '../types';
import { KeyTag, named } from './form';

// --- named tuples --------------------------------------------------------------------------------

/** A class whose instances have these fields as properties, in this order when iterated. */
export interface NamedTupleClass<F extends string> {
  new (...values: unknown[]): NamedTuple & Record<F, unknown>;
  readonly fields: readonly F[];
  /** To be added to a Registry: `new Registry([Point.known])`. */
  readonly known: KnownClass<NamedTuple>;
}

/** An instance of a class made by `namedTuple`. Equal, as a dict key, to the tuple of its values. */
export abstract class NamedTuple implements Iterable<unknown> {
  /** The fields' values, in order. */
  abstract values(): unknown[];

  /** Python's name of the class. */
  abstract get pythonClass(): PyGlobal;

  [Symbol.iterator](): Iterator<unknown> {
    return this.values()[Symbol.iterator]();
  }

  toString(): string {
    return repr(this);
  }

  abstract [pyRepr](): Repr;

  [inspect.custom](): string {
    return repr(this);
  }

  [pyKey](): unknown {
    return PyTuple.from(this.values());
  }
}

/** Python's rule for a field: a name, without a leading underscore. */
const FIELD = /^[A-Za-z][A-Za-z0-9_]*$/;
const TAKEN = new Set(['constructor', 'pythonClass', 'toString', 'values']);

/**
 * A JavaScript class for Python's `collections.namedtuple(name, fields)` of a module.
 *
 * ```ts
 * // dogpile.cache: class CachedValue(NamedTuple): payload: Any; metadata: dict
 * const CachedValue = namedTuple('dogpile.cache.api', 'CachedValue', ['payload', 'metadata']);
 * const registry = new Registry([CachedValue.known]);
 * ```
 * @throws {TypeError} a field that Python would refuse, or that is given twice
 */
export function namedTuple<F extends string>(
  module: string,
  name: string,
  fields: readonly F[],
): NamedTupleClass<F> {
  if (!fields.every((field) => FIELD.test(field) && !TAKEN.has(field))) {
    throw new TypeError('field names must be identifiers and cannot be names of methods');
  }
  if (new Set(fields).size !== fields.length) throw new TypeError('encountered a field name twice');
  class Made extends NamedTuple {
    static readonly fields = fields;
    static readonly known = knownTuple(module, name, fields, (values) => new Made(...values));

    constructor(...values: unknown[]) {
      super();
      if (values.length !== fields.length) {
        throw new TypeError(`${name} has ${fields.length} fields, got ${values.length} values`);
      }
      fields.forEach((field, index) => Reflect.set(this, field, values[index]));
    }

    values(): unknown[] {
      return fields.map((field) => Reflect.get(this, field) as unknown);
    }

    get pythonClass(): PyGlobal {
      return named(module, name);
    }

    [pyRepr](): Repr {
      const slots = recall(this);
      const parts: Part[] = this.values().flatMap((value, index) => [
        `${index === 0 ? '' : ', '}${String(fields[index])}=`,
        new Shown(restore(slots?.items?.[index], value)),
      ]);
      return { parts: [`${name}(`, ...parts, ')'] };
    }
  }
  // The fields were set by name in the constructor.
  return Made as unknown as NamedTupleClass<F>;
}

/** How each instance was made, where it was read: dogpile's older CachedValue is a REDUCE. */
const made = new WeakMap<object, How>();

// cls(*values) NEWOBJ; p0-1: copyreg._reconstructor(cls, tuple, (values)); cls(*values) REDUCE
function knownTuple(
  module: string,
  name: string,
  fields: readonly string[],
  make: (values: readonly unknown[]) => NamedTuple,
): KnownClass<NamedTuple> {
  return {
    module,
    name,
    load(form) {
      const [first] = form.args;
      const isRebuilt = form.base?.is('builtins', 'tuple') === true && first instanceof PyTuple;
      const values = isRebuilt ? first : form.args;
      if (values.length !== fields.length || form.how === 'newobj_ex') return undefined;
      const instance = make([...values]);
      carry(values, instance);
      // Known by its class, it needs no copyreg._reconstructor above protocol 1.
      made.set(instance, isRebuilt ? 'newobj' : form.how);
      return instance;
    },
    dump: dumpTuple,
  };
}

function dumpTuple(instance: NamedTuple, { protocol }: DumpContext): PyObject {
  const { pythonClass } = instance;
  const values = PyTuple.from(instance.values());
  carry(instance, values);
  const how = made.get(instance) ?? 'newobj';
  if (how !== 'newobj') return new PyObject(pythonClass, values, { how });
  const args = protocol < 2 ? [values] : values;
  return new PyObject(pythonClass, args, { how, base: named('builtins', 'tuple') });
}

/** How instances of every such class are written, found by their prototype: that needs no registry. */
const NAMED_TUPLE: KnownClass<NamedTuple> = {
  module: 'typing',
  name: 'NamedTuple',
  type: NamedTuple,
  dump: dumpTuple,
};

// --- enums ---------------------------------------------------------------------------------------

/** Python's base class of an enum: it says how members are shown, and what they are equal to. */
export type EnumKind = 'Enum' | 'IntEnum' | 'StrEnum' | 'Flag' | 'IntFlag';

/** A member of an enum, or several of a flag's together. */
export class PyEnumMember {
  constructor(
    readonly module: string,
    /** Name of the enum's class. */
    readonly enumName: string,
    /** The member's name; `READ|EXEC` for several, '' for none of them. */
    readonly name: string,
    readonly value: unknown,
    readonly kind: EnumKind,
  ) {
    share(this);
  }

  /** The member's value, so that numbers compare. */
  valueOf(): unknown {
    return this.value;
  }

  /** As Python 3.11 and later: `Color.RED`, of IntEnum, IntFlag and StrEnum the value. */
  toString(): string {
    if (this.kind !== 'Enum' && this.kind !== 'Flag') return String(plain(this.value));
    return this.name === ''
      ? `${this.enumName}(${String(this.value)})`
      : `${this.enumName}.${this.name}`;
  }

  toJSON(): unknown {
    return this.value;
  }

  [pyRepr](): Repr {
    const full = this.name === '' ? this.enumName : `${this.enumName}.${this.name}`;
    return { parts: [`<${full}: `, new Shown(this.value), '>'], again: '...' };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** IntEnum, IntFlag and StrEnum are their values; members of the others equal only themselves. */
  [pyKey](): unknown {
    if (this.kind === 'Enum')
      return PyTuple.of<unknown>(MEMBER_TAG, this.module, this.enumName, this.name);
    return this.kind === 'Flag'
      ? PyTuple.of<unknown>(MEMBER_TAG, this.module, this.enumName, this.value)
      : this.value;
  }
}

const MEMBER_TAG = new KeyTag('enum');

/** Values come from pickles: only so many are kept. */
const MAX_COMPOSITES = 1024;

/** An enum: its members by name. */
export class PyEnum<N extends string = string> {
  /** To be added to a Registry: `new Registry([Color.known])`. */
  readonly known: KnownClass<PyEnumMember>;
  readonly #byName = new Map<string, PyEnumMember>();
  readonly #byValue = new PyDict<unknown, PyEnumMember>();
  readonly #composites = new Map<number, PyEnumMember>();

  /**
   * @param members values by name, in Python's order; of two names with one value, the second is an alias
   * @example new PyEnum('shop.models', 'Color', { RED: 1, GREEN: 'green' })
   */
  constructor(
    readonly module: string,
    readonly name: string,
    members: Readonly<Record<N, unknown>>,
    readonly kind: EnumKind = 'Enum',
  ) {
    for (const [member, value] of Object.entries<unknown>(members)) {
      const same = this.#byValue.get(value);
      const made = same ?? new PyEnumMember(module, name, member, value, kind);
      this.#byName.set(member, made);
      if (same === undefined) this.#byValue.set(value, made);
    }
    this.known = this.#knownClass();
  }

  /** The member of this name. @throws {RangeError} there is none */
  get(name: N): PyEnumMember {
    const member = this.#byName.get(name);
    if (member === undefined) throw new RangeError(`${this.name} has no member ${String(name)}`);
    return member;
  }

  /** As Python's `Color(value)`: the member of this value, or a flag of several. @throws {RangeError} there is none */
  of(value: unknown): PyEnumMember {
    const member = this.#find(value);
    if (member === undefined) throw new RangeError(`no member of ${this.name} has this value`);
    return member;
  }

  /** All members, without aliases. */
  [Symbol.iterator](): Iterator<PyEnumMember> {
    return this.#byValue.values();
  }

  #find(value: unknown): PyEnumMember | undefined {
    const member = this.#byValue.get(value);
    if (member !== undefined || (this.kind !== 'Flag' && this.kind !== 'IntFlag')) return member;
    const bits = plain(value);
    if (typeof bits !== 'number' || !Number.isSafeInteger(bits) || bits < 0) return undefined;
    return this.#composite(bits);
  }

  /** Several flags together. Bits that no member has are left to Python. */
  #composite(bits: number): PyEnumMember | undefined {
    const done = this.#composites.get(bits);
    if (done !== undefined) return done;
    const names: string[] = [];
    let rest = BigInt(bits);
    for (const member of this) {
      const flag = BigInt(Number(member.value));
      if (flag === 0n || (rest & flag) !== flag) continue;
      names.push(member.name);
      rest &= ~flag;
    }
    if (rest !== 0n) return undefined;
    const { module, name, kind } = this;
    const composite = new PyEnumMember(module, name, names.join('|'), bits, kind);
    if (this.#composites.size >= MAX_COMPOSITES) this.#composites.clear();
    this.#composites.set(bits, composite);
    return composite;
  }

  #knownClass(): KnownClass<PyEnumMember> {
    return {
      module: this.module,
      name: this.name,
      load: (form) => {
        const hasValue = form.how === 'reduce' && form.args.length === 1;
        return hasValue ? this.#findHashable(form.args[0]) : undefined;
      },
    };
  }

  /** Undefined for a list or dict, which is no member's value. */
  #findHashable(value: unknown): PyEnumMember | undefined {
    try {
      return this.#find(value);
    } catch {
      return undefined;
    }
  }
}

// cls(value) R at every protocol. Members are one object each, in Python and here.
const MEMBER: KnownClass<PyEnumMember> = {
  module: 'enum',
  name: 'Enum',
  type: PyEnumMember,
  dump: ({ module, enumName, value }) => PyObject.call(module, enumName, value),
};

export const SHAPES: readonly KnownClass[] = [NAMED_TUPLE, MEMBER] as readonly KnownClass[];
