// Draws docs/images/*.svg: what the memcache-py command shows on a terminal, from its real output on a private memcached with
// entries of the real Python clients. Needs dist/ (npm run build).
//
//     node scripts/cli-images.mjs
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import pythons from './pythons.cjs';

const ROOT = join(import.meta.dirname, '..');
const SEED = join(ROOT, 'compat-tests', 'cli', 'python', 'seed.py');
const IMAGES = join(ROOT, 'docs', 'images');
/** As the images name the server. */
const NAME = '127.0.0.1:11211';

/** Each image, and the command lines that it shows. */
const PICTURES = {
  get: ['get user:1 hits greeting', 'get --disassemble scores'],
  where: ['where user:1 --servers cache1:11211,cache2:11211,cache3:11211'],
  types: ['types'],
  doctor: ['doctor'],
};

const ESCAPE = '\x1b';
/** A line of progress that was written over. */
const PROGRESS = new RegExp(`\\r[^\\n]*${ESCAPE}\\[K`, 'g');
const STYLE = new RegExp(`(${ESCAPE}\\[\\d+m)`);

const COLUMNS = 110;
const CELL = { width: 8.4, height: 18, margin: 16, size: 14 };
/** By the SGR parameters that the command uses. */
const STYLES = {
  1: 'font-weight="bold"',
  2: 'fill="#8b949e"',
  31: 'fill="#ff7b72"',
  32: 'fill="#7ee787"',
  33: 'fill="#e3b341"',
  34: 'fill="#79c0ff"',
  36: 'fill="#76e3ea"',
};

/** memcached on a free port, filled. */
async function startFilled(folder) {
  const portFile = join(folder, 'port');
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const child = spawn('memcached', ['-l', '127.0.0.1', '-p', '-1', '-U', '0', ...user], {
    stdio: 'ignore',
    env: { ...process.env, MEMCACHED_PORT_FILENAME: portFile },
  });
  const name = `127.0.0.1:${await until(() => portOf(portFile))}`;
  await until(() => accepts(Number(name.split(':')[1])));
  const { path } = pythons.findPython(['memcache', 'pylibmc', 'pymemcache']);
  const { status, stderr } = spawnSync(path, ['-W', 'ignore', SEED, name]);
  if (status !== 0) throw new Error(stderr.toString());
  return { child, name };
}

async function until(look) {
  for (let tries = 0; tries < 1000; tries++) {
    const answer = await look();
    if (answer) return answer;
    await pause(10);
  }
  throw new Error('memcached is late');
}

function portOf(file) {
  return existsSync(file)
    ? /^TCP INET: (\d+)$/m.exec(readFileSync(file, 'latin1'))?.[1]
    : undefined;
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** What a terminal gets of a command line. */
async function show(main, line, name) {
  let text = '';
  const stream = () => {
    const write = (chunk, _encoding, done) => {
      text += chunk;
      done();
    };
    return Object.assign(new Writable({ write }), { isTTY: true, columns: COLUMNS });
  };
  const streams = { stdin: new PassThrough(), stdout: stream(), stderr: stream() };
  await main(line.split(' '), { ...streams, env: { MEMCACHE_PY_SERVERS: name } });
  return text.replace(PROGRESS, '').replaceAll(name, NAME);
}

/** Lines as wide as the terminal, each as runs of text with one style. */
function linesOf(text) {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((line) => wrapped(runsOf(line)));
}

function runsOf(line) {
  const runs = [];
  let style = '';
  for (const part of line.split(STYLE)) {
    const code = part.startsWith(ESCAPE) ? part.slice(2, -1) : undefined;
    if (code !== undefined) style = STYLES[code] ?? '';
    else if (part !== '') runs.push({ style, text: part });
  }
  return runs;
}

/** Between words where there are any, so that none is cut. */
function wrapped(runs) {
  const lines = [[]];
  let left = COLUMNS;
  for (const { style, text } of runs) {
    for (const word of text.match(/ +|[^ ]+/g)) {
      for (const piece of word.match(new RegExp(`.{1,${COLUMNS}}`, 'gu'))) {
        const length = lengthOf(piece);
        if (length > left) {
          lines.push([]);
          left = COLUMNS;
        }
        left -= length;
        lines.at(-1).push({ style, text: piece });
      }
    }
  }
  return lines.map(joined);
}

/** Neighbours of one style as one run. */
function joined(runs) {
  const whole = [];
  for (const run of runs) {
    const last = whole.at(-1);
    if (last?.style === run.style) last.text += run.text;
    else whole.push({ ...run });
  }
  return whole;
}

function lengthOf(text) {
  return Array.from(text).length;
}

/** Each piece of text where its column begins, as wide as its columns: whatever font there is. */
function spanOf(style, text, column) {
  const { width, margin } = CELL;
  const x = (margin + column * width).toFixed(1);
  const length = (lengthOf(text) * width).toFixed(1);
  const look = style === '' ? '' : ` ${style}`;
  return `<tspan x="${x}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${look}>${escaped(text)}</tspan>`;
}

function svgOf(title, lines) {
  const { width, height, margin, size } = CELL;
  const columns = Math.max(
    ...lines.map((runs) => runs.reduce((sum, { text }) => sum + lengthOf(text), 0)),
  );
  const [w, h] = [Math.ceil(columns * width + 2 * margin), lines.length * height + 2 * margin];
  const rows = lines.map((runs, i) => {
    let column = 0;
    const spans = runs.flatMap(({ style, text }) => {
      const at = column;
      column += lengthOf(text);
      return Array.from(text.matchAll(/[^ ]+(?: [^ ]+)*/g), ({ 0: words, index }) =>
        spanOf(style, words, at + lengthOf(text.slice(0, index))),
      );
    });
    return `<text y="${margin + i * height + size}">${spans.join('')}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img">`,
    `<title>${escaped(title)}</title>`,
    '<rect width="100%" height="100%" rx="8" fill="#0d1117"/>',
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${size}" fill="#e6edf3">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const { main } = createRequire(import.meta.url)(join(ROOT, 'dist', 'cli', 'main.js'));
const folder = mkdtempSync(join(tmpdir(), 'images-'));
const { child, name } = await startFilled(folder);
try {
  mkdirSync(IMAGES, { recursive: true });
  for (const [picture, commands] of Object.entries(PICTURES)) {
    let text = '';
    for (const line of commands) {
      text += `${ESCAPE}[2m$${ESCAPE}[0m memcache-py ${line}\n${await show(main, line, name)}`;
    }
    writeFileSync(
      join(IMAGES, `${picture}.svg`),
      svgOf(`memcache-py ${commands[0]}`, linesOf(text)),
    );
  }
} finally {
  child.kill();
  rmSync(folder, { recursive: true });
}
