// The pickle module, as a TypeScript program sees it.
import {
  dumps,
  loads,
  namedTuple,
  Pickler,
  PyDateTime,
  PyDecimal,
  PyObject,
  PyTuple,
  Registry,
  repr,
  Unpickler,
  UnpicklingError,
} from 'memcache-py/pickle';

const bytes = new Uint8Array();
typeOf(loads(bytes)).is<unknown>();
typeOf(loads(Buffer.from(bytes), { exact: true, encoding: 'latin1' })).is<unknown>();
typeOf(dumps({ a: [1, 2n, null] })).is<Buffer>();
typeOf(dumps(1, 2, { python: '2.7', py2Str: true })).is<Buffer>();
typeOf(new Unpickler({ limits: { depth: 10 } }).load(bytes)).is<unknown>();
typeOf(new Unpickler({ registry: new Registry() }).parse(bytes)).is<unknown>();
typeOf(new Pickler(5, { optimize: true }).dump(1)).is<Buffer>();
typeOf(new UnpicklingError('truncated').offset).is<number>();
typeOf(repr([1])).is<string>();

// What was read is narrowed by its class.
const value = loads(bytes);
if (value instanceof PyObject) typeOf(value).is<PyObject>();
if (value instanceof PyTuple) typeOf(value.length).is<number>();
if (value instanceof PyDateTime) typeOf(value.toDate()).is<Date>();
if (value instanceof PyDecimal) typeOf(value.toString()).is<string>();
export const Point = namedTuple('geometry', 'Point', ['x', 'y']);

// @ts-expect-error a pickle is bytes
loads('N.');
// @ts-expect-error no such release
dumps(1, 2, { python: '3.1' });
// @ts-expect-error no such option
loads(bytes, { fix_imports: true });
// @ts-expect-error a protocol is a number
dumps(1, 'highest');
// @ts-expect-error what was read is unknown
loads(bytes).length;
