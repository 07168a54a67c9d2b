// Tasks written as generators, for what is rare: slower than a class with a state, and far easier to read.
import type { Task, Writer } from './writer';

/** What it yields is saved before it goes on; a Task that it yields is run. */
export type Steps = Generator<unknown, void, void>;

/** Base of the tasks that a generator may yield, so that they are told from values. */
export abstract class Run implements Task {
  abstract step(w: Writer): boolean;
}

class StepsTask implements Task {
  readonly #steps: Steps;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  step(w: Writer): boolean {
    for (;;) {
      const next = this.#steps.next();
      if (next.done === true) return true;
      if (next.value instanceof Run) return w.begin(next.value);
      if (!w.save(next.value)) return false;
    }
  }
}

/** Puts these steps in work. */
export function beginSteps(w: Writer, steps: Steps): false {
  return w.begin(new StepsTask(steps));
}
