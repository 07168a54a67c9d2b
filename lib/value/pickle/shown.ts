// How a class says what its instances' repr is made of. Apart from repr.ts, which shows every class and needs them all.

/** A value inside a repr: it is shown by its own repr. */
export class Shown {
  constructor(readonly value: unknown) {}
}

/** What a repr is made of. */
export type Part = string | Shown;

/** The repr of one value; `again` is what stands for it inside itself. */
export interface Repr {
  readonly parts: readonly Part[];
  readonly again?: string;
  /** True where Python's str() gives the same, and the class' own toString() something else. */
  readonly isStr?: boolean;
}

/** A class gives its instances' repr by this method. */
export const pyRepr = Symbol.for('memcache-py.pickle.repr');

/** An object with a repr of its own. */
export interface Representable {
  [pyRepr](): Repr;
  toString(): string;
}
