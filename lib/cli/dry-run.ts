// --dry-run: the bytes that a client would send, shown instead of sent.

import { record } from '../net/recorder';
import { Exit } from './errors';
import type { Front } from './fronts/front';
import type { Session } from './session';
import { escaped } from './text';
import { NO_TRANSPORT } from './transport';

/** Lets the client do it to a server of ours, and prints what came: exactly in a pipe, escaped on a terminal. */
export async function dryRun(
  session: Session,
  wire: string,
  protocol: number | undefined,
  act: (front: Front) => Promise<unknown>,
): Promise<Exit> {
  const { terminal } = session;
  const home = session.home(wire);
  const bytes = await record(async (port) => {
    const address = { kind: 'tcp', host: '127.0.0.1', port, family: 4 } as const;
    const here = { address, name: `127.0.0.1:${port}`, weight: 1 };
    const front = session.makeFront([here], protocol, NO_TRANSPORT);
    try {
      return await act(front);
    } finally {
      front.close();
    }
  });
  if (bytes === undefined) {
    terminal.note('memcache-py: the client refuses this without sending anything');
    return Exit.miss;
  }
  terminal.note(`memcache-py: not sent to ${home.name}:`);
  if (!terminal.isTerminal) await terminal.write(bytes);
  else await terminal.lines(shownWire(bytes));
  return Exit.hit;
}

/** Lines as they are sent, with what a terminal would obey escaped, their ends too. */
function shownWire(bytes: Buffer): string[] {
  const parts = bytes.latin1Slice().split(/(?<=\r\n)/);
  return parts.map((part) => {
    const text = Buffer.from(part, 'latin1').toString('utf8');
    const isText = !text.includes('\ufffd');
    return isText ? escaped(text) : part.replace(/[^\x20-\x5b\x5d-\x7e]/g, byteEscape);
  });
}

function byteEscape(char: string): string {
  const named: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '\\': '\\\\' };
  return named[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
