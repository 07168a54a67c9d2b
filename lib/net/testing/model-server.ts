// memcached in memory, as far as the simulator asks it: bytes of a connection in, replies out. Never wrong by itself.

interface Entry {
  readonly flags: string;
  readonly data: string;
  readonly cas: number;
}

const STORES: ReadonlySet<string> = new Set(['set', 'add', 'append']);

export class ModelServer {
  readonly entries = new Map<string, Entry>();
  #cas = 0;

  /** Loses everything. */
  restart(): void {
    this.entries.clear();
  }

  /** Runs one request; undefined: it asked for no reply. */
  run(request: string): string | undefined {
    const end = request.indexOf('\r\n');
    const [command = '', ...words] = request.slice(0, end).trimEnd().split(' ');
    const isSilent = words.at(-1) === 'noreply';
    const reply = this.#reply(command, words, request.slice(end + 2, -2));
    return isSilent ? undefined : reply;
  }

  #reply(command: string, words: readonly string[], data: string): string {
    const [key = '', second = ''] = words;
    if (STORES.has(command)) return this.#store(command, key, second, data);
    switch (command) {
      case 'get':
      case 'gets':
        return words.map((each) => this.#value(each, command)).join('') + 'END\r\n';
      case 'incr':
        return this.#count(key, BigInt(second));
      case 'delete':
        return this.entries.delete(key) ? 'DELETED\r\n' : 'NOT_FOUND\r\n';
      case 'flush_all':
        this.entries.clear();
        return 'OK\r\n';
      case 'version':
        return 'VERSION 1.6.18\r\n';
      default:
        return 'ERROR\r\n';
    }
  }

  #value(key: string, command: string): string {
    const entry = this.entries.get(key);
    if (entry === undefined) return '';
    const cas = command === 'gets' ? ` ${entry.cas}` : '';
    return `VALUE ${key} ${entry.flags} ${entry.data.length}${cas}\r\n${entry.data}\r\n`;
  }

  #store(command: string, key: string, flags: string, data: string): string {
    const old = this.entries.get(key);
    const isAllowed = { set: true, add: old === undefined, append: old !== undefined }[command];
    if (isAllowed !== true) return 'NOT_STORED\r\n';
    const whole = command === 'append' ? (old?.data ?? '') + data : data;
    this.entries.set(key, { flags, data: whole, cas: ++this.#cas });
    return 'STORED\r\n';
  }

  #count(key: string, delta: bigint): string {
    const old = this.entries.get(key);
    if (old === undefined) return 'NOT_FOUND\r\n';
    const data = String(BigInt(old.data) + delta);
    this.entries.set(key, { ...old, data, cas: ++this.#cas });
    return `${data}\r\n`;
  }
}

// <command> <key> <flags> <exptime> <bytes>[ noreply]\r\n<data>\r\n
const STORE_LINE = /^(?:set|add|append) [^ ]+ \d+ \d+ (\d+)/;

/** The first whole request in `bytes`; undefined while it is not whole. */
export function takeRequest(bytes: string): string | undefined {
  const end = bytes.indexOf('\r\n');
  if (end === -1) return undefined;
  const length = STORE_LINE.exec(bytes)?.[1];
  const size = end + 2 + (length === undefined ? 0 : Number(length) + 2);
  return bytes.length < size ? undefined : bytes.slice(0, size);
}
