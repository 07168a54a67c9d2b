// When two tellings of one reading are the same, and what is another one on purpose.

import { NOT_TEXT } from './oracles';

const PICKLE = 1;

/** What no client of ours does: docs/compatibility.md, row 10. */
const UNKNOWN_CLASS = "global <class 'nosuch.Thing'>";
const LOOKED_UP = ['NoneType None', "raises ModuleNotFoundError: No module named 'nosuch'"];

/** The same, but for the words in which a pickle is refused, and whether the text of a bad number is shown as bytes. */
export function agree(expected: string, ours: string, flags: number): boolean {
  if (ours === expected) return true;
  if (expected === NOT_TEXT) return ours.startsWith(`${NOT_TEXT}: `);
  if (ours === UNKNOWN_CLASS) return LOOKED_UP.includes(expected);
  if ((flags & PICKLE) !== 0 && ours.startsWith('raises UnpicklingError: ')) {
    return /^raises (UnpicklingError|UnicodeDecodeError): /.test(expected);
  }
  return ours.replace("base 10: b'", "base 10: '") === expected;
}
