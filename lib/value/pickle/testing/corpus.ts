// Hostile and malformed pickles by theme, in hex, and what must come of each. Data only.

/** A theme of the corpus: why these bytes are hostile, and what must come of them. */
export interface Theme {
  readonly name: string;
  /**
   * refused: UnpicklingError, as every CPython refuses it.
   * inert: no error, or UnpicklingError: CPython would have to run or look up something to tell, and we
   * never do; what is read is inert data.
   */
  readonly outcome: 'refused' | 'inert';
  readonly pickles: readonly string[];
}

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const words = (text: string): string[] => text.trim().split(/\s+/);
const LIST = hex('cbuiltins\nlist\n');
const INT = hex('cbuiltins\nint\n');
const LEN = hex('cbuiltins\nlen\n');
const le32 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
};
const le64 = (value: bigint): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.toString('hex');
};

/** The opcodes of protocols 0 to 5: every other byte is no opcode. */
const OPCODES = new Set([
  ...Buffer.from('()012BCFGIJKLMNPQRSTUVX]abcdeghijlopqrstu}.'),
  ...Array.from({ length: 0x98 - 0x80 + 1 }, (_, i) => 0x80 + i),
]);
const NO_OPCODES = Array.from({ length: 256 }, (_, byte) => byte).filter(
  (byte) => !OPCODES.has(byte),
);

/** What strict UTF-8 with surrogatepass refuses. */
const BAD_UTF8 = words(`
  80 bf ff fe c0 c080 c1bf c2 c220 e0 e080 e08080 e09fbf e282 e28220 f0 f0808080 f08f bfbf f09f98
  f09f9820 f4908080 f5808080 f8888080 61ff 616180 c3a9c3
`).concat(words('eda0 ed20 f7bfbfbf fc8080808080 eda080ff'));

const TRUNCATED = words(`
  4e 42 42030000 4203000000 42030000006162 43 4303 43036162 46 46302e30 46302e3030 47 4700000000000000
  49 4930 4a 4a000000 4b 4c 4c30 4c3130 4c304c 4c31304c 4d 4d00 53 532761626327 54 54030000 5403000000
  54030000006162 55 5503 55036162 56 56616263 58 58030000 5803000000 58030000006162 2863
  28636275696c74696e73 28636275696c74696e730a 28636275696c74696e730a6c697374 4e67 4e6730 2869
  28696275696c74696e73 28696275696c74696e730a 28696275696c74696e730a6c697374 4e68 4e6a 4e6a000000 4e70
  4e7030 4e71 4e72 4e72000000 80 82 83 8401 84 84010000 8a 8b 8b000000 8c 8c03 8c036162 8d
  8d03000000000000 8d0300000000000000 8d03000000000000006162 8e 8e03000000000000 8e0300000000000000
  8e03000000000000006162 96 9603000000000000 960300000000000000 9603000000000000006162 95
  9502000000000000 950200000000000000 9502000000000000004e
`);

const BAD_STACK = words(`
  2e 30 31 32 2832 52 2952 61 4e61 62 4e62 64 65 2865 696275696c74696e730a6c6973740a 6c 6f 286f 70310a
  7100 7200000000 73 4e73 4e4e73 74 75 2875 7d284e75 81 2981 85 86 4e86 87 4e87 4e4e87 90 2890 91 92
  297d92 93 566c6973740a93 94
`);

const BAD_MARK = words(`
  4e282e 4e2832 ${LIST}292852 ${LIST}282952 5d4e2861 2952287d62 284e64 4e2870310a 4e287100
  4e287200000000 7d4e4e2873 7d4e284e73 7d284e4e73 7d282875 ${LIST}292881 ${LIST}282981 4e2885 4e4e2886
  4e284e86 4e4e4e2887 4e4e284e87 4e284e4e87 5d282890 ${LIST}297d2892 ${LIST}29287d92 ${LIST}28297d92
  566275696c74696e730a28566c6973740a93 566275696c74696e730a566c6973740a2893 4e2894
`);

/** Lengths that a 4-byte prefix may announce: more than is there, half the range, all of it. */
const LENGTHS_4 = [4, 1000, 0x7fffffff, 0x80000000, 0xffffffff].map(le32);
const LENGTHS_8 = [
  4n,
  1000n,
  2n ** 31n,
  2n ** 32n,
  2n ** 40n,
  2n ** 53n + 2n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
].map(le64);

/** Every key that Python cannot hash: list, dict, set, bytearray, and tuples that hold one. */
const UNHASHABLE = ['5d', '7d', '8f', '96010000000000000061', '5d85', '5d8585', '4b017d86'];

export const THEMES: readonly Theme[] = [
  {
    name: 'operands that are not there',
    outcome: 'refused',
    pickles: BAD_STACK.flatMap((each) => [each, `${each}2e`]),
  },
  { name: 'a mark where an operand must be', outcome: 'refused', pickles: BAD_MARK },
  { name: 'data cut off inside an argument', outcome: 'refused', pickles: TRUNCATED },
  {
    name: 'bytes that are no opcode',
    outcome: 'refused',
    pickles: NO_OPCODES.map((byte) => `4e${byte.toString(16).padStart(2, '0')}2e`),
  },
  {
    name: 'nothing at all',
    outcome: 'refused',
    pickles: ['', '8004', '80049500000000000000 00'.replace(' ', '')],
  },
  {
    name: 'strings of protocol 0 with bad quotes or escapes',
    outcome: 'refused',
    pickles: words(`
      53270a2e 53220a2e 5327200a2e 5322200a2e 5327220a2e 5322270a2e 53272027200a2e 53222022200a2e
      532027270a2e 532022220a2e 53200a2e 530a2e 532e 53275c270a2e
    `).concat([`S'\\x4'\n.`, `S'\\xzz'\n.`, `S'a\\'\n.`].map(hex)),
  },
  {
    name: 'negative lengths and indexes',
    outcome: 'refused',
    pickles: [
      '800342ffffffff78797a71002e',
      '800358ffffffff78797a71002e',
      '800358010000006172ffffff',
      '56610a702d310a2e',
      hex('Va\np-0x1\n.'),
      hex('Va\npx\n.'),
      hex('Va\np\n.'),
      hex('Va\np1.5\n.'),
    ],
  },
  {
    name: 'lengths beyond the data, 4 bytes',
    outcome: 'refused',
    pickles: ['42', '54', '58', '8b'].flatMap((op) =>
      LENGTHS_4.map((size) => `${op}${size}6161612e`.replace(/2e$/, '')),
    ),
  },
  {
    name: 'lengths beyond the data, 8 bytes',
    outcome: 'refused',
    pickles: ['8d', '8e', '96', '95'].flatMap((op) =>
      LENGTHS_8.map((size) => `8005${op}${size}616161`),
    ),
  },
  {
    name: 'memo entries that do not exist',
    outcome: 'refused',
    pickles: words(`
      67300a7030 6a656e733a 68656e733a 68002e 4b01710068012e 4b0171006a010000002e 4b0171006affffffff2e 80048c01619468012e
    `).concat(
      [
        'g0\n.',
        'g-1\n.',
        'gabc\n.',
        'g\n.',
        'I1\np0\ng1\n.',
        'g__proto__\n.',
        'gconstructor\n.',
      ].map(hex),
    ),
  },
  {
    name: 'calls of what is no class, or with what is no tuple',
    outcome: 'refused',
    pickles: [
      '4e29522e',
      `${INT}4e522e`,
      '4e29812e',
      `${INT}4e812e`,
      `${INT}4e7d922e`,
      `${INT}294e922e`,
      `${INT}5d522e`,
      `${INT}4b01522e`,
      '4b0129522e',
      '5829520a2e',
      '5d29812e',
      '7d297d922e',
    ],
  },
  {
    name: 'calls that Python would have to try',
    outcome: 'inert',
    pickles: [
      `${LEN}29812e`,
      `${LEN}297d922e`,
      `${LEN}29522e`,
      `${INT}29522e`,
      hex('(I1\nicos\nsystem\n.'),
    ],
  },
  {
    name: 'names on the stack that are no text',
    outcome: 'refused',
    pickles: words(`
      8c01ff8c036c6f67932e 8c046d6174688c01ff932e 4e8c036c6f67932e 8c046d6174684e932e 4b014b02932e
      5d8c0161932e 43016143016193 2e
    `).filter((each) => each !== '2e'),
  },
  {
    name: 'names that Python would have to look up',
    outcome: 'inert',
    pickles: words('8c008c036c6f67932e 8c046d6174688c00932e').concat(
      [
        'c\n\n.',
        'c__main__\n\n.',
        'cnosuchmodule\nx\n.',
        'cos\nsystem\nq\0.',
        "cos\nsystem\n(S'id'\ntR.",
      ].map(hex),
      [
        'c__builtin__\neval\n(V1\ntR.',
        'cglobalThis\neval\n(V1\ntR.',
        'cchild_process\nexecSync\n(Vid\ntR.',
      ].map(hex),
      [
        'cprocess\nexit\n(tR.',
        'crequire\nmain\n.',
        'cconstructor\nconstructor\n(Vx\ntR.',
        'c__proto__\n__proto__\n.',
      ].map(hex),
    ),
  },
  {
    name: 'extension codes that nobody registered',
    outcome: 'refused',
    pickles: words(`
      82012e 82ff2e 8301002e 83ffff2e 84010000002e 84ffffff7f2e 82002e 8300002e 84000000002e 84000000802e
      84ffffffff2e
    `),
  },
  {
    name: 'persistent ids and buffers that nobody gives',
    outcome: 'refused',
    pickles: [hex('Pid\n.'), '4b01512e', '8c016151', '8005972e', '80054e982e', '80055d982e', '98'],
  },
  {
    name: 'text that is no UTF-8',
    outcome: 'refused',
    pickles: BAD_UTF8.flatMap((bytes) => {
      const size = bytes.length / 2;
      const short = size.toString(16).padStart(2, '0');
      return [
        `58${le32(size)}${bytes}2e`,
        `8004 8c${short}${bytes}2e`.replace(' ', ''),
        `80048d${le64(BigInt(size))}${bytes}2e`,
      ];
    }),
  },
  {
    name: 'names that are no UTF-8',
    outcome: 'refused',
    pickles: BAD_UTF8.map((bytes) => `8003 63${bytes}0a610a2e`.replace(' ', '')).filter(
      (each) => !each.includes('c30a'),
    ),
  },
  {
    name: 'Python 2 strings that are not ASCII, in the ASCII encoding',
    outcome: 'refused',
    pickles: ['5501ff2e', '5401000000ff2e', hex("S'\\xff'\n."), hex("S'\xff'\n."), '5502c3a92e'],
  },
  {
    name: 'ints that no pickler writes',
    outcome: 'refused',
    pickles: [
      ...[
        'I\n.',
        'Iabc\n.',
        'I1.0\n.',
        'I0x10\n.',
        'I1_000\n.',
        'I 1\n.',
        'I1 \n.',
        'I--1\n.',
        'I1L\n.',
        'I\0\n.',
        'Inan\n.',
      ],
      ...[
        'L\n.',
        'LL\n.',
        'Labc\n.',
        'L1LL\n.',
        'L0x10L\n.',
        'L1_0L\n.',
        'L 1L\n.',
        'L1.0L\n.',
        'L-L\n.',
        'I-\n.',
        'I+\n.',
      ],
    ].map(hex),
  },
  {
    name: 'floats that no pickler writes',
    outcome: 'refused',
    pickles: [
      'F\n.',
      'Fabc\n.',
      'F1_0\n.',
      'F 1\n.',
      'F1 \n.',
      'F0x1p3\n.',
      'F1e999\n.',
      'F1,5\n.',
      'F1.5x\n.',
      'F--1\n.',
      'F.\n.',
      'Fe5\n.',
      'F1e\n.',
      'Fnan0\n.',
    ].map(hex),
  },
  {
    name: 'escapes of protocol 0 text that are cut or too big',
    outcome: 'refused',
    pickles: [
      'V\\u12\n.',
      'V\\uzzzz\n.',
      'V\\U0001\n.',
      'V\\U00110000\n.',
      'V\\Uffffffff\n.',
      'V\\U0000000g\n.',
      'V\\u\n.',
    ].map(hex),
  },
  {
    name: 'protocols that do not exist',
    outcome: 'refused',
    pickles: ['80064e2e', '80ff4e2e', '807f4e2e', '80024e80064e2e'],
  },
  {
    name: 'frames that announce more than there is',
    outcome: 'refused',
    pickles: [
      '800495ff000000000000004e2e',
      '80049503000000000000004e2e',
      `800495${le64(2n ** 63n)}4e2e`,
      `800495${le64(2n ** 64n - 1n)}4e2e`,
    ],
  },
  {
    name: 'dict items without a partner',
    outcome: 'refused',
    pickles: [
      '7d284b01752e',
      '7d284b014b024b03752e',
      '284b01642e',
      '284b014b024b03642e',
      '7d4b01732e',
    ],
  },
  {
    name: 'keys that Python cannot hash',
    outcome: 'refused',
    pickles: UNHASHABLE.flatMap((key) => [
      `80057d${key}4e732e`,
      `80057d28${key}4e752e`,
      `800528${key}4e642e`,
      `80058f28${key}902e`,
      `800528${key}912e`,
    ]),
  },
  {
    name: 'items for what holds none',
    outcome: 'refused',
    pickles: [
      ...[
        '4e',
        '4b01',
        '58010000006161'.slice(0, 12),
        '29',
        '7d',
        '88',
        '43016'.concat('1'),
        '8f',
      ].map((target) => `8004${target}4b01612e`),
      ...['4e', '4b01', '29', '7d', '88', '430161', '8f'].map(
        (target) => `8004${target}284b01652e`,
      ),
      ...['4e', '4b01', '29', '88', '430161', '8f'].map((target) => `8004${target}4b014b02732e`),
      ...['4e', '4b01', '29', '88', '8f'].map((target) => `8004${target}284b014b02752e`),
      ...['4e', '4b01', '29', '88', '7d', '5d'].map((target) => `8004${target}284b01902e`),
    ],
  },
  {
    name: 'items of a list set by index or name, as objects of JavaScript would allow',
    outcome: 'refused',
    pickles: [
      hex(']Vlength\nI0\ns.'),
      hex(']V__proto__\nNs.'),
      hex('](Vlength\nI0\nu.'),
      hex(']V0\nNs.'),
    ],
  },
  {
    name: 'state for what has none',
    outcome: 'refused',
    pickles: ['5d', '7d', '29', '4b01', '88', '4e', '430161', '8f', '8c0161'].map((target) =>
      `8004${target}7d8c0178 4b0173622e`.replace(' ', ''),
    ),
  },
  {
    name: 'ints of more digits than CPython reads',
    outcome: 'refused',
    pickles: [
      hex(`L${'9'.repeat(4301)}L\n.`),
      hex(`I${'9'.repeat(4301)}\n.`),
      hex(`L-${'9'.repeat(4301)}L\n.`),
      hex(`L${'9'.repeat(400_000)}L\n.`),
    ],
  },
];
