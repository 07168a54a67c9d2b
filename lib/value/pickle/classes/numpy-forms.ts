// The pickles of numpy's dtypes, scalars and arrays.
import type { KnownClass } from '../contract';
import type { PythonRelease } from '../options';
import { Py2Str } from '../exact';
import { plain, PyGlobal, PyObject, PyPickleBuffer, PyTuple } from '../types';
import { intOf, named, textOf } from './form';
import { PyNumpyArray, PyNumpyScalar, type NumpyRelease } from './numpy';
import { PyNumpyDtype } from './numpy-types';

/** These releases never had numpy 2, which moved its functions from numpy.core to numpy._core. */
const NUMPY_1_ONLY: ReadonlySet<PythonRelease> = new Set(['2.7', '3.6', '3.7', '3.8']);

/** A function of numpy by the name that its release writes. */
function ofNumpy(
  numpy: NumpyRelease,
  python: PythonRelease,
  part: 'multiarray' | 'numeric',
  name: string,
): PyGlobal {
  const isOld = numpy === 1 || NUMPY_1_ONLY.has(python);
  return named(isOld ? `numpy.core.${part}` : `numpy._core.${part}`, name);
}

// dtype('f8', False, True) R, (3, '<', None, None, None, -1, -1, 0) BUILD
const DTYPE: KnownClass<PyNumpyDtype> = {
  module: 'numpy',
  name: 'dtype',
  type: PyNumpyDtype,
  load(form) {
    const code = textOf(form.args[0]);
    return form.how === 'reduce' && code !== undefined ? new PyNumpyDtype(code, form) : undefined;
  },
  build(dtype, state) {
    const order = state instanceof PyTuple ? textOf(state[1]) : undefined;
    if (order !== undefined && /^[<>=|]$/.test(order)) dtype.byteorder = order;
    return false; // to be replayed
  },
  dump: ({ form }) => form,
};

// scalar(dtype, bytes)
const SCALAR: KnownClass<PyNumpyScalar> = {
  module: 'numpy._core.multiarray',
  name: 'scalar',
  aliases: [['numpy.core.multiarray', 'scalar']],
  type: PyNumpyScalar,
  load(form) {
    const [dtype, data] = form.args;
    if (form.how !== 'reduce' || form.args.length !== 2) return undefined;
    if (!(dtype instanceof PyNumpyDtype) || !hasBytes(data)) return undefined;
    return new PyNumpyScalar(dtype, data, form);
  },
  dump({ dtype, bytes, form, numpy }, { python }) {
    return form ?? new PyObject(ofNumpy(numpy, python, 'multiarray', 'scalar'), [dtype, bytes]);
  },
};

// _reconstruct(ndarray, (0,), b'b') R, (1, shape, dtype, is_fortran, bytes or list) BUILD
const RECONSTRUCT: KnownClass<PyNumpyArray> = {
  module: 'numpy._core.multiarray',
  name: '_reconstruct',
  aliases: [['numpy.core.multiarray', '_reconstruct']],
  type: PyNumpyArray,
  load: (form) => (form.how === 'reduce' ? new PyNumpyArray(form) : undefined),
  build(array, state) {
    if (!(state instanceof PyTuple) || state.length !== 5) return false;
    const [, shape, dtype, isFortran, items] = state;
    if (!(dtype instanceof PyNumpyDtype) || !setShape(array, shape)) return false;
    array.dtype = dtype;
    array.order = isFortran === true ? 'F' : 'C';
    if (Array.isArray(items)) array.objects = items;
    else if (hasBytes(items)) array.source = items;
    return false; // to be replayed
  },
  dump: (array, { protocol, python }) =>
    array.form ?? (protocol < 5 ? reconstructed(array, python) : fromBuffer(array, python)),
};

// protocol 5: _frombuffer(bytearray or PickleBuffer, dtype, shape, 'C' or 'F')
const FROM_BUFFER: KnownClass<PyNumpyArray> = {
  module: 'numpy._core.numeric',
  name: '_frombuffer',
  aliases: [['numpy.core.numeric', '_frombuffer']],
  load(form) {
    const [buffer, dtype, shape, order] = form.args;
    const data: unknown = buffer instanceof PyPickleBuffer ? buffer.bytes : buffer;
    const array = new PyNumpyArray(form);
    if (form.how !== 'reduce' || form.args.length !== 4) return undefined;
    if (!(dtype instanceof PyNumpyDtype) || !setShape(array, shape)) return undefined;
    array.dtype = dtype;
    array.order = order === 'F' ? 'F' : 'C';
    if (hasBytes(data)) array.source = data;
    return array;
  },
};

const NDARRAY = named('numpy', 'ndarray');

function reconstructed(
  { numpy, shape, dtype, bytes }: PyNumpyArray,
  python: PythonRelease,
): PyObject {
  const callable = ofNumpy(numpy, python, 'multiarray', '_reconstruct');
  const form = new PyObject(callable, [NDARRAY, PyTuple.of(0), Buffer.from('b')]);
  form.state = PyTuple.of<unknown>(1, PyTuple.from(shape), dtype, false, bytes);
  return form;
}

function fromBuffer({ numpy, shape, dtype, bytes }: PyNumpyArray, python: PythonRelease): PyObject {
  const callable = ofNumpy(numpy, python, 'numeric', '_frombuffer');
  const buffer = new PyPickleBuffer(bytes ?? Buffer.alloc(0));
  return new PyObject(callable, [buffer, dtype, PyTuple.from(shape), 'C']);
}

/** Bytes, or text that stands for them: not copied before someone looks at them. */
function hasBytes(data: unknown): boolean {
  return data instanceof Uint8Array || data instanceof Py2Str || typeof data === 'string';
}

/** Dimensions that numpy allows, with room: it had 32 before 2.0 and 64 since. */
const MAX_DIMENSIONS = 64;

function setShape(array: PyNumpyArray, shape: unknown): boolean {
  if (!(shape instanceof PyTuple) || shape.length > MAX_DIMENSIONS) return false;
  const sides = shape.map((side) => intOf(plain(side)));
  if (!sides.every((side): side is bigint => side !== undefined && side >= 0n)) return false;
  array.shape = sides.map(Number);
  return true;
}

export const NUMPY: readonly KnownClass[] = [
  DTYPE,
  SCALAR,
  RECONSTRUCT,
  FROM_BUFFER,
] as readonly KnownClass[];
