// `memcache-py keys`: what is stored, streamed as the servers list it.

import { Exit, UsageError } from '../errors';
import { FILTERS, listing, type Listed } from '../listing';
import type { Command, Session } from '../session';
import { keyText, plural, safeJson, shownBytes, shownKey, shownSeconds } from '../text';

export const keys: Command = {
  usage: '[--prefix TEXT] [--match GLOB] [--limit N]',
  about: [
    'Lists the keys of all servers (lru_crawler metadump), a line each. Bytes that no terminal should obey are shown',
    'as \\n, \\x1b, \\\\; -0 gives them as they are.',
  ],
  options: {
    ...FILTERS,
    limit: { type: 'string', short: 'n', value: 'N', help: 'stop after so many' },
    long: { type: 'boolean', short: 'l', help: 'size, time to live and server of each, too' },
    json: { type: 'boolean', help: 'a line of JSON for each' },
    null: {
      type: 'boolean',
      short: '0',
      help: 'a NUL behind each key and nothing else: for xargs -0',
    },
  },
  run,
};

async function run(session: Session): Promise<Exit> {
  const { args, terminal } = session;
  if (args.positionals.length > 0)
    throw new UsageError('keys takes no argument: --prefix, --match');
  const limit = args.number('limit', Infinity);
  const show = formOf(session);
  let count = 0;
  if (limit > 0) {
    for await (const key of listing(session, session.servers)) {
      await terminal.write(show(key));
      if (++count >= limit) break;
    }
  }
  if (terminal.isTerminal) terminal.note(plural(count, 'key'));
  return count > 0 ? Exit.hit : Exit.miss;
}

function formOf({ args }: Session): (key: Listed) => string | Buffer {
  if (args.has('null')) return ({ wire }) => Buffer.from(`${wire}\0`, 'latin1');
  if (args.has('json')) return (key) => `${safeJson(jsonLine(key))}\n`;
  if (args.has('long')) return (key) => `${longLine(key)}\n`;
  return ({ wire }) => `${shownKey(wire)}\n`;
}

/** A key that is no utf-8 is given in base64. */
function jsonLine({ wire, size, expires, server }: Listed): string {
  const key = keyText(wire);
  const named =
    key === undefined ? { key_base64: Buffer.from(wire, 'latin1').toString('base64') } : { key };
  return JSON.stringify({
    ...named,
    size,
    expires: expires < 0 ? null : expires,
    server: server.name,
  });
}

function longLine({ wire, size, expires, server }: Listed): string {
  const left = expires - Date.now() / 1000;
  const ttl = expires < 0 ? 'never' : left < 0 ? 'expired' : shownSeconds(left);
  return `${shownBytes(size).padStart(8)}  ${ttl.padStart(8)}  ${server.name}  ${shownKey(wire)}`;
}
