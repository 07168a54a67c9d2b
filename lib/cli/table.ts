// Tables of text: columns as wide as their widest cell, numbers on the right.

import type { Style, Terminal } from './terminal';

const GAP = '  ';
/** Of the last column, however narrow the terminal is. */
const LEAST = 8;

export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

/** A cell: text, or text in a colour. */
export type Cell = string | readonly [style: Style, text: string];

/** The lines of a table; a last column of text is cut where the terminal ends. */
export function table(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): string[] {
  const widths = columns.map(({ title }, i) =>
    rows.reduce((most, row) => Math.max(most, width(textOf(row[i] ?? ''))), width(title)),
  );
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP.length, 0);
  const room = terminal.isTerminal ? Math.max(LEAST, terminal.columns - before) : Infinity;
  const head = columns.map(({ title }): Cell => ['dim', title]);
  return [head, ...rows].map((row) => lineOf(terminal, columns, widths, row, room));
}

function lineOf(
  terminal: Terminal,
  columns: readonly Column[],
  widths: readonly number[],
  row: readonly Cell[],
  room: number,
): string {
  const cells = columns.map(({ right }, i) => {
    const cell = row[i] ?? '';
    const isLast = i === columns.length - 1;
    const text = isLast && right !== true ? cut(textOf(cell), room) : textOf(cell);
    const gap = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(text)));
    const painted = typeof cell === 'string' ? text : terminal.paint(cell[0], text);
    if (right === true) return gap + painted;
    return isLast ? painted : painted + gap;
  });
  return cells.join(GAP).trimEnd();
}

/** As much of a text as fits, and `…` where that is not all. */
function cut(text: string, room: number): string {
  if (width(text) <= room) return text;
  let shown = '';
  let left = room - 1;
  for (const char of text) {
    left -= width(char);
    if (left < 0) break;
    shown += char;
  }
  return `${shown}…`;
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell[1];
}

/** East Asian wide and fullwidth characters, and emoji, take two columns; marks that combine take none. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const MARK = /\p{M}/u;

/** Columns that text takes on a terminal. */
export function width(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const char of text) columns += MARK.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return columns;
}
