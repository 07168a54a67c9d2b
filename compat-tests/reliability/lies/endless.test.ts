// Replies without an end are cut off by us after a bounded number of bytes, whatever the deadline says.

import type { Socket } from 'node:net';
import { Client } from '../../../lib';
import { startScripted, type ScriptedServer } from '../../../lib/testing/scripted-server';

/** What both kernels hold between the two ends of a loopback connection, generously. */
const IN_FLIGHT = 24 * 1024 * 1024;
const MB = 1024 * 1024;

interface Endless {
  readonly name: string;
  /** Said once, then `again` for ever. */
  readonly first: string;
  readonly again: string;
  readonly ask: (mc: Client) => Promise<unknown>;
  /** What Python answers to a failure. */
  readonly failed: unknown;
  /** How much we may read of it at most. */
  readonly within: number;
}

const chunk = (text: string): string => text.repeat(Math.ceil(65_536 / text.length));
const DIGITS = chunk('7');
const LETTERS = chunk('x');

const REPLIES: readonly Endless[] = [
  { name: 'row 29: a line that never ends, to get', first: '', again: LETTERS, ask: (mc) => mc.get('a'), failed: null, within: MB },
  { name: 'row 29: a VALUE line that never ends', first: 'VALUE a 0 ', again: DIGITS, ask: (mc) => mc.get('a'), failed: null, within: MB },
  { name: 'row 29: a key that never ends', first: 'VALUE a', again: LETTERS, ask: (mc) => mc.get('a'), failed: null, within: MB },
  { name: 'row 29: a line that never ends, to set', first: 'STORED', again: LETTERS, ask: (mc) => mc.set('a', 1), failed: 0, within: MB },
  { name: 'row 29: a number that never ends', first: '', again: DIGITS, ask: (mc) => mc.incr('a'), failed: null, within: MB },
  { name: 'row 29: an error line that never ends', first: 'SERVER_ERROR ', again: LETTERS, ask: (mc) => mc.get('a'), failed: null, within: MB },
  { name: 'row 29: a row of stats that never ends', first: 'STAT a ', again: LETTERS, ask: (mc) => mc.get_stats(), failed: [], within: MB },
  { name: 'row 30: two gigabytes announced and sent', first: 'VALUE a 0 2147483647\r\n', again: LETTERS, ask: (mc) => mc.get('a'), failed: null, within: MB },
  { name: 'row 30: four gigabytes announced and sent to get_multi', first: 'VALUE a 0 4294967295\r\n', again: LETTERS, ask: (mc) => mc.get_multi(['a', 'b']), failed: new Map(), within: MB },
  { name: 'row 31: endless entries of one key, to get_multi', first: '', again: chunk('VALUE a 0 1\r\nA\r\n'), ask: (mc) => mc.get_multi(['a', 'b']), failed: new Map([['a', Buffer.from('A')]]), within: MB },
  { name: 'row 31: endless entries of keys that nobody asked', first: '', again: chunk('VALUE x 0 1\r\nA\r\n'), ask: (mc) => mc.get('a'), failed: null, within: MB },
  { name: 'row 31: endless rows of stats', first: '', again: chunk('STAT a 1\r\n'), ask: (mc) => mc.get_stats(), failed: [], within: 16 * MB },
  { name: 'row 31: endless long rows of stats', first: '', again: `STAT a ${'x'.repeat(8000)}\r\n`.repeat(8), ask: (mc) => mc.get_stats(), failed: [], within: 128 * MB },
  { name: 'row 21: endless empty lines', first: '', again: chunk('\r\n'), ask: (mc) => mc.get('a'), failed: null, within: MB },
  { name: 'row 21: an endless run of replies to nothing', first: 'END\r\n', again: chunk('END\r\n'), ask: (mc) => mc.get('a'), failed: null, within: MB },
]; // prettier-ignore

let server: ScriptedServer;
let mc: Client;

afterEach(async () => {
  mc.disconnect_all();
  await server.close();
});

it.each(REPLIES)('$name', async ({ first, again, ask, failed, within }) => {
  let sent = Promise.resolve(0);
  server = await startScripted((_received, socket, connection) => {
    if (connection > 0) return 'VALUE b 0 1\r\nB\r\nEND\r\n';
    socket.write(first, 'latin1');
    sent = pour(socket, Buffer.from(again, 'latin1'));
    return undefined;
  });
  mc = new Client([`127.0.0.1:${server.port}`], { socket_timeout: 60, dead_retry: 0 });
  const heap = process.memoryUsage();
  expect(await ask(mc)).toEqual(failed);
  expect(await sent).toBeLessThan(within + IN_FLIGHT);
  const { arrayBuffers } = process.memoryUsage();
  expect(arrayBuffers - heap.arrayBuffers).toBeLessThan(within + IN_FLIGHT);
  expect(await mc.get('b')).toEqual(Buffer.from('B'));
  expect(server.accepted()).toBe(2);
});

/** Writes `bytes` again and again, as fast as they are taken; resolves with how many were, when the other end closes. */
function pour(socket: Socket, bytes: Buffer): Promise<number> {
  const more = (): void => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', more);
  more();
  return new Promise((resolve) => socket.once('close', () => resolve(socket.bytesWritten)));
}
