// Replies find their requests; whatever belongs to none is refused, and nothing is answered wrongly before that.

import { ProtocolError } from '../errors';
import { binaryWire } from '../wire/binary';
import { packet, uint32, type Packet } from '../wire/testing/packets';
import { textWire } from '../wire/text';
import { Code, Command, type Decoder } from '../wire/wire';
import { Conversation } from './conversation';
import { ABSENT, fence, MISS, Many, Operation, Raise, type Answers } from './operation';

const GET: Answers = { [Code.refused]: MISS, [Code.failed]: null };
const STORE: Answers = {
  [Code.stored]: true,
  [Code.notStored]: false,
  [Code.refused]: false,
  [Code.failed]: 0,
};

/** A conversation whose settled requests are told by name, in order. */
function talk(
  decode = (_flags: number, bytes: Buffer, from: number, to: number): unknown =>
    bytes.latin1Slice(from, to),
  wire = textWire,
) {
  const conversation = new Conversation(wire, decode);
  const told: [string, unknown][] = [];
  const ask = (name: string, op: Operation): Operation => {
    op.resolve = (value) => told.push([name, value]);
    op.reject = (error) => told.push([name, error]);
    conversation.pending.push(op);
    return op;
  };
  const get = (key: string, name = key): Operation =>
    ask(name, new Operation(Command.get, key, GET));
  const line = (...keys: string[]): void => {
    const ops = keys.map((key, i) => get(key, `${key}#${i}`));
    for (const op of ops.slice(0, -1)) op.closesLine = false;
  };
  const many = (...keys: string[]): unknown[] => {
    const op = ask('many', new Operation(Command.get, '', GET));
    const values = keys.map((): unknown => ABSENT);
    op.many = new Many(keys, values, undefined, undefined);
    op.miss = undefined;
    return values;
  };
  const set = (name: string): Operation => ask(name, new Operation(Command.set, 'k', STORE));
  const hear = (text: string): number => {
    const bytes = Buffer.from(text, 'latin1');
    return conversation.read(bytes, 0, bytes.length);
  };
  return { told, ask, get, line, many, set, hear, conversation, pending: conversation.pending };
}

describe('a conversation', () => {
  it('settles each request by its own reply', () => {
    const { told, get, set, ask, hear, pending } = talk();
    get('a');
    set('s');
    ask('n', new Operation(Command.incr, 'c', {}));
    get('b').miss = 'none';
    hear('VALUE a 0 1\r\nA\r\nEND\r\nSTORED\r\n7\r\nEND\r\n');
    expect(told).toEqual([
      ['a', 'A'],
      ['s', true],
      ['n', 7],
      ['b', 'none'],
    ]);
    expect(pending.length).toBe(0);
  });

  it('gives the entries of a line to the gets that share it, and misses to the rest', () => {
    const { told, line, set, hear } = talk();
    line('a', 'b', 'c', 'd');
    set('s');
    hear('VALUE b 0 1\r\nB\r\nVALUE d 0 1\r\nD\r\nEND\r\nSTORED\r\n');
    expect(told).toEqual([
      ['b#1', 'B'],
      ['d#3', 'D'],
      ['a#0', null],
      ['c#2', null],
      ['s', true],
    ]);
  });

  it('answers every get of a key that is asked twice in one line', () => {
    const { told, line, hear } = talk();
    line('a', 'b', 'a');
    hear('VALUE a 0 1\r\n1\r\nVALUE b 0 1\r\n2\r\nVALUE a 0 1\r\n3\r\nEND\r\n');
    expect(told).toEqual([
      ['a#0', '1'],
      ['b#1', '2'],
      ['a#2', '3'],
    ]);
  });

  it('takes the entries of a proxy that answers in its own order', () => {
    const { told, line, many, hear } = talk();
    line('a', 'b', 'c');
    const values = many('x', 'y', 'z');
    hear(
      'VALUE c 0 1\r\nC\r\nVALUE a 0 1\r\nA\r\nEND\r\nVALUE z 0 1\r\nZ\r\nVALUE x 0 1\r\nX\r\nEND\r\n',
    );
    expect(told).toEqual([
      ['c#2', 'C'],
      ['a#0', 'A'],
      ['b#1', null],
      ['many', undefined],
    ]);
    expect(values).toEqual(['X', ABSENT, 'Z']);
  });

  it('waits for the rest of an unfinished reply', () => {
    const { told, get, hear } = talk();
    get('a');
    expect(hear('VALUE a 0 1\r\n')).toBe(0);
    expect(told).toEqual([]);
    const whole = 'VALUE a 0 1\r\nA\r\nEN';
    expect(hear(whole)).toBe(whole.length - 2);
    expect(hear('END\r\n')).toBe(5);
    expect(told).toEqual([['a', 'A']]);
  });

  it.each([
    ['text', textWire, (value: string) => `VALUE k 0 ${value.length}\r\n${value}\r\nEND\r\n`],
    [
      'binary',
      binaryWire,
      (value: string) => packet({ opcode: 0x0c, extras: uint32(0), key: 'k', value, opaque: 0 }),
    ],
  ])('over the %s wire keeps no big value that was answered', (_name, wire, reply) => {
    const decoders: Decoder[] = [];
    const createDecoder = (): Decoder => {
      const decoder = wire.createDecoder();
      decoders.push(decoder);
      return decoder;
    };
    const { told, get, hear } = talk(undefined, { ...wire, createDecoder });
    const value = 'x'.repeat(100_000);
    get('k');
    const bytes = reply(value);
    expect(hear(bytes.slice(0, 5000))).toBe(5000);
    hear(bytes.slice(5000));
    expect(told).toEqual([['k', value]]);
    expect(decoders[0]?.data).toHaveLength(0);
  });

  it('tells the caller that its value cannot be decoded, and reads on', () => {
    const bad = new Error('bad value');
    const { told, get, many, hear } = talk((flags, bytes, from, to) => {
      if (flags === 9) throw bad;
      return bytes.latin1Slice(from, to);
    });
    get('a');
    const values = many('b', 'c');
    get('d');
    hear(
      'VALUE a 9 1\r\nA\r\nEND\r\nVALUE b 9 1\r\nB\r\nVALUE c 0 1\r\nC\r\nEND\r\nVALUE d 0 1\r\nD\r\nEND\r\n',
    );
    expect(told).toEqual([
      ['a', bad],
      ['many', bad],
      ['d', 'D'],
    ]);
    expect(values).toEqual([ABSENT, 'C']);
  });

  it('hands back the gets of a line that was refused, each to be asked alone, but those that were', () => {
    const { told, line, get, hear, conversation, pending } = talk();
    line('a', 'b', 'd');
    get('c');
    const [a, b, again] = [0, 1, 2].map((i) => pending.get(i));
    if (again !== undefined) again.resent = true;
    hear('VALUE a 0 1\r\nA\r\nSERVER_ERROR out of memory\r\nVALUE c 0 1\r\nC\r\nEND\r\n');
    expect(told).toEqual([
      ['a#0', 'A'],
      ['d#2', null],
      ['c', 'C'],
    ]);
    expect(a?.settled).toBe(true);
    expect(conversation.again).toEqual([b]);
    expect(conversation.refusal).toBe('SERVER_ERROR out of memory');
  });

  it('makes the error that a client raises from the line', () => {
    const { told, ask, hear } = talk();
    const answers: Answers = { [Code.refused]: new Raise((line) => new RangeError(line)) };
    ask('n', new Operation(Command.incr, 'c', answers));
    hear('CLIENT_ERROR cannot increment or decrement non-numeric value\r\n');
    expect(told).toEqual([
      ['n', new RangeError('CLIENT_ERROR cannot increment or decrement non-numeric value')],
    ]);
  });
});

describe('a conversation ends at', () => {
  it.each<[string, (t: ReturnType<typeof talk>) => void, string, [string, unknown][]]>([
    ['a reply that nobody asked for', () => undefined, 'STORED\r\n', []],
    ['a reply behind the last one', (t) => t.set('s'), 'STORED\r\nSTORED\r\n', [['s', true]]],
    ['an entry of a foreign key', (t) => t.get('a'), 'VALUE b 0 1\r\nB\r\nEND\r\n', []],
    [
      'an entry that came already',
      (t) => t.get('a'),
      'VALUE a 0 1\r\nA\r\nVALUE a 0 1\r\nX\r\n',
      [['a', 'A']],
    ],
    [
      'a second entry of one of many',
      (t) => t.many('a', 'b'),
      'VALUE a 0 1\r\nA\r\nVALUE a 0 1\r\nX\r\n',
      [],
    ],
    [
      'an entry of a later line',
      (t) => (t.get('a'), t.get('b')),
      'VALUE b 0 1\r\nB\r\nEND\r\n',
      [],
    ],
    ['a reply of another kind', (t) => t.get('a'), 'STORED\r\n', []],
    [
      'a data block that the server did not take',
      (t) => t.set('s'),
      'CLIENT_ERROR bad data chunk\r\n',
      [['s', false]],
    ],
    ['ERROR', (t) => t.set('s'), 'ERROR\r\n', [['s', false]]],
  ])('%s', (_name, asked, text, answered) => {
    const t = talk();
    asked(t);
    expect(() => t.hear(text)).toThrow(ProtocolError);
    expect(t.told).toEqual(answered);
  });
});

describe('a conversation over the binary wire', () => {
  const talkBinary = () => talk(undefined, binaryWire);
  const hit = (opaque: number, key: string, fields: Partial<Packet> = {}): string =>
    packet({ opcode: 0x0c, extras: uint32(0), key, value: key.toUpperCase(), opaque, ...fields });
  const inLine = { opcode: 0x0d } as const;
  const noop = (opaque: number): string => packet({ opcode: 0x0a, opaque });
  const objection = (serial: number): string =>
    packet({ opcode: 0x12, status: 2, opaque: (serial | 0x80000000) >>> 0 });

  it('settles each request by the reply with its serial number', () => {
    const { told, get, line, many, set, hear, pending } = talkBinary();
    get('a'); // 0
    set('s'); // 1
    line('a', 'b', 'c'); // 2, of three
    const values = many('x', 'y'); // 5
    get('d').miss = 'none'; // 6
    const bytes =
      hit(0, 'a') +
      packet({ opcode: 1, opaque: 1 }) +
      hit(2, 'b', inLine) +
      noop(2) +
      hit(5, 'y', inLine) +
      noop(5) +
      packet({ opcode: 0x0c, opaque: 6, status: 1, key: 'd' });
    expect(hear(bytes)).toBe(bytes.length);
    expect(told).toEqual([
      ['a', 'A'],
      ['s', true],
      ['b#1', 'B'],
      ['a#0', null],
      ['c#2', null],
      ['many', undefined],
      ['d', 'none'],
    ]);
    expect(values).toEqual([ABSENT, 'Y']);
    expect(pending.length).toBe(0);
  });

  it('reads over what is objected to silent requests, asked or not', () => {
    const { told, get, hear, conversation } = talkBinary();
    conversation.silent = 3;
    expect(hear(objection(0))).toBe(24);
    get('a');
    hear(objection(0) + hit(0, 'a') + objection(1));
    expect(told).toEqual([['a', 'A']]);
    expect(() => hear(objection(1))).toThrow(ProtocolError); // to none of the three
  });

  it.each<[string, string]>([
    ['a late reply', hit(0, 'b')],
    ['an early reply', hit(2, 'b')],
    ['the right reply with another key', hit(1, 'a')],
    ['an objection to what was sent later', objection(2)],
    ['the reply of a line', hit(1, 'b', inLine)],
  ])('ends at %s', (_name, text) => {
    const t = talkBinary();
    t.get('a');
    t.get('b');
    expect(() => t.hear(hit(0, 'a') + text)).toThrow(ProtocolError);
    expect(t.told).toEqual([['a', 'A']]);
  });
});

describe('objections in the text protocol', () => {
  const OBJECTION = 'SERVER_ERROR object too large for cache\r\n';

  it('are read over before a fence’s reply, and while nothing is asked', () => {
    const { told, ask, get, hear, conversation } = talk();
    conversation.silent = 3;
    expect(hear(OBJECTION)).toBe(OBJECTION.length);
    ask('fence', fence());
    get('a');
    hear(`${OBJECTION}${OBJECTION}VERSION 1\r\nVALUE a 0 1\r\nA\r\nEND\r\n`);
    expect(told).toEqual([
      ['fence', '1'],
      ['a', 'A'],
    ]);
  });

  it('are waited for in any cuts', () => {
    const { told, ask, hear, conversation } = talk();
    conversation.silent = 1;
    expect(hear(OBJECTION.slice(0, 9))).toBe(0);
    ask('fence', fence());
    expect(hear(OBJECTION.slice(0, 20))).toBe(0);
    expect(hear(OBJECTION)).toBe(OBJECTION.length);
    expect(told).toEqual([]);
    hear('VERSION 1\r\n');
    expect(told).toEqual([['fence', '1']]);
  });

  it.each<[string, number, string]>([
    ['more than there were silent requests', 1, OBJECTION + OBJECTION],
    ['one to nothing', 0, OBJECTION],
    ['one that leaves data behind', 1, 'CLIENT_ERROR bad data chunk\r\n'],
    ['an unknown command', 1, 'ERROR\r\n'],
  ])('end the conversation where they are %s', (_what, silent, text) => {
    const asked = talk();
    asked.conversation.silent = silent;
    asked.ask('fence', fence());
    expect(() => asked.hear(text)).toThrow(ProtocolError);
    const idle = talk();
    idle.conversation.silent = silent;
    expect(() => idle.hear(text)).toThrow(ProtocolError);
  });

  it('are what a loud request was answered, where no fence stands before it', () => {
    const { told, set, hear, conversation } = talk();
    conversation.silent = 1;
    set('s');
    hear(OBJECTION);
    expect(told).toEqual([['s', false]]);
  });
});
