// The text protocol: what each command writes, and the decoder for it. Pure: bytes in, replies out.

import type { Sink } from './sink';
import { TextDecoder } from './text-decoder';
import { textLogin } from './text-login';
import { Command, type Request, type RequestOptions, type Wire } from './wire';

// <command> <key> <flags> <exptime> <bytes>[ noreply][tail]\r\n<data>\r\n
function storage(name: string): (request: Request, sink: Sink) => void {
  return ({ key, options, entry }, sink) => {
    const { data } = entry;
    sink.text += `${name} ${key} ${entry.flags} ${options.time} ${data.length}${ending(options)}`;
    sink.add(data);
    sink.text += '\r\n';
  };
}

// cas <key> <flags> <exptime> <bytes> <cas unique>[ noreply][tail]\r\n<data>\r\n
function cas({ key, options, entry }: Request, sink: Sink): void {
  const { data } = entry;
  const head = `cas ${key} ${entry.flags} ${options.time} ${data.length} ${options.cas}`;
  sink.text += head + ending(options);
  sink.add(data);
  sink.text += '\r\n';
}

// <command>[ <key>][ <number>][ noreply][tail]\r\n
function line(name: string, number?: 'time' | 'delta'): (request: Request, sink: Sink) => void {
  return ({ key, options }, sink) => {
    let text = key === '' ? name : `${name} ${key}`;
    if (number !== undefined && options[number] !== '') text += ` ${options[number]}`;
    sink.text += text + ending(options);
  };
}

// gat <time> <key>\r\n
function gat(name: string): (request: Request, sink: Sink) => void {
  return ({ key, options }, sink) => {
    sink.text += `${name} ${options.time} ${key}\r\n`;
  };
}

// get <key>\r\n: the one that is asked most
function get({ key }: Request, sink: Sink): void {
  sink.text += `get ${key}\r\n`;
}

// <what the caller says>\r\n
function raw({ entry }: Request, sink: Sink): void {
  sink.add(entry.data);
  sink.text += '\r\n';
}

function unspeakable(): never {
  throw new TypeError('SASL needs the binary protocol');
}

function ending({ noreply, tail }: RequestOptions): string {
  return noreply ? ` noreply${tail}\r\n` : `${tail}\r\n`;
}

const ENCODERS: Record<Command, (request: Request, sink: Sink) => void> = {
  [Command.get]: get,
  [Command.gets]: line('gets'),
  [Command.gat]: gat('gat'),
  [Command.gats]: gat('gats'),
  [Command.set]: storage('set'),
  [Command.add]: storage('add'),
  [Command.replace]: storage('replace'),
  [Command.append]: storage('append'),
  [Command.prepend]: storage('prepend'),
  [Command.cas]: cas,
  [Command.delete]: line('delete', 'time'),
  [Command.incr]: line('incr', 'delta'),
  [Command.decr]: line('decr', 'delta'),
  [Command.touch]: line('touch', 'time'),
  [Command.flushAll]: line('flush_all', 'time'),
  [Command.stats]: line('stats'),
  [Command.version]: line('version'),
  [Command.verbosity]: line('verbosity'),
  [Command.quit]: line('quit'),
  [Command.saslList]: unspeakable,
  [Command.saslAuth]: unspeakable,
  [Command.saslStep]: unspeakable,
  [Command.raw]: raw,
};

/** Names of the commands that read. */
const READING: Readonly<Record<number, string>> = {
  [Command.get]: 'get',
  [Command.gets]: 'gets',
  [Command.gat]: 'gat',
  [Command.gats]: 'gats',
};

/** The text ("classic") protocol of memcached's protocol.txt. */
export const textWire: Wire = {
  name: 'text',
  needsFences: true,

  encode(request, _serial, sink) {
    ENCODERS[request.command](request, sink);
  },

  // get <key>*\r\n, gat <time> <key>*\r\n
  encodeGets(command, keys, time, _serial, sink) {
    const name = READING[command] ?? 'get';
    sink.text += `${time === '' ? name : `${name} ${time}`} ${keys.join(' ')}\r\n`;
  },

  createDecoder: () => new TextDecoder(),
  createLogin: textLogin,
  offers: { verbosity: true, initial: false, raw: true },
};
