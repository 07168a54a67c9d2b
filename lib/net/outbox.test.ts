// One write a tick: lone gets share lines, and the order of calls on one key is kept.

import { MAX_JOINED_GETS } from '../limits';
import { binaryWire } from '../wire/binary';
import { textWire } from '../wire/text';
import { Command } from '../wire/wire';
import { Many, Operation } from './operation';
import { Outbox } from './outbox';
import { Ring } from './ring';

const noreply = { time: '', delta: '', cas: '', tail: '', noreply: true };

/** What a list of calls like `get a` or `delete a noreply` writes, and in which order their replies are due. */
function write(...calls: string[]): { lines: string[]; due: string[] } {
  const pending = new Ring<Operation>();
  const outbox = new Outbox(textWire, pending);
  for (const call of calls) {
    const [name = '', key = '', ...more] = call.split(' ');
    const op = new Operation(Command[name as keyof typeof Command], key, {});
    if (more[0] === 'noreply') op.options = noreply;
    else if (more.length > 0) op.many = new Many([key, ...more], [], undefined, undefined);
    outbox.add(op);
  }
  outbox.commit();
  const due = pending
    .drain()
    .map((op) => (op.many?.keys ?? [op.key]).join(' ') + (op.closesLine ? '' : '+'));
  return { lines: outbox.sink.text.split('\r\n').filter((line) => line !== ''), due };
}

it('without the calls whose callers have gone, the rest is written in its order', () => {
  const pending = new Ring<Operation>();
  const outbox = new Outbox(textWire, pending);
  const add = (name: 'get' | 'delete', key: string, isSilent = false): Operation => {
    const op = new Operation(Command[name], key, {});
    if (isSilent) op.options = noreply;
    outbox.add(op);
    return op;
  };
  const sent = add('delete', 'sent');
  outbox.sink.clear();
  const gone = [add('get', 'a'), add('delete', 'b', true), add('delete', 'c')];
  add('get', 'd');
  add('delete', 'd', true);
  add('delete', 'e');
  for (const op of [sent, ...gone]) op.abandon();
  add('get', 'f');
  outbox.withdraw(1);
  expect(outbox.gathered).toBe(0); // no write need follow: what waits must be where deadlines are looked for
  expect(outbox.sink.text).toBe(
    'version\r\nget d\r\ndelete d noreply\r\nversion\r\ndelete e\r\nget f\r\n',
  );
  expect(pending.drain().map((op) => op.key)).toEqual(['sent', '', 'd', '', 'e', 'f']);
  expect(outbox.takeSilent().map((op) => op.key)).toEqual(['d']);
});

describe('the outbox', () => {
  it('joins the gets of a tick', () => {
    expect(write('get a', 'get b', 'get c')).toEqual({
      lines: ['get a b c'],
      due: ['a+', 'b+', 'c'],
    });
  });

  it('sends a lone get alone', () => {
    expect(write('get a')).toEqual({ lines: ['get a'], due: ['a'] });
  });

  it('gathers gets past commands on other keys', () => {
    const { lines, due } = write('get a', 'delete b', 'get c', 'touch d');
    expect(lines).toEqual(['delete b', 'touch d', 'get a c']);
    expect(due).toEqual(['b', 'd', 'a+', 'c']);
  });

  it.each(['delete', 'touch', 'incr', 'decr'])('sends a get before a %s of its key', (name) => {
    const { lines } = write('get a', `${name} a`, 'get a');
    expect(lines).toEqual(['get a', `${name} a`, 'get a']);
  });

  it.each(['set', 'add', 'replace', 'append', 'prepend', 'cas'])(
    'sends a get before a %s of its key',
    (name) => {
      const { due } = write('get a', 'get b', `${name} a`, 'get a', 'get c');
      expect(due).toEqual(['a+', 'b', 'a', 'a+', 'c']);
    },
  );

  it('sends every get before flush_all and quit', () => {
    expect(write('get a', 'flushAll', 'get a').lines).toEqual(['get a', 'flush_all', 'get a']);
    expect(write('get a', 'quit').lines).toEqual(['get a', 'quit']);
  });

  it('keeps gets of many and gets with cas ids on lines of their own', () => {
    expect(write('get a', 'get b c', 'gets d', 'get e').lines).toEqual([
      'get b c',
      'gets d',
      'get a e',
    ]);
  });

  it('begins a new line when one is full', () => {
    const keys = Array.from({ length: MAX_JOINED_GETS + 2 }, (_, i) => `k${i}`);
    const { lines } = write(...keys.map((key) => `get ${key}`));
    expect(lines).toEqual([
      `get ${keys.slice(0, MAX_JOINED_GETS).join(' ')}`,
      `get ${keys.slice(MAX_JOINED_GETS).join(' ')}`,
    ]);
  });

  it('fences silent requests off: their errors are read as nobody’s reply', () => {
    const { lines, due } = write('get a', 'set b noreply', 'set c noreply', 'get d', 'get e');
    expect(lines[0]).toBe('get a');
    expect(lines.slice(1).filter((line) => !/^set|^$/.test(line))).toEqual(['version', 'get d e']);
    expect(due).toEqual(['a', '', 'd+', 'e']);
  });

  it('fences nothing off where replies name their requests', () => {
    const pending = new Ring<Operation>();
    const outbox = new Outbox(binaryWire, pending);
    const silent = new Operation(Command.delete, 'a', {});
    silent.options = noreply;
    outbox.add(silent);
    outbox.add(new Operation(Command.delete, 'b', {}));
    expect(pending.drain().map((op) => op.key)).toEqual(['b']);
  });
});
