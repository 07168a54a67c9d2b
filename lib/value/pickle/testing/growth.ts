// Holds one call to bounds of processor time and memory, so that load on the machine changes nothing.

/** Far above what a slow machine needs (a second), and far below what an input takes that grows: it would not end. */
const MAX_CPU_MS = 20_000;
/** No input of a test may take more memory, garbage included. */
const MAX_BYTES = 64 * 1024 * 1024;

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * What `call` returns or throws. Throws an Error that names the input, if the call costs more than any
 * input may. A garbage collection in between only lowers the memory seen.
 * @param times the bound of memory: twice for writing, whose tasks stand beside a value that reading has bounded
 */
export function bounded<T>(call: () => T, input: string, times = 1): T {
  const before = memory();
  const start = process.cpuUsage();
  try {
    return call();
  } finally {
    const { user, system } = process.cpuUsage(start);
    const [ms, bytes] = [Math.round((user + system) / 1000), memory() - before];
    if (ms > MAX_CPU_MS) fail(`${ms} ms of processor time for ${input}`);
    if (bytes > times * MAX_BYTES) fail(`${Math.round(bytes / 1048576)} MB of memory for ${input}`);
  }
}

function fail(message: string): never {
  throw new Error(message);
}
