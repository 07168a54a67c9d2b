// Methods of Node's Buffer that its types leave out: `toString` without looking the encoding up.

interface Buffer {
  latin1Slice(from?: number, to?: number): string;
  utf8Slice(from?: number, to?: number): string;
}
