// Line charts with logarithmic axes, as SVG text. Pure.

export interface Series {
  name: string;
  colour: string;
  /** Points of positive x and y. */
  points: readonly (readonly [number, number])[];
}

export interface Chart {
  title: string;
  xTitle: string;
  yTitle: string;
  series: readonly Series[];
}

const WIDTH = 460;
const HEIGHT = 320;
const LEFT = 64;
const RIGHT = 14;
const TOP = 34;
const BOTTOM = 46;
const LEGEND_ROW = 18;
const LEGEND_COLUMN = 150;
const INK = '#808080';

/** The charts side by side, with one legend for all. */
export function drawCharts(charts: readonly Chart[]): string {
  const all = charts.flatMap(({ series }) => series);
  const names = new Map(all.map(({ name, colour }) => [name, colour]));
  const width = WIDTH * charts.length;
  const perRow = Math.max(1, Math.floor((width - LEFT) / LEGEND_COLUMN));
  const height = HEIGHT + LEGEND_ROW * Math.ceil(names.size / perRow) + 8;
  const legend = [...names].map(([name, colour], i) => {
    const x = LEFT + (i % perRow) * LEGEND_COLUMN;
    const y = HEIGHT + LEGEND_ROW * Math.floor(i / perRow) + 8;
    return `<path d="M${x} ${y}h22" stroke="${colour}" stroke-width="3"/>${text(x + 28, y + 4, name)}`;
  });
  const body = charts.map(
    (chart, i) => `<g transform="translate(${WIDTH * i} 0)">${draw(chart)}</g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}"`,
    ` height="${height}" font-family="sans-serif" font-size="12" fill="${INK}">`,
    `\n${[...body, ...legend].join('\n')}\n</svg>\n`,
  ].join('');
}

function draw(chart: Chart): string {
  const points = chart.series.flatMap((series) => series.points);
  const x = scale(
    points.map(([value]) => value),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = scale(
    points.map(([, value]) => value),
    HEIGHT - BOTTOM,
    TOP,
  );
  const middle = (LEFT + WIDTH - RIGHT) / 2;
  const height = (TOP + HEIGHT - BOTTOM) / 2;
  return [
    text(middle, 18, chart.title, 'text-anchor="middle" font-weight="bold"'),
    text(middle, HEIGHT - 10, chart.xTitle, 'text-anchor="middle"'),
    text(14, height, chart.yTitle, `text-anchor="middle" transform="rotate(-90 14 ${height})"`),
    ...x.ticks.map((tick) => axisMark(x.place(tick), 'x', tick)),
    ...y.ticks.map((tick) => axisMark(y.place(tick), 'y', tick)),
    ...chart.series.map((series) => line(series, x.place, y.place)),
  ].join('\n');
}

interface Scale {
  place: (value: number) => number;
  ticks: number[];
}

/** A logarithmic scale over whole powers of ten. */
function scale(values: readonly number[], from: number, to: number): Scale {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    place: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
  };
}

function axisMark(at: number, axis: 'x' | 'y', value: number): string {
  const grid = `stroke="${INK}" stroke-opacity="0.25"`;
  if (axis === 'x') {
    const height = HEIGHT - BOTTOM - TOP;
    const label = text(at, HEIGHT - BOTTOM + 16, short(value), 'text-anchor="middle"');
    return `<path d="M${round(at)} ${TOP}v${height}" ${grid}/>${label}`;
  }
  const label = text(LEFT - 6, at + 4, short(value), 'text-anchor="end"');
  return `<path d="M${LEFT} ${round(at)}h${WIDTH - RIGHT - LEFT}" ${grid}/>${label}`;
}

function line(
  { points, colour }: Series,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const places = points.map(([a, b]) => `${round(x(a))} ${round(y(b))}`);
  const dots = places.map((place) => `<circle cx="${place.replace(' ', '" cy="')}" r="3"/>`);
  return (
    `<path d="M${places.join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>` +
    `<g fill="${colour}">${dots.join('')}</g>`
  );
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const safe = content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${safe}</text>`;
}

/** 1000 as `1k`, 1000000 as `1M`. */
function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e3 ? `${value / 1e3}k` : String(Number(value.toPrecision(2)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
