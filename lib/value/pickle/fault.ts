// What is wrong with a pickle, before the reader adds where.

/** Becomes an UnpicklingError with the offset and opcode at which it happened. */
export class Fault extends Error {}
