// A fault-injecting TCP proxy in front of a real server. Faults are data, may be combined, and are switched at run time.
//
//   await using server = await Memcached.start();
//   await using proxy = await FaultProxy.start(server);
//   const mc = new Client([proxy.name], { socket_timeout: 0.2, dead_retry: 0 });
//
//   await proxy.set({ latency: { ms: 60, jitter: 20 }, split: 1 });   // from now on, open connections included
//   await proxy.set({ truncate: 12 });                                // replaces the faults before
//   await proxy.heal();                                               // no fault; what was stalled goes on
//   proxy.cut();                                                      // resets all connections, once
//   await proxy.until(() => proxy.arrived.up > 0);                     // looks whenever something happens
//   proxy.accepted; proxy.open;                                       // connections ever, and now
//
// See faults.ts for every fault. A wire is one entry of FRAMINGS: `FaultProxy.start(server, { framing: 'text' })`.
export { type Faults, type Way } from './faults';
export { FRAMINGS, type Framing } from './framing';
export { FaultProxy, type ProxyOptions } from './fault-proxy';
