// What a container remembers about the values that it was read with and that JavaScript cannot tell.
import type { Exact } from './types';

/** Memory of one container. It holds only where the value is still the one that was read. */
export class Slots {
  /** By index: list and tuple items, and items appended to an instance. */
  items: (Exact | undefined)[] | undefined = undefined;
  /** Length of the list when `items` was complete. */
  length = 0;
  /** By plain key: dict keys, set members. */
  keys: Map<unknown, Exact> | undefined = undefined;
  /** By plain key: dict values. */
  values: Map<unknown, Exact> | undefined = undefined;
  /** Protocol of the pickle whose root this container was. */
  protocol: number | undefined = undefined;
}

const memory = new WeakMap<object, Slots>();

/** What this container remembers, or undefined. */
export function recall(container: object): Slots | undefined {
  return memory.get(container);
}

/** The memory of this container, made if there is none. */
export function remember(container: object): Slots {
  let slots = memory.get(container);
  if (slots === undefined) {
    slots = new Slots();
    memory.set(container, slots);
  }
  return slots;
}

/** Lets `to` remember all that `from` does: for a class that keeps its values in another container. */
export function carry(from: object, to: object): void {
  const slots = memory.get(from);
  if (slots !== undefined) memory.set(to, slots);
}

/** The protocol of the pickle that gave this value, if it is the root of one and not a scalar. */
export function protocolOf(value: unknown): number | undefined {
  return typeof value === 'object' && value !== null ? memory.get(value)?.protocol : undefined;
}
