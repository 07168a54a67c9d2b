// Values of numpy, pytz, dateutil and Django made in JavaScript, against those of each CPython that has the library.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fc } from '../../lib/testing/random';
import {
  dumps,
  PyDateTime,
  PyFixedZone,
  PyGlobal,
  PyLazyString,
  PyModel,
  PyNumpyArray,
  PyNumpyScalar,
  PyTimezone,
  type NumpyCode,
  type NumpyData,
} from '../../lib/value/pickle';
import { findPythons, protocolsOf, type Installed } from './pythons';

const SCRIPT = join(__dirname, 'python/libraries.py');

type Library = 'numpy' | 'pytz' | 'dateutil' | 'django';
type Versions = Readonly<Record<Library, string | null>>;

interface Answer {
  readonly pickles: readonly string[];
  /** As Python shows it. */
  readonly value: readonly string[];
  readonly read: readonly (readonly string[])[];
}

interface Answers {
  readonly versions: Versions;
  readonly cases: readonly (Answer | { error: string } | null)[];
}

function ask(python: Installed, cases: readonly { value: string; made: string[] }[]): Answers {
  const env = { ...process.env, PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1', TZ: 'UTC' };
  const options = { input: JSON.stringify({ cases }), env, maxBuffer: 1 << 28 };
  return JSON.parse(execFileSync(python.path, [SCRIPT], options).toString()) as Answers;
}

interface Case {
  readonly library: Library;
  readonly value: string;
  readonly make: (versions: Versions) => unknown;
}

const release = ({ numpy }: Versions) => ({ numpy: numpy?.startsWith('1.') ? 1 : 2 }) as const;

/** numpy's name of a type, its code, values at its edges, and a typed array over given bytes. */
const TYPES: readonly (readonly [
  string,
  NumpyCode,
  readonly (number | bigint)[],
  (bytes: ArrayBuffer) => NumpyData,
])[] = [
  ['int8', 'i1', [-128, 127], (bytes) => new Int8Array(bytes)],
  ['uint8', 'u1', [0, 255], (bytes) => new Uint8Array(bytes)],
  ['int16', 'i2', [-32768, 32767], (bytes) => new Int16Array(bytes)],
  ['uint16', 'u2', [0, 65535], (bytes) => new Uint16Array(bytes)],
  ['int32', 'i4', [-(2 ** 31), 2 ** 31 - 1], (bytes) => new Int32Array(bytes)],
  ['uint32', 'u4', [0, 2 ** 32 - 1], (bytes) => new Uint32Array(bytes)],
  ['int64', 'i8', [-(2n ** 63n), 2n ** 63n - 1n, 5], (bytes) => new BigInt64Array(bytes)],
  ['uint64', 'u8', [0, 2n ** 64n - 1n], (bytes) => new BigUint64Array(bytes)],
  ['float32', 'f4', [0.1, -0, 1e38], (bytes) => new Float32Array(bytes)],
  ['float64', 'f8', [0.1, -0, 5e-324, 1.5e300], (bytes) => new Float64Array(bytes)],
];

const python = (value: number | bigint): string => (Object.is(value, -0) ? '-0.0' : String(value));

const SCALARS: readonly Case[] = TYPES.flatMap(([name, code, values]) =>
  values.map((value) => ({
    library: 'numpy' as const,
    value: `numpy.${name}(${python(value)})`,
    make: (versions: Versions) => PyNumpyScalar.of(code, value, release(versions)),
  })),
);

/** Arrays of any bytes and shape. */
const ARRAYS: readonly Case[] = fc
  .sample(
    fc.tuple(
      fc.constantFrom(...TYPES),
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
    ),
    { numRuns: 120 },
  )
  .map(([[name, code, , over], shape, stream]) => {
    const length = shape.reduce((product, side) => product * side, 1) * Number(code.charAt(1));
    const bytes = Uint8Array.from({ length }, () => stream.next().value as number);
    const hex = Buffer.from(bytes).toString('hex');
    const data = over(bytes.buffer);
    return {
      library: 'numpy',
      value: `numpy.frombuffer(bytearray.fromhex('${hex}') or b'', '${name}').reshape((${shape.map((side) => `${side},`).join('')})).copy()`,
      make: (versions) => PyNumpyArray.from(data, shape, release(versions)),
    };
  });

const numpy = (value: string, make: Case['make']): Case => ({ library: 'numpy', value, make });

const NUMPY: readonly Case[] = [
  ...SCALARS,
  ...ARRAYS,
  numpy('numpy.bool_(False)', (v) => PyNumpyScalar.of('b1', false, release(v))),
  numpy('numpy.array([[True], [False]])', (v) =>
    PyNumpyArray.from([true, false], [2, 1], release(v)),
  ),
  numpy('numpy.zeros((1,) * 32)', (v) =>
    PyNumpyArray.from(new Float64Array(1), new Array<number>(32).fill(1), release(v)),
  ),
  // Dtypes, single bytes and the letter of the placeholder are one object each.
  numpy("[numpy.uint8(98), numpy.uint8(98), numpy.array([98, 99], 'u1')]", (v) => [
    PyNumpyScalar.of('u1', 98, release(v)),
    PyNumpyScalar.of('u1', 98, release(v)),
    PyNumpyArray.from(Uint8Array.of(98, 99), [2], release(v)),
  ]),
  numpy("[numpy.array([1.5]), numpy.float64(1.5), numpy.array([2], 'i4')]", (v) => [
    PyNumpyArray.from(Float64Array.of(1.5), [1], release(v)),
    PyNumpyScalar.of('f8', 1.5, release(v)),
    PyNumpyArray.from(Int32Array.of(2), [1], release(v)),
  ]),
];

const at = (zone: PyFixedZone): PyDateTime => new PyDateTime(2024, 1, 2, 3, 4, 5, 6, zone);
const AT = 'datetime.datetime(2024, 1, 2, 3, 4, 5, 6';

const ZONES: readonly Case[] = [
  ...[90, -1439, 1439, 0].map((minutes) => ({
    library: 'pytz' as const,
    value: `${AT}, pytz.FixedOffset(${minutes}))`,
    make: () => at(PyFixedZone.pytzOffset(minutes)),
  })),
  {
    library: 'pytz',
    value: '[pytz.utc, pytz.utc]',
    make: () => [PyFixedZone.pytzUtc(), PyFixedZone.pytzUtc()],
  },
  ...[3600, -5400, 0, 86399].map((seconds) => ({
    library: 'dateutil' as const,
    value: `[tz.tzutc(), tz.tzutc(), ${AT}, tz.tzoffset('X', ${seconds})), tz.tzoffset(None, ${seconds})]`,
    make: () => [
      PyFixedZone.dateutilUtc(),
      PyFixedZone.dateutilUtc(),
      at(PyFixedZone.dateutilOffset('X', seconds)),
      PyFixedZone.dateutilOffset(null, seconds),
    ],
  })),
];

const JOINED = 'datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)';
const USER = new Map<string, unknown>([
  ['id', 1],
  ['password', '!'],
  ['last_login', null],
  ['is_superuser', false],
  ['username', 'ann'],
  ['first_name', ''],
  ['last_name', ''],
  ['email', 'ann@example.org'],
  ['is_staff', true],
  ['is_active', true],
  ['date_joined', new PyDateTime(2024, 1, 2, 0, 0, 0, 0, PyTimezone.utc)],
]);
const KEPT = "[1, '!', None, False, 'ann', '', '', 'ann@example.org', True, True";
const NAMES = JSON.stringify([...USER.keys()]);
const django = (value: string, make: Case['make']): Case => ({ library: 'django', value, make });
const of = (versions: Versions) => ({ django: versions.django ?? '' });

const DJANGO: readonly Case[] = [
  django("gettext_lazy('hello')", () => PyLazyString.gettext('hello')),
  django("pgettext_lazy('month', 'May')", () =>
    PyLazyString.of(new PyGlobal('django.utils.translation', 'pgettext'), ['month', 'May']),
  ),
  django(`User(*${KEPT}, ${JOINED}])`, (v) => PyModel.of('auth.User', USER, of(v))),
  django(`User.from_db('default', ${NAMES}, ${KEPT}, ${JOINED}])`, (v) =>
    PyModel.of('auth.User', USER, { ...of(v), db: 'default' }),
  ),
  django("User.from_db('other', ['id', 'username'], [7, 'bob'])", (v) =>
    PyModel.of('auth.User', { id: 7, username: 'bob' }, { ...of(v), db: 'other' }),
  ),
];

const CASES = [...NUMPY, ...ZONES, ...DJANGO];

const INSTALLED = findPythons()
  .filter((each) => each.release !== '2.7')
  .map((each) => ({ installed: each, versions: ask(each, []).versions }));

interface Pair {
  readonly library: Library;
  readonly version: string;
  readonly installed: Installed;
  readonly versions: Versions;
}

const PAIRS: readonly Pair[] = (['numpy', 'pytz', 'dateutil', 'django'] as const).flatMap(
  (library) =>
    INSTALLED.flatMap(({ installed, versions }) => {
      const version = versions[library];
      return version === null ? [] : [{ library, version, installed, versions }];
    }),
);

it('finds libraries to compare with', () => {
  expect(PAIRS).not.toEqual([]);
});

/** What this Python finds wrong with what was made here for these versions of its libraries. */
function compare({ library, installed }: Pair, versions: Versions) {
  const asked = CASES.filter((each) => each.library === library).map(({ value, make }) => {
    const pickles = protocolsOf(installed).map((protocol) =>
      dumps(make(versions), protocol, { python: installed.release }).toString('base64'),
    );
    return { value, made: pickles };
  });
  return ask(installed, asked).cases.map((answer, i) => {
    const { value = '', made = [] } = asked[i] ?? {};
    if (answer === null || 'error' in answer) return { value, misread: answer, miswritten: [] };
    const misread = answer.read.filter((read) => String(read) !== String(answer.value));
    const miswritten = made.filter((each, protocol) => each !== answer.pickles[protocol]);
    return { value, misread: misread.length > 0 && misread, miswritten };
  });
}

describe.each(PAIRS)('$library $version of CPython $installed.version', (pair) => {
  it('writes the same bytes, and reads those made here as its own value', () => {
    const found = compare(pair, pair.versions);
    expect(found).not.toEqual([]);
    const wrong = found.filter((each) => each.misread !== false || each.miswritten.length > 0);
    expect(wrong).toEqual([]);
  });
});

describe.each(PAIRS.filter(({ library }) => library === 'numpy'))('numpy $version', (pair) => {
  it('reads what is made for numpy 1', () => {
    const found = compare(pair, { ...pair.versions, numpy: '1.26.4' });
    expect(found.filter(({ misread }) => misread !== false)).toEqual([]);
  });
});
