// Replies of the binary protocol: read whole, byte by byte and cut at every place; and what is refused.

import { ConnectionError, ProtocolError, TooLargeError } from '../errors';
import { MAX_LINE, MAX_STATS_BYTES, MAX_STATS_ROWS, MAX_VALUE_BYTES } from '../limits';
import { BinaryDecoder } from './binary-decoder';
import { packet, uint32, uint64, type Packet } from './testing/packets';
import { Code, Command, Step } from './wire';

/** What one reply said, in order. */
type Told = unknown[];

interface Asked {
  readonly command: Command;
  readonly keys?: readonly string[];
  /** Asked by `encodeGets`. */
  readonly line?: true;
}

/** The request's, with bits in every byte; and what replies to a silent request before it repeat. */
const SERIAL = 0x01020304;
const SILENT = 0x81020304;

/**
 * Feeds a reply in pieces as a connection does: what is left unread is put before the next piece.
 * Entries are matched by key in any order.
 */
function read({ command, keys = [], line }: Asked, pieces: readonly Buffer[]): Told {
  const decoder = new BinaryDecoder();
  const told: Told = [];
  let next = 0;
  let rest: Buffer = Buffer.alloc(0);
  for (const piece of pieces) {
    // Behind the bytes stand others that were read before, as in the shared buffer.
    const bytes = Buffer.concat([rest, piece, Buffer.from(noop + noop, 'latin1')]);
    const to = rest.length + piece.length;
    let from = 0;
    while (from < to) {
      const key = keys[next] ?? '\uffff';
      const step = line
        ? decoder.readGets(command, key, SERIAL, bytes, from, to)
        : decoder.read(command, key, SERIAL, bytes, from, to);
      from = decoder.at;
      if (step === Step.more) break;
      if (step === Step.otherKey) next = keys.indexOf(decoder.key);
      if (step === Step.otherKey && next === -1) return [...told, 'foreign', decoder.key];
      if (step === Step.entry || step === Step.onlyEntry) {
        const data = decoder.data.latin1Slice(decoder.start, decoder.end);
        told.push([keys[next++], decoder.flags, data, decoder.cas]);
      }
      if (step === Step.onlyEntry) told.push('only');
      if (step === Step.done) {
        told.push(decoder.code, decoder.text, decoder.number, decoder.rows, decoder.inSync);
      }
    }
    rest = Buffer.from(bytes.subarray(from, to));
  }
  return told;
}

const reply = (fields: Packet): string => packet({ opaque: SERIAL, ...fields });
const noop = reply({ opcode: 0x0a });
/** An entry as a reply to getk, or to another opcode. */
const entry = (key: string, value: string, fields: Partial<Packet> = {}): string =>
  reply({ opcode: 0x0c, extras: uint32(16), key, value, cas: 9n, ...fields });
const inLine = { opcode: 0x0d } as const;

const done = (code: Code, text = '', inSync = true): Told => [code, text, 0, [], inSync];
const counted = (number: number | bigint): Told => [Code.number, '', number, [], true];

const get: Asked = { command: Command.get, keys: ['k'] };
const gets: Asked = { command: Command.gets, keys: ['k'] };
const many: Asked = { command: Command.get, keys: ['a', 'b', 'c', 'd'], line: true };
const set: Asked = { command: Command.set };
const incr: Asked = { command: Command.incr };
const stats: Asked = { command: Command.stats };
const auth: Asked = { command: Command.saslAuth };

const BIG = 'b'.repeat(5000);
const NOT_FOUND = { status: 1, value: 'Not found' } as const;
const EXISTS = { status: 2, value: 'Data exists for key.' } as const;
const NOT_STORED = { status: 5, value: 'Not stored.' } as const;
const objection = packet({ opcode: 0x12, opaque: SILENT, ...EXISTS });

const REPLIES: readonly [string, Asked, string, Told][] = [
  ['a hit', get, entry('k', 'h\xe9\0\x81'), [['k', 16, 'h\xe9\0\x81', ''], 'only']],
  ['an empty value', get, entry('k', ''), [['k', 16, '', ''], 'only']],
  [
    'flags of 32 bits',
    get,
    entry('k', 'v', { extras: uint32(0xffffffff) }),
    [['k', 0xffffffff, 'v', ''], 'only'],
  ],
  ['a value that looks like replies', get, entry('k', noop), [['k', 16, noop, ''], 'only']],
  ['a big value, in a buffer of its own', get, entry('k', BIG), [['k', 16, BIG, ''], 'only']],
  [
    'a key outside ASCII',
    { command: Command.get, keys: ['\xc3\xa9 \r\n'] },
    entry('\xc3\xa9 \r\n', 'v'),
    [['\xc3\xa9 \r\n', 16, 'v', ''], 'only'],
  ],
  ['a miss that repeats its key', get, reply({ opcode: 0x0c, status: 1, key: 'k' }), done(Code.end)],
  ['a miss in words', get, reply({ opcode: 0x0c, ...NOT_FOUND }), done(Code.end)],
  ['another key', get, entry('q', 'v'), ['foreign', 'q']],
  ['a longer key', get, entry('kk', 'v'), ['foreign', 'kk']],
  [
    'a cas id of 64 bits',
    gets,
    entry('k', 'v', { ...inLine, cas: 2n ** 64n - 1n }) + noop,
    [['k', 16, 'v', '18446744073709551615'], ...done(Code.end)],
  ],
  ['a miss of gets', gets, noop, done(Code.end)],
  [
    'an entry that was touched',
    { command: Command.gat, keys: ['k'] },
    entry('k', 'v', { opcode: 0x23 }),
    [['k', 16, 'v', ''], 'only'],
  ],
  [
    'an entry that was touched, with its cas id',
    { command: Command.gats, keys: ['k'] },
    entry('k', 'v', { opcode: 0x23 }),
    [['k', 16, 'v', '9'], 'only'],
  ],
  [
    'some of many keys, in any order',
    many,
    entry('d', 'D', inLine) + entry('b', BIG, inLine) + noop,
    [['d', 16, 'D', ''], ['b', 16, BIG, ''], ...done(Code.end)],
  ],
  ['none of many keys', many, noop, done(Code.end)],
  ['a key that is none of many', many, entry('x', 'X', inLine), ['foreign', 'x']],
  [
    'a refusal of one of many keys, told at the end',
    many,
    entry('a', 'A', inLine) +
      reply({ ...inLine, status: 0x82, value: 'Out of memory' }) +
      entry('c', 'C', inLine) +
      noop,
    [['a', 16, 'A', ''], ['c', 16, 'C', ''], ...done(Code.refused, '0x82 Out of memory')],
  ],
  [
    'a refusal behind which the server closes',
    many,
    reply({ ...inLine, status: 0x20, value: 'Auth failure.' }),
    done(Code.refused, '0x20 Auth failure.', false),
  ],
  ['set', set, reply({ opcode: 1, cas: 9n }), done(Code.stored)],
  ['add', { command: Command.add }, reply({ opcode: 2 }), done(Code.stored)],
  ['add of what exists', { command: Command.add }, reply({ opcode: 2, ...EXISTS }), done(Code.exists, '0x02 Data exists for key.')],
  ['replace of nothing', { command: Command.replace }, reply({ opcode: 3, ...NOT_FOUND }), done(Code.notFound, '0x01 Not found')],
  ['append', { command: Command.append }, reply({ opcode: 0x0e }), done(Code.stored)],
  ['append to nothing', { command: Command.append }, reply({ opcode: 0x0e, ...NOT_STORED }), done(Code.notStored, '0x05 Not stored.')],
  ['prepend', { command: Command.prepend }, reply({ opcode: 0x0f }), done(Code.stored)],
  ['cas', { command: Command.cas }, reply({ opcode: 3 }), done(Code.stored)],
  ['cas of what changed', { command: Command.cas }, reply({ opcode: 3, ...EXISTS }), done(Code.exists, '0x02 Data exists for key.')],
  ['cas of nothing', { command: Command.cas }, reply({ opcode: 3, ...NOT_FOUND }), done(Code.notFound, '0x01 Not found')],
  ['too large: in step, the data was swallowed', set, reply({ opcode: 1, status: 3, value: 'Too large.' }), done(Code.refused, '0x03 Too large.')],
  ['invalid: the server closes', set, reply({ opcode: 1, status: 4, value: 'Invalid arguments' }), done(Code.refused, '0x04 Invalid arguments', false)],
  ['unknown: too much was swallowed', set, reply({ opcode: 1, status: 0x81, value: 'Unknown command' }), done(Code.refused, '0x81 Unknown command', false)],
  ['words on one line', set, reply({ opcode: 1, status: 0x84, value: 'a\r\n\x1b[1m' }), done(Code.refused, '0x84 a???[1m')],
  ['long words', set, reply({ opcode: 1, status: 0x84, value: BIG }), done(Code.refused, `0x84 ${BIG}`)],
  ['delete', { command: Command.delete }, reply({ opcode: 4 }), done(Code.deleted)],
  ['delete of nothing', { command: Command.delete }, reply({ opcode: 4, ...NOT_FOUND }), done(Code.notFound, '0x01 Not found')],
  ['touch', { command: Command.touch }, reply({ opcode: 0x1c, extras: uint32(16) }), done(Code.touched)],
  ['touch without flags', { command: Command.touch }, reply({ opcode: 0x1c }), done(Code.touched)],
  ['touch of nothing', { command: Command.touch }, reply({ opcode: 0x1c, ...NOT_FOUND }), done(Code.notFound, '0x01 Not found')],
  ['a counter', incr, reply({ opcode: 5, value: uint64(42n) }), counted(42)],
  ['a counter of 64 bits', incr, reply({ opcode: 5, value: uint64(2n ** 64n - 1n) }), counted(2n ** 64n - 1n)],
  ['a counter that a double just holds', incr, reply({ opcode: 5, value: uint64(2n ** 53n - 1n) }), counted(2 ** 53 - 1)],
  ['a counter that a double just fails to hold', incr, reply({ opcode: 5, value: uint64(2n ** 53n) }), counted(2n ** 53n)],
  ['decr', { command: Command.decr }, reply({ opcode: 6, value: uint64(0n) }), counted(0)],
  ['a counter of something else', incr, reply({ opcode: 5, status: 6, value: 'Non-numeric' }), done(Code.refused, '0x06 Non-numeric')],
  ['flush', { command: Command.flushAll }, reply({ opcode: 8 }), done(Code.ok)],
  ['verbosity', { command: Command.verbosity }, reply({ opcode: 0x1b }), done(Code.ok)],
  ['a version', { command: Command.version }, reply({ opcode: 0x0b, value: '1.6.18' }), done(Code.version, '1.6.18')],
  ['nothing of quit: its answer is the end', { command: Command.quit }, reply({ opcode: 7 }), []],
  [
    'stats',
    stats,
    reply({ opcode: 0x10, key: 'pid', value: '1' }) +
      reply({ opcode: 0x10, key: 'empty' }) +
      reply({ opcode: 0x10, key: 'detailed', value: BIG }) +
      reply({ opcode: 0x10, key: 'last', value: '2' }) +
      reply({ opcode: 0x10 }),
    [
      Code.rows,
      '',
      0,
      [['pid', '1'], ['empty', ''], ['detailed', BIG], ['last', '2']],
      true,
    ],
  ],
  ['stats reset', stats, reply({ opcode: 0x10 }), done(Code.rows)],
  ['stats of nothing', stats, reply({ opcode: 0x10, ...NOT_FOUND }), done(Code.refused, '0x01 Not found')],
  ['mechanisms', { command: Command.saslList }, reply({ opcode: 0x20, value: 'PLAIN SCRAM-SHA-1' }), done(Code.ok, 'PLAIN SCRAM-SHA-1')],
  ['authenticated', auth, reply({ opcode: 0x21, value: 'Authenticated' }), done(Code.ok, 'Authenticated')],
  ['a challenge, byte for byte', auth, reply({ opcode: 0x21, status: 0x21, value: 'r=\0\xff' }), done(Code.challenge, 'r=\0\xff')],
  ['a wrong password: in step', { command: Command.saslStep }, reply({ opcode: 0x22, status: 0x20, value: 'Auth failure.' }), done(Code.refused, '0x20 Auth failure.')],
  ['objections to silent requests before it', set, objection + objection + reply({ opcode: 1 }), done(Code.stored)],
  ['an objection before a hit', get, objection + entry('k', BIG), [['k', 16, BIG, ''], 'only']],
  [
    'the reply to a touch that was to be silent',
    { command: Command.touch },
    packet({ opcode: 0x1c, opaque: SILENT, extras: uint32(0) }) + reply({ opcode: 0x1c, ...NOT_FOUND }),
    done(Code.notFound, '0x01 Not found'),
  ],
]; // prettier-ignore

const byteByByte = (bytes: Buffer): Buffer[] => Array.from(bytes, (byte) => Buffer.from([byte]));

describe('the binary decoder reads', () => {
  describe.each(REPLIES)('%s', (_name, asked, text, told) => {
    const bytes = Buffer.from(text, 'latin1');

    it('whole', () => {
      expect(read(asked, [bytes])).toEqual(told);
    });

    it('byte by byte', () => {
      expect(read(asked, byteByByte(bytes))).toEqual(told);
    });

    it('cut at every place', () => {
      const step = bytes.length > 1000 ? 97 : 1;
      for (let at = 1; at < bytes.length; at += step) {
        expect(read(asked, [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(told);
      }
    });
  });

  it('a big value into an exact buffer that is the caller’s own', () => {
    const bytes = Buffer.from(entry('k', BIG), 'latin1');
    const decoder = new BinaryDecoder();
    expect(decoder.read(Command.get, 'k', SERIAL, bytes, 0, 100)).toBe(Step.more);
    expect(decoder.at).toBe(100);
    expect(decoder.read(Command.get, 'k', SERIAL, bytes, 100, bytes.length)).toBe(Step.onlyEntry);
    expect([decoder.owned, decoder.data.length, decoder.data.buffer.byteLength]).toEqual([
      true,
      bytes.length,
      bytes.length,
    ]);
    expect(decoder.at).toBe(bytes.length);
  });
});

describe('while nothing is asked the binary decoder', () => {
  const skip = (text: string): number => {
    const bytes = Buffer.from(text + noop, 'latin1');
    return new BinaryDecoder().skip(SERIAL, bytes, 0, text.length);
  };

  it('reads over objections to silent requests', () => {
    expect(skip(objection + objection)).toBe(2 * objection.length);
    expect(skip(objection + objection.slice(0, 30))).toBe(objection.length);
    expect(skip(objection.slice(0, 10))).toBe(0);
  });

  it.each([
    ['a reply', reply({ opcode: 1 })],
    ['an objection to another silent request', packet({ opcode: 0x12, opaque: SILENT + 1, ...EXISTS })],
    ['text', 'STORED\r\n'],
  ])('refuses %s', (_name, text) => {
    expect(() => skip(text)).toThrow(ProtocolError);
  }); // prettier-ignore
});

describe('the binary decoder refuses', () => {
  const GREETING = 'ERROR Too many open connections\r\n';

  it.each<[string, Asked, string, new (...args: never[]) => Error]>([
    ['the magic byte of a request', get, entry('k', 'v', { magic: 0x80 }), ProtocolError],
    ['text', get, 'VALUE k 0 1\r\nv\r\nEND\r\n', ProtocolError],
    ['an error in text', get, 'ERROR\r\n', ProtocolError],
    ['the answer of a web server', get, 'HTTP/1.1 400 Bad Request\r\n', ProtocolError],
    ['a greeting', set, GREETING, ConnectionError],
    ['a data type', get, entry('k', 'v', { dataType: 1 }), ProtocolError],
    ['another opcode', get, entry('k', 'v', { opcode: 0 }), ProtocolError],
    ['the opcode of a line for a lone get', get, entry('k', 'v', inLine), ProtocolError],
    ['the opcode of a lone get in a line', many, entry('a', 'A'), ProtocolError],
    ['the end of a line for a lone get', get, noop, ProtocolError],
    ['the opcode of set for add', { command: Command.add }, reply({ opcode: 1 }), ProtocolError],
    ['another opaque', get, entry('k', 'v', { opaque: SERIAL + 1 }), ProtocolError],
    ['the opaque of the request before', set, reply({ opcode: 1, opaque: SERIAL - 1 }), ProtocolError],
    ['a loud opcode with a silent opaque', set, reply({ opcode: 1, opaque: SILENT }), ProtocolError],
    ['a silent request that the server closes for', set, packet({ opcode: 0x11, opaque: SILENT, status: 4 }), ProtocolError],
    ['an endless objection', set, packet({ opcode: 0x11, opaque: SILENT, status: 3, bodyLength: MAX_LINE + 1 }), TooLargeError],
    ['extras and key over the body', get, entry('k', '', { bodyLength: 4 }), ProtocolError],
    ['a key over the body, of another length', get, entry('k', 'v', { keyLength: 300 }), ProtocolError],
    ['no extras before an entry', get, entry('k', 'v', { extras: '' }), ProtocolError],
    ['extras of eight bytes', get, entry('k', 'v', { extras: uint64(0n) }), ProtocolError],
    ['no key before an entry', get, entry('', 'v'), ProtocolError],
    ['a key longer than any', get, entry('k'.repeat(MAX_LINE), 'v'), ProtocolError],
    ['a miss of another key', get, reply({ opcode: 0x0c, status: 1, key: 'q' }), ProtocolError],
    ['a miss of its key and more', get, reply({ opcode: 0x0c, status: 1, key: 'k', value: 'x' }), ProtocolError],
    ['a miss with flags', get, reply({ opcode: 0x0c, status: 1, extras: uint32(0), key: 'k' }), ProtocolError],
    ['a miss where misses are silent', many, reply({ ...inLine, status: 1, key: 'a' }), ProtocolError],
    ['a noop that says more', many, reply({ opcode: 0x0a, value: 'x' }), ProtocolError],
    ['a noop that fails', many, reply({ opcode: 0x0a, status: 0x84 }), ProtocolError],
    ['an unknown status', set, reply({ opcode: 1, status: 0x99 }), ProtocolError],
    ['a status of another command', set, reply({ opcode: 1, ...EXISTS }), ProtocolError],
    ['a challenge to set', set, reply({ opcode: 1, status: 0x21 }), ProtocolError],
    ['an error with extras', set, reply({ opcode: 1, status: 3, extras: uint32(0) }), ProtocolError],
    ['an error with a key', set, reply({ opcode: 1, status: 3, key: 'k' }), ProtocolError],
    ['a body for set', set, reply({ opcode: 1, value: 'x' }), ProtocolError],
    ['an entry for set', set, entry('k', 'v', { opcode: 1 }), ProtocolError],
    ['a counter of four bytes', incr, reply({ opcode: 5, value: uint32(1) }), ProtocolError],
    ['a counter of nine bytes', incr, reply({ opcode: 5, value: `${uint64(1n)}x` }), ProtocolError],
    ['a counter with flags', incr, reply({ opcode: 5, extras: uint32(0), value: uint32(1) }), ProtocolError],
    ['flags of eight bytes for touch', { command: Command.touch }, reply({ opcode: 0x1c, extras: uint64(0n) }), ProtocolError],
    ['a version with a key', { command: Command.version }, reply({ opcode: 0x0b, key: 'k' }), ProtocolError],
    ['a row without a name', stats, reply({ opcode: 0x10, value: '1' }), ProtocolError],
    ['a row with extras', stats, reply({ opcode: 0x10, key: 'a', extras: uint32(0) }), ProtocolError],
    ['two gigabytes, on the header', get, entry('k', '', { bodyLength: 0x7fffffff }), TooLargeError],
    ['four gigabytes, on the header', gets, entry('k', '', { ...inLine, bodyLength: 0xffffffff }), TooLargeError],
    ['a value over the limit', get, entry('k', '', { bodyLength: MAX_VALUE_BYTES + 6 }), TooLargeError],
    ['words over the limit', set, reply({ opcode: 1, status: 3, bodyLength: MAX_LINE + 1 }), TooLargeError],
    ['a version over the limit', { command: Command.version }, reply({ opcode: 0x0b, bodyLength: MAX_LINE + 1 }), TooLargeError],
    ['a row over the limit', stats, reply({ opcode: 0x10, key: 'a', bodyLength: MAX_STATS_BYTES + 1 }), TooLargeError],
  ])('%s', (_name, asked, text, error) => {
    const bytes = Buffer.from(text, 'latin1');
    expect(() => read(asked, [bytes])).toThrow(error);
    expect(() => read(asked, byteByByte(bytes))).toThrow(error);
  }); // prettier-ignore

  it('rows without end', () => {
    const row = Buffer.from(reply({ opcode: 0x10, key: 'a' }).repeat(MAX_STATS_ROWS + 1), 'latin1');
    expect(() => read(stats, [row])).toThrow(TooLargeError);
  });

  it('long rows without end', () => {
    const row = reply({ opcode: 0x10, key: 'a', value: 'x'.repeat(MAX_LINE) });
    const rows = Buffer.from(row.repeat(128), 'latin1');
    const decoder = new BinaryDecoder();
    let bytes = 0;
    const readOn = (): void => {
      for (; bytes <= 2 * MAX_STATS_BYTES; bytes += rows.length) {
        expect(decoder.read(Command.stats, '', SERIAL, rows, 0, rows.length)).toBe(Step.more);
      }
    };
    expect(readOn).toThrow(TooLargeError);
    expect(bytes).toBeGreaterThan(MAX_STATS_BYTES - rows.length - 1);
    expect(bytes).toBeLessThanOrEqual(MAX_STATS_BYTES);
  });

  it('no bytes of the value in its message', () => {
    try {
      read(get, [Buffer.from(entry('k', 'secret', { opcode: 1 }), 'latin1')]);
      throw new Error('nothing was refused');
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
  });
});
