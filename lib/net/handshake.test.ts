// One question and one reply at a time, in any cuts; whatever else comes is an error that repeats nothing.

import { ConnectionError, ProtocolError } from '../errors';
import { binaryWire } from '../wire/binary';
import { packet } from '../wire/testing/packets';
import { textWire } from '../wire/text';
import { Code, Command, NO_OPTIONS, type Request } from '../wire/wire';
import { Handshake } from './handshake';

const SET: Request = {
  command: Command.set,
  key: 'login',
  options: { ...NO_OPTIONS, time: '-1' },
  entry: { flags: 0, data: 'ada secret' },
};
const LIST: Request = { ...SET, command: Command.saslList, key: '', entry: { flags: 0, data: '' } };

function start(wire = textWire): { handshake: Handshake; sent: string[] } {
  const sent: string[] = [];
  return { handshake: new Handshake(wire, (sink) => sent.push(sink.text)), sent };
}

function read(handshake: Handshake, text: string): number {
  const bytes = Buffer.from(text, 'latin1');
  return handshake.read(bytes, 0, bytes.length);
}

function thrownBy(call: () => unknown): unknown {
  try {
    return void call();
  } catch (error) {
    return error;
  }
}

it('writes a question at once, and answers it with its reply', async () => {
  const { handshake, sent } = start();
  const said = handshake.ask(SET);
  expect(sent).toEqual(['set login 0 -1 10\r\nada secret\r\n']);
  expect(read(handshake, 'STO')).toBe(0); // the rest is wanted again
  expect(read(handshake, 'STORED\r\n')).toBe(8);
  expect(await said).toMatchObject({ code: Code.stored });
});

it('knows the replies to each question by its number, where the protocol has one', async () => {
  const { handshake, sent } = start(binaryWire);
  for (const opaque of [1, 2]) {
    const said = handshake.ask(LIST);
    expect(Buffer.from(sent[opaque - 1] ?? '', 'latin1').readUInt32BE(12)).toBe(opaque);
    read(handshake, packet({ opcode: 0x20, opaque, value: 'PLAIN' }));
    expect(await said).toEqual({ code: Code.ok, text: 'PLAIN' });
  }
  void handshake.ask(LIST);
  const late = packet({ opcode: 0x20, opaque: 2, value: 'PLAIN' });
  expect(() => read(handshake, late)).toThrow(ProtocolError);
});

it('reads over all that follows a refusal: it is the end', async () => {
  const { handshake } = start();
  const said = handshake.ask(SET);
  const refusal = 'CLIENT_ERROR authentication failure\r\nERROR\r\n';
  expect(read(handshake, refusal)).toBe(refusal.length);
  expect((await said).code).toBe(Code.refused);
});

it.each([
  ['ada secret\r\n', ProtocolError],
  ['STORED\r\nada secret\r\n', ProtocolError],
  ['ERROR ada secret\r\n', ConnectionError],
])('repeats nothing of %j in its error', (reply, error) => {
  const { handshake } = start();
  void handshake.ask(SET);
  const thrown = thrownBy(() => read(handshake, reply));
  expect(thrown).toBeInstanceOf(error);
  expect(String(thrown)).not.toMatch(/ada|secret/);
});

it('takes no reply before a question', () => {
  expect(() => read(start().handshake, 'STORED\r\n')).toThrow('a reply to nothing that was asked');
});
