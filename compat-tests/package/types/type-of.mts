// Asserts the type of an expression exactly: `unknown`, `any` and a union's missing member are all told apart.

/** `true` when both are the same type: the compiler relates two open conditionals only then. */
type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface TypeOf<Given> {
  /** Compiles when the expression's type is `Expected`; otherwise an argument is missing that nobody has. */
  is<Expected>(...differs: Equal<Given, Expected> extends true ? [] : [never]): void;
}

declare global {
  function typeOf<Given>(expression: Given): TypeOf<Given>;
}

// The helper itself tells types apart.
typeOf(1 as unknown).is<unknown>();
// @ts-expect-error one is wider
typeOf(1 as unknown).is<number>();
// @ts-expect-error any is nothing but any
typeOf(1 as never as any).is<number>();
// @ts-expect-error a member of the union is missing
typeOf(1 as number | null).is<number>();
