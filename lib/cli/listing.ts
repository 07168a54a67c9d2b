// The keys of all servers, one after the other, as far as --prefix, --match and --limit let them through.

import { ServerError } from '../errors';
import type { ServerSpec } from '../engine/server';
import { bytesOf } from '../engine/keys';
import { Admin, LIST_AHEAD, type Access, type ListedKey } from './admin';
import { messageOf } from './errors';
import { Progress } from './progress';
import type { Options } from './options';
import type { Session } from './session';
import { keyText } from './text';

export const FILTERS: Options = {
  prefix: { type: 'string', value: 'TEXT', help: 'only keys that begin so' },
  match: { type: 'string', value: 'GLOB', help: 'only keys like this: * any text, ? a character, [a-z] one of these' },
}; // prettier-ignore

/** A key, and where it was found. */
export interface Listed extends ListedKey {
  readonly server: ServerSpec;
}

/** Whether a wire key is wanted. */
export function filterOf({ args }: Session): (wire: string) => boolean {
  const prefix = bytesOf(args.text('prefix') ?? '');
  const glob = args.text('match');
  if (glob === undefined) return (wire) => wire.startsWith(prefix);
  const pattern = patternOf(glob);
  return (wire) => wire.startsWith(prefix) && pattern.test(keyText(wire) ?? wire);
}

/** A glob as a pattern of the whole key. */
export function patternOf(glob: string): RegExp {
  const source = glob.replace(/\[(\^|!)?([^\]]+)\]|\*+|\?|[^*?[]|\[/g, (part, not, set) => {
    if (typeof set === 'string') {
      return `[${not === undefined ? '' : '^'}${set.replace(/[\\\]^[&~|]/g, '\\$&')}]`;
    }
    if (part === '?') return '.';
    return part.startsWith('*') ? '.*' : part.replace(/[\\^$.+(){}|/[\]-]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'su');
}

/**
 * The wanted keys of servers. A list is taken as fast as the server gives it, and held as far as it is not looked at yet.
 * @throws {MemcacheError} what a server failed with, when the keys of all the others have been listed
 */
export async function* listing(
  session: Session,
  servers: readonly ServerSpec[],
): AsyncGenerator<Listed, void, void> {
  const { access } = session;
  const isWanted = filterOf(session);
  const progress = new Progress(session.terminal, 'keys seen', await countOf(session, servers));
  let failure: Error | undefined;
  try {
    for (const server of servers) {
      try {
        for await (const key of keysOf(server, access)) {
          progress.add(1);
          if (isWanted(key.wire)) yield { ...key, server };
        }
      } catch (error) {
        if (failure !== undefined) await session.complain(messageOf(failure));
        failure = explained(error);
      }
    }
  } finally {
    progress.end();
  }
  if (failure !== undefined) throw failure;
}

/** On a connection of its own: whoever takes the keys may ask the server meanwhile, and may stop early. */
async function* keysOf(server: ServerSpec, access: Access): AsyncGenerator<ListedKey, void, void> {
  const admin = await Admin.connect(server, access, LIST_AHEAD);
  try {
    yield* admin.keys();
  } finally {
    admin.close();
  }
}

/** How many keys there are, where somebody watches them being counted. */
async function countOf(
  session: Session,
  servers: readonly ServerSpec[],
): Promise<number | undefined> {
  if (!session.terminal.showsProgress) return undefined;
  const counts = servers.map(async (server) => {
    const stats = await (await session.admin(server)).stats();
    return Number(stats.get('curr_items') ?? 0);
  });
  // A server that is not there is told when it is to list its keys.
  const known = await Promise.all(counts.map((count) => count.catch(() => 0)));
  return known.reduce((sum, count) => sum + count, 0);
}

/** What stands behind a refusal to list keys. */
const ADVICE: readonly (readonly [line: RegExp, advice: string])[] = [
  [/^BUSY/, 'it is listing its keys for somebody else: try again'],
  [/crawler disabled/, 'it lists no keys with its lru_crawler off'],
  [/^ERROR/, 'memcached lists its keys from 1.4.31 on, and a proxy does not'],
];

function explained(error: unknown): Error {
  if (!(error instanceof Error)) throw error;
  if (!(error instanceof ServerError)) return error;
  const advice = ADVICE.find(([line]) => line.test(error.line))?.[1];
  return advice === undefined ? error : new ServerError(`${error.line}: ${advice}`, error.server);
}
