// The text protocol: what each command writes, and the decoder for it. Pure: bytes in, replies out.

import type { Sink } from './sink';
import { TextDecoder } from './text-decoder';
import { Command, type Request, type Wire } from './wire';

// <command> <key> <flags> <exptime> <bytes>[ noreply][tail]\r\n<data>\r\n
function storage(name: string): (request: Request, sink: Sink) => void {
  return (request, sink) => {
    const { data } = request;
    sink.text += `${name} ${request.key} ${request.flags} ${request.time} ${data.length}${ending(request)}`;
    sink.add(data);
    sink.text += '\r\n';
  };
}

// cas <key> <flags> <exptime> <bytes> <cas unique>[ noreply][tail]\r\n<data>\r\n
function cas(request: Request, sink: Sink): void {
  const { data } = request;
  sink.text += `cas ${request.key} ${request.flags} ${request.time} ${data.length} ${request.cas}${ending(request)}`;
  sink.add(data);
  sink.text += '\r\n';
}

// <command>[ <argument>...][ noreply][tail]\r\n
function line(
  name: string,
  ...fields: ('key' | 'time' | 'delta')[]
): (request: Request, sink: Sink) => void {
  return (request, sink) => {
    let text = name;
    for (const field of fields) if (request[field] !== '') text += ' ' + request[field];
    sink.text += text + ending(request);
  };
}

function ending(request: Request): string {
  return (request.noreply ? ' noreply' : '') + request.tail + '\r\n';
}

const ENCODERS: Record<Command, (request: Request, sink: Sink) => void> = {
  [Command.get]: line('get', 'key'),
  [Command.gets]: line('gets', 'key'),
  [Command.set]: storage('set'),
  [Command.add]: storage('add'),
  [Command.replace]: storage('replace'),
  [Command.append]: storage('append'),
  [Command.prepend]: storage('prepend'),
  [Command.cas]: cas,
  [Command.delete]: line('delete', 'key', 'time'),
  [Command.incr]: line('incr', 'key', 'delta'),
  [Command.decr]: line('decr', 'key', 'delta'),
  [Command.touch]: line('touch', 'key', 'time'),
  [Command.flushAll]: line('flush_all', 'time'),
  [Command.stats]: line('stats', 'key'),
  [Command.version]: line('version'),
  [Command.verbosity]: line('verbosity', 'key'),
  [Command.quit]: line('quit'),
};

/** The text ("classic") protocol of memcached's protocol.txt. */
export const textWire: Wire = {
  name: 'text',

  encode(request, sink) {
    ENCODERS[request.command](request, sink);
  },

  // get <key>*\r\n
  encodeGets(command, keys, sink) {
    sink.text += `${command === Command.gets ? 'gets' : 'get'} ${keys.join(' ')}\r\n`;
  },

  createDecoder: () => new TextDecoder(),
};
