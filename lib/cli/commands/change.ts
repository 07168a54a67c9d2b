// `memcache-py delete`, `touch`, `incr` and `decr`.

import { dryRun } from '../dry-run';
import { Exit, UsageError } from '../errors';
import type { CountName, Front } from '../fronts/front';
import type { Command, Key, Session } from '../session';
import { escaped } from '../text';
import { TTL, ttlOf } from '../ttl';

const DRY_RUN = {
  'dry-run': { type: 'boolean', help: 'send nothing, print the bytes that the client would send' },
} as const;
const MAX_DELTA = 2n ** 64n - 1n;

export const remove: Command = {
  usage: 'KEY...',
  about: ['Deletes entries. Exit code 1 when one did not exist.'],
  options: DRY_RUN,
  run: (session) =>
    each(session, 'delete', async (front, key) => {
      return (await front.delete(key)) ? 'deleted' : undefined;
    }),
};

export const touch: Command = {
  usage: 'KEY... [--ttl SECONDS]',
  about: ['Gives entries a new time to live. Exit code 1 when one did not exist.'],
  options: { ...TTL, ...DRY_RUN },
  run: (session) => {
    const time = ttlOf(session.args);
    return each(session, 'touch', async (front, key) => {
      return (await front.touch(key, time)) ? 'touched' : undefined;
    });
  },
};

export const incr = counting('incr', 'Counts up, and prints the new value; wraps at 2**64.');
export const decr = counting('decr', 'Counts down, and prints the new value; not below 0.');

function counting(name: CountName, about: string): Command {
  return {
    usage: 'KEY [DELTA]',
    about: [about, 'DELTA is 1 to begin with. Exit code 1 when the key does not exist.'],
    options: DRY_RUN,
    run: (session) => {
      const [key, delta = '1', ...more] = session.args.positionals;
      if (key === undefined || more.length > 0) throw new UsageError(`${name} needs a key`);
      const number = /^\d{1,20}$/.test(delta) ? BigInt(delta) : -1n;
      if (number < 0n || number > MAX_DELTA) {
        throw new UsageError('DELTA is a whole number from 0 to 2**64 - 1');
      }
      const act: Act = async (front, own) => {
        const count = await front.count(name, own, number);
        return count === null ? undefined : String(count);
      };
      return one(session, session.keyOf(key), act);
    },
  };
}

/** What is said when it was done; undefined: there is no such key. */
type Act = (front: Front, key: string) => Promise<string | undefined>;

function each(session: Session, name: string, act: Act): Promise<Exit> {
  return session.each(session.keysFor(name), (key) => one(session, key, act));
}

async function one(session: Session, { key, wire }: Key, act: Act): Promise<Exit> {
  const { terminal } = session;
  if (session.args.has('dry-run')) {
    return dryRun(session, wire, undefined, (front) => act(front, key));
  }
  const said = await act(session.useFront(), key);
  if (said !== undefined) await terminal.line(said);
  else await session.complain(`no such key: ${escaped(key)} (on ${session.home(wire).name})`);
  return said === undefined ? Exit.miss : Exit.hit;
}
