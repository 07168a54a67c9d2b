// `memcache-py flush`: empties all servers, when one is sure.

import { createInterface } from 'node:readline';
import { Exit, UsageError } from '../errors';
import type { Command, Session } from '../session';
import { plural } from '../text';

export const flush: Command = {
  usage: '[--yes]',
  about: [
    'Empties every server: all entries of all programs that use them. Asks first on a terminal; elsewhere it needs --yes.',
  ],
  options: { yes: { type: 'boolean', help: 'do not ask' } },
  run,
};

async function run(session: Session): Promise<Exit> {
  const { args, servers, terminal } = session;
  if (args.positionals.length > 0) throw new UsageError('flush takes no argument');
  const names = servers.map(({ name }) => name).join(', ');
  if (!args.has('yes') && !(await isConfirmed(session, names))) {
    throw new UsageError('nothing was emptied: flush needs --yes');
  }
  // Reached first, so that none is emptied when one is not there.
  const admins = await Promise.all(servers.map((server) => session.admin(server)));
  for (const admin of admins) await admin.flush();
  await terminal.line(`emptied ${plural(servers.length, 'server')}: ${names}`);
  return Exit.hit;
}

async function isConfirmed({ terminal, stdin }: Session, names: string): Promise<boolean> {
  if (!terminal.isTerminal || !('isTTY' in stdin && stdin.isTTY === true)) return false;
  terminal.note(`This empties ${names}. Type yes to go on:`);
  const lines = createInterface({ input: stdin });
  try {
    for await (const line of lines) return line.trim() === 'yes';
    return false;
  } finally {
    lines.close();
  }
}
