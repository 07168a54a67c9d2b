// The binary protocol: what each command writes, and the decoder for it. Pure: bytes in, replies out.

import { BinaryDecoder } from './binary-decoder';
import {
  GATKQ,
  GETKQ,
  loudOpaque,
  NOOP,
  OPCODES,
  REQUEST_MAGIC,
  silentOpaque,
} from './binary-packets';
import { saslLogin } from './sasl';
import type { Sink } from './sink';
import { Command, type Request, type Wire } from './wire';

type Encode = (request: Request, opcode: number, opaque: number, sink: Sink) => void;

/** A length field of 16 bits. */
const MAX_KEY = 0xffff;

const byte = String.fromCharCode;

/** The time of a counter that is not made where it is not there. */
const NEVER_MADE = -1;

// <header><extras><key>, with `dataLength` bytes to follow
function packet(
  opcode: number,
  opaque: number,
  extras: string,
  key: string,
  dataLength: number,
): string {
  const name = keyOf(key);
  return header(opcode, opaque, extras.length, name.length, dataLength) + extras + name;
}

/** A longer key is cut rather than let its end be read as packets; the server refuses it either way. */
function keyOf(key: string): string {
  return key.length > MAX_KEY ? key.slice(0, MAX_KEY) : key;
}

/** One call makes it one string: measured fastest. */
function header(
  opcode: number,
  opaque: number,
  extrasLength: number,
  keyLength: number,
  dataLength: number,
): string {
  const body = extrasLength + keyLength + dataLength;
  return byte(
    REQUEST_MAGIC,
    opcode,
    keyLength >>> 8,
    keyLength & 255,
    extrasLength,
    0, // data type
    0,
    0, // vbucket
    body >>> 24,
    (body >>> 16) & 255,
    (body >>> 8) & 255,
    body & 255,
    opaque >>> 24,
    (opaque >>> 16) & 255,
    (opaque >>> 8) & 255,
    opaque & 255,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0, // cas
  );
}

// get, gets, delete, version, quit...: <key>
function bare({ key }: Request, opcode: number, opaque: number, sink: Sink): void {
  sink.text += packet(opcode, opaque, '', key, 0);
}

// touch, gat, flush: <expiry time><key>
function timed({ key, options }: Request, opcode: number, opaque: number, sink: Sink): void {
  sink.text += packet(opcode, opaque, uint32(Number(options.time)), key, 0);
}

// incr, decr: <delta><initial value><expiry time><key>
function count({ key, options }: Request, opcode: number, opaque: number, sink: Sink): void {
  const { delta, initial } = options;
  const time = initial === undefined ? NEVER_MADE : Number(options.time);
  const extras = uint64(delta) + uint64(initial ?? '0') + uint32(time);
  sink.text += packet(opcode, opaque, extras, key, 0);
}

// set, add, replace: <flags><expiry time><key><data>
function store({ key, options, entry }: Request, opcode: number, opaque: number, sink: Sink): void {
  const extras = uint32(entry.flags) + uint32(Number(options.time));
  sink.text += packet(opcode, opaque, extras, key, entry.data.length);
  sink.add(entry.data);
}

/** An id that no entry has. */
const NO_ENTRYS_ID = '\xff'.repeat(8);
const CAS_OFFSET = 16;

// cas: as replace, with the id in the header. There 0 means any id, which would lose what others wrote.
function cas({ key, options, entry }: Request, opcode: number, opaque: number, sink: Sink): void {
  const extras = uint32(entry.flags) + uint32(Number(options.time));
  const whole = packet(opcode, opaque, extras, key, entry.data.length);
  const id = Number(options.cas) === 0 ? NO_ENTRYS_ID : uint64(options.cas);
  sink.text += whole.slice(0, CAS_OFFSET) + id + whole.slice(CAS_OFFSET + 8);
  sink.add(entry.data);
}

// append, prepend: <key><data>; SASL: <mechanism><what is said>
function bareWithData({ key, entry }: Request, opcode: number, opaque: number, sink: Sink): void {
  sink.text += packet(opcode, opaque, '', key, entry.data.length);
  sink.add(entry.data);
}

// gets: a line of one key, as libmemcached asks
function gets({ key }: Request, opcode: number, opaque: number, sink: Sink): void {
  sink.text += packet(opcode, opaque, '', key, 0) + packet(NOOP, opaque, '', '', 0);
}

function unspeakable(): never {
  throw new TypeError('a raw command needs the text protocol');
}

// verbosity: <level>. memcached 1.6.18 does not know it and waits for four bytes more: not offered.
function verbosity({ key }: Request, opcode: number, opaque: number, sink: Sink): void {
  sink.text += packet(opcode, opaque, uint32(Number(key)), '', 0);
}

const ENCODERS: Readonly<Record<Command, Encode>> = {
  [Command.get]: bare,
  [Command.gets]: gets,
  [Command.gat]: timed,
  [Command.gats]: timed,
  [Command.set]: store,
  [Command.add]: store,
  [Command.replace]: store,
  [Command.append]: bareWithData,
  [Command.prepend]: bareWithData,
  [Command.cas]: cas,
  [Command.delete]: bare,
  [Command.incr]: count,
  [Command.decr]: count,
  [Command.touch]: timed,
  [Command.flushAll]: timed,
  [Command.stats]: bare,
  [Command.version]: bare,
  [Command.verbosity]: verbosity,
  [Command.quit]: bare,
  [Command.saslList]: bare,
  [Command.saslAuth]: bareWithData,
  [Command.saslStep]: bareWithData,
  [Command.raw]: unspeakable,
};

/** Big-endian; a negative number as its two's complement, as libmemcached sends a negative time. */
function uint32(number: number): string {
  return byte(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255);
}

/** Decimal digits as eight bytes. */
function uint64(digits: string): string {
  const small = Number(digits);
  if (Number.isSafeInteger(small)) return uint32(Math.floor(small / 0x100000000)) + uint32(small);
  const big = BigInt(digits);
  return uint32(Number(big >> 32n)) + uint32(Number(big & 0xffffffffn));
}

/** The binary protocol of memcached's protocol_binary.txt, as libmemcached speaks it. */
export const binaryWire: Wire = {
  name: 'binary',
  needsFences: false,

  encode(request, serial, sink) {
    const { command, options } = request;
    const [loud, quiet] = OPCODES[command];
    if (options.noreply) ENCODERS[command](request, quiet, silentOpaque(serial), sink);
    else ENCODERS[command](request, loud, loudOpaque(serial), sink);
  },

  // getkq <key> or gatkq <time><key>, for each key; then noop
  encodeGets(command, keys, time, serial, sink) {
    const opaque = loudOpaque(serial);
    const touches = command === Command.gat || command === Command.gats;
    const opcode = touches ? GATKQ : GETKQ;
    const extras = touches ? uint32(Number(time)) : '';
    let text = '';
    let head = '';
    let length = -1;
    for (const key of keys) {
      const name = keyOf(key);
      // Keys of one call are mostly of one length, and so are their headers.
      if (name.length !== length) {
        ({ length } = name);
        head = header(opcode, opaque, extras.length, length, 0) + extras;
      }
      text += head + name;
    }
    sink.text += text + packet(NOOP, opaque, '', '', 0);
  },

  createDecoder: () => new BinaryDecoder(),
  createLogin: saslLogin,
  offers: { verbosity: false, initial: true, raw: false },
};
