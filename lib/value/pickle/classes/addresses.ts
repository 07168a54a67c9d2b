// ipaddress: addresses, networks and interfaces of IPv4 and IPv6.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import type { PythonRelease } from '../options';
import { pyRepr, repr, type Repr } from '../repr';
import { PyObject, PyTuple } from '../types';
import { asRead, attempt, intOf, KeyTag, narrow, textOf } from './form';

/** ipaddress' classes. */
export type IPType =
  'IPv4Address' | 'IPv4Network' | 'IPv4Interface' | 'IPv6Address' | 'IPv6Network' | 'IPv6Interface';

const TYPES: readonly IPType[] = [
  'IPv4Address',
  'IPv4Network',
  'IPv4Interface',
  'IPv6Address',
  'IPv6Network',
  'IPv6Interface',
];

/** How an address with an IPv4 address inside is written: 3.13 shows it as one. */
type Mapped = 'dotted' | 'hex';

/** An address, network or interface. */
export class PyIPAddress {
  /** Python's class. */
  readonly type: IPType;
  /** The address' 32 or 128 bits. */
  readonly int: bigint;
  /** Bits of the network's prefix; those of a whole address for an address. */
  readonly prefixLength: number;
  /** Scope of an IPv6 address (`eth0` in `fe80::1%eth0`); null where there is none. */
  readonly scopeId: string | null;

  /** @throws {RangeError} numbers out of range, or a network with host bits set */
  constructor(type: IPType, int: bigint, prefixLength?: number, scopeId: string | null = null) {
    const bits = bitsOf(type);
    this.type = type;
    this.int = int;
    this.prefixLength = prefixLength ?? bits;
    this.scopeId = scopeId;
    const { prefixLength: prefix } = this;
    if (int < 0n || int >> BigInt(bits) !== 0n) throw new RangeError('no such address');
    if (!Number.isInteger(prefix) || prefix < 0 || prefix > bits) {
      throw new RangeError('no such prefix length');
    }
    if (type.endsWith('Address') && prefix !== bits)
      throw new RangeError('an address has no prefix');
    if (type.endsWith('Network') && BigInt.asUintN(bits - prefix, int) !== 0n) {
      throw new RangeError('the network has host bits set');
    }
  }

  /**
   * From text: `PyIPAddress.of('IPv4Network', '10.0.0.0/8')`.
   * @throws {TypeError} not such an address @throws {RangeError} numbers out of range, or host bits set
   */
  static of(type: IPType, text: string): PyIPAddress {
    const parsed = TYPES.includes(type) ? parse(type, text) : undefined;
    if (parsed === undefined) throw new TypeError(`not an ${String(type)}`);
    return parsed;
  }

  /** 4 or 6. */
  get version(): 4 | 6 {
    return bitsOf(this.type) === 32 ? 4 : 6;
  }

  /** The address' bytes in network order. */
  get packed(): Buffer {
    return Buffer.from(this.int.toString(16).padStart(bitsOf(this.type) / 4, '0'), 'hex');
  }

  /** As Python's str(), of 3.13. */
  toString(): string {
    return textIn(this, 'dotted');
  }

  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    return { parts: [`${this.type}('${this.toString()}')`] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  [pyKey](): unknown {
    return PyTuple.of<unknown>(TAG, this.type, this.int, this.prefixLength, this.scopeId);
  }
}

const TAG = new KeyTag('address');

function bitsOf(type: IPType): 32 | 128 {
  return type.startsWith('IPv4') ? 32 : 128;
}

// --- text ----------------------------------------------------------------------------------------

function textIn({ type, int, prefixLength, scopeId }: PyIPAddress, mapped: Mapped): string {
  const address = bitsOf(type) === 32 ? textOf4(int) : textOf6(int, mapped);
  const scoped = scopeId === null ? address : `${address}%${scopeId}`;
  return type.endsWith('Address') ? scoped : `${scoped}/${prefixLength}`;
}

function textOf4(int: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((int >> shift) & 0xffn)).join('.');
}

function textOf6(int: bigint, mapped: Mapped): string {
  if (mapped === 'dotted' && int >> 32n === 0xffffn) return `::ffff:${textOf4(int & 0xffffffffn)}`;
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((int >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  return compressed(groups);
}

/** The longest run of two zero groups or more, the first of equals, as `::`. */
function compressed(groups: readonly string[]): string {
  let [best, length] = [-1, 1];
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === '0') end++;
    if (end - start > length) [best, length] = [start, end - start];
  }
  if (best === -1) return groups.join(':');
  return `${groups.slice(0, best).join(':')}::${groups.slice(best + length).join(':')}`;
}

/** Longer than any address with its scope and prefix. */
const MAX_TEXT = 200;
const TEXT = /^([0-9a-f.:]+)(?:%([^%/]+))?(?:\/(\d{1,3}))?$/i;

function parse(type: IPType, text: string): PyIPAddress | undefined {
  const match = text.length <= MAX_TEXT ? TEXT.exec(text) : null;
  if (match === null) return undefined;
  const [, address = '', scope, prefix] = match;
  const isV4 = bitsOf(type) === 32;
  const int = isV4 ? parse4(address) : parse6(address);
  if (int === undefined || (isV4 && scope !== undefined)) return undefined;
  if (prefix !== undefined && type.endsWith('Address')) return undefined;
  return new PyIPAddress(
    type,
    int,
    prefix === undefined ? undefined : Number(prefix),
    scope ?? null,
  );
}

const OCTETS = /^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/;

function parse4(text: string): bigint | undefined {
  const octets = text.split('.').map(Number);
  if (!OCTETS.test(text) || octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

const GROUP = /^[0-9a-f]{1,4}$/i;

function parse6(text: string): bigint | undefined {
  const halves = withHexTail(text)?.split('::');
  if (halves === undefined || halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (head === undefined) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<string>(missing).fill('0'), ...(tail ?? [])];
  if (!groups.every((group) => GROUP.test(group))) return undefined;
  return groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

/** `::ffff:1.2.3.4` as `::ffff:102:304`. */
function withHexTail(text: string): string | undefined {
  if (!text.includes('.')) return text;
  const at = text.lastIndexOf(':') + 1;
  const int = parse4(text.slice(at));
  if (int === undefined || at === 0) return undefined;
  return `${text.slice(0, at)}${(int >> 16n).toString(16)}:${(int & 0xffffn).toString(16)}`;
}

// --- pickles -------------------------------------------------------------------------------------

/** Releases whose IPv6Address is written as text, for its scope; older ones write the int and lose the scope. */
const TEXT_ADDRESSES: ReadonlySet<PythonRelease> = new Set(['3.11', '3.12', '3.13']);

// IPv4Address(int), IPv6Address(text) (before 3.11: int), networks and interfaces (text)
const KNOWN = TYPES.map((type): KnownClass<PyIPAddress> => ({
  module: 'ipaddress',
  name: type,
  type: PyIPAddress,
  load(form) {
    const [argument] = form.args;
    if (form.how !== 'reduce' || form.args.length !== 1) return undefined;
    const [int, text] = [intOf(argument), textOf(argument)];
    const address = attempt(() => {
      if (int !== undefined) return new PyIPAddress(type, int);
      return text === undefined ? undefined : parse(type, text);
    });
    return address && asRead(address, form);
  },
  dump(address, { python }) {
    const isInt =
      address.type.endsWith('Address') && (address.version === 4 || !TEXT_ADDRESSES.has(python));
    const mapped = python === '3.13' ? 'dotted' : 'hex';
    const argument = isInt ? narrow(address.int) : textIn(address, mapped);
    return PyObject.call('ipaddress', address.type, argument);
  },
}));

export const ADDRESSES: readonly KnownClass[] = KNOWN;
