// The text protocol, from the side of a simulated server.

import type { ModelServer } from './model-server';
import { USER, type Speech } from './speech';

// <command> <key> <flags> <exptime> <bytes>[ noreply]\r\n<data>\r\n
const STORE_LINE = /^(?:set|add|append) [^ ]+ \d+ -?\d+ (\d+)/;
const CRLF = '\r\n';

type Run = (words: readonly string[], data: string, server: ModelServer) => string;

const COMMANDS: Readonly<Record<string, Run>> = {
  get: (keys, _data, server) => values(keys, server, false),
  gets: (keys, _data, server) => values(keys, server, true),
  set: storing('set'),
  add: storing('add'),
  append: storing('append'),
  incr: ([key = '', delta = ''], _data, server) =>
    `${server.count(key, BigInt(delta)) ?? 'NOT_FOUND'}\r\n`,
  delete: ([key = ''], _data, { entries }) =>
    entries.delete(key) ? 'DELETED\r\n' : 'NOT_FOUND\r\n',
  flush_all: (_words, _data, { entries }) => {
    entries.clear();
    return 'OK\r\n';
  },
  version: () => 'VERSION 1.6.18\r\n',
};

function values(keys: readonly string[], { entries }: ModelServer, hasCas: boolean): string {
  let reply = '';
  for (const key of keys) {
    const entry = entries.get(key);
    if (entry === undefined) continue;
    const cas = hasCas ? ` ${entry.cas}` : '';
    reply += `VALUE ${key} ${entry.flags} ${entry.data.length}${cas}\r\n${entry.data}\r\n`;
  }
  return `${reply}END\r\n`;
}

function storing(command: 'set' | 'add' | 'append'): Run {
  return ([key = '', flags = ''], data, server) =>
    server.store(command, key, Number(flags), data) ? 'STORED\r\n' : 'NOT_STORED\r\n';
}

export const textSpeech: Speech = {
  namesRequests: false,

  needs(bytes) {
    const end = bytes.indexOf(CRLF);
    if (end === -1) return bytes.length + 1;
    const length = STORE_LINE.exec(bytes)?.[1];
    return end + 2 + (length === undefined ? 0 : Number(length) + 2);
  },

  run(request, server) {
    const end = request.indexOf(CRLF);
    const [command = '', ...words] = request.slice(0, end).trimEnd().split(' ');
    const reply = COMMANDS[command]?.(words, request.slice(end + 2, -2), server) ?? 'ERROR\r\n';
    return words.at(-1) === 'noreply' ? undefined : reply;
  },

  // set <any key> <any flags> <any time> <bytes>\r\n<user> <password>\r\n
  login(request) {
    const said = `\r\n${USER.username} ${USER.password}\r\n`;
    if (!request.startsWith('set ') || !request.endsWith(said)) return undefined;
    return { reply: 'STORED\r\n', isDone: true };
  },

  kinds: {
    storing: (request) => /^(set|add|append) (?!.*noreply)/.test(request),
    hit: (reply) => reply.startsWith('VALUE '),
    line: (reply) => !reply.startsWith('VALUE '),
  },
  refusesLogin: () => 'CLIENT_ERROR authentication failure\r\n',
  outOfMemory: () => 'SERVER_ERROR out of memory storing object\r\n',
  // memcached's own two lines for one request: whoever takes the second for the next reply is out of step.
  clientError: () => 'CLIENT_ERROR bad data chunk\r\nERROR\r\n',
  wrongKey: (reply) => reply.replace(/^VALUE [^ ]+/, 'VALUE zz'),
  giant: (reply) => reply.replace(/^(VALUE [^ ]+ \d+) \d+/, '$1 2147483648'),
  malformed: (reply) => reply.replace(/\r\nEND\r\n$/, 'xxEND\r\n'),
};
