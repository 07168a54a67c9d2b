// When a session ends: Django's `_session_expiry`, as seconds, a moment, or nothing.

import { ValueError } from '../errors';
import { PyDateTime, PyTimedelta, repr } from '../value/pickle';

/** Seconds without use (0: when the browser closes), a moment, a duration from now, or null: the settings' own. */
export type Expiry = number | Date | PyDateTime | PyTimedelta | null;

/** How moments are stored, and what the time is. */
export interface ExpiryRules {
  /** SESSION_COOKIE_AGE, seconds. */
  readonly cookieAge: number;
  readonly moments: 'datetime' | 'iso';
  /** USE_TZ: moments have a time zone; else they are naive and in the time zone of this process. */
  readonly aware: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** datetime.isoformat() */
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{3}(\d{3})?)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * What set_expiry keeps as `_session_expiry`; undefined: nothing.
 * @throws {TypeError} no number, moment or duration
 * @throws {RangeError} an invalid Date, or a year that Python does not have
 */
export function stored(value: Expiry, rules: ExpiryRules): unknown {
  if (value === null) return undefined;
  if (typeof value === 'number') return value;
  if (value instanceof PyDateTime) return rules.moments === 'iso' ? value.toJSON() : value;
  if (value instanceof PyTimedelta) {
    return stored(new Date(rules.now() + value.totalSeconds() * 1000), rules);
  }
  if (!(value instanceof Date)) throw new TypeError('a number, a moment or a duration is needed');
  return stored(rules.aware ? PyDateTime.fromDate(value) : naive(value), rules);
}

function naive(date: Date): PyDateTime {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return PyDateTime.fromDate(local, null);
}

/**
 * Seconds until the session ends, counted from `modification`; negative once it has ended.
 * @param expiry what is stored as `_session_expiry`
 * @throws {ValueError} text that is no moment
 * @throws {TypeError} of another type
 */
export function age(expiry: unknown, rules: ExpiryRules, modification: Date): number {
  // None, and 0 of sessions that end with the browser.
  if (expiry === undefined || expiry === null || expiry === 0) return rules.cookieAge;
  if (typeof expiry === 'number') return expiry;
  const moment = momentOf(expiry);
  return Math.floor((moment.getTime() - modification.getTime()) / 1000);
}

/** The moment at which the session ends. @throws as `age` */
export function date(expiry: unknown, rules: ExpiryRules, modification: Date): Date {
  if (typeof expiry === 'object' && expiry !== null) return momentOf(expiry);
  if (typeof expiry === 'string') return momentOf(expiry);
  return new Date(modification.getTime() + age(expiry, rules, modification) * 1000);
}

function momentOf(expiry: unknown): Date {
  if (expiry instanceof Date) return expiry;
  if (expiry instanceof PyDateTime) return expiry.toDate();
  if (typeof expiry !== 'string') throw new TypeError('_session_expiry is no number or moment');
  const moment = new Date(ISO.test(expiry) ? expiry : NaN);
  if (Number.isNaN(moment.getTime())) {
    throw new ValueError(`Invalid isoformat string: ${repr(expiry, 100)}`);
  }
  return moment;
}
