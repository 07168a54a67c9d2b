// --ttl and --at: when an entry expires, in the form that memcached takes.

import { UsageError } from './errors';
import type { Arguments, Options } from './options';

export const TTL: Options = {
  ttl: { type: 'string', value: 'SECONDS', help: 'how long it lives; 0: for ever (0)' },
  at: {
    type: 'string',
    value: 'TIME',
    help: 'the Unix time at which it expires, in place of --ttl',
  },
};

/** Longer times are Unix times to memcached (protocol.txt, "Expiration times"). */
const MAX_RELATIVE = 30 * 24 * 60 * 60;
const MAX_TIME = 0x7fffffff;

/** @throws {UsageError} a time that is none, or both */
export function ttlOf(args: Arguments, now = Date.now()): number {
  const at = args.number('at', -1);
  const ttl = args.number('ttl', -1);
  if (at >= 0 && ttl >= 0) throw new UsageError('--ttl and --at exclude each other');
  // A time so small would be taken for seconds from now.
  if (at >= 0 && at <= MAX_RELATIVE) throw new UsageError('--at is a Unix time');
  const time = at >= 0 ? at : Math.max(0, ttl);
  const sent = at < 0 && time > MAX_RELATIVE ? Math.floor(now / 1000) + time : time;
  if (sent > MAX_TIME) throw new UsageError('memcached knows no such time');
  return sent;
}
