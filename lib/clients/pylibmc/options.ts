// The constructor's parameters: pylibmc's own, and what only this package has.

import type { EngineOptions } from '../../engine/engine';
import type { PicklerOption, UnpicklerOption } from '../../value/pickling';
import { bind } from '../shared/arguments';
import { pythonType } from '../shared/numbers';
import { transportOf, type TlsParameter } from '../shared/transport';
import type { Behaviors } from './behavior-dict';
import { pythonOf, releaseOf, type Release, type ReleaseName } from './releases';

/** The constructor's parameters by name. */
export interface ClientOptions {
  /** What the client does otherwise than by default; see Behaviors. */
  behaviors?: Behaviors | null;
  /** Speak the binary protocol; default off. */
  binary?: boolean;
  /** Log in with SASL, which needs `password` and `binary` too. */
  username?: string | null;
  password?: string | null;
  /** Speak TLS: Node's options of `tls.connect`; `{}` trusts the authorities that Node knows. pylibmc itself cannot. */
  tls?: TlsParameter | null;
  /** The release of pylibmc to write like; default 1.6.3. */
  release?: ReleaseName;
  /** The Python it runs on; default 3, or 2 where the release knows no other. */
  python?: 2 | 3;
  /** Makes pickles in place of `memcache-py/pickle`. */
  pickler?: PicklerOption;
  /** Reads pickles in place of `memcache-py/pickle`. */
  unpickler?: UnpicklerOption;
}

/** Parameters by position, and by name in a last object. */
export type ClientArguments =
  | [options?: ClientOptions]
  | [behaviors: Behaviors | null, options: Omit<ClientOptions, 'behaviors'>]
  | [
      behaviors: Behaviors | null,
      binary: boolean,
      options?: Omit<ClientOptions, 'behaviors' | 'binary'>,
    ]
  | [
      behaviors: Behaviors | null,
      binary: boolean,
      username: string | null,
      password: string | null,
      options?: Omit<ClientOptions, 'behaviors' | 'binary' | 'username' | 'password'>,
    ];

/** Every parameter with a value, but behaviors. */
export interface Options {
  readonly binary: boolean;
  /** TLS and login; for tests, time and sockets. */
  readonly transport: Omit<EngineOptions, 'observer'>;
  readonly release: Release;
  readonly python: 2 | 3;
  readonly pickler: PicklerOption | undefined;
  readonly unpickler: UnpicklerOption | undefined;
}

const POSITIONAL = ['behaviors', 'binary', 'username', 'password'] as const;
const NAMED = ['tls', 'release', 'python', 'pickler', 'unpickler', 'injected'] as const;
const NAMES = [...POSITIONAL, ...NAMED];

const SIGNATURE = { method: 'Client.__init__', required: 2, names: POSITIONAL, namedOnly: NAMED };

/**
 * @throws {TypeError} a parameter of the wrong type, or an unknown one; half a login, or one without `binary`
 * @throws {ValueError} a release that does not exist, or not on that Python
 */
export function resolveOptions(given: readonly unknown[]): {
  readonly options: Options;
  readonly behaviors: Readonly<Record<string, unknown>>;
  /** All that was given but behaviors, by name. */
  readonly given: ClientOptions;
} {
  const bound = bind(SIGNATURE, given);
  const get = (name: (typeof NAMES)[number]): unknown => bound[NAMES.indexOf(name)] ?? undefined;
  const binary = Boolean(get('binary'));
  checkLogin(get('username'), get('password'), binary);
  const release = releaseOf(get('release'));
  return {
    options: {
      binary,
      transport: { ...transportOf(get), ...(get('injected') ?? {}) },
      release,
      python: pythonOf(release, get('python')),
      pickler: get('pickler') as PicklerOption | undefined,
      unpickler: get('unpickler') as UnpicklerOption | undefined,
    },
    behaviors: (get('behaviors') ?? {}) as Record<string, unknown>,
    given: Object.fromEntries(
      NAMES.slice(1).flatMap((name) => (get(name) === undefined ? [] : [[name, get(name)]])),
    ),
  };
}

/** What pylibmc says of half a login. */
function checkLogin(username: unknown, password: unknown, binary: boolean): void {
  for (const each of [username, password]) {
    if (each === undefined || typeof each === 'string') continue;
    throw new TypeError(`username and password must be str or None, not ${pythonType(each)}`);
  }
  if (username === undefined && password === undefined) return;
  if (username === undefined || password === undefined) {
    throw new TypeError('SASL requires both username and password');
  }
  if (!binary) throw new TypeError('SASL requires the memcached binary protocol');
}
