// Replies of the text protocol: read whole, byte by byte and cut at every place; and what is refused.

import { ConnectionError, ProtocolError, TooLargeError } from '../errors';
import {
  MAX_LINE,
  MAX_RAW_BYTES,
  MAX_STATS_BYTES,
  MAX_STATS_ROWS,
  MAX_VALUE_BYTES,
} from '../limits';
import { TextDecoder } from './text-decoder';
import { Code, Command, Step } from './wire';

/** What one reply said, in order. */
type Told = unknown[];

interface Asked {
  readonly command: Command;
  readonly keys?: readonly string[];
}

/**
 * Feeds a reply in pieces as a connection does: what is left unread is put before the next piece.
 * Entries are matched by key in any order.
 */
function read({ command, keys = [] }: Asked, pieces: readonly Buffer[]): Told {
  const decoder = new TextDecoder();
  const told: Told = [];
  let next = 0;
  let rest: Buffer = Buffer.alloc(0);
  for (const piece of pieces) {
    // Behind the bytes stand others that were read before, as in the shared buffer.
    const bytes = Buffer.concat([rest, piece, Buffer.from('STALE\r\nEND\r\nVALUE a 0 1\r\nx\r\n')]);
    const to = rest.length + piece.length;
    let from = 0;
    while (from < to) {
      const step = decoder.read(command, keys[next] ?? '\uffff', 0, bytes, from, to);
      from = decoder.at;
      if (step === Step.more) break;
      if (step === Step.otherKey) next = keys.indexOf(decoder.key);
      if (step === Step.otherKey && next === -1) return [...told, 'foreign', decoder.key];
      if (step === Step.entry) {
        const data = decoder.data.latin1Slice(decoder.start, decoder.end);
        told.push([keys[next++], decoder.flags, data, decoder.cas]);
      }
      if (step === Step.done) {
        told.push(decoder.code, decoder.text, decoder.number, decoder.rows, decoder.inSync);
      }
    }
    rest = Buffer.from(bytes.subarray(from, to));
  }
  return told;
}

const done = (code: Code, text = '', number: number | bigint = 0, inSync = true): Told => [
  code,
  text,
  number,
  [],
  inSync,
];
const BIG = 'b'.repeat(5000);

const REPLIES: readonly [string, Asked, string, Told][] = [
  ['a miss', { command: Command.get, keys: ['k'] }, 'END\r\n', done(Code.end)],
  [
    'a hit',
    { command: Command.get, keys: ['key:1'] },
    'VALUE key:1 16 5\r\nh\xe9\r\no\r\nEND\r\n',
    [['key:1', 16, 'h\xe9\r\no', ''], ...done(Code.end)],
  ],
  [
    'an empty value',
    { command: Command.get, keys: ['k'] },
    'VALUE k 0 0\r\n\r\nEND\r\n',
    [['k', 0, '', ''], ...done(Code.end)],
  ],
  [
    'a value that looks like replies',
    { command: Command.get, keys: ['k'] },
    'VALUE k 4294967295 13\r\nEND\r\nVALUE k\r\r\nEND\r\n',
    [['k', 4294967295, 'END\r\nVALUE k\r', ''], ...done(Code.end)],
  ],
  [
    'a value with a buffer of its own',
    { command: Command.get, keys: ['k'] },
    `VALUE k 1 5000\r\n${BIG}\r\nEND\r\n`,
    [['k', 1, BIG, ''], ...done(Code.end)],
  ],
  [
    'entries with cas ids',
    { command: Command.gets, keys: ['a', 'b'] },
    'VALUE a 0 1 18446744073709551615\r\nx\r\nVALUE b 2 2 7\r\n12\r\nEND\r\n',
    [['a', 0, 'x', '18446744073709551615'], ['b', 2, '12', '7'], ...done(Code.end)],
  ],
  [
    'an entry that was touched',
    { command: Command.gat, keys: ['k'] },
    'VALUE k 16 1\r\nv\r\nEND\r\n',
    [['k', 16, 'v', ''], ...done(Code.end)],
  ],
  [
    'an entry that was touched, with its cas id',
    { command: Command.gats, keys: ['k'] },
    'VALUE k 16 1 7\r\nv\r\nEND\r\n',
    [['k', 16, 'v', '7'], ...done(Code.end)],
  ],
  [
    'some of many keys',
    { command: Command.get, keys: ['a', 'b', 'c', 'd'] },
    'VALUE b 0 1\r\nB\r\nVALUE d 0 1\r\nD\r\nEND\r\n',
    [['b', 0, 'B', ''], ['d', 0, 'D', ''], ...done(Code.end)],
  ],
  [
    'a key that begins like the expected one',
    { command: Command.get, keys: ['ab', 'a'] },
    'VALUE a 0 1\r\nx\r\nEND\r\n',
    [['a', 0, 'x', ''], ...done(Code.end)],
  ],
  [
    'a key outside ASCII',
    { command: Command.get, keys: ['\xc3\xa9'] },
    'VALUE \xc3\xa9 0 1\r\nx\r\nEND\r\n',
    [['\xc3\xa9', 0, 'x', ''], ...done(Code.end)],
  ],
  [
    'an entry that was not asked',
    { command: Command.get, keys: ['a'] },
    'VALUE b 0 1\r\nx\r\n',
    ['foreign', 'b'],
  ],
  [
    'a server error instead of entries',
    { command: Command.get, keys: ['a'] },
    'SERVER_ERROR out of memory\r\n',
    done(Code.refused, 'SERVER_ERROR out of memory'),
  ],
  ['STORED', { command: Command.set }, 'STORED\r\n', done(Code.stored)],
  ['NOT_STORED', { command: Command.add }, 'NOT_STORED\r\n', done(Code.notStored)],
  ['EXISTS', { command: Command.cas }, 'EXISTS\r\n', done(Code.exists)],
  ['NOT_FOUND of cas', { command: Command.cas }, 'NOT_FOUND\r\n', done(Code.notFound)],
  [
    'too large: in step, the data was swallowed',
    { command: Command.set },
    'SERVER_ERROR object too large for cache\r\n',
    done(Code.refused, 'SERVER_ERROR object too large for cache'),
  ],
  [
    'a bad data chunk: out of step, a second line follows',
    { command: Command.set },
    'CLIENT_ERROR bad data chunk\r\n',
    done(Code.refused, 'CLIENT_ERROR bad data chunk', 0, false),
  ],
  [
    'ERROR: out of step',
    { command: Command.touch },
    'ERROR\r\n',
    done(Code.refused, 'ERROR', 0, false),
  ],
  ['DELETED', { command: Command.delete }, 'DELETED\r\n', done(Code.deleted)],
  ['NOT_FOUND of delete', { command: Command.delete }, 'NOT_FOUND\r\n', done(Code.notFound)],
  ['TOUCHED', { command: Command.touch }, 'TOUCHED\r\n', done(Code.touched)],
  ['a counter', { command: Command.incr }, '42\r\n', done(Code.number, '42', 42)],
  ['a counter with padding', { command: Command.decr }, '9 \r\n', done(Code.number, '9', 9)],
  [
    'a counter of 64 bits',
    { command: Command.incr },
    '18446744073709551615\r\n',
    done(Code.number, '18446744073709551615', 18446744073709551615n),
  ],
  [
    'a counter that a double just holds',
    { command: Command.incr },
    '9007199254740991\r\n',
    done(Code.number, '9007199254740991', 9007199254740991),
  ],
  [
    'a counter of something else: one line, in step',
    { command: Command.incr },
    'CLIENT_ERROR cannot increment or decrement non-numeric value\r\n',
    done(Code.refused, 'CLIENT_ERROR cannot increment or decrement non-numeric value'),
  ],
  ['OK of flush_all', { command: Command.flushAll }, 'OK\r\n', done(Code.ok)],
  ['OK of verbosity', { command: Command.verbosity }, 'OK\r\n', done(Code.ok)],
  ['a version', { command: Command.version }, 'VERSION 1.6.18\r\n', done(Code.version, '1.6.18')],
  [
    'stats',
    { command: Command.stats },
    'STAT pid 1\r\nSTAT items:1:number 2\r\nSTAT empty \r\nITEM k [1 b; 0 s]\r\nEND\r\n',
    [
      Code.rows,
      '',
      0,
      [
        ['pid', '1'],
        ['items:1:number', '2'],
        ['empty', ''],
        ['k', '[1 b; 0 s]'],
      ],
      true,
    ],
  ],
  ['stats reset', { command: Command.stats }, 'RESET\r\n', done(Code.rows)],
];

describe('the text decoder reads', () => {
  describe.each(REPLIES)('%s', (_name, asked, text, told) => {
    const bytes = Buffer.from(text, 'latin1');

    it('whole', () => {
      expect(read(asked, [bytes])).toEqual(told);
    });

    it('byte by byte', () => {
      expect(
        read(
          asked,
          Array.from(bytes, (byte) => Buffer.from([byte])),
        ),
      ).toEqual(told);
    });

    it('cut at every place', () => {
      const step = bytes.length > 1000 ? 97 : 1;
      for (let at = 1; at < bytes.length; at += step) {
        expect(read(asked, [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(told);
      }
    });
  });
});

const get: Asked = { command: Command.get, keys: ['k'] };
const set: Asked = { command: Command.set };

describe('the text decoder refuses', () => {
  it.each<[string, Asked, string, new (...args: never[]) => Error]>([
    ['a negative length', get, 'VALUE k 0 -1\r\n', ProtocolError],
    ['an exponent', get, 'VALUE k 0 1e3\r\n', ProtocolError],
    ['hexadecimal', get, 'VALUE k 0 0x10\r\n', ProtocolError],
    ['a plus sign', get, 'VALUE k 0 +5\r\n', ProtocolError],
    ['flags over 32 bits', get, 'VALUE k 4294967296 1\r\nx\r\n', ProtocolError],
    ['a length of 11 digits', get, 'VALUE k 0 00000000001\r\nx\r\n', ProtocolError],
    ['a missing length', get, 'VALUE k 0\r\n', ProtocolError],
    ['a missing flag', get, 'VALUE k\r\n', ProtocolError],
    ['two spaces', get, 'VALUE k 0  1\r\nx\r\n', ProtocolError],
    ['two spaces before the key', get, 'VALUE  k 0 1\r\nx\r\n', ProtocolError],
    ['an empty key', get, 'VALUE  0 1\r\nx\r\n', ProtocolError],
    ['five fields', get, 'VALUE k 0 1 2 3\r\nx\r\n', ProtocolError],
    ['a cas id that is no number', get, 'VALUE k 0 1 x\r\nx\r\n', ProtocolError],
    ['a value without its CR LF', get, 'VALUE k 0 1\r\nxEND\r\n', ProtocolError],
    ['a value that is longer than announced', get, 'VALUE k 0 1\r\nxy\r\nEND\r\n', ProtocolError],
    ['a big value without its CR LF', get, `VALUE k 0 5000\r\n${BIG}xx`, ProtocolError],
    ['LF without CR', get, 'END\n', ProtocolError],
    ['LF without CR behind a VALUE line', get, 'VALUE k 0 1\nx\r\n', ProtocolError],
    ['CR without LF behind a VALUE line', get, 'VALUE k 0 1\rx\r\n', ProtocolError],
    ['an empty line', set, '\r\n', ProtocolError],
    ['two gigabytes, on the header', get, 'VALUE k 0 2147483648\r\n', TooLargeError],
    ['a value over the limit', get, `VALUE k 0 ${MAX_VALUE_BYTES + 1}\r\n`, TooLargeError],
    ['the reply of another command', set, 'DELETED\r\n', ProtocolError],
    ['an entry for set', set, 'VALUE k 0 1\r\nx\r\n', ProtocolError],
    ['END for set', set, 'END\r\n', ProtocolError],
    ['STORED for get', get, 'STORED\r\n', ProtocolError],
    ['lower case', set, 'stored\r\n', ProtocolError],
    ['text behind the word', set, 'STORED 1\r\n', ProtocolError],
    ['a number with a sign', { command: Command.incr }, '-1\r\n', ProtocolError],
    [
      'a number of 21 digits',
      { command: Command.incr },
      '100000000000000000000\r\n',
      ProtocolError,
    ],
    ['a number of 65 bits', { command: Command.incr }, '18446744073709551616\r\n', ProtocolError],
    [
      'gets without a cas id',
      { command: Command.gets, keys: ['k'] },
      'VALUE k 0 1\r\nx\r\nEND\r\n',
      ProtocolError,
    ],
    [
      'gats without a cas id',
      { command: Command.gats, keys: ['k'] },
      'VALUE k 0 1\r\nx\r\nEND\r\n',
      ProtocolError,
    ],
    ['EXISTS for set', set, 'EXISTS\r\n', ProtocolError],
    ['NOT_FOUND for append', { command: Command.append }, 'NOT_FOUND\r\n', ProtocolError],
    ['OK behind rows', { command: Command.stats }, 'STAT pid 1\r\nOK\r\n', ProtocolError],
    ['RESET behind rows', { command: Command.stats }, 'STAT pid 1\r\nRESET\r\n', ProtocolError],
    ['a greeting', set, 'ERROR Too many open connections\r\n', ConnectionError],
    ['a name from a prototype', set, '__proto__\r\n', ProtocolError],
    ['a row of something else', { command: Command.stats }, 'VALUE a 1\r\n', ProtocolError],
    ['the answer of a web server', get, 'HTTP/1.1 400 Bad Request\r\n', ProtocolError],
  ])('%s', (_name, asked, text, error) => {
    const bytes = Buffer.from(text, 'latin1');
    expect(() => read(asked, [bytes])).toThrow(error);
    expect(() =>
      read(
        asked,
        Array.from(bytes, (byte) => Buffer.from([byte])),
      ),
    ).toThrow(error);
  });

  it('a line that never ends', () => {
    expect(() => read(set, [Buffer.alloc(MAX_LINE + 2, 'x')])).toThrow(ProtocolError);
    expect(() => read(get, [Buffer.alloc(MAX_LINE + 2, 'V')])).toThrow(ProtocolError);
  });

  it('rows without end', () => {
    const row = Buffer.from('STAT a 1\r\n'.repeat(MAX_STATS_ROWS + 1));
    expect(() => read({ command: Command.stats }, [row])).toThrow(TooLargeError);
  });

  it('long rows without end', () => {
    const decoder = new TextDecoder();
    const rows = Buffer.from(`STAT a ${'x'.repeat(MAX_LINE - 8)}\r\n`.repeat(128));
    let bytes = 0;
    const readOn = (): void => {
      for (; bytes <= 2 * MAX_STATS_BYTES; bytes += rows.length) {
        expect(decoder.read(Command.stats, '', 0, rows, 0, rows.length)).toBe(Step.more);
      }
    };
    expect(readOn).toThrow(TooLargeError);
    expect(bytes).toBeGreaterThan(MAX_STATS_BYTES - rows.length - 1);
    expect(bytes).toBeLessThanOrEqual(MAX_STATS_BYTES);
  });

  it('no bytes of the value in its message', () => {
    try {
      read(get, [Buffer.from('VALUE k 0 6\r\nsecret!!\r\n')]);
      throw new Error('nothing was refused');
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
  });
});

describe('the reply to a raw command', () => {
  /** Reads it in pieces of so many bytes; what is said when it ends, and undefined when it does not. */
  function hear(reply: string, end: string, size: number): [Code, string] | undefined {
    const decoder = new TextDecoder();
    for (let at = 0; at < reply.length; at += size) {
      const bytes = Buffer.from(reply.slice(at, at + size), 'latin1');
      const step = decoder.read(Command.raw, end, 0, bytes, 0, bytes.length);
      expect(decoder.at).toBe(bytes.length); // nothing is left for anybody
      if (step === Step.done) return [decoder.code, decoder.text];
    }
    return undefined;
  }

  it.each<[string, string, [Code, string] | undefined]>([
    ['OK\r\n', '\r\n', [Code.version, 'OK']],
    ['VALUE k 0 1\r\nx\r\nEND\r\n', 'END\r\n', [Code.version, 'VALUE k 0 1\r\nx\r\n']],
    [
      'CONFIG cluster 0 3\r\n1\nh|ip|1\n\r\nEND\r\n',
      '\n\r\nEND\r\n',
      [Code.version, 'CONFIG cluster 0 3\r\n1\nh|ip|1'],
    ],
    ['\n\r\nEN\n\r\nEND\r\n', '\n\r\nEND\r\n', [Code.version, '\n\r\nEN']],
    ['\xff\0\r\n', '\r\n', [Code.version, '\xff\0']],
    ['ERROR\r\n', 'END\r\n', [Code.refused, 'ERROR']],
    ['ERROR: shutdown not enabled\r\n', 'END', [Code.refused, 'ERROR: shutdown not enabled']],
    ['CLIENT_ERROR bad END\r\n', 'END', [Code.refused, 'CLIENT_ERROR bad END']],
    ['SERVER_ERROR out of memory\r\n', '\r\n', [Code.refused, 'SERVER_ERROR out of memory']],
    ['ERRORS 5\r\n', '\r\n', [Code.version, 'ERRORS 5']],
    ['VALUE k 0 5\r\nERROR\r\n', 'END\r\n', undefined],
    ['nothing', '\r\n', undefined],
  ])('%j up to %j', (reply, end, told) => {
    expect(hear(reply, end, reply.length)).toEqual(told);
    if (!reply.includes('bad END')) expect(hear(reply, end, 1)).toEqual(told);
  });

  it('is bounded', () => {
    const decoder = new TextDecoder();
    const bytes = Buffer.alloc(1024 * 1024, 'x');
    const readOn = (): void => {
      for (let said = 0; said <= MAX_RAW_BYTES; said += bytes.length) {
        expect(decoder.read(Command.raw, 'END', 0, bytes, 0, bytes.length)).toBe(Step.more);
      }
    };
    expect(readOn).toThrow(TooLargeError);
  });
});

it('takes keys of any bytes in a cachedump', () => {
  const decoder = new TextDecoder();
  const dump = Buffer.from('ITEM à [1 b; 0 s]\r\nEND\r\n'); // its last byte is a space of JavaScript's
  expect(decoder.read(Command.stats, '', 0, dump, 0, dump.length)).toBe(Step.done);
  expect(decoder.rows).toEqual([['Ã\u00a0', '[1 b; 0 s]']]);
});
