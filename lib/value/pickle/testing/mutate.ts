// Changes good pickles as an attacker or a broken disk would. For fuzzing with fast-check.
import { fc } from '../../../testing/random';

/** One change; `at` and `size` are taken modulo the length of what is changed. */
export type Edit =
  | { kind: 'set'; at: number; byte: number }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'delete'; at: number; size: number }
  | { kind: 'repeat'; at: number; size: number }
  | { kind: 'splice'; at: number; size: number };

const OFFSET = fc.nat(5000);
const SIZE = fc.nat(40);
/** Opcodes and numbers at the edges are more telling than any byte. */
const BYTE = fc.oneof(
  fc.nat(255),
  fc.constantFrom(0, 1, 0x7f, 0x80, 0xff),
  fc.constantFrom(
    ...Buffer.from(
      '()012BCGJKMNQRTUX]abdehjlqrstu}.\x80\x81\x85\x86\x87\x8c\x8f\x90\x91\x92\x93\x94\x95',
      'latin1',
    ),
  ),
);

/** A few changes to one pickle. */
export function mutations(): fc.Arbitrary<Edit[]> {
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at: OFFSET, byte: BYTE }),
    fc.record({ kind: fc.constant('set' as const), at: OFFSET, byte: BYTE }),
    fc.record({
      kind: fc.constant('insert' as const),
      at: OFFSET,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }),
    }),
    fc.record({ kind: fc.constant('delete' as const), at: OFFSET, size: SIZE }),
    fc.record({ kind: fc.constant('repeat' as const), at: OFFSET, size: SIZE }),
    fc.record({ kind: fc.constant('splice' as const), at: OFFSET, size: SIZE }),
  );
  return fc.array(edit, { minLength: 1, maxLength: 6 });
}

/** `pickle` after the changes; 'splice' takes its bytes from `other`. */
export function mutated(pickle: Buffer, other: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce((bytes, edit) => apply(bytes, other, edit), pickle);
}

function apply(pickle: Buffer, other: Buffer, edit: Edit): Buffer {
  const at = edit.at % (pickle.length + 1);
  const before = pickle.subarray(0, at);
  const after = pickle.subarray(at);
  switch (edit.kind) {
    case 'set':
      return Buffer.concat([before, Buffer.of(edit.byte), after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, edit.bytes, after]);
    case 'delete':
      return Buffer.concat([before, after.subarray(edit.size)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, edit.size), after]);
    case 'splice': {
      const from = edit.at % (other.length + 1);
      return Buffer.concat([before, other.subarray(from, from + edit.size), after]);
    }
  }
}
