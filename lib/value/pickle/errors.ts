// The pickle codec's errors, in the hierarchy of Python's pickle module.
import { PythonError } from '../../errors';

/** Base of the codec's errors, as pickle.PickleError. */
export class PickleError extends PythonError {}

/** A value that cannot be pickled, or is over a limit; as pickle.PicklingError. */
export class PicklingError extends PickleError {}

/**
 * Bytes that are not a pickle that CPython would load, or over a limit. Where CPython raises another
 * error (EOFError, ValueError, UnicodeDecodeError, TypeError...), this one is thrown all the same, so
 * that one `catch` covers every bad input.
 */
export class UnpicklingError extends PickleError {
  /** Offset in bytes of the opcode that failed. */
  readonly offset: number;
  /** That opcode's byte; undefined where the input ended before one. */
  readonly opcode: number | undefined;

  constructor(message: string, offset = 0, opcode?: number, options?: ErrorOptions) {
    const at = opcode === undefined ? '' : `, opcode 0x${opcode.toString(16).padStart(2, '0')}`;
    super(`${message} (offset ${offset}${at})`, options);
    this.offset = offset;
    this.opcode = opcode;
  }
}
