// A conversation whose replies are long: read as they are taken, bounded, and ended by silence.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { openSocket } from './address';
import { Dialogue } from './dialogue';
import { record } from './recorder';

let server: Server;
let met: Socket[];
let greet: (socket: Socket) => void;
beforeEach(async () => {
  met = [];
  greet = () => undefined;
  server = createServer((socket) => {
    met.push(socket);
    socket.on('error', () => undefined);
    greet(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of met) socket.destroy();
  server.close();
});

function open(timeout = 10_000, ahead = 1_000_000): Promise<Dialogue> {
  const { port } = server.address() as AddressInfo;
  const address = { kind: 'tcp', host: '127.0.0.1', port, family: 4 } as const;
  return Dialogue.open({ address, name: 'there', open: openSocket, timeout, ahead });
}

it('reads lines and data, however they are cut', async () => {
  const text = `one\r\ntwo\nVA 5\r\na\r\nbc\r\n\r\n${'x'.repeat(8000)}\r\n`;
  for (const size of [1, 2, 3, 7, 4096]) {
    greet = (socket) => {
      socket.setNoDelay(true);
      for (let at = 0; at < text.length; at += size) socket.write(text.slice(at, at + size));
    };
    const talk = await open();
    const lines = [await talk.line(), await talk.line(), await talk.line()];
    expect(lines).toEqual(['one', 'two', 'VA 5']);
    expect((await talk.bytes(5)).toString()).toBe('a\r\nbc');
    expect([await talk.line(), await talk.line()]).toEqual(['', '']);
    expect(await talk.line()).toHaveLength(8000);
    talk.close();
  }
});

it('holds back a server that is faster than its reader', async () => {
  const line = `${'x'.repeat(98)}\r\n`;
  const count = 600_000;
  let drained = false;
  greet = (socket) => {
    socket.write(line.repeat(count), () => (drained = true));
  };
  const talk = await open();
  let lines = 0;
  for (; lines < 1000; lines++) expect(await talk.line()).toHaveLength(98);
  // What is read ahead, and what the kernel holds, is far less than all of it.
  expect(drained).toBe(false);
  for (; lines < count; lines++) await talk.line();
  talk.close();
}, 30_000);

it('reads on while nobody takes anything, as far as it was told to', async () => {
  const count = 400_000;
  const text = Array.from({ length: count }, (_, i) => `line ${i}\r\n`).join('');
  const drained = new Promise<void>((resolve) => {
    greet = (socket) => void socket.write(text, () => resolve());
  });
  const talk = await open(10_000, 100_000_000);
  expect(await talk.line()).toBe('line 0');
  await drained;
  for (let i = 1; i < count; i++) {
    const line = await talk.line();
    if (line !== `line ${i}`) expect(line).toBe(`line ${i}`);
  }
  talk.close();
}, 60_000);

it('a value longer than what is read ahead comes whole', async () => {
  const data = Buffer.alloc(5_000_000, 'v');
  greet = (socket) => socket.write(data);
  const talk = await open();
  expect((await talk.bytes(data.length)).equals(data)).toBe(true);
  talk.close();
});

it.each<[string, (socket: Socket) => void, string]>([
  ['a line without an end', (socket) => socket.write('x'.repeat(100_000)), 'PROTOCOL'],
  ['half a line, then nothing more', (socket) => socket.end('hal'), 'CONNECTION'],
  ['silence', () => undefined, 'TIMEOUT'],
  ['a reset', (socket) => socket.resetAndDestroy(), 'CONNECTION'],
])('%s fails the reader, and every one after it', async (_what, act, code) => {
  greet = act;
  const failure = (await open(200)
    .then((talk) => talk.line())
    .catch((error: unknown) => error)) as { code: string; server: string };
  expect([failure.code, failure.server]).toEqual([code, 'there']);
});

it('what was sent before the end is read before the end is told', async () => {
  greet = (socket) => socket.end('last\r\n');
  const talk = await open();
  expect(await talk.line()).toBe('last');
  await expect(talk.line()).rejects.toMatchObject({ code: 'CONNECTION' });
  await expect(talk.bytes(1)).rejects.toMatchObject({ code: 'CONNECTION' });
});

it('a server that is not there fails at once', async () => {
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const address = { kind: 'tcp', host: '127.0.0.1', port, family: 4 } as const;
  const opening = Dialogue.open({
    address,
    name: 'there',
    open: openSocket,
    timeout: 10_000,
    ahead: 1_000_000,
  });
  await expect(opening).rejects.toMatchObject({ code: 'CONNECTION', server: 'there' });
});

describe('a recorder', () => {
  it('keeps the first command, data and all', async () => {
    const command = `set k 0 0 10000\r\n${'x'.repeat(10_000)}\r\n`;
    const bytes = await record(async (port) => {
      const address = { kind: 'tcp', host: '127.0.0.1', port, family: 4 } as const;
      const talk = await Dialogue.open({
        address,
        name: 'x',
        open: openSocket,
        timeout: 10_000,
        ahead: 1_000_000,
      });
      talk.write(command.slice(0, 5000));
      talk.write(Buffer.from(command.slice(5000)));
      return talk.line();
    });
    expect(bytes?.toString()).toBe(command);
  });

  it('tells what failed before anything was sent, and that nothing was', async () => {
    await expect(record(() => Promise.reject(new RangeError('no')))).rejects.toThrow('no');
    expect(await record(() => Promise.resolve(0))).toBeUndefined();
  });
});
