// The wires that are tested, and where memcached itself answers differently on them.

import { binaryWire } from '../../lib/wire/binary';
import { textWire } from '../../lib/wire/text';
import type { Wire } from '../../lib/wire/wire';

export interface Backend {
  readonly name: string;
  readonly wire: Wire;
  /** An add of what exists. */
  readonly addToExisting: 'not stored' | 'exists';
  /** A replace of what is not there. */
  readonly replaceOfNothing: 'not stored' | 'not found';
  /** A value larger than an item may be. */
  readonly tooLarge: string;
  /** An incr of what is no number. */
  readonly notANumber: string;
  /** Statistics that there are none of. */
  readonly unknownStats: string;
  /** What the protocol's Wire says of itself. */
  readonly offers: Wire['offers'];
}

export const TEXT: Backend = {
  name: 'text',
  wire: textWire,
  addToExisting: 'not stored',
  replaceOfNothing: 'not stored',
  tooLarge: 'SERVER_ERROR object too large for cache',
  notANumber: 'CLIENT_ERROR cannot increment or decrement non-numeric value',
  unknownStats: 'ERROR',
  offers: textWire.offers,
};

export const BINARY: Backend = {
  name: 'binary',
  wire: binaryWire,
  addToExisting: 'exists',
  replaceOfNothing: 'not found',
  tooLarge: '0x03 Too large.',
  notANumber: '0x06 Non-numeric server-side value for incr or decr',
  unknownStats: '0x01 Not found',
  offers: binaryWire.offers,
};

export const BACKENDS: readonly Backend[] = [TEXT, BINARY];
