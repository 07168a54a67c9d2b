// The command line: options as tables, read by Node's parseArgs, with names and numbers checked once for all commands.

import { parseArgs } from 'node:util';
import { UsageError } from './errors';

/** One option, as it is read and as the help shows it. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** It can be given many times. */
  readonly multiple?: boolean;
  /** What stands for its value in the help: `SECONDS`. */
  readonly value?: string;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

/** Options that every command takes, before it or behind it. */
export const COMMON: Options = {
  servers: {
    type: 'string',
    short: 's',
    multiple: true,
    value: 'LIST',
    help: 'host:port[*weight],..., unix:/path or memcached://... (MEMCACHE_PY_SERVERS; 127.0.0.1:11211)',
  },
  client: {
    type: 'string',
    short: 'c',
    value: 'NAME',
    help: 'the Python client to be like, NAME or NAME@RELEASE (MEMCACHE_PY_CLIENT; python-memcached)',
  },
  python: { type: 'string', value: '2|3', help: 'the Python it runs on (MEMCACHE_PY_PYTHON; 3)' },
  timeout: {
    type: 'string',
    value: 'SECONDS',
    help: 'how long a server may be silent (MEMCACHE_PY_TIMEOUT; 3)',
  },
  'key-prefix': {
    type: 'string',
    value: 'TEXT',
    help: "put before every KEY of the command line (MEMCACHE_PY_KEY_PREFIX; `:1:` with Django's clients)",
  },
  tls: { type: 'boolean', help: 'speak TLS (also memcacheds:// and MEMCACHE_PY_TLS=1)' },
  'tls-ca': {
    type: 'string',
    value: 'FILE',
    help: 'trust these authorities, not those of the system',
  },
  'tls-cert': { type: 'string', value: 'FILE', help: 'show this certificate' },
  'tls-key': { type: 'string', value: 'FILE', help: 'of which this is the key' },
  'tls-servername': {
    type: 'string',
    value: 'NAME',
    help: 'whose certificate the servers must have',
  },
  username: {
    type: 'string',
    value: 'NAME',
    help: 'log in (MEMCACHE_PY_USERNAME; the password stands in MEMCACHE_PY_PASSWORD, or in a URL)',
  },
  help: { type: 'boolean', short: 'h', help: 'show this' },
};

type Given = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** What a command was given. */
export class Arguments {
  readonly #given: Given;
  readonly #env: NodeJS.ProcessEnv;
  readonly positionals: readonly string[];

  /** @throws {UsageError} an unknown option, or one with a value missing or too many */
  constructor(argv: readonly string[], options: Options, env: NodeJS.ProcessEnv) {
    const { values, positionals } = strictly(() =>
      parseArgs({ args: [...argv], options: { ...COMMON, ...options }, allowPositionals: true }),
    );
    this.#given = values;
    this.#env = env;
    this.positionals = positionals;
  }

  has(name: string): boolean {
    return this.#given[name] === true;
  }

  /** A variable of the environment; empty ones are none. */
  variable(name: string): string | undefined {
    return this.#env[name] || undefined;
  }

  /** An option's text; of one that is not given, the variable's of the environment. */
  text(name: string, variable?: string): string | undefined {
    const given = this.#given[name];
    if (typeof given === 'string') return given;
    return variable === undefined ? undefined : this.variable(variable);
  }

  texts(name: string, variable?: string): readonly string[] {
    const given = this.#given[name];
    if (Array.isArray(given)) return given.map(String);
    const text = this.text(name, variable);
    return text === undefined ? [] : [text];
  }

  /** @throws {UsageError} not one of them */
  oneOf<T extends string>(name: string, choices: readonly T[], otherwise: T, variable?: string): T {
    const text = this.text(name, variable) ?? otherwise;
    const choice = choices.find((each) => each === text);
    if (choice !== undefined) return choice;
    throw new UsageError(`--${name} is one of ${choices.join(', ')}: not ${text}`);
  }

  /**
   * A number that is not negative, `whole` unless it counts seconds.
   * @throws {UsageError} no such number
   */
  number(name: string, otherwise: number, whole = true, variable?: string): number {
    const text = this.text(name, variable);
    if (text === undefined) return otherwise;
    const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    const isGood = whole ? Number.isSafeInteger(number) : Number.isFinite(number);
    if (!isGood) throw new UsageError(`--${name} is a ${whole ? 'whole ' : ''}number: not ${text}`);
    return number;
  }
}

/**
 * Where the command stands: behind the options of all commands, if there are any.
 * @returns its index in `argv`, -1 when there is none
 */
export function commandAt(argv: readonly string[]): number {
  const { tokens } = parseArgs({
    args: [...argv],
    options: COMMON,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  return tokens.find(({ kind }) => kind === 'positional')?.index ?? -1;
}

function strictly<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code?.startsWith('ERR_PARSE_ARGS') === true ? new UsageError(message) : error;
  }
}

/** The lines of a help for options. */
export function helpOf(options: Options): string[] {
  const rows = Object.entries(options).map(([name, { short, value, help }]) => {
    const head = short === undefined ? '    ' : `-${short}, `;
    return [`  ${head}--${name}${value === undefined ? '' : ` ${value}`}`, help] as const;
  });
  const width = Math.max(...rows.map(([head]) => head.length));
  return rows.map(([head, help]) => `${head.padEnd(width)}  ${help}`);
}
