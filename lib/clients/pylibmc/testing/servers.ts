// Servers for the tests of this client: memcached in memory over both protocols, or whatever a script answers.

import { ModelServer } from '../../../net/testing/model-server';
import { textSpeech } from '../../../net/testing/text-speech';
import { startScripted, type ScriptedServer, type Script } from '../../../testing/scripted-server';
import { packet, uint32, uint64 } from '../../../wire/testing/packets';

const HEADER = 24;

/** Servers of one test, closed together. */
export class Servers {
  readonly #started: ScriptedServer[] = [];

  /** Answers what the script says. */
  async scripted(script: Script): Promise<ScriptedServer & { readonly name: string }> {
    const server = await startScripted(script);
    this.#started.push(server);
    return Object.assign(server, { name: `127.0.0.1:${server.port}` });
  }

  /** A memcached of the text protocol: get, gets, set, add, append, incr, delete, flush_all. */
  text(model = new ModelServer()): ReturnType<Servers['scripted']> {
    return this.scripted(chunks(takeLine, (request) => textSpeech.run(request, model) ?? ''));
  }

  /** A memcached of the binary protocol: getk, getkq, set, delete, incr and their silent forms. */
  binary(entries = new Map<string, string>()): ReturnType<Servers['scripted']> {
    return this.scripted(chunks(takePacket, (request) => answer(request, entries)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.splice(0).map((server) => server.close()));
  }
}

type Take = (bytes: string) => string | undefined;

/** Runs whole requests, however they come. */
function chunks(take: Take, run: (request: string) => string): Script {
  const rest = new Map<number, string>();
  return (received, _socket, connection) => {
    let bytes = (rest.get(connection) ?? '') + received;
    let replies = '';
    for (let request = take(bytes); request !== undefined; request = take(bytes)) {
      bytes = bytes.slice(request.length);
      replies += run(request);
    }
    rest.set(connection, bytes);
    return replies === '' ? undefined : replies;
  };
}

function takeLine(bytes: string): string | undefined {
  const length = textSpeech.needs(bytes);
  return bytes.length < length ? undefined : bytes.slice(0, length);
}

function takePacket(bytes: string): string | undefined {
  if (bytes.length < HEADER) return undefined;
  const length = HEADER + Buffer.from(bytes, 'latin1').readUInt32BE(8);
  return bytes.length < length ? undefined : bytes.slice(0, length);
}

/** Silent opcodes, by the ones that they are silent forms of. */
const LOUD: Readonly<Record<number, number>> = { 0x0d: 0x0c, 0x11: 0x01, 0x14: 0x04, 0x15: 0x05 };
const NOT_FOUND = 0x01;

function answer(request: string, entries: Map<string, string>): string {
  const bytes = Buffer.from(request, 'latin1');
  const opcode = bytes.readUInt8(1);
  const extras = bytes.readUInt8(4);
  const keyEnd = HEADER + extras + bytes.readUInt16BE(2);
  const key = request.slice(HEADER + extras, keyEnd);
  const fields = { opcode, opaque: bytes.readUInt32BE(12) };
  const loud = LOUD[opcode] ?? opcode;
  const found = entries.get(key);
  const isSilent = loud !== opcode;
  const missing = packet({ ...fields, status: NOT_FOUND });
  if (loud === 0x0c) {
    if (found === undefined) return isSilent ? '' : missing;
    return packet({ ...fields, extras: uint32(0), key, value: found });
  }
  if (loud === 0x01) entries.set(key, request.slice(keyEnd));
  else if (loud === 0x04 && !entries.delete(key)) return missing;
  else if (loud === 0x05) {
    if (found === undefined) return missing;
    const count = BigInt(found) + bytes.readBigUInt64BE(HEADER);
    entries.set(key, String(count));
    return packet({ ...fields, value: uint64(count) });
  }
  return isSilent ? '' : packet(fields);
}
