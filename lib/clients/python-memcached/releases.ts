// What changed between releases of python-memcached, as rows: a release behaves as the sum of all rows up to it.

import { ValueError } from '../../errors';

/** Releases that can be emulated. */
export type ReleaseName =
  | '1.43' | '1.44' | '1.45' | '1.46' | '1.47' | '1.48' | '1.49' | '1.50' | '1.51' | '1.52'
  | '1.53' | '1.54' | '1.55' | '1.56' | '1.57' | '1.58' | '1.59' | '1.60' | '1.61' | '1.62'; // prettier-ignore

/** The major version of the Python that a client is like. */
export type PythonVersion = 2 | 3;

/** How one release on one Python behaves. */
export interface Release {
  readonly name: ReleaseName;
  readonly python: PythonVersion;

  // Values
  /** A str (Python 2: unicode) is pickled, stored as utf-8 without a flag, or as utf-8 with flag 16. */
  readonly text: 'pickle' | 'unflagged' | 'flagged';
  /** A bool is stored as `1`, as `True` (which no release can read), or pickled. */
  readonly bool: 'digit' | 'word' | 'pickle';
  /** Ints beyond 64 bits are a type of their own, with flag 4. */
  readonly long: boolean;
  /** An entry without flags is read as bytes or as text. */
  readonly unflagged: 'bytes' | 'text';
  /** Flags that the release does not know raise ValueError, or UnboundLocalError by mistake. */
  readonly unknownFlags: 'ValueError' | 'UnboundLocalError';
  /** A value of exactly `server_max_value_length` bytes is sent. */
  readonly fullLength: boolean;

  // Placement
  /** crc32 itself, its 15 bits, or these with 0 replaced by 1. */
  readonly hash: 'crc32' | 'cmemcache' | 'cmemcache or 1';
  /** What useOldServerHashFunction() changes to; nothing in 1.45 and 1.46, where a `global` is missing. */
  readonly oldHash: 'crc32' | 'cmemcache or 1';

  // Keys and servers
  readonly keys: {
    /** Text keys outside ASCII are encoded as utf-8, or refused. */
    readonly text: 'encoded' | 'refused';
    /** MemcachedKeyNoneError and MemcachedKeyTypeError exist. */
    readonly noneError: boolean;
    /** An empty key passes check_key; is taken for None, as are 0 and False; or is an error of its own. */
    readonly empty: 'passed' | 'none' | 'refused';
    /** MemcachedKeyCharacterError shows the key. */
    readonly namesKey: boolean;
    /** None as one of many keys is the key `None`. */
    readonly noneIsText: boolean;
    /** get_multi names the value of a pair `(hash, key)` by the pair, or by its key alone. */
    readonly pairs: 'pair' | 'key';
  };
  readonly servers: {
    /** `host` without a port is refused; or int(None) is raised, as it is for `inet:host` before too; or is port 11211. */
    readonly noPort: 'refused' | 'TypeError' | 'default';
    readonly inet6: boolean;
  };

  // Commands
  /** What stands before the end of a storage line. */
  readonly tail: string;
  /** What stands before the end of a delete_multi line. */
  readonly deleteManyTail: string;
  /** Parameters of delete behind the key. */
  readonly deleteNames: readonly string[];
  /** The time that delete sends, by what it was given; a time that memcached refuses is never sent. */
  readonly deleteTime: 'always 0' | 'never' | '0 if given';
  readonly deleteManyTime: 'always 0' | '0 if given';
  /** What delete answers for a key that does not exist, and for an error line. */
  readonly deleteMissing: 0 | 1;
  readonly deleteRefused: 0 | 1;
  /** What `debug` prints for an odd reply to delete and touch: %s is the reply, %r its repr. */
  readonly deleteLog: string;
  readonly touchLog: string;
  /** Whether it says `[Errno 111]` when it cannot connect. */
  readonly connectErrno: boolean;
  /** The delta of incr and decr is sent as an int, or as its text whatever that is. */
  readonly delta: 'int' | 'text';
  /** incr and decr of a missing key: None, or int('NOT_FOUND') fails. */
  readonly countMissing: 'None' | 'ValueError';
  readonly countWithoutServer: 0 | null;
  /** touch with time 0 forgets to send it, and the server refuses. */
  readonly touchZero: 'sent' | 'refused';
  /** set takes a timedelta. */
  readonly timedelta: boolean;
  /** gets keeps cas ids whatever `cache_cas` says. */
  readonly alwaysCachesCas: boolean;
  /** A get or set on a connection that the server has dropped is sent once more. */
  readonly retryOnce: boolean;
}

/** 1.43 on Python 2. */
const FIRST: Omit<Release, 'name' | 'python'> = {
  text: 'pickle',
  bool: 'digit',
  long: true,
  unflagged: 'bytes',
  unknownFlags: 'UnboundLocalError',
  fullLength: false,
  hash: 'crc32',
  oldHash: 'crc32',
  keys: {
    text: 'refused',
    noneError: false,
    empty: 'passed',
    namesKey: false,
    noneIsText: true,
    pairs: 'pair',
  },
  servers: { noPort: 'refused', inet6: false },
  tail: '',
  deleteManyTail: '',
  deleteNames: ['time'],
  deleteTime: 'always 0',
  deleteManyTime: 'always 0',
  deleteMissing: 1,
  deleteRefused: 1,
  deleteLog: "while expecting 'DELETED', got unexpected response '%s'",
  touchLog: 'touch expected TOUCHED, got: %r',
  connectErrno: false,
  delta: 'int',
  countMissing: 'ValueError',
  countWithoutServer: 0,
  touchZero: 'refused',
  timedelta: false,
  alwaysCachesCas: true,
  retryOnce: false,
};

type Change = Partial<Omit<Release, 'keys' | 'servers'>> & {
  readonly keys?: Partial<Release['keys']>;
  readonly servers?: Partial<Release['servers']>;
};

/** In order; `python` where a change is of one Python only. */
const ROWS: readonly { since: ReleaseName; python?: PythonVersion; change: Change }[] = [
  { since: '1.44', change: { keys: { noneError: true, empty: 'none' } } },
  // 4d2444a: cmemcache's hash becomes the default
  {
    since: '1.45',
    change: { hash: 'cmemcache or 1', oldHash: 'cmemcache or 1', countMissing: 'None' },
  },
  {
    since: '1.46',
    change: {
      deleteRefused: 0,
      deleteLog: 'Delete expected DELETED or NOT_FOUND, got: %r',
      servers: { noPort: 'TypeError' },
    },
  },
  // 8b06277: the missing `global` of useOldServerHashFunction
  { since: '1.47', change: { oldHash: 'crc32' } },
  // 7062206: the limit itself may be sent; cache_cas appears; a dropped connection is retried
  {
    since: '1.48',
    change: { fullLength: true, alwaysCachesCas: false, retryOnce: true, deleteTime: 'never' },
  },
  {
    since: '1.49',
    change: { servers: { noPort: 'default', inet6: true }, countWithoutServer: null },
  },
  // 8116cfe: readline() marks the server dead before the retry can happen
  { since: '1.53', change: { retryOnce: false } },
  // 794b028
  {
    since: '1.54',
    change: {
      unknownFlags: 'ValueError',
      connectErrno: true,
      deleteLog: 'delete expected DELETED or NOT_FOUND, got: %r',
      keys: { namesKey: true },
    },
  },
  {
    since: '1.55',
    change: {
      text: 'unflagged',
      bool: 'word',
      tail: ' ',
      deleteNames: ['time', 'noreply'],
      delta: 'text',
      keys: { text: 'encoded', empty: 'refused', noneIsText: false, pairs: 'key' },
    },
  },
  // What is expected is bytes there; 1.55 to 1.58 raise TypeError instead of printing.
  {
    since: '1.55',
    python: 3,
    change: {
      unflagged: 'text',
      long: false,
      deleteLog: "delete expected b'DELETED or NOT_FOUND', got: %r",
      touchLog: "touch expected b'TOUCHED', got: %r",
    },
  },
  // 664bd3e
  { since: '1.57', change: { bool: 'digit' } },
  { since: '1.58', change: { deleteManyTime: '0 if given', deleteManyTail: ' ' } },
  // e1f72da: FLAG_TEXT; types are compared exactly
  {
    since: '1.59',
    change: {
      text: 'flagged',
      bool: 'pickle',
      unflagged: 'bytes',
      deleteTime: '0 if given',
      touchZero: 'sent',
    },
  },
  // d39de3c (`or 1`), c13d7b1 (pairs)
  {
    since: '1.60',
    change: {
      hash: 'cmemcache',
      deleteNames: ['noreply'],
      deleteTime: 'never',
      timedelta: true,
      deleteLog: 'delete expected DELETED or NOT_FOUND, got: %r',
      touchLog: 'touch expected TOUCHED, got: %r',
      keys: { pairs: 'pair' },
    },
  },
  // c9a1626
  { since: '1.62', change: { deleteMissing: 0, deleteLog: 'delete expected DELETED, got: %r' } },
];

const FIRST_ON_PYTHON_3 = 55;
const LAST_ON_PYTHON_2 = 59;

/**
 * The behaviour of one release on one Python.
 * @throws {ValueError} there is no such release, or it does not run on that Python
 */
export function findRelease(name: string, python: number): Release {
  const minor = minorOf(name);
  if (minor === undefined) {
    throw new ValueError(
      `no such release of python-memcached: ${JSON.stringify(name)} (1.43 to 1.62)`,
    );
  }
  const runs =
    python === 2 ? minor <= LAST_ON_PYTHON_2 : python === 3 && minor >= FIRST_ON_PYTHON_3;
  if (!runs) {
    throw new ValueError(
      `python-memcached ${name} does not run on Python ${python} (Python 2: to 1.59, Python 3: from 1.55)`,
    );
  }
  let release: Release = { ...FIRST, name: name as ReleaseName, python: python as PythonVersion };
  for (const row of ROWS) {
    if ((minorOf(row.since) ?? Infinity) > minor || (row.python ?? python) !== python) continue;
    const { keys, servers, ...change } = row.change;
    release = {
      ...release,
      ...change,
      keys: { ...release.keys, ...keys },
      servers: { ...release.servers, ...servers },
    };
  }
  return release;
}

function minorOf(name: string): number | undefined {
  const minor = Number(/^1\.(\d\d)$/.exec(name)?.[1]);
  return minor >= 43 && minor <= 62 ? minor : undefined;
}
