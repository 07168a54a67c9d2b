// The demonstration: a Node process and a Python process share memcached servers, act by act.
import { readFileSync } from 'node:fs';
import { Client } from 'memcache-py';
import { raceOnCas, raceOnCounter } from './races.mjs';
import { fromNode, fromPython } from './entries.mjs';
import { Memcached } from './memcached.mjs';
import { Partner } from './partner.mjs';
import { shareServers } from './placement.mjs';
import { heading, line, table } from './print.mjs';

/** One server for the first acts, and three for the last, where weights decide. */
const SERVERS = 4;

const ACTS = [fromPython, fromNode, raceOnCounter, raceOnCas, shareServers];

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** As a shell reports a program that a signal ended. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 };

/** Runs every act and stops everything; whether all went well. */
export async function show() {
  const started = performance.now();
  const stops = [];
  for (const [signal, status] of Object.entries(SIGNALS))
    process.once(signal, () => process.exit(status));
  try {
    const python = await Partner.start();
    stops.push(() => python.stop());
    const servers = await Promise.all(Array.from({ length: SERVERS }, () => Memcached.start()));
    stops.push(...servers.map((server) => () => server.stop()));
    const open = clients(python, stops);
    await introduce(python, servers[0]);
    const ok = await play({ python, servers, open });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    line(
      ok ? 'ok' : 'bad',
      `${ok ? 'Everything agreed' : 'NOT everything agreed'}, in ${seconds} s.`,
    );
    return ok;
  } catch (error) {
    line('bad', error.stack);
    return false;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Opens a client of both sides for the same servers, as the Python library's own release. */
function clients(python, stops) {
  return async (servers) => {
    const mc = new Client(servers, { release: python.release, cache_cas: true });
    stops.push(() => mc.disconnect_all());
    await python.ask('open', { servers });
    return mc;
  };
}

async function introduce(python, server) {
  const theirs = `python-memcached ${python.release} on Python ${python.version}`;
  heading(`memcache-py ${version} on Node ${process.versions.node}, ${theirs}`);
  console.log(`Both speak to ${await server.version()} at ${server.name}.\n`);
}

/** Each act gives a title, columns and rows; a row is `{ ok, cells }`. */
async function play(stage) {
  let allOk = true;
  for (const act of ACTS) {
    const { title, columns, rows } = await act(stage);
    heading(title);
    table(columns, rows);
    allOk &&= rows.every((row) => row.ok);
  }
  return allOk;
}
