// Utf-8 is taken and refused as each Python does it, with CPython's words (recorded from 2.7.18 and 3.11.2).

import { fc } from '../testing/random';
import { UnicodeDecodeError, UnicodeEncodeError } from '../errors';
import { PyText } from './pickle';
import { decodeUtf8, encodeText, encodeUtf8 } from './text';

function decode(hex: string, python: 2 | 3): string | PyText {
  // As the values of a reply lie: inside a buffer of other bytes.
  const bytes = Buffer.from(`ff${hex}80`, 'hex');
  return decodeUtf8(bytes, 1, bytes.length - 1, python);
}

function bytesOf(data: string | Buffer): string {
  return Buffer.from(data as string, 'latin1').toString('hex');
}

/** Bytes; what Python 3 says, what Python 2 says. Only where it says no text. */
const BAD: readonly (readonly [hex: string, python3: string, python2: string])[] = [
  ['80', 'byte 0x80 in position 0: invalid start byte', 'byte 0x80 in position 0: invalid start byte'],
  ['61ff', 'byte 0xff in position 1: invalid start byte', 'byte 0xff in position 1: invalid start byte'],
  ['c080', 'byte 0xc0 in position 0: invalid start byte', 'byte 0xc0 in position 0: invalid start byte'],
  ['c1bf', 'byte 0xc1 in position 0: invalid start byte', 'byte 0xc1 in position 0: invalid start byte'],
  ['c3', 'byte 0xc3 in position 0: unexpected end of data', 'byte 0xc3 in position 0: unexpected end of data'],
  ['c328', 'byte 0xc3 in position 0: invalid continuation byte', 'byte 0xc3 in position 0: invalid continuation byte'],
  ['e08080', 'byte 0xe0 in position 0: invalid continuation byte', 'bytes in position 0-1: invalid continuation byte'],
  ['e0a0', 'bytes in position 0-1: unexpected end of data', 'bytes in position 0-1: unexpected end of data'],
  ['e282', 'bytes in position 0-1: unexpected end of data', 'bytes in position 0-1: unexpected end of data'],
  ['e28228', 'bytes in position 0-1: invalid continuation byte', 'bytes in position 0-1: invalid continuation byte'],
  ['e228a1', 'byte 0xe2 in position 0: invalid continuation byte', 'byte 0xe2 in position 0: invalid continuation byte'],
  ['eda0', 'byte 0xed in position 0: invalid continuation byte', 'bytes in position 0-1: unexpected end of data'],
  ['ed', 'byte 0xed in position 0: unexpected end of data', 'byte 0xed in position 0: unexpected end of data'],
  ['f0808080', 'byte 0xf0 in position 0: invalid continuation byte', 'bytes in position 0-2: invalid continuation byte'],
  ['f09080', 'bytes in position 0-2: unexpected end of data', 'bytes in position 0-2: unexpected end of data'],
  ['f090', 'bytes in position 0-1: unexpected end of data', 'bytes in position 0-1: unexpected end of data'],
  ['f0908028', 'bytes in position 0-2: invalid continuation byte', 'bytes in position 0-2: invalid continuation byte'],
  ['f09028', 'bytes in position 0-1: invalid continuation byte', 'bytes in position 0-1: unexpected end of data'],
  ['f028', 'byte 0xf0 in position 0: invalid continuation byte', 'byte 0xf0 in position 0: unexpected end of data'],
  ['f4908080', 'byte 0xf4 in position 0: invalid continuation byte', 'bytes in position 0-2: invalid continuation byte'],
  ['f5808080', 'byte 0xf5 in position 0: invalid start byte', 'byte 0xf5 in position 0: invalid start byte'],
  ['f888808080', 'byte 0xf8 in position 0: invalid start byte', 'byte 0xf8 in position 0: invalid start byte'],
  ['fe', 'byte 0xfe in position 0: invalid start byte', 'byte 0xfe in position 0: invalid start byte'],
  ['6f6b20e974e9', 'byte 0xe9 in position 3: invalid continuation byte', 'byte 0xe9 in position 3: invalid continuation byte'],
  ['efbf', 'bytes in position 0-1: unexpected end of data', 'bytes in position 0-1: unexpected end of data'],
  ['efbfbd80', 'byte 0x80 in position 3: invalid start byte', 'byte 0x80 in position 3: invalid start byte'],
  ['f48fbf', 'bytes in position 0-2: unexpected end of data', 'bytes in position 0-2: unexpected end of data'],
  ['e180e282ac', 'bytes in position 0-1: invalid continuation byte', 'bytes in position 0-1: invalid continuation byte'],
]; // prettier-ignore

describe('reading', () => {
  it.each(BAD)('%s is no text', (hex, python3, python2) => {
    expect(() => decode(hex, 3)).toThrow(
      new UnicodeDecodeError(`'utf-8' codec can't decode ${python3}`),
    );
    expect(() => decode(hex, 2)).toThrow(
      new UnicodeDecodeError(`'utf8' codec can't decode ${python2}`),
    );
  });

  it('raises UnicodeDecodeError, a ValueError', () => {
    const error: unknown = (() => {
      try {
        return decode('ff', 3);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(UnicodeDecodeError);
    expect(error).toMatchObject({ name: 'UnicodeDecodeError' });
  });

  it.each([
    ['', ''],
    ['61', 'a'],
    ['c3a9', 'é'],
    ['efbfbd', '\ufffd'],
    ['efbfbdc3a9', '\ufffdé'],
    ['efbbbf78', '\ufeffx'],
    ['00', '\0'],
    ['f48fbfbf', '\u{10ffff}'],
    ['61'.repeat(5000), 'a'.repeat(5000)],
    ['c3a9'.repeat(5000), 'é'.repeat(5000)],
  ])('%.12s is the same text on both Pythons', (hex, text) => {
    expect(decode(hex, 3)).toBe(text);
    expect(decode(hex, 2)).toBe(text);
  });

  it.each([
    ['eda080', '\ud800', 'byte 0xed in position 0: invalid continuation byte'],
    ['edbfbf', '\udfff', 'byte 0xed in position 0: invalid continuation byte'],
    ['61edb080', 'a\udc00', 'byte 0xed in position 1: invalid continuation byte'],
  ])('%s: a surrogate is text on Python 2 only', (hex, text, message) => {
    expect(decode(hex, 2)).toBe(text);
    expect(() => decode(hex, 3)).toThrow(`'utf-8' codec can't decode ${message}`);
  });

  it('keeps two surrogates that JavaScript would join apart', () => {
    const text = decode('eda080edb080', 2);
    expect(text).toBeInstanceOf(PyText);
    expect((text as PyText).codePoints()).toEqual([0xd800, 0xdc00]);
    expect(bytesOf(encodeText(text as PyText, 2))).toBe('eda080edb080');
  });
});

describe('writing', () => {
  it.each([
    ['', ''],
    ['abc', '616263'],
    ['é', 'c3a9'],
    ['\u{1f600}', 'f09f9880'],
    ['é'.repeat(3000), 'c3a9'.repeat(3000)],
  ])('%.5s is the same on both Pythons', (text, hex) => {
    expect(bytesOf(encodeUtf8(text, 2))).toBe(hex);
    expect(bytesOf(encodeUtf8(text, 3))).toBe(hex);
  });

  it.each([
    ['\ud800', "character '\\ud800' in position 0", 'eda080'],
    ['a\udfff', "character '\\udfff' in position 1", '61edbfbf'],
    ['\ud800\ud801', 'characters in position 0-1', 'eda080eda081'],
    ['\udc00\ud800x', 'characters in position 0-1', 'edb080eda08078'],
    ['\u{1f600}\ud800', "character '\\ud800' in position 1", 'f09f9880eda080'],
    ['\ud800x\ud801', "character '\\ud800' in position 0", 'eda08078eda081'],
    ['\ud800\ud801\ud802x', 'characters in position 0-2', 'eda080eda081eda08278'],
  ])('%j: a lone surrogate is refused by Python 3, and written by Python 2', (text, what, hex) => {
    expect(() => encodeUtf8(text, 3)).toThrow(
      new UnicodeEncodeError(`'utf-8' codec can't encode ${what}: surrogates not allowed`),
    );
    expect(bytesOf(encodeUtf8(text, 2))).toBe(hex);
  });

  it('refuses surrogates that are no pair on Python 3', () => {
    const text = new PyText(Buffer.from('78eda080edb080', 'hex'));
    expect(() => encodeText(text, 3)).toThrow(
      "'utf-8' codec can't encode characters in position 1-2: surrogates not allowed",
    );
  });
});

it('any text comes back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(2, 3),
      (text, python) => {
        const bytes = Buffer.from(encodeUtf8(text, python) as string, 'latin1');
        expect(bytes.equals(Buffer.from(text, 'utf8'))).toBe(true);
        expect(decodeUtf8(bytes, 0, bytes.length, python)).toBe(text);
      },
    ),
  );
});

it('bytes are text exactly where the platform says so, and otherwise blamed within their bounds', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      let expected: string | undefined;
      try {
        expected = strict.decode(buffer);
      } catch {
        expected = undefined;
      }
      if (expected !== undefined) {
        expect(decodeUtf8(buffer, 0, buffer.length, 3)).toBe(expected);
        return;
      }
      expect(() => decodeUtf8(buffer, 0, buffer.length, 3)).toThrow(UnicodeDecodeError);
    }),
    { numRuns: 1000 },
  );
});
