// `memcache-py set`, `add` and `replace`: values stored exactly as the chosen client stores them.

import { dryRun } from '../dry-run';
import { Exit, UsageError } from '../errors';
import type { Front, StoreName } from '../fronts/front';
import type { Options } from '../options';
import type { Command, Session } from '../session';
import { TTL, ttlOf } from '../ttl';
import { parseValue, TYPE_NAMES } from '../values';

const OPTIONS: Options = {
  type: {
    type: 'string',
    short: 't',
    value: 'TYPE',
    help: `of VALUE: ${TYPE_NAMES.join(', ')} (str)`,
  },
  ...TTL,
  protocol: { type: 'string', value: 'N', help: "of pickles, 0 to 5 (the client's own)" },
  'dry-run': { type: 'boolean', help: 'send nothing, print the bytes that the client would send' },
};

const MAX_PROTOCOL = 5;
/** As much of stdin as memcached could ever take. */
const MAX_STDIN = 128 * 1024 * 1024;

function command(name: StoreName, about: string): Command {
  return {
    usage: 'KEY [VALUE | -] [--type TYPE] [--ttl SECONDS]',
    about: [
      about,
      'VALUE is text unless --type says otherwise; `-` is read from stdin. --type python takes literals as `get` prints',
      'them, --type json ints of any size. Exit code 1 when the server did not store it.',
    ],
    options: OPTIONS,
    run: (session) => run(session, name),
  };
}

export const set = command('set', 'Stores a value.');
export const add = command('add', 'Stores a value only if the key does not exist.');
export const replace = command('replace', 'Stores a value only if the key exists.');

async function run(session: Session, name: StoreName): Promise<Exit> {
  const { args, terminal } = session;
  const [given, text, ...more] = args.positionals;
  const type = args.oneOf('type', TYPE_NAMES, 'str');
  if (given === undefined || (text === undefined && type !== 'none') || more.length > 0) {
    throw new UsageError(`${name} needs a key and a value`);
  }
  const { key, wire } = session.keyOf(given);
  const time = ttlOf(args);
  const protocol = protocolOf(session);
  const bytes = text === '-' ? await readAll(session.stdin) : Buffer.from(text ?? '');
  const value = parseValue(type, bytes);
  const act = (front: Front): Promise<boolean> => front.store(name, key, value, time);
  if (args.has('dry-run')) return dryRun(session, wire, protocol, act);
  const front = session.useFront(protocol);
  const isStored = await act(front);
  await terminal.line(isStored ? `stored on ${session.home(wire).name}` : 'not stored');
  return isStored ? Exit.hit : Exit.miss;
}

function protocolOf({ args }: Session): number | undefined {
  const protocol = args.number('protocol', -1);
  if (protocol > MAX_PROTOCOL) throw new UsageError(`--protocol is 0 to ${MAX_PROTOCOL}`);
  return protocol === -1 ? undefined : protocol;
}

async function readAll(stdin: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_STDIN) throw new UsageError(`stdin holds more than ${MAX_STDIN} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
