// Scripted servers and their clients, which end with each test.

import { startScripted, type Script, type ScriptedServer } from '../../../testing/scripted-server';
import type { Memcache } from '../index';

const servers: ScriptedServer[] = [];
const clients: Memcache<unknown, unknown>[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A server, and the URI by which a client reaches it. */
export async function serve(script: Script): Promise<{ server: ScriptedServer; uri: string }> {
  const server = await startScripted(script);
  servers.push(server);
  return { server, uri: `memcached://127.0.0.1:${server.port}/` };
}

/** The client, closed when the test ends. */
export function closing<C extends Memcache<unknown, unknown>>(client: C): C {
  clients.push(client);
  return client;
}
