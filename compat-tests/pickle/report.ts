// Reports the cases of a big run that failed, so that each can be repeated.
import { SEED } from '../../lib/testing/random';
import type { Installed } from './pythons';

/** One failed case: what identifies it, and what was wrong. */
export interface Failure {
  readonly index: number;
  readonly protocol: number | string;
  /** Base64 of the pickle. */
  readonly pickle: string;
  readonly wrong: unknown;
}

const SHOWN = 3;
const MAX_TEXT = 1500;

/** Throws an Error that shows the first failures, shortest pickle first, and how to repeat them. */
export function expectNoFailures(
  python: Installed,
  failures: readonly Failure[],
  total: number,
): void {
  if (failures.length === 0) return;
  const shown = [...failures].sort((a, b) => a.pickle.length - b.pickle.length).slice(0, SHOWN);
  const lines = shown.map(({ index, protocol, pickle, wrong }) => {
    const hex = Buffer.from(pickle, 'base64').toString('hex').slice(0, MAX_TEXT);
    const text =
      wrong instanceof Error
        ? (wrong.stack ?? wrong.message)
        : (JSON.stringify(wrong) ?? 'undefined');
    return `value ${index}, protocol ${protocol}: ${text.slice(0, MAX_TEXT)}\n  ${hex}`;
  });
  throw new Error(
    `CPython ${python.version}: ${failures.length} of ${total} values differ (SEED=${SEED} repeats them)\n${lines.join('\n')}`,
  );
}

/** Runs `check` for each value and collects what it throws or returns. */
export function failuresOf<T extends { pickle: string }>(
  values: readonly T[],
  protocol: number | string,
  check: (value: T, index: number) => unknown,
): Failure[] {
  return values.flatMap((value, index) => {
    const wrong = caught(() => check(value, index));
    return wrong === undefined ? [] : [{ index, protocol, pickle: value.pickle, wrong }];
  });
}

function caught(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
