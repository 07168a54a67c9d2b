// What a server of the text protocol can say wrongly, command by command.

import type { AskName } from './asks';
import type { Lie } from './lie';

type Row = readonly [row: number, name: string, says: string];

/** Lies about one command that all end as `rest` says. */
function about(
  ask: AskName,
  rest: Pick<Lie, 'then' | 'goesOn' | 'behind'>,
  rows: readonly Row[],
): Lie[] {
  return rows.map(([row, name, says]) => ({ row, name, ask, says, ...rest }));
}

const broken = { then: 'PROTOCOL' } as const;
const right = { then: 'right' } as const;
/** An error line behind which the next reply provably follows. */
const refusal = { then: 'SERVER', goesOn: true } as const;
/** An error line behind which anything may follow. */
const doubtful = { then: 'SERVER' } as const;

const GREETING_ERROR = 'ERROR Too many open connections\r\n';

// VALUE <key> <flags> <bytes>\r\n<data>\r\nEND\r\n, every part of it spoiled in turn. `a` holds A.
const HEADS: readonly Row[] = [
  [24, 'the key of another caller', 'VALUE b 16 1\r\nB\r\nEND\r\n'],
  [24, 'a longer key', 'VALUE aa 16 1\r\nA\r\nEND\r\n'],
  [24, 'a key in another case', 'VALUE A 16 1\r\nA\r\nEND\r\n'],
  [24, 'no key', 'VALUE  16 1\r\nA\r\nEND\r\n'],
  [24, 'a key of which bytes are NUL', 'VALUE a\0 16 1\r\nA\r\nEND\r\n'],
  [26, 'a negative length', 'VALUE a 16 -1\r\nA\r\nEND\r\n'],
  [26, 'a length with an exponent', 'VALUE a 16 1e3\r\nA\r\nEND\r\n'],
  [26, 'a hexadecimal length', 'VALUE a 16 0x1\r\nA\r\nEND\r\n'],
  [26, 'a length with a sign', 'VALUE a 16 +1\r\nA\r\nEND\r\n'],
  [26, 'a fraction as length', 'VALUE a 16 1.0\r\nA\r\nEND\r\n'],
  [26, 'a length in words', 'VALUE a 16 one\r\nA\r\nEND\r\n'],
  [26, 'a length of eleven digits', 'VALUE a 16 00000000001\r\nA\r\nEND\r\n'],
  [26, 'no length', 'VALUE a 16\r\nA\r\nEND\r\n'],
  [26, 'an empty length', 'VALUE a 16 \r\nA\r\nEND\r\n'],
  [26, 'no flags and no length', 'VALUE a\r\nA\r\nEND\r\n'],
  [26, 'nothing but VALUE', 'VALUE\r\nA\r\nEND\r\n'],
  [26, 'negative flags', 'VALUE a -1 1\r\nA\r\nEND\r\n'],
  [26, 'flags of 2^32', 'VALUE a 4294967296 1\r\nA\r\nEND\r\n'],
  [26, 'flags in words', 'VALUE a x 1\r\nA\r\nEND\r\n'],
  [26, 'two spaces before the key', 'VALUE  a 16 1\r\nA\r\nEND\r\n'],
  [26, 'two spaces before the flags', 'VALUE a  16 1\r\nA\r\nEND\r\n'],
  [26, 'two spaces before the length', 'VALUE a 16  1\r\nA\r\nEND\r\n'],
  [26, 'a space behind the length', 'VALUE a 16 1 \r\nA\r\nEND\r\n'],
  [26, 'a space before VALUE', ' VALUE a 16 1\r\nA\r\nEND\r\n'],
  [26, 'tabs for spaces', 'VALUE\ta\t16\t1\r\nA\r\nEND\r\n'],
  [26, 'small letters', 'value a 16 1\r\nA\r\nend\r\n'],
  [26, 'a cas id in words', 'VALUE a 16 1 x\r\nA\r\nEND\r\n'],
  [26, 'a negative cas id', 'VALUE a 16 1 -7\r\nA\r\nEND\r\n'],
  [26, 'a cas id of 21 digits', 'VALUE a 16 1 000000000000000000007\r\nA\r\nEND\r\n'],
  [26, 'a field too many', 'VALUE a 16 1 7 7\r\nA\r\nEND\r\n'],
  [27, 'a value longer than announced', 'VALUE a 16 1\r\nAA\r\nEND\r\n'],
  [27, 'a value shorter than announced', 'VALUE a 16 3\r\nA\r\nEND\r\n'],
  [27, 'no line end behind the value', 'VALUE a 16 1\r\nAEND\r\n'],
  [27, 'another byte pair in place of the line end', 'VALUE a 16 1\r\nAxxEND\r\n'],
  [28, 'LF alone behind the head', 'VALUE a 16 1\nA\r\nEND\r\n'],
  [28, 'LF alone behind the value', 'VALUE a 16 1\r\nA\nEND\r\n'],
  [28, 'CR alone behind the head', 'VALUE a 16 1\rA\r\nEND\r\n'],
  [28, 'LF and CR the wrong way round', 'VALUE a 16 1\n\rA\r\nEND\r\n'],
];

/** Lines that are no reply to any get. */
const NOT_FOR_A_GET: readonly Row[] = [
  [21, 'the reply to a set', 'STORED\r\n'],
  [21, 'the reply to a delete', 'NOT_FOUND\r\n'],
  [21, 'the reply to an incr', '6\r\n'],
  [21, 'an empty line', '\r\n'],
  [21, 'a stray line before the right reply', 'HELLO\r\nVALUE a 16 1\r\nA\r\nEND\r\n'],
  [21, 'the value without its head', 'A\r\nEND\r\n'],
  [21, 'a row of stats', 'STAT pid 1\r\nEND\r\n'],
  [21, 'END and more', 'END OF FILE\r\n'],
  [21, 'bytes that are no text', '\x80\x02}q\x00.\r\n'],
  [21, 'a reply of the binary protocol', `\x81${'\0'.repeat(23)}\r\n`],
  [21, 'a reply of HTTP', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'],
  [21, 'a reply of Redis', '-ERR unknown command `get`\r\n'],
  [28, 'END with LF alone', 'END\n'],
  [38, 'a reply of the meta protocol', 'EN\r\n'],
];

const liesAboutGet = (ask: 'get' | 'gets' | 'get_multi'): Lie[] => [
  ...about(ask, broken, HEADS),
  ...about(ask, broken, NOT_FOR_A_GET),
  ...about(ask, { then: 'TOO_LARGE' }, [
    [30, 'two gigabytes announced', 'VALUE a 16 2147483647\r\nA'],
    [30, 'four gigabytes announced', 'VALUE a 16 4294967296\r\nA'],
    [30, 'ten digits of length', 'VALUE a 16 9999999999\r\nA'],
  ]),
  ...about(ask, { then: 'CONNECTION', behind: 'end' }, [
    [14, 'the end in the middle of the head', 'VALUE a 1'],
    [14, 'the end in the middle of the value', 'VALUE a 16 5\r\nA'],
    [14, 'the end in the middle of a big value', `VALUE a 16 100000\r\n${'A'.repeat(50_000)}`],
    [14, 'the end before the value’s line end', 'VALUE a 16 1\r\nA\r'],
    [22, 'a refusal of the connection', GREETING_ERROR],
  ]),
  ...about(ask, { then: 'CONNECTION', behind: 'reset' }, [
    [13, 'a reset in the middle of the value', 'VALUE a 16 5\r\nA'],
  ]),
  ...about(ask, { then: 'TIMEOUT', behind: 'silence' }, [
    [4, 'silence', ''],
    [9, 'silence in the middle of the head', 'VALUE a 1'],
    [9, 'silence in the middle of the value', 'VALUE a 16 5\r\nA'],
    [9, 'silence in the middle of a big value', `VALUE a 16 100000\r\n${'A'.repeat(50_000)}`],
  ]),
  ...about(ask, doubtful, [[35, 'ERROR', 'ERROR\r\n']]),
  ...about(ask, refusal, [
    [34, 'CLIENT_ERROR line too long', 'CLIENT_ERROR line too long\r\n'],
    [36, 'SERVER_ERROR of a proxy', 'SERVER_ERROR Connection timed out\r\n'],
    [36, 'SERVER_ERROR without a text', 'SERVER_ERROR\r\n'],
  ]),
];

/** With a cas id where only that was missing: gets refuses an entry without one, whatever else is wrong. */
const withId = (lie: Lie): Lie => ({
  ...lie,
  says: lie.says.replace(/^((?:HELLO\r\n)?VALUE a \d+ \d+)(?=[\r\n])/, '$1 7'),
});

const GET_LIES: readonly Lie[] = [
  ...liesAboutGet('get'),
  ...liesAboutGet('gets').map(withId),
  ...liesAboutGet('get_multi'),
];

const MORE_ABOUT_GETS: readonly Lie[] = [
  ...about('get', right, [
    [20, 'the reply twice', 'VALUE a 16 1\r\nA\r\nEND\r\nVALUE a 16 1\r\nA\r\nEND\r\n'],
    [20, 'the entry twice', 'VALUE a 16 1\r\nA\r\nVALUE a 16 1\r\nA\r\nEND\r\n'],
    [25, 'a second entry of the key with another value', 'VALUE a 16 1\r\nA\r\nVALUE a 16 1\r\nZ\r\nEND\r\n'],
    [25, 'one more entry of another key', 'VALUE a 16 1\r\nA\r\nVALUE b 16 1\r\nZ\r\nEND\r\n'],
    [21, 'a stray line behind the entry', 'VALUE a 16 1\r\nA\r\nHELLO\r\nEND\r\n'],
    [21, 'an error line behind the entry', 'VALUE a 16 1\r\nA\r\nERROR\r\n'],
    [26, 'END and a space', 'VALUE a 16 1\r\nA\r\nEND \r\n'],
  ]),
  ...about('gets', broken, [[26, 'no cas id', 'VALUE a 16 1\r\nA\r\nEND\r\n']]),
  ...about('gets', right, [
    [25, 'a second entry of the key', 'VALUE a 16 1 7\r\nA\r\nVALUE a 16 1 8\r\nZ\r\nEND\r\n'],
    [20, 'the reply twice', 'VALUE a 16 1 7\r\nA\r\nEND\r\nVALUE a 16 1 7\r\nA\r\nEND\r\n'],
  ]),
  ...about('get_multi', broken, [
    [25, 'a third entry', 'VALUE a 16 1\r\nA\r\nVALUE d 16 1\r\nD\r\nVALUE b 16 1\r\nZ\r\nEND\r\n'],
    [25, 'a key twice', 'VALUE a 16 1\r\nA\r\nVALUE a 16 1\r\nZ\r\nEND\r\n'],
    [24, 'a key of another caller behind a right one', 'VALUE a 16 1\r\nA\r\nVALUE b 16 1\r\nB\r\nEND\r\n'],
    [26, 'a malformed second entry', 'VALUE a 16 1\r\nA\r\nVALUE d 16 -1\r\nD\r\nEND\r\n'],
    [27, 'a splice of two entries', 'VALUE a 16 1\r\nA\r\nVALUE d 16 9\r\nD\r\nVALUE a 16 1\r\nA\r\nEND\r\n'],
  ]),
  ...about('get_multi', { then: 'CONNECTION', behind: 'end' }, [
    [14, 'the end behind the first entry', 'VALUE a 16 1\r\nA\r\n'],
  ]),
  ...about('get_multi', { then: 'TIMEOUT', behind: 'silence' }, [
    [31, 'no END', 'VALUE a 16 1\r\nA\r\nVALUE d 16 1\r\nD\r\n'],
  ]),
  ...about('get_multi', refusal, [
    [36, 'SERVER_ERROR behind the first entry', 'VALUE a 16 1\r\nA\r\nSERVER_ERROR proxy\r\n'],
  ]),
  ...about('get_multi', right, [
    [20, 'the reply twice', 'VALUE a 16 1\r\nA\r\nVALUE d 16 1\r\nD\r\nEND\r\n'.repeat(2)],
  ]),
]; // prettier-ignore

/** What nobody may say to a command of one line or to a storage command. */
const NONSENSE: readonly Row[] = [
  [21, 'an empty line', '\r\n'],
  [21, 'an unknown word', 'WHATEVER\r\n'],
  [21, 'the end of a get', 'END\r\n'],
  [21, 'an entry', 'VALUE a 16 1\r\nA\r\nEND\r\n'],
  [21, 'a stray line first', 'HELLO\r\n'],
  [21, 'a row of stats', 'STAT pid 1\r\n'],
  [21, 'a reply of HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  [21, 'bytes that are no text', '\x80\x02}q\x00.\r\n'],
  [38, 'a reply of the meta protocol', 'HD\r\n'],
];

/** Every fixed reply, and the asks to which it is sound. */
const WORDS: Readonly<Record<string, readonly AskName[]>> = {
  STORED: ['set', 'add', 'replace', 'append', 'prepend', 'cas'],
  // to any of them from proxies that could not store
  NOT_STORED: ['set', 'add', 'replace', 'append', 'prepend', 'cas'],
  EXISTS: ['cas'],
  NOT_FOUND: ['cas', 'delete', 'touch', 'incr', 'decr'],
  DELETED: ['delete'],
  TOUCHED: ['touch'],
  OK: ['flush_all', 'verbosity'],
  RESET: [],
  'VERSION 1': ['version'],
};
const SIMPLE = [
  'set', 'add', 'replace', 'append', 'prepend', 'cas', 'incr', 'decr', 'delete', 'touch', 'flush_all',
  'version', 'verbosity',
] as const; // prettier-ignore

const WRONG_WORDS: readonly Lie[] = SIMPLE.flatMap((ask) =>
  Object.entries(WORDS)
    .filter(([, sound]) => !sound.includes(ask))
    .flatMap(([word]) => about(ask, broken, [[21, `the word ${word}`, `${word}\r\n`]])),
);

/** The right reply to each, in text. */
const SAID: Readonly<Record<(typeof SIMPLE)[number], string>> = {
  set: 'STORED',
  add: 'STORED',
  replace: 'STORED',
  append: 'STORED',
  prepend: 'STORED',
  cas: 'STORED',
  incr: '8',
  decr: '6',
  delete: 'DELETED',
  touch: 'TOUCHED',
  flush_all: 'OK',
  version: 'VERSION 1.6.18',
  verbosity: 'OK',
};

const hasData = (ask: AskName): boolean => WORDS['STORED']?.includes(ask) === true;

const SIMPLE_LIES: readonly Lie[] = SIMPLE.flatMap((ask) => [
  ...about(ask, broken, NONSENSE),
  ...about(ask, broken, [
    [28, 'its reply with LF alone', `${SAID[ask]}\n`],
    [28, 'its reply with CR alone', `${SAID[ask]}\r`],
    [26, 'its reply behind a space', ` ${SAID[ask]}\r\n`],
    [21, 'its reply behind a stray line', `HELLO\r\n${SAID[ask]}\r\n`],
    [26, 'its reply with a tab', `${SAID[ask].slice(0, 1)}\t${SAID[ask].slice(1)}\r\n`],
  ]),
  ...about(ask, right, [
    [21, 'a stray line behind its reply', `${SAID[ask]}\r\nHELLO\r\n`],
    // The next in flight is a get, which no such word answers.
    [20, 'its reply twice', `${SAID[ask]}\r\n${SAID[ask]}\r\n`],
  ]),
  ...about(ask, { then: 'CONNECTION', behind: 'end' }, [
    [14, 'the end in the middle of its reply', SAID[ask].slice(0, -1)],
    [14, 'the end between CR and LF', `${SAID[ask]}\r`],
    [22, 'a refusal of the connection', GREETING_ERROR],
  ]),
  ...about(ask, { then: 'CONNECTION', behind: 'reset' }, [[13, 'a reset', SAID[ask].slice(0, 1)]]),
  ...about(ask, { then: 'TIMEOUT', behind: 'silence' }, [
    [12, 'silence', ''],
    [9, 'silence in the middle of its reply', `${SAID[ask]}\r`],
  ]),
  ...about(ask, doubtful, [[35, 'ERROR', 'ERROR\r\n']]),
  ...about(ask, refusal, [
    [32, 'SERVER_ERROR out of memory', 'SERVER_ERROR out of memory storing object\r\n'],
    [33, 'SERVER_ERROR too large', 'SERVER_ERROR object too large for cache\r\n'],
  ]),
  ...about(ask, hasData(ask) || ask === 'version' ? doubtful : refusal, [
    [34, 'CLIENT_ERROR bad command line format', 'CLIENT_ERROR bad command line format\r\n'],
  ]),
  ...(hasData(ask)
    ? about(ask, doubtful, [
        [34, 'CLIENT_ERROR and the ERROR of its data', 'CLIENT_ERROR bad data chunk\r\nERROR\r\n'],
      ])
    : []),
]);

const COUNTER_LIES: readonly Lie[] = (['incr', 'decr'] as const).flatMap((ask) =>
  about(ask, broken, [
    [26, 'a negative number', '-1\r\n'],
    [26, 'a number with a sign', '+1\r\n'],
    [26, 'a fraction', '1.5\r\n'],
    [26, 'an exponent', '1e3\r\n'],
    [26, 'a hexadecimal number', '0x10\r\n'],
    [26, 'digits with underscores', '1_000\r\n'],
    [26, 'digits of another script', '\xd9\xa1\xd9\xa2\r\n'],
    [26, 'two numbers', '1 2\r\n'],
    [26, 'a number of 21 digits', `1${'0'.repeat(20)}\r\n`],
    [26, '2^64', '18446744073709551616\r\n'],
    [26, 'not a number', 'NaN\r\n'],
    [26, 'a number and letters', '12abc\r\n'],
    [26, 'a tab behind the number', '12\t\r\n'],
  ]),
);

const STATS_LIES: readonly Lie[] = [
  ...about('stats', broken, [
    [21, 'an entry', 'VALUE a 16 1\r\nA\r\nEND\r\n'],
    [21, 'the reply to a set', 'STORED\r\n'],
    [21, 'a stray line among the rows', 'STAT pid 1\r\nHELLO\r\nEND\r\n'],
    [21, 'an empty line', 'STAT pid 1\r\n\r\nEND\r\n'],
    [26, 'a row without a name', 'STAT\r\nEND\r\n'],
    [26, 'a row with an empty name', 'STAT  1\r\nEND\r\n'],
    [26, 'small letters', 'stat pid 1\r\nEND\r\n'],
    [28, 'LF alone', 'STAT pid 1\nEND\r\n'],
    [28, 'END with LF alone', 'STAT pid 1\r\nEND\n'],
    [21, 'OK behind rows', 'STAT pid 1\r\nOK\r\n'],
    [21, 'RESET behind rows', 'STAT pid 1\r\nRESET\r\n'],
  ]),
  ...about('stats', right, [
    [20, 'the reply twice', 'STAT pid 1\r\nSTAT version 1.6.18\r\nEND\r\n'.repeat(2)],
  ]),
  ...about('stats', { then: 'CONNECTION', behind: 'end' }, [
    [14, 'the end among the rows', 'STAT pid 1\r\n'],
    [14, 'the end in the middle of a row', 'STAT pid'],
    [22, 'a refusal of the connection', GREETING_ERROR],
  ]),
  ...about('stats', { then: 'TIMEOUT', behind: 'silence' }, [[31, 'no END', 'STAT pid 1\r\n']]),
  ...about('stats', doubtful, [
    [35, 'ERROR', 'ERROR\r\n'],
    [35, 'ERROR behind rows', 'STAT pid 1\r\nERROR\r\n'],
  ]),
  ...about('stats', refusal, [
    [36, 'SERVER_ERROR', 'SERVER_ERROR out of memory writing stats\r\n'],
    [34, 'CLIENT_ERROR', 'CLIENT_ERROR usage: stats detail on|off|dump\r\n'],
  ]),
];

export const TEXT_LIES: readonly Lie[] = [
  ...GET_LIES,
  ...MORE_ABOUT_GETS,
  ...WRONG_WORDS,
  ...SIMPLE_LIES,
  ...COUNTER_LIES,
  ...STATS_LIES,
];
