// Describes instances of the standard classes by their own accessors, as python/describe.py does.
import {
  Py2Long,
  PyArray,
  PyComplex,
  PyCounter,
  PyDate,
  PyDateTime,
  PyDecimal,
  PyDefaultDict,
  PyDeque,
  PyException,
  PyFixedZone,
  PyFloat,
  PyFraction,
  PyIPAddress,
  PyNamespace,
  PyOrderedDict,
  PyPartial,
  PyPath,
  PyRange,
  PySafeString,
  PySlice,
  PyTime,
  PyTimedelta,
  PyTimezone,
  PyUUID,
  PyZoneInfo,
  recall,
} from '../../lib/value/pickle';
import { double, type Description, type Walk } from './describe';

type Describe<T> = (walk: Walk, number: number, it: T) => Description;

/** One row a class; the type of the row's function follows from the class. */
function row<T>(
  type: abstract new (...args: never[]) => T,
  describe: Describe<T>,
): readonly [unknown, Describe<never>] {
  return [type, describe];
}

const byName = (a: readonly [unknown, unknown], b: readonly [unknown, unknown]): number =>
  String(a[0]) < String(b[0]) ? -1 : 1;

/** Attributes that a class did not take: kept beside the instance as operations. */
function attributes(it: object): [string, unknown][] {
  for (const op of recall(it)?.ops ?? []) {
    if (op.kind === 'build' && op.state instanceof Map) {
      return [...(op.state as Map<string, unknown>)].sort(byName);
    }
  }
  return [];
}

/** The state that a class did not take. */
function stateOf(it: object): unknown {
  return recall(it)?.ops?.find((op) => op.kind === 'build')?.state;
}

/** By JavaScript class. */
const KNOWN = new Map<unknown, Describe<never>>([
  row(PyDateTime, (walk, n, it) => {
    const fields = [it.year, it.month, it.day, it.hour, it.minute, it.second, it.microsecond];
    return ['datetime', n, fields, it.fold, walk.value(it.tzinfo)];
  }),
  row(PyDate, (_walk, n, it) => ['date', n, [it.year, it.month, it.day]]),
  row(PyTime, (walk, n, it) => {
    const fields = [it.hour, it.minute, it.second, it.microsecond];
    return ['time', n, fields, it.fold, walk.value(it.tzinfo)];
  }),
  row(PyTimedelta, (_walk, n, it) => ['timedelta', n, [it.days, it.seconds, it.microseconds]]),
  row(PyTimezone, (walk, n, it) => {
    const args: unknown[] = it.name === undefined ? [it.offset] : [it.offset, it.name];
    return ['timezone', n, walk.many(args)];
  }),
  row(PyZoneInfo, (_walk, n, it) => ['ZoneInfo', n, it.key]),
  row(PyDecimal, (_walk, n, it) => ['Decimal', n, it.toString()]),
  row(PyFraction, (_walk, n, it) => ['Fraction', n, String(it.numerator), String(it.denominator)]),
  row(PyComplex, (_walk, n, it) => ['complex', n, double(it.real), double(it.imag)]),
  row(PyUUID, (_walk, n, it) => ['UUID', n, it.hex]),
  row(PySlice, (walk, n, it) => ['slice', n, walk.many([it.start, it.stop, it.step])]),
  row(PyRange, (walk, n, it) => ['range', n, walk.many([it.start, it.stop, it.step])]),
  row(PyArray, (walk, n, it) => {
    const isFloat = it.typecode === 'd' || it.typecode === 'f';
    // Python 2 gives longs from the arrays of unsigned int and long.
    const isLong = walk.python === 2 && (it.typecode === 'I' || it.typecode === 'L');
    const items = it.toArray().map((item) => {
      if (isFloat) return new PyFloat(Number(item));
      return isLong ? new Py2Long(BigInt(String(item))) : item;
    });
    return ['array', n, it.typecode, walk.many(items)];
  }),
  row(PyOrderedDict, (walk, n, it) => {
    const pairs = Array.from(it, ([key, value]) => [walk.value(key), walk.value(value)] as const);
    return ['OrderedDict', n, pairs, walk.pairs(attributes(it))];
  }),
  row(PyDefaultDict, (walk, n, it) => [
    'defaultdict',
    n,
    walk.value(it.defaultFactory),
    walk.pairs(it),
  ]),
  row(PyCounter, (walk, n, it) => ['Counter', n, walk.pairs(it)]),
  row(PyDeque, (walk, n, it) => ['deque', n, walk.many(it), it.maxlen]),
  row(PyException, (walk, n, it) => [
    'exception',
    n,
    'builtins',
    // Python 2 has no classes for errno.
    walk.python === 2 && it.errno !== undefined ? 'OSError' : it.name,
    walk.many(it.args),
    walk.pairs([...(it.attributes ?? [])].sort(byName)),
  ]),
  row(PyFixedZone, (walk, n, it) => walk.object(n, it.form, stateOf(it))),
  row(PySafeString, (walk, n, it) => {
    const made = ['new', 'django.utils.safestring', 'SafeString', [walk.value(it.text)]];
    return ['object', n, made, [], [], ['none']];
  }),
  row(PyIPAddress, (_walk, n, it) => ['text', n, 'ipaddress', it.type, it.toString()]),
  row(PyPath, (_walk, n, it) => ['text', n, 'pathlib', it.type, it.toString()]),
  row(PyNamespace, (walk, n, it) => [
    'namespace',
    n,
    Array.from(it.attributes, ([key, value]) => [walk.value(key), walk.value(value)] as const),
  ]),
  row(PyPartial, (walk, n, it) => [
    'partial',
    n,
    walk.value(it.func),
    walk.many(it.args),
    walk.pairs([...pairsOf(it.keywords)].sort(byName)),
    walk.pairs([...pairsOf(it.attributes)].sort(byName)),
  ]),
]);

function pairsOf(dict: unknown): Iterable<[unknown, unknown]> {
  if (dict instanceof Map) return dict as Map<unknown, unknown>;
  return typeof dict === 'object' && dict !== null ? Object.entries(dict) : [];
}

/** The description of an instance of a standard class, undefined for any other object. */
export function describeKnown(walk: Walk, number: number, value: object): Description | undefined {
  return KNOWN.get(value.constructor)?.(walk, number, value as never);
}
