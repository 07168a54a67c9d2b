// Every row of the fault matrix: what goes wrong, and the files that test it or the reason why none does.

/** Paths beside this file, or a reason. */
export interface Row {
  readonly row: number;
  readonly fault: string;
  readonly tests: readonly string[];
  readonly reason?: string;
}

export const ROWS: readonly Row[] = [
  {
    row: 1,
    fault: 'connection refused',
    tests: ['matrix/addresses.test.ts', 'matrix/outages.test.ts'],
  },
  { row: 2, fault: 'connect hangs (SYN dropped)', tests: ['matrix/outages.test.ts'] },
  { row: 3, fault: 'accept then RST', tests: ['matrix/outages.test.ts'] },
  { row: 4, fault: 'accept then silence', tests: ['lies/lies.test.ts', 'matrix/traffic.test.ts'] },
  { row: 5, fault: 'latency 60 ms / jitter', tests: ['matrix/traffic.test.ts'] },
  {
    row: 6,
    fault: 'latency just around the timeout',
    tests: ['lies/given-up.test.ts', 'matrix/traffic.test.ts'],
  },
  { row: 7, fault: 'reply one byte at a time', tests: ['matrix/traffic.test.ts'] },
  { row: 8, fault: 'slow drip (slow-loris)', tests: ['matrix/traffic.test.ts'] },
  {
    row: 9,
    fault: 'stall, then everything at once',
    tests: ['lies/lies.test.ts', 'matrix/traffic.test.ts'],
  },
  { row: 10, fault: 'half-open peer (power cut)', tests: ['matrix/process.test.ts'] },
  { row: 11, fault: 'requests lost, replies not', tests: ['matrix/traffic.test.ts'] },
  { row: 12, fault: 'replies lost', tests: ['lies/lies.test.ts', 'matrix/traffic.test.ts'] },
  { row: 13, fault: 'RST mid-reply', tests: ['lies/lies.test.ts', 'matrix/traffic.test.ts'] },
  { row: 14, fault: 'FIN mid-reply', tests: ['lies/lies.test.ts', 'matrix/traffic.test.ts'] },
  {
    row: 15,
    fault: 'FIN between replies (idle_timeout, deploy)',
    tests: ['matrix/traffic.test.ts'],
  },
  {
    row: 16,
    fault: 'server shuts only its read side',
    tests: ['matrix/doubts.test.ts'],
  },
  { row: 17, fault: 'SIGKILL + empty restart', tests: ['matrix/outages.test.ts'] },
  {
    row: 18,
    fault: 'restart with *other* data on the port',
    tests: ['matrix/doubts.test.ts'],
  },
  { row: 19, fault: 'SIGSTOP/SIGCONT', tests: ['matrix/outages.test.ts'] },
  { row: 20, fault: 'reply twice', tests: ['lies/lies.test.ts'] },
  {
    row: 21,
    fault: 'stray line between replies',
    tests: ['lies/endless.test.ts', 'lies/lies.test.ts'],
  },
  { row: 22, fault: 'reply before any request', tests: ['lies/lies.test.ts'] },
  { row: 23, fault: 'replies exchanged', tests: ['matrix/traffic.test.ts'] },
  { row: 24, fault: 'wrong key in VALUE, wrong opaque', tests: ['lies/lies.test.ts'] },
  { row: 25, fault: 'more VALUEs than keys; a key twice', tests: ['lies/lies.test.ts'] },
  {
    row: 26,
    fault: 'VALUE k 0 -1, 1e3, 0x10, +5, 2³², missing fields, double spaces',
    tests: ['lies/lies.test.ts'],
  },
  { row: 27, fault: 'length right, CRLF missing', tests: ['lies/lies.test.ts'] },
  {
    row: 28,
    fault: '\\n without \\r, \\r split from \\n over chunks',
    tests: ['lies/lies.test.ts'],
  },
  { row: 29, fault: 'line that never ends', tests: ['lies/endless.test.ts'] },
  { row: 30, fault: 'announced 2 GB', tests: ['lies/endless.test.ts', 'lies/lies.test.ts'] },
  {
    row: 31,
    fault: 'endless VALUEs / endless STAT',
    tests: ['lies/endless.test.ts', 'lies/lies.test.ts'],
  },
  { row: 32, fault: 'SERVER_ERROR out of memory storing object', tests: ['lies/lies.test.ts'] },
  { row: 33, fault: 'SERVER_ERROR object too large for cache', tests: ['lies/lies.test.ts'] },
  {
    row: 34,
    fault: 'CLIENT_ERROR line too long, bad data chunk, bad command line format',
    tests: ['lies/lies.test.ts'],
  },
  {
    row: 35,
    fault: 'ERROR (unknown command: old server, meta on 1.4)',
    tests: ['lies/lies.test.ts'],
  },
  { row: 36, fault: 'SERVER_ERROR proxy … mid get_multi', tests: ['lies/lies.test.ts'] },
  {
    row: 37,
    fault: 'binary: bad magic, key+extras > body, unknown status, wrong opcode',
    tests: ['lies/lies.test.ts'],
  },
  {
    row: 38,
    fault: 'meta: unknown return code, missing flag asked for, wrong opaque',
    tests: ['lies/lies.test.ts'],
  },
  { row: 39, fault: 'partial set written, then close', tests: ['matrix/traffic.test.ts'] },
  { row: 40, fault: 'get_multi, one of N dead', tests: ['matrix/outages.test.ts'] },
  { row: 41, fault: 'get_multi, one slow', tests: ['matrix/outages.test.ts'] },
  { row: 42, fault: 'all servers dead', tests: ['matrix/outages.test.ts'] },
  {
    row: 43,
    fault: 'dead-server rehash, comes back with old data',
    tests: ['matrix/outages.test.ts'],
  },
  { row: 44, fault: 'flapping server', tests: ['matrix/outages.test.ts'] },
  { row: 45, fault: 'reconnect storm, 1 000 callers', tests: ['matrix/outages.test.ts'] },
  { row: 46, fault: 'EMFILE in our process', tests: ['matrix/process.test.ts'] },
  { row: 47, fault: 'EMFILE / -c on the server', tests: ['matrix/outages.test.ts'] },
  {
    row: 48,
    fault: 'ephemeral ports exhausted (EADDRNOTAVAIL)',
    tests: ['matrix/process.test.ts'],
  },
  {
    row: 49,
    fault: 'unix socket removed, recreated, wrong permission',
    tests: ['matrix/addresses.test.ts'],
  },
  {
    row: 50,
    fault: 'DNS fails (ENOTFOUND, EAI_AGAIN, never answers)',
    tests: ['matrix/addresses.test.ts'],
  },
  { row: 51, fault: 'DNS answer changes', tests: ['matrix/addresses.test.ts'] },
  {
    row: 52,
    fault: 'IPv6 only, dual stack, zone id, localhost→::1 refused',
    tests: ['matrix/addresses.test.ts'],
  },
  {
    row: 53,
    fault: 'TLS: expired, wrong name, self-signed, plain server, old version',
    tests: ['../transport/tls.test.ts'],
  },
  {
    row: 54,
    fault: 'TLS record split/truncated without close_notify',
    tests: ['../transport/tls.test.ts'],
  },
  {
    row: 55,
    fault: 'auth failure, auth needed later, auth timeout',
    tests: ['../transport/ascii-auth.test.ts', '../transport/sasl.test.ts'],
  },
  {
    row: 56,
    fault: 'cancel (AbortSignal) before send / after send / mid-reply',
    tests: ['lies/given-up.test.ts'],
  },
  {
    row: 57,
    fault: 'close() with requests in flight, during connect, twice, inside a callback',
    tests: ['lies/given-up.test.ts', 'matrix/callers.test.ts'],
  },
  {
    row: 58,
    fault: 'set_servers with requests in flight',
    tests: ['lies/given-up.test.ts', 'matrix/callers.test.ts'],
  },
  { row: 59, fault: 'user callback / serializer throws', tests: ['lies/given-up.test.ts'] },
  { row: 60, fault: 'event loop blocked 2 s by the user', tests: ['matrix/callers.test.ts'] },
  { row: 61, fault: 'system clock jumps ± 1 h', tests: ['matrix/callers.test.ts'] },
  { row: 62, fault: 'queue overload', tests: ['matrix/callers.test.ts'] },
  {
    row: 63,
    fault: 'slow reader: we send 200 MB, server stops reading',
    tests: ['matrix/callers.test.ts'],
  },
  { row: 64, fault: 'memory under churn', tests: ['matrix/process.test.ts'] },
  { row: 65, fault: 'noreply error, then a get', tests: ['matrix/doubts.test.ts'] },
  { row: 66, fault: 'fork/cluster/worker_threads', tests: ['matrix/process.test.ts'] },
  {
    row: 67,
    fault: 'zip bomb, pickle bomb, __proto__ dict, huge int',
    tests: ['matrix/entries.test.ts'],
  },
  { row: 68, fault: 'flags unknown / of another library', tests: ['matrix/entries.test.ts'] },
];
