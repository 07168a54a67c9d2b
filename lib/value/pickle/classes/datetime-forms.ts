// How date, time and datetime stand in a pickle: a few bytes, and the time zone.
import type { KnownClass } from '../contract';
import { exactItems } from '../slots';
import { Py2Str } from '../exact';
import { bytesOf, PyObject } from '../types';
import { PyDate, PyDateTime, PyTime } from './datetime';
import { attempt } from './form';
import { isTimeZone, type TimeZone } from './zones';

const FOLD = 0x80;

/** The bytes of an argument, if they are exactly so many: nothing else is what datetime pickles. */
function fixedBytes(value: unknown, length: number): Buffer | undefined {
  // Longer ones are not even copied.
  const size = value instanceof Py2Str ? value.latin1.length : sizeOf(value);
  return size === length ? bytesOf(value) : undefined;
}

function sizeOf(value: unknown): number | undefined {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : undefined;
}

/** A tzinfo argument: undefined where it is none that Python would take. */
function zoneArgument(args: readonly unknown[]): TimeZone | null | undefined {
  if (args.length < 2) return null;
  const zone = args[1];
  return zone === null || isTimeZone(zone) ? zone : undefined;
}

/** Values that Python 2 wrote, whose bytes are its `str`; by protocol 2 they are written back so. */
const python2Forms = new WeakMap<object, PyObject>();

/** Notes the form of a value that was read from Python 2's. */
function keepForm<T extends object>(value: T | undefined, form: PyObject): T | undefined {
  const isPython2 = exactItems(form.args)[0] instanceof Py2Str;
  if (value !== undefined && isPython2) python2Forms.set(value, form);
  return value;
}

/** Python 3 takes bytes only, where the pickle is one that Python 2 cannot read anyway. */
function formOf(value: object, protocol: number): PyObject | undefined {
  return protocol < 3 ? python2Forms.get(value) : undefined;
}

// datetime(10 bytes: year BE2, month (fold: | 0x80), day, hour, minute, second, microsecond BE3[, tzinfo])
const DATETIME: KnownClass<PyDateTime> = {
  module: 'datetime',
  name: 'datetime',
  type: PyDateTime,
  load(form) {
    const { how, args } = form;
    const bytes = how === 'reduce' ? fixedBytes(args[0], 10) : undefined;
    const zone = zoneArgument(args);
    if (bytes === undefined || zone === undefined || args.length > 2) return undefined;
    const month = bytes.readUInt8(2);
    const made = attempt(
      () =>
        new PyDateTime(
          bytes.readUInt16BE(0),
          month & ~FOLD,
          bytes.readUInt8(3),
          bytes.readUInt8(4),
          bytes.readUInt8(5),
          bytes.readUInt8(6),
          bytes.readUIntBE(7, 3),
          zone,
          month >= FOLD ? 1 : 0,
        ),
    );
    return keepForm(made, form);
  },
  dump(value, { protocol }) {
    const bytes = Buffer.alloc(10);
    bytes.writeUInt16BE(value.year, 0);
    // Below protocol 4 Python forgets fold.
    bytes[2] = value.month | (value.fold === 1 && protocol >= 4 ? FOLD : 0);
    bytes.set([value.day, value.hour, value.minute, value.second], 3);
    bytes.writeUIntBE(value.microsecond, 7, 3);
    return formOf(value, protocol) ?? call('datetime', bytes, value.tzinfo);
  },
};

// date(4 bytes: year BE2, month, day)
const DATE: KnownClass<PyDate> = {
  module: 'datetime',
  name: 'date',
  type: PyDate,
  load(form) {
    const { how, args } = form;
    const bytes = how === 'reduce' && args.length === 1 ? fixedBytes(args[0], 4) : undefined;
    if (bytes === undefined) return undefined;
    const [month, day] = [bytes.readUInt8(2), bytes.readUInt8(3)];
    return keepForm(
      attempt(() => new PyDate(bytes.readUInt16BE(0), month, day)),
      form,
    );
  },
  dump(value, { protocol }) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt16BE(value.year, 0);
    bytes.set([value.month, value.day], 2);
    return formOf(value, protocol) ?? call('date', bytes, null);
  },
};

// time(6 bytes: hour (fold: | 0x80), minute, second, microsecond BE3[, tzinfo])
const TIME: KnownClass<PyTime> = {
  module: 'datetime',
  name: 'time',
  type: PyTime,
  load(form) {
    const { how, args } = form;
    const bytes = how === 'reduce' ? fixedBytes(args[0], 6) : undefined;
    const zone = zoneArgument(args);
    if (bytes === undefined || zone === undefined || args.length > 2) return undefined;
    const hour = bytes.readUInt8(0);
    const made = attempt(
      () =>
        new PyTime(
          hour & ~FOLD,
          bytes.readUInt8(1),
          bytes.readUInt8(2),
          bytes.readUIntBE(3, 3),
          zone,
          hour >= FOLD ? 1 : 0,
        ),
    );
    return keepForm(made, form);
  },
  dump(value, { protocol }) {
    const bytes = Buffer.alloc(6);
    bytes[0] = value.hour | (value.fold === 1 && protocol >= 4 ? FOLD : 0);
    bytes.set([value.minute, value.second], 1);
    bytes.writeUIntBE(value.microsecond, 3, 3);
    return formOf(value, protocol) ?? call('time', bytes, value.tzinfo);
  },
};

/** A Date is an aware datetime in UTC. */
const JS_DATE: KnownClass<Date> = {
  module: 'datetime',
  name: 'datetime',
  type: Date,
  dump: (value, context) =>
    DATETIME.dump?.(PyDateTime.fromDate(value), context) ?? PyObject.call('datetime', 'datetime'),
};

function call(name: string, bytes: Buffer, zone: TimeZone | null): PyObject {
  return zone === null
    ? PyObject.call('datetime', name, bytes)
    : PyObject.call('datetime', name, bytes, zone);
}

/** A Date is found by its prototype; the name stands for PyDateTime, which comes after it. */
export const DATETIMES: readonly KnownClass[] = [
  JS_DATE,
  DATETIME,
  DATE,
  TIME,
] as readonly KnownClass[];
