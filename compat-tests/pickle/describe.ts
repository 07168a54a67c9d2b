// Describes a value of the exact view as python/describe.py describes the Python value.
import {
  Exact,
  Py2Int,
  Py2Long,
  Py2Str,
  PyByteArray,
  PyFloat,
  PyFrozenSet,
  PyGlobal,
  PyObject,
  PyText,
  PyTuple,
} from '../../lib/value/pickle';
import { describeKnown } from './describe-classes';

/** Plain JSON; see python/describe.py. */
export type Description = readonly (Description | string | number | boolean | null)[];

/** One walk over one value; holds the numbers of the objects seen. */
export class Walk {
  readonly #numbers = new Map<object, number>();

  /** `python`: 2 where the description is compared with one from Python 2. */
  constructor(readonly python: 2 | 3) {}

  many(values: Iterable<unknown>): Description {
    return Array.from(values, (value) => this.value(value));
  }

  pairs(pairs: Iterable<readonly [unknown, unknown]>): Description {
    const list = [...pairs];
    // Python 2's dicts have no order of their own.
    if (this.python === 2) list.sort(([a], [b]) => compare(this.#keyText(a), this.#keyText(b)));
    return list.map(([key, value]) => [this.value(key), this.value(value)]);
  }

  /** Pairs with string keys, by name: for states and keyword arguments. */
  named(pairs: Iterable<readonly [unknown, unknown]>): Description {
    const text = (key: unknown): string => String(key instanceof Exact ? key.plain() : key);
    const list = [...pairs].sort(([a], [b]) => compare(text(a), text(b)));
    return list.map(([key, value]) => [this.value(key), this.value(value)]);
  }

  sorted(values: Iterable<unknown>): Description {
    const list = [...values].sort((a, b) => compare(this.#keyText(a), this.#keyText(b)));
    return this.many(list);
  }

  value(value: unknown): Description {
    return this.#atom(value) ?? this.#composed(value);
  }

  #atom(value: unknown): Description | undefined {
    switch (typeof value) {
      case 'undefined':
        throw new TypeError('undefined is no value of the exact view');
      case 'boolean':
        return ['bool', value];
      case 'string':
        return ['str', value];
      case 'bigint':
        return [
          this.python === 2 && BigInt.asIntN(64, value) !== value ? 'long' : 'int',
          integer(value),
        ];
      case 'number':
        return Number.isSafeInteger(value) && !Object.is(value, -0)
          ? ['int', String(value)]
          : ['float', double(value)];
      default:
        return value === null ? ['none'] : this.#scalar(value);
    }
  }

  #scalar(value: unknown): Description | undefined {
    if (value instanceof PyFloat) return ['float', double(value.value)];
    if (value instanceof Py2Long) return [this.python === 2 ? 'long' : 'int', integer(value.value)];
    if (value instanceof Py2Int) return ['int', integer(value.value)];
    if (value instanceof Py2Str) return ['str2', value.bytes.toString('hex')];
    if (value instanceof PyText) return ['str', value.codePoints()];
    if (value instanceof PyGlobal) return ['global', ...this.#nameOf(value)];
    if (Buffer.isBuffer(value)) return ['bytes', value.toString('hex')];
    if (isNoneType(value)) return ['type', 'NoneType'];
    if (value instanceof PyTuple && value.length === 0) return ['tuple', 0, []];
    if (value instanceof PyFrozenSet && value.size === 0) return ['frozenset', 0, []];
    return undefined;
  }

  #composed(value: unknown): Description {
    if (typeof value !== 'object' || value === null)
      throw new TypeError(`no value of the exact view: ${typeof value}`);
    const seen = this.#numbers.get(value);
    if (seen !== undefined) return ['ref', seen];
    const number = this.#numbers.size + 1;
    this.#numbers.set(value, number);
    return describeKnown(this, number, value) ?? this.#builtin(number, value);
  }

  #builtin(number: number, value: object): Description {
    if (value instanceof PyTuple) return ['tuple', number, this.many(value)];
    if (Array.isArray(value)) return ['list', number, this.many(value)];
    if (value instanceof PyByteArray)
      return ['bytearray', number, Buffer.from(value).toString('hex')];
    if (value instanceof PyFrozenSet) return ['frozenset', number, this.sorted(value)];
    if (value instanceof Set) return ['set', number, this.sorted(value)];
    if (value instanceof Map) return ['dict', number, this.pairs(value)];
    if (value instanceof PyObject) return this.object(number, value);
    throw new TypeError(`no value of the exact view: ${value.constructor.name}`);
  }

  object(number: number, value: PyObject, kept: unknown = value.state): Description {
    if (value.module === 're' && value.name === '_compile') {
      const [pattern, flags] = value.args;
      return ['regex', number, this.value(pattern), Number(flags)];
    }
    const made = this.#made(value);
    const items = this.many(value.listItems());
    const pairs = this.pairs(value.dictItems());
    const state = kept === undefined ? ['none'] : this.value(kept);
    return ['object', number, made, items, pairs, state];
  }

  #nameOf({ module, name, legacy }: PyGlobal): [module: string, name: string] {
    if (this.python === 3 || legacy === undefined) return [module, name];
    return [MOVED.get(legacy.module) ?? legacy.module, legacy.name];
  }

  #made(value: PyObject): Description {
    const name = [value.module, value.name];
    const args = this.many(value.args);
    if (value.how === 'newobj') return ['new', ...name, args];
    if (value.how === 'reduce') return ['call', ...name, args];
    if (value.how === 'reconstruct') return ['reconstruct', ...name, args];
    if (value.how !== 'newobj_ex') return ['classic', ...name, args];
    if (!(value.kwargs instanceof Map)) throw new TypeError('keyword arguments are a dict');
    const named = this.named(value.kwargs as Map<unknown, unknown>);
    return ['newex', ...name, args, named.map((pair) => keywordOf(pair))];
  }

  #keyText(value: unknown): string {
    return textOf(new Walk(this.python).value(value));
  }
}

/** As MOVED of python/describe.py. */
const MOVED: ReadonlyMap<string, string> = new Map([
  ['__builtin__', 'builtins'],
  ['copy_reg', 'copyreg'],
  ['exceptions', 'builtins'],
]);

/** [["str", name], value] with the name as plain text. */
function keywordOf(pair: Description[number]): Description {
  if (!Array.isArray(pair)) throw new TypeError('not a pair');
  const [key, value] = pair as [Description, Description];
  return [key[1] ?? null, value];
}

function isNoneType(value: unknown): boolean {
  if (!(value instanceof PyObject) || value.args.length !== 1 || value.args[0] !== null)
    return false;
  return value.callable instanceof PyGlobal && value.callable.is('builtins', 'type');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The 8 bytes of a float in hex; every NaN is "nan". */
export function double(number: number): string {
  if (Number.isNaN(number)) return 'nan';
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(number);
  return bytes.toString('hex');
}

/** Decimal when short; hex beyond, as in python/describe.py. */
export function integer(number: number | bigint): string {
  const big = BigInt(number);
  const size = big < 0n ? -big : big;
  if (size < 1n << 4096n) return big.toString();
  return `${big < 0n ? '-' : ''}0x${size.toString(16)}`;
}

/** A description as Python's json.dumps writes it with short separators: ASCII only. */
export function textOf(description: Description): string {
  return JSON.stringify(description).replace(
    /[\x7f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The description of a value of the exact view. */
export function describeValue(value: unknown, python: 2 | 3 = 3): Description {
  return new Walk(python).value(value);
}
