// What the engine must know of pylibmc and libmemcached: how keys are placed, what is answered, when a server is dead.

import type { AnswersOf, Dialect } from '../../engine/dialect';
import type { MemcacheError } from '../../errors';
import type { DecodeValue } from '../../net/conversation';
import { ABSENT, Computed, MISS, Raise, type Answers } from '../../net/operation';
import { placementOf } from '../../placement/distributions';
import type { PlacementFactory } from '../../placement/placement';
import { isRing } from '../../placement/settings';
import { binaryWire } from '../../wire/binary';
import { textWire } from '../../wire/text';
import { Code } from '../../wire/wire';
import type { Settings } from './behaviors';
import type { Ejection } from './ejection';
import {
  countLoss,
  countRefusal,
  loss,
  noCounter,
  notFound,
  refusal,
  unsentMany,
  unsentTouch,
  type Called,
} from './failures';

/** Among the values of many keys: no server could be asked for this one. */
export class Unreached {
  constructor(readonly error: Error) {}
}
/** What a server answers that did not do what all servers were asked. */
export class Failed {
  /** @param isRefusal the server answered an error; else nothing came */
  constructor(
    readonly why: string,
    readonly isRefusal: boolean,
  ) {}
}

const MS = 1000;

/** @param ejection of the client that has `auto_eject` */
export function createDialect(
  settings: Settings,
  decode: DecodeValue,
  ejection: Ejection | undefined,
): Dialect {
  const { numbers, binary } = settings;
  return {
    wire: binary ? binaryWire : textWire,
    decode,
    placement: placing(settings, ejection),
    failure: {
      whenDead: 'fail',
      deadFor: Math.max(numbers.retry_timeout, 0) * MS,
      losesLightly: true,
      connectTimeout: milliseconds(numbers.connect_timeout),
      timeout: milliseconds(numbers._poll_timeout),
      flushOnReconnect: false,
      resend: new Set(),
    },
    answers: answersOf(settings.namespace),
  };
}

/** As poll(2): a negative time has no end. */
function milliseconds(time: number): number {
  return time < 0 ? Infinity : time;
}

/** Keys come with their namespace, which counts for their place only where a behavior says so. */
function placing(settings: Settings, ejection: Ejection | undefined): PlacementFactory {
  const { layout, namespace, numbers } = settings;
  const prefix = numbers._hash_with_prefix_key === 1 ? namespace : undefined;
  const plain = placementOf({ ...layout, prefix }, Math.random);
  // Only a ring gives the keys of one server to others without moving all.
  const place = ejection !== undefined && isRing(layout) ? ejection.over(plain) : plain;
  if (namespace === '') return place;
  return (places) => {
    const placement = place(places);
    return { ...placement, start: (key) => placement.start(key.slice(namespace.length)) };
  };
}

type Words = (line: string, cause: MemcacheError | undefined, call: Called) => Error;

/** An exception that names the call's key: the caller's, without the namespace. */
function naming(namespace: string, words: Words): Raise {
  return new Raise((line, cause, { command, key, whole, miss }) =>
    words(line, cause, { command, key: key.slice(namespace.length), whole, miss }),
  );
}

const counting = new Raise((line, cause) =>
  cause === undefined ? countRefusal(line) : countLoss(cause),
);
const COUNT: Answers = {
  [Code.notFound]: new Raise(noCounter),
  [Code.refused]: counting,
  [Code.failed]: counting,
};

/** A part of a get of many reached no server: the call fails if no other part did better. */
const unreached = new Computed((_line, cause, call) => {
  const { many } = call;
  if (many === undefined || cause === undefined) return undefined;
  const mark = new Unreached(unsentMany(cause, many.keys.length, call));
  for (const i of many.keys.keys()) many.values[many.placeOf(i)] = mark;
  return undefined;
});
const MANY: Answers = {
  [Code.refused]: ABSENT,
  [Code.failed]: ABSENT,
  [Code.unreached]: unreached,
};

const EVERYWHERE: Answers = {
  [Code.ok]: null,
  [Code.refused]: new Computed((line) => new Failed(line, true)),
  [Code.failed]: new Computed((line) => new Failed(line, false)),
};

function answersOf(namespace: string): Readonly<Record<AnswersOf, Answers>> {
  const refused = naming(namespace, (line, cause, call) =>
    cause === undefined ? refusal(line, call) : loss(cause, call),
  );
  // To replace, in the binary protocol.
  const missing = naming(namespace, (_line, _cause, call) => notFound(call));
  const untouched = naming(namespace, (line, cause, call) =>
    cause === undefined ? refusal(line, call) : unsentTouch(cause, call),
  );
  const bad: Answers = { [Code.refused]: refused, [Code.failed]: refused };
  const there: Answers = { [Code.notFound]: false, ...bad };
  const stored: Answers = {
    [Code.stored]: true,
    [Code.notStored]: false,
    [Code.exists]: false,
    [Code.notFound]: missing,
    ...bad,
  };
  const deleted: Answers = { [Code.deleted]: true, ...there };
  return {
    // An error line is a miss for libmemcached's get.
    get: { [Code.refused]: MISS, [Code.failed]: refused },
    getMany: MANY,
    store: stored,
    cas: stored,
    delete: deleted,
    deleteMany: deleted,
    count: COUNT,
    touch: { [Code.touched]: true, ...there, [Code.unreached]: untouched },
    flushAll: EVERYWHERE,
    stats: EVERYWHERE,
    version: EVERYWHERE,
    verbosity: EVERYWHERE,
    quit: EVERYWHERE,
  };
}
