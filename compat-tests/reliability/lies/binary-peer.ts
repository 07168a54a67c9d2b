// The server's side of one binary conversation: takes requests apart strictly, keeps entries, answers one reply a request.

import { packet, uint32, uint64, type Packet } from '../../../lib/wire/testing/packets';

interface BinaryRequest {
  readonly opcode: number;
  readonly opaque: number;
  readonly extras: string;
  readonly key: string;
  readonly value: string;
}

const HEADER = 24;
const FLAGS = uint32(16);
const NOOP = 0x0a;
const GETKQ = 0x0d;

type Answer = (request: BinaryRequest, entries: Map<string, string>) => Partial<Packet>;

const NOT_FOUND = { status: 1, value: 'Not found' } as const;
const NOT_STORED = { status: 5, value: 'Not stored.' } as const;

/** Opcodes with the lengths of their extras, and what they answer. */
const ANSWERS: Readonly<Record<number, readonly [extras: number, answer: Answer]>> = {
  0x01: [8, store],
  0x02: [8, (request, entries) => (entries.has(request.key) ? { status: 2 } : store(request, entries))],
  0x03: [8, (request, entries) => (entries.has(request.key) ? store(request, entries) : NOT_FOUND)],
  0x04: [0, ({ key }, entries) => (entries.delete(key) ? {} : NOT_FOUND)],
  0x05: [20, (request, entries) => count(request, entries, 1n)],
  0x06: [20, (request, entries) => count(request, entries, -1n)],
  0x08: [4, (_request, entries) => (entries.clear(), {})],
  0x0a: [0, () => ({})],
  0x0b: [0, () => ({ value: '1.6.18' })],
  0x0c: [0, ({ key }, entries) => found(key, entries) ?? { status: 1, key }],
  0x0e: [0, (request, entries) => join(request, entries, (old, data) => old + data)],
  0x0f: [0, (request, entries) => join(request, entries, (old, data) => data + old)],
  0x1b: [4, () => ({})],
  0x1c: [4, ({ key }, entries) => (entries.has(key) ? { extras: FLAGS } : NOT_FOUND)],
}; // prettier-ignore

function found(key: string, entries: Map<string, string>): Partial<Packet> | undefined {
  const value = entries.get(key);
  return value === undefined ? undefined : { extras: FLAGS, key, value, cas: 7n };
}

function store({ key, value }: BinaryRequest, entries: Map<string, string>): Partial<Packet> {
  entries.set(key, value);
  return { cas: 7n };
}

function join(
  { key, value }: BinaryRequest,
  entries: Map<string, string>,
  joined: (old: string, data: string) => string,
): Partial<Packet> {
  const old = entries.get(key);
  if (old === undefined) return NOT_STORED;
  return store({ key, value: joined(old, value) } as BinaryRequest, entries);
}

function count(
  { key, extras }: BinaryRequest,
  entries: Map<string, string>,
  sign: bigint,
): Partial<Packet> {
  const old = entries.get(key);
  if (old === undefined) return NOT_FOUND;
  const next = BigInt(old) + sign * Buffer.from(extras, 'latin1').readBigUInt64BE(0);
  entries.set(key, String(next));
  return { value: uint64(next) };
}

/** An honest binary server that holds these texts. */
export class BinaryPeer {
  readonly unexpected: string[] = [];
  readonly #entries: Map<string, string>;
  #unread = '';
  /** The gets of a line whose noop has not come: they are one request. */
  #line: BinaryRequest[] = [];

  constructor(texts: Readonly<Record<string, string>>) {
    this.#entries = new Map(Object.entries(texts));
  }

  /** The requests that are whole with these bytes, each as what makes its right reply. */
  take(received: string): (() => string)[] {
    this.#unread += received;
    const replies: (() => string)[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const request = next;
      if (request.opcode === GETKQ) this.#line.push(request);
      else if (request.opcode === NOOP) replies.push(this.#endLine(request));
      else replies.push(() => this.#answer(request));
    }
    return replies;
  }

  #next(): BinaryRequest | undefined {
    const bytes = Buffer.from(this.#unread, 'latin1');
    if (bytes.length < HEADER) return undefined;
    const end = HEADER + bytes.readUInt32BE(8);
    if (bytes.length < end) return undefined;
    const keyAt = HEADER + bytes.readUInt8(4);
    const valueAt = keyAt + bytes.readUInt16BE(2);
    if (bytes[0] !== 0x80 || bytes[5] !== 0 || valueAt > end) {
      this.unexpected.push(this.#unread.slice(0, end));
    }
    this.#unread = this.#unread.slice(end);
    return {
      opcode: bytes.readUInt8(1),
      opaque: bytes.readUInt32BE(12),
      extras: bytes.latin1Slice(HEADER, keyAt),
      key: bytes.latin1Slice(keyAt, valueAt),
      value: bytes.latin1Slice(valueAt, end),
    };
  }

  #endLine(noop: BinaryRequest): () => string {
    const line = this.#line;
    this.#line = [];
    return () => {
      const hits = line.flatMap(({ opcode, opaque, key }) => {
        const hit = found(key, this.#entries);
        return hit === undefined ? [] : [packet({ opcode, opaque, ...hit })];
      });
      return hits.join('') + this.#answer(noop);
    };
  }

  #answer(request: BinaryRequest): string {
    const { opcode, opaque } = request;
    if (opcode === 0x10) return statsOf(opaque);
    const [extras, answer] = ANSWERS[opcode] ?? [];
    if (answer === undefined || request.extras.length !== extras) {
      this.unexpected.push(`opcode ${opcode} with ${request.extras.length} bytes of extras`);
      return packet({ opcode, opaque, status: 0x81 });
    }
    return packet({ opcode, opaque, ...answer(request, this.#entries) });
  }
}

function statsOf(opaque: number): string {
  const row = (key: string, value: string): string => packet({ opcode: 0x10, opaque, key, value });
  return row('pid', '1') + row('version', '1.6.18') + row('', '');
}
