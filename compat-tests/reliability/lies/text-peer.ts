// The server's side of one text conversation: takes requests apart strictly, keeps entries, answers one reply a request.

/** One request as it came over the wire; char codes are bytes. */
export interface TextRequest {
  readonly command: string;
  /** What follows the command on its line. */
  readonly args: readonly string[];
  /** The data block of a storage command. */
  readonly data: string | undefined;
}

/** An entry as a text server holds it. */
export interface TextEntry {
  readonly flags: string;
  readonly data: string;
}

const STORAGE = new Set(['set', 'add', 'replace', 'append', 'prepend', 'cas']);

// Each word by one space; python-memcached ends some lines with one more.
const LINE = /^[^ \0\r\n]+(?: [^ \0\r\n]+)* ?$/;

/** Argument counts that a command may have, its `noreply` not counted. */
const ARGUMENTS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  get: [1, Infinity],
  gets: [1, Infinity],
  set: [4, 4],
  add: [4, 4],
  replace: [4, 4],
  append: [4, 4],
  prepend: [4, 4],
  cas: [5, 5],
  delete: [1, 2],
  incr: [2, 2],
  decr: [2, 2],
  touch: [1, 2], // touch(key, None) sends no time
  flush_all: [0, 1],
  stats: [0, Infinity],
  version: [0, 0],
  verbosity: [1, 1],
  quit: [0, 0],
};

/** Reads requests out of the bytes of one connection. */
export class TextReader {
  /** What is no request at all: a strict test wants none. */
  readonly unexpected: string[] = [];
  #unread = '';

  /** The requests that are whole with these bytes. */
  take(received: string): TextRequest[] {
    this.#unread += received;
    const requests: TextRequest[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) requests.push(next);
    return requests;
  }

  #next(): TextRequest | undefined {
    const end = this.#unread.indexOf('\r\n');
    if (end === -1) return undefined;
    const line = this.#unread.slice(0, end);
    const [command = '', ...args] = line.replace(/ $/, '').split(' ');
    if (!isLine(command, line) || !hasRightArguments(command, args)) this.unexpected.push(line);
    let data: string | undefined;
    let after = end + 2;
    if (STORAGE.has(command)) {
      const from = after;
      after += Number(args[3]) + 2;
      if (this.#unread.length < after) return undefined;
      data = this.#unread.slice(from, after - 2);
      if (this.#unread.slice(after - 2, after) !== '\r\n') this.unexpected.push(line);
    }
    this.#unread = this.#unread.slice(after);
    return { command, args, data };
  }
}

function isLine(command: string, line: string): boolean {
  // The arguments of stats are sent as they are given, their spaces too.
  return command === 'stats' ? /^[\x20-\x7e]+$/.test(line) : LINE.test(line);
}

function hasRightArguments(command: string, args: readonly string[]): boolean {
  const [least, most] = ARGUMENTS[command] ?? [1, 0];
  const isSilent = args.length > least && args.at(-1) === 'noreply';
  const count = args.length - (isSilent ? 1 : 0);
  return count >= least && count <= most;
}

/** Whether the sender of a request waits for no reply. */
export function isSilent({ command, args }: TextRequest): boolean {
  const [least] = ARGUMENTS[command] ?? [0];
  return (
    !/^(gets?|stats)$/.test(command) && args.length > (least ?? 0) && args.at(-1) === 'noreply'
  );
}

/** Answers a request rightly, out of `entries`. */
export function answer(request: TextRequest, entries: Map<string, TextEntry>): string {
  return isSilent(request)
    ? (ANSWERS[request.command]?.(request, entries), '')
    : (ANSWERS[request.command]?.(request, entries) ?? 'ERROR\r\n');
}

type Answer = (request: TextRequest, entries: Map<string, TextEntry>) => string;

const ANSWERS: Readonly<Record<string, Answer>> = {
  get: (request, entries) => found(request, entries, ''),
  gets: (request, entries) => found(request, entries, ' 7'),
  set: store,
  add: ({ args: [key = ''], ...rest }, entries) =>
    entries.has(key) ? 'NOT_STORED\r\n' : store({ ...rest, args: [key, '0', '0', ''] }, entries),
  replace: ({ args, ...rest }, entries) =>
    entries.has(args[0] ?? '') ? store({ ...rest, args }, entries) : 'NOT_STORED\r\n',
  append: (request, entries) => join(request, entries, (old, data) => old + data),
  prepend: (request, entries) => join(request, entries, (old, data) => data + old),
  cas: store,
  delete: ({ args: [key = ''] }, entries) =>
    entries.delete(key) ? 'DELETED\r\n' : 'NOT_FOUND\r\n',
  incr: (request, entries) => count(request, entries, 1n),
  decr: (request, entries) => count(request, entries, -1n),
  touch: ({ args: [key = ''] }, entries) => (entries.has(key) ? 'TOUCHED\r\n' : 'NOT_FOUND\r\n'),
  flush_all: (_request, entries) => {
    entries.clear();
    return 'OK\r\n';
  },
  stats: () => 'STAT pid 1\r\nSTAT version 1.6.18\r\nEND\r\n',
  version: () => 'VERSION 1.6.18\r\n',
  verbosity: () => 'OK\r\n',
};

function found({ args }: TextRequest, entries: Map<string, TextEntry>, cas: string): string {
  let reply = '';
  for (const key of args) {
    const entry = entries.get(key);
    if (entry !== undefined)
      reply += `VALUE ${key} ${entry.flags} ${entry.data.length}${cas}\r\n${entry.data}\r\n`;
  }
  return `${reply}END\r\n`;
}

function store({ args, data = '' }: TextRequest, entries: Map<string, TextEntry>): string {
  const [key = '', flags = '0'] = args;
  entries.set(key, { flags, data });
  return 'STORED\r\n';
}

function join(
  { args: [key = ''], data = '' }: TextRequest,
  entries: Map<string, TextEntry>,
  joined: (old: string, data: string) => string,
): string {
  const old = entries.get(key);
  if (old === undefined) return 'NOT_STORED\r\n';
  entries.set(key, { ...old, data: joined(old.data, data) });
  return 'STORED\r\n';
}

function count(
  { args: [key = '', delta = ''] }: TextRequest,
  entries: Map<string, TextEntry>,
  sign: bigint,
): string {
  const old = entries.get(key);
  if (old === undefined) return 'NOT_FOUND\r\n';
  if (!/^\d+$/.test(old.data)) {
    return 'CLIENT_ERROR cannot increment or decrement non-numeric value\r\n';
  }
  if (!/^\d+$/.test(delta)) return 'CLIENT_ERROR invalid numeric delta argument\r\n';
  const next = BigInt(old.data) + sign * BigInt(delta);
  const data = String(BigInt.asUintN(64, next < 0n ? 0n : next));
  entries.set(key, { ...old, data });
  return `${data}\r\n`;
}
