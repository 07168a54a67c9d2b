// Time zones: what their offset from UTC is, where that can be known without Python.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import { pyRepr, repr, strRepr, type Repr } from '../repr';
import { PyGlobal, PyObject, PyTuple } from '../types';
import { asRead, intOf, KeyTag, named, textOf } from './form';
import { PyTimedelta, PyTimezone } from './timedelta';

const TAG = new KeyTag('zone');

/** zoneinfo.ZoneInfo: a zone of the IANA database by its key. */
export class PyZoneInfo {
  constructor(readonly key: string) {}

  toString(): string {
    return this.key;
  }

  toJSON(): string {
    return this.key;
  }

  [pyRepr](): Repr {
    return { parts: [`zoneinfo.ZoneInfo(key=${strRepr(this.key)})`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** One object for each key in Python, as long as its cache is used. */
  [pyKey](): unknown {
    return PyTuple.of<unknown>(TAG, 'zoneinfo', this.key);
  }
}

/** What is known of a zone of pytz or dateutil. */
export interface ZoneFields {
  /** Name of the zone, or of its file; '' where it has none. */
  readonly name: string;
  /** Seconds east of UTC; undefined where it depends on the time. */
  readonly utcoffset?: number | undefined;
  /** Its key in the IANA database, where the offset is to be found there. */
  readonly key?: string | undefined;
  /** As Python shows it. */
  readonly repr: string;
}

/**
 * A zone of pytz or dateutil, held as it was read: pytz pickles the offset that applied, dateutil the name of
 * a file with all its transitions.
 */
export class PyFixedZone {
  #fields: ZoneFields;

  constructor(
    fields: ZoneFields,
    readonly form: PyObject,
  ) {
    this.#fields = fields;
  }

  /** pytz.utc, which many pickles of Django before 4 hold: one object, as in Python. */
  static pytzUtc(): PyFixedZone {
    return pytzUtc;
  }

  /**
   * `pytz.FixedOffset(minutes)`; of 0 it is pytz.utc.
   * @param minutes east of UTC, less than a day
   * @throws {RangeError} no whole number of minutes, or a day and more
   */
  static pytzOffset(minutes: number): PyFixedZone {
    checkOffset(minutes, 60);
    if (minutes === 0) return pytzUtc;
    return new PyFixedZone(minutesEast(minutes), PyObject.call('pytz', 'FixedOffset', minutes));
  }

  /** dateutil's `tz.tzutc()`: one object, as in Python. */
  static dateutilUtc(): PyFixedZone {
    return dateutilUtc;
  }

  /**
   * dateutil's `tz.tzoffset(name, seconds)`.
   * @param seconds east of UTC, less than a day
   * @throws {RangeError} no whole number of seconds, or a day and more
   */
  static dateutilOffset(name: string | null, seconds: number): PyFixedZone {
    checkOffset(seconds, 1);
    const form = newZone('tzoffset');
    form.state = { _name: name, _offset: new PyTimedelta(0, seconds) };
    return new PyFixedZone(secondsEast(name, seconds), form);
  }

  /** Takes what a state says beside the call. */
  static update(zone: PyFixedZone, fields: ZoneFields): void {
    zone.#fields = fields;
  }

  /** The zone's name, where it has one. */
  get name(): string {
    return this.#fields.name;
  }

  /** Seconds east of UTC; undefined where it depends on the time. */
  get utcoffset(): number | undefined {
    return this.#fields.utcoffset;
  }

  /** Its key in the IANA database, where the offset is to be found there. */
  get key(): string | undefined {
    return this.#fields.key;
  }

  /** As Python: pytz gives the name, dateutil the repr. */
  toString(): string {
    const isNamed = this.form.module === 'pytz' && this.name !== '';
    return isNamed ? this.name : this.#fields.repr;
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    return { parts: [this.#fields.repr] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  [pyKey](): unknown {
    return PyTuple.of<unknown>(TAG, this.form.module, this.#fields.repr);
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
  if (zone instanceof PyFixedZone && zone.utcoffset !== undefined) return zone.utcoffset;
  if (zone instanceof PyObject || zone.key === undefined || local === undefined) return undefined;
  return ianaOffset(zone.key, local, fold);
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

/** Seconds. */
const DAY = 86_400;

/** Longer than any name of a zone or path of its file. */
const MAX_NAME = 300;

/** A name of a zone or file; undefined for what is none. */
function nameOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && text.length <= MAX_NAME ? text : undefined;
}

function unpickleMethod(): PyGlobal {
  return new PyGlobal('zoneinfo', 'ZoneInfo._unpickle', undefined, true);
}

// zoneinfo: getattr(zoneinfo.ZoneInfo, '_unpickle')(key, from_cache)
const ZONE_INFO: KnownClass<PyZoneInfo> = {
  module: 'zoneinfo',
  name: 'ZoneInfo._unpickle',
  type: PyZoneInfo,
  load(form) {
    const key = nameOf(form.args[0]);
    if (form.how !== 'reduce' || form.args.length !== 2 || key === undefined) return undefined;
    // Below protocol 4 it was read as any dotted name: it is a method, of which each value has its own.
    form.callable = unpickleMethod();
    return asRead(new PyZoneInfo(key), form);
  },
  dump: ({ key }) => new PyObject(unpickleMethod(), [key, 1]),
};

// --- pytz ----------------------------------------------------------------------------------------

const PYTZ_UTC: ZoneFields = { name: 'UTC', utcoffset: 0, repr: '<UTC>' };

/** `_p(name, utcoffset, dst, tzname)`: the offset that applied; `_p(name)`: a zone that has only one. */
function pytzFields({ args }: PyObject): ZoneFields | undefined {
  const name = nameOf(args[0]);
  if (name === undefined) return undefined;
  const shown = strRepr(name);
  if (args.length === 1) return { name, key: name, repr: `<StaticTzInfo ${shown}>` };
  const [utcoffset, dst, tzname] = [secondsOf(args[1]), secondsOf(args[2]), nameOf(args[3])];
  if (args.length !== 4 || utcoffset === undefined || dst === undefined || tzname === undefined) {
    return undefined;
  }
  const offset = `${utcoffset > 0 ? '+' : ''}${new PyTimedelta(0, utcoffset).toString()}`;
  const repr = `<DstTzInfo ${shown} ${tzname}${offset} ${dst === 0 ? 'STD' : 'DST'}>`;
  return { name, utcoffset, repr };
}

/** Far above any zone's offset. */
const MAX_OFFSET = 7 * DAY;

function secondsOf(value: unknown): number | undefined {
  const seconds = Number(intOf(value) ?? NaN);
  return Math.abs(seconds) <= MAX_OFFSET ? seconds : undefined;
}

function fixedOffset({ args }: PyObject): ZoneFields | undefined {
  const minutes = secondsOf(args[0]);
  if (minutes === undefined || args.length !== 1) return undefined;
  return minutesEast(minutes);
}

function minutesEast(minutes: number): ZoneFields {
  return { name: '', utcoffset: minutes * 60, repr: `pytz.FixedOffset(${minutes})` };
}

// --- dateutil ------------------------------------------------------------------------------------

const DATEUTIL = 'dateutil.tz.tz';
const TZINFO = named('datetime', 'tzinfo');

/** Subclasses of datetime.tzinfo: protocols 0 and 1 rebuild them from a bare tzinfo, all others call `__new__`. */
function atProtocol(form: PyObject, protocol: number): PyObject {
  const { callable, args, how, base, ops } = form;
  if (base?.is('datetime', 'tzinfo') !== true || args.length !== (protocol < 2 ? 0 : 1))
    return form;
  const value = protocol < 2 ? [PyObject.call('datetime', 'tzinfo')] : [];
  return new PyObject(callable, value, { how, base, ops });
}

function newZone(name: string): PyObject {
  return new PyObject(named(DATEUTIL, name), [], { how: 'newobj', base: TZINFO });
}

/** Where zone files are: the rest of their path is the key. */
const ZONE_FILES = /\/zoneinfo\/(?:posix\/|right\/)?(.+)$/;

/** `tzfile(None, path)` */
function tzFile({ args }: PyObject): ZoneFields | undefined {
  const name = nameOf(args[1]);
  if (name === undefined) return undefined;
  return { name, key: ZONE_FILES.exec(name)?.[1], repr: `tzfile(${strRepr(name)})` };
}

const TZ_UTC: ZoneFields = { name: 'UTC', utcoffset: 0, repr: 'tzutc()' };
const TZ_LOCAL: ZoneFields = { name: '', repr: 'tzlocal()' };
const TZ_OFFSET: ZoneFields = { name: '', repr: 'tzoffset(None, 0)' };

/** tzoffset's state: `{'_name': 'X', '_offset': timedelta}`. */
function tzOffset(state: unknown): ZoneFields | undefined {
  const [name, offset] = [nameOf(valueAt(state, '_name')), valueAt(state, '_offset')];
  if (!(offset instanceof PyTimedelta)) return undefined;
  return secondsEast(name, offset.totalSeconds());
}

function secondsEast(name: string | null | undefined, seconds: number): ZoneFields {
  const shown = name === null || name === undefined ? 'None' : strRepr(name);
  return { name: name ?? '', utcoffset: seconds, repr: `tzoffset(${shown}, ${seconds})` };
}

/** `dict[key]` */
function valueAt(dict: unknown, key: string): unknown {
  if (dict instanceof Map) return (dict as Map<unknown, unknown>).get(key);
  if (typeof dict !== 'object' || dict === null || !Object.hasOwn(dict, key)) return undefined;
  return Reflect.get(dict, key);
}

// --- made here and read ---------------------------------------------------------------------------

/** @throws {RangeError} not below a day, which no datetime allows */
function checkOffset(offset: number, unit: number): void {
  if (Number.isSafeInteger(offset) && Math.abs(offset * unit) < DAY) return;
  throw new RangeError(`a zone's offset must be whole and less than a day: ${offset}`);
}

const pytzUtc = new PyFixedZone(PYTZ_UTC, PyObject.call('pytz', '_UTC'));
const dateutilUtc = new PyFixedZone(TZ_UTC, newZone('tzutc'));

/** A zone that is kept as read, its state too. */
function keptZone(
  module: string,
  name: string,
  read: (form: PyObject) => ZoneFields | undefined,
  readState?: (state: unknown) => ZoneFields | undefined,
): KnownClass<PyFixedZone> {
  return {
    module,
    name,
    aliases: module === DATEUTIL ? [['dateutil.tz', name]] : [],
    type: PyFixedZone,
    load(form, { protocol }) {
      const fields = read(form);
      if (protocol >= 2 && form.how === 'newobj' && form.args.length === 0) form.base = TZINFO;
      return fields === undefined ? undefined : new PyFixedZone(fields, form);
    },
    build(zone, state) {
      const fields = readState?.(state);
      if (fields !== undefined) PyFixedZone.update(zone, fields);
      return false; // to be replayed
    },
    dump: ({ form }, { protocol }) => atProtocol(form, protocol),
  };
}

export const ZONES: readonly KnownClass[] = [
  ZONE_INFO,
  keptZone('pytz', '_UTC', () => PYTZ_UTC),
  keptZone('pytz', '_p', pytzFields),
  keptZone('pytz', 'FixedOffset', fixedOffset),
  keptZone(DATEUTIL, 'tzutc', () => TZ_UTC),
  keptZone(DATEUTIL, 'tzlocal', () => TZ_LOCAL),
  keptZone(DATEUTIL, 'tzoffset', () => TZ_OFFSET, tzOffset),
  keptZone(DATEUTIL, 'tzfile', tzFile),
] as readonly KnownClass[];
