// `memcache-py where`: the server of a key under every client side by side. Asks no server unless told to.

import { Exit, worse } from '../errors';
import { PLACEMENTS, type PlacementName } from '../placements';
import type { Command, Key, Session } from '../session';
import { table, type Cell } from '../table';
import { escaped, plural, shownTtl } from '../text';

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
  /** It is what --client says. */
  readonly isOwn: boolean;
}

async function run(session: Session): Promise<Exit> {
  const { args, servers, placement } = session;
  const keys = session.keysFor('where');
  const located = Object.entries(PLACEMENTS).map(([name, { title, build }]) => {
    return { name: name as PlacementName, title, locate: build(servers) };
  });
  return session.each(keys, async ({ key, wire }: Key) => {
    const placed = located.map(({ name, title, locate }): Placed => {
      const server = servers[locate(wire)]?.name ?? 'none';
      return { name, title, server, isOwn: name === placement };
    });
    const { found, exit } = args.has('find') ? await find(session, wire) : NOT_ASKED;
    await (args.has('json') ? showJson : showTable)(session, key, placed, found);
    const isGood = found === undefined ? agree(placed) : found.size > 0;
    return worse(exit, isGood ? Exit.hit : Exit.miss);
  });
}

function agree(placed: readonly Placed[]): boolean {
  return placed.every(({ server }) => server === placed[0]?.server);
}

interface Search {
  /** What the servers that have the key say of it; undefined: none was asked. */
  readonly found: ReadonlyMap<string, string> | undefined;
  readonly exit: Exit;
}

const NOT_ASKED: Search = { found: undefined, exit: Exit.hit };

async function find(session: Session, wire: string): Promise<Search> {
  const found = new Map<string, string>();
  const exit = await session.each(session.servers, async (server) => {
    const entry = await (await session.admin(server)).entry(wire);
    if (entry !== undefined) {
      const { flags, data, ttl } = entry;
      found.set(server.name, `flags ${flags}, ${plural(data.length, 'byte')}, ${shownTtl(ttl)}`);
    }
    return Exit.hit;
  });
  return { found, exit };
}

async function showTable(
  { terminal }: Session,
  key: string,
  placed: readonly Placed[],
  found: ReadonlyMap<string, string> | undefined,
): Promise<void> {
  const own = placed.find(({ isOwn }) => isOwn)?.server;
  const rows = placed.map(({ title, server, isOwn }): Cell[] => [
    isOwn ? ['bold', title] : title,
    [server === own ? 'green' : 'yellow', server],
    ['dim', isOwn ? '--client' : server === own ? '' : 'elsewhere'],
  ]);
  const columns = [{ title: 'client' }, { title: 'looks on' }, { title: '' }];
  await terminal.line(terminal.paint('bold', escaped(key)));
  await terminal.lines([...table(terminal, columns, rows), verdict(placed)]);
  if (found === undefined) return;
  if (found.size === 0) await terminal.line('no server has it');
  await terminal.lines(Array.from(found, ([server, what]) => `found on ${server}: ${what}`));
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
