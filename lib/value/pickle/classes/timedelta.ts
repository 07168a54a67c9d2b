// Python's timedelta and timezone: durations and fixed offsets from UTC.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import { pyRepr, repr, Shown, strRepr, type Repr } from '../repr';
import { PyObject, PyTuple } from '../types';
import { asRead, attempt, intOf, KeyTag, textOf } from './form';

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

  [pyRepr](): Repr {
    const parts = Object.entries({
      days: this.days,
      seconds: this.seconds,
      microseconds: this.microseconds,
    }).filter(([, value]) => value !== 0);
    const text = parts.map(([name, value]) => `${name}=${value}`).join(', ');
    return { parts: [`datetime.timedelta(${text === '' ? '0' : text})`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  [pyKey](): unknown {
    return PyTuple.of<unknown>(TIMEDELTA_TAG, this.days, this.seconds, this.microseconds);
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

  [pyRepr](): Repr {
    const { name, offset } = this;
    if (name === undefined && offset.totalSeconds() === 0)
      return { parts: ['datetime.timezone.utc'] };
    const tail = name === undefined ? ')' : `, ${strRepr(name)})`;
    return { parts: ['datetime.timezone(', new Shown(offset), tail] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** Equal where the offsets are, whatever the names. */
  [pyKey](): unknown {
    return PyTuple.of<unknown>(TIMEZONE_TAG, this.offset);
  }
}

const TIMEDELTA_TAG = new KeyTag('timedelta');
const TIMEZONE_TAG = new KeyTag('timezone');

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

/** A field of a timedelta; undefined for what is none. */
function field(value: unknown): number | undefined {
  const int = intOf(value);
  return int === undefined ? undefined : Number(int);
}

// timedelta(days, seconds, microseconds)
const TIMEDELTA: KnownClass<PyTimedelta> = {
  module: 'datetime',
  name: 'timedelta',
  type: PyTimedelta,
  load(form) {
    const [days, seconds, microseconds] = form.args.map(field);
    if (form.how !== 'reduce' || form.args.length !== 3) return undefined;
    if (days === undefined || seconds === undefined || microseconds === undefined) return undefined;
    const delta = attempt(() => new PyTimedelta(days, seconds, microseconds));
    return delta && asRead(delta, form);
  },
  dump: ({ days, seconds, microseconds }) =>
    PyObject.call('datetime', 'timedelta', days, seconds, microseconds),
};

// timezone(timedelta[, name])
const TIMEZONE: KnownClass<PyTimezone> = {
  module: 'datetime',
  name: 'timezone',
  type: PyTimezone,
  load(form) {
    const [offset, given] = form.args;
    const name = textOf(given);
    if (form.how !== 'reduce' || form.args.length > 2) return undefined;
    if (!(offset instanceof PyTimedelta)) return undefined;
    if (form.args.length === 2 && name === undefined) return undefined;
    const zone = attempt(() => new PyTimezone(offset, name));
    return zone && asRead(zone, form);
  },
  dump: ({ offset, name }) =>
    name === undefined
      ? PyObject.call('datetime', 'timezone', offset)
      : PyObject.call('datetime', 'timezone', offset, name),
};

export const TIMEDELTAS: readonly KnownClass[] = [TIMEDELTA, TIMEZONE] as readonly KnownClass[];
