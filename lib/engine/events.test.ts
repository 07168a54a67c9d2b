// What happens to servers is told to listeners and channels, and their exceptions stay theirs.

import { EventEmitter } from 'node:events';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { TimeoutError } from '../errors';
import { tell, type ServerEvent, type ServerEvents } from './events';
import type { ServerSpec } from './server';

const server: ServerSpec = {
  address: { kind: 'tcp', host: 'h', port: 1, family: 4 },
  name: 'h:1',
  weight: 1,
};
const cause = new TimeoutError('no reply', 'h:1');

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('a listener gets the server, the cause and the time', async () => {
  const events: ServerEvents = new EventEmitter();
  const seen: ServerEvent[] = [];
  events.on('dead', (event) => seen.push(event));
  tell(events, { name: 'dead', server, cause, until: 5 });
  tell(events, { name: 'alive', server, cause: undefined, until: undefined });
  expect(seen).toEqual([]); // not in the middle of what happened
  await soon();
  expect(seen).toEqual([{ server: 'h:1', cause, until: 5 }]);
});

it('a channel tells of all clients', async () => {
  const seen: unknown[] = [];
  const listener = (event: unknown): void => void seen.push(event);
  subscribe('memcache-py:timeout', listener);
  for (let i = 0; i < 2; i++) {
    tell(new EventEmitter(), { name: 'timeout', server, cause, until: undefined });
  }
  await soon();
  unsubscribe('memcache-py:timeout', listener);
  tell(new EventEmitter(), { name: 'timeout', server, cause, until: undefined });
  await soon();
  expect(seen).toEqual([
    { server: 'h:1', cause, until: undefined },
    { server: 'h:1', cause, until: undefined },
  ]);
});

it('nobody has to listen, and no event is an error', async () => {
  const events: ServerEvents = new EventEmitter();
  for (const name of ['alive', 'dead', 'overload', 'protocol-error', 'reconnect', 'timeout'] as const) {
    tell(events, { name, server, cause, until: undefined });
  }
  await soon();
  expect(events.eventNames()).toEqual([]);
}); // prettier-ignore
