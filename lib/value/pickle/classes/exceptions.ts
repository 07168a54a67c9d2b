// Python's built-in exceptions as errors that JavaScript can throw and catch.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { carry, exactItems } from '../slots';
import { pyRepr, repr, REPR_LIMIT, Shown, str, type Part, type Repr } from '../repr';
import { bytesOf, plain, PyObject, PyTuple } from '../types';
import { isFirstUse, isStrange, named, textOf } from './form';

/** Every exception class of builtins from 2.7 to 3.13 that is not one of OSError's. */
const NAMES = (
  'ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BufferError BytesWarning ' +
  'DeprecationWarning EOFError EncodingWarning Exception ExceptionGroup FloatingPointError FutureWarning ' +
  'GeneratorExit ImportError ImportWarning IndentationError IndexError KeyError KeyboardInterrupt LookupError ' +
  'MemoryError ModuleNotFoundError NameError NotImplementedError OverflowError PendingDeprecationWarning ' +
  'PythonFinalizationError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning ' +
  'StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TypeError ' +
  'UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning ' +
  'UserWarning ValueError Warning ZeroDivisionError'
).split(' ');

/** OSError's classes by the errno (of Linux) for which Python makes them. */
const OS_ERRORS: ReadonlyMap<string, readonly number[]> = new Map([
  ['BlockingIOError', [11, 114, 115]],
  ['BrokenPipeError', [32, 108]],
  ['ChildProcessError', [10]],
  ['ConnectionAbortedError', [103]],
  ['ConnectionError', []],
  ['ConnectionRefusedError', [111]],
  ['ConnectionResetError', [104]],
  ['FileExistsError', [17]],
  ['FileNotFoundError', [2]],
  ['InterruptedError', [4]],
  ['IsADirectoryError', [21]],
  ['NotADirectoryError', [20]],
  ['OSError', []],
  ['PermissionError', [1, 13]],
  ['ProcessLookupError', [3]],
  ['TimeoutError', [110]],
]);

/** Python makes OSError(2, ...) a FileNotFoundError; so does reading what protocol 2 can only call OSError. */
const BY_ERRNO: ReadonlyMap<number, string> = new Map(
  [...OS_ERRORS].flatMap(([name, codes]) => codes.map((code) => [code, name] as const)),
);

/** Other names of OSError, in Python 2's module and in 3's. */
const OS_ERROR_ALIASES = [
  ['builtins', 'IOError'],
  ['builtins', 'EnvironmentError'],
  ['exceptions', 'IOError'],
  ['exceptions', 'EnvironmentError'],
  ['builtins', 'WindowsError'],
] as const;

const KNOWN_NAMES: ReadonlySet<string> = new Set([...NAMES, ...OS_ERRORS.keys()]);

/**
 * A Python exception. `name` is the class's name, `message` Python's str(), `args` the arguments it was made with.
 * Traceback, cause and context are not part of a pickle.
 */
export class PyException extends Error {
  /** Arguments of the class's call. For OSError they include the file names, which Python's `args` leave out. */
  readonly args: PyTuple;
  /** Attributes set on the instance (`__dict__`, and `name`, `path`... of some classes), null if there are none. */
  attributes: Map<string, unknown> | null = null;

  readonly #class: string;

  /** @throws {TypeError} not the name of a built-in exception class of Python 3 */
  constructor(name: string, args: Iterable<unknown> = []) {
    super();
    if (!KNOWN_NAMES.has(name)) throw new TypeError(`Python has no built-in exception ${name}`);
    this.args = args instanceof PyTuple ? args : PyTuple.from(args);
    this.#class = name === 'OSError' ? (osErrorName(this.args) ?? name) : name;
  }

  /** Name of Python's class. */
  static nameOf(exception: PyException): string {
    return exception.#class;
  }

  /** OSError's error number, undefined where there is none. */
  get errno(): number | undefined {
    const errno =
      this.args.length >= 2 && OS_ERRORS.has(this.name) ? plain(this.args[0]) : undefined;
    return typeof errno === 'number' ? errno : undefined;
  }

  /** OSError's file name, undefined where there is none. */
  get filename(): unknown {
    const { length } = this.args;
    if (!OS_ERRORS.has(this.name) || length < 3 || length > 5) return undefined;
    // BlockingIOError has there how much was written.
    const isCount =
      this.name === 'BlockingIOError' && /number|bigint|boolean/.test(typeof plain(this.args[2]));
    return isCount ? undefined : (this.args[2] ?? undefined);
  }

  /** As Python's str(). */
  override toString(): string {
    return this.message;
  }

  toJSON(): { name: string; message: string } {
    return { name: this.name, message: this.message };
  }

  [pyRepr](): Repr {
    // OSError(errno, text, filename) keeps two of its arguments in Python's `args`.
    const own = this.filename === undefined ? this.args.length : 2;
    const shown = exactItems(this.args).slice(0, own);
    const list: Part[] = [];
    for (const arg of shown) list.push(list.length === 0 ? '' : ', ', new Shown(arg));
    return { parts: [`${this.name}(`, ...list, ')'] };
  }

  [inspect.custom](): string {
    return repr(this);
  }
}

// Error declares both as properties, which TypeScript lets no accessor override.
Object.defineProperties(PyException.prototype, {
  name: {
    get(this: PyException) {
      return PyException.nameOf(this);
    },
    configurable: true,
  },
  message: {
    get(this: PyException) {
      return messageOf(this);
    },
    configurable: true,
  },
});

function osErrorName(args: PyTuple): string | undefined {
  const errno = plain(args[0]);
  if (typeof errno !== 'number' || args.length < 2 || args.length > 5) return undefined;
  return BY_ERRNO.get(errno);
}

// --- str -----------------------------------------------------------------------------------------

/** Exceptions in the arguments of another: each costs so many characters, that a message ends. */
const NESTED = 1000;

/** str() of the parts of one message, which all together are cut as a repr is. */
class Text {
  #left = REPR_LIMIT;

  of(value: unknown): string {
    if (this.#left < 0) return '...';
    this.#left -= NESTED;
    return this.#spend(value instanceof PyException ? messageOf(value, this) : str(value));
  }

  repr(value: unknown): string {
    return this.#left < 0 ? '...' : this.#spend(repr(value, this.#left));
  }

  #spend(text: string): string {
    this.#left -= text.length;
    return text;
  }
}

type Message = (exception: PyException, text: Text) => string | undefined;

/** Classes whose str is more than that of their arguments; undefined: as any other. */
const MESSAGES: ReadonlyMap<string, Message> = new Map<string, Message>([
  [
    'KeyError',
    ({ args }, text) => (args.length === 1 ? text.repr(exactItems(args)[0]) : undefined),
  ],
  ['UnicodeDecodeError', ({ args }, text) => unicodeMessage(args, text, 'decode')],
  ['UnicodeEncodeError', ({ args }, text) => unicodeMessage(args, text, 'encode')],
  ['UnicodeTranslateError', ({ args }, text) => unicodeMessage(['', ...args], text, 'translate')],
  ['SyntaxError', syntaxMessage],
  ['IndentationError', syntaxMessage],
  ['TabError', syntaxMessage],
  ['ExceptionGroup', groupMessage],
  ['BaseExceptionGroup', groupMessage],
  ...Array.from(OS_ERRORS.keys(), (name) => [name, osMessage] as const),
]);

function messageOf(exception: PyException, text = new Text()): string {
  const { name, args } = exception;
  const special = MESSAGES.get(name)?.(exception, text);
  if (special !== undefined) return special;
  if (args.length === 0) return '';
  return args.length === 1 ? text.of(exactItems(args)[0]) : text.repr(args);
}

function osMessage({ args, filename }: PyException, text: Text): string | undefined {
  if (args.length < 2 || args.length > 5) return undefined;
  const [errno, message, , , filename2] = args;
  const first = `[Errno ${text.of(errno)}] ${text.of(message)}`;
  if (filename === undefined) return first;
  const second = filename2 === undefined || filename2 === null ? '' : ` -> ${text.repr(filename2)}`;
  return `${first}: ${text.repr(filename)}${second}`;
}

/** `args`: encoding, object, start, end, reason. */
function unicodeMessage(args: readonly unknown[], text: Text, verb: string): string | undefined {
  const [encoding, object, start, end, reason] = args.map(plain);
  if (typeof start !== 'number' || typeof end !== 'number' || args.length !== 5) return undefined;
  const unit = verb === 'decode' ? 'byte' : 'character';
  const plural = verb === 'decode' ? 'bytes' : 'characters';
  const what =
    end === start + 1
      ? `${unit} ${unitText(object, start)} in position ${start}`
      : `${plural} in position ${start}-${end - 1}`;
  const who = verb === 'translate' ? "can't" : `'${text.of(encoding)}' codec can't`;
  return `${who} ${verb} ${what}: ${text.of(reason)}`;
}

/** One byte as 0xff, one character as '\xff' (as Python writes it in these messages, printable or not). */
function unitText(object: unknown, at: number): string {
  if (typeof object === 'string') {
    const code = [...object][at]?.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code < 0x100) return `'\\x${hex.padStart(2, '0')}'`;
    return code < 0x10000 ? `'\\u${hex.padStart(4, '0')}'` : `'\\U${hex.padStart(8, '0')}'`;
  }
  return `0x${(bytesOf(object)?.[at] ?? 0).toString(16).padStart(2, '0')}`;
}

function syntaxMessage({ args }: PyException, text: Text): string | undefined {
  const [message, location] = args;
  if (!(location instanceof PyTuple)) return undefined;
  const [filename, line] = location;
  const file = textOf(filename)?.split('/').at(-1);
  const hasLine = typeof plain(line) === 'number';
  if (file !== undefined && hasLine) return `${text.of(message)} (${file}, line ${text.of(line)})`;
  if (file !== undefined) return `${text.of(message)} (${file})`;
  return hasLine ? `${text.of(message)} (line ${text.of(line)})` : text.of(message);
}

function groupMessage({ args }: PyException, text: Text): string | undefined {
  const [message, list] = args;
  if (!Array.isArray(list)) return undefined;
  return `${text.of(message)} (${list.length} sub-exception${list.length === 1 ? '' : 's'})`;
}

// --- pickles -------------------------------------------------------------------------------------

/** The call that made an exception that was read, and whether a state came with it. */
const origins = new WeakMap<PyException, { form: PyObject; state: object | undefined }>();

function load(name: string, form: PyObject): PyException | undefined {
  if (form.how !== 'reduce') return undefined;
  const exception = withoutStack(() => new PyException(name, form.args));
  origins.set(exception, { form, state: undefined });
  return exception;
}

/** What an exception that was read would have as its stack is only this reader. */
function withoutStack<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Attributes; anything but a dict is left to be replayed. */
function build(exception: PyException, state: unknown): boolean {
  const entries = entriesOf(state);
  const origin = origins.get(exception);
  if (entries === undefined || origin === undefined || exception.attributes !== null) return false;
  if (isStrange(exception) || !isFirstUse(state as object)) return false;
  exception.attributes = new Map(entries);
  origin.state = state as object;
  carry(origin.state, exception.attributes);
  return true;
}

function entriesOf(state: unknown): [string, unknown][] | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  const isDict = state instanceof Map || Object.getPrototypeOf(state) === Object.prototype;
  if (!isDict) return undefined;
  const entries: [unknown, unknown][] = state instanceof Map ? [...state] : Object.entries(state);
  return entries.every(isNamed) ? entries : undefined;
}

function isNamed(entry: [unknown, unknown]): entry is [string, unknown] {
  return typeof plain(entry[0]) === 'string';
}

function dump(exception: PyException, python: string): PyObject {
  const origin = origins.get(exception);
  const callable = origin?.form.callable ?? named('builtins', exception.name);
  const made = new PyObject(callable, exception.args);
  if (exception.attributes !== null) {
    made.ops.push({ kind: 'build', state: exception.attributes });
  } else if (origin === undefined && hasArgsState(exception.name, python)) {
    // CPython 3.12, Objects/exceptions.c, AttributeError.__getstate__: the arguments once more.
    made.ops.push({ kind: 'build', state: new Map([['args', exception.args]]) });
  }
  return made;
}

function hasArgsState(name: string, python: string): boolean {
  return name === 'AttributeError' && (python === '3.12' || python === '3.13');
}

function known(name: string, aliases: KnownClass['aliases'] = []): KnownClass<PyException> {
  return {
    module: 'builtins',
    name,
    // Python 2's name, where a pickle of protocol 3 or up (or fixImports: false) has it.
    aliases: [['exceptions', name], ...aliases],
    type: PyException,
    load: (form) => load(name, form),
    build,
    dump: (exception, { python }) => dump(exception, python),
  };
}

export const EXCEPTIONS: readonly KnownClass[] = [
  ...NAMES.map((name) => known(name)),
  ...Array.from(OS_ERRORS.keys(), (name) =>
    known(name, name === 'OSError' ? OS_ERROR_ALIASES : []),
  ),
] as readonly KnownClass[];
