// Checks that a client answers right before it is timed.

import type { BenchClient } from './clients/client';
import type { ClientEntry } from './clients/index';
import type { Value, Workload } from './workloads';

/** Stores every key and reads it back, all at once and by multi; reads misses; same-tick order. */
export async function verify(
  client: BenchClient,
  entry: ClientEntry,
  workload: Workload,
  keys: readonly string[],
  values: readonly Value[],
): Promise<void> {
  const unwrap = client.unwrap ?? ((answer: unknown): unknown => answer);
  const check = (answer: unknown, expected: Value | undefined, what: string): void => {
    if (!same(answer, expected, entry.textOnly === true)) {
      throw new Error(`${workload.name}: ${what} answered ${brief(answer)}`);
    }
  };
  await Promise.all(keys.map((key, i) => client.set(key, values[i] ?? '')));
  const answers = await Promise.all(keys.map((key) => client.get(key)));
  answers.forEach((answer, i) => check(unwrap(answer), values[i], `get ${keys[i]}`));

  const miss = unwrap(await client.get('bench:missing'));
  if (miss !== undefined && miss !== null) throw new Error(`a miss answered ${brief(miss)}`);

  const asked = keys.slice(0, 50).flatMap((key, i) => [key, `bench:missing:${i}`]);
  await client.setMulti(new Map(keys.slice(0, 50).map((key, i) => [key, values[i] ?? ''])));
  const found = await client.getMulti(asked);
  asked.forEach((key, i) => {
    const answer = client.pick(found, key);
    if (i % 2 === 0) check(answer, values[i / 2], `get_multi ${key}`);
    else if (answer !== undefined && answer !== null) throw new Error(`get_multi found ${key}`);
  });
  if (entry.ordered === true) await verifyOrder(client, check, values);
}

/** Commands of one tick take effect in the order they were given. */
async function verifyOrder(
  client: BenchClient,
  check: (answer: unknown, expected: Value | undefined, what: string) => void,
  values: readonly Value[],
): Promise<void> {
  const [first = '', second = ''] = values;
  const key = 'bench:order';
  for (let i = 0; i < 20; i++) {
    const [, one, , two] = await Promise.all([
      client.set(key, first),
      client.get(key),
      client.set(key, second),
      client.get(key),
    ]);
    check(one, first, 'get before the second set of a tick');
    check(two, second, 'get after the second set of a tick');
  }
}

/** Equal in type and content; in content only for clients that have no types. */
function same(answer: unknown, expected: Value | undefined, textOnly: boolean): boolean {
  if (Buffer.isBuffer(expected)) {
    return textOnly && typeof answer === 'string'
      ? answer === expected.latin1Slice()
      : Buffer.isBuffer(answer) && answer.equals(expected);
  }
  // The prototypes of dicts are the client's own business.
  if (typeof expected === 'object') return JSON.stringify(answer) === JSON.stringify(expected);
  if (textOnly && (Buffer.isBuffer(answer) || typeof answer === 'string')) {
    return answer.toString() === String(expected);
  }
  return answer === expected;
}

function brief(answer: unknown): string {
  return (JSON.stringify(answer) ?? 'undefined').slice(0, 100);
}
