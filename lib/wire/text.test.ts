// What the text wire writes, byte for byte.

import { Sink } from './sink';
import { textWire } from './text';
import { Command, NO_OPTIONS, type Entry, type Request, type RequestOptions } from './wire';

/** A request with every field at hand, as the table below names them. */
interface Asked extends Partial<RequestOptions & Entry> {
  readonly command: Command;
  readonly key?: string;
}

function request({ command, key = 'k', flags = 0, data = '', ...options }: Asked): Request {
  return { command, key, entry: { flags, data }, options: { ...NO_OPTIONS, ...options } };
}

function encode(asked: Asked): string {
  const sink = new Sink();
  textWire.encode(request(asked), 0, sink);
  return [...sink.parts.map((part) => part.toString('latin1')), sink.text].join('');
}

const store = { flags: 16, time: '60', data: 'v\xe4' };

describe('the text wire writes', () => {
  it.each<[string, Asked, string]>([
    ['get', { command: Command.get }, 'get k\r\n'],
    ['gets', { command: Command.gets }, 'gets k\r\n'],
    ['gat', { command: Command.gat, time: '60' }, 'gat 60 k\r\n'],
    ['gats', { command: Command.gats, time: '60' }, 'gats 60 k\r\n'],
    ['set', { command: Command.set, ...store }, 'set k 16 60 2\r\nv\xe4\r\n'],
    ['add', { command: Command.add, ...store }, 'add k 16 60 2\r\nv\xe4\r\n'],
    ['replace', { command: Command.replace, ...store }, 'replace k 16 60 2\r\nv\xe4\r\n'],
    ['append', { command: Command.append, ...store }, 'append k 16 60 2\r\nv\xe4\r\n'],
    ['prepend', { command: Command.prepend, ...store }, 'prepend k 16 60 2\r\nv\xe4\r\n'],
    ['cas', { command: Command.cas, ...store, cas: '7' }, 'cas k 16 60 2 7\r\nv\xe4\r\n'],
    [
      'set, silent',
      { command: Command.set, ...store, noreply: true },
      'set k 16 60 2 noreply\r\nv\xe4\r\n',
    ],
    [
      'set with a tail',
      { command: Command.set, ...store, tail: ' ' },
      'set k 16 60 2 \r\nv\xe4\r\n',
    ],
    [
      'cas, silent, with a tail',
      { command: Command.cas, ...store, cas: '7', noreply: true, tail: ' ' },
      'cas k 16 60 2 7 noreply \r\nv\xe4\r\n',
    ],
    ['an empty value', { command: Command.set, time: '0' }, 'set k 0 0 0\r\n\r\n'],
    ['delete', { command: Command.delete }, 'delete k\r\n'],
    ['delete with a time', { command: Command.delete, time: '0' }, 'delete k 0\r\n'],
    ['delete, silent', { command: Command.delete, noreply: true }, 'delete k noreply\r\n'],
    ['incr', { command: Command.incr, delta: '5' }, 'incr k 5\r\n'],
    ['decr, silent', { command: Command.decr, delta: '5', noreply: true }, 'decr k 5 noreply\r\n'],
    ['touch', { command: Command.touch, time: '9' }, 'touch k 9\r\n'],
    [
      'touch, silent',
      { command: Command.touch, time: '9', noreply: true },
      'touch k 9 noreply\r\n',
    ],
    ['flush_all', { command: Command.flushAll, key: '' }, 'flush_all\r\n'],
    ['flush_all later', { command: Command.flushAll, key: '', time: '30' }, 'flush_all 30\r\n'],
    [
      'flush_all, silent',
      { command: Command.flushAll, key: '', noreply: true },
      'flush_all noreply\r\n',
    ],
    ['stats', { command: Command.stats, key: '' }, 'stats\r\n'],
    ['stats items', { command: Command.stats, key: 'items' }, 'stats items\r\n'],
    [
      'stats with two arguments',
      { command: Command.stats, key: 'cachedump 1' },
      'stats cachedump 1\r\n',
    ],
    ['version', { command: Command.version, key: '' }, 'version\r\n'],
    ['verbosity', { command: Command.verbosity, key: '1' }, 'verbosity 1\r\n'],
    [
      'verbosity, silent',
      { command: Command.verbosity, key: '1', noreply: true },
      'verbosity 1 noreply\r\n',
    ],
    ['quit', { command: Command.quit, key: '' }, 'quit\r\n'],
  ])('%s', (_name, asked, bytes) => {
    expect(encode(asked)).toBe(bytes);
  });

  it('gets of many keys in one line', () => {
    const sink = new Sink();
    textWire.encodeGets(Command.get, ['a', 'b'], '', 0, sink);
    textWire.encodeGets(Command.gets, ['c', 'd'], '', 0, sink);
    textWire.encodeGets(Command.gat, ['e'], '60', 0, sink);
    textWire.encodeGets(Command.gats, ['f', 'g'], '-1', 0, sink);
    expect(sink.text).toBe('get a b\r\ngets c d\r\ngat 60 e\r\ngats -1 f g\r\n');
  });

  it('a big buffer as a part of its own, uncopied, and a small one inside the text', () => {
    const big = Buffer.alloc(10_000, 'b');
    const small = Buffer.from([0, 255, 13, 10]);
    const sink = new Sink();
    textWire.encode(request({ command: Command.set, time: '0', data: big }), 0, sink);
    textWire.encode(request({ command: Command.set, time: '0', data: small }), 0, sink);
    expect(sink.parts[0]).toBe('set k 0 0 10000\r\n');
    expect(sink.parts[1]).toBe(big);
    expect(sink.text).toBe('\r\nset k 0 0 4\r\n\x00\xff\r\n\r\n');
    expect(sink.size).toBe(17 + 10_000 + 21);
    sink.clear();
    expect([sink.size, sink.parts.length]).toEqual([0, 0]);
  });
});
