// The tables of docs/pickle.md, row by row: against recorded pickles, the installed CPythons, and the exported names.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as api from '../../lib/value/pickle';
import { STANDARD } from '../../lib/value/pickle/classes';
import { RULES, type Rules } from '../../lib/value/pickle/rules';
import type { PythonRelease } from '../../lib/value/pickle';
import type { Row as Recording } from '../../lib/value/pickle/testing/class-recordings';
import { findPythons, type Installed } from './pythons';

const ROOT = join(__dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/pickle.md'), 'utf8');

/** The rows of every table with this heading row, as cells. */
function table(heading: string): string[][] {
  const rows = PAGE.split(`| ${heading} |\n`)
    .slice(1)
    .flatMap((rest) => {
      const [, ...lines] = rest.slice(0, rest.indexOf('\n\n')).split('\n');
      return lines.map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
    });
  if (rows.length === 0) throw new Error(`no table ${heading}`);
  return rows;
}

/** The code of a cell, undefined where it has none. */
const codeOf = (cell = ''): string | undefined => /`(.+?)`/.exec(cell)?.[1];

interface Row {
  readonly python: string;
  readonly plain: string;
  readonly exact: string;
  /** Undefined for what is only read. */
  readonly made: string | undefined;
}

function typeRows(python: string): Row[] {
  return table(`${python} | default view | exact view | made in JavaScript`).map(
    ([value, plain, exact, made]) => ({
      python: codeOf(value) ?? '',
      plain: codeOf(plain) ?? '',
      exact: codeOf(exact) ?? '',
      made: codeOf(made),
    }),
  );
}

const PYTHON_3 = typeRows('Python');
const PYTHON_2 = typeRows('Python 2');

const RECORDED = new Map(
  ['table', 'classes'].flatMap((name) => {
    const file = readFileSync(join(ROOT, `fixtures/pickle/${name}.json`), 'utf8');
    return (JSON.parse(file) as { rows: Recording[] }).rows.map((row) => [row.value, row]);
  }),
);

interface Pickle {
  readonly python: PythonRelease;
  readonly protocol: number;
  readonly bytes: Buffer;
}

function recordedPickles(value: string): Pickle[] {
  return (RECORDED.get(value)?.written ?? []).flatMap(({ releases, bytes }) =>
    releases.flatMap((python) =>
      bytes
        .slice(0, RULES[python].highest + 1)
        .flatMap((each, protocol) =>
          typeof each === 'string'
            ? [{ python, protocol, bytes: Buffer.from(each, 'base64') }]
            : [],
        ),
    ),
  );
}

const NEWEST = findPythons().at(-1);

function newest(): Installed {
  if (NEWEST === undefined) throw new Error('no CPython is installed');
  return NEWEST;
}

/** Each expression's pickles by this machine's newest Python; [] for what protocol 5 alone can pickle. */
const PICKLE = `
import base64, datetime, json, pickle, sys
def dumped(value, protocol):
    try:
        return base64.b64encode(pickle.dumps(value, protocol)).decode()
    except pickle.PicklingError:
        return None
print(json.dumps([[dumped(eval(each), p) for p in range(6)] for each in json.load(sys.stdin)]))
`;

function livePickles(values: readonly string[]): Map<string, Pickle[]> {
  const { path, release } = newest();
  const printed = execFileSync(path, ['-c', PICKLE], { input: JSON.stringify(values) });
  const made = JSON.parse(printed.toString()) as (string | null)[][];
  return new Map(
    made.map((pickles, i) => [
      values[i] ?? '',
      pickles.flatMap((each, protocol) =>
        each === null ? [] : [{ python: release, protocol, bytes: Buffer.from(each, 'base64') }],
      ),
    ]),
  );
}

/** What the page calls the type of a value. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return value.constructor === Object ? 'object' : value.constructor.name;
}

/** The value of JavaScript that stands on the page. */
function evaluate(code: string): unknown {
  // Bound to this file's own classes and globals, and only ever given the page of this repository.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- see above
  return new Function('Buffer', 'Uint8Array', ...Object.keys(api), `return (${code});`)(
    Buffer,
    Uint8Array,
    ...Object.values(api),
  ) as unknown;
}

function checkRow(row: Row, pickles: readonly Pickle[]): void {
  expect(pickles.length).toBeGreaterThan(0);
  for (const { python, protocol, bytes } of pickles) {
    const views = [false, true].map((exact) => api.loads(bytes, { exact, python }));
    expect({ python, protocol, kinds: views.map(kindOf) }).toEqual({
      python,
      protocol,
      kinds: [row.plain, row.exact],
    });
    const [plain, exact] = views.map((value) => api.dumps(value, protocol, { python }));
    if (row.python.includes('PickleBuffer')) continue; // read as bytes, in Python too
    expect(exact).toEqual(bytes);
    // Alone, not in a container, a scalar has no memory.
    if (row.plain === row.exact || /Dict|Set/.test(row.exact)) expect(plain).toEqual(bytes);
    if (row.made !== undefined) {
      expect(api.dumps(evaluate(row.made), protocol, { python })).toEqual(bytes);
    }
  }
}

const LIVE = livePickles(
  PYTHON_3.map(({ python }) => python).filter((each) => !RECORDED.has(each)),
);

describe('a value of Python', () => {
  it.each(PYTHON_3.map((row) => [row.python, row] as const))('3: %s', (value, row) => {
    const recorded = recordedPickles(value).filter(({ python }) => python !== '2.7');
    checkRow(row, RECORDED.has(value) ? recorded : (LIVE.get(value) ?? []));
  });

  it.each(PYTHON_2.map((row) => [row.python, row] as const))('2: %s', (value, row) => {
    checkRow(
      row,
      recordedPickles(value).filter(({ python }) => python === '2.7'),
    );
  });

  it('has a row for each class that is exported here', () => {
    const shown = [...PYTHON_3, ...PYTHON_2]
      .flatMap(({ plain, exact, made }) => [plain, exact, made ?? ''])
      .join(' ');
    const prose = PAGE.slice(PAGE.indexOf('### Classes of applications'));
    const classes = Object.keys(api).filter((name) =>
      /^(Py\d?[A-Z]|NoneType|Ell|Not|Named)/.test(name),
    );
    expect(classes.length).toBeGreaterThan(40);
    const missing = classes.filter(
      (name) => !new RegExp(`\\b${name}\\b`).test(shown) && !prose.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
    const made = new Set(STANDARD.flatMap(({ type }) => (type === undefined ? [] : [type.name])));
    expect([...made].filter((name) => !PAGE.includes(`\`${name}\``))).toEqual([]);
  });
});

/** The repr of each pickle's value. */
const REPR = `
import base64, json, pickle, sys
print(json.dumps([repr(pickle.loads(base64.b64decode(each))) for each in json.load(sys.stdin)]))
`;

describe('a value of JavaScript', () => {
  const rows = table('JavaScript | Python').map(([made, python]) => ({
    made: codeOf(made) ?? '',
    python: codeOf(python),
  }));
  const kept = rows.filter(({ python }) => python !== undefined);
  const refused = rows.filter(({ python }) => python === undefined);

  it.each([0, 1, 2, 3, 4, 5])('is what the page says in Python, protocol %i', (protocol) => {
    const pickles = kept.map(({ made }) => api.dumps(evaluate(made), protocol).toString('base64'));
    const input = JSON.stringify(pickles);
    const printed = execFileSync(newest().path, ['-c', REPR], { input }).toString();
    expect(JSON.parse(printed)).toEqual(kept.map(({ python }) => python));
  });

  it.each(refused.map(({ made }) => [made]))('is refused: %s', (made) => {
    expect(() => api.dumps(evaluate(made))).toThrow(api.PicklingError);
  });
});

describe('the other tables', () => {
  it('give the limits their real defaults', () => {
    const rows = table('limit | default | why').map(([name, bound]) => [
      codeOf(name),
      Number(bound),
    ]);
    expect(Object.fromEntries(rows)).toEqual(api.DEFAULT_LIMITS);
  });

  it('name what each release writes as rules.ts has it', () => {
    const columns: PythonRelease[][] = [
      ['2.7'],
      ['3.6'],
      ['3.7'],
      ['3.8', '3.9'],
      ['3.10', '3.11', '3.12'],
      ['3.13'],
    ];
    const heading = 'rule | 2.7 | 3.6 | 3.7 | 3.8, 3.9 | 3.10 to 3.12 | 3.13';
    const rows = table(heading).flatMap(([rule = '', ...cells]) =>
      columns.flatMap((releases, i) =>
        releases.map((release) => {
          const name = (codeOf(/\(`.*`\)$/.exec(rule)?.[0]) ?? 'highest') as keyof Rules;
          const said = name === 'highest' ? Number(cells[i]) : cells[i] === 'yes';
          return { release, name, said, is: RULES[release][name] };
        }),
      ),
    );
    expect(rows.filter(({ said, is }) => said !== is)).toEqual([]);
    expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(Object.keys(RULES['2.7'])));
  });
});
