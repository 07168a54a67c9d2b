// Constructor parameters of the wrong type or value are refused, as all clients do it.

import { ValueError } from '../../errors';

/** @throws {TypeError} given, and no function */
export function callable<F extends (...args: never[]) => unknown>(
  value: unknown,
  name: string,
): F | undefined {
  if (value === undefined || typeof value === 'function') return value as F | undefined;
  throw new TypeError(`${name} must be a function`);
}

/**
 * @throws {TypeError} no number
 * @throws {ValueError} a negative one
 */
export function numberOf(value: unknown, otherwise: number, name: string): number {
  if (value === undefined) return otherwise;
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (!(value >= 0)) throw new ValueError(`${name} must not be negative`);
  return value;
}

/**
 * The row of a table that a parameter names.
 * @throws {ValueError} no row has that name
 */
export function oneOf<T>(rows: Readonly<Record<string, T>>, value: unknown, name: string): T {
  const row = typeof value === 'string' && Object.hasOwn(rows, value) ? rows[value] : undefined;
  if (row === undefined)
    throw new ValueError(`${name} must be one of ${Object.keys(rows).join(', ')}`);
  return row;
}
