// uuid.UUID.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import { pyRepr, repr, type Repr } from '../repr';
import { PyObject, PyTuple } from '../types';
import { intOf, KeyTag, named, narrow } from './form';

const MAX = 2n ** 128n - 1n;
const HEX = /^[0-9a-f]{32}$/i;

/** uuid.UUID: 128 bits. */
export class PyUUID {
  #int = 0n;
  #form: PyObject | undefined;

  /**
   * @param value hexadecimal digits, with or without hyphens, braces and `urn:uuid:`; 16 bytes; or the 128 bits
   * @throws {TypeError} something else
   */
  constructor(value: string | bigint | Uint8Array) {
    if (typeof value === 'bigint') this.#int = value;
    else {
      const hex = typeof value === 'string' ? digitsOf(value) : Buffer.from(value).toString('hex');
      if (!HEX.test(hex)) throw new TypeError('badly formed hexadecimal UUID string');
      this.#int = BigInt(`0x${hex}`);
    }
    if (this.#int < 0n || this.#int > MAX)
      throw new TypeError('int is out of range (need a 128-bit value)');
  }

  /** The instance that a call makes, whose value follows in its state. */
  static fromForm(form: PyObject): PyUUID {
    const uuid = new PyUUID(0n);
    uuid.#form = form;
    return uuid;
  }

  /** The 128 bits. */
  get int(): bigint {
    return this.#int;
  }

  /** 32 digits. */
  get hex(): string {
    return this.#int.toString(16).padStart(32, '0');
  }

  /** A copy of the 16 bytes. */
  get bytes(): Buffer {
    return Buffer.from(this.hex, 'hex');
  }

  /** `12345678-1234-...`, as Python's str() and crypto.randomUUID(). */
  toString(): string {
    return this.hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    return { parts: [`UUID('${this.toString()}')`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  [pyKey](): unknown {
    return PyTuple.of<unknown>(TAG, this.#int);
  }

  /** Takes the state's value. The state stays beside it to be replayed: `is_safe`, and the types of its keys. */
  static build(uuid: PyUUID, state: unknown): false {
    const int = intOf(intIn(state));
    if (int !== undefined && int >= 0n && int <= MAX) uuid.#int = int;
    return false;
  }

  /** What is written for a UUID. */
  static dump(uuid: PyUUID): PyObject {
    if (uuid.#form !== undefined) return uuid.#form;
    const ops = [{ kind: 'build' as const, state: new Map([['int', narrow(uuid.#int)]]) }];
    const base = named('builtins', 'object');
    return new PyObject(named('uuid', 'UUID'), [], { how: 'newobj', ops, base });
  }
}

const TAG = new KeyTag('UUID');

function digitsOf(text: string): string {
  return text.replace('urn:', '').replace('uuid:', '').replaceAll(/[{}-]/g, '');
}

/** `state['int']`. */
function intIn(state: unknown): unknown {
  if (state instanceof Map) return (state as Map<unknown, unknown>).get('int');
  if (typeof state !== 'object' || state === null || !Object.hasOwn(state, 'int')) return undefined;
  return Reflect.get(state, 'int');
}

// UUID() NEWOBJ, {'int': n[, 'is_safe': 0, -1]} BUILD
const UUID: KnownClass<PyUUID> = {
  module: 'uuid',
  name: 'UUID',
  type: PyUUID,
  load: (form) =>
    form.how === 'newobj' && form.args.length === 0 ? PyUUID.fromForm(form) : undefined,
  build: (uuid, state) => PyUUID.build(uuid, state),
  dump: (uuid) => PyUUID.dump(uuid),
};

export const UUIDS: readonly KnownClass[] = [UUID] as readonly KnownClass[];
