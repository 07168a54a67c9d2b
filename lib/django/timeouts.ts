// Django's timeouts: seconds from now, None for ever, 0 at once, as memcached takes them.

import { OverflowError } from '../errors';
import { secondsText, type Time } from '../clients/shared/numbers';

/** Seconds, a fraction is cut off; null: for ever; 0 or less: expired at once. */
export type Timeout = Time | null;

/** TIMEOUT when the settings have none, or one that is no number. */
const DEFAULT_SECONDS = 300;
/** Longer times are Unix times to memcached. */
const THIRTY_DAYS = 2_592_000;

/**
 * TIMEOUT of the settings: `int(timeout)`, or 300 where that fails.
 * @throws {OverflowError} infinity
 */
export function default_timeout(setting: unknown = DEFAULT_SECONDS): number | null {
  if (setting === null) return null;
  if (typeof setting === 'string') {
    return /^\s*[+-]?\d+(_\d+)*\s*$/.test(setting)
      ? Number(setting.replaceAll('_', ''))
      : DEFAULT_SECONDS;
  }
  try {
    return Number(secondsText(setting));
  } catch (error) {
    if (error instanceof OverflowError) throw error;
    return DEFAULT_SECONDS;
  }
}

/**
 * get_backend_timeout: what a timeout is to memcached.
 * @param now milliseconds since 1970
 * @throws {TypeError} no number @throws {ValueError} NaN @throws {OverflowError} infinity
 */
export function get_backend_timeout(timeout: Timeout, now: number): number {
  if (timeout === null) return 0;
  const whole = Number(secondsText(timeout));
  // 0 is "never" to memcached.
  if (whole === 0) return -1;
  const isLong = Number(timeout) > THIRTY_DAYS;
  return isLong ? whole + Math.floor(now / 1000) : whole;
}
