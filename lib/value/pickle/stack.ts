// The array of the reader's stack, kept between loads: growing a new one costs as much as filling it.

/** Longest array that is kept: a batch has 1,000 items, a row's values stand above it. */
const KEPT_LENGTH = 4096;

let kept: unknown[] | undefined = [];

/** The kept array; a load inside a load (from a hook) gets one of its own. */
export function takeStack(): unknown[] {
  const stack = kept ?? [];
  kept = undefined;
  return stack;
}

/** Gives the array back, without a value in it. */
export function giveStack(stack: unknown[]): void {
  if (stack.length > KEPT_LENGTH) return;
  // No value on the stack is undefined, and all places that were used are at its beginning.
  for (let i = 0; i < stack.length && stack[i] !== undefined; i++) stack[i] = undefined;
  kept = stack;
}
