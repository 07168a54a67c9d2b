// Packets of the binary protocol from their fields, sound or spoiled. Char codes are bytes.

export interface Packet {
  readonly opcode: number;
  readonly magic?: number;
  /** Of a reply its status, of a request the vbucket. */
  readonly status?: number;
  readonly dataType?: number;
  readonly extras?: string;
  readonly key?: string;
  readonly value?: string;
  readonly opaque?: number;
  readonly cas?: bigint;
  /** Lengths that are not those of what follows. */
  readonly keyLength?: number;
  readonly extrasLength?: number;
  readonly bodyLength?: number;
}

/** A reply, unless `magic` says otherwise. */
export function packet({ extras = '', key = '', value = '', ...fields }: Packet): string {
  const header = Buffer.alloc(24);
  header.writeUInt8(fields.magic ?? 0x81, 0);
  header.writeUInt8(fields.opcode, 1);
  header.writeUInt16BE(fields.keyLength ?? key.length, 2);
  header.writeUInt8(fields.extrasLength ?? extras.length, 4);
  header.writeUInt8(fields.dataType ?? 0, 5);
  header.writeUInt16BE(fields.status ?? 0, 6);
  header.writeUInt32BE(fields.bodyLength ?? extras.length + key.length + value.length, 8);
  header.writeUInt32BE(fields.opaque ?? 0, 12);
  header.writeBigUInt64BE(fields.cas ?? 0n, 16);
  return header.latin1Slice() + extras + key + value;
}

/** Four bytes, big-endian. */
export function uint32(number: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes.latin1Slice();
}

/** Eight bytes, big-endian. */
export function uint64(number: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(number);
  return bytes.latin1Slice();
}
