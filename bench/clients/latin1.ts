// Buffer's latin1 reader, which Node documents only by `toString`: that costs a call more.

declare global {
  interface Buffer {
    latin1Slice(from?: number, to?: number): string;
  }
}

export {};
