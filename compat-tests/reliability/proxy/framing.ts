// Where replies begin and end, and how to falsify one: a table by wire. Bytes in, replies out.

/** What the proxy knows of a wire. */
export interface Framing {
  /** Length of the whole reply that `bytes` begin with; undefined when it is not whole. */
  length(bytes: Buffer): number | undefined;
  /** The reply with another key of the same length; as it is, where it names none. */
  wrongKey(reply: Buffer): Buffer;
  /** The reply with a value of 2 GB announced; as it is, where it announces none. */
  giant(reply: Buffer): Buffer;
}

/** More than any client may allocate on a server's word. */
const GIANT = '2147483648';

// VALUE <key> <flags> <bytes> [<cas>]\r\n
const VALUE = /^(VALUE \S*)(\S)( \d+ )(\d+)/;

const text: Framing = {
  // Replies are lines; VALUE (with its data), STAT and ITEM lines go on to END.
  length(bytes) {
    for (let at = 0; ;) {
      const end = bytes.indexOf('\r\n', at);
      if (end === -1) return undefined;
      const line = bytes.toString('latin1', at, end);
      at = end + 2;
      const size = VALUE.exec(line)?.[4];
      if (size !== undefined) at += Number(size) + 2;
      else if (!/^(STAT|ITEM) /.test(line)) return at;
      if (at > bytes.length) return undefined;
    }
  },
  wrongKey: (reply) =>
    edited(reply, (line) =>
      line.replace(VALUE, (_all, head: string, last: string, flags: string, size: string) =>
        [head, last === 'x' ? 'y' : 'x', flags, size].join(''),
      ),
    ),
  giant: (reply) => edited(reply, (line) => line.replace(VALUE, `$1$2$3${GIANT}`)),
};

/** The reply with its first line changed; the data behind it is not looked at. */
function edited(reply: Buffer, change: (line: string) => string): Buffer {
  const end = reply.indexOf('\r\n');
  const line = Buffer.from(change(reply.toString('latin1', 0, end)), 'latin1');
  return Buffer.concat([line, reply.subarray(end)]);
}

const HEADER = 24;
const KEY_LENGTH = 2;
const EXTRAS_LENGTH = 4;
const BODY_LENGTH = 8;
const STAT = 0x10;
/** Hits of getkq and gatkq. */
const HITS: ReadonlySet<number> = new Set([0x0d, 0x24]);

// <magic><opcode><key length><extras length>...<body length>...<extras><key><value>
const binary: Framing = {
  // Replies are packets; hits of a line go on to its noop, rows of stats to the one without a name.
  length(bytes) {
    for (let at = 0; at + HEADER <= bytes.length;) {
      const opcode = bytes.readUInt8(at + 1);
      const goesOn =
        HITS.has(opcode) || (opcode === STAT && bytes.readUInt16BE(at + KEY_LENGTH) > 0);
      at += HEADER + bytes.readUInt32BE(at + BODY_LENGTH);
      if (!goesOn) return at <= bytes.length ? at : undefined;
    }
    return undefined;
  },
  wrongKey: (reply) =>
    withKey(reply, (changed, length) => {
      const last = HEADER + changed.readUInt8(EXTRAS_LENGTH) + length - 1;
      changed.write(changed[last] === 'x'.charCodeAt(0) ? 'y' : 'x', last);
    }),
  giant: (reply) => withKey(reply, (changed) => changed.writeUInt32BE(Number(GIANT), BODY_LENGTH)),
};

/** A copy that is changed, where the first packet names a key. */
function withKey(reply: Buffer, change: (copy: Buffer, keyLength: number) => void): Buffer {
  const length = reply.readUInt16BE(KEY_LENGTH);
  if (length === 0) return reply;
  const copy = Buffer.from(reply);
  change(copy, length);
  return copy;
}

/** What is encrypted: any bytes are a reply, and none can be falsified. */
const opaque: Framing = {
  length: (bytes) => (bytes.length > 0 ? bytes.length : undefined),
  wrongKey: (reply) => reply,
  giant: (reply) => reply,
};

export const FRAMINGS = { text, binary, opaque } as const satisfies Record<string, Framing>;
