// The standard classes: every Python class that has a JavaScript class of its own.
import type { KnownClass } from '../contract';
import { ADDRESSES } from './addresses';
import { ARRAYS } from './arrays';
import { COLLECTIONS } from './collections';
import { COMPLEXES } from './complex';
import { DATETIMES } from './datetime-forms';
import { DECIMALS } from './decimal';
import { DJANGO } from './django';
import { EXCEPTIONS } from './exceptions';
import { FRACTIONS } from './fraction';
import { NUMPY } from './numpy-forms';
import { OBJECTS } from './objects';
import { PATHS } from './paths';
import { RANGES } from './ranges';
import { SHAPES } from './shapes';
import { TIMEDELTAS } from './timedelta';
import { UUIDS } from './uuid';
import { ZONES } from './zones';

export { PyIPAddress, type IPType } from './addresses';
export { PyArray, type ArrayValues } from './arrays';
export { PyCounter, PyDefaultDict, PyDeque, PyOrderedDict } from './collections';
export { PyComplex } from './complex';
export { PyDate, PyDateTime, PyTime } from './datetime';
export { PyDecimal } from './decimal';
export { PyLazyString, PyModel, PyQuerySet, PySafeString, type ModelOrigin } from './django';
export { PyException } from './exceptions';
export { PyFraction } from './fraction';
export { PyNumpyArray, PyNumpyScalar, type NumpyOptions, type NumpyRelease } from './numpy';
export { PyNumpyDtype, type NumpyCode, type NumpyData } from './numpy-types';
export { PyNamespace, PyPartial } from './objects';
export { NoneType, PyRange, PySlice, PyTypeOf } from './ranges';
export {
  namedTuple,
  NamedTuple,
  PyEnum,
  PyEnumMember,
  type EnumKind,
  type NamedTupleClass,
} from './shapes';
export { PyPath, type PathType } from './paths';
export { PyUUID } from './uuid';
export { PyTimedelta, PyTimezone } from './timedelta';
export { PyFixedZone, PyZoneInfo, type Fold, type TimeZone, type ZoneFields } from './zones';

/** Tables of the files of this folder. */
export const STANDARD: readonly KnownClass[] = [
  ...ADDRESSES,
  ...ARRAYS,
  ...COLLECTIONS,
  ...COMPLEXES,
  ...DATETIMES,
  ...DECIMALS,
  ...DJANGO,
  ...EXCEPTIONS,
  ...FRACTIONS,
  ...NUMPY,
  ...OBJECTS,
  ...PATHS,
  ...RANGES,
  ...SHAPES,
  ...TIMEDELTAS,
  ...UUIDS,
  ...ZONES,
];
