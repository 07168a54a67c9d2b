// Keeps the CPUs from falling asleep while the bench measures.
//
// Client and server wake each other up many times a call. A CPU that has nothing else to do sleeps in between, and in a
// virtual machine waking it costs more than the call: it weighs on whoever waits most, and differs from run to run. So
// each CPU gets a loop of the lowest class of scheduling, which gives way to everything at once.

import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Ends with the bench, however that ends. */
const LOOP = 'while kill -0 "$PPID" 2>/dev/null; do :; done';

/** Whether the system can do it. */
export const CAN_STAY_AWAKE =
  process.platform === 'linux' &&
  ['chrt', 'taskset'].every((program) => spawnSync(program, ['--version']).status === 0);

/** Begins; the returned function ends it. */
export function keepAwake(): () => void {
  if (!CAN_STAY_AWAKE) return () => undefined;
  const loops = Array.from({ length: availableParallelism() }, (_, cpu) =>
    spawn('taskset', ['-c', String(cpu), 'chrt', '--idle', '0', 'sh', '-c', LOOP], {
      stdio: 'ignore',
    }),
  );
  return () => {
    for (const loop of loops) loop.kill();
  };
}
