// Pickles for people to look at: read in the exact view, and what is wrong with one is told, whatever the client makes of it.

import { Unpickler } from '../../value/pickle';

const PYTHONS = { 2: '2.7', 3: '3.13' } as const;

/** Clients answer None, or a miss, for a pickle that they cannot read: here that is thrown. */
export class ExactPickles {
  readonly #unpickler: Unpickler;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(python: 2 | 3) {
    this.#unpickler = new Unpickler({ exact: true, python: PYTHONS[python] });
  }

  /** For the client's option `unpickler`. */
  readonly load = (bytes: Buffer): unknown => {
    try {
      return this.#unpickler.load(bytes);
    } catch (thrown) {
      this.#failure = { thrown };
      throw thrown;
    }
  };

  /** What `decode` gives; throws what went wrong in a pickle meanwhile. */
  watch<T>(decode: () => T): T {
    this.#failure = undefined;
    const value = decode();
    const failure = this.#failure as { readonly thrown: unknown } | undefined;
    if (failure !== undefined) throw failure.thrown;
    return value;
  }
}
