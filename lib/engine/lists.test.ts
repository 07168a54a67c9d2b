// Server lists that change while connections are open.

import { startScripted } from '../testing/scripted-server';
import { textWire } from '../wire/text';
import { Code } from '../wire/wire';
import type { Answers } from '../net/operation';
import { Engine } from './engine';
import type { AnswersOf } from './dialect';
import type { WireKey } from './keys';
import type { ServerSpec } from './server';

const ANSWERS: Answers = { [Code.failed]: 'failed' };
const FAMILIES: readonly AnswersOf[] = ['get', 'getMany', 'store', 'cas', 'delete', 'deleteMany', 'count', 'touch', 'flushAll', 'stats', 'version', 'verbosity', 'quit']; // prettier-ignore

function spec(port: number): ServerSpec {
  return {
    address: { kind: 'tcp', host: '127.0.0.1', port, family: 4 },
    name: `127.0.0.1:${port}`,
    weight: 1,
  };
}

it('a server that is in both lists keeps its connection; one that is only like another does not', async () => {
  const server = await startScripted((received) =>
    'END\r\n'.repeat(received.split('get ').length - 1),
  );
  const other = await startScripted(() => 'END\r\n');
  const [first, second] = [spec(server.port), spec(other.port)];
  const engine = new Engine(
    {
      wire: textWire,
      decode: () => null,
      failure: {
        whenDead: 'fail',
        deadFor: 0,
        timeout: Infinity,
        flushOnReconnect: false,
        resend: new Set(),
      },
      placement: (places) => ({
        start: () => '',
        server: (spot) => places.findIndex(({ name }) => name === spot),
        next: () => undefined,
      }),
      answers: Object.fromEntries(FAMILIES.map((name) => [name, ANSWERS])) as Record<
        AnswersOf,
        Answers
      >,
    },
    [first],
    { observer: { happened: () => undefined } },
  );
  const ask = (to: ServerSpec): Promise<unknown> => engine.get('k' as WireKey, to.name, 'miss');
  expect(await ask(first)).toBe('miss');
  engine.setServers([second, first]);
  expect([await ask(first), await ask(second)]).toEqual(['miss', 'miss']);
  expect(server.accepted()).toBe(1);
  engine.setServers([spec(server.port)]);
  expect(await ask(first)).toBe('miss');
  expect([server.accepted(), other.accepted()]).toEqual([2, 1]);
  engine.disconnect();
  await Promise.all([server.close(), other.close()]);
});
