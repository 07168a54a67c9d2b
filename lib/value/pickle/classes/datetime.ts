// Python's date, time and datetime, with every field that Python holds.
import { inspect } from 'node:util';
import { pyKey } from '../equality';
import { pyRepr, repr, Shown, type Part, type Repr } from '../repr';
import { PyTuple } from '../types';
import { KeyTag } from './form';
import { offsetText, PyTimezone, six, two } from './timedelta';
import { offsetOf, type Fold, type TimeZone } from './zones';

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A day: year 1 to 9999. */
export class PyDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;

  /** @throws {RangeError} no such day */
  constructor(year: number, month: number, day: number) {
    if (!isDay(year, month, day)) throw new RangeError(`no such day: ${year}-${month}-${day}`);
    this.year = year;
    this.month = month;
    this.day = day;
  }

  /** The day of a Date in UTC. */
  static fromDate(date: Date): PyDate {
    return new PyDate(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
  }

  /** Midnight UTC of this day. */
  toDate(): Date {
    return new Date(utcMilliseconds(this.year, this.month, this.day, 0, 0, 0));
  }

  /** As Python: `2024-01-02`. */
  toString(): string {
    return dateText(this.year, this.month, this.day);
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    return { parts: [`datetime.date(${this.year}, ${this.month}, ${this.day})`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  [pyKey](): unknown {
    return PyTuple.of<unknown>(DATE_TAG, this.year, this.month, this.day);
  }
}

/** A time of day, maybe with a time zone. */
export class PyTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  readonly tzinfo: TimeZone | null;
  readonly fold: Fold;

  /** @throws {RangeError} no such time */
  constructor(
    hour = 0,
    minute = 0,
    second = 0,
    microsecond = 0,
    tzinfo: TimeZone | null = null,
    fold: Fold = 0,
  ) {
    if (!isTimeOfDay(hour, minute, second, microsecond))
      throw new RangeError('no such time of day');
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.microsecond = microsecond;
    this.tzinfo = tzinfo;
    this.fold = fold;
  }

  /** As Python: `03:04:05.000006+02:00`. */
  toString(): string {
    return clockText(this) + zoneText(this.tzinfo, undefined);
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    const parts = [this.hour, this.minute];
    if (this.second !== 0 || this.microsecond !== 0) parts.push(this.second);
    if (this.microsecond !== 0) parts.push(this.microsecond);
    return { parts: [`datetime.time(${parts.join(', ')}`, ...tailParts(this)] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** Aware times are equal where their UTC times are. */
  [pyKey](): unknown {
    const offset = this.tzinfo === null ? undefined : offsetOf(this.tzinfo, undefined, this.fold);
    const { hour, minute, second, microsecond } = this;
    const micros = ((hour * 60 + minute) * 60 + second) * MICROSECONDS + microsecond;
    if (offset === undefined) return PyTuple.of<unknown>(TIME_TAG, micros);
    return PyTuple.of<unknown>(TIME_TAG, 'UTC', micros - Math.round(offset * MICROSECONDS));
  }
}

/** A day and a time, maybe with a time zone. */
export class PyDateTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  /** Null: naive. A PyTimezone, PyZoneInfo or PyFixedZone; any other Python class as a PyObject. */
  readonly tzinfo: TimeZone | null;
  readonly fold: Fold;

  /** @throws {RangeError} no such day or time */
  constructor(
    year: number,
    month: number,
    day: number,
    hour = 0,
    minute = 0,
    second = 0,
    microsecond = 0,
    tzinfo: TimeZone | null = null,
    fold: Fold = 0,
  ) {
    if (!isDay(year, month, day)) throw new RangeError(`no such day: ${year}-${month}-${day}`);
    if (!isTimeOfDay(hour, minute, second, microsecond))
      throw new RangeError('no such time of day');
    this.year = year;
    this.month = month;
    this.day = day;
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.microsecond = microsecond;
    this.tzinfo = tzinfo;
    this.fold = fold;
  }

  /**
   * The moment of a Date as an aware datetime in UTC, or in a fixed zone.
   * @throws {RangeError} an invalid Date, or a year that Python does not have
   */
  static fromDate(date: Date, zone: PyTimezone | null = PyTimezone.utc): PyDateTime {
    const shift = zone === null ? 0 : zone.offset.totalSeconds() * 1000;
    const local = new Date(date.getTime() + shift);
    if (Number.isNaN(local.getTime())) throw new RangeError('an invalid Date');
    return new PyDateTime(
      local.getUTCFullYear(),
      local.getUTCMonth() + 1,
      local.getUTCDate(),
      local.getUTCHours(),
      local.getUTCMinutes(),
      local.getUTCSeconds(),
      local.getUTCMilliseconds() * 1000,
      zone,
    );
  }

  /**
   * The moment, to the millisecond. A naive datetime is taken as local time, as Python's timestamp() does, or as UTC on request.
   * @throws {TypeError} a time zone of a class whose offset is not known
   */
  toDate({ naive = 'local' }: { naive?: 'local' | 'utc' } = {}): Date {
    const { year, month, day, hour, minute, second, tzinfo } = this;
    const ms = Math.floor(this.microsecond / 1000);
    if (tzinfo === null && naive === 'local') {
      const local = new Date(2000, month - 1, day, hour, minute, second, ms);
      local.setFullYear(year, month - 1, day);
      return local;
    }
    const utc = utcMilliseconds(year, month, day, hour, minute, second) + ms;
    if (tzinfo === null) return new Date(utc);
    const offset = offsetOf(tzinfo, utc, this.fold);
    if (offset === undefined) throw new TypeError(`the offset of ${repr(tzinfo)} is not known`);
    return new Date(utc - offset * 1000);
  }

  /** As Python: `2024-01-02 03:04:05.000006+02:00`. */
  toString(): string {
    return `${dateText(this.year, this.month, this.day)} ${clockText(this)}${this.#zoneText()}`;
  }

  /** As Python's isoformat(). */
  toJSON(): string {
    return this.toString().replace(' ', 'T');
  }

  #zoneText(): string {
    const { year, month, day, hour, minute, second } = this;
    return zoneText(
      this.tzinfo,
      utcMilliseconds(year, month, day, hour, minute, second),
      this.fold,
    );
  }

  [pyRepr](): Repr {
    const parts = [this.year, this.month, this.day, this.hour, this.minute];
    if (this.second !== 0 || this.microsecond !== 0) parts.push(this.second);
    if (this.microsecond !== 0) parts.push(this.microsecond);
    return { parts: [`datetime.datetime(${parts.join(', ')}`, ...tailParts(this)] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** Aware datetimes are equal where their moments are; one in a zone of an unknown class only to those in that zone. */
  [pyKey](): unknown {
    const { year, month, day, hour, minute, second, microsecond, tzinfo, fold } = this;
    const local = utcMilliseconds(year, month, day, hour, minute, second);
    const offset = tzinfo === null ? undefined : offsetOf(tzinfo, local, fold);
    if (offset === undefined) return PyTuple.of<unknown>(DATETIME_TAG, local, microsecond, tzinfo);
    const micros = microsecond - Math.round(offset * MICROSECONDS);
    return PyTuple.of<unknown>(DATETIME_TAG, 'UTC', BigInt(local) * 1000n + BigInt(micros));
  }
}

const MICROSECONDS = 1_000_000;
const DATE_TAG = new KeyTag('date');
const TIME_TAG = new KeyTag('time');
const DATETIME_TAG = new KeyTag('datetime');

// --- checks --------------------------------------------------------------------------------------

function isDay(year: number, month: number, day: number): boolean {
  if (!isIn(year, 1, 9999) || !isIn(month, 1, 12)) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && !isLeap ? 28 : (DAYS_IN_MONTH[month - 1] ?? 0);
  return isIn(day, 1, days);
}

function isTimeOfDay(hour: number, minute: number, second: number, microsecond: number): boolean {
  return (
    isIn(hour, 0, 23) && isIn(minute, 0, 59) && isIn(second, 0, 59) && isIn(microsecond, 0, 999_999)
  );
}

function isIn(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

// --- text ----------------------------------------------------------------------------------------

function dateText(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

interface ClockFields {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

function clockText({ hour, minute, second, microsecond }: ClockFields): string {
  const fraction = microsecond === 0 ? '' : `.${six(microsecond)}`;
  return `${two(hour)}:${two(minute)}:${two(second)}${fraction}`;
}

function zoneText(zone: TimeZone | null, utc: number | undefined, fold: Fold = 0): string {
  const offset = zone === null ? undefined : offsetOf(zone, utc, fold);
  return offset === undefined ? '' : offsetText(offset);
}

/** `, fold=1, tzinfo=...)` */
function tailParts({ tzinfo, fold }: { tzinfo: TimeZone | null; fold: Fold }): Part[] {
  const front = fold === 0 ? '' : ', fold=1';
  return tzinfo === null ? [`${front})`] : [`${front}, tzinfo=`, new Shown(tzinfo), ')'];
}

/** Milliseconds since the epoch of these fields read as UTC; Date.UTC maps years below 100 to 19xx. */
function utcMilliseconds(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}
