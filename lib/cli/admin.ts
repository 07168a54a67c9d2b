// What the commands ask one server directly: its keys, its entries as they are stored, its statistics.

import { setTimeout as pause } from 'node:timers/promises';
import { AuthError, ConnectionError, ProtocolError, ServerError, TooLargeError } from '../errors';
import type { ServerSpec } from '../engine/server';
import { MAX_KEY_LENGTH, MAX_STATS_ROWS, MAX_VALUE_BYTES } from '../limits';
import type { OpenSocket } from '../net/address';
import { Dialogue, type DialogueOptions } from '../net/dialogue';
import type { Login } from '../wire/login';
import { Sink } from '../wire/sink';
import { textWire } from '../wire/text';
import { Code } from '../wire/wire';

/** An entry as the server holds it. */
export interface StoredEntry {
  readonly flags: number;
  readonly data: Buffer;
  /** Seconds that are left; -1: it never expires; undefined: the server cannot tell (before 1.6). */
  readonly ttl: number | undefined;
}

/** A line of the server's list of keys. */
export interface ListedKey {
  readonly wire: string;
  /** Unix time in seconds; -1: never. */
  readonly expires: number;
  /** Of the whole item, in bytes. */
  readonly size: number;
}

/** An entry that is to be stored as it is. */
export interface RawEntry {
  readonly wire: string;
  readonly flags: number;
  /** By memcached's rules; here 0 or a Unix time. */
  readonly expires: number;
  readonly data: Buffer;
}

/** How servers are reached. */
export interface Access {
  readonly open: OpenSocket;
  /** Says who one is, where the servers ask. */
  readonly login: Login | undefined;
  /** In milliseconds, of connecting and of each silence. */
  readonly timeout: number;
}

type Options = DialogueOptions & Access;

/** Bytes of replies that are read before they are taken: a few reads. */
const AHEAD = 1024 * 1024;
/**
 * The same of lists of keys, for some five million of them. While memcached waits for whoever reads its list it keeps a lock
 * on entries, and everybody who asks for one of these waits too: it is not to wait for us.
 */
export const LIST_AHEAD = 512 * 1024 * 1024;

/** @throws {MemcacheError} no connection, or none that the server lets in */
async function opened(options: Options): Promise<Dialogue> {
  const talk = await Dialogue.open(options);
  try {
    await options.login?.(async (request) => {
      const sink = new Sink();
      textWire.encode(request, 0, sink);
      talk.write(sink.text);
      const text = await talk.line();
      return { code: text === 'STORED' ? Code.stored : Code.refused, text };
    });
    return talk;
  } catch (error) {
    talk.close();
    throw error instanceof AuthError ? new AuthError(error.message, options.name) : error;
  }
}

/** Between two looks whether a server is done with the list that it makes. */
const BUSY_PAUSE_MS = 20;
const UINT32 = 0xffffffff;
const REFUSAL = /^(ERROR|CLIENT_ERROR|SERVER_ERROR|BUSY|BADCLASS)\b/;
/** After these the server waits for the next command: it has read the data, or read over it. */
const STORE_ANSWER = /^(STORED|NOT_STORED|SERVER_ERROR .*)$/;
const CRLF = Buffer.from('\r\n');
const PLAIN_KEY = /^[^\0\r\n ]{1,250}$/;

export class Admin {
  readonly server: ServerSpec;
  readonly #options: Options;
  #talk: Dialogue;
  /**
   * The flags of meta get (1.6), which tells the time that is left; with `u`, looking leaves an entry's place in the LRU,
   * and that nobody has fetched it, as they are. undefined: the server has no such command.
   */
  #meta: string | undefined = 'unknown';

  private constructor(server: ServerSpec, options: Options, talk: Dialogue) {
    this.server = server;
    this.#options = options;
    this.#talk = talk;
  }

  /** @throws {MemcacheError} it cannot be reached, or refuses the login */
  static async connect(server: ServerSpec, access: Access, ahead = AHEAD): Promise<Admin> {
    const { address, name } = server;
    const options = { address, name, ...access, ahead };
    return new Admin(server, options, await opened(options));
  }

  close(): void {
    this.#talk.close();
  }

  async version(): Promise<string> {
    return (await this.#ask('version', /^VERSION (.*)$/))[1] ?? '';
  }

  /** Empties the server. */
  async flush(): Promise<void> {
    await this.#ask('flush_all', /^OK$/);
  }

  /** `stats`, in the server's order. */
  async stats(args = ''): Promise<Map<string, string>> {
    this.#talk.write(args === '' ? 'stats\r\n' : `stats ${args}\r\n`);
    const stats = new Map<string, string>();
    for (;;) {
      const line = await this.#talk.line();
      if (line === 'END' || line === 'RESET') return stats;
      const [, name, value = ''] = /^STAT (\S+) ?(.*)$/.exec(line) ?? [];
      if (name === undefined) return this.#refuse(line);
      if (stats.size >= MAX_STATS_ROWS) throw new TooLargeError('too many stats', this.server.name);
      stats.set(name, value);
    }
  }

  /**
   * The keys that the server holds, as it walks over its hash table. Servers before 1.6 walk over their lists, between
   * which entries move: there a key can be missing, or come twice.
   */
  async *keys(): AsyncGenerator<ListedKey, void, void> {
    let first: string | undefined = await this.#beginKeys('hash');
    if (first.startsWith('BADCLASS')) first = await this.#beginKeys('all');
    for (;;) {
      const line: string = first ?? (await this.#talk.line());
      first = undefined;
      if (line === 'END') return;
      if (!line.startsWith('key=')) return this.#refuse(line);
      yield listedKey(line) ?? this.#mad('no line of a key');
    }
  }

  /** The first line of the list of keys. Waits while the server still makes a list for somebody who has gone. */
  async #beginKeys(of: 'hash' | 'all'): Promise<string> {
    const deadline = Date.now() + this.#options.timeout;
    for (;;) {
      this.#talk.write(`lru_crawler metadump ${of}\r\n`);
      const line = await this.#talk.line();
      if (!line.startsWith('BUSY') || Date.now() > deadline) return line;
      await pause(BUSY_PAUSE_MS);
    }
  }

  /** Entries in the order asked; undefined where there is none. Looking changes nothing, where the server can do that. */
  async entries(wires: readonly string[]): Promise<(StoredEntry | undefined)[]> {
    if (this.#meta === 'unknown') this.#meta = await this.#findMeta();
    const asked = wires.filter((wire) => this.canAsk(wire));
    const found = await (this.#meta === undefined
      ? this.#entriesByGet(asked)
      : this.#entriesByMeta(asked, this.#meta));
    return wires.map((wire) => found.get(wire));
  }

  /** Whether a command line can ask for this key: the binary protocol stores others too. Known once entries were asked for. */
  canAsk(wire: string): boolean {
    if (PLAIN_KEY.test(wire)) return true;
    return this.#meta !== undefined && base64(wire).length <= MAX_KEY_LENGTH;
  }

  async entry(wire: string): Promise<StoredEntry | undefined> {
    return (await this.entries([wire]))[0];
  }

  /**
   * Stores entries as they are.
   * @returns what the server answered for each, in order: `STORED`, `NOT_STORED`, or an error line
   */
  async store(name: 'set' | 'add', entries: readonly RawEntry[]): Promise<string[]> {
    const parts = entries.flatMap(({ wire, flags, expires, data }) => {
      const line = Buffer.from(`${name} ${wire} ${flags} ${expires} ${data.length}\r\n`, 'latin1');
      return [line, data, CRLF];
    });
    this.#talk.write(Buffer.concat(parts));
    const answers: string[] = [];
    while (answers.length < entries.length) {
      const line = await this.#talk.line();
      if (!STORE_ANSWER.test(line)) return this.#refuse(line);
      answers.push(line);
    }
    return answers;
  }

  async #ask(line: string, answer: RegExp): Promise<RegExpExecArray> {
    this.#talk.write(`${line}\r\n`);
    const reply = await this.#talk.line();
    return answer.exec(reply) ?? this.#refuse(reply);
  }

  /** Asks for any key: the answer shows what the server knows. Proxies hang up. */
  async #findMeta(): Promise<string | undefined> {
    try {
      this.#talk.write('mg memcache-py u\r\n');
      const line = await this.#talk.line();
      if (/^(EN|HD)/.test(line)) return 'f t v u';
      return line.startsWith('CLIENT_ERROR') ? 'f t v' : undefined;
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#talk = await opened(this.#options);
      return undefined;
    }
  }

  // mg <key>[ b] f t v u\r\n -> VA <size> f<flags> t<seconds>\r\n<data>\r\n, or EN\r\n
  async #entriesByMeta(
    wires: readonly string[],
    flags: string,
  ): Promise<ReadonlyMap<string, StoredEntry>> {
    this.#talk.write(wires.map((wire) => `mg ${metaKey(wire)} ${flags}\r\n`).join(''));
    const found = new Map<string, StoredEntry>();
    for (const wire of wires) {
      const line = await this.#talk.line();
      if (line.startsWith('EN')) continue;
      // Flags of the reply stand in the order asked.
      const match = /^VA (\d+) f(\d+) t(-?\d+)(?: b)?$/.exec(line);
      if (match === null) return this.#refuse(line);
      const [, size, bits, ttl] = match;
      found.set(wire, { ...(await this.#data(bits, size)), ttl: Number(ttl) });
    }
    return found;
  }

  // get <key>*\r\n -> (VALUE <key> <flags> <size>\r\n<data>\r\n)* END\r\n
  async #entriesByGet(wires: readonly string[]): Promise<ReadonlyMap<string, StoredEntry>> {
    const found = new Map<string, StoredEntry>();
    if (wires.length > 0) this.#talk.write(`get ${wires.join(' ')}\r\n`);
    while (wires.length > 0) {
      const line = await this.#talk.line();
      if (line === 'END') break;
      const [, wire, flags, size] = /^VALUE (\S+) (\d+) (\d+)$/.exec(line) ?? [];
      if (wire === undefined) return this.#refuse(line);
      found.set(wire, { ...(await this.#data(flags, size)), ttl: undefined });
    }
    return found;
  }

  async #data(flags = '', size = ''): Promise<{ flags: number; data: Buffer }> {
    if (Number(flags) > UINT32) this.#mad(`flags ${flags}`);
    if (Number(size) > MAX_VALUE_BYTES) {
      return this.#fail(new TooLargeError(`a value of ${size} bytes`, this.server.name));
    }
    const data = await this.#talk.bytes(Number(size));
    const end = await this.#talk.line();
    if (end !== '') this.#mad('a value longer than announced');
    return { flags: Number(flags), data };
  }

  #refuse(line: string): never {
    const { name } = this.server;
    return this.#fail(
      REFUSAL.test(line)
        ? new ServerError(line, name)
        : new ProtocolError(`an unexpected line of ${line.length} bytes`, name),
    );
  }

  #mad(what: string): never {
    return this.#fail(new ProtocolError(what, this.server.name));
  }

  /** The reply is none that was asked for: nobody knows what the next one would belong to. */
  #fail(error: Error): never {
    this.close();
    throw error;
  }
}

/** Bytes that a command line cannot hold are sent in base64, with the flag that says so. */
function metaKey(wire: string): string {
  if (PLAIN_KEY.test(wire)) return wire;
  return `${base64(wire)} b`;
}

function base64(wire: string): string {
  return Buffer.from(wire, 'latin1').toString('base64');
}

// key=<percent-encoded> exp=<unix time or -1> la=<unix time> cas=<id> fetch=<yes|no> cls=<slab> size=<bytes>[ ...]
function listedKey(line: string): ListedKey | undefined {
  const match = /^key=(\S+) exp=(-?\d+) .*\bsize=(\d+)/.exec(line);
  if (match === null) return undefined;
  const [, quoted = '', expires, size] = match;
  return { wire: percentDecoded(quoted), expires: Number(expires), size: Number(size) };
}

function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
}
