// What is measured, as data; and the keys and values that the measuring uses.

/** What the values are: strings, Buffers, ints and strings by turns, or dicts. */
export type Material = 'text' | 'bytes' | 'typed' | 'session' | 'rows';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Value = string | number | Buffer | { [name: string]: Json };

export type Floor = 'raw-string' | 'raw-buffer';

/** The ratios of ops/s that ours shall reach. */
export interface Targets {
  /** Against the best other Node client. */
  node?: number;
  /** Against the workload's floor. */
  floor?: number;
  /** Against python-memcached. */
  python?: number;
}

export interface Workload {
  name: string;
  title: string;
  /** Callers in a closed loop: each waits for its answer before it asks again. */
  callers: number;
  op: 'get' | 'set' | 'mixed' | 'get_multi' | 'set_multi';
  /** The part of `mixed` that is sets. */
  setShare?: number;
  /** Keys of one multi call. */
  batch?: number;
  material: Material;
  /** Bytes of one value, for text and bytes. */
  size?: number;
  /** How many different keys are in use. */
  keys: number;
  /** The floor that everything else is divided by. */
  floor: Floor;
  /**
   * One caller and its server never work at the same time. On one CPU they hand over by a task
   * switch; on two, a virtual machine spends most of each call waking up the other, idle CPU.
   */
  oneCpu?: boolean;
  /** True when Python takes part: it always is one caller at a time. */
  python?: boolean;
  targets?: Targets;
}

const SMALL = { material: 'text', size: 100, keys: 1000, floor: 'raw-string' } as const;
const BIG = { material: 'bytes', size: 100 * 1024, keys: 64, floor: 'raw-buffer' } as const;
const MULTI = { ...SMALL, batch: 100 } as const;
const TYPED = { material: 'typed', keys: 1000, floor: 'raw-string' } as const;
const SESSION = { ...TYPED, material: 'session' } as const;
const ROWS = { ...TYPED, material: 'rows', keys: 64 } as const;
const ALONE = { callers: 1, oneCpu: true, python: true } as const;
/** One caller whose replies are so long that the client reads their beginning while the server sends the rest. */
const ALONE_LONG = { callers: 1, python: true } as const;
/** The share of sets where a workload both reads and writes without saying how often. */
const HALF = { op: 'mixed', setShare: 0.5 } as const;

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'get-1',
    title: 'get 100 B, one caller',
    ...ALONE,
    op: 'get',
    ...SMALL,
    targets: { node: 1.3, floor: 0.93, python: 1.2 },
  },
  {
    name: 'set-1',
    title: 'set 100 B, one caller',
    ...ALONE,
    op: 'set',
    ...SMALL,
    targets: { node: 1.3, floor: 0.93, python: 1.15 },
  },
  {
    name: 'get-64',
    title: 'get 100 B, 64 at a time',
    callers: 64,
    op: 'get',
    ...SMALL,
    targets: { node: 6, floor: 0.7 },
  },
  {
    name: 'set-64',
    title: 'set 100 B, 64 at a time',
    callers: 64,
    op: 'set',
    ...SMALL,
    targets: { node: 5, floor: 0.7 },
  },
  {
    name: 'mixed-512',
    title: '90 % get, 10 % set of 100 B, 512 at a time',
    callers: 512,
    op: 'mixed',
    setShare: 0.1,
    ...SMALL,
    targets: { node: 5, floor: 0.7 },
  },
  {
    name: 'multi-8',
    title: 'get_multi of 100 keys, 8 at a time',
    callers: 8,
    op: 'get_multi',
    ...MULTI,
    targets: { node: 5, floor: 0.8 },
  },
  {
    name: 'multi-1',
    title: 'get_multi of 100 keys, one caller',
    ...ALONE_LONG,
    op: 'get_multi',
    ...MULTI,
    targets: { python: 5 },
  },
  {
    name: 'get-100k-8',
    title: 'get 100 KB, 8 at a time',
    callers: 8,
    op: 'get',
    ...BIG,
    targets: { node: 1.5, floor: 0.85 },
  },
  {
    name: 'set-100k-8',
    title: 'set 100 KB, 8 at a time',
    callers: 8,
    op: 'set',
    ...BIG,
    targets: { node: 1.5, floor: 0.9 },
  },
  {
    name: 'get-100k-1',
    title: 'get 100 KB, one caller',
    ...ALONE_LONG,
    op: 'get',
    ...BIG,
    targets: { python: 2.5 },
  },
  {
    name: 'set-100k-1',
    title: 'set 100 KB, one caller',
    ...ALONE_LONG,
    op: 'set',
    ...BIG,
    targets: { python: 2.5 },
  },
  {
    name: 'typed-64',
    title: 'ints and strings, half get, half set, 64 at a time',
    callers: 64,
    ...HALF,
    ...TYPED,
    targets: { node: 5, floor: 0.65 },
  },
  {
    name: 'session-64',
    title: 'a session dict, half get, half set, 64 at a time',
    callers: 64,
    ...HALF,
    ...SESSION,
  },
  {
    name: 'session-1',
    title: 'a session dict, half get, half set, one caller',
    ...ALONE,
    ...HALF,
    ...SESSION,
  },
  {
    name: 'rows-64',
    title: 'a dict of 100 rows, half get, half set, 64 at a time',
    callers: 64,
    ...HALF,
    ...ROWS,
  },
  {
    name: 'rows-1',
    title: 'a dict of 100 rows, half get, half set, one caller',
    ...ALONE,
    ...HALF,
    ...ROWS,
  },
  {
    name: 'set-multi-8',
    title: 'set_multi of 100 keys, 8 at a time',
    callers: 8,
    op: 'set_multi',
    ...MULTI,
  },
  {
    name: 'set-multi-1',
    title: 'set_multi of 100 keys, one caller',
    ...ALONE,
    op: 'set_multi',
    ...MULTI,
  },
];

export function keysOf(workload: Workload): string[] {
  return Array.from({ length: workload.keys }, (_, i) => `bench:${String(i).padStart(10, '0')}`);
}

export function valuesOf(workload: Workload): Value[] {
  const make = MAKERS[workload.material];
  return Array.from({ length: workload.keys }, (_, i) => make(i, workload.size ?? 0));
}

const MAKERS: Readonly<Record<Material, (i: number, size: number) => Value>> = {
  text: textOf,
  bytes: (i, size) => Buffer.from(textOf(i, size), 'latin1'),
  typed: (i, size) => (i % 2 === 0 ? i * 1009 : textOf(i, size === 0 ? 100 : size)),
  session: sessionOf,
  rows: (i) => ({ page: i, rows: Array.from({ length: 100 }, (_, row) => rowOf(i * 100 + row)) }),
};

/** Text that differs from key to key, so that a swapped answer is noticed. */
function textOf(i: number, size: number): string {
  const unit = `${String(i).padStart(9, '0')};`;
  return unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
}

/** What a web framework keeps for a signed-in user. */
function sessionOf(i: number): Value {
  return {
    _auth_user_id: String(100000 + i),
    _auth_user_backend: 'django.contrib.auth.backends.ModelBackend',
    _auth_user_hash: textOf(i, 64),
    csrf_token: textOf(i * 7, 32),
    created: 1700000000 + i,
    expires: 1701209600 + i,
    remember: true,
    locale: 'en-gb',
    ratio: i + 0.5,
    cart: [
      { sku: `A-${i}`, quantity: 2, price: 19.95 },
      { sku: `B-${i}`, quantity: 1, price: 4.25 },
    ],
    messages: [],
    referrer: null,
  };
}

function rowOf(id: number): Json {
  return {
    id,
    name: `Customer ${id}`,
    email: `customer${id}@example.org`,
    score: id + 0.25,
    active: id % 3 !== 0,
    manager: null,
  };
}
