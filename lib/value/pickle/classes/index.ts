// The standard classes: every Python class that has a JavaScript class of its own.
import type { KnownClass } from '../contract';
import { DATETIMES } from './datetime';
import { TIMEDELTAS } from './timedelta';
import { ZONES } from './zones';

export { PyDate, PyDateTime, PyTime } from './datetime';
export { PyTimedelta, PyTimezone } from './timedelta';
export { PyFixedZone, PyZoneInfo, type Fold, type TimeZone } from './zones';

/** Tables of the files of this folder. */
export const STANDARD: readonly KnownClass[] = [...DATETIMES, ...TIMEDELTAS, ...ZONES];
