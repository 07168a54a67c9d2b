// Classes by Python name and by JavaScript prototype: the only place where a pickle's names lead to code.
import type { KnownClass } from './contract';
import type { ClassRegistry } from './options';

/** A class of the user's: its constructor, or how to load and dump it. */
export type UserClass =
  (abstract new (...args: never[]) => object) | Omit<KnownClass, 'module' | 'name'>;

/** `module` and `name` as one Map key: neither may hold a line feed in a pickle's GLOBAL. */
function keyOf(module: string, name: string): string {
  return `${module}\n${name}`;
}

export class Registry implements ClassRegistry {
  readonly #byName = new Map<string, KnownClass>();
  readonly #byPrototype = new Map<object, KnownClass>();
  readonly #parent: ClassRegistry | undefined;

  /** `parent` is asked for what is not registered here. */
  constructor(classes: Iterable<KnownClass> = [], parent?: ClassRegistry) {
    this.#parent = parent;
    for (const known of classes) this.add(known);
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

  find(module: string, name: string): KnownClass | undefined {
    return this.#byName.get(keyOf(module, name)) ?? this.#parent?.find(module, name);
  }

  findByPrototype(prototype: object): KnownClass | undefined {
    return this.#byPrototype.get(prototype) ?? this.#parent?.findByPrototype(prototype);
  }
}
