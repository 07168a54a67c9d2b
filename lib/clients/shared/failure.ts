// What a server that cannot be used means to a client, and answers that throw what failed.

import { ServerError } from '../../errors';
import type { AnswersOf, FailurePolicy } from '../../engine/dialect';
import { Raise, type Answers } from '../../net/operation';
import { Code } from '../../wire/wire';

/** What the option `failure` stands for. */
export interface Failure {
  readonly whenDead: FailurePolicy['whenDead'];
  /** Failures and error replies are thrown, where Python answers None or 0. */
  readonly raises: boolean;
}

const thrown = new Raise((line, cause) => cause ?? new ServerError(line));

/** The same answers to what is no failure; the rest is thrown, in Python's own words where Python does. */
export function raisingAnswers(
  answers: Readonly<Record<AnswersOf, Answers>>,
): Readonly<Record<AnswersOf, Answers>> {
  const raising = (each: Answers): Answers => ({
    ...each,
    [Code.refused]: each[Code.refused] instanceof Raise ? each[Code.refused] : thrown,
    [Code.failed]: thrown,
    [Code.unreached]: thrown,
  });
  const families = Object.entries(answers) as [AnswersOf, Answers][];
  return Object.fromEntries(families.map(([family, each]) => [family, raising(each)])) as Record<
    AnswersOf,
    Answers
  >;
}
