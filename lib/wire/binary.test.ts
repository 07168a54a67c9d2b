// What the binary wire writes, byte for byte.

import { binaryWire } from './binary';
import { Sink } from './sink';
import { packet, uint32, uint64, type Packet } from './testing/packets';
import { Command, NO_OPTIONS, type Entry, type Request, type RequestOptions } from './wire';

/** A request with every field at hand, as the table below names them. */
interface Asked extends Partial<RequestOptions & Entry> {
  readonly command: Command;
  readonly key?: string;
}

const SERIAL = 0x01020304;

function request({ command, key = 'k', flags = 0, data = '', ...options }: Asked): Request {
  return { command, key, entry: { flags, data }, options: { ...NO_OPTIONS, ...options } };
}

function encode(asked: Asked, serial = SERIAL): string {
  const sink = new Sink();
  binaryWire.encode(request(asked), serial, sink);
  return [...sink.parts.map((part) => part.toString('latin1')), sink.text].join('');
}

const asks = (fields: Packet): string => packet({ magic: 0x80, opaque: SERIAL, ...fields });
const silently = (fields: Packet): string => asks({ ...fields, opaque: 0x81020304 });

const stored = { flags: 0x01020304, time: '60', data: 'v\xe4' };
const storing = { extras: uint32(0x01020304) + uint32(60), key: 'k', value: 'v\xe4' };
const counting = { extras: uint64(5n) + uint64(0n) + uint32(0xffffffff), key: 'k' };
const noop = asks({ opcode: 0x0a });

describe('the binary wire writes', () => {
  it.each<[string, Asked, string]>([
    ['get', { command: Command.get }, asks({ opcode: 0x0c, key: 'k' })],
    ['gets, as a line of one', { command: Command.gets }, asks({ opcode: 0x0d, key: 'k' }) + noop],
    ['gat', { command: Command.gat, time: '60' }, asks({ opcode: 0x23, extras: uint32(60), key: 'k' })],
    ['gats', { command: Command.gats, time: '60' }, asks({ opcode: 0x23, extras: uint32(60), key: 'k' })],
    ['set', { command: Command.set, ...stored }, asks({ opcode: 0x01, ...storing })],
    ['add', { command: Command.add, ...stored }, asks({ opcode: 0x02, ...storing })],
    ['replace', { command: Command.replace, ...stored }, asks({ opcode: 0x03, ...storing })],
    ['append', { command: Command.append, ...stored }, asks({ opcode: 0x0e, key: 'k', value: 'v\xe4' })],
    ['prepend', { command: Command.prepend, ...stored }, asks({ opcode: 0x0f, key: 'k', value: 'v\xe4' })],
    ['cas', { command: Command.cas, ...stored, cas: '7' }, asks({ opcode: 0x03, ...storing, cas: 7n })],
    ['cas with a big id', { command: Command.cas, ...stored, cas: '18446744073709551614' }, asks({ opcode: 0x03, ...storing, cas: 2n ** 64n - 2n })],
    ['cas with an id over a double', { command: Command.cas, ...stored, cas: '9007199254740993' }, asks({ opcode: 0x03, ...storing, cas: 2n ** 53n + 1n })],
    ['cas with id 0, which would be none, as one that no entry has', { command: Command.cas, ...stored, cas: '0' }, asks({ opcode: 0x03, ...storing, cas: 2n ** 64n - 1n })],
    ['set, silent', { command: Command.set, ...stored, noreply: true }, silently({ opcode: 0x11, ...storing })],
    ['add, silent', { command: Command.add, ...stored, noreply: true }, silently({ opcode: 0x12, ...storing })],
    ['replace, silent', { command: Command.replace, ...stored, noreply: true }, silently({ opcode: 0x13, ...storing })],
    ['append, silent', { command: Command.append, ...stored, noreply: true }, silently({ opcode: 0x19, key: 'k', value: 'v\xe4' })],
    ['prepend, silent', { command: Command.prepend, ...stored, noreply: true }, silently({ opcode: 0x1a, key: 'k', value: 'v\xe4' })],
    ['cas, silent', { command: Command.cas, ...stored, cas: '7', noreply: true }, silently({ opcode: 0x13, ...storing, cas: 7n })],
    ['an empty value', { command: Command.set, time: '0' }, asks({ opcode: 0x01, extras: uint64(0n), key: 'k' })],
    ['a time before now, which libmemcached sends as a far one', { command: Command.set, time: '-1' }, asks({ opcode: 0x01, extras: uint64(0xffffffffn), key: 'k' })],
    ['a text tail of none', { command: Command.set, time: '0', tail: ' ' }, asks({ opcode: 0x01, extras: uint64(0n), key: 'k' })],
    ['delete', { command: Command.delete, time: '0' }, asks({ opcode: 0x04, key: 'k' })],
    ['delete, silent', { command: Command.delete, noreply: true }, silently({ opcode: 0x14, key: 'k' })],
    ['incr, which never makes a counter', { command: Command.incr, delta: '5' }, asks({ opcode: 0x05, ...counting })],
    ['incr, silent', { command: Command.incr, delta: '5', noreply: true }, silently({ opcode: 0x15, ...counting })],
    ['decr', { command: Command.decr, delta: '5' }, asks({ opcode: 0x06, ...counting })],
    ['decr, silent', { command: Command.decr, delta: '5', noreply: true }, silently({ opcode: 0x16, ...counting })],
    ['a delta of 64 bits', { command: Command.incr, delta: '18446744073709551615' }, asks({ opcode: 0x05, key: 'k', extras: uint64(2n ** 64n - 1n) + uint64(0n) + uint32(0xffffffff) })],
    ['touch', { command: Command.touch, time: '9' }, asks({ opcode: 0x1c, extras: uint32(9), key: 'k' })],
    ['touch, silent: it has no quiet form', { command: Command.touch, time: '9', noreply: true }, silently({ opcode: 0x1c, extras: uint32(9), key: 'k' })],
    ['flush', { command: Command.flushAll, key: '' }, asks({ opcode: 0x08, extras: uint32(0) })],
    ['flush later, silent', { command: Command.flushAll, key: '', time: '30', noreply: true }, silently({ opcode: 0x18, extras: uint32(30) })],
    ['stats', { command: Command.stats, key: '' }, asks({ opcode: 0x10 })],
    ['stats items', { command: Command.stats, key: 'items' }, asks({ opcode: 0x10, key: 'items' })],
    ['version', { command: Command.version, key: '' }, asks({ opcode: 0x0b })],
    ['verbosity', { command: Command.verbosity, key: '2' }, asks({ opcode: 0x1b, extras: uint32(2) })],
    ['quit', { command: Command.quit, key: '' }, asks({ opcode: 0x07 })],
    ['quit, silent', { command: Command.quit, key: '', noreply: true }, silently({ opcode: 0x17 })],
    ['the question for mechanisms', { command: Command.saslList, key: '' }, asks({ opcode: 0x20 })],
    ['an authentication', { command: Command.saslAuth, key: 'PLAIN', data: '\0user\0word' }, asks({ opcode: 0x21, key: 'PLAIN', value: '\0user\0word' })],
    ['a step of one', { command: Command.saslStep, key: 'SCRAM-SHA-1', data: 'c=biws' }, asks({ opcode: 0x22, key: 'SCRAM-SHA-1', value: 'c=biws' })],
    ['a key of any bytes', { command: Command.get, key: ' \r\n\0\xff' }, asks({ opcode: 0x0c, key: ' \r\n\0\xff' })],
    ['a key of 300 bytes', { command: Command.get, key: 'k'.repeat(300) }, asks({ opcode: 0x0c, key: 'k'.repeat(300) })],
    ['no more of a key than its length can say', { command: Command.get, key: 'k'.repeat(70_000) }, asks({ opcode: 0x0c, key: 'k'.repeat(65_535) })],
  ])('%s', (_name, asked, bytes) => {
    expect(encode(asked)).toBe(bytes);
  }); // prettier-ignore

  it('serial numbers for ever, loud ones apart from silent ones', () => {
    const asked = { command: Command.get };
    expect(encode(asked, 2 ** 31 + 5)).toBe(asks({ opcode: 0x0c, key: 'k', opaque: 5 }));
    expect(encode(asked, 2 ** 32 + 5)).toBe(asks({ opcode: 0x0c, key: 'k', opaque: 5 }));
    const silent = { command: Command.delete, noreply: true };
    expect(encode(silent, 2 ** 32 + 5)).toBe(asks({ opcode: 0x14, key: 'k', opaque: 0x80000005 }));
  });

  it('gets of many keys as a line that ends in a noop, all with one opaque', () => {
    const sink = new Sink();
    binaryWire.encodeGets(Command.get, ['a', 'b'], '', SERIAL, sink);
    binaryWire.encodeGets(Command.gets, ['c'], '', SERIAL, sink);
    binaryWire.encodeGets(Command.gat, ['d', 'e'], '60', SERIAL, sink);
    expect(sink.text).toBe(
      asks({ opcode: 0x0d, key: 'a' }) +
        asks({ opcode: 0x0d, key: 'b' }) +
        noop +
        asks({ opcode: 0x0d, key: 'c' }) +
        noop +
        asks({ opcode: 0x24, extras: uint32(60), key: 'd' }) +
        asks({ opcode: 0x24, extras: uint32(60), key: 'e' }) +
        noop,
    );
  });

  it('a big buffer as a part of its own, uncopied, and a small one inside the text', () => {
    const big = Buffer.alloc(10_000, 'b');
    const small = Buffer.from([0, 255, 13, 10]);
    const sink = new Sink();
    binaryWire.encode(request({ command: Command.set, data: big }), SERIAL, sink);
    binaryWire.encode(request({ command: Command.append, data: small }), SERIAL, sink);
    expect(sink.parts[0]).toBe(
      asks({ opcode: 1, extras: uint64(0n), key: 'k', bodyLength: 10_009 }),
    );
    expect(sink.parts[1]).toBe(big);
    expect(sink.text).toBe(asks({ opcode: 0x0e, key: 'k', value: '\0\xff\r\n' }));
  });
});
