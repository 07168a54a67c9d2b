// pathlib's paths, of POSIX and of Windows. Nothing here touches a file system.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { PicklingError } from '../errors';
import { pyKey } from '../equality';
import { pyRepr, repr, strRepr, type Repr } from '../repr';
import { PyObject, PyTuple } from '../types';
import { asRead, KeyTag, textOf } from './form';

/** pathlib's classes that have instances. */
export type PathType = 'PurePosixPath' | 'PosixPath' | 'PureWindowsPath' | 'WindowsPath';

const TYPES: readonly PathType[] = ['PurePosixPath', 'PosixPath', 'PureWindowsPath', 'WindowsPath'];

/** What a path falls into: `C:`, `\`, and names. */
interface Split {
  readonly drive: string;
  readonly root: string;
  readonly names: readonly string[];
}

interface Flavour {
  readonly separator: string;
  readonly split: (segments: readonly string[]) => Split;
}

const POSIX: Flavour = { separator: '/', split: splitPosix };
const WINDOWS: Flavour = { separator: '\\', split: splitWindows };

/** Segments joined as os.path.join does: an absolute one drops what was before it. */
function splitPosix(segments: readonly string[]): Split {
  const last = segments.findLastIndex((segment) => segment.startsWith('/'));
  const slashes = /^\/*/.exec(segments[last] ?? '')?.[0].length ?? 0;
  // POSIX: exactly two slashes are a root of their own.
  const root = slashes === 0 ? '' : slashes === 2 ? '//' : '/';
  return { drive: '', root, names: namesIn(segments.slice(Math.max(0, last)).join('/'), '/') };
}

function namesIn(path: string, separator: string): string[] {
  return path.split(separator).filter((name) => name !== '' && name !== '.');
}

function splitWindows(segments: readonly string[]): Split {
  let [drive, root, tail] = ['', '', ''];
  for (const segment of segments) {
    const [segmentDrive, segmentRoot, rest] = splitRoot(segment.replaceAll('/', '\\'));
    if (segmentRoot !== '') {
      if (segmentDrive !== '' || drive === '') drive = segmentDrive;
      [root, tail] = [segmentRoot, rest];
      continue;
    }
    if (segmentDrive !== '' && segmentDrive.toLowerCase() !== drive.toLowerCase()) {
      [drive, root, tail] = [segmentDrive, '', rest];
    } else {
      if (segmentDrive !== '') drive = segmentDrive;
      tail = tail === '' ? rest : `${tail}\\${rest}`;
    }
  }
  if (root === '' && isShare(drive)) root = '\\';
  return { drive, root, names: namesIn(tail, '\\') };
}

/** Lib/ntpath.py, splitroot (3.12). */
function splitRoot(path: string): [drive: string, root: string, tail: string] {
  if (path.startsWith('\\\\')) {
    const start = path.slice(0, 8).toUpperCase() === '\\\\?\\UNC\\' ? 8 : 2;
    const server = path.indexOf('\\', start);
    const share = server < 0 ? -1 : path.indexOf('\\', server + 1);
    if (share < 0) return [path, '', ''];
    return [path.slice(0, share), '\\', path.slice(share + 1)];
  }
  if (path.startsWith('\\')) return ['', '\\', path.slice(1)];
  if (path[1] !== ':') return ['', '', path];
  if (path[2] === '\\') return [path.slice(0, 2), '\\', path.slice(3)];
  return [path.slice(0, 2), '', path.slice(2)];
}

/** True for `\\server\share`, which has a root without saying so (Lib/pathlib.py, _parse_path). */
function isShare(drive: string): boolean {
  if (!drive.startsWith('\\') || drive.endsWith('\\')) return false;
  const parts = drive.split('\\');
  return (parts.length === 4 && !['?', '.'].includes(parts[2] ?? '')) || parts.length === 6;
}

/** A path of pathlib. */
export class PyPath {
  /** Python's class. */
  readonly type: PathType;
  /** What it was made of, as 3.13 pickles it. */
  readonly #segments: readonly string[];
  #found: Split | undefined;

  constructor(type: PathType, segments: readonly string[]) {
    this.type = type;
    this.#segments = segments;
  }

  get #split(): Split {
    return (this.#found ??= flavourOf(this.type).split(this.#segments));
  }

  /**
   * A path of joined segments: `PyPath.of('PurePosixPath', '/srv', 'data.csv')`.
   * @throws {TypeError} not one of pathlib's four classes
   */
  static of(type: PathType, ...segments: string[]): PyPath {
    if (!TYPES.includes(type)) throw new TypeError(`pathlib has no ${String(type)}`);
    return new PyPath(type, segments);
  }

  /** Its parts, as Python's: the drive and root first, where there are any. */
  get parts(): string[] {
    const { drive, root, names } = this.#split;
    return drive + root === '' ? [...names] : [drive + root, ...names];
  }

  /** The last name, '' where there is none. */
  get name(): string {
    return this.#split.names.at(-1) ?? '';
  }

  /** The segments that it was made of. */
  get segments(): readonly string[] {
    return this.#segments;
  }

  /** As Python's str(): with backslashes for Windows. */
  toString(): string {
    const { drive, root, names } = this.#split;
    const text = drive + root + names.join(flavourOf(this.type).separator);
    return text === '' ? '.' : text;
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    return { parts: [`${this.type}(${strRepr(this.toString().replaceAll('\\', '/'))})`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** Equal where the parts are; Windows does not tell case. */
  [pyKey](): unknown {
    const isWindows = flavourOf(this.type) === WINDOWS;
    const parts = isWindows ? this.parts.map((part) => part.toLowerCase()) : this.parts;
    return PyTuple.from<unknown>([TAG, isWindows, ...parts]);
  }
}

const TAG = new KeyTag('path');

function flavourOf(type: PathType): Flavour {
  return type.endsWith('WindowsPath') ? WINDOWS : POSIX;
}

// PurePosixPath(part, ...); 3.13: pathlib._local's, of the segments as they were given
const KNOWN = TYPES.map((type): KnownClass<PyPath> => ({
  module: 'pathlib',
  name: type,
  aliases: [['pathlib._local', type]],
  type: PyPath,
  load(form) {
    const segments = form.args.map(textOf);
    const areTexts = segments.every((segment): segment is string => segment !== undefined);
    if (form.how !== 'reduce' || !areTexts) return undefined;
    return asRead(new PyPath(type, segments), form);
  },
  dump(path, { python }) {
    // A path that was read is written as read: there is a pathlib for Python 2, but few have it.
    if (python === '2.7') throw new PicklingError('Python 2 has no pathlib: write the text');
    return python === '3.13'
      ? PyObject.call('pathlib._local', path.type, ...path.segments)
      : PyObject.call('pathlib', path.type, ...path.parts);
  },
}));

export const PATHS: readonly KnownClass[] = KNOWN;
