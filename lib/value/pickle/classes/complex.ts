// complex: two floats.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import { floatRepr } from '../numbers';
import { pyRepr, repr, type Repr } from '../repr';
import { PyFloat } from '../exact';
import { plain, PyObject, PyTuple } from '../types';
import { asRead, KeyTag } from './form';

/** complex. */
export class PyComplex {
  constructor(
    readonly real: number,
    readonly imag = 0,
  ) {}

  /** As Python: `(1+2j)`, `2j`. */
  toString(): string {
    return repr(this);
  }

  toJSON(): [real: number, imag: number] {
    return [this.real, this.imag];
  }

  [pyRepr](): Repr {
    const imag = `${partText(this.imag)}j`;
    if (Object.is(this.real, 0)) return { parts: [imag] };
    const sign = imag.startsWith('-') ? '' : '+';
    return { parts: [`(${partText(this.real)}${sign}${imag})`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** Equal to a real number where it is one. */
  [pyKey](): unknown {
    const { real, imag } = this;
    if (Number.isNaN(real) || Number.isNaN(imag)) return new PyFloat(NaN);
    return imag === 0 ? real : PyTuple.of<unknown>(TAG, real, imag);
  }
}

const TAG = new KeyTag('complex');

/** A float's repr without `.0`. */
function partText(value: number): string {
  return floatRepr(value).replace(/\.0$/, '');
}

// complex(real, imag)
const COMPLEX: KnownClass<PyComplex> = {
  module: 'builtins',
  name: 'complex',
  type: PyComplex,
  load(form) {
    const [real, imag] = form.args.map(plain);
    if (form.how !== 'reduce' || form.args.length !== 2) return undefined;
    if (typeof real !== 'number' || typeof imag !== 'number') return undefined;
    return asRead(new PyComplex(real, imag), form);
  },
  // Both are floats, whole or not.
  dump: ({ real, imag }) =>
    PyObject.call('builtins', 'complex', new PyFloat(real), new PyFloat(imag)),
};

export const COMPLEXES: readonly KnownClass[] = [COMPLEX] as readonly KnownClass[];
