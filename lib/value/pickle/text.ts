// Text in pickles: strict UTF-8 with surrogates, raw-unicode-escape, and Python 2's str literals.
import { isAscii, isUtf8, transcode } from 'node:buffer';
import { asBytes, type Bytes } from './bytes';
import { Fault } from './fault';
import type { DecodeErrors, Encoding } from './options';
import { PyText } from './exact';

/** Below this length one slice and a look for U+FFFD is cheaper than asking for ASCII first. */
const LONG_TEXT = 256;

/** From here on decoding by way of UTF-16 is several times faster than V8's decoder. */
const VERY_LONG_TEXT = 1024;

/** UTF-8 as CPython reads it with 'surrogatepass': strict, but surrogates are code points like any other. */
export function decodeUtf8(bytes: Bytes, from: number, to: number): string | PyText {
  if (to - from >= LONG_TEXT && isAscii(bytes.subarray(from, to)))
    return bytes.latin1Slice(from, to);
  if (to - from >= VERY_LONG_TEXT) {
    const part = bytes.subarray(from, to);
    if (isUtf8(part)) return transcode(part, 'utf8', 'ucs2').toString('ucs2');
  }
  const text = bytes.utf8Slice(from, to);
  // U+FFFD stands for every malformed byte; real ones are rare enough to look twice.
  return text.includes('\ufffd') ? decodeSurrogates(asBytes(bytes.subarray(from, to))) : text;
}

/** Size in bytes of the well-formed sequence at `at`, surrogates included; 0 if there is none. */
function sequenceSize(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (size === 0 || at + size > bytes.length) return 0;
  for (let i = 1; i < size; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90)) return 0;
  return lead === 0xf4 && second > 0x8f ? 0 : size;
}

function isSurrogate(
  bytes: Uint8Array,
  at: number,
  firstSecond: number,
  lastSecond: number,
): boolean {
  const second = bytes[at + 1] ?? 0;
  return bytes[at] === 0xed && second >= firstSecond && second <= lastSecond;
}

function decodeSurrogates(bytes: Bytes): string | PyText {
  const parts: string[] = [];
  let from = 0;
  let pair = false;
  for (let at = 0; at < bytes.length;) {
    const size = sequenceSize(bytes, at);
    if (size === 0) throw new Fault(`'utf-8' codec can't decode byte at position ${at}`);
    if (isSurrogate(bytes, at, 0xa0, 0xbf)) {
      if (isSurrogate(bytes, at, 0xa0, 0xaf) && isSurrogate(bytes, at + 3, 0xb0, 0xbf)) pair = true;
      const unit = 0xd000 | (((bytes[at + 1] ?? 0) & 0x3f) << 6) | ((bytes[at + 2] ?? 0) & 0x3f);
      parts.push(bytes.utf8Slice(from, at), String.fromCharCode(unit));
      from = at + size;
    }
    at += size;
  }
  if (pair) return new PyText(bytes);
  parts.push(bytes.utf8Slice(from, bytes.length));
  return parts.join('');
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** UTF-8 with lone surrogates passed through, as CPython writes str. */
export function encodeUtf8(text: string): Buffer {
  if (!LONE_SURROGATE.test(text)) return Buffer.from(text, 'utf8');
  const parts = text.split(/(\p{Surrogate})/u).map((part, index) => {
    return index % 2 === 0 ? Buffer.from(part, 'utf8') : surrogateBytes(part.charCodeAt(0));
  });
  return Buffer.concat(parts);
}

function surrogateBytes(unit: number): Buffer {
  return Buffer.of(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
}

const RAW_ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g;

/** The text of a UNICODE line: latin-1 with `\uXXXX` and `\UXXXXXXXX`; any other escape stands for itself. */
export function decodeRawUnicode(bytes: Bytes, from: number, to: number): string | PyText {
  const raw = bytes.latin1Slice(from, to);
  if (!raw.includes('\\')) return raw;
  let pair = false;
  let lastEnd = -1;
  let lastHigh = false;
  const text = raw.replace(
    RAW_ESCAPE,
    (
      all: string,
      short: string | undefined,
      long: string | undefined,
      other: string | undefined,
      at: number,
    ) => {
      if (other === 'u' || other === 'U')
        throw new Fault('truncated \\uXXXX or \\UXXXXXXXX escape');
      if (other !== undefined) return all;
      const point = parseInt(short ?? long ?? '', 16);
      if (point > 0x10ffff) throw new Fault('\\Uxxxxxxxx out of range');
      if (lastHigh && lastEnd === at && point >= 0xdc00 && point <= 0xdfff) pair = true;
      lastHigh = point >= 0xd800 && point <= 0xdbff;
      lastEnd = at + all.length;
      return String.fromCodePoint(point);
    },
  );
  return pair ? new PyText(rawUnicodeUtf8(raw)) : text;
}

/** The same line as UTF-8 with every surrogate a code point of its own: what PyText holds. */
function rawUnicodeUtf8(raw: string): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of raw.matchAll(RAW_ESCAPE)) {
    if (match[3] !== undefined) continue;
    parts.push(Buffer.from(raw.slice(from, match.index), 'utf8'));
    const point = parseInt(match[1] ?? match[2] ?? '', 16);
    const surrogate = point >= 0xd800 && point <= 0xdfff;
    parts.push(
      surrogate ? surrogateBytes(point) : Buffer.from(String.fromCodePoint(point), 'utf8'),
    );
    from = match.index + match[0].length;
  }
  parts.push(Buffer.from(raw.slice(from), 'utf8'));
  return Buffer.concat(parts);
}

function hexEscape(point: number): string {
  const hex = point.toString(16);
  return point > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

/**
 * A str as a UNICODE line (protocol 0), in latin-1. `all` escapes NUL, CR and ^Z too, as 3.7 and later do.
 */
export function encodeRawUnicode(text: string, all: boolean): Buffer {
  const special = all ? /[\\\n\0\r\x1a]|[^\0-\xff]/gu : /[\\\n]|[^\0-\xff]/gu;
  return Buffer.from(
    text.replace(special, (char) => hexEscape(char.codePointAt(0) ?? 0)),
    'latin1',
  );
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['\n', ''],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);
const LITERAL_ESCAPE = /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([^])|$)/g;

/** The bytes of a STRING line: Python 2's repr of a str, quotes included. */
export function decodeLiteral(bytes: Bytes, from: number, to: number): Buffer {
  const quote = bytes[from];
  if (to - from < 2 || quote !== bytes[to - 1] || (quote !== 0x22 && quote !== 0x27)) {
    throw new Fault('the STRING opcode argument must be quoted');
  }
  const raw = bytes.latin1Slice(from + 1, to - 1);
  if (!raw.includes('\\')) return Buffer.from(raw, 'latin1');
  const text = raw.replace(
    LITERAL_ESCAPE,
    (all: string, hex?: string, octal?: string, other?: string) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
      if (other === undefined) throw new Fault('trailing \\ in string');
      if (other === 'x') throw new Fault('invalid \\x escape');
      return SIMPLE_ESCAPES.get(other) ?? all;
    },
  );
  return Buffer.from(text, 'latin1');
}

/** Python 2's repr of a str, in latin-1: single quotes unless only double quotes avoid an escape. */
export function encodeLiteral(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\'"]|[^\x20-\x7e]/g, (char: string) => {
    if (char === '"' || char === "'") return char === quote ? `\\${char}` : char;
    if (char === '\\') return '\\\\';
    if (char === '\t') return '\\t';
    if (char === '\n') return '\\n';
    if (char === '\r') return '\\r';
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return Buffer.from(quote + body + quote, 'latin1');
}

/** The bytes of a Python 2 str as the chosen encoding reads them; 'bytes' gives the bytes. */
export function decodeStr(
  bytes: Buffer,
  encoding: Encoding,
  errors: DecodeErrors,
): string | Buffer {
  if (encoding === 'bytes') return bytes;
  if (encoding === 'latin1' || isAscii(bytes)) return bytes.toString('latin1');
  if (encoding === 'ascii-else-bytes') return bytes;
  if (encoding === 'utf8' && isUtf8(bytes)) return bytes.toString('utf8');
  return decodeBroken(bytes, encoding, errors);
}

function decodeBroken(bytes: Buffer, encoding: 'ASCII' | 'utf8', errors: DecodeErrors): string {
  if (errors === 'strict') {
    const codec = encoding === 'utf8' ? 'utf-8' : 'ascii';
    throw new Fault(`'${codec}' codec can't decode a Python 2 str; choose another encoding`);
  }
  if (encoding === 'utf8' && errors === 'replace') return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const lead = bytes.readUInt8(at);
    const size =
      encoding === 'utf8' && !isSurrogate(bytes, at, 0xa0, 0xbf) ? sequenceSize(bytes, at) : 0;
    if (size > 0 || lead < 0x80) text += bytes.toString('utf8', at, at + (size || 1));
    else if (errors === 'replace') text += '\ufffd';
    else if (errors === 'surrogateescape') text += String.fromCharCode(0xdc00 + lead);
    at += size || 1;
  }
  return text;
}
