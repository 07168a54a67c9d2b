// Python's timedelta and timezone: durations and fixed offsets from UTC.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { plain, PyObject } from '../types';

const SECONDS_PER_DAY = 86_400;
const MICROSECONDS = 1_000_000;
const MAX_DAYS = 999_999_999;

/** A duration: days, seconds (0 to 86399) and microseconds (0 to 999999), normalized as in Python. */
export class PyTimedelta {
  readonly days: number;
  readonly seconds: number;
  readonly microseconds: number;

  /** @throws {RangeError} more than 999999999 days @throws {TypeError} not whole numbers */
  constructor(days = 0, seconds = 0, microseconds = 0) {
    for (const part of [days, seconds, microseconds]) {
      if (!Number.isSafeInteger(part)) throw new TypeError('a timedelta is made of whole numbers');
    }
    const wholeSeconds = seconds + Math.floor(microseconds / MICROSECONDS);
    this.microseconds = modulo(microseconds, MICROSECONDS);
    this.seconds = modulo(wholeSeconds, SECONDS_PER_DAY);
    this.days = days + Math.floor(wholeSeconds / SECONDS_PER_DAY);
    if (Math.abs(this.days) > MAX_DAYS) {
      throw new RangeError(`days=${this.days}; must have magnitude <= ${MAX_DAYS}`);
    }
  }

  /** From milliseconds, with a fraction. */
  static fromMilliseconds(ms: number): PyTimedelta {
    return new PyTimedelta(0, 0, Math.round(ms * 1000));
  }

  /** Seconds, with a fraction, as Python's total_seconds(). */
  totalSeconds(): number {
    return this.days * SECONDS_PER_DAY + this.seconds + this.microseconds / MICROSECONDS;
  }

  /** Seconds, for arithmetic. */
  valueOf(): number {
    return this.totalSeconds();
  }

  toJSON(): number {
    return this.totalSeconds();
  }

  /** As Python: `1 day, 2:03:04.000005`. */
  toString(): string {
    const { days, seconds, microseconds } = this;
    const clock = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    const fraction = microseconds === 0 ? '' : `.${six(microseconds)}`;
    const front = days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `;
    return front + clock + fraction;
  }

  [inspect.custom](): string {
    const parts = Object.entries({
      days: this.days,
      seconds: this.seconds,
      microseconds: this.microseconds,
    }).filter(([, value]) => value !== 0);
    const text = parts.map(([name, value]) => `${name}=${value}`).join(', ');
    return `datetime.timedelta(${text === '' ? '0' : text})`;
  }
}

/** A fixed offset from UTC: datetime.timezone. */
export class PyTimezone {
  /** Of local time from UTC. */
  readonly offset: PyTimedelta;
  /** Undefined where Python was given none. */
  readonly name: string | undefined;

  static readonly utc = new PyTimezone(new PyTimedelta());

  /** @throws {RangeError} a day or more */
  constructor(offset: PyTimedelta, name?: string) {
    if (Math.abs(offset.totalSeconds()) >= SECONDS_PER_DAY) {
      throw new RangeError('offset must be a timedelta strictly between -24 and 24 hours');
    }
    this.offset = offset;
    this.name = name;
  }

  /** As Python: the name, or `UTC+02:00`. */
  toString(): string {
    if (this.name !== undefined) return this.name;
    return this.offset.totalSeconds() === 0
      ? 'UTC'
      : `UTC${offsetText(this.offset.totalSeconds())}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    if (this.name === undefined && this.offset.totalSeconds() === 0) return 'datetime.timezone.utc';
    const name = this.name === undefined ? '' : `, ${inspect(this.name)}`;
    return `datetime.timezone(${inspect(this.offset)}${name})`;
  }
}

function modulo(value: number, by: number): number {
  const rest = value % by;
  return rest < 0 ? rest + by : rest + 0;
}

export function two(value: number): string {
  return String(value).padStart(2, '0');
}

export function six(value: number): string {
  return String(value).padStart(6, '0');
}

/** `+02:00`, with seconds and microseconds where there are any. */
export function offsetText(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const micro = Math.round((Math.abs(seconds) - whole) * MICROSECONDS);
  const rest = whole % 60 !== 0 || micro !== 0 ? `:${two(whole % 60)}` : '';
  const fraction = micro === 0 ? '' : `.${six(micro)}`;
  const sign = seconds < 0 ? '-' : '+';
  return `${sign}${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}${rest}${fraction}`;
}

function int(value: unknown): number | undefined {
  const number = plain(value);
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

/** Makes an instance, or leaves the form alone where a field is out of range: Python raises there. */
export function tryMake<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

// timedelta(days, seconds, microseconds)
const TIMEDELTA: KnownClass<PyTimedelta> = {
  module: 'datetime',
  name: 'timedelta',
  type: PyTimedelta,
  load({ how, args }) {
    const [days, seconds, microseconds] = args.map(int);
    if (how !== 'reduce' || args.length !== 3) return undefined;
    if (days === undefined || seconds === undefined || microseconds === undefined) return undefined;
    const value = tryMake(() => new PyTimedelta(days, seconds, microseconds));
    // Only what Python writes, which is normalized, comes back the same.
    return value?.seconds === seconds && value.microseconds === microseconds ? value : undefined;
  },
  dump: ({ days, seconds, microseconds }) =>
    PyObject.call('datetime', 'timedelta', days, seconds, microseconds),
};

// timezone(timedelta[, name])
const TIMEZONE: KnownClass<PyTimezone> = {
  module: 'datetime',
  name: 'timezone',
  type: PyTimezone,
  load({ how, args }) {
    const [offset, name] = args;
    if (how !== 'reduce' || args.length > 2 || !(offset instanceof PyTimedelta)) return undefined;
    if (args.length === 2 && typeof name !== 'string') return undefined;
    return tryMake(() => new PyTimezone(offset, name as string | undefined));
  },
  dump: ({ offset, name }) =>
    name === undefined
      ? PyObject.call('datetime', 'timezone', offset)
      : PyObject.call('datetime', 'timezone', offset, name),
};

export const TIMEDELTAS: readonly KnownClass[] = [TIMEDELTA, TIMEZONE] as readonly KnownClass[];
