// Measures what one call costs: processor time and memory, so that load on the machine changes nothing.

/** No input of a test may keep the processor longer. */
export const MAX_CPU_MS = 1000;
/** No input of a test may take more memory, garbage included. */
export const MAX_BYTES = 64 * 1024 * 1024;

/** What a call cost. */
export interface Cost {
  readonly cpuMs: number;
  readonly bytes: number;
}

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Runs `call`, which must not throw, and gives its cost. A collection in between only lowers `bytes`. */
export function costOf(call: () => void): Cost {
  const before = memory();
  const start = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(start);
  return { cpuMs: (user + system) / 1000, bytes: memory() - before };
}

/** Throws an Error that names the input, if the call costs more than any input may. */
export function checkCost(call: () => void, input: string): void {
  const { cpuMs, bytes } = costOf(call);
  if (cpuMs > MAX_CPU_MS) throw new Error(`${Math.round(cpuMs)} ms of processor time for ${input}`);
  if (bytes > MAX_BYTES)
    throw new Error(`${Math.round(bytes / 1048576)} MB of memory for ${input}`);
}
