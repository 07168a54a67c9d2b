// Time zones: what their offset from UTC is, where that can be known without Python.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { plain, PyGlobal, PyObject } from '../types';
import { PyTimezone } from './timedelta';

/** zoneinfo.ZoneInfo: a zone of the IANA database by its key. */
export class PyZoneInfo {
  /** The form it was read in, replayed while it is written back. */
  readonly form: PyObject | undefined;

  constructor(
    readonly key: string,
    form?: PyObject,
  ) {
    this.form = form;
  }

  toString(): string {
    return this.key;
  }

  toJSON(): string {
    return this.key;
  }

  [inspect.custom](): string {
    return `zoneinfo.ZoneInfo(key=${inspect(this.key)})`;
  }
}

/** A zone of pytz or dateutil, held as it was read: pytz pickles the offset that applied, dateutil its file. */
export class PyFixedZone {
  constructor(
    /** Name of the zone, or of its file. */
    readonly name: string,
    /** Seconds east of UTC; undefined where only Python can tell. */
    readonly utcoffset: number | undefined,
    readonly form: PyObject,
  ) {}

  toString(): string {
    return this.name;
  }

  toJSON(): string {
    return this.name;
  }

  [inspect.custom](): string {
    return `${this.form.module}(${inspect(this.name)})`;
  }
}

/** Which of two equal wall-clock times is meant, when clocks are set back: 1 is the second. */
export type Fold = 0 | 1;

/** A Python tzinfo. */
export type TimeZone = PyTimezone | PyZoneInfo | PyFixedZone | PyObject;

export function isTimeZone(value: unknown): value is TimeZone {
  return (
    value instanceof PyTimezone ||
    value instanceof PyZoneInfo ||
    value instanceof PyFixedZone ||
    value instanceof PyObject
  );
}

/**
 * Seconds east of UTC of a local time; undefined where that is not known.
 * @param local the local time's fields read as UTC, in milliseconds; undefined for a time without a day
 */
export function offsetOf(
  zone: TimeZone,
  local: number | undefined,
  fold: Fold,
): number | undefined {
  if (zone instanceof PyTimezone) return zone.offset.totalSeconds();
  if (zone instanceof PyFixedZone) return zone.utcoffset;
  if (zone instanceof PyZoneInfo && local !== undefined) return ianaOffset(zone.key, local, fold);
  return undefined;
}

export function zoneRepr(zone: TimeZone): string {
  return zone instanceof PyObject ? `${zone.module}.${zone.name}(...)` : inspect(zone);
}

const HALF_DAY_MS = 12 * 3600 * 1000;

/** By the platform's own copy of the database; undefined for a key that it does not have. */
function ianaOffset(key: string, local: number, fold: Fold): number | undefined {
  // Offsets half a day before and after: they differ where the clocks are changed in between.
  const before = offsetAt(key, local - HALF_DAY_MS);
  const after = offsetAt(key, local + HALF_DAY_MS);
  if (before === undefined || after === undefined) return undefined;
  const fits = [before, after].filter((offset) => offsetAt(key, local - offset * 1000) === offset);
  // In a gap no offset fits: fold 0 means the one before, fold 1 the one after (PEP 495).
  const [first = before, second = fits.length === 0 ? after : first] = fits;
  return fold === 1 ? second : first;
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** Keys come from pickles: only so many formats are kept. */
const MAX_FORMATS = 64;

function offsetAt(key: string, utc: number): number | undefined {
  let format = formats.get(key);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: key,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      return undefined;
    }
    if (formats.size >= MAX_FORMATS) formats.clear();
    formats.set(key, format);
  }
  const parts = new Map(format.formatToParts(utc).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return Math.round((shown - Math.floor(utc / 1000) * 1000) / 1000);
}

function text(value: unknown): string | undefined {
  const string = plain(value);
  return typeof string === 'string' ? string : undefined;
}

// zoneinfo: getattr(zoneinfo.ZoneInfo, '_unpickle')(key, from_cache)
const ZONE_INFO: KnownClass<PyZoneInfo> = {
  module: 'zoneinfo',
  name: 'ZoneInfo._unpickle',
  type: PyZoneInfo,
  load(form) {
    const key = text(form.args[0]);
    return form.how === 'reduce' && form.args.length === 2 && key !== undefined
      ? new PyZoneInfo(key, form)
      : undefined;
  },
  // A bound class method, which Python pickles as a call of getattr, anew each time.
  dump: ({ key, form }) =>
    new PyObject(
      PyObject.call('builtins', 'getattr', new PyGlobal('zoneinfo', 'ZoneInfo'), '_unpickle'),
      [key, form?.args[1] ?? 1],
    ),
};

/** Zones that are kept as read; `read` gives name and offset. */
function keptZone(
  module: string,
  name: string,
  aliases: readonly (readonly [string, string])[],
  read: (form: PyObject) => readonly [name: string, utcoffset: number | undefined] | undefined,
): KnownClass<PyFixedZone> {
  return {
    module,
    name,
    aliases,
    type: PyFixedZone,
    load(form) {
      const zone = read(form);
      return zone === undefined ? undefined : new PyFixedZone(zone[0], zone[1], form);
    },
    // BUILD (dateutil's long state) goes to the form, which is replayed.
    build: () => false,
    dump: ({ form }) => form,
  };
}

function seconds(value: unknown): number | undefined {
  const number = plain(value);
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export const ZONES: readonly KnownClass[] = [
  ZONE_INFO,
  keptZone('pytz', '_UTC', [], () => ['UTC', 0]),
  // pytz._p(name, utcoffset, dst, tzname): the offset that the zone has applied; name alone: a static zone
  keptZone('pytz', '_p', [], ({ args }) => {
    const name = text(args[0]);
    return name === undefined ? undefined : [name, seconds(args[1])];
  }),
  keptZone('dateutil.tz.tz', 'tzutc', [['dateutil.tz', 'tzutc']], () => ['UTC', 0]),
] as readonly KnownClass[];
