// Where a command prints: data to stdout, everything about it to stderr; colours and progress on a terminal alone.

import type { Writable } from 'node:stream';
import { ReaderGone } from './errors';
import { safeJson } from './text';

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;
export type Style = keyof typeof STYLES;

/** A terminal, or what stands for one; both `process.stdout` and a PassThrough fit. */
export type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface Streams {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: NodeJS.ProcessEnv;
}

/** Characters that are written at once: a million short lines are not a million calls of the system. */
const CHUNK = 64 * 1024;

export class Terminal {
  readonly #streams: Streams;
  readonly #colours: boolean;
  #gone = false;
  /** A line of progress is shown: it must go before anything else is. */
  #hasProgress = false;
  #drained: (() => void)[] = [];

  constructor(streams: Streams) {
    const { stdout, stderr, env } = streams;
    this.#streams = streams;
    // https://no-color.org: any value that is not empty
    this.#colours = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
    stdout.on('drain', () => this.#release());
    stdout.on('error', () => {
      this.#gone = true;
      this.#release();
    });
    stderr.on('error', () => undefined);
  }

  /** Whether people read it, not a program. */
  get isTerminal(): boolean {
    return this.#streams.stdout.isTTY === true;
  }

  get columns(): number {
    return this.#streams.stdout.columns ?? 80;
  }

  /** Progress is shown where it neither stands in a file nor between lines of the answer. */
  get showsProgress(): boolean {
    return this.#streams.stderr.isTTY === true;
  }

  /** In a colour, where there are colours. */
  paint(style: Style, text: string): string {
    return this.#colours && text !== '' ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text;
  }

  /**
   * Writes data, and waits while the reader is behind.
   * @throws {ReaderGone} nobody reads any more
   */
  async write(data: string | Uint8Array): Promise<void> {
    if (this.#gone) throw new ReaderGone();
    this.progress('');
    if (this.#streams.stdout.write(data)) return;
    await new Promise<void>((resolve) => this.#drained.push(resolve));
    if (this.#gone) throw new ReaderGone();
  }

  /** Writes a line. */
  line(text = ''): Promise<void> {
    return this.write(`${text}\n`);
  }

  /** Writes lines, many at a time; of lines that end in an error those before it. */
  async lines(lines: Iterable<string>): Promise<void> {
    let text = '';
    try {
      for (const line of lines) {
        text += `${line}\n`;
        if (text.length < CHUNK) continue;
        await this.write(text);
        text = '';
      }
    } finally {
      if (text !== '') await this.write(text);
    }
  }

  /** Writes a line of JSON. */
  json(text: string): Promise<void> {
    return this.line(safeJson(text));
  }

  /** Says something about the answer. */
  note(text: string): void {
    this.progress('');
    this.#streams.stderr.write(`${text}\n`);
  }

  /** Shows how far it has come, in place of what was shown before; '' clears it. */
  progress(text: string): void {
    if (!this.showsProgress || (text === '' && !this.#hasProgress)) return;
    this.#streams.stderr.write(`\r\x1b[K${text}`);
    this.#hasProgress = text !== '';
  }

  #release(): void {
    for (const go of this.#drained.splice(0)) go();
  }
}
