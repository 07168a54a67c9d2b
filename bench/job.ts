// What the conductor gives a worker process, and what it gets back.

import type { Workload } from './workloads';

export interface Job {
  client: string;
  workload: Workload;
  servers: readonly string[];
  build: string;
  /** Shortest warm-up; in Node it goes on until the rate no longer rises. */
  warmUpMs: number;
  runMs: number;
  /** Collect garbage and note the memory this often while running; 0 is never. */
  sampleMs: number;
}

export interface Measured {
  /** Calls per second; a multi call is one. */
  rate: number;
  /** User and system CPU microseconds of the client process per call. */
  cpu: number;
  /** Microseconds from call to answer, of the first caller's calls. */
  p50: number;
  p99: number;
  /** Most bytes of memory that the process held. */
  rss: number;
  /** Bytes of JavaScript heap in use after the run and a collection; absent for Python. */
  heap?: number;
  /** Heap and RSS after a collection, every `sampleMs`. */
  memory?: { heap: number; rss: number }[];
}
