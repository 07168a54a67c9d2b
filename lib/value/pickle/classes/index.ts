// The standard classes: every Python class that has a JavaScript class of its own.
import type { KnownClass } from '../contract';

/** Tables of the files of this folder. */
export const STANDARD: readonly KnownClass[] = [];
