// What `mc.behaviors` answers: a dict whose items are the client's own.

import type { BehaviorDict, Behaviors } from './behaviors';

/** `mc.behaviors`: setting a name sets the client's behavior; `{ ...mc.behaviors }` is a copy of all that read back. */
export type LiveBehaviors = BehaviorDict & {
  /** Sets many, in pylibmc's own order. */
  update(behaviors: Behaviors): void;
};

type Values = Readonly<Record<string, unknown>>;

/**
 * @param read all that reads back
 * @param write sets some; throws what cannot be set
 */
export function liveBehaviors(read: () => Values, write: (given: Values) => void): LiveBehaviors {
  const target = { update: write };
  const live = new Proxy(target, {
    get: (_target, name) => (name === 'update' ? target.update : valueOf(read(), name)),
    set: (_target, name, value: unknown) => {
      write({ [String(name)]: value });
      return true;
    },
    has: (_target, name) => name in read(),
    ownKeys: () => Object.keys(read()),
    getOwnPropertyDescriptor: (_target, name) => {
      const values = read();
      if (!(name in values)) return undefined;
      return { value: valueOf(values, name), configurable: true, enumerable: true, writable: true };
    },
    deleteProperty: (_target, name) => {
      throw new TypeError(`behavior ${String(name)} cannot be deleted`);
    },
  });
  return live as unknown as LiveBehaviors; // the traps above answer each of its names
}

function valueOf(values: Values, name: string | symbol): unknown {
  return typeof name === 'string' ? values[name] : undefined;
}
