// `memcache-py where`: the server of a key under every client side by side. Asks no server unless told to.

import { Exit, UsageError } from '../errors';
import { PLACEMENTS, type PlacementName } from '../placements';
import { wireOf, type Command, type Session } from '../session';
import { table, type Cell } from '../table';
import { escaped, shownTtl } from '../text';

export const where: Command = {
  usage: 'KEY... [--find]',
  about: [
    'Shows the server where each Python client looks for a key in this list of servers. The order of the list, its',
    'weights and the way it is written count. Exit code 1 when clients disagree, with --find when no server has the key.',
  ],
  options: {
    find: { type: 'boolean', help: 'ask every server for the key' },
    json: { type: 'boolean', help: 'a line of JSON for each key' },
  },
  run,
};

interface Placed {
  readonly name: PlacementName;
  readonly title: string;
  readonly server: string;
}

async function run(session: Session): Promise<Exit> {
  const { args, servers } = session;
  if (args.positionals.length === 0) throw new UsageError('where needs a key');
  const located = Object.entries(PLACEMENTS).map(([name, { title, build }]) => {
    return { name: name as PlacementName, title, locate: build(servers) };
  });
  let exit: Exit = Exit.hit;
  for (const key of args.positionals.map((each) => session.keyOf(each))) {
    const wire = wireOf(key);
    const placed = located.map(({ name, title, locate }): Placed => {
      return { name, title, server: servers[locate(wire)]?.name ?? 'none' };
    });
    const found = args.has('find') ? await find(session, wire) : undefined;
    await (args.has('json') ? showJson : showTable)(session, key, placed, found);
    const isGood = found === undefined ? agree(placed) : found.size > 0;
    if (!isGood) exit = Exit.miss;
  }
  return exit;
}

function agree(placed: readonly Placed[]): boolean {
  return placed.every(({ server }) => server === placed[0]?.server);
}

/** What the servers that have the key say of it. */
async function find(session: Session, wire: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const server of session.servers) {
    const entry = await (await session.admin(server)).entry(wire);
    if (entry !== undefined) {
      found.set(
        server.name,
        `flags ${entry.flags}, ${entry.data.length} bytes, ${shownTtl(entry.ttl)}`,
      );
    }
  }
  return found;
}

async function showTable(
  { terminal, chosen }: Session,
  key: string,
  placed: readonly Placed[],
  found: ReadonlyMap<string, string> | undefined,
): Promise<void> {
  const own = placed.find(({ name }) => name === chosen.placement)?.server;
  const rows = placed.map(({ name, title, server }): Cell[] => [
    name === chosen.placement ? ['bold', title] : title,
    [server === own ? 'green' : 'yellow', server],
    ['dim', name === chosen.placement ? '--client' : server === own ? '' : 'elsewhere'],
  ]);
  await terminal.line(`${terminal.paint('bold', escaped(key))}`);
  const columns = [{ title: 'client' }, { title: 'looks on' }, { title: '' }];
  for (const line of table(terminal, columns, rows)) await terminal.line(line);
  await terminal.line(verdict(placed));
  if (found === undefined) return;
  if (found.size === 0) await terminal.line('no server has it');
  for (const [server, what] of found) await terminal.line(`found on ${server}: ${what}`);
}

function verdict(placed: readonly Placed[]): string {
  const servers = new Set(placed.map(({ server }) => server));
  if (servers.size === 1) return 'all clients agree';
  return `clients disagree: they look on ${servers.size} servers`;
}

async function showJson(
  { terminal }: Session,
  key: string,
  placed: readonly Placed[],
  found: ReadonlyMap<string, string> | undefined,
): Promise<void> {
  const clients = Object.fromEntries(placed.map(({ name, server }) => [name, server]));
  const seen = found === undefined ? {} : { found: [...found.keys()] };
  await terminal.json(JSON.stringify({ key, clients, agree: agree(placed), ...seen }));
}
