// A Python process with the real clients (python/driver.py): construct, call, evaluate, typed exactly.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findPython } from '../../scripts/pythons.cjs';
import { adopt, hasEnded, kill } from './children';
import { decode, encode, encodeNames, type Json, type PythonValue } from './codec';

const DRIVER = join(__dirname, 'python', 'driver.py');

/** Positional and keyword arguments of a Python call. */
export type Args = readonly PythonValue[];
export type Kwargs = Readonly<Record<string, PythonValue>>;

export interface PythonOptions {
  /** Modules that the Python must have; the first Python found with all of them is taken. */
  readonly modules?: readonly string[];
  /** A certain Python instead. */
  readonly path?: string;
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A Python exception. */
export interface Raised {
  /** Its class, and the module of the class: 'MemcachedKeyLengthError', 'memcache'. */
  readonly type: string;
  readonly module: string;
  /** Its base classes up to Exception, nearest first. */
  readonly bases: readonly string[];
  /** What `str()` gives. */
  readonly message: string;
  readonly args: PythonValue;
  readonly trace: string;
}

/** What came of a call, and what Python printed meanwhile (the clients' debug lines). */
export type Outcome =
  | { readonly returned: PythonValue; readonly stderr: string }
  | { readonly raised: Raised; readonly stderr: string };

/** A call raised; the test did not expect it to. */
export class PythonRaised extends Error implements Raised {
  readonly type: string;
  readonly module: string;
  readonly bases: readonly string[];
  readonly args: PythonValue;
  readonly trace: string;

  constructor(raised: Raised) {
    super(raised.message);
    this.name = raised.type;
    this.type = raised.type;
    this.module = raised.module;
    this.bases = raised.bases;
    this.args = raised.args;
    this.trace = raised.trace;
  }
}

/** What driver.py answers. */
type Reply =
  | { readonly returned: Json; readonly stderr: string }
  | { readonly raised: Omit<Raised, 'args'> & { readonly args: Json }; readonly stderr: string };

/** A request that has no reply yet. */
interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

/** One Python process. It answers requests in order, one at a time: start several for races. */
export class Python implements AsyncDisposable {
  readonly path: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: Waiting[] = [];
  #complaint = '';
  #count = 0;

  private constructor(path: string, env: Readonly<Record<string, string>>) {
    this.path = path;
    this.#child = spawn(path, ['-W', 'ignore', DRIVER], {
      env: { ...process.env, ...env, PYTHONIOENCODING: 'utf-8', PYTHONDONTWRITEBYTECODE: '1' },
    });
    adopt(this.#child);
    createInterface({ input: this.#child.stdout }).on('line', (line) =>
      this.#waiting.shift()?.resolve(line),
    );
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#complaint += chunk.toString()));
    this.#child.stdin.on('error', () => undefined); // 'close' tells
    this.#child.on('error', (error) => (this.#complaint += error.message));
    this.#child.on('close', () => this.#end());
  }

  /** Starts the first Python that has the modules. */
  static async start(options: PythonOptions = {}): Promise<Python> {
    const python = new Python(options.path ?? installed(options.modules ?? []), options.env ?? {});
    await python.exec('');
    return python;
  }

  /** Calls a class or function by its dotted name and keeps the result: `create('memcache.Client', [...])`. */
  async create(type: string, args: Args = [], kwargs: Kwargs = {}): Promise<PythonObject> {
    const name = `made_${++this.#count}`;
    const values = { args: args.map(encode), kwargs: encodeNames(kwargs) };
    result(await this.#ask({ op: 'create', name, type, ...values }));
    return new PythonObject(this, name);
  }

  /** The value of a Python expression; `names` become variables first. */
  async eval(source: string, names: Kwargs = {}): Promise<PythonValue> {
    return result(await this.evalOutcome(source, names));
  }

  evalOutcome(source: string, names: Kwargs = {}): Promise<Outcome> {
    return this.#ask({ op: 'eval', source, names: encodeNames(names) });
  }

  /** Runs statements; what they define stays. */
  async exec(source: string, names: Kwargs = {}): Promise<void> {
    result(await this.#ask({ op: 'exec', source, names: encodeNames(names) }));
  }

  callOutcome(name: string, method: string, args: Args, kwargs: Kwargs): Promise<Outcome> {
    const values = { args: args.map(encode), kwargs: encodeNames(kwargs) };
    return this.#ask({ op: 'call', name, method, ...values });
  }

  /** Ends the process, after the requests so far. */
  async stop(): Promise<void> {
    if (hasEnded(this.#child)) return;
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }

  /** Ends it at once, also in the middle of a call. */
  async kill(): Promise<void> {
    await kill(this.#child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #ask(request: Readonly<Record<string, Json>>): Promise<Outcome> {
    const line = await new Promise<string>((resolve, reject) => {
      if (hasEnded(this.#child)) return reject(this.#ended());
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    });
    // driver.py is our own: its replies have this form.
    const reply = JSON.parse(line) as Reply;
    if ('returned' in reply) return { returned: decode(reply.returned), stderr: reply.stderr };
    const raised = { ...reply.raised, args: decode(reply.raised.args) };
    return { raised, stderr: reply.stderr };
  }

  #end(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended());
  }

  #ended(): Error {
    return new Error(`${this.path} ended: ${this.#complaint.trim()}`);
  }
}

/** An object that lives in Python under a name; `name` can stand in expressions. */
export class PythonObject {
  readonly #python: Python;

  constructor(
    python: Python,
    readonly name: string,
  ) {
    this.#python = python;
  }

  /** Calls a method; rejects with PythonRaised when it raises. */
  async call(method: string, args: Args = [], kwargs: Kwargs = {}): Promise<PythonValue> {
    return result(await this.outcome(method, args, kwargs));
  }

  /** Calls a method, and tells what came of it, exceptions and debug lines included. */
  outcome(method: string, args: Args = [], kwargs: Kwargs = {}): Promise<Outcome> {
    return this.#python.callOutcome(this.name, method, args, kwargs);
  }

  /** The value of an attribute. */
  get(attribute: string): Promise<PythonValue> {
    return this.#python.eval(`${this.name}.${attribute}`);
  }
}

function result(outcome: Outcome): PythonValue {
  if ('raised' in outcome) throw new PythonRaised(outcome.raised);
  return outcome.returned;
}

function installed(modules: readonly string[]): string {
  const { path, missing } = findPython(modules);
  if (path !== undefined && missing.length === 0) return path;
  throw new Error(`no Python has ${missing.join(', ')}: run \`node scripts/setup.mjs --for test\``);
}
