// Every bound of the engine, with its reason. Defaults; a client's options may lower some of them.

/** memcached's own key limit in bytes (protocol.txt, "Keys"). */
export const MAX_KEY_LENGTH = 250;

/** A reply line in bytes; real ones stay under 1 kB (a VALUE line of a 250-byte key has about 300). */
export const MAX_LINE = 8192;

/** One value in bytes: 128 times memcached's default item size; a larger announcement closes the connection. */
export const MAX_VALUE_BYTES = 128 * 1024 * 1024;

/** A value after inflating, in bytes: 64 times memcached's default item size stops a zip bomb in milliseconds. */
export const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

/** Rows of one `stats` reply; `stats cachedump` of a full slab stays below, an endless reply does not. */
export const MAX_STATS_ROWS = 200_000;

/** Bytes of one `stats` reply; `stats cachedump` answers at most 2 MB, so that no real one comes near. */
export const MAX_STATS_BYTES = 64 * 1024 * 1024;

/** Bytes of the reply to a raw command, whose shape nobody knows; a cluster's configuration or `lru_crawler metadump` of one slab fit. */
export const MAX_RAW_BYTES = 16 * 1024 * 1024;

/** What a server may ask of a password in SCRAM: fewer rounds would give it away (RFC 7677, 4)... */
export const MIN_SCRAM_ROUNDS = 4096;

/** ...and more would keep a processor busy: this many take about half a second of one, off the event loop. */
export const MAX_SCRAM_ROUNDS = 1_000_000;

/** Requests waiting on one connection: far above what a healthy server leaves, far below what memory bears. */
export const MAX_QUEUED = 262_144;

/** Bytes that wait to be sent on one connection: a server that stops reading must not fill our memory. */
export const MAX_QUEUED_BYTES = 256 * 1024 * 1024;

/** First pause for a server whose connections end without one good reply, in milliseconds; each next one doubles. */
export const FIRST_PAUSE_MS = 50;

/** Lone gets of one tick that share a line; measured best on memcached 1.6.18 (8: 0.80, 16: 0.92, 32: 1.00). */
export const MAX_JOINED_GETS = 32;

/** Keys of one get_multi line: longer ones keep a server thread from its other connections. */
export const MAX_KEYS_PER_LINE = 1024;

/** The buffer that all sockets read into, one at a time; 256 KB measured best for 100 KB values. */
export const READ_BUFFER_BYTES = 256 * 1024;

/** A value that is not whole yet and longer than this gets a buffer of its own at once. */
export const SMALL_VALUE_BYTES = 2048;

/** What can be left of an unfinished reply between two reads: a VALUE line and a small value. */
export const MAX_LEFTOVER = MAX_LINE + SMALL_VALUE_BYTES + 2;

/** The coarse clock ticks this often per timeout... */
export const TICKS_PER_TIMEOUT = 8;

/** ...but not more often than this, in milliseconds. */
export const MIN_TICK_MS = 5;

/** ...nor less often than this, so that a long timeout is still kept to a quarter of a second. */
export const MAX_TICK_MS = 250;
