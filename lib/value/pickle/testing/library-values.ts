// JavaScript's own values of other libraries' classes, by the Python expression of a row of fixtures/pickle/classes.json.
import {
  PyDateTime,
  PyFixedZone,
  PyLazyString,
  PyNumpyArray,
  PyNumpyDtype,
  PyNumpyScalar,
  PySafeString,
} from '../index';

/** Each made anew. */
export const LIBRARY_VALUES: readonly (readonly [row: string, make: () => unknown])[] = [
  ['numpy.int64(3)', () => PyNumpyScalar.of('i8', 3)],
  ['numpy.float64(1.0)', () => PyNumpyScalar.of('f8', 1)],
  ['numpy.float32(0.5)', () => PyNumpyScalar.of('f4', 0.5)],
  ['numpy.bool_(True)', () => PyNumpyScalar.of('b1', true)],
  ['numpy.uint8(255)', () => PyNumpyScalar.of('u1', 255)],
  ["numpy.dtype('f8')", () => PyNumpyDtype.of('f8')],
  ['numpy.array([1, 2, 3])', () => PyNumpyArray.from(BigInt64Array.of(1n, 2n, 3n))],
  [
    'numpy.array([[1.5, 2.5], [3.5, 4.5]])',
    () => PyNumpyArray.from(Float64Array.of(1.5, 2.5, 3.5, 4.5), [2, 2]),
  ],
  ['numpy.array([True, False])', () => PyNumpyArray.from([true, false])],
  ["numpy.array([], dtype='u1')", () => PyNumpyArray.from(new Uint8Array())],
  ['numpy.array(5.0)', () => PyNumpyArray.from(Float64Array.of(5), [])],
  ["safestring.SafeString('<b>')", () => new PySafeString('<b>')],
  ["safestring.mark_safe('')", () => new PySafeString('')],
  ["gettext_lazy('hello')", () => PyLazyString.gettext('hello')],
  ['pytz.utc', () => PyFixedZone.pytzUtc()],
  ['pytz.FixedOffset(90)', () => PyFixedZone.pytzOffset(90)],
  [
    'datetime.datetime(2024, 1, 2, tzinfo=pytz.utc)',
    () => new PyDateTime(2024, 1, 2, 0, 0, 0, 0, PyFixedZone.pytzUtc()),
  ],
  ['tz.tzutc()', () => PyFixedZone.dateutilUtc()],
  ["tz.tzoffset('X', 3600)", () => PyFixedZone.dateutilOffset('X', 3600)],
  ['tz.tzoffset(None, -5400)', () => PyFixedZone.dateutilOffset(null, -5400)],
  [
    'datetime.datetime(2024, 1, 2, tzinfo=tz.tzutc())',
    () => new PyDateTime(2024, 1, 2, 0, 0, 0, 0, PyFixedZone.dateutilUtc()),
  ],
];
