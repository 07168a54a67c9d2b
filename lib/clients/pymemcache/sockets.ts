// How pymemcache's sockets are opened: with probes of silent connections where they are asked for.

import { openSocket, type OpenSocket } from '../../net/address';
import type { KeepaliveOpts } from './keepalive';

export function openerOf(keepalive: KeepaliveOpts | undefined): OpenSocket {
  if (keepalive === undefined) return openSocket;
  return (address, onread) => openSocket(address, onread).setKeepAlive(true, keepalive.idle * 1000);
}
