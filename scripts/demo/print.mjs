// Headings and tables for a terminal: aligned columns, ticks, colours where they are wanted.
import { styleText } from 'node:util';

const COLOURED = process.stdout.isTTY === true && !process.env.NO_COLOR;
/** A cell over this width is cut. */
const MAX_WIDTH = 44;
/** Characters that fill two columns of a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]|\p{Emoji_Presentation}/u;

const STYLES = { ok: 'green', bad: 'red', dim: 'dim', head: 'bold' };

function paint(style, text) {
  return COLOURED ? styleText(STYLES[style], text) : text;
}

function width(text) {
  return Array.from(text).reduce((sum, char) => sum + (WIDE.test(char) ? 2 : 1), 0);
}

function cut(text) {
  // No character takes less than half a column's worth of code units; the rest is not looked at.
  const chars = Array.from(text.slice(0, 2 * MAX_WIDTH + 2));
  if (chars.join('') === text && width(text) <= MAX_WIDTH) return text;
  while (width(chars.join('')) > MAX_WIDTH - 1) chars.pop();
  return `${chars.join('')}…`;
}

function pad(text, columns) {
  return text + ' '.repeat(columns - width(text));
}

export function line(style, text) {
  console.log(paint(style, text));
}

export function heading(text) {
  console.log(paint('head', text));
}

/** Prints rows `{ ok, cells }` under column names, each with a tick or a cross; then an empty line. */
export function table(columns, rows) {
  const lines = rows.map((row) => row.cells.map((cell) => cut(String(cell))));
  const widths = columns.map((name, at) =>
    Math.max(...[name, ...lines.map((each) => each[at])].map(width)),
  );
  const format = (cells) =>
    cells
      .map((cell, at) => pad(cell, widths[at]))
      .join('  ')
      .trimEnd();
  console.log(`    ${paint('dim', format(columns))}`);
  lines.forEach((cells, at) => {
    const mark = rows[at].ok ? paint('ok', '✓') : paint('bad', '✗');
    console.log(`  ${mark} ${format(cells)}`);
  });
  console.log();
}
